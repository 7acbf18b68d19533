/**
 * Convolutions (as networks mean them: the kernel is not turned around), their transposes and poolings, in one and two
 * dimensions. A convolution is the matrix product of the kernels with the patches under them; sums run over channels,
 * window rows and window columns in ascending order.
 */
import { ArgumentError } from "../errors.ts";
import { mean } from "./arithmetic.ts";
import { matmul } from "./matmul.ts";
import { fold, patches, placesAlong, type Window } from "./patches.ts";
import { max } from "./reductions.ts";
import { reshape, transpose } from "./structure.ts";
import { requireTensor, shapeError, type Tensor } from "./tensor.ts";

/** One number for all axes of the window, or one for each. */
export type PerAxis = number | readonly number[];

/** How a convolution's window moves; every field may be left out. */
export interface ConvolutionOptions {
  /** The distance between places of the window; default 1. */
  readonly stride?: PerAxis;
  /** Zeros added at both ends of each axis; default 0. */
  readonly padding?: PerAxis;
  /** The distance between neighbors in the window; default 1. */
  readonly dilation?: PerAxis;
  /** Input and output channels are split in so many groups that do not see each other; default 1. */
  readonly groups?: number;
}

/**
 * Convolution of images x [images, channels, rows, columns] with kernels [out, channels / groups, window rows, window
 * columns]: [images, out, places down, places across]. Throws ShapeError where shapes do not fit, ArgumentError for
 * options that are not whole numbers in their range.
 *
 * @example compiled(layout({ K: [8, 3, 5, 5] }), { x: [2, 3, 12, 12] }, (p, { x }) => conv2d(x, p.K, { stride: 2, padding: 2 })).shape // [2, 8, 6, 6]
 */
export function conv2d(x: Tensor, kernels: Tensor, options: ConvolutionOptions = {}): Tensor {
  requireImages("conv2d", x, kernels, 4);
  return convolve("conv2d", x, kernels, options);
}

/**
 * Convolution of sequences x [sequences, channels, length] with kernels [out, channels / groups, window]; see `conv2d`.
 *
 * @example compiled(layout({ K: [8, 3, 5] }), { x: [2, 3, 12] }, (p, { x }) => conv1d(x, p.K)).shape // [2, 8, 8]
 */
export function conv1d(x: Tensor, kernels: Tensor, options: ConvolutionOptions = {}): Tensor {
  requireImages("conv1d", x, kernels, 3);
  return dropRow(convolve("conv1d", withRow(x), withRow(kernels), inOneRow(options)));
}

/** What a transposed convolution may be told beside a convolution's options. */
export interface TransposedConvolutionOptions extends ConvolutionOptions {
  /** Rows and columns added at one end of the result, where several lengths belong to one stride; default 0. */
  readonly outputPadding?: PerAxis;
}

/**
 * The transpose of `conv2d` in its images: x [images, channels, rows, columns], kernels [channels, out / groups, window
 * rows, window columns], result [images, out, rows', columns'] with rows' = (rows − 1)·stride − 2·padding + dilation·
 * (window rows − 1) + outputPadding + 1. Throws as `conv2d`.
 *
 * @example compiled(layout({ K: [8, 3, 5, 5] }), { x: [2, 8, 6, 6] }, (p, { x }) => convTranspose2d(x, p.K, { stride: 2, padding: 2 })).shape // [2, 3, 11, 11]
 */
export function convTranspose2d(x: Tensor, kernels: Tensor, options: TransposedConvolutionOptions = {}): Tensor {
  requireImages("convTranspose2d", x, kernels, 4);
  return convolveTransposed("convTranspose2d", x, kernels, options);
}

/**
 * The transpose of `conv1d` in its sequences: x [sequences, channels, length], kernels [channels, out / groups, window];
 * see `convTranspose2d`.
 *
 * @example compiled(layout({ K: [8, 3, 5] }), { x: [2, 8, 6] }, (p, { x }) => convTranspose1d(x, p.K)).shape // [2, 3, 10]
 */
