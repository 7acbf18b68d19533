/**
 * What convolutions and poolings are made of: the patches of images that lie under a moving window, as the columns of a
 * matrix ("im2col"; K. Chellapilla et al., High Performance Convolutional Neural Networks for Document Processing, 2006),
 * and the transpose, adding patches up to images. Both are linear. A convolution is then a matrix product.
 */
import { ShapeError } from "../errors.ts";
import type { Shape } from "../linalg/layout.ts";
import { linear } from "./linear.ts";
import { reshape, transpose } from "./structure.ts";
import { apply, type Operand, type Primitive, type Tensor } from "./tensor.ts";

/** How a window moves over rows and columns of an image. */
export interface Window {
  readonly size: readonly [number, number];
  readonly stride: readonly [number, number];
  /** Rows added above and below, columns added left and right. */
  readonly padding: readonly [number, number];
  /** The distance between neighbors in the window, 1 for adjacent ones. */
  readonly dilation: readonly [number, number];
}

/** How many places the window takes along one axis of this length (0: rows, 1: columns). */
export function placesAlong({ size, stride, padding, dilation }: Window, axis: 0 | 1, length: number): number {
  const extent = dilation[axis] * (size[axis] - 1) + 1;
  return Math.floor((length + 2 * padding[axis] - extent) / stride[axis]) + 1;
}

const attributesOf = (window: Window): Record<string, readonly number[]> => ({
  size: window.size,
  stride: window.stride,
  padding: window.padding,
  dilation: window.dilation,
});

/** [images, channels, rows, columns] to [channels, window rows, window columns, images, places down, places across]. */
const patchesPrimitive = (window: Window, fill: number): Primitive => ({
  ...linear({
    name: "patches",
    attributes: { ...attributesOf(window), fill },
    shape([image]): Shape {
      if (image.length !== 4) throw new ShapeError("expected images [images, channels, rows, columns].");
      const [images, channels, rows, columns] = image;
      const [down, across] = [placesAlong(window, 0, rows), placesAlong(window, 1, columns)];
      if (down < 1 || across < 1) throw new ShapeError(`the window of ${window.size.join(" × ")} does not fit.`);
      return [channels, ...window.size, images, down, across];
    },
    kernel(inputs, output): () => void {
      const walk = planWalk(window, inputs[0].shape);
      return () => copyPatches(walk, inputs[0], output, fill);
    },
    transpose: (cotangent, x) => fold(cotangent, window, x.shape),
    batch([x], _batched, size): Tensor {
      const [, images, channels, rows, columns] = x.shape;
      const together = reshape(transpose(x, [1, 0, 2, 3, 4]), [images, size * channels, rows, columns]);
      const all = patches(together, window, fill);
      return reshape(all, [size, channels, ...all.shape.slice(1)]);
    },
  }),
  // What fills the border is constant.
  jvp: (_inputs, _output, [tangent]) => tangent && patches(tangent, window),
});

/** The transpose of the patches of images of this shape: each element is added where it came from. */
const foldPrimitive = (window: Window, image: Shape): Primitive =>
  linear({
    name: "fold",
    attributes: { ...attributesOf(window), image },
    shape: () => image,
    kernel(inputs, output): () => void {
      const walk = planWalk(window, image);
      return () => addPatches(walk, inputs[0], output);
    },
    transpose: (cotangent) => patches(cotangent, window),
    batch([x], _batched, size): Tensor {
      const [images, channels, rows, columns] = image;
      const together = reshape(x, [size * channels, ...x.shape.slice(2)]);
      const all = fold(together, window, [images, size * channels, rows, columns]);
      return transpose(reshape(all, [images, size, channels, rows, columns]), [1, 0, 2, 3, 4]);
    },
  });

/** The patches of images [images, channels, rows, columns] under a window; elements beyond the border are `fill`. */
export function patches(x: Tensor, window: Window, fill = 0): Tensor {
  return apply(patchesPrimitive(window, fill), x);
}

/** Patches added up to images of this shape. */
export function fold(x: Tensor, window: Window, image: Shape): Tensor {
  return apply(foldPrimitive(window, image), x);
}

/** The sizes of one walk over all patches. */
interface Walk extends Window {
  readonly images: number;
  readonly channels: number;
  readonly rows: number;
  readonly columns: number;
  readonly down: number;
  readonly across: number;
  /** For each window column: the places [first, end) across that lie inside the image. */
  readonly inside: readonly (readonly [number, number])[];
}

function planWalk(window: Window, [images, channels, rows, columns]: Shape): Walk {
  const [down, across] = [placesAlong(window, 0, rows), placesAlong(window, 1, columns)];
  const inside = Array.from({ length: window.size[1] }, (_value, j): readonly [number, number] => {
    const shift = j * window.dilation[1] - window.padding[1];
    const first = Math.min(across, Math.max(0, Math.ceil(-shift / window.stride[1])));
    return [first, Math.max(first, Math.min(across, Math.ceil((columns - shift) / window.stride[1])))];
  });
  return { ...window, images, channels, rows, columns, down, across, inside };
}

function copyPatches(walk: Walk, image: Operand, output: Operand, fill: number): void {
  const { array: from } = image;
  const { array: to } = output;
  const { size, stride, padding, dilation, images, channels, rows, columns, down, across, inside } = walk;
  const [, step] = stride;
  let out = output.offset;
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < size[0]; i++)
      for (let j = 0; j < size[1]; j++) {
        const [first, end] = inside[j];
        const shift = j * dilation[1] - padding[1];
        for (let n = 0; n < images; n++)
          for (let y = 0; y < down; y++) {
            const row = y * stride[0] + i * dilation[0] - padding[0];
            if (row < 0 || row >= rows) {
              for (let x = 0; x < across; x++) to[out++] = fill;
              continue;
            }
            let at = image.offset + ((n * channels + c) * rows + row) * columns + shift + first * step;
            for (let x = 0; x < first; x++) to[out++] = fill;
            for (let x = first; x < end; x++, at += step) to[out++] = from[at];
            for (let x = end; x < across; x++) to[out++] = fill;
          }
      }
}

function addPatches(walk: Walk, input: Operand, image: Operand): void {
  const { array: from } = input;
  const { array: to } = image;
  const { size, stride, padding, dilation, images, channels, rows, columns, down, across, inside } = walk;
  const [, step] = stride;
  to.fill(0, image.offset, image.offset + image.size);
  let start = input.offset;
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < size[0]; i++)
      for (let j = 0; j < size[1]; j++) {
        const [first, end] = inside[j];
        const shift = j * dilation[1] - padding[1];
        for (let n = 0; n < images; n++)
          for (let y = 0; y < down; y++, start += across) {
            const row = y * stride[0] + i * dilation[0] - padding[0];
            if (row < 0 || row >= rows) continue;
            let at = image.offset + ((n * channels + c) * rows + row) * columns + shift + first * step;
            for (let x = first; x < end; x++, at += step) to[at] += from[start + x];
          }
      }
}
