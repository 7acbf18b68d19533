/**
 * Where gradients are sampled: the distribution ρ over parameters in EGOP(f, ρ) = E ∇f(θ) ∇f(θ)ᵀ. The usual choices are
 * the distribution that a network is initialized from, and a Gaussian around a point.
 */
import { ArgumentError, NotFiniteError, ShapeError } from "../errors.ts";
import { indexOfNotFinite } from "../linalg/finite.ts";
import { sizeOf, type Layout, type Shape, type TensorSlot } from "../linalg/layout.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { randomOrthonormal } from "../linalg/random-orthogonal.ts";
import { exp, log } from "../math/elementary.ts";
import { fold, integers, normal, uniform, type Key } from "../math/random.ts";

/** A distribution over parameter vectors. */
export interface SamplingDistribution {
  /** The length of a draw. */
  readonly dimension: number;
  /** Overwrites `out` with draw number `index`; the same key and index give the same bits. */
  draw(key: Key, out: Float64Array, index: number): void;
}

/** How the spread of a weight tensor depends on the numbers of its inputs and outputs. */
export type InitializationScheme = "lecun" | "he" | "glorot" | "orthogonal";

/**
 * The usual random initialization of a network as a distribution over its parameters: tensors with two or more axes are
 * weights, normal with mean 0 and variance 1/fan-in ("lecun", the default), 2/fan-in ("he") or 2/(fan-in + fan-out)
 * ("glorot"), or uniform among the matrices with orthonormal columns or rows, whichever are fewer ("orthogonal", as
 * out × in·window for a convolution); tensors with fewer axes are biases and start at 0. A matrix is [in, out]; with more
 * axes a tensor is [out, in, ...window] as in a convolution. Each tensor has draws of its own, whatever the others' sizes.
 *
 * Source: Y. LeCun et al., Efficient BackProp, 1998, §4.6; K. He et al., Delving Deep into Rectifiers, 2015, §2.2;
 * X. Glorot and Y. Bengio, Understanding the Difficulty of Training Deep Feedforward Networks, 2010, §4.2; A. Saxe et
 * al., Exact Solutions to the Nonlinear Dynamics of Learning in Deep Linear Neural Networks, 2014.
 *
 * @example initialization(layout({ W: [64, 16], b: [16] })).dimension // 1040
 */
export function initialization(
  layout: Layout,
  options: { readonly scheme?: InitializationScheme } = {},
): SamplingDistribution {
  const { scheme = "lecun" } = options;
  if (!["lecun", "he", "glorot", "orthogonal"].includes(scheme))
    throw new ArgumentError(
      `initialization: the scheme is "${scheme}"; expected "lecun", "he", "glorot" or "orthogonal".`,
    );
  const weights = layout.tensors
    .map((slot, index) => ({ slot, index, deviation: Math.sqrt(varianceOf(slot.shape, scheme)) }))
    .filter(({ slot }) => isWeight(slot));
  return {
    dimension: layout.size,
    draw(key, out): void {
      layout.check(out, "initialization");
      out.fill(0);
      for (const { slot, index, deviation } of weights) {
        const values = out.subarray(slot.offset, slot.offset + slot.size);
        if (scheme === "orthogonal") {
          drawOrthonormal(slot.shape, fold(key, index), values);
          continue;
        }
        normal(fold(key, index), values);
        for (let k = 0; k < values.length; k++) values[k] *= deviation;
      }
    },
  };
}

/** Overwrites `values` with a matrix of orthonormal columns, or rows where these are fewer. */
function drawOrthonormal([rows, ...rest]: Shape, key: Key, values: Float64Array): void {
  const columns = sizeOf(rest);
  const tall = randomOrthonormal(Math.max(rows, columns), Math.min(rows, columns), key);
  values.set((rows >= columns ? tall : tall.transpose()).data);
}

/** Weights have two or more axes; biases and the parameters of normalizations have one or none. */
export function isWeight(slot: TensorSlot): boolean {
  return slot.shape.length >= 2;
}

function varianceOf(shape: Shape, scheme: InitializationScheme): number {
  if (shape.length < 2) return 0;
  const window = sizeOf(shape.slice(2));
  const [fanIn, fanOut] = shape.length === 2 ? [shape[0], shape[1]] : [shape[1] * window, shape[0] * window];
  if (scheme === "lecun") return 1 / fanIn;
  return scheme === "he" ? 2 / fanIn : 2 / (fanIn + fanOut);
}

/**
 * A Gaussian with independent coordinates of one standard deviation around a point (which is copied).
 * Throws NotFiniteError for a mean that is not finite, ArgumentError for a negative or non-finite deviation.
 *
 * @example gaussian({ mean: new Float64Array([1, 2]), standardDeviation: 0.1 }).dimension // 2
 */
export function gaussian(options: {
  readonly mean: Float64Array;
  readonly standardDeviation: number;
}): SamplingDistribution {
  const mean = options.mean.slice();
  const { standardDeviation } = options;
  requireFinitePoint("gaussian: mean", mean);
  requireSpread("gaussian: standardDeviation", standardDeviation);
  return {
    dimension: mean.length,
    draw(key, out): void {
      requireLength("gaussian", out, mean.length);
      normal(key, out);
      for (let k = 0; k < mean.length; k++) out[k] = mean[k] + standardDeviation * out[k];
    },
  };
}

