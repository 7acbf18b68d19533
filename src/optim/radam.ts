/**
 * RAdam: Adam that scales by second moments only once enough squares have been averaged.
 *
 *   m ← β₁m + (1 − β₁)g        v ← β₂v + (1 − β₂)g²        ρ∞ = 2/(1 − β₂) − 1        ρₜ = ρ∞ − 2tβ₂ᵗ/(1 − β₂ᵗ)
 *   ρₜ > 5: step = r m̂ √(1 − β₂ᵗ) / (√v + ε),  r² = (ρₜ − 4)(ρₜ − 2)ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)ρₜ);  else step = m̂
 *
 * One pass, O(size). The paper has the bound 4 where PyTorch and the authors' code have 5. Both averages go on in the
 * steps without scaling. With β₂ so small that ρ∞ is at or below 5 (β₂ ≤ 2/3), the steps never are scaled.
 *
 * Source: L. Liu and others, "On the Variance of the Adaptive Learning Rate and Beyond" (2020), algorithm 2. Reference
 * implementation: PyTorch 1.13, torch/optim/radam.py.
 */
import { addWeightDecay } from "./add-weight-decay.ts";
import { namedChain, type ChainState } from "./named-chain.ts";
import { define } from "./define.ts";
import { averagingRates, requireKnown } from "./hyperparameters.ts";
import { integerPower } from "./integer-power.ts";
import { adamKernel, type ScaleByAdamOptions } from "./scale-by-adam.ts";
import { scaleByLearningRate } from "./scale-by-learning-rate.ts";
import { flushed } from "./subnormal.ts";
import type { GradientTransformation, Schedule } from "./transformation.ts";

/** β₁, β₂ and ε, as Adam has them. */
export type ScaleByRadamOptions = ScaleByAdamOptions;

export interface ScaleByRadamState {
  readonly kind: "scaleByRadam";
  readonly version: 1;
  /** The number of updates so far. */
  step: number;
  /** m, the average of the gradients (not corrected); as long as the parameters. */
  readonly first: Float64Array;
  /** v, the average of the squared gradients (not corrected); as long as the parameters. */
  readonly second: Float64Array;
}

/**
 * RAdam without the learning rate; the formula is at the head of this file. Ends in an ascent direction. Throws
 * ArgumentError for an option out of its range. Source: Liu and others (2020); PyTorch's RAdam.
 *
 * @example const optimizer = chain(scaleByRadam(), scaleByLearningRate(0.01));
 */
export function scaleByRadam(options: ScaleByRadamOptions = {}): GradientTransformation<ScaleByRadamState> {
  requireKnown("scaleByRadam", options, ["beta1", "beta2", "epsilon"]);
  const { beta1, beta2, floor } = averagingRates(options);
  const longest = 2 / (1 - beta2) - 1;
  return define<ScaleByRadamState, typeof radamKernel>({
    kind: "scaleByRadam",
    vectors: ["first", "second"],
    moments: { first: ["first"], second: ["second"] },
    fields: { step: 0 },
    loop: radamKernel,
    apply(gradient, state, loop) {
      state.step += 1;
      const power = integerPower(beta2, state.step);
      const correction = 1 / (1 - integerPower(beta1, state.step));
      const length = longest - (2 * state.step * power) / (1 - power);
      const rectified = length > 5;
      const rectification = rectified
        ? Math.sqrt(((length - 4) * (length - 2) * longest) / ((longest - 4) * (longest - 2) * length))
        : 1;
      const scale = rectified ? correction * rectification * Math.sqrt(1 - power) : correction;
      loop(gradient, state.first, state.second, beta1, beta2, scale, floor, rectified ? 1 : 0);
    },
  });
}

/** Adam's step where the variance of the average of squares is bounded (`rectified` 1), else the average of gradients times `scale`. */
export function radamKernel(
  gradient: Float64Array,
  first: Float64Array,
  second: Float64Array,
  beta1: number,
  beta2: number,
  scale: number,
  epsilon: number,
  rectified: number,
): void {
  if (rectified > 0) adamKernel(gradient, first, second, beta1, beta2, scale, epsilon);
  else averagesKernel(gradient, first, second, beta1, beta2, scale);
}

/** Overwrites g with scale·m, where m and v have first taken in g. */
function averagesKernel(
  gradient: Float64Array,
  first: Float64Array,
  second: Float64Array,
  beta1: number,
  beta2: number,
  scale: number,
): void {
  const gain1 = 1 - beta1;
  const gain2 = 1 - beta2;
  for (let i = 0; i < gradient.length; i++) {
    const entry = gradient[i];
    const m = flushed(beta1 * first[i] + gain1 * entry);
    first[i] = m;
    second[i] = flushed(beta2 * second[i] + gain2 * entry * entry);
    gradient[i] = scale * m;
  }
}

export interface RadamOptions extends ScaleByRadamOptions {
  /** η, at or above 0, or a function of the step. Default 1e-3. */
  readonly learningRate?: number | Schedule;
  /** λ, at or above 0: weight decay, added to the gradient. Default 0. */
  readonly weightDecay?: number;
}

/**
 * RAdam: p ← p − η r m̂ √(1 − β₂ᵗ) / (√v + ε) when ρₜ > 5, else p ← p − η m̂; r and ρₜ are at the head of this file, and g
 * includes λp.
 *
 * Throws ArgumentError for an option out of its range. Source: Liu and others, "On the Variance of the Adaptive
 * Learning Rate and Beyond" (2020); PyTorch's RAdam, step for step.
 *
 * @example const optimizer = radam({ learningRate: 0.01 });
 */
export function radam(options: RadamOptions = {}): GradientTransformation<ChainState> {
  requireKnown("radam", options, ["learningRate", "beta1", "beta2", "epsilon", "weightDecay"]);
  const { learningRate = 1e-3, weightDecay = 0, ...scaling } = options;
  return namedChain("radam", [addWeightDecay(weightDecay), scaleByRadam(scaling), scaleByLearningRate(learningRate)]);
}
