/**
 * Pooling: the mean or the largest element under each place of a moving window. Means run over the window's rows and
 * columns in ascending order; the largest, and the share that each element has in it, take one walk over the places.
 */
import { ShapeError } from "../errors.ts";
import type { Shape } from "../linalg/layout.ts";
import { mean } from "./arithmetic.ts";
import { patches } from "./patches.ts";
import { repeated } from "./repetition.ts";
import { reshape } from "./structure.ts";
import { apply, applyTo, requireTensor, shapeError, type Operand, type Primitive, type Tensor } from "./tensor.ts";
import { afterRow, attributesOf, dropRow, perAxis, placesAlong, windowOf, withRow } from "./window.ts";
import type { PerAxis, Window } from "./window.ts";

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
 * [sequences, channels, length]. Equal largest elements share the derivative. NaN anywhere in a window gives NaN.
 * Throws as `conv2d`.
 *
 * @example compiled(layout({ x: [2, 3, 12, 12] }), {}, (p) => maxPool(p.x, { window: 2 })).shape // [2, 3, 6, 6]
 */
export function maxPool(x: Tensor, options: PoolingOptions): Tensor {
  return pool("maxPool", x, options, (images, window) => apply(largestPrimitive(window), images));
}

/**
 * The mean under each place of the window, zeros of the padding included; see `maxPool`.
 *
 * @example compiled(layout({ x: [2, 3, 12] }), {}, (p) => averagePool(p.x, { window: 4, stride: 2 })).shape // [2, 3, 5]
 */
export function averagePool(x: Tensor, options: PoolingOptions): Tensor {
  return pool("averagePool", x, options, (images, window) => {
    const under = patches(images, window);
    const [count, channels, high, wide, down, across] = under.shape;
    const means = mean(reshape(under, [count, channels, high * wide, down * across]), 2);
    return reshape(means, [count, channels, down, across]);
  });
}

function pool(
  name: string,
  x: Tensor,
  options: PoolingOptions,
  reduce: (images: Tensor, window: Window) => Tensor,
): Tensor {
  requireTensor(x, name);
  if (x.shape.length === 3) {
    const { window, stride = window, padding = 0 } = options;
    const inRow = { window: afterRow(window, 1), stride: afterRow(stride, 1), padding: afterRow(padding, 0) };
    return dropRow(pool(name, withRow(x), inRow, reduce));
  }
  if (x.shape.length !== 4)
    throw shapeError(name, [x], "expected [images, channels, rows, columns] or [sequences, channels, length].");
  const size = perAxis(`${name}: window`, options.window, 1);
  const { stride = size, padding = 0 } = options;
  return reduce(x, windowOf(name, size, { stride, padding }));
}

// ---- the largest ------------------------------------------------------------------------------------------------------

/** [images, channels, rows, columns] to [images, channels, places down, places across]. */
function placesOf(window: Window, [images, channels, rows, columns]: Shape): Shape {
  const [down, across] = [placesAlong(window, 0, rows), placesAlong(window, 1, columns)];
  if (down < 1 || across < 1) throw new ShapeError(`the window of ${window.size.join(" × ")} does not fit.`);
  return [images, channels, down, across];
}

/** What is under the window at each place of one plane: elements[starts[p]] to before elements[starts[p + 1]]. */
interface Plane {
  readonly planes: number;
  readonly starts: Int32Array;
  readonly elements: Int32Array;
  /** Whether there are four everywhere, as in windows of 2 × 2: loops are then written out. */
  readonly four: boolean;
}

function planPlane(window: Window, image: Shape): Plane {
  const { size, stride, padding, dilation } = window;
  const [images, channels, rows, columns] = image;
  const [, , down, across] = placesOf(window, image);
  const starts = [0];
  const elements: number[] = [];
  for (let y = 0; y < down; y++)
    for (let x = 0; x < across; x++) {
      for (let i = 0; i < size[0]; i++)
        for (let j = 0; j < size[1]; j++) {
          const row = y * stride[0] + i * dilation[0] - padding[0];
          const column = x * stride[1] + j * dilation[1] - padding[1];
          if (row >= 0 && row < rows && column >= 0 && column < columns) elements.push(row * columns + column);
        }
      starts.push(elements.length);
    }
  const four = starts.every((start, p) => start === 4 * p);
  return { planes: images * channels, starts: Int32Array.from(starts), elements: Int32Array.from(elements), four };
}

/** Images of all examples are images. */
function merged(tensors: readonly Tensor[], size: number): Tensor[] {
  return tensors.map((tensor) => reshape(tensor, [size * tensor.shape[1], ...tensor.shape.slice(2)]));
}

function apart(images: Tensor, size: number): Tensor {
  return reshape(images, [size, images.shape[0] / size, ...images.shape.slice(1)]);
}

const largestPrimitive = (window: Window): Primitive => ({
  name: "maxPool",
  attributes: attributesOf(window),
  shape: ([image]) => placesOf(window, image),
  kernel([x], output): () => void {
    const plane = planPlane(window, x.shape);
    return () => (plane.four ? takeLargestOfFour(plane, x, output) : takeLargest(plane, x, output));
  },
  jvp: ([x], largest, [tangent]) => tangent && apply(sharesPrimitive(window, x.shape, false), x, largest, tangent),
  pullback: ([x], largest, cotangent) => [apply(sharesPrimitive(window, x.shape, true), x, largest, cotangent)],
  batch: (inputs, _batched, size) => apart(applyTo(largestPrimitive(window), merged(inputs, size)), size),
});