export function convTranspose1d(x: Tensor, kernels: Tensor, options: TransposedConvolutionOptions = {}): Tensor {
  requireImages("convTranspose1d", x, kernels, 3);
  return dropRow(convolveTransposed("convTranspose1d", withRow(x), withRow(kernels), inOneRow(options)));
}

function convolve(name: string, x: Tensor, kernels: Tensor, options: ConvolutionOptions): Tensor {
  const groups = wholeNumber(`${name}: groups`, options.groups ?? 1, 1);
  const [images, channels] = x.shape;
  const [out, channelsOfGroup, ...size] = kernels.shape;
  if (channels !== channelsOfGroup * groups || out % groups !== 0)
    throw shapeError(name, [x, kernels], `the channels do not fit kernels of ${groups} group(s).`);
  const columns = patches(x, windowOf(name, size, options));
  const [, , , , down, across] = columns.shape;
  const inner = channelsOfGroup * size[0] * size[1];
  const places = images * down * across;
  const product =
    groups === 1
      ? matmul(reshape(kernels, [out, inner]), reshape(columns, [inner, places]))
      : matmul(reshape(kernels, [groups, out / groups, inner]), reshape(columns, [groups, inner, places]));
  return transpose(reshape(product, [out, images, down, across]), [1, 0, 2, 3]);
}

function convolveTransposed(name: string, x: Tensor, kernels: Tensor, options: TransposedConvolutionOptions): Tensor {
  const groups = wholeNumber(`${name}: groups`, options.groups ?? 1, 1);
  const [images, channels, down, across] = x.shape;
  const [channelsOfKernels, outOfGroup, ...size] = kernels.shape;
  if (channels !== channelsOfKernels || channels % groups !== 0)
    throw shapeError(name, [x, kernels], `the channels do not fit kernels of ${groups} group(s).`);
  const window = windowOf(name, size, options);
  const extra = perAxis(`${name}: outputPadding`, options.outputPadding ?? 0, 0);
  const [rows, columns] = [down, across].map(
    (length, axis) =>
      (length - 1) * window.stride[axis] -
      2 * window.padding[axis] +
      window.dilation[axis] * (size[axis] - 1) +
      extra[axis] +
      1,
  );
  if (rows < 1 || columns < 1 || placesAlong(window, 0, rows) !== down || placesAlong(window, 1, columns) !== across)
    throw shapeError(name, [x, kernels], "padding or outputPadding do not belong to a result of this stride.");
  const inner = outOfGroup * size[0] * size[1];
  const places = images * down * across;
  const values = reshape(transpose(x, [1, 0, 2, 3]), [groups, channels / groups, places]);
  const product = matmul(reshape(kernels, [groups, channels / groups, inner]), values, { transposeA: true });
  const out = outOfGroup * groups;
  return fold(reshape(product, [out, size[0], size[1], images, down, across]), window, [images, out, rows, columns]);
}

/** The window of a pooling, and how it moves. */
export interface PoolingOptions {
  readonly window: PerAxis;
  /** The distance between places of the window; by default the window itself, so that they do not overlap. */
  readonly stride?: PerAxis;
  /** Elements added at both ends of each axis; default 0. The largest of a window never is one of them. */
  readonly padding?: PerAxis;
}

/**
 * The largest element under each place of the window, for images [images, channels, rows, columns] or sequences
 * [sequences, channels, length]. Equal largest elements share the derivative. Throws as `conv2d`.
 *
 * @example compiled(layout({ x: [2, 3, 12, 12] }), {}, (p) => maxPool(p.x, { window: 2 })).shape // [2, 3, 6, 6]
 */
export function maxPool(x: Tensor, options: PoolingOptions): Tensor {
  // Below every number, so that a border is never the largest.
  return pool("maxPool", x, options, -1.7976931348623157e308, (columns) => max(columns, 1));
}

