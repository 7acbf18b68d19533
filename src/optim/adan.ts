/**
 * Adan: Adam with Nesterov's look-ahead from the differences of successive gradients.
 *
 *   δ = g − g₋ (0 at the first step)        m ← β₁m + (1 − β₁)g        v ← β₂v + (1 − β₂)δ
 *   n ← β₃n + (1 − β₃)(g + β₂δ)²
 *   step = (m/(1 − β₁ᵗ) + β₂ v/(1 − β₂ᵗ)) / (√(n/(1 − β₃ᵗ)) + ε)        t = 1, 2, …
 *
 * One pass, O(size). The βs are decay rates, as in the authors' code; the paper's are one minus these.
 *
 * Source: X. Xie and others, "Adan: Adaptive Nesterov Momentum Algorithm for Faster Optimizing Deep Models" (2022),
 * algorithm 1. Reference implementation: sail-sg/Adan, adan.py.
 */
import { addWeightDecay } from "./add-weight-decay.ts";
import { namedChain, type ChainState } from "./named-chain.ts";
import { define } from "./define.ts";
import { positiveFloor, requireDecayRate, requireKnown, requireNonnegative } from "./hyperparameters.ts";
import { integerPower } from "./integer-power.ts";
import { scaleByLearningRate } from "./scale-by-learning-rate.ts";
import type { GradientTransformation, Schedule } from "./transformation.ts";
import { flushed } from "./subnormal.ts";

export interface ScaleByAdanOptions {
  /** β₁, the decay rate of the average of the gradients, in [0, 1). Default 0.98. */
  readonly beta1?: number;
  /** β₂, the decay rate of the average of the differences, in [0, 1). Default 0.92. */
  readonly beta2?: number;
  /** β₃, the decay rate of the average of the squares, in [0, 1). Default 0.99. */
  readonly beta3?: number;
  /** ε, at or above 0. Default 1e-8. */
  readonly epsilon?: number;
}

export interface ScaleByAdanState {
  readonly kind: "scaleByAdan";
  readonly version: 1;
  /** The number of updates so far. */
  step: number;
  /** m, the average of the gradients (not corrected); as long as the parameters. */
  readonly first: Float64Array;
  /** v, the average of the differences (not corrected). */
  readonly differences: Float64Array;
  /** n, the average of the squares (not corrected). */
  readonly second: Float64Array;
  /** g₋, the gradient of the last update. */
  readonly previous: Float64Array;
}

/**
 * Adan without the learning rate; the formula is at the head of this file. Ends in an ascent direction. Throws ArgumentError
 * for an option out of its range. Source: Xie and others (2022).
 *
 * @example const optimizer = chain(scaleByAdan(), scaleByLearningRate(0.01));
 */
export function scaleByAdan(options: ScaleByAdanOptions = {}): GradientTransformation<ScaleByAdanState> {
  requireKnown("scaleByAdan", options, ["beta1", "beta2", "beta3", "epsilon"]);
  const { beta1 = 0.98, beta2 = 0.92, beta3 = 0.99, epsilon = 1e-8 } = options;
  requireDecayRate("beta1", beta1);
  requireDecayRate("beta2", beta2);
  requireDecayRate("beta3", beta3);
  const floor = positiveFloor(epsilon);
  return define<ScaleByAdanState, typeof adanKernel>({
    kind: "scaleByAdan",
    vectors: ["first", "differences", "second", "previous"],
    moments: { first: ["first", "differences", "previous"], second: ["second"] },
    fields: { step: 0 },
    loop: adanKernel,
    apply(gradient, state, loop) {
      if (state.step === 0) state.previous.set(gradient);
      state.step += 1;
      const root = Math.sqrt(1 - integerPower(beta3, state.step));
      const scale1 = root / (1 - integerPower(beta1, state.step));
      const scale2 = (root * beta2) / (1 - integerPower(beta2, state.step));
      loop(
        gradient,
        state.first,
        state.differences,
        state.second,
        state.previous,
        beta1,
        beta2,
        beta3,
        scale1,
        scale2,
        floor * root,
      );
    },
  });
}

export function adanKernel(
  gradient: Float64Array,
  first: Float64Array,
  differences: Float64Array,
  second: Float64Array,
  previous: Float64Array,
  beta1: number,
  beta2: number,
  beta3: number,
  scale1: number,
  scale2: number,
  epsilon: number,
): void {
  const gain1 = 1 - beta1;
  const gain2 = 1 - beta2;
  const gain3 = 1 - beta3;
  for (let i = 0; i < gradient.length; i++) {
    const entry = gradient[i];
    const difference = entry - previous[i];
    const ahead = entry + beta2 * difference;
    const m = flushed(beta1 * first[i] + gain1 * entry);
    const v = flushed(beta2 * differences[i] + gain2 * difference);
    const n = flushed(beta3 * second[i] + gain3 * ahead * ahead);
    first[i] = m;
    differences[i] = v;
    second[i] = n;
    previous[i] = entry;
    gradient[i] = (scale1 * m + scale2 * v) / (Math.sqrt(n) + epsilon);
  }
}

export interface AdanOptions extends ScaleByAdanOptions {
  /** η, at or above 0, or a function of the step. Default 1e-3. */
  readonly learningRate?: number | Schedule;
  /** λ, at or above 0: decoupled weight decay, added to the step. Default 0. */
  readonly weightDecay?: number;
}

/**
 * Adan: p ← (p − η (m̂ + β₂v̂) / (√n̂ + ε)) / (1 + ηλ); the formula is at the head of this file.
 *
 * Throws ArgumentError for an option out of its range. Source: Xie and others, "Adan: Adaptive Nesterov Momentum
 * Algorithm for Faster Optimizing Deep Models" (2022), and the defaults of its code.
 *
 * @example const optimizer = adan({ learningRate: 0.01 });
 */
export function adan(options: AdanOptions = {}): GradientTransformation<ChainState> {
  requireKnown("adan", options, ["learningRate", "beta1", "beta2", "beta3", "epsilon", "weightDecay"]);
  const { learningRate = 1e-3, weightDecay = 0, ...scaling } = options;
  if (typeof learningRate !== "function") requireNonnegative("learningRate", learningRate);
  return namedChain("adan", [
    scaleByAdan(scaling),
    addWeightDecay(weightDecay),
    // The proximal step (p − ηu) / (1 + ηλ) is p − η/(1 + ηλ) · (u + λp).
    scaleByLearningRate(weightDecay === 0 ? learningRate : (step) => shrunk(rateOf(learningRate, step), weightDecay)),
  ]);
}

function rateOf(learningRate: number | Schedule, step: number): number {
  if (typeof learningRate === "number") return learningRate;
  const rate = learningRate(step);
  requireNonnegative(`learningRate at step ${step}`, rate);
  return rate;
}

function shrunk(rate: number, weightDecay: number): number {
  return rate / (1 + rate * weightDecay);
}
