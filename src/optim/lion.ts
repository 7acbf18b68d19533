/**
 * Lion: the sign of a look-ahead average of the gradients.
 *
 *   step = sign(β₁m + (1 − β₁)g)        m ← β₂m + (1 − β₂)g
 *
 * One pass, O(size). The sign of 0 is 0.
 *
 * Source: X. Chen and others, "Symbolic Discovery of Optimization Algorithms" (2023), program 1. Reference implementation:
 * google/automl, lion/lion_pytorch.py.
 */
import { addWeightDecay } from "./add-weight-decay.ts";
import { namedChain, type ChainState } from "./named-chain.ts";
import { define } from "./define.ts";
import { requireDecayRate, requireKnown } from "./hyperparameters.ts";
import { signOf } from "./sign.ts";
import { scaleByLearningRate } from "./scale-by-learning-rate.ts";
import type { GradientTransformation, Schedule } from "./transformation.ts";
import { flushed } from "./subnormal.ts";

export interface ScaleByLionOptions {
  /** β₁, the weight of the average in the step, in [0, 1). Default 0.9. */
  readonly beta1?: number;
  /** β₂, the decay rate of the average of the gradients, in [0, 1). Default 0.99. */
  readonly beta2?: number;
}

export interface ScaleByLionState {
  readonly kind: "scaleByLion";
  readonly version: 1;
  /** m, the average of the gradients (not corrected); as long as the parameters. */
  readonly first: Float64Array;
}

/**
 * Lion without the learning rate: sign(β₁m + (1 − β₁)g), then m ← β₂m + (1 − β₂)g. Ends in an ascent direction. Throws
 * ArgumentError for an option out of its range. Source: Chen and others (2023).
 *
 * @example const optimizer = chain(scaleByLion(), scaleByLearningRate(1e-4));
 */
export function scaleByLion(options: ScaleByLionOptions = {}): GradientTransformation<ScaleByLionState> {
  requireKnown("scaleByLion", options, ["beta1", "beta2"]);
  const { beta1 = 0.9, beta2 = 0.99 } = options;
  requireDecayRate("beta1", beta1);
  requireDecayRate("beta2", beta2);
  return define<ScaleByLionState, typeof lionKernel>({
    kind: "scaleByLion",
    vectors: ["first"],
    moments: { first: ["first"] },
    loop: lionKernel,
    apply: (gradient, { first }, loop) => loop(gradient, first, beta1, beta2),
  });
}

export function lionKernel(gradient: Float64Array, first: Float64Array, beta1: number, beta2: number): void {
  const gain1 = 1 - beta1;
  const gain2 = 1 - beta2;
  for (let i = 0; i < gradient.length; i++) {
    const entry = gradient[i];
    const ahead = beta1 * first[i] + gain1 * entry;
    first[i] = flushed(beta2 * first[i] + gain2 * entry);
    gradient[i] = signOf(ahead);
  }
}

export interface LionOptions extends ScaleByLionOptions {
  /** η, at or above 0, or a function of the step. Default 1e-4. */
  readonly learningRate?: number | Schedule;
  /** λ, at or above 0: decoupled weight decay, added to the step. Default 0. */
  readonly weightDecay?: number;
}

/**
 * Lion: p ← p − η (sign(β₁m + (1 − β₁)g) + λp), then m ← β₂m + (1 − β₂)g.
 *
 * Throws ArgumentError for an option out of its range. Source: Chen and others, "Symbolic Discovery of Optimization
 * Algorithms" (2023), and the defaults of its code.
 *
 * @example const optimizer = lion({ learningRate: 3e-4, weightDecay: 0.1 });
 */
export function lion(options: LionOptions = {}): GradientTransformation<ChainState> {
  requireKnown("lion", options, ["learningRate", "beta1", "beta2", "weightDecay"]);
  const { learningRate = 1e-4, weightDecay = 0, ...scaling } = options;
  return namedChain("lion", [scaleByLion(scaling), addWeightDecay(weightDecay), scaleByLearningRate(learningRate)]);
}
