/**
 * Where gradients are sampled: the distribution ρ over parameters in EGOP(f, ρ) = E ∇f(θ) ∇f(θ)ᵀ. The usual choices are
 * the distribution that a network is initialized from, and a Gaussian around a point.
 */
import { ArgumentError, NotFiniteError, ShapeError } from "../errors.ts";
import { sizeOf, type Layout, type Shape, type TensorSlot } from "../linalg/layout.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { randomOrthonormal } from "../linalg/random-orthogonal.ts";
import { fold, normal, type Key } from "../math/random.ts";

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
  const bad = mean.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new NotFiniteError(`gaussian: mean[${bad}] is ${mean[bad]}.`);
  if (!(Number.isFinite(standardDeviation) && standardDeviation >= 0))
    throw new ArgumentError(
      `gaussian: standardDeviation is ${standardDeviation}; expected a finite number, 0 or more.`,
    );
  return {
    dimension: mean.length,
    draw(key, out): void {
      normal(key, out);
      for (let k = 0; k < mean.length; k++) out[k] = mean[k] + standardDeviation * out[k];
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
      if (out.length !== points.columns)
        throw new ShapeError(`listedPoints: out has ${out.length} elements; the points have ${points.columns}.`);
      out.set(points.row(index));
    },
  };
}
