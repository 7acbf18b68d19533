/**
 * What convolutions and poolings are made of: the patches of each image that lie under a moving window, as the columns of a
 * matrix ("im2col"; K. Chellapilla et al., High Performance Convolutional Neural Networks for Document Processing, 2006),
 * and the transpose, adding patches up to images. Both are linear. A convolution is then a matrix product.
 */
import { ShapeError } from "../errors.ts";
import type { Shape } from "../linalg/layout.ts";
import { copyRows } from "./copy-elements.ts";
import { linear } from "./linear.ts";
import { reshape } from "./structure.ts";
import { apply, type Operand, type Primitive, type Tensor } from "./tensor.ts";
import { attributesOf, placesAlong, type Window } from "./window.ts";

/** [images, channels, rows, columns] to [images, channels, window rows, window columns, places down, places across]. */
const patchesPrimitive = (window: Window, fill: number): Primitive => ({
  ...linear({
    name: "patches",
    attributes: { ...attributesOf(window), fill },
    shape([image]): Shape {
      if (image.length !== 4) throw new ShapeError("expected images [images, channels, rows, columns].");
      const [images, channels, rows, columns] = image;
      const [down, across] = [placesAlong(window, 0, rows), placesAlong(window, 1, columns)];
      if (down < 1 || across < 1) throw new ShapeError(`the window of ${window.size.join(" × ")} does not fit.`);
      return [images, channels, ...window.size, down, across];
    },
    kernel(inputs, output): () => void {
      const walk = planWalk(window, inputs[0].shape);
      return () => copyPatches(walk, inputs[0], output, fill);
    },
    transpose: (cotangent, x) => fold(cotangent, window, x.shape),
    batch([x], _batched, size): Tensor {
      const all = patches(reshape(x, [size * x.shape[1], ...x.shape.slice(2)]), window, fill);
      return reshape(all, [size, x.shape[1], ...all.shape.slice(1)]);
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
      const [images, ...rest] = image;
      const all = fold(reshape(x, [size * images, ...x.shape.slice(2)]), window, [size * images, ...rest]);
      return reshape(all, [size, ...image]);
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
  /** Likewise for each window row: the places down. */
  readonly insideDown: readonly (readonly [number, number])[];
}

function planWalk(window: Window, [images, channels, rows, columns]: Shape): Walk {
  const [down, across] = [placesAlong(window, 0, rows), placesAlong(window, 1, columns)];
  const inside = placesInside(window, 1, across, columns);
  const insideDown = placesInside(window, 0, down, rows);
  return { ...window, images, channels, rows, columns, down, across, inside, insideDown };
}

/** For each line of the window along an axis: the places [first, end) at which it lies inside the image. */
function placesInside(
  { size, stride, padding, dilation }: Window,
  axis: 0 | 1,
  places: number,
  length: number,
): (readonly [number, number])[] {
  return Array.from({ length: size[axis] }, (_value, line): readonly [number, number] => {
    const shift = line * dilation[axis] - padding[axis];
    const first = Math.min(places, Math.max(0, Math.ceil(-shift / stride[axis])));
    return [first, Math.max(first, Math.min(places, Math.ceil((length - shift) / stride[axis])))];
  });
}

function copyPatches(walk: Walk, image: Operand, output: Operand, fill: number): void {
  const { array: from } = image;
  const { array: to } = output;
  const { size, stride, padding, dilation, images, channels, rows, columns, down, across, inside } = walk;
  const [, step] = stride;
  const padded = padding[0] > 0 || padding[1] > 0;
  if (padded) to.fill(fill, output.offset, output.offset + output.size);
  let start = 0;
  for (let plane = 0; plane < images * channels; plane++)
    for (let i = 0; i < size[0]; i++)
      for (let j = 0; j < size[1]; j++, start += down * across) {
        const [first, end] = inside[j];
        const [top, bottom] = walk.insideDown[i];
        const row = plane * rows + top * stride[0] + i * dilation[0] - padding[0];
        const from0 = row * columns + j * dilation[1] - padding[1] + first * step;
        const to0 = start + top * across + first;
        const width = end - first;
        if (step === 1 && width > 0 && bottom > top)
          copyRows(image, from0, stride[0] * columns, output, to0, across, width, bottom - top);
        else
          for (let y = top, at = image.offset + from0, out = output.offset + to0; y < bottom; y++) {
            for (let x = 0; x < width; x++) to[out + x] = from[at + x * step];
            at += stride[0] * columns;
            out += across;
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
  for (let plane = 0; plane < images * channels; plane++)
    for (let i = 0; i < size[0]; i++)
      for (let j = 0; j < size[1]; j++) {
        const [first, end] = inside[j];
        const shift = j * dilation[1] - padding[1];
        for (let y = 0; y < down; y++, start += across) {
          const row = y * stride[0] + i * dilation[0] - padding[0];
          if (row < 0 || row >= rows) continue;
          let at = image.offset + (plane * rows + row) * columns + shift + first * step;
          for (let x = first; x < end; x++, at += step) to[at] += from[start + x];
        }
      }
}
