/**
 * GGT: full-matrix adaptive scaling from a window of the last r gradients, exact on their span and cheap beyond.
 *
 *   G = [g_t, βg_{t−1}, …, β^(r−1) g_{t−r+1}] = U Σ Wᵀ        step = [(GGᵀ)^(1/2) + εI]⁻¹ g = g/ε + U [(Σ + εI)⁻¹ − I/ε] Uᵀ g
 *
 * through the r × r matrix GᵀG, of which a step computes one new row: 3dr operations and an eigendecomposition of size r;
 * memory dr. Directions whose singular value is below 1e-7 of the largest are not seen, which is what squaring leaves.
 *
 * g is itself a column of G, so the step is G W (Σ + εI)⁻¹ Wᵀ e, a combination of the window, and nothing cancels.
 * Source: N. Agarwal and others, Efficient Full-Matrix Adaptive
 * Regularization (2019), section 2.
 */
import { ArgumentError } from "../../errors.ts";
import { Matrix } from "../../linalg/matrix.ts";
import { symmetricEigen } from "../../linalg/symmetric-eigen.ts";
import { namedChain, type ChainState } from "../named-chain.ts";
import { requireKnown, requirePositive, requireWhole } from "../hyperparameters.ts";
import { integerPower } from "../integer-power.ts";
import { scaleByLearningRate } from "../scale-by-learning-rate.ts";
import { checkLengths, checkState } from "../state.ts";
import type { GradientTransformation, Schedule } from "../transformation.ts";
import { requireTame } from "./blocks.ts";

export interface ScaleByGgtOptions {
  /** r, the number of gradients kept: a whole number above 0. Default 100. */
  readonly window?: number;
  /** β, in (0, 1]: the weight of each gradient beside that of the next. Default 1. */
  readonly decay?: number;
  /** ε, above 0. Default 1e-4. */
  readonly epsilon?: number;
}

export interface ScaleByGgtState {
  readonly kind: "scaleByGgt";
  readonly version: 1;
  /** The number of updates so far; the gradient of update t lies in row t modulo r. */
  step: number;
  /** The last gradients, r rows as long as the parameters, without weights. */
  readonly window: Float64Array;
  /** Their inner products, r × r. */
  readonly products: Float64Array;
}

/** Singular values below this share of the largest are round-off of the squares. */
const negligible = 1e-7;

/**
 * GGT without the learning rate: [(GGᵀ)^(1/2) + εI]⁻¹ g, with the last r gradients as the columns of G. Ends in an ascent
 * direction: put `scaleByLearningRate` behind it.
 *
 * Throws ArgumentError for an option out of its range, and NotFiniteError for a gradient with NaN, infinities or entries
 * beyond 1e150; the state is then as it was. Source: Agarwal and others, "Efficient Full-Matrix Adaptive Regularization"
 * (2019).
 *
 * @example const optimizer = chain(scaleByGgt({ window: 20 }), scaleByLearningRate(0.1));
 */
export function scaleByGgt(options: ScaleByGgtOptions = {}): GradientTransformation<ScaleByGgtState> {
  requireKnown("scaleByGgt", options, ["window", "decay", "epsilon"]);
  const { window = 100, decay = 1, epsilon = 1e-4 } = options;
  requireWhole("window", window, 1);
  if (!(decay > 0 && decay <= 1))
    throw new ArgumentError(`The option decay is ${String(decay)}; expected a number in (0, 1].`);
  requirePositive("epsilon", epsilon);
  function check(gradient: Float64Array, state: ScaleByGgtState, parameters: Float64Array): void {
    checkState(state, "scaleByGgt");
    checkLengths("scaleByGgt", state.window.length / window, gradient, parameters);
    requireTame("scaleByGgt", gradient);
  }
  return {
    name: "scaleByGgt",
    init: ({ size }) => ({
      kind: "scaleByGgt",
      version: 1,
      step: 0,
      window: new Float64Array(window * size),
      products: new Float64Array(window * window),
    }),
    check,
    update(gradient, state, parameters) {
      check(gradient, state, parameters);
      const newest = state.step % window;
      state.step += 1;
      const count = Math.min(state.step, window);
      remember(gradient, state, newest, count, window);
      applyWindow(gradient, state, newest, count, window, decay, epsilon);
    },
    // The gradients turn; their inner products stay.
    turn({ window: rows }, change) {
      const d = rows.length / window;
      for (let k = 0; k < window; k++) change.rotate(rows.subarray(k * d, (k + 1) * d));
    },
  };
}

function remember(
  gradient: Float64Array,
  { window: rows, products }: ScaleByGgtState,
  newest: number,
  count: number,
  window: number,
): void {
  const size = gradient.length;
  rows.set(gradient, newest * size);
  for (let k = 0; k < count; k++) {
    let sum = 0;
    for (let i = 0, at = k * size; i < size; i++, at++) sum += rows[at] * gradient[i];
    products[newest * window + k] = sum;
    products[k * window + newest] = sum;
  }
}

/** Overwrites the newest gradient with its step. */
function applyWindow(
  gradient: Float64Array,
  { window: rows, products }: ScaleByGgtState,
  newest: number,
  count: number,
  window: number,
  decay: number,
  epsilon: number,
): void {
  const size = gradient.length;
  const weights = new Float64Array(count);
  for (let k = 0; k < count; k++) weights[k] = integerPower(decay, (newest - k + window) % window);
  const inner = new Matrix(count, count);
  for (let j = 0; j < count; j++)
    for (let k = 0; k < count; k++) inner.data[j * count + k] = weights[j] * weights[k] * products[j * window + k];
  const { values, vectors } = symmetricEigen(inner);
  const largest = Math.sqrt(Math.max(0, values[0]));
  // g is a column of G, g = G e: so (GGᵀ)^(1/2) + εI is inverted on it as G W (Σ + εI)⁻¹ Wᵀ e. What is beyond the rank that
  // can be seen counts as having Σ = 0.
  const combination = new Float64Array(count);
  for (let c = 0; c < count; c++) {
    const sigma = Math.sqrt(Math.max(0, values[c]));
    const seen = sigma > negligible * largest ? sigma : 0;
    const weight = vectors.data[newest * count + c] / (seen + epsilon);
    for (let k = 0; k < count; k++) combination[k] += weight * vectors.data[k * count + c];
  }
  gradient.fill(0);
  for (let k = 0; k < count; k++) {
    const weight = combination[k] * weights[k];
    for (let i = 0, at = k * size; i < size; i++, at++) gradient[i] += weight * rows[at];
  }
}

export interface GgtOptions extends ScaleByGgtOptions {
  /** η, at or above 0, or a function of the step. Default 0.01. */
  readonly learningRate?: number | Schedule;
}

/**
 * GGT: p ← p − η [(GGᵀ)^(1/2) + εI]⁻¹ g. Throws ArgumentError for an option out of its range. Source: Agarwal and others,
 * "Efficient Full-Matrix Adaptive Regularization" (2019).
 *
 * @example minimize(objective, { start, optimizer: ggt({ learningRate: 0.1 }), steps: 400 }).value < 0.01 // true
 */
export function ggt(options: GgtOptions = {}): GradientTransformation<ChainState> {
  const { learningRate = 1e-2, ...scaling } = options;
  return namedChain("ggt", [scaleByGgt(scaling), scaleByLearningRate(learningRate)]);
}