/**
 * The derivative of the largest, applied: inputs are the images, the largest of each window and a third, of which each
 * place gets the mean over its largest elements; transposed, each place's number is shared by its largest elements. Linear
 * in the third input; which elements are the largest is constant piece by piece.
 */
const sharesPrimitive = (window: Window, image: Shape, transposed: boolean): Primitive => ({
  name: transposed ? "maxPoolCotangent" : "maxPoolTangent",
  attributes: { ...attributesOf(window), image },
  shape: () => (transposed ? image : placesOf(window, image)),
  kernel(inputs, output): () => void {
    const plane = planPlane(window, image);
    if (!transposed) return () => gatherShares(plane, inputs, output);
    return () => (plane.four ? spreadSharesOfFour(plane, inputs, output) : spreadShares(plane, inputs, output));
  },
  jvp: ([x, largest], _output, [, , tangent]) =>
    tangent && apply(sharesPrimitive(window, image, transposed), x, largest, tangent),
  pullback: ([x, largest], _output, cotangent) => [
    undefined,
    undefined,
    apply(sharesPrimitive(window, image, !transposed), x, largest, cotangent),
  ],
  batch(inputs, batched, size): Tensor {
    const [images, ...rest] = image;
    const primitive = sharesPrimitive(window, [size * images, ...rest], transposed);
    return apart(applyTo(primitive, merged(repeated(inputs, batched, size), size)), size);
  },
});

function takeLargest({ planes, starts, elements }: Plane, x: Operand, output: Operand): void {
  const { array: from } = x;
  const { array: to } = output;
  const area = x.size / planes;
  let out = output.offset;
  for (let at = x.offset; at < x.offset + x.size; at += area)
    for (let p = 1; p < starts.length; p++) {
      let best = -Infinity;
      for (let k = starts[p - 1]; k < starts[p]; k++) best = Math.max(best, from[at + elements[k]]);
      to[out++] = best;
    }
}

function takeLargestOfFour({ planes, elements }: Plane, x: Operand, output: Operand): void {
  const { array: from } = x;
  const { array: to } = output;
  const area = x.size / planes;
  let out = output.offset;
  for (let at = x.offset; at < x.offset + x.size; at += area)
    for (let k = 0; k < elements.length; k += 4) {
      const first = Math.max(from[at + elements[k]], from[at + elements[k + 1]]);
      to[out++] = Math.max(first, Math.max(from[at + elements[k + 2]], from[at + elements[k + 3]]));
    }
}

/** Each place's number, divided by how many elements are its largest (none where it is NaN), is added to these. */
function spreadShares(plane: Plane, [x, largest, third]: readonly Operand[], output: Operand): void {
  const { planes, starts, elements } = plane;
  const { array: from } = x;
  const { array: best } = largest;
  const { array: given } = third;
  const { array: to } = output;
  const area = x.size / planes;
  to.fill(0, output.offset, output.offset + output.size);
  for (let image = 0, place = 0; image < x.size; image += area) {
    const [at, out] = [x.offset + image, output.offset + image];
    for (let p = 1; p < starts.length; p++, place++) {
      const top = best[largest.offset + place];
      let ties = 0;
      for (let k = starts[p - 1]; k < starts[p]; k++) ties += Number(from[at + elements[k]] === top);
      const share = (1 / ties) * given[third.offset + place];
      for (let k = starts[p - 1]; k < starts[p]; k++)
        to[out + elements[k]] += Number(from[at + elements[k]] === top) * share;
    }
  }
}

function spreadSharesOfFour(plane: Plane, [x, largest, third]: readonly Operand[], output: Operand): void {
  const { planes, elements } = plane;
  const { array: from } = x;
  const { array: best } = largest;
  const { array: given } = third;
  const { array: to } = output;
  const area = x.size / planes;
  to.fill(0, output.offset, output.offset + output.size);
  let place = largest.offset;
  let source = third.offset;
  for (let image = 0; image < x.size; image += area) {
    const [at, out] = [x.offset + image, output.offset + image];
    for (let k = 0; k < elements.length; k += 4) {
      const top = best[place++];
      const [e0, e1, e2, e3] = [elements[k], elements[k + 1], elements[k + 2], elements[k + 3]];
      const is0 = Number(from[at + e0] === top);
      const is1 = Number(from[at + e1] === top);
      const is2 = Number(from[at + e2] === top);
      const is3 = Number(from[at + e3] === top);
      const share = (1 / (is0 + is1 + is2 + is3)) * given[source++];
      to[out + e0] += is0 * share;
      to[out + e1] += is1 * share;
      to[out + e2] += is2 * share;
      to[out + e3] += is3 * share;
    }
  }
}

/** The transpose: the mean of the third input over the elements that are the largest of each place. */
function gatherShares(plane: Plane, [x, largest, third]: readonly Operand[], output: Operand): void {
  const { planes, starts, elements } = plane;
  const { array: from } = x;
  const { array: best } = largest;
  const { array: given } = third;
  const { array: to } = output;
  const area = x.size / planes;
  for (let image = 0, place = 0; image < x.size; image += area) {
    const [at, source] = [x.offset + image, third.offset + image];
    for (let p = 1; p < starts.length; p++, place++) {
      const top = best[largest.offset + place];
      let ties = 0;
      for (let k = starts[p - 1]; k < starts[p]; k++) ties += Number(from[at + elements[k]] === top);
      let total = 0;
      for (let k = starts[p - 1]; k < starts[p]; k++)
        total += (Number(from[at + elements[k]] === top) / ties) * given[source + elements[k]];
      to[output.offset + place] = total;
    }
  }
}
