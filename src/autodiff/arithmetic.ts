/**
 * Addition, subtraction, multiplication and division with NumPy's broadcasting, and the two primitives on which
 * broadcasting's derivative rests: repetition along axes and summation over axes, which are each other's transpose.
 *
 * Every sum runs over its elements in ascending row-major order with one accumulator per result.
 */
import { ArgumentError, NotFiniteError, ShapeError } from "../errors.ts";
import type { Shape } from "../linalg/layout.ts";
import { broadcastShapes, planBroadcast, type BroadcastPlan } from "./broadcast.ts";
import { reshape } from "./structure.ts";
import { apply, type BinaryLoop, type Graph, type Operand, type Primitive, type Tensor } from "./tensor.ts";

/** A tensor, or a number that stands for a scalar tensor. */
export type TensorLike = Tensor | number;

// ---- constants ------------------------------------------------------------------------------------------------------

const constantPrimitive = (value: number): Primitive => ({
  name: "constant",
  // JSON, by which equal nodes are found, would not tell −0 from 0.
  attributes: { value: Object.is(value, -0) ? "-0" : value },
  shape: (): Shape => [],
  kernel: (_inputs, output) => () => {
    output.array[output.offset] = value;
  },
  pullback: () => [],
});

/** A scalar of fixed value in the graph. Throws NotFiniteError for NaN and infinities. */
export function constant(graph: Graph, value: number): Tensor {
  if (!Number.isFinite(value)) throw new NotFiniteError(`A constant in a traced function is ${value}.`);
  return graph.append(constantPrimitive(value), []);
}

function isOne({ node: { primitive } }: Tensor): boolean {
  return primitive?.name === "constant" && primitive.attributes?.["value"] === 1;
}

function asTensors(name: string, a: TensorLike, b: TensorLike): [Tensor, Tensor] {
  if (typeof a !== "number") return [a, typeof b === "number" ? constant(a.graph, b) : b];
  if (typeof b !== "number") return [constant(b.graph, a), b];
  throw new ArgumentError(`${name}: both arguments are numbers; at least one must be a tensor of the traced function.`);
}

// ---- the four operations --------------------------------------------------------------------------------------------

const addRow: BinaryLoop = (length, a, i, stepA, b, j, stepB, to, out) => {
  for (let k = 0; k < length; k++, i += stepA, j += stepB) to[out + k] = a[i] + b[j];
};
const subtractRow: BinaryLoop = (length, a, i, stepA, b, j, stepB, to, out) => {
  for (let k = 0; k < length; k++, i += stepA, j += stepB) to[out + k] = a[i] - b[j];
};
const multiplyRow: BinaryLoop = (length, a, i, stepA, b, j, stepB, to, out) => {
  for (let k = 0; k < length; k++, i += stepA, j += stepB) to[out + k] = a[i] * b[j];
};
const divideRow: BinaryLoop = (length, a, i, stepA, b, j, stepB, to, out) => {
  for (let k = 0; k < length; k++, i += stepA, j += stepB) to[out + k] = a[i] / b[j];
};

function runRows(row: BinaryLoop, plan: BroadcastPlan, a: Operand, b: Operand, output: Operand): void {
  const { rows, rowLength } = plan;
  const [startsA, startsB] = plan.starts;
  const [stepA, stepB] = plan.strides;
  let out = output.offset;
  for (let r = 0; r < rows; r++, out += rowLength)
    row(rowLength, a.array, a.offset + startsA[r], stepA, b.array, b.offset + startsB[r], stepB, output.array, out);
}

/** An elementwise primitive; `pullback` gives cotangents of the broadcast shape, which are then summed to the inputs'. */
function binary(
  name: string,
  row: BinaryLoop,
  pullback: (a: Tensor, b: Tensor, output: Tensor, cotangent: Tensor) => readonly [Tensor, Tensor],
): Primitive {
  return {
    name,
    overwrites: [0, 1],
    elementwise: { arity: 2, loop: row },
    shape: ([a, b]) => broadcastShapes(a, b),
    kernel([a, b], output): () => void {
      const plan = planBroadcast(output.shape, [a.shape, b.shape]);
      return () => runRows(row, plan, a, b, output);
    },
    pullback([a, b], output, cotangent): readonly Tensor[] {
      const [forA, forB] = pullback(a, b, output, cotangent);
      return [sumTo(forA, a.shape), sumTo(forB, b.shape)];
    },
  };
}

const addPrimitive = binary("add", addRow, (_a, _b, _output, cotangent) => [cotangent, cotangent]);
const subtractPrimitive = binary("subtract", subtractRow, (_a, _b, _output, cotangent) => [
  cotangent,
  negate(cotangent),
]);
const multiplyPrimitive = binary("multiply", multiplyRow, (a, b, _output, cotangent) => [
  multiply(cotangent, b),
  multiply(cotangent, a),
]);
const dividePrimitive = binary("divide", divideRow, (_a, b, output, cotangent) => {
  const overB = divide(cotangent, b);
  return [overB, negate(multiply(overB, output))];
});

/** a + b, broadcast. Throws ShapeError for shapes that do not broadcast. @example add(x, 1) */
export function add(a: TensorLike, b: TensorLike): Tensor {
  return apply(addPrimitive, ...asTensors("add", a, b));
}

/** a − b, broadcast. Throws ShapeError for shapes that do not broadcast. @example subtract(1, x) */
export function subtract(a: TensorLike, b: TensorLike): Tensor {
  return apply(subtractPrimitive, ...asTensors("subtract", a, b));
}

