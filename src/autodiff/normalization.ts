/** Layers that normalize: to mean 0 and variance 1 along axes, then scaled and shifted by parameters where given. */
import { ArgumentError } from "../errors.ts";
import { add, divide, mean, multiply, square, subtract } from "./arithmetic.ts";
import { sqrt } from "./functions.ts";
import { reshape, transpose } from "./structure.ts";
import { axisOf, requireTensor, shapeError, type Tensor } from "./tensor.ts";

/** What is the same for both normalizations. */
export interface NormalizationOptions {
  /** Multiplied to the normalized elements, one number per normalized element or channel; default none. */
  readonly scale?: Tensor;
  /** Added last, of the same shape; default none. */
  readonly shift?: Tensor;
  /** Added to the variance; default 1e-5. Must not be negative. */
  readonly epsilon?: number;
}

/**
 * (x − mean) / √(variance + epsilon) over the last axis, scale and shift of that length (J. L. Ba et al., Layer
 * Normalization, 2016). The variance divides by the length. Throws ShapeError for a scalar or where shapes do not
 * broadcast, ArgumentError for a negative epsilon.
 *
 * @example compiled(model, {}, (p) => layerNormalization(p.W, { scale: p.b })).shape // [3, 2]
 */
export function layerNormalization(x: Tensor, options: NormalizationOptions = {}): Tensor {
  axisOf("layerNormalization", x, -1);
  const { scale, shift } = options;
  const column = [...x.shape.slice(0, -1), 1];
  const centered = subtract(x, reshape(mean(x, -1), column));
  const variance = reshape(mean(square(centered), -1), column);
  const normalized = divide(centered, deviation("layerNormalization", variance, options));
  return shifted(scale === undefined ? normalized : multiply(normalized, scale), shift);
}

/** Batch normalization's result, and the statistics of the batch, from which running ones are made. */
export interface BatchNormalized {
  readonly output: Tensor;
  /** One number per channel. */
  readonly mean: Tensor;
  /** One number per channel; the sum of squares divided by the number of elements. */
  readonly variance: Tensor;
}

/**
 * (x − mean) / √(variance + epsilon) for each channel, over the batch and all places: x [batch, channels, ...], scale,
 * shift and statistics [channels] (S. Ioffe and C. Szegedy, Batch Normalization, 2015). `statistics` replaces those of
 * the batch, as after training. Throws ShapeError for x with fewer than two axes or another number of channels,
 * ArgumentError for a negative epsilon.
 *
 * @example compiled(model, {}, (p) => batchNormalization(p.W, { shift: p.b }).output).shape // [3, 2]
 */
export function batchNormalization(
  x: Tensor,
  options: NormalizationOptions & { readonly statistics?: { readonly mean: Tensor; readonly variance: Tensor } } = {},
): BatchNormalized {
  requireTensor(x, "batchNormalization");
  if (x.shape.length < 2) throw shapeError("batchNormalization", [x], "expected [batch, channels, ...].");
  const [, channels] = x.shape;
  const { scale, shift, statistics } = options;
  const perChannel = (tensor: Tensor): Tensor => {
    requireTensor(tensor, "batchNormalization");
    if (tensor.size !== channels)
      throw shapeError("batchNormalization", [x, tensor], `expected a number for each of ${channels} channels.`);
    return reshape(tensor, [channels, ...x.shape.slice(2).map(() => 1)]);
  };
  const rows = reshape(transpose(x, [1, 0, ...x.shape.map((_length, axis) => axis).slice(2)]), [
    channels,
    x.size / channels,
  ]);
  const center = statistics?.mean ?? mean(rows, -1);
  const spread = statistics?.variance ?? mean(square(subtract(rows, reshape(center, [channels, 1]))), -1);
  const normalized = divide(
    subtract(x, perChannel(center)),
    deviation("batchNormalization", perChannel(spread), options),
  );
  const scaled = scale === undefined ? normalized : multiply(normalized, perChannel(scale));
  return { output: shifted(scaled, shift && perChannel(shift)), mean: center, variance: spread };
}

function deviation(name: string, variance: Tensor, { epsilon = 1e-5 }: NormalizationOptions): Tensor {
  if (!(Number.isFinite(epsilon) && epsilon >= 0))
    throw new ArgumentError(`${name}: epsilon is ${epsilon}; expected a finite number, 0 or more.`);
  return sqrt(add(variance, epsilon));
}

function shifted(x: Tensor, shift: Tensor | undefined): Tensor {
  return shift === undefined ? x : add(x, shift);
}
