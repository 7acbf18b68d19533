/**
 * Adam's scaling: running averages of the gradient and of its square, corrected for their start at zero.
 *
 *   m ← β₁m + (1 − β₁)g        v ← β₂v + (1 − β₂)g²
 *   step = (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)        t = 1, 2, …
 *
 * One pass, O(size), one division and one square root an element. Both corrections are pulled out of the loop by
 * multiplying numerator and denominator by √(1 − β₂ᵗ), as the end of the paper's section 2 proposes; ε is scaled along,
 * so that it means the same as without. Agrees with the formula to a few rounding errors, and in 1 − β₂ᵗ to 1e-12.
 *
 * Source: D. P. Kingma, J. Ba, "Adam: A Method for Stochastic Optimization" (2015), algorithm 1. Reference
 * implementation: PyTorch 1.13, torch/optim/adam.py.
 */
import { define } from "./define.ts";
import { requireDecayRate, requireKnown, requireNonnegative } from "./hyperparameters.ts";
import { integerPower } from "./integer-power.ts";
import type { GradientTransformation } from "./transformation.ts";
import { flushed } from "./subnormal.ts";

export interface ScaleByAdamOptions {
  /** β₁, the decay rate of the average of the gradients, in [0, 1). Default 0.9. */
  readonly beta1?: number;
  /** β₂, the decay rate of the average of the squared gradients, in [0, 1). Default 0.999. */
  readonly beta2?: number;
  /** ε, at or above 0. Default 1e-8. With 0, a parameter whose gradient has always been 0 stays where it is. */
  readonly epsilon?: number;
}

export interface ScaleByAdamState {
  readonly kind: "scaleByAdam";
  readonly version: 1;
  /** The number of updates so far. */
  step: number;
  /** m, the average of the gradients (not corrected); as long as the parameters. */
  readonly first: Float64Array;
  /** v, the average of the squared gradients (not corrected); as long as the parameters. */
  readonly second: Float64Array;
}

/**
 * Adam without the learning rate: m̂ / (√v̂ + ε), where m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², m̂ = m / (1 − β₁ᵗ) and
 * v̂ = v / (1 − β₂ᵗ). Ends in an ascent direction: put `scaleByLearningRate` behind it.
 *
 * Gradients beyond 1e154 in size overflow in v, and their parameters then stand still. Throws ArgumentError for an
 * option out of its range. Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization" (2015); PyTorch's Adam.
 *
 * @example const optimizer = chain(scaleByAdam({ beta2: 0.99 }), scaleByLearningRate((step) => 0.1 / (1 + step)));
 */
export function scaleByAdam(options: ScaleByAdamOptions = {}): GradientTransformation<ScaleByAdamState> {
  requireKnown("scaleByAdam", options, ["beta1", "beta2", "epsilon"]);
  return adamScaling(options);
}

/** The same for options whose names have been looked at. */
export function adamScaling(options: ScaleByAdamOptions): GradientTransformation<ScaleByAdamState> {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  requireDecayRate("beta1", beta1);
  requireDecayRate("beta2", beta2);
  requireNonnegative("epsilon", epsilon);
  // 1e-160 instead of 0 turns 0/0 into 0 and is lost in rounding beside every root above 1e-144.
  const floor = epsilon > 1e-160 ? epsilon : 1e-160;
  return define<ScaleByAdamState, typeof adamKernel>({
    kind: "scaleByAdam",
    vectors: ["first", "second"],
    moments: { first: ["first"], second: ["second"] },
    fields: { step: 0 },
    loop: adamKernel,
    apply(gradient, state, loop) {
      state.step += 1;
      const root = Math.sqrt(1 - integerPower(beta2, state.step));
      const scale = root / (1 - integerPower(beta1, state.step));
      loop(gradient, state.first, state.second, beta1, beta2, scale, floor * root);
    },
  });
}

/** Overwrites g with scale·m / (√v + ε), where m and v have first taken in g. */
export function adamKernel(
  gradient: Float64Array,
  first: Float64Array,
  second: Float64Array,
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
    first[i] = m;
    second[i] = v;
    gradient[i] = (scale * m) / (Math.sqrt(v) + epsilon);
  }
}
