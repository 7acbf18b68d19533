/**
 * Convolutions (as networks mean them: the kernel is not turned around) and their transposes, in one and two dimensions. A
 * convolution is, for each image, the matrix product of the kernels with the patches under them; sums run over channels,
 * window rows and window columns in ascending order.
 */
import { matmul } from "./matmul.ts";
import { fold, patches } from "./patches.ts";
import { reshape } from "./structure.ts";
import { requireTensor, shapeError, type Tensor } from "./tensor.ts";
import { afterRow, dropRow, perAxis, placesAlong, wholeNumber, windowOf, withRow, type PerAxis } from "./window.ts";

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
  const [down, across] = columns.shape.slice(-2);
  const inner = channelsOfGroup * size[0] * size[1];
  // One product for each image, which all read the same kernels.
  const product = matmul(
    reshape(kernels, inGroups(groups, [out / groups, inner])),
    reshape(columns, [images, ...inGroups(groups, [inner, down * across])]),
  );
  return reshape(product, [images, out, down, across]);
}

/** The shape of matrices, one for each group; without the axis of groups where there is one. */
function inGroups(groups: number, matrix: readonly number[]): readonly number[] {
  return groups === 1 ? matrix : [groups, ...matrix];
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
  const product = matmul(
    reshape(kernels, inGroups(groups, [channels / groups, inner])),
    reshape(x, [images, ...inGroups(groups, [channels / groups, down * across])]),
    { transposeA: true },
  );
  const out = outOfGroup * groups;
  return fold(reshape(product, [images, out, ...size, down, across]), window, [images, out, rows, columns]);
}

function requireImages(name: string, x: Tensor, kernels: Tensor, rank: number): void {
  requireTensor(x, name);
  requireTensor(kernels, name);
  if (x.shape.length !== rank || kernels.shape.length !== rank)
    throw shapeError(name, [x, kernels], `expected two tensors of ${rank} axes.`);
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
