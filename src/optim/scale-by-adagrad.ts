/**
 * Adagrad's scaling: every entry of the gradient is divided by the root of the sum of its squares so far.
 *
 *   s ← s + g²        step = g / (√s + ε)
 *
 * One pass, O(size), one division and one square root an element; exact but for the rounding of each operation. The sum
 * is in order of the steps.
 *
 * Source: J. Duchi, E. Hazan, Y. Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization"
 * (2011), figure 1 with the diagonal matrix; the paper has ε (its δ) in the same place. Reference implementation:
 * PyTorch 1.13, torch/optim/adagrad.py.
 */
import { define } from "./define.ts";
import { requireKnown, requireNonnegative } from "./hyperparameters.ts";
import type { GradientTransformation } from "./transformation.ts";

export interface ScaleByAdagradOptions {
  /** s before the first step, at or above 0. Default 0. */
  readonly initialAccumulator?: number;
  /** ε, at or above 0. Default 1e-10. With 0, a parameter whose gradient has always been 0 stays where it is. */
  readonly epsilon?: number;
}

export interface ScaleByAdagradState {
  readonly kind: "scaleByAdagrad";
  readonly version: 1;
  /** s, the sum of the squared gradients and the initial accumulator; as long as the parameters. */
  readonly sum: Float64Array;
}

/**
 * Adagrad without the learning rate: g / (√s + ε), where s ← s + g². Ends in an ascent direction: put
 * `scaleByLearningRate` behind it.
 *
 * Gradients beyond 1e154 in size overflow in s, and their parameters then stand still. Throws ArgumentError for an option
 * out of its range. Source: Duchi, Hazan, Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic
 * Optimization" (2011); PyTorch's Adagrad.
 *
 * @example const optimizer = chain(scaleByAdagrad({ initialAccumulator: 0.1 }), scaleByLearningRate(0.5));
 */
export function scaleByAdagrad(options: ScaleByAdagradOptions = {}): GradientTransformation<ScaleByAdagradState> {
  requireKnown("scaleByAdagrad", options, ["initialAccumulator", "epsilon"]);
  const { initialAccumulator = 0, epsilon = 1e-10 } = options;
  requireNonnegative("initialAccumulator", initialAccumulator);
  requireNonnegative("epsilon", epsilon);
  // 1e-160 instead of 0 turns 0/0 into 0 and is lost in rounding beside every root above 1e-144.
  const floor = Math.max(epsilon, 1e-160);
  return define<ScaleByAdagradState, typeof adagradKernel>({
    kind: "scaleByAdagrad",
    vectors: ["sum"],
    moments: { second: ["sum"] },
    init: ({ size }) => ({ kind: "scaleByAdagrad", version: 1, sum: new Float64Array(size).fill(initialAccumulator) }),
    loop: adagradKernel,
    apply: (gradient, { sum }, loop) => loop(gradient, sum, floor),
  });
}

/** Overwrites g with g / (√s + ε), where s has first taken in g². */
export function adagradKernel(gradient: Float64Array, sum: Float64Array, epsilon: number): void {
  for (let i = 0; i < gradient.length; i++) {
    const entry = gradient[i];
    const s = sum[i] + entry * entry;
    sum[i] = s;
    gradient[i] = entry / (Math.sqrt(s) + epsilon);
  }
}