/**
 * Uniform on the box lower ≤ θ < upper, coordinate by coordinate (both are copied). Throws ShapeError for corners of
 * different lengths, NotFiniteError for corners that are not finite, ArgumentError where lower is above upper, and where
 * they are further apart than the largest number.
 *
 * @example uniformBox({ lower: new Float64Array(2), upper: Float64Array.of(1, 2) }).dimension // 2
 */
export function uniformBox(options: {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}): SamplingDistribution {
  const [lower, upper] = [options.lower.slice(), options.upper.slice()];
  if (lower.length !== upper.length)
    throw new ShapeError(`uniformBox: lower has ${lower.length} elements; upper has ${upper.length}.`);
  requireFinitePoint("uniformBox: lower", lower);
  requireFinitePoint("uniformBox: upper", upper);
  const crossed = lower.findIndex((value, i) => value > upper[i]);
  if (crossed >= 0)
    throw new ArgumentError(
      `uniformBox: lower[${crossed}] is ${lower[crossed]}, above upper[${crossed}], which is ${upper[crossed]}.`,
    );
  const wide = lower.findIndex((value, i) => upper[i] - value === Infinity);
  if (wide >= 0)
    throw new ArgumentError(
      `uniformBox: from lower[${wide}], ${lower[wide]}, to upper[${wide}], ${upper[wide]}, is further than the largest number.`,
    );
  return {
    dimension: lower.length,
    draw(key, out): void {
      requireLength("uniformBox", out, lower.length);
      uniform(key, out);
      for (let i = 0; i < out.length; i++) out[i] = lower[i] + (upper[i] - lower[i]) * out[i];
    },
  };
}

/**
 * Uniform on the ball of a radius around a center (which is copied): a normal direction, and a distance radius·u^(1/d).
 * Throws NotFiniteError for a center that is not finite, ArgumentError for a negative or non-finite radius.
 *
 * @example uniformBall({ center: new Float64Array(2), radius: 1 }).dimension // 2
 */
export function uniformBall(options: { readonly center: Float64Array; readonly radius: number }): SamplingDistribution {
  const center = options.center.slice();
  const { radius } = options;
  requireFinitePoint("uniformBall: center", center);
  requireSpread("uniformBall: radius", radius);
  const distance = new Float64Array(1);
  return {
    dimension: center.length,
    draw(key, out): void {
      requireLength("uniformBall", out, center.length);
      normal(fold(key, 0), out);
      let squares = 0;
      for (const entry of out) squares += entry * entry;
      // u in (0, 1], so that its logarithm is finite.
      const u = 1 - uniform(fold(key, 1), distance)[0];
      const scale = squares > 0 ? (radius * exp(log(u) / center.length)) / Math.sqrt(squares) : 0;
      for (let i = 0; i < out.length; i++) out[i] = center[i] + scale * out[i];
    },
  };
}

/**
 * Along a path of training, given by its points, one per row (kept, not copied): a segment drawn uniformly, a place on it
 * drawn uniformly, and Gaussian noise of one standard deviation (default 0) around that. Throws ArgumentError for a path
 * without points and for a negative or non-finite deviation, NotFiniteError for a point that is not finite.
 *
 * @example alongPath({ points: Matrix.fromRows([[0, 0], [1, 1]]) }).dimension // 2
 */
export function alongPath(options: {
  readonly points: Matrix;
  readonly standardDeviation?: number;
}): SamplingDistribution {
  const { points, standardDeviation = 0 } = options;
  if (points.rows === 0) throw new ArgumentError("alongPath: the path has no points; expected at least one row.");
  requireFinitePoint("alongPath: points", points.data);
  requireSpread("alongPath: standardDeviation", standardDeviation);
  const segment = new Int32Array(1);
  const place = new Float64Array(1);
  return {
    dimension: points.columns,
    draw(key, out): void {
      requireLength("alongPath", out, points.columns);
      normal(fold(key, 0), out);
      const from = integers(fold(key, 1), Math.max(points.rows - 1, 1), segment)[0];
      const share = uniform(fold(key, 2), place)[0];
      const start = points.row(from);
      const end = points.row(Math.min(from + 1, points.rows - 1));
      for (let i = 0; i < out.length; i++) out[i] = start[i] + share * (end[i] - start[i]) + standardDeviation * out[i];
    },
  };
}

/**
 * Points chosen by the caller, one per row: draw number i is row i, whatever the key.
 * Drawing beyond the last row throws ArgumentError. @example listedPoints(Matrix.fromRows([[0, 1], [2, 3]])).dimension // 2
 */
export function listedPoints(points: Matrix): SamplingDistribution {
  return {
    dimension: points.columns,
    draw(_key, out, index): void {
      if (index >= points.rows)
        throw new ArgumentError(
          `listedPoints: sample ${index} was asked for, but only ${points.rows} points are listed.`,
        );
      requireLength("listedPoints", out, points.columns);
      out.set(points.row(index));
    },
  };
}

function requireFinitePoint(what: string, values: Float64Array): void {
  const bad = indexOfNotFinite(values);
  if (bad >= 0) throw new NotFiniteError(`${what}[${bad}] is ${values[bad]}.`);
}

function requireSpread(what: string, value: number): void {
  if (!(Number.isFinite(value) && value >= 0))
    throw new ArgumentError(`${what} is ${value}; expected a finite number, 0 or more.`);
}

function requireLength(what: string, out: Float64Array, length: number): void {
  if (out.length !== length)
    throw new ShapeError(`${what}: out has ${out.length} elements; the points have ${length}.`);
}
