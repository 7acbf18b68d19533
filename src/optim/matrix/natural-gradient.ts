/**
 * The natural gradient: the direction of steepest descent where distance is that of the model's distributions.
 *
 *   step = (F + λI)⁻¹ g        F the Fisher matrix at the parameters, λ the damping
 *
 * Without damping a step means the same in all coordinates, linear or not (to first order). By conjugate gradients from 0,
 * with one product F·d an iteration and 3 vectors of memory: the residual ends below `tolerance` times ‖g‖, or the iterations
 * are used up, and every iterate is a direction of descent. Or by a Cholesky factorization of F, formed column by column from
 * d products: d³/3 operations and d² of memory, for small models.
 *
 * Source: S. Amari, Natural Gradient Works Efficiently in Learning, Neural Computation 10, 1998; J. Martens, New Insights
 * and Perspectives on the Natural Gradient Method, JMLR 21, 2020; conjugate gradients: J. Nocedal and S. Wright, Numerical
 * Optimization, 2nd ed. 2006, algorithm 5.2.
 */
import { ArgumentError, NotFiniteError, NotPositiveDefiniteError, ShapeError } from "../../errors.ts";
import { choleskyInPlace } from "../../linalg/cholesky-columns.ts";
import { fold, random, type Key } from "../../math/random.ts";
import { addWeightDecay } from "../add-weight-decay.ts";
import { define } from "../define.ts";
import { addScaled, dot } from "../deterministic/vectors.ts";
import { gradientNorm } from "../gradient-norm.ts";
import {
  requireDecayRate,
  requireKnown,
  requireNonnegative,
  requirePositive,
  requireWhole,
} from "../hyperparameters.ts";
import { namedChain, type ChainState } from "../named-chain.ts";
import { scaleByLearningRate } from "../scale-by-learning-rate.ts";
import { checkLengths } from "../state.ts";
import { trace } from "../trace.ts";
import { undoing } from "../undo.ts";
import type { GradientTransformation, Schedule } from "../transformation.ts";
import { refuseCarrying, requireSameTensors, type FisherProducts } from "./fisher-source.ts";

export interface ScaleByFisherOptions {
  /** λ, at or above 0, or a function of the step. Default 1e-3. With 0, F must be positive definite. */
  readonly damping?: number | Schedule;
  /** "cg", conjugate gradients, the default, or "dense", a Cholesky factorization. */
  readonly solver?: "cg" | "dense";
  /** Of "cg": the residual's length in shares of the gradient's at which to end. Default 1e-6. */
  readonly tolerance?: number;
  /** Of "cg": the products that a step may take. Default 100. */
  readonly iterations?: number;
  /** Feeds a source that draws its rows, which gets `fold(key, t)` in step t. Default `random(0)`. */
  readonly key?: Key;
}

export interface ScaleByFisherState {
  readonly kind: "scaleByFisher";
  readonly version: 1;
  /** The number of updates so far. */
  step: number;
}

/**
 * The natural gradient without the learning rate: (F + λI)⁻¹ g. Ends in an ascent direction: put `scaleByLearningRate`
 * behind it.
 *
 * Throws ArgumentError for an option out of its range, and when made for other tensors than the source's; NotFiniteError
 * for a product that is not finite, and NotPositiveDefiniteError where "dense" meets a singular F without damping; the
 * state is then as it was. Source: Amari, "Natural Gradient Works Efficiently in Learning" (1998).
 *
 * @example const optimizer = chain(scaleByFisher({ dimension: 2, fisherVector: (p, v, out) => out.set(v) }), scaleByLearningRate(0.5));
 */
export function scaleByFisher(
  source: FisherProducts,
  options: ScaleByFisherOptions = {},
): GradientTransformation<ScaleByFisherState> {
  requireKnown("scaleByFisher", options, ["damping", "solver", "tolerance", "iterations", "key"]);
  const { damping = 1e-3, solver = "cg", tolerance = 1e-6, iterations = 100, key = random(0) } = options;
  if (typeof damping !== "function") requireNonnegative("damping", damping);
  if (!["cg", "dense"].includes(solver))
    throw new ArgumentError(`The option solver is "${solver}"; expected "cg" or "dense".`);
  requirePositive("tolerance", tolerance);
  requireWhole("iterations", iterations, 1);
  const { dimension } = source;
  /** Made at the first step. */
  let solve: Solver | undefined;

  function dampingAt(step: number): number {
    if (typeof damping === "number") return damping;
    const value = damping(step);
    requireNonnegative(`damping at step ${step}`, value);
    return value;
  }
  const transformation = define<ScaleByFisherState>({
    kind: "scaleByFisher",
    vectors: [],
    init(layout) {
      if (layout.size !== dimension)
        throw new ShapeError(`scaleByFisher: the Fisher matrix has dimension ${dimension}; expected ${layout.size}.`);
      requireSameTensors("scaleByFisher", source.layout, layout);
      return { kind: "scaleByFisher", version: 1, step: 0 };
    },
    refuse({ step }, gradient, parameters) {
      checkLengths("scaleByFisher", dimension, gradient, parameters);
      dampingAt(step);
    },
    apply(gradient, state, _loop, parameters) {
      const rowsKey = fold(key, state.step);
      solve ??= solver === "cg" ? conjugateGradients(dimension, tolerance, iterations) : denseSolver(dimension);
      solve(gradient, dampingAt(state.step), (direction, out) => {
        source.fisherVector(parameters, direction, out, rowsKey);
      });
      state.step += 1;
    },
  });
  return { ...transformation, mayThrow: true, carry: () => refuseCarrying("scaleByFisher") };
}

