/**
 * Adam and AdamW, ready-made. They differ in where weight decay comes in: before the scaling, or behind it.
 *
 *   m ← β₁m + (1 − β₁)g        v ← β₂v + (1 − β₂)g²        m̂ = m / (1 − β₁ᵗ)        v̂ = v / (1 − β₂ᵗ)
 *   adam:  p ← p − η m̂ / (√v̂ + ε), where g includes λp
 *   adamw: p ← p − η (m̂ / (√v̂ + ε) + λp)
 *
 * Source: see scale-by-adam.ts and add-weight-decay.ts. Reference implementations: PyTorch 1.13, torch/optim/adam.py and
 * torch/optim/adamw.py.
 */
import { addWeightDecay } from "./add-weight-decay.ts";
import { namedChain, type ChainState } from "./named-chain.ts";
import { requireKnown } from "./hyperparameters.ts";
import { adamScaling, type ScaleByAdamOptions } from "./scale-by-adam.ts";
import { scaleByLearningRate } from "./scale-by-learning-rate.ts";
import type { GradientTransformation, Schedule } from "./transformation.ts";

const optionNames = ["learningRate", "beta1", "beta2", "epsilon", "weightDecay"];

export interface AdamOptions extends ScaleByAdamOptions {
  /** η, at or above 0, or a function of the step. Default 0.001. */
  readonly learningRate?: number | Schedule;
  /** λ, at or above 0: weight decay, added to the gradient (`adam`, default 0) or to the step (`adamw`, default 0.01). */
  readonly weightDecay?: number;
}

/**
 * Adam: p ← p − η m̂ / (√v̂ + ε), with m̂ and v̂ the corrected running averages of g and g², and g the gradient plus λp
 * (coupled weight decay).
 *
 * Throws ArgumentError for an option out of its range. Source: Kingma and Ba, "Adam: A Method for Stochastic
 * Optimization" (2015); PyTorch's Adam, step for step.
 *
 * @example const optimizer = adam({ learningRate: 0.1 });
 */
export function adam(options: AdamOptions = {}): GradientTransformation<ChainState> {
  requireKnown("adam", options, optionNames);
  const { learningRate = 1e-3, weightDecay = 0 } = options;
  return namedChain("adam", [addWeightDecay(weightDecay), adamScaling(options), scaleByLearningRate(learningRate)]);
}

/**
 * AdamW: p ← p − η (m̂ / (√v̂ + ε) + λp), with m̂ and v̂ the corrected running averages of g and g². The decay is decoupled:
 * it does not pass through the averages.
 *
 * Throws ArgumentError for an option out of its range. Source: Loshchilov and Hutter, "Decoupled Weight Decay
 * Regularization" (2019); PyTorch's AdamW, step for step.
 *
 * @example const optimizer = adamw({ learningRate: 0.005, weightDecay: 0.1 });
 */
export function adamw(options: AdamOptions = {}): GradientTransformation<ChainState> {
  requireKnown("adamw", options, optionNames);
  const { learningRate = 1e-3, weightDecay = 1e-2 } = options;
  return namedChain("adamw", [adamScaling(options), addWeightDecay(weightDecay), scaleByLearningRate(learningRate)]);
}
