/**
 * AMSGrad: Adam whose second moment never falls.
 *
 *   m ← β₁m + (1 − β₁)g        v ← β₂v + (1 − β₂)g²        w ← max(w, v)
 *   step = (m / (1 − β₁ᵗ)) / (√w / √(1 − β₂ᵗ) + ε)        t = 1, 2, …
 *
 * One pass, O(size). The correction of v for its start, which the paper does not have, comes after the maximum, as in
 * PyTorch 1.13.
 *
 * Source: S. J. Reddi, S. Kale, S. Kumar, "On the Convergence of Adam and Beyond" (2018), algorithm 2. Reference implementation:
 * PyTorch 1.13, torch/optim/adam.py with amsgrad=True.
 */
import { addWeightDecay } from "./add-weight-decay.ts";
import { namedChain, type ChainState } from "./named-chain.ts";
import { define } from "./define.ts";
import { averagingRates, requireKnown } from "./hyperparameters.ts";
import { integerPower } from "./integer-power.ts";
import type { ScaleByAdamOptions } from "./scale-by-adam.ts";
import { scaleByLearningRate } from "./scale-by-learning-rate.ts";
import type { GradientTransformation, Schedule } from "./transformation.ts";
import { flushed } from "./subnormal.ts";

/** β₁, β₂ and ε, as Adam has them. */
export type ScaleByAmsgradOptions = ScaleByAdamOptions;

export interface ScaleByAmsgradState {
  readonly kind: "scaleByAmsgrad";
  readonly version: 1;
  /** The number of updates so far. */
  step: number;
  /** m, the average of the gradients (not corrected); as long as the parameters. */
  readonly first: Float64Array;
  /** v, the average of the squared gradients (not corrected); as long as the parameters. */
  readonly second: Float64Array;
  /** w, the largest v so far. */
  readonly largest: Float64Array;
}

/**
 * AMSGrad without the learning rate: Adam's step with w, the largest average of squares so far, in the place of v. Ends in
 * an ascent direction. Throws ArgumentError for an option out of its range. Source: Reddi, Kale, Kumar (2018); PyTorch.
 *
 * @example const optimizer = chain(scaleByAmsgrad(), scaleByLearningRate(0.01));
 */
export function scaleByAmsgrad(options: ScaleByAmsgradOptions = {}): GradientTransformation<ScaleByAmsgradState> {
  requireKnown("scaleByAmsgrad", options, ["beta1", "beta2", "epsilon"]);
  const { beta1, beta2, floor } = averagingRates(options);
  return define<ScaleByAmsgradState, typeof amsgradKernel>({
    kind: "scaleByAmsgrad",
    vectors: ["first", "second", "largest"],
    moments: { first: ["first"], second: ["second", "largest"] },
    fields: { step: 0 },
    loop: amsgradKernel,
    apply(gradient, state, loop) {
      state.step += 1;
      const root = Math.sqrt(1 - integerPower(beta2, state.step));
      const scale = root / (1 - integerPower(beta1, state.step));
      loop(gradient, state.first, state.second, state.largest, beta1, beta2, scale, floor * root);
    },
  });
}

export function amsgradKernel(
  gradient: Float64Array,
  first: Float64Array,
  second: Float64Array,
  largest: Float64Array,
  beta1: number,
  beta2: number,
  scale: number,
  epsilon: number,
): void {
  const gain1 = 1 - beta1;
  const gain2 = 1 - beta2;
  for (let i = 0; i < gradient.length; i++) {
    const entry = gradient[i];
    const m = flushed(beta1 * first[i] + gain1 * entry);
    const v = flushed(beta2 * second[i] + gain2 * entry * entry);
    const w = largest[i] > v ? largest[i] : v;
    first[i] = m;
    second[i] = v;
    largest[i] = w;
    gradient[i] = (scale * m) / (Math.sqrt(w) + epsilon);
  }
}

export interface AmsgradOptions extends ScaleByAmsgradOptions {
  /** η, at or above 0, or a function of the step. Default 1e-3. */
  readonly learningRate?: number | Schedule;
  /** λ, at or above 0: weight decay, added to the gradient. Default 0. */
  readonly weightDecay?: number;
}

/**
 * AMSGrad: p ← p − η m̂ / (√ŵ + ε), Adam with the largest average of squares so far; g includes λp.
 *
 * Throws ArgumentError for an option out of its range. Source: Reddi, Kale, Kumar, "On the Convergence of Adam and
 * Beyond" (2018); PyTorch's Adam with amsgrad=True, step for step.
 *
 * @example const optimizer = amsgrad({ learningRate: 0.01 });
 */
export function amsgrad(options: AmsgradOptions = {}): GradientTransformation<ChainState> {
  requireKnown("amsgrad", options, ["learningRate", "beta1", "beta2", "epsilon", "weightDecay"]);
  const { learningRate = 1e-3, weightDecay = 0, ...scaling } = options;
  return namedChain("amsgrad", [
    addWeightDecay(weightDecay),
    scaleByAmsgrad(scaling),
    scaleByLearningRate(learningRate),
  ]);
}