type Multiply = (direction: Float64Array, out: Float64Array) => void;
/** Overwrites g with (F + λI)⁻¹ g; when it throws, g is as it was. */
type Solver = (gradient: Float64Array, damping: number, multiply: Multiply) => void;

function conjugateGradients(dimension: number, tolerance: number, iterations: number): Solver {
  const x = new Float64Array(dimension);
  const residual = new Float64Array(dimension);
  const direction = new Float64Array(dimension);
  const product = new Float64Array(dimension);
  return (gradient, damping, multiply) => {
    x.fill(0);
    residual.set(gradient);
    direction.set(gradient);
    let square = dot(residual, residual);
    const bound = tolerance * gradientNorm(gradient);
    for (let iteration = 0; iteration < iterations && Math.sqrt(square) > bound; iteration++) {
      multiply(direction, product);
      addScaled(product, damping, direction);
      const curvature = dot(direction, product);
      if (!Number.isFinite(curvature)) throw notFinite(curvature);
      // Round-off of a singular matrix: nothing is left to gain along this direction.
      if (curvature <= 0) break;
      const alpha = square / curvature;
      addScaled(x, alpha, direction);
      addScaled(residual, -alpha, product);
      const squareThere = dot(residual, residual);
      const beta = squareThere / square;
      square = squareThere;
      for (let i = 0; i < dimension; i++) direction[i] = residual[i] + beta * direction[i];
    }
    gradient.set(x);
  };
}

function denseSolver(dimension: number): Solver {
  const n = dimension;
  const matrix = new Float64Array(n * n);
  const unit = new Float64Array(n);
  const column = new Float64Array(n);
  return (gradient, damping, multiply) => {
    for (let j = 0; j < n; j++) {
      unit.fill(0);
      unit[j] = 1;
      multiply(unit, column);
      column[j] += damping;
      for (let i = 0; i < n; i++) {
        if (!Number.isFinite(column[i])) throw notFinite(column[i]);
        matrix[i * n + j] = column[i];
      }
    }
    const place = choleskyInPlace(matrix, n);
    if (place >= 0)
      throw new NotPositiveDefiniteError(
        `scaleByFisher: the Fisher matrix with damping ${damping} is not positive definite: pivot ${place} of ${n} is ` +
          `${matrix[place * n + place]}; expected damping above 0.`,
        place,
      );
    for (let i = 0; i < n; i++) {
      let sum = gradient[i];
      for (let k = 0; k < i; k++) sum -= matrix[i * n + k] * gradient[k];
      gradient[i] = sum / matrix[i * n + i];
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = gradient[i];
      for (let k = i + 1; k < n; k++) sum -= matrix[k * n + i] * gradient[k];
      gradient[i] = sum / matrix[i * n + i];
    }
  };
}

function notFinite(value: number): NotFiniteError {
  return new NotFiniteError(`scaleByFisher: a product with the Fisher matrix holds ${value}; expected finite numbers.`);
}

export interface NaturalGradientOptions extends ScaleByFisherOptions {
  /** η, at or above 0, or a function of the step. Default 1. */
  readonly learningRate?: number | Schedule;
  /** μ, in [0, 1): momentum of the natural gradients. Default 0. */
  readonly momentum?: number;
  /** λ, at or above 0: weight decay, added to the gradient. Default 0. */
  readonly weightDecay?: number;
}

/**
 * The natural gradient of a model with a Fisher matrix: p ← p − η (F + λI)⁻¹ g. For softmax outputs and the mean of
 * cross-entropies this is the generalized Gauss–Newton method, as F is then its matrix.
 *
 * Throws ArgumentError for an option out of its range. Source: Amari, "Natural Gradient Works Efficiently in Learning"
 * (1998); Martens, "New Insights and Perspectives on the Natural Gradient Method" (2020).
 *
 * @example minimize(objective, { start, optimizer: naturalGradient({ dimension: 2, fisherVector: objective.hessianVector }), steps: 9 }).value < 1e-9 // true
 */
export function naturalGradient(
  source: FisherProducts,
  options: NaturalGradientOptions = {},
): GradientTransformation<ChainState> {
  const { learningRate = 1, momentum = 0, weightDecay = 0, ...scaling } = options;
  requireDecayRate("momentum", momentum);
  const parts: GradientTransformation[] = [addWeightDecay(weightDecay), scaleByFisher(source, scaling)];
  if (momentum > 0) parts.push(trace({ momentum }));
  parts.push(scaleByLearningRate(learningRate));
  return undoing(namedChain("naturalGradient", parts), parts);
}
