/**
 * Prodigy: Adam that finds its learning rate, from a lower bound d of the distance to the solution that grows with the
 * evidence.
 *
 *   r ← √β₂ r + (d/d₀) δ ⟨g, p₀ − p⟩        s ← √β₂ s + (d/d₀) δ g        δ = d η (times Adam's correction, if asked for)
 *   m ← β₁m + d(1 − β₁)g        v ← β₂v + d²(1 − β₂)g²        d₊ = max(d, c r/‖s‖₁)
 *   step = d (m/(√v + d₊ε) + λp), to be multiplied by η;  d ← d₊ behind it
 *
 * Three passes, O(size). Of four neighbors in the sum ⟨g, p₀ − p⟩, and of two in ‖s‖₁, each goes to a sum of its own, what is left over to the
 * first; these are added up in pairs.
 *
 * Source: K. Mishchenko, A. Defazio, "Prodigy: An Expeditiously Adaptive Parameter-Free Learner" (2023), algorithm 4.
 * Reference implementation: konstmish/prodigy, prodigyopt/prodigy.py, whose order of the updates this is.
 */
import { ArgumentError } from "../errors.ts";
import { namedChain, type ChainState } from "./named-chain.ts";
import { define } from "./define.ts";
import {
  positiveFloor,
  requireDecayRate,
  requireKnown,
  requireNonnegative,
  requirePositive,
} from "./hyperparameters.ts";
import { integerPower } from "./integer-power.ts";
import { scaleByLearningRate } from "./scale-by-learning-rate.ts";
import type { GradientTransformation, Schedule } from "./transformation.ts";
import { flushed } from "./subnormal.ts";

export interface ProdigyOptions {
  /** η, at or above 0, or a function of the step: a factor on what the method finds. Default 1. */
  readonly learningRate?: number | Schedule;
  /** β₁, the decay rate of the average of the gradients, in [0, 1). Default 0.9. */
  readonly beta1?: number;
  /** β₂, the decay rate of the average of the squared gradients, in [0, 1). Default 0.999. */
  readonly beta2?: number;
  /** ε, at or above 0. Default 1e-8. */
  readonly epsilon?: number;
  /** λ, at or above 0: decoupled weight decay. Default 0. */
  readonly weightDecay?: number;
  /** d₀, above 0: the first estimate of the distance, far too small on purpose. Default 1e-6. */
  readonly initialDistance?: number;
  /** c, above 0: a factor on the estimates. Default 1. */
  readonly coefficient?: number;
  /** Whether to correct the averages for their start at zero, as Adam does. Default false. */
  readonly correction?: boolean;
}

export interface ScaleByProdigyState {
  readonly kind: "scaleByProdigy";
  readonly version: 1;
  /** The number of updates so far. */
  step: number;
  /** d, the estimate of the distance. */
  distance: number;
  /** r. */
  numerator: number;
  /** p₀, the parameters at the first update; as long as the parameters. */
  readonly start: Float64Array;
  /** s, the weighted sum of the gradients. */
  readonly sum: Float64Array;
  /** m. */
  readonly first: Float64Array;
  /** v. */
  readonly second: Float64Array;
}

const names = [
  "learningRate",
  "beta1",
  "beta2",
  "epsilon",
  "weightDecay",
  "initialDistance",
  "coefficient",
  "correction",
];

/**
 * Prodigy before the last product with η: d (m/(√v + d₊ε) + λp). Its estimate needs η too, so give `scaleByLearningRate`
 * behind it the same. Throws ArgumentError for an option out of its range. Source: Mishchenko and Defazio (2023).
 *
 * @example const optimizer = chain(scaleByProdigy({ learningRate: 0.5 }), scaleByLearningRate(0.5));
 */
