/**
 * Constants, and the two primitives on which broadcasting's derivative rests: repetition along axes and summation over
 * axes, which are each other's transpose.
 *
 * Every sum runs over its elements in ascending row-major order with one accumulator per result.
 */
import { NotFiniteError, ShapeError } from "../errors.ts";
import type { Shape } from "../linalg/layout.ts";
import { broadcastShapes, planBroadcast, type BroadcastPlan } from "./broadcast.ts";
import { linear } from "./linear.ts";
import { reshape } from "./structure.ts";
import { apply, requireTensor, type Graph, type Operand, type Primitive, type Tensor } from "./tensor.ts";

/** What is computed from nothing has no derivative and is the same for every example. */
const nullary = { jvp: () => undefined, pullback: () => [], batch: (inputs: readonly Tensor[]) => inputs[0] } as const;

const constantPrimitive = (value: number): Primitive => ({
  ...nullary,
  name: "constant",
  // JSON, by which equal nodes are found, would not tell −0 from 0.
  attributes: { value: Object.is(value, -0) ? "-0" : value },
  shape: (): Shape => [],
  kernel: (_inputs, output) => () => {
    output.array[output.offset] = value;
  },
});

/** A scalar of fixed value in the graph. Throws NotFiniteError for NaN and infinities. */
export function constant(graph: Graph, value: number): Tensor {
  if (!Number.isFinite(value)) throw new NotFiniteError(`A constant in a traced function is ${value}.`);
  return graph.append(constantPrimitive(value), []);
}

const rangePrimitive = (length: number): Primitive => ({
  ...nullary,
  name: "range",
  attributes: { length },
  shape: (): Shape => [length],
  kernel: (_inputs, output) => () => {
    for (let k = 0; k < length; k++) output.array[output.offset + k] = k;
  },
});

/** The whole numbers 0 … length − 1, a vector. */
export function range(graph: Graph, length: number): Tensor {
  return graph.append(rangePrimitive(length), []);
}

/** Zeros of a tensor's shape. */
export function zerosLike(x: Tensor): Tensor {
  return broadcastTo(constant(x.graph, 0), x.shape);
}

/** Whether a tensor is this constant. */
export function isConstant({ node: { primitive } }: Tensor, value: number): boolean {
  return primitive?.name === "constant" && primitive.attributes?.["value"] === value;
}

/** Whether two shapes are equal. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}

const broadcastPrimitive = (shape: Shape): Primitive =>
  linear({
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
    transpose: (cotangent, input) => sumTo(cotangent, input.shape),
    batch: ([input], _batched, size) => broadcastTo(withRank(input, shape.length), [size, ...shape]),
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
const sumPrimitive = (kept: Shape): Primitive =>
  linear({
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
      const { rows, rowLength, strides, starts } = plan;
      if (strides[0] === 1 && starts[0].every((start) => start === 0))
        return () => sumColumns(rows, rowLength, input, output);
      return () => sumRows(plan, input, output);
    },
    transpose: (cotangent, input) => broadcastTo(cotangent, input.shape),
    batch: ([input], _batched, size) => sumTo(input, [size, ...kept]),
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

/** The sum of all rows of a matrix, as a bias' gradient is: by WebAssembly where it can, else four columns at a time. */
function sumColumns(rows: number, columns: number, input: Operand, output: Operand): void {
  if (output.memory !== undefined && input.memory === output.memory) {
    output.memory.kernels.sumRows(8 * input.offset, rows, columns, 8 * output.offset);
    return;
  }
  const { array: from, offset } = input;
  const { array: to, offset: out } = output;
  const end = offset + rows * columns;
  let column = 0;
  for (; column + 4 <= columns; column += 4) {
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let at = offset + column; at < end; at += columns) {
      s0 += from[at];
      s1 += from[at + 1];
      s2 += from[at + 2];
      s3 += from[at + 3];
    }
    to[out + column] = s0;
    to[out + column + 1] = s1;
    to[out + column + 2] = s2;
    to[out + column + 3] = s3;
  }
  for (; column < columns; column++) {
    let sum = 0;
    for (let at = offset + column; at < end; at += columns) sum += from[at];
    to[out + column] = sum;
  }
}

/**
 * Repeats `x` to a larger shape by NumPy's rules. Throws ShapeError where it does not fit.
 *
 * @example compiled(model, {}, (p) => broadcastTo(p.b, [4, 2])).shape // [4, 2]
 */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  requireTensor(x, "broadcastTo");
  return sameShape(x.shape, shape) ? x : apply(broadcastPrimitive(shape), x);
}

/**
 * The transpose of `broadcastTo`: sums `x` over the axes along which a tensor of this shape was repeated to reach it.
 * Throws ShapeError where the shape does not repeat to that of x.
 *
 * @example compiled(model, {}, (p) => sumTo(p.W, [2])).shape // [2]
 */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  requireTensor(x, "sumTo");
  if (sameShape(x.shape, shape)) return x;
  const missing = new Array<number>(Math.max(0, x.shape.length - shape.length)).fill(1);
  return reshape(apply(sumPrimitive([...missing, ...shape]), x), shape);
}

/** Axes of length 1 after the first one, so that the others number `rank`. */
export function withRank(x: Tensor, rank: number): Tensor {
  const [size, ...rest] = x.shape;
  return reshape(x, [size, ...new Array<number>(rank - rest.length).fill(1), ...rest]);
}

/** Every input with the examples along its first axis: those that serve all examples are repeated. */
export function repeated(inputs: readonly Tensor[], batched: readonly boolean[], size: number): Tensor[] {
  return inputs.map((input, k) => (batched[k] ? input : broadcastTo(input, [size, ...input.shape])));
}
