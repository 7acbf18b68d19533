/**
 * Adam with one second moment for all parameters: the step size adapts, the direction does not. Equivariant to rotations.
 *
 *   m ← β₁m + (1 − β₁)g        v ← β₂v + (1 − β₂)‖g‖²/d
 *   step = (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)        t = 1, 2, …
 *
 * Two passes, O(size); ‖g‖² is summed in ascending order. With the mean of squares, steps are as long as Adam's.
 *
 * Source: the one-block case of Y. Zhang and others, "Adam-mini: Use Fewer Learning Rates To Gain More" (2024), algorithm 2;
 * S. Xie, M. Mohamadi, Z. Li, "Adam Exploits ℓ∞-geometry of Loss Landscape via Coordinate-wise Adaptivity" (2024).
 */
import { addWeightDecay } from "./add-weight-decay.ts";
import { namedChain, type ChainState } from "./named-chain.ts";
import { define } from "./define.ts";
import { averagingRates, requireKnown } from "./hyperparameters.ts";
import { sumOfSquares } from "./gradient-norm.ts";
import { integerPower } from "./integer-power.ts";
import { scaleByLearningRate } from "./scale-by-learning-rate.ts";
import type { GradientTransformation, Schedule } from "./transformation.ts";
import { flushed } from "./subnormal.ts";

export interface ScaleByScalarAdamOptions {
  /** β₁, the decay rate of the average of the gradients, in [0, 1). Default 0.9. */
  readonly beta1?: number;
  /** β₂, the decay rate of the average of the squared gradients, in [0, 1). Default 0.999. */
  readonly beta2?: number;
  /** ε, at or above 0. Default 1e-8. */
  readonly epsilon?: number;
}

export interface ScaleByScalarAdamState {
  readonly kind: "scaleByScalarAdam";
  readonly version: 1;
  /** The number of updates so far. */
  step: number;
  /** m, the average of the gradients (not corrected); as long as the parameters. */
  readonly first: Float64Array;
  /** v, the average of the mean squared gradients (not corrected). */
  second: number;
}

/**
 * Adam with one second moment, without the learning rate: m̂ / (√v̂ + ε) with the number v ← β₂v + (1 − β₂)‖g‖²/d. Ends in an
 * ascent direction. Throws ArgumentError for an option out of its range. Source: Zhang and others (2024), with one block.
 *
 * @example const optimizer = chain(scaleByScalarAdam(), scaleByLearningRate(0.01));
 */
export function scaleByScalarAdam(
  options: ScaleByScalarAdamOptions = {},
): GradientTransformation<ScaleByScalarAdamState> {
  requireKnown("scaleByScalarAdam", options, ["beta1", "beta2", "epsilon"]);
  const { beta1, beta2, floor } = averagingRates(options);
  return define<ScaleByScalarAdamState, typeof scalarAdamKernel>({
    kind: "scaleByScalarAdam",
    vectors: ["first"],
    moments: { first: ["first"] },
    init: ({ size }) => ({ kind: "scaleByScalarAdam", version: 1, step: 0, second: 0, first: new Float64Array(size) }),
    loop: scalarAdamKernel,
    looksAhead: true,
    apply(gradient, state, loop) {
      state.step += 1;
      state.second = beta2 * state.second + ((1 - beta2) * sumOfSquares(gradient)) / gradient.length;
      const root = Math.sqrt(state.second / (1 - integerPower(beta2, state.step)));
      const scale = 1 / ((1 - integerPower(beta1, state.step)) * (root + floor));
      loop(gradient, state.first, beta1, 1 - beta1, scale);
    },
  });
}

/** m ← β₁m + γg, and the gradient becomes a multiple of m. */
export function scalarAdamKernel(
  gradient: Float64Array,
  first: Float64Array,
  beta1: number,
  gain: number,
  scale: number,
): void {
  for (let i = 0; i < gradient.length; i++) {
    const m = flushed(beta1 * first[i] + gain * gradient[i]);
    first[i] = m;
    gradient[i] = scale * m;
  }
}

export interface ScalarAdamOptions extends ScaleByScalarAdamOptions {
  /** η, at or above 0, or a function of the step. Default 1e-3. */
  readonly learningRate?: number | Schedule;
  /** λ, at or above 0: weight decay, added to the gradient. Default 0. */
  readonly weightDecay?: number;
}

/**
 * Adam with one shared second moment: p ← p − η m̂ / (√v̂ + ε) with the number v ← β₂v + (1 − β₂)‖g‖²/d; g includes λp.
 *
 * Throws ArgumentError for an option out of its range. Source: the one-block case of Zhang and others, "Adam-mini:
 * Use Fewer Learning Rates To Gain More" (2024).
 *
 * @example const optimizer = scalarAdam({ learningRate: 0.01 });
 */
export function scalarAdam(options: ScalarAdamOptions = {}): GradientTransformation<ChainState> {
  requireKnown("scalarAdam", options, ["learningRate", "beta1", "beta2", "epsilon", "weightDecay"]);
  const { learningRate = 1e-3, weightDecay = 0, ...scaling } = options;
  return namedChain("scalarAdam", [
    addWeightDecay(weightDecay),
    scaleByScalarAdam(scaling),
    scaleByLearningRate(learningRate),
  ]);
}
