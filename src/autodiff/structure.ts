/** Primitives that order elements anew without computing: reshape (a view) and transposes. Both are linear. */
import { ShapeError } from "../errors.ts";
import { sizeOf, type Shape } from "../linalg/layout.ts";
import { planWalk } from "./broadcast.ts";
import { copyElements } from "./copy-elements.ts";
import { linear } from "./linear.ts";
import { apply, requireTensor, shapeError, type Operand, type Primitive, type Tensor } from "./tensor.ts";

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
