/**
 * Adamax: Adam with the infinity norm of the gradients so far in the place of their root mean square.
 *
 *   m ← β₁m + (1 − β₁)g        u ← max(β₂u, |g| + ε)        step = (m / (1 − β₁ᵗ)) / u        t = 1, 2, …
 *
 * One pass, O(size). ε is not in the paper; it keeps u above 0, as in PyTorch.
 *
 * Source: D. P. Kingma, J. Ba, "Adam: A Method for Stochastic Optimization" (2015), algorithm 2. Reference implementation:
 * PyTorch 1.13, torch/optim/adamax.py.
 */
import { addWeightDecay } from "./add-weight-decay.ts";
import { namedChain, type ChainState } from "./named-chain.ts";
import { define } from "./define.ts";
import { averagingRates, requireKnown } from "./hyperparameters.ts";
import { integerPower } from "./integer-power.ts";
import { scaleByLearningRate } from "./scale-by-learning-rate.ts";
import type { GradientTransformation, Schedule } from "./transformation.ts";
import { flushed } from "./subnormal.ts";

export interface ScaleByAdamaxOptions {
  /** β₁, the decay rate of the average of the gradients, in [0, 1). Default 0.9. */
  readonly beta1?: number;
  /** β₂, the decay rate of the largest size of the gradients, in [0, 1). Default 0.999. */
  readonly beta2?: number;
  /** ε, at or above 0. Default 1e-8. */
  readonly epsilon?: number;
}

export interface ScaleByAdamaxState {
  readonly kind: "scaleByAdamax";
  readonly version: 1;
  /** The number of updates so far. */
  step: number;
  /** m, the average of the gradients (not corrected); as long as the parameters. */
  readonly first: Float64Array;
  /** u, the decaying maximum of the sizes of the gradients. */
  readonly largest: Float64Array;
}

/**
 * Adamax without the learning rate: m̂ / u with u ← max(β₂u, |g| + ε). Ends in an ascent direction. Throws ArgumentError for
 * an option out of its range. Source: Kingma and Ba (2015), algorithm 2; PyTorch's Adamax.
 *
 * @example const optimizer = chain(scaleByAdamax(), scaleByLearningRate(0.02));
 */
export function scaleByAdamax(options: ScaleByAdamaxOptions = {}): GradientTransformation<ScaleByAdamaxState> {
  requireKnown("scaleByAdamax", options, ["beta1", "beta2", "epsilon"]);
  const { beta1, beta2, floor } = averagingRates(options);
  return define<ScaleByAdamaxState, typeof adamaxKernel>({
    kind: "scaleByAdamax",
    vectors: ["first", "largest"],
    moments: { first: ["first"], sizes: ["largest"] },
    fields: { step: 0 },
    loop: adamaxKernel,
    apply(gradient, state, loop) {
      state.step += 1;
      const scale = 1 / (1 - integerPower(beta1, state.step));
      loop(gradient, state.first, state.largest, beta1, beta2, scale, floor);
    },
  });
}

export function adamaxKernel(
  gradient: Float64Array,
  first: Float64Array,
  largest: Float64Array,
  beta1: number,
  beta2: number,
  scale: number,
  epsilon: number,
): void {
  const gain1 = 1 - beta1;
  for (let i = 0; i < gradient.length; i++) {
    const entry = gradient[i];
    const m = flushed(beta1 * first[i] + gain1 * entry);
    const decayed = beta2 * largest[i];
    const size = Math.abs(entry) + epsilon;
    const u = decayed > size ? decayed : size;
    first[i] = m;
    largest[i] = u;
    gradient[i] = (scale * m) / u;
  }
}

export interface AdamaxOptions extends ScaleByAdamaxOptions {
  /** η, at or above 0, or a function of the step. Default 2e-3. */
  readonly learningRate?: number | Schedule;
  /** λ, at or above 0: weight decay, added to the gradient. Default 0. */
  readonly weightDecay?: number;
}

/**
 * Adamax: p ← p − η m̂ / u, with u the decaying maximum of |g| + ε; g includes λp.
 *
 * Throws ArgumentError for an option out of its range. Source: Kingma and Ba, "Adam: A Method for Stochastic
 * Optimization" (2015), algorithm 2; PyTorch's Adamax, step for step.
 *
 * @example const optimizer = adamax({ learningRate: 0.02 });
 */
export function adamax(options: AdamaxOptions = {}): GradientTransformation<ChainState> {
  requireKnown("adamax", options, ["learningRate", "beta1", "beta2", "epsilon", "weightDecay"]);
  const { learningRate = 2e-3, weightDecay = 0, ...scaling } = options;
  return namedChain("adamax", [addWeightDecay(weightDecay), scaleByAdamax(scaling), scaleByLearningRate(learningRate)]);
}
