/**
 * Adagrad-Norm: gradient descent with one step size, from the norms of all gradients so far. Equivariant to rotations.
 *
 *   s ← s + ‖g‖²        step = g / (√s + ε)
 *
 * Two passes, O(size); ‖g‖² is summed in ascending order.
 *
 * Source: R. Ward, X. Wu, L. Bottou, "AdaGrad Stepsizes: Sharp Convergence Over Nonconvex Landscapes" (2019), algorithm 1,
 * where s starts at b₀².
 */
import { addWeightDecay } from "./add-weight-decay.ts";
import { fusedChain } from "./fused-chain.ts";
import type { ChainState } from "./named-chain.ts";
import { define } from "./define.ts";
import { positiveFloor, requireKnown, requireNonnegative } from "./hyperparameters.ts";
import { sumOfSquares } from "./gradient-norm.ts";
import { scaleByLearningRate } from "./scale-by-learning-rate.ts";
import type { GradientTransformation, Schedule } from "./transformation.ts";

export interface ScaleByAdagradNormOptions {
  /** s before the first step, at or above 0. Default 0. */
  readonly initialAccumulator?: number;
  /** ε, at or above 0. Default 1e-10. */
  readonly epsilon?: number;
}

export interface ScaleByAdagradNormState {
  readonly kind: "scaleByAdagradNorm";
  readonly version: 1;
  /** s, the sum of the squared norms and the initial accumulator. */
  sum: number;
}

/**
 * Adagrad-Norm without the learning rate: g / (√s + ε) with the number s ← s + ‖g‖². Ends in an ascent direction. Throws
 * ArgumentError for an option out of its range. Source: Ward, Wu, Bottou (2019).
 *
 * @example const optimizer = chain(scaleByAdagradNorm(), scaleByLearningRate(0.5));
 */
export function scaleByAdagradNorm(
  options: ScaleByAdagradNormOptions = {},
): GradientTransformation<ScaleByAdagradNormState> {
  requireKnown("scaleByAdagradNorm", options, ["initialAccumulator", "epsilon"]);
  const { initialAccumulator = 0, epsilon = 1e-10 } = options;
  requireNonnegative("initialAccumulator", initialAccumulator);
  const floor = positiveFloor(epsilon);
  return define<ScaleByAdagradNormState, typeof scaleKernel>({
    kind: "scaleByAdagradNorm",
    vectors: [],
    init: () => ({ kind: "scaleByAdagradNorm", version: 1, sum: initialAccumulator }),
    loop: scaleKernel,
    looksAhead: true,
    apply(gradient, state, loop, _parameters, factor = 1) {
      state.sum += sumOfSquares(gradient);
      loop(gradient, 1 / (Math.sqrt(state.sum) + floor), factor);
    },
  });
}

/** The gradient times one number and another. */
export function scaleKernel(gradient: Float64Array, scale: number, factor: number): void {
  for (let i = 0; i < gradient.length; i++) gradient[i] = gradient[i] * scale * factor;
}

export interface AdagradNormOptions extends ScaleByAdagradNormOptions {
  /** η, at or above 0, or a function of the step. Default 1e-2. */
  readonly learningRate?: number | Schedule;
  /** λ, at or above 0: weight decay, added to the gradient. Default 0. */
  readonly weightDecay?: number;
}

/**
 * Adagrad-Norm: p ← p − η g / (√s + ε) with one number s ← s + ‖g‖² for all parameters; g includes λp.
 *
 * Throws ArgumentError for an option out of its range. Source: Ward, Wu, Bottou, "AdaGrad Stepsizes: Sharp Convergence
 * Over Nonconvex Landscapes" (2019).
 *
 * @example const optimizer = adagradNorm({ learningRate: 0.5 });
 */
export function adagradNorm(options: AdagradNormOptions = {}): GradientTransformation<ChainState> {
  requireKnown("adagradNorm", options, ["learningRate", "initialAccumulator", "epsilon", "weightDecay"]);
  const { learningRate = 1e-2, weightDecay = 0, ...scaling } = options;
  const parts = [addWeightDecay(weightDecay), scaleByAdagradNorm(scaling), scaleByLearningRate(learningRate)];
  return fusedChain("adagradNorm", parts, 1, 2);
}