export function scaleByProdigy(options: ProdigyOptions = {}): GradientTransformation<ScaleByProdigyState> {
  requireKnown("scaleByProdigy", options, names);
  const { learningRate = 1, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 } = options;
  const { initialDistance = 1e-6, coefficient = 1, correction = false } = options;
  if (typeof learningRate !== "function") requireNonnegative("learningRate", learningRate);
  requireDecayRate("beta1", beta1);
  requireDecayRate("beta2", beta2);
  requireNonnegative("weightDecay", weightDecay);
  requirePositive("initialDistance", initialDistance);
  requirePositive("coefficient", coefficient);
  const floor = positiveFloor(epsilon);
  const beta3 = Math.sqrt(beta2);
  function rateAt(step: number): number {
    const rate = typeof learningRate === "number" ? learningRate : learningRate(step);
    if (!(Number.isFinite(rate) && rate >= 0))
      throw new ArgumentError(
        `The learning rate's schedule returned ${String(rate)} for step ${step}; expected a finite number at or above 0.`,
      );
    return rate;
  }
  return define<ScaleByProdigyState, typeof prodigyKernel>({
    kind: "scaleByProdigy",
    vectors: ["first", "second", "start", "sum"],
    loop: prodigyKernel,
    looksAhead: true,
    moments: { first: ["start", "sum", "first"], second: ["second"] },
    init: ({ size }) => ({
      kind: "scaleByProdigy",
      version: 1,
      step: 0,
      distance: initialDistance,
      numerator: 0,
      start: new Float64Array(size),
      sum: new Float64Array(size),
      first: new Float64Array(size),
      second: new Float64Array(size),
    }),
    refuse: (state) => void rateAt(state.step),
    apply(gradient, state, loop, parameters) {
      const { start, sum, first, second, distance } = state;
      const rate = rateAt(state.step);
      if (state.step === 0) start.set(parameters);
      state.step += 1;
      const corrected = correction
        ? Math.sqrt(1 - integerPower(beta2, state.step)) / (1 - integerPower(beta1, state.step))
        : 1;
      const scale = distance * corrected;
      const weight = (distance / initialDistance) * scale * rate;
      const gain1 = distance * (1 - beta1);
      const gain2 = distance * distance * (1 - beta2);
      const inner = innerProduct(gradient, start, parameters);
      const norm = addToAverages(gradient, sum, beta3, weight, first, beta1, gain1, second, beta2, gain2);
      state.numerator = beta3 * state.numerator + weight * inner;
      if (norm > 0) state.distance = Math.max(distance, (coefficient * state.numerator) / norm);
      loop(gradient, first, second, parameters, scale, state.distance * floor, weightDecay);
    },
  });
}

// Functions of their own: the code that V8 makes of a loop while it runs for the first time is left at every later call where
// something that had not run yet stands behind the loop.

/** ⟨g, x₀ − x⟩. */
function innerProduct(gradient: Float64Array, start: Float64Array, parameters: Float64Array): number {
  const { length } = gradient;
  const four = length - (length & 3);
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let i = 0; i < four; i += 4) {
    s0 += gradient[i] * (start[i] - parameters[i]);
    s1 += gradient[i + 1] * (start[i + 1] - parameters[i + 1]);
    s2 += gradient[i + 2] * (start[i + 2] - parameters[i + 2]);
    s3 += gradient[i + 3] * (start[i + 3] - parameters[i + 3]);
  }
  for (let i = four; i < length; i++) s0 += gradient[i] * (start[i] - parameters[i]);
  return s0 + s1 + (s2 + s3);
}

/** s ← β₃s + wg, m ← β₁m + γ₁g and v ← β₂v + γ₂g²; returns Σ|s|. */
function addToAverages(
  gradient: Float64Array,
  sum: Float64Array,
  beta3: number,
  weight: number,
  first: Float64Array,
  beta1: number,
  gain1: number,
  second: Float64Array,
  beta2: number,
  gain2: number,
): number {
  let even = 0;
  let odd = 0;
  for (let i = 0; i < gradient.length; i++) {
    const entry = gradient[i];
    const s = flushed(beta3 * sum[i] + weight * entry);
    sum[i] = s;
    first[i] = flushed(beta1 * first[i] + gain1 * entry);
    second[i] = flushed(beta2 * second[i] + gain2 * entry * entry);
    // Exchanged, so that neighbors go to either.
    const before = even;
    even = odd;
    odd = before + Math.abs(s);
  }
  return even + odd;
}

/** The loop over the elements behind the sums: d (m/(√v + d₊ε) + λp). */
export function prodigyKernel(
  gradient: Float64Array,
  first: Float64Array,
  second: Float64Array,
  parameters: Float64Array,
  scale: number,
  epsilon: number,
  weightDecay: number,
): void {
  for (let i = 0; i < gradient.length; i++)
    gradient[i] = scale * (first[i] / (Math.sqrt(second[i]) + epsilon) + weightDecay * parameters[i]);
}

/**
 * Prodigy: p ← p − η d (m/(√v + d₊ε) + λp), with d an estimate of the distance to the solution that only grows; the formula is
 * at the head of this file. Leave η at 1, or give a schedule that falls from 1.
 *
 * Throws ArgumentError for an option out of its range. Source: Mishchenko and Defazio, "Prodigy: An Expeditiously Adaptive
 * Parameter-Free Learner" (2023), and the defaults of its code.
 *
 * @example const optimizer = prodigy();
 */
export function prodigy(options: ProdigyOptions = {}): GradientTransformation<ChainState> {
  requireKnown("prodigy", options, names);
  return namedChain("prodigy", [scaleByProdigy(options), scaleByLearningRate(options.learningRate ?? 1)]);
}
