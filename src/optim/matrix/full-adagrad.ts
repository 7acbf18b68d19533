/**
 * Adagrad with the full matrix of second moments, and with a window of it (GGT).
 *
 *   S ← S + ggᵀ        step = (εI + S)^(−1/2) g
 *
 * The matrix couples all parameters, so the path is the same in every rotated system of coordinates, which is what the
 * diagonal form lacks. Memory d². The root is kept as an eigendecomposition that each gradient changes by a rank-one update
 * (rank-one-eigen.ts): 2d³ operations in one matrix product, instead of the 9d³ of a decomposition from scratch.
 *
 * Source: J. Duchi, E. Hazan, Y. Singer, Adaptive Subgradient Methods for Online Learning and Stochastic Optimization, 2011,
 * figure 1 with the full matrix.
 */
import { namedChain, type ChainState } from "../named-chain.ts";
import { requireKnown, requireNonnegative } from "../hyperparameters.ts";
import { scaleByLearningRate } from "../scale-by-learning-rate.ts";
import { checkLengths, checkState } from "../state.ts";
import type { GradientTransformation, Schedule } from "../transformation.ts";
import { ArgumentError, StateError } from "../../errors.ts";
import { requireTame } from "./blocks.ts";
import { RankOneEigen } from "./rank-one-eigen.ts";

export interface ScaleByFullAdagradOptions {
  /** ε, above 0: added to every eigenvalue of S. Default 1e-8. */
  readonly epsilon?: number;
}

export interface ScaleByFullAdagradState {
  readonly kind: "scaleByFullAdagrad";
  readonly version: 1;
  /** The eigenvalues of S, ascending. */
  readonly values: Float64Array;
  /** Its eigenvectors, d × d, row by row: row k belongs to value k. */
  readonly vectors: Float64Array;
}

/**
 * Full-matrix Adagrad without the learning rate: (εI + S)^(−1/2) g, where S ← S + ggᵀ. Ends in an ascent direction: put
 * `scaleByLearningRate` behind it.
 *
 * Throws ArgumentError unless ε is finite and above 0, and NotFiniteError for a gradient with NaN, infinities or entries
 * beyond 1e150; the state is then as it was. Source: Duchi, Hazan, Singer, "Adaptive Subgradient Methods for Online Learning
 * and Stochastic Optimization" (2011).
 *
 * @example const optimizer = chain(scaleByFullAdagrad(), scaleByLearningRate(0.5));
 */
export function scaleByFullAdagrad(
  options: ScaleByFullAdagradOptions = {},
): GradientTransformation<ScaleByFullAdagradState> {
  requireKnown("scaleByFullAdagrad", options, ["epsilon"]);
  const { epsilon = 1e-8 } = options;
  if (!(epsilon > 0 && epsilon < Infinity))
    throw new ArgumentError(`The option epsilon is ${String(epsilon)}; expected a finite number above 0.`);
  const workspaces = new WeakMap<ScaleByFullAdagradState, RankOneEigen>();
  function check(gradient: Float64Array, state: ScaleByFullAdagradState, parameters: Float64Array): void {
    checkState(state, "scaleByFullAdagrad");
    const { values, vectors } = state;
    checkLengths("scaleByFullAdagrad", values.length, gradient, parameters);
    if (vectors.length !== values.length * values.length)
      throw new StateError(`scaleByFullAdagrad: ${values.length} values and ${vectors.length} elements of vectors.`);
    requireTame("scaleByFullAdagrad", gradient);
  }
  return {
    name: "scaleByFullAdagrad",
    init({ size }) {
      const vectors = new Float64Array(size * size);
      for (let i = 0; i < size; i++) vectors[i * size + i] = 1;
      return { kind: "scaleByFullAdagrad", version: 1, values: new Float64Array(size), vectors };
    },
    check,
    update(gradient, state, parameters) {
      check(gradient, state, parameters);
      let eigen = workspaces.get(state);
      if (eigen === undefined) {
        eigen = new RankOneEigen(gradient.length);
        workspaces.set(state, eigen);
      }
      eigen.add(state.values, state.vectors, gradient);
      eigen.applyFunction(
        state.values,
        state.vectors,
        gradient,
        (value) => 1 / Math.sqrt(Math.max(0, value) + epsilon),
      );
    },
    // Eigenvectors turn as gradients do; the eigenvalues stay.
    turn({ values, vectors }, change) {
      const d = values.length;
      for (let k = 0; k < d; k++) change.rotate(vectors.subarray(k * d, (k + 1) * d));
    },
  };
}

export interface FullAdagradOptions extends ScaleByFullAdagradOptions {
  /** η, at or above 0, or a function of the step. Default 0.01. */
  readonly learningRate?: number | Schedule;
}

/**
 * Full-matrix Adagrad: p ← p − η (εI + Σ ggᵀ)^(−1/2) g. Throws ArgumentError for an option out of its range. Source: Duchi,
 * Hazan, Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization" (2011).
 *
 * @example minimize(objective, { start, optimizer: fullAdagrad({ learningRate: 0.5 }), steps: 200 }).value < 1e-6 // true
 */
export function fullAdagrad(options: FullAdagradOptions = {}): GradientTransformation<ChainState> {
  requireKnown("fullAdagrad", options, ["learningRate", "epsilon"]);
  const { learningRate = 1e-2, ...scaling } = options;
  if (typeof learningRate !== "function") requireNonnegative("learningRate", learningRate);
  return namedChain("fullAdagrad", [scaleByFullAdagrad(scaling), scaleByLearningRate(learningRate)]);
}
