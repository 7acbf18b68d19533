/**
 * Adagrad, ready-made.
 *
 *   g ← g + λp        s ← s + g²        p ← p − η/(1 + tδ) · g / (√s + ε), t = 0, 1, …
 *
 * Source: see scale-by-adagrad.ts. Reference implementation: PyTorch 1.13, torch/optim/adagrad.py.
 */
import { addWeightDecay } from "./add-weight-decay.ts";
import { namedChain, type ChainState } from "./named-chain.ts";
import { requireKnown, requireNonnegative } from "./hyperparameters.ts";
import { scaleByAdagrad, type ScaleByAdagradOptions } from "./scale-by-adagrad.ts";
import { scaleByLearningRate } from "./scale-by-learning-rate.ts";
import type { GradientTransformation, Schedule } from "./transformation.ts";

export interface AdagradOptions extends ScaleByAdagradOptions {
  /** η, at or above 0, or a function of the step. Default 0.01. */
  readonly learningRate?: number | Schedule;
  /** δ, at or above 0: after t steps the learning rate is divided by 1 + tδ. Default 0. */
  readonly learningRateDecay?: number;
  /** λ, at or above 0: weight decay, added to the gradient. Default 0. */
  readonly weightDecay?: number;
}

/**
 * Adagrad: p ← p − η/(1 + tδ) · g / (√s + ε) after t steps, where g includes the weight decay λp and s ← s + g².
 *
 * Throws ArgumentError for an option out of its range. Source: Duchi, Hazan, Singer, "Adaptive Subgradient Methods for
 * Online Learning and Stochastic Optimization" (2011); PyTorch's Adagrad, step for step.
 *
 * @example const optimizer = adagrad({ learningRate: 0.3 });
 */
export function adagrad(options: AdagradOptions = {}): GradientTransformation<ChainState> {
  requireKnown("adagrad", options, [
    "learningRate",
    "learningRateDecay",
    "initialAccumulator",
    "epsilon",
    "weightDecay",
  ]);
  const {
    learningRate = 1e-2,
    learningRateDecay = 0,
    initialAccumulator = 0,
    epsilon = 1e-10,
    weightDecay = 0,
  } = options;
  requireNonnegative("learningRateDecay", learningRateDecay);
  if (typeof learningRate !== "function") requireNonnegative("learningRate", learningRate);
  return namedChain("adagrad", [
    addWeightDecay(weightDecay),
    scaleByAdagrad({ initialAccumulator, epsilon }),
    scaleByLearningRate(
      (step) => (typeof learningRate === "number" ? learningRate : learningRate(step)) / (1 + step * learningRateDecay),
    ),
  ]);
}
