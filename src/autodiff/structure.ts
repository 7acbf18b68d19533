/**
 * Primitives that move elements without computing: reshape (a view), transposes, and slicing along an axis with its
 * transpose, padding by zeros. All are linear.
 */
import { ShapeError } from "../errors.ts";
import { sizeOf, type Shape } from "../linalg/layout.ts";
import { planWalk } from "./broadcast.ts";
import { copyElements, copyRows } from "./copy-elements.ts";
import { linear } from "./linear.ts";
import { apply, axisOf, requireTensor, shapeError, type Operand, type Primitive, type Tensor } from "./tensor.ts";

const reshapeTo = (shape: Shape): Primitive =>
  linear({
    name: "reshape",
    attributes: { shape },
    view: true,
    shape([from]): Shape {
      if (sizeOf(from) !== sizeOf(shape)) throw new ShapeError(`[${shape.join(", ")}] has another number of elements.`);
      return shape;
    },
    kernel: () => () => undefined,
    transpose: (cotangent, x) => reshape(cotangent, x.shape),
    batch: ([x], _batched, size) => reshape(x, [size, ...shape]),
  });

/**
 * The same elements, in the same row-major order, under another shape. Throws ShapeError for another size.
 *
 * @example compiled(model, {}, (p) => reshape(p.W, [2, 3])).shape // [2, 3]
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  requireTensor(x, "reshape");
  const same = x.shape.length === shape.length && x.shape.every((length, axis) => length === shape[axis]);
  return same ? x : apply(reshapeTo(shape), x);
}

const permute = (order: readonly number[]): Primitive =>
  linear({
    name: "transpose",
    attributes: { order },
    shape: ([shape]) => order.map((axis) => shape[axis]),
    kernel: ([x], output) => (order.join() === "1,0" ? transposeMatrix(x, output) : permuteAxes(x, output, order)),
    transpose: (cotangent) =>
      transpose(
        cotangent,
        order.map((_axis, position) => order.indexOf(position)),
      ),
    batch: ([x]) => transpose(x, [0, ...order.map((axis) => axis + 1)]),
  });

function transposeMatrix(x: Operand, output: Operand): () => void {
  const [rows, columns] = x.shape;
  return () => {
    const { array: from, offset: fromOffset } = x;
    const { array: to, offset: toOffset } = output;
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) to[toOffset + j * rows + i] = from[fromOffset + i * columns + j];
  };
}

function permuteAxes(x: Operand, output: Operand, order: readonly number[]): () => void {
  const strides = order.map((axis) => sizeOf(x.shape.slice(axis + 1)));
  const plan = planWalk(output.shape, [strides]);
  const { rows, rowLength } = plan;
  const [starts] = plan.starts;
  const [step] = plan.strides;
  return () => {
    const { array: from, offset } = x;
    const { array: to } = output;
    let out = output.offset;
    if (step === 1) {
      for (let row = 0; row < rows; row++, out += rowLength)
        copyElements(from, offset + starts[row], to, out, rowLength);
      return;
    }
    for (let row = 0; row < rows; row++) {
      let at = offset + starts[row];
      for (let k = 0; k < rowLength; k++, at += step) to[out++] = from[at];
    }
  };
}

/**
 * The axes in another order: axis k of the result is axis `order[k]` of x. Without an order the last two change places
 * (a matrix is transposed). Inside `matmul` prefer its flags, which move nothing. Throws ShapeError unless the order
 * names each axis once, or x has two axes or more.
 *
 * @example compiled(model, {}, (p) => transpose(p.W)).shape // [2, 3]
 */
export function transpose(x: Tensor, order?: readonly number[]): Tensor {
  requireTensor(x, "transpose");
  const rank = x.shape.length;
  if (order === undefined && rank < 2) throw shapeError("transpose", [x], "expected a matrix (two axes or more).");
  const axes = x.shape.map((_length, axis) => axis);
  const wanted = order ?? [...axes.slice(0, -2), rank - 1, rank - 2];
  if (wanted.length !== rank || axes.some((axis) => !wanted.includes(axis)))
    throw shapeError("transpose", [x], `the order [${wanted.join(", ")}] does not name each axis once.`);
  return wanted.every((axis, position) => axis === position) ? x : apply(permute(wanted), x);
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

const slicePrimitive = (axis: number, start: number, end: number): Primitive =>
  linear({
    name: "slice",
    attributes: { axis, start, end },
    shape([shape]): Shape {
      if (start < 0 || end <= start || end > shape[axis])
        throw new ShapeError(`the range ${start} to ${end} is not inside axis ${axis}, or is empty.`);
      return withLength(shape, axis, end - start);
    },
    kernel([x], output): () => void {
      const range = axisRange(x.shape, axis, start, end);
      return () => copyPart(range, x, output);
    },
    transpose: (cotangent, x) => pad(cotangent, axis, start, x.shape[axis] - end),
    batch: ([x]) => slice(x, axis + 1, start, end),
  });

function copyPart({ outer, innerOfWhole, innerOfPart, skipped }: AxisRange, whole: Operand, part: Operand): void {
  copyRows(whole, skipped, innerOfWhole, part, 0, innerOfPart, innerOfPart, outer);
}

const padPrimitive = (axis: number, before: number, after: number): Primitive =>
  linear({
    name: "pad",
    attributes: { axis, before, after },
    shape([shape]): Shape {
      if (before < 0 || after < 0) throw new ShapeError(`cannot pad by ${before} and ${after} elements.`);
      return withLength(shape, axis, before + shape[axis] + after);
    },
    kernel([x], output): () => void {
      const range = axisRange(output.shape, axis, before, before + x.shape[axis]);
      return () => {
        output.array.fill(0, output.offset, output.offset + output.size);
        pastePart(range, x, output);
      };
    },
    transpose: (cotangent, x) => slice(cotangent, axis, before, before + x.shape[axis]),
    batch: ([x]) => pad(x, axis + 1, before, after),
  });

function pastePart({ outer, innerOfWhole, innerOfPart, skipped }: AxisRange, part: Operand, whole: Operand): void {
  copyRows(part, 0, innerOfPart, whole, skipped, innerOfWhole, innerOfPart, outer);
}

/**
 * The elements `start` (included) to `end` (excluded) of one axis; a negative axis counts from the last.
 * Throws ShapeError for an axis that x does not have or a range that is empty or not inside it.
 *
 * @example compiled(model, {}, (p) => slice(p.W, 0, 1, 3)).shape // [2, 2]
 */
export function slice(x: Tensor, axis: number, start: number, end: number): Tensor {
  const at = axisOf("slice", x, axis);
  return start === 0 && end === x.shape[at] ? x : apply(slicePrimitive(at, start, end), x);
}

/**
 * Zeros before and after the elements of one axis: the transpose of `slice`. Throws ShapeError for an axis that x does
 * not have and for a negative number of zeros. @example compiled(model, {}, (p) => pad(p.b, 0, 1, 2)).shape // [5]
 */
export function pad(x: Tensor, axis: number, before: number, after: number): Tensor {
  const at = axisOf("pad", x, axis);
  return before === 0 && after === 0 ? x : apply(padPrimitive(at, before, after), x);
}
