/**
 * Primitives that move elements without computing: reshape (a view), transpose of a matrix, and slicing along an axis
 * with its transpose, padding by zeros.
 */
import { ShapeError } from "../errors.ts";
import { sizeOf, type Shape } from "../linalg/layout.ts";
import { apply, type Operand, type Primitive, type Tensor } from "./tensor.ts";

const reshapeTo = (shape: Shape): Primitive => ({
  name: "reshape",
  attributes: { shape },
  view: true,
  shape([from]): Shape {
    if (sizeOf(from) !== sizeOf(shape)) throw new ShapeError(`[${shape.join(", ")}] has another number of elements.`);
    return shape;
  },
  kernel: () => () => undefined,
  pullback: ([x], _output, cotangent) => [reshape(cotangent, x.shape)],
});

/** The same elements, in the same row-major order, under another shape. Throws ShapeError for another size. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const same = x.shape.length === shape.length && x.shape.every((length, axis) => length === shape[axis]);
  return same ? x : apply(reshapeTo(shape), x);
}

const transposeMatrix: Primitive = {
  name: "transpose",
  shape([shape]): Shape {
    if (shape.length !== 2) throw new ShapeError("expected a matrix (two axes).");
    return [shape[1], shape[0]];
  },
  kernel([x], output): () => void {
    const [rows, columns] = x.shape;
    return () => {
      const { array: from, offset: fromOffset } = x;
      const { array: to, offset: toOffset } = output;
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++) to[toOffset + j * rows + i] = from[fromOffset + i * columns + j];
    };
  },
  pullback: (_inputs, _output, cotangent) => [transpose(cotangent)],
};

/** The transpose of a matrix. Inside `matmul` prefer its flags, which move nothing. Throws ShapeError unless x is [m, n]. */
export function transpose(x: Tensor): Tensor {
  return apply(transposeMatrix, x);
}

/** A range of one axis, seen as [outer, from the axis, inner] blocks of contiguous elements. */
interface AxisRange {
  readonly outer: number;
  readonly innerOfWhole: number;
  readonly innerOfPart: number;
  readonly skipped: number;
}

function axisRange(whole: Shape, axis: number, start: number, end: number): AxisRange {
  const inner = sizeOf(whole.slice(axis + 1));
  return {
    outer: sizeOf(whole.slice(0, axis)),
    innerOfWhole: inner * whole[axis],
    innerOfPart: inner * (end - start),
    skipped: inner * start,
  };
}

function withLength(shape: Shape, axis: number, length: number): Shape {
  return shape.map((old, a) => (a === axis ? length : old));
}

const slicePrimitive = (axis: number, start: number, end: number): Primitive => ({
  name: "slice",
  attributes: { axis, start, end },
  shape([shape]): Shape {
    if (axis < 0 || axis >= shape.length) throw new ShapeError(`there is no axis ${axis}.`);
    if (start < 0 || end <= start || end > shape[axis])
      throw new ShapeError(`the range ${start} to ${end} is not inside axis ${axis}, or is empty.`);
    return withLength(shape, axis, end - start);
  },
  kernel([x], output): () => void {
    const range = axisRange(x.shape, axis, start, end);
    return () => copyPart(range, x, output);
  },
  pullback: ([x], _output, cotangent) => [pad(cotangent, axis, start, x.shape[axis] - end)],
});

function copyPart({ outer, innerOfWhole, innerOfPart, skipped }: AxisRange, whole: Operand, part: Operand): void {
  const { array: from, offset: fromOffset } = whole;
  const { array: to, offset: toOffset } = part;
  for (let o = 0; o < outer; o++) {
    const f = fromOffset + o * innerOfWhole + skipped;
    const t = toOffset + o * innerOfPart;
    for (let i = 0; i < innerOfPart; i++) to[t + i] = from[f + i];
  }
}

const padPrimitive = (axis: number, before: number, after: number): Primitive => ({
  name: "pad",
  attributes: { axis, before, after },
  shape([shape]): Shape {
    if (axis < 0 || axis >= shape.length) throw new ShapeError(`there is no axis ${axis}.`);
    if (before < 0 || after < 0) throw new ShapeError(`cannot pad by ${before} and ${after} elements.`);
    return withLength(shape, axis, before + shape[axis] + after);
  },
  kernel([x], output): () => void {
    const { outer, innerOfWhole, innerOfPart, skipped } = axisRange(output.shape, axis, before, before + x.shape[axis]);
    return () => {
      const { array: from, offset: fromOffset } = x;
      const { array: to, offset: toOffset } = output;
      to.fill(0, toOffset, toOffset + output.size);
      for (let o = 0; o < outer; o++) {
        const f = fromOffset + o * innerOfPart;
        const t = toOffset + o * innerOfWhole + skipped;
        for (let i = 0; i < innerOfPart; i++) to[t + i] = from[f + i];
      }
    };
  },
  pullback: ([x], _output, cotangent) => [slice(cotangent, axis, before, before + x.shape[axis])],
});

/**
 * The elements `start` (included) to `end` (excluded) of one axis.
 * Throws ShapeError for an axis that x does not have or a range that is empty or not inside it.
 */
export function slice(x: Tensor, axis: number, start: number, end: number): Tensor {
  return apply(slicePrimitive(axis, start, end), x);
}

/** Zeros before and after the elements of one axis: the transpose of `slice`. */
export function pad(x: Tensor, axis: number, before: number, after: number): Tensor {
  return apply(padPrimitive(axis, before, after), x);
}
