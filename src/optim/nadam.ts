/**
 * NAdam: Adam with Nesterov's look-ahead and a momentum that rises with the steps.
 *
 *   m ← β₁m + (1 − β₁)g        v ← β₂v + (1 − β₂)g²        μₜ = β₁(1 − ½·0.96^(tψ))        π ← πμₜ        t = 1, 2, …
 *   step = ((1 − μₜ)/(1 − π) · g + μₜ₊₁/(1 − πμₜμₜ₊₁) · m) / (√(v / (1 − β₂ᵗ)) + ε)
 *
 * One pass, O(size). The paper has πμₜ₊₁ where PyTorch 1.13, followed here step for step, has πμₜμₜ₊₁ (π has taken in μₜ
 * before); the two differ in the first steps and agree as π goes to 0.
 *
 * Source: T. Dozat, "Incorporating Nesterov Momentum into Adam" (2016), algorithm 2. Reference implementation: PyTorch 1.13,
 * torch/optim/nadam.py.
 */
import { addWeightDecay } from "./add-weight-decay.ts";
import { namedChain, type ChainState } from "./named-chain.ts";
import { define } from "./define.ts";
import { averagingRates, requireKnown, requireNonnegative } from "./hyperparameters.ts";
import { integerPower } from "./integer-power.ts";
import { pow } from "../math/elementary.ts";
import type { ScaleByAdamOptions } from "./scale-by-adam.ts";
import { scaleByLearningRate } from "./scale-by-learning-rate.ts";
import type { GradientTransformation, Schedule } from "./transformation.ts";
import { flushed } from "./subnormal.ts";

export interface ScaleByNadamOptions extends ScaleByAdamOptions {
  /** ψ, at or above 0: how fast the momentum rises from β₁/2 to β₁. Default 0.004. */
  readonly momentumDecay?: number;
}

export interface ScaleByNadamState {
  readonly kind: "scaleByNadam";
  readonly version: 1;
  /** The number of updates so far. */
  step: number;
  /** π, the product of the momenta so far. */
  momentumProduct: number;
  /** m, the average of the gradients (not corrected); as long as the parameters. */
  readonly first: Float64Array;
  /** v, the average of the squared gradients (not corrected); as long as the parameters. */
  readonly second: Float64Array;
}

/**
 * NAdam without the learning rate; the formula is at the head of this file. Ends in an ascent direction. Throws
 * ArgumentError for an option out of its range. Source: Dozat (2016); PyTorch's NAdam.
 *
 * @example const optimizer = chain(scaleByNadam(), scaleByLearningRate(0.01));
 */
export function scaleByNadam(options: ScaleByNadamOptions = {}): GradientTransformation<ScaleByNadamState> {
  requireKnown("scaleByNadam", options, ["beta1", "beta2", "epsilon", "momentumDecay"]);
  const { beta1, beta2, floor } = averagingRates(options);
  const { momentumDecay = 4e-3 } = options;
  requireNonnegative("momentumDecay", momentumDecay);
  const momentumAt = (step: number): number => beta1 * (1 - 0.5 * pow(0.96, step * momentumDecay));
  return define<ScaleByNadamState, typeof nadamKernel>({
    kind: "scaleByNadam",
    vectors: ["first", "second"],
    moments: { first: ["first"], second: ["second"] },
    fields: { step: 0, momentumProduct: 1 },
    loop: nadamKernel,
    apply(gradient, state, loop) {
      state.step += 1;
      const momentum = momentumAt(state.step);
      const next = momentumAt(state.step + 1);
      state.momentumProduct *= momentum;
      const root = Math.sqrt(1 - integerPower(beta2, state.step));
      const gradientScale = (root * (1 - momentum)) / (1 - state.momentumProduct);
      const averageScale = (root * next) / (1 - state.momentumProduct * momentum * next);
      loop(gradient, state.first, state.second, beta1, beta2, gradientScale, averageScale, floor * root);
    },
  });
}

export function nadamKernel(
  gradient: Float64Array,
  first: Float64Array,
  second: Float64Array,
  beta1: number,
  beta2: number,
  gradientScale: number,
  averageScale: number,
  epsilon: number,
): void {
  const gain1 = 1 - beta1;
  const gain2 = 1 - beta2;
  for (let i = 0; i < gradient.length; i++) {
    const entry = gradient[i];
    const m = flushed(beta1 * first[i] + gain1 * entry);
    const v = flushed(beta2 * second[i] + gain2 * entry * entry);
    first[i] = m;
    second[i] = v;
    gradient[i] = (gradientScale * entry + averageScale * m) / (Math.sqrt(v) + epsilon);
  }
}

export interface NadamOptions extends ScaleByNadamOptions {
  /** η, at or above 0, or a function of the step. Default 2e-3. */
  readonly learningRate?: number | Schedule;
  /** λ, at or above 0: weight decay, added to the gradient. Default 0. */
  readonly weightDecay?: number;
}

/**
 * NAdam: p ← p − η ((1 − μₜ)/(1 − π) g + μₜ₊₁/(1 − πμₜμₜ₊₁) m) / (√v̂ + ε), with μₜ = β₁(1 − ½·0.96^(tψ)), π their product so
 * far, and g including λp.
 *
 * Throws ArgumentError for an option out of its range. Source: Dozat, "Incorporating Nesterov Momentum into Adam"
 * (2016); PyTorch 1.13's NAdam, step for step.
 *
 * @example const optimizer = nadam({ learningRate: 0.01 });
 */
export function nadam(options: NadamOptions = {}): GradientTransformation<ChainState> {
  requireKnown("nadam", options, ["learningRate", "beta1", "beta2", "epsilon", "momentumDecay", "weightDecay"]);
  const { learningRate = 2e-3, weightDecay = 0, ...scaling } = options;
  return namedChain("nadam", [addWeightDecay(weightDecay), scaleByNadam(scaling), scaleByLearningRate(learningRate)]);
}