/**
 * a · b element by element, broadcast; for the matrix product see `matmul`. Throws ShapeError for shapes that do not
 * broadcast. @example multiply(2, x)
 */
export function multiply(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = asTensors("multiply", a, b);
  if (isOne(x)) return y;
  if (isOne(y)) return x;
  return apply(multiplyPrimitive, ...withoutRepetition(x, y));
}

/** a / b element by element, broadcast. Throws ShapeError for shapes that do not broadcast. @example divide(x, 2) */
export function divide(a: TensorLike, b: TensorLike): Tensor {
  return apply(dividePrimitive, ...asTensors("divide", a, b));
}

/** −x. */
export function negate(x: Tensor): Tensor {
  return multiply(x, -1);
}

/** x² element by element. */
export function square(x: Tensor): Tensor {
  return multiply(x, x);
}

/**
 * Where one factor only repeats a smaller tensor up to the other's shape, the smaller one itself: the product broadcasts
 * it for free. Cotangents of sums and means arrive like this.
 */
function withoutRepetition(a: Tensor, b: Tensor): [Tensor, Tensor] {
  if (a.shape.length < b.shape.length || b.shape.length < a.shape.length) return [a, b];
  if (a.node.primitive?.name === "broadcastTo" && sameShape(b.shape, a.shape)) return [a.node.inputs[0], b];
  if (b.node.primitive?.name === "broadcastTo" && sameShape(a.shape, b.shape)) return [a, b.node.inputs[0]];
  return [a, b];
}

function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}

// ---- repetition and summation -----------------------------------------------------------------------------------------

const broadcastPrimitive = (shape: Shape): Primitive => ({
  name: "broadcastTo",
  attributes: { shape },
  shape([from]): Shape {
    if (!sameShape(broadcastShapes(from, shape), shape))
      throw new ShapeError(`does not repeat to [${shape.join(", ")}].`);
    return shape;
  },
  kernel([input], output): () => void {
    const plan = planBroadcast(shape, [input.shape]);
    return () => repeatRows(plan, input, output);
  },
  pullback: ([input], _output, cotangent) => [sumTo(cotangent, input.shape)],
});

function repeatRows({ rows, rowLength, starts, strides }: BroadcastPlan, input: Operand, output: Operand): void {
  const { array: from } = input;
  const { array: to } = output;
  const [step] = strides;
  let out = output.offset;
  for (let row = 0; row < rows; row++) {
    let at = input.offset + starts[0][row];
    for (let k = 0; k < rowLength; k++, at += step) to[out++] = from[at];
  }
}

/** Sums over the axes where `kept` has length 1 and the input has not (as many axes each). */
const sumPrimitive = (kept: Shape): Primitive => ({
  name: "sumTo",
  attributes: { kept },
  shape([from]): Shape {
    if (from.length !== kept.length || !sameShape(broadcastShapes(from, kept), from))
      throw new ShapeError(`does not sum to [${kept.join(", ")}].`);
    return kept;
  },
  kernel([input], output): () => void {
    // The walk of the repetition, run backwards: each input element is added to the element that would repeat there.
    const plan = planBroadcast(input.shape, [kept]);
    return () => sumRows(plan, input, output);
  },
  pullback: ([input], _output, cotangent) => [broadcastTo(cotangent, input.shape)],
});

function sumRows({ rows, rowLength, starts, strides }: BroadcastPlan, input: Operand, output: Operand): void {
  const { array: from } = input;
  const { array: to } = output;
  const [step] = strides;
  to.fill(0, output.offset, output.offset + output.size);
  let at = input.offset;
  for (let row = 0; row < rows; row++) {
    const start = output.offset + starts[0][row];
    if (step === 0) {
      let sum = to[start];
      for (let k = 0; k < rowLength; k++) sum += from[at++];
      to[start] = sum;
    } else for (let k = 0; k < rowLength; k++) to[start + k] += from[at++];
  }
}

/** Repeats `x` to a larger shape by NumPy's rules. Throws ShapeError where it does not fit. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : apply(broadcastPrimitive(shape), x);
}

/** The transpose of `broadcastTo`: sums `x` over the axes along which a tensor of this shape was repeated to reach it. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const missing = new Array<number>(Math.max(0, x.shape.length - shape.length)).fill(1);
  return reshape(apply(sumPrimitive([...missing, ...shape]), x), shape);
}

/**
 * The sum over all elements (a scalar), or over one axis, which is dropped; a negative axis counts from the last.
 * Throws ShapeError for an axis that x does not have. @example sum(x, -1)
 */
export function sum(x: Tensor, axis?: number): Tensor {
  if (axis === undefined) return sumTo(x, []);
  const at = axis < 0 ? axis + x.shape.length : axis;
  if (!Number.isInteger(at) || at < 0 || at >= x.shape.length)
    throw new ShapeError(`sum of [${x.shape.join(", ")}]: there is no axis ${axis}.`);
  const kept = x.shape.map((length, a) => (a === at ? 1 : length));
  return reshape(
    sumTo(x, kept),
    x.shape.filter((_length, a) => a !== at),
  );
}

/** The mean over all elements, or over one axis, which is dropped. See `sum`. @example mean(losses) */
export function mean(x: Tensor, axis?: number): Tensor {
  const total = sum(x, axis);
  return divide(total, x.size / total.size);
}