/**
 * The mean under each place of the window, zeros of the padding included; see `maxPool`.
 *
 * @example compiled(layout({ x: [2, 3, 12] }), {}, (p) => averagePool(p.x, { window: 4, stride: 2 })).shape // [2, 3, 5]
 */
export function averagePool(x: Tensor, options: PoolingOptions): Tensor {
  return pool("averagePool", x, options, 0, (columns) => mean(columns, 1));
}

function pool(
  name: string,
  x: Tensor,
  options: PoolingOptions,
  fill: number,
  reduce: (columns: Tensor) => Tensor,
): Tensor {
  requireTensor(x, name);
  if (x.shape.length === 3) {
    const { window, stride = window, padding = 0 } = options;
    const inRow = { window: afterRow(window, 1), stride: afterRow(stride, 1), padding: afterRow(padding, 0) };
    return dropRow(pool(name, withRow(x), inRow, fill, reduce));
  }
  if (x.shape.length !== 4)
    throw shapeError(name, [x], "expected [images, channels, rows, columns] or [sequences, channels, length].");
  const size = perAxis(`${name}: window`, options.window, 1);
  const { stride = size, padding = 0 } = options;
  const columns = patches(x, windowOf(name, size, { stride, padding }), fill);
  const [channels, , , images, down, across] = columns.shape;
  const reduced = reduce(reshape(columns, [channels, size[0] * size[1], images * down * across]));
  return transpose(reshape(reduced, [channels, images, down, across]), [1, 0, 2, 3]);
}

// ---- sizes and options ------------------------------------------------------------------------------------------------

function windowOf(name: string, size: readonly number[], options: ConvolutionOptions): Window {
  const { stride = 1, padding = 0, dilation = 1 } = options;
  return {
    size: [size[0], size[1]],
    stride: perAxis(`${name}: stride`, stride, 1),
    padding: perAxis(`${name}: padding`, padding, 0),
    dilation: perAxis(`${name}: dilation`, dilation, 1),
  };
}

function perAxis(what: string, value: PerAxis, least: number): [number, number] {
  const [rows, columns, ...more] = typeof value === "number" ? [value, value] : value;
  if (more.length > 0) throw new ArgumentError(`${what} has ${more.length + 2} numbers; expected one for each axis.`);
  return [wholeNumber(what, rows, least), wholeNumber(what, columns, least)];
}

function wholeNumber(what: string, value: number, least: number): number {
  if (!Number.isSafeInteger(value) || value < least)
    throw new ArgumentError(`${what} is ${value}; expected a whole number of at least ${least}.`);
  return value;
}

function requireImages(name: string, x: Tensor, kernels: Tensor, rank: number): void {
  requireTensor(x, name);
  requireTensor(kernels, name);
  if (x.shape.length !== rank || kernels.shape.length !== rank)
    throw shapeError(name, [x, kernels], `expected two tensors of ${rank} axes.`);
}

/** A sequence is an image of one row. */
function withRow(x: Tensor): Tensor {
  return reshape(x, [x.shape[0], x.shape[1], 1, x.shape[2]]);
}

function dropRow(x: Tensor): Tensor {
  return reshape(x, [x.shape[0], x.shape[1], x.shape[3]]);
}

function afterRow(value: PerAxis, forRow: number): readonly number[] {
  return [forRow, ...(typeof value === "number" ? [value] : value)];
}

function inOneRow(options: TransposedConvolutionOptions): TransposedConvolutionOptions {
  const { stride = 1, padding = 0, dilation = 1, outputPadding = 0 } = options;
  return {
    ...options,
    stride: afterRow(stride, 1),
    padding: afterRow(padding, 0),
    dilation: afterRow(dilation, 1),
    outputPadding: afterRow(outputPadding, 0),
  };
}
