/**
 * AdaBelief: Adam that divides by how far gradients fall from their average, instead of by their size.
 *
 *   m ← β₁m + (1 − β₁)g        s ← β₂s + (1 − β₂)(g − m)² + ε
 *   step = (m / (1 − β₁ᵗ)) / (√(s / (1 − β₂ᵗ)) + ε)        t = 1, 2, …
 *
 * One pass, O(size). ε stands in both places, as in the paper and in its code.
 *
 * Source: J. Zhuang and others, "AdaBelief Optimizer: Adapting Stepsizes by the Belief in Observed Gradients" (2020),
 * algorithm 2. Reference implementation: adabelief-pytorch 0.2 with rectify=False.
 */
import { addWeightDecay } from "./add-weight-decay.ts";
import { namedChain, type ChainState } from "./named-chain.ts";
import { define } from "./define.ts";
import { averagingRates, requireKnown } from "./hyperparameters.ts";
import { integerPower } from "./integer-power.ts";
import { scaleByLearningRate } from "./scale-by-learning-rate.ts";
import type { GradientTransformation, Schedule } from "./transformation.ts";
import { flushed } from "./subnormal.ts";

export interface ScaleByBeliefOptions {
  /** β₁, the decay rate of the average of the gradients, in [0, 1). Default 0.9. */
  readonly beta1?: number;
  /** β₂, the decay rate of the average of the squared deviations, in [0, 1). Default 0.999. */
  readonly beta2?: number;
  /** ε, at or above 0. Default 1e-16. */
  readonly epsilon?: number;
}

export interface ScaleByBeliefState {
  readonly kind: "scaleByBelief";
  readonly version: 1;
  /** The number of updates so far. */
  step: number;
  /** m, the average of the gradients (not corrected); as long as the parameters. */
  readonly first: Float64Array;
  /** s, the average of the squared deviations (not corrected), with its ε. */
  readonly second: Float64Array;
}

/**
 * AdaBelief without the learning rate: m̂ / (√ŝ + ε) with s ← β₂s + (1 − β₂)(g − m)² + ε. Ends in an ascent direction.
 * Throws ArgumentError for an option out of its range. Source: Zhuang and others (2020).
 *
 * @example const optimizer = chain(scaleByBelief(), scaleByLearningRate(0.01));
 */
export function scaleByBelief(options: ScaleByBeliefOptions = {}): GradientTransformation<ScaleByBeliefState> {
  requireKnown("scaleByBelief", options, ["beta1", "beta2", "epsilon"]);
  const { beta1, beta2, floor } = averagingRates(options, 1e-16);
  return define<ScaleByBeliefState, typeof beliefKernel>({
    kind: "scaleByBelief",
    vectors: ["first", "second"],
    moments: { first: ["first"], second: ["second"] },
    fields: { step: 0 },
    loop: beliefKernel,
    apply(gradient, state, loop) {
      state.step += 1;
      const root = Math.sqrt(1 - integerPower(beta2, state.step));
      const scale = root / (1 - integerPower(beta1, state.step));
      loop(gradient, state.first, state.second, beta1, beta2, scale, floor, floor * root);
    },
  });
}

export function beliefKernel(
  gradient: Float64Array,
  first: Float64Array,
  second: Float64Array,
  beta1: number,
  beta2: number,
  scale: number,
  inner: number,
  outer: number,
): void {
  const gain1 = 1 - beta1;
  const gain2 = 1 - beta2;
  for (let i = 0; i < gradient.length; i++) {
    const entry = gradient[i];
    const m = flushed(beta1 * first[i] + gain1 * entry);
    const deviation = entry - m;
    const s = beta2 * second[i] + gain2 * deviation * deviation + inner;
    first[i] = m;
    second[i] = s;
    gradient[i] = (scale * m) / (Math.sqrt(s) + outer);
  }
}

export interface AdabeliefOptions extends ScaleByBeliefOptions {
  /** η, at or above 0, or a function of the step. Default 1e-3. */
  readonly learningRate?: number | Schedule;
  /** λ, at or above 0: decoupled weight decay, added to the step. Default 0. */
  readonly weightDecay?: number;
}

/**
 * AdaBelief: p ← p − η (m̂ / (√ŝ + ε) + λp) with s ← β₂s + (1 − β₂)(g − m)² + ε.
 *
 * Throws ArgumentError for an option out of its range. Source: Zhuang and others, "AdaBelief Optimizer: Adapting
 * Stepsizes by the Belief in Observed Gradients" (2020), and the defaults of its code (without rectification).
 *
 * @example const optimizer = adabelief({ learningRate: 0.01 });
 */
export function adabelief(options: AdabeliefOptions = {}): GradientTransformation<ChainState> {
  requireKnown("adabelief", options, ["learningRate", "beta1", "beta2", "epsilon", "weightDecay"]);
  const { learningRate = 1e-3, weightDecay = 0, ...scaling } = options;
  return namedChain("adabelief", [
    scaleByBelief(scaling),
    addWeightDecay(weightDecay),
    scaleByLearningRate(learningRate),
  ]);
}
