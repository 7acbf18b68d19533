/**
 * Addition, subtraction, multiplication and division with NumPy's broadcasting, and the sums and means that end most
 * losses. Sums run over their elements in ascending row-major order with one accumulator per result.
 */
import { ArgumentError } from "../errors.ts";
import { binary } from "./elementwise.ts";
import { constant, isConstant, sameShape, sumTo } from "./repetition.ts";
import { reshape } from "./structure.ts";
import { apply, axisOf, requireTensor, type Tensor } from "./tensor.ts";

/** A tensor, or a number that stands for a scalar tensor. */
export type TensorLike = Tensor | number;

/** The two as tensors of one trace. Throws ArgumentError when both are numbers. */
export function asTensors(name: string, a: TensorLike, b: TensorLike): [Tensor, Tensor] {
  if (typeof a !== "number") {
    requireTensor(a, name);
    return [a, typeof b === "number" ? constant(a.graph, b) : b];
  }
  if (typeof b !== "number") {
    requireTensor(b, name);
    return [constant(b.graph, a), b];
  }
  throw new ArgumentError(`${name}: both arguments are numbers; at least one must be a tensor of the traced function.`);
}

// ---- the four operations --------------------------------------------------------------------------------------------

const addPrimitive = /* @__PURE__ */ binary(
  "add",
  (length, a, i, stepA, b, j, stepB, to, out) => {
    for (let k = 0; k < length; k++, i += stepA, j += stepB) to[out + k] = a[i] + b[j];
  },
  [(by) => by, (by) => by],
  add,
);

const subtractPrimitive = /* @__PURE__ */ binary(
  "subtract",
  (length, a, i, stepA, b, j, stepB, to, out) => {
    for (let k = 0; k < length; k++, i += stepA, j += stepB) to[out + k] = a[i] - b[j];
  },
  [(by) => by, (by) => negate(by)],
  add,
);

const multiplyPrimitive = /* @__PURE__ */ binary(
  "multiply",
  (length, a, i, stepA, b, j, stepB, to, out) => {
    for (let k = 0; k < length; k++, i += stepA, j += stepB) to[out + k] = a[i] * b[j];
  },
  [(by, _a, b) => multiply(by, b), (by, a) => multiply(by, a)],
  add,
);

const dividePrimitive = /* @__PURE__ */ binary(
  "divide",
  (length, a, i, stepA, b, j, stepB, to, out) => {
    for (let k = 0; k < length; k++, i += stepA, j += stepB) to[out + k] = a[i] / b[j];
  },
  [(by, _a, b) => divide(by, b), (by, _a, b, output) => negate(multiply(divide(by, b), output))],
  add,
);

/**
 * a + b, broadcast. Throws ShapeError for shapes that do not broadcast.
 *
 * @example compiled(model, {}, (p) => add(p.W, p.b)).shape // [3, 2]
 */
export function add(a: TensorLike, b: TensorLike): Tensor {
  return apply(addPrimitive, ...asTensors("add", a, b));
}

/**
 * a − b, broadcast. Throws ShapeError for shapes that do not broadcast.
 *
 * @example compiled(model, {}, (p) => subtract(1, p.b)).shape // [2]
 */
export function subtract(a: TensorLike, b: TensorLike): Tensor {
  return apply(subtractPrimitive, ...asTensors("subtract", a, b));
}

/**
 * a · b element by element, broadcast; for the matrix product see `matmul`. Throws ShapeError for shapes that do not
 * broadcast. @example compiled(model, {}, (p) => multiply(2, p.b)).shape // [2]
 */
export function multiply(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = asTensors("multiply", a, b);
  if (isConstant(x, 1)) return y;
  if (isConstant(y, 1)) return x;
  return apply(multiplyPrimitive, ...withoutRepetition(x, y));
}

/**
 * a / b element by element, broadcast. Throws ShapeError for shapes that do not broadcast.
 *
 * @example compiled(model, {}, (p) => divide(p.W, p.b)).shape // [3, 2]
 */
export function divide(a: TensorLike, b: TensorLike): Tensor {
  return apply(dividePrimitive, ...asTensors("divide", a, b));
}

/** −x. @example compiled(model, {}, (p) => negate(p.b)).shape // [2] */
export function negate(x: Tensor): Tensor {
  return multiply(x, -1);
}

/** x² element by element. @example compiled(model, {}, (p) => square(p.b)).shape // [2] */
export function square(x: Tensor): Tensor {
  return multiply(x, x);
}

/**
 * Where one factor only repeats a smaller tensor up to the other's shape, the smaller one itself: the product broadcasts
 * it for free. Cotangents of sums and means arrive like this.
 */
function withoutRepetition(a: Tensor, b: Tensor): [Tensor, Tensor] {
  if (!sameShape(a.shape, b.shape)) return [a, b];
  if (a.node.primitive?.name === "broadcastTo") return [a.node.inputs[0], b];
  if (b.node.primitive?.name === "broadcastTo") return [a, b.node.inputs[0]];
  return [a, b];
}

// ---- sums and means -------------------------------------------------------------------------------------------------

/**
 * The sum over all elements (a scalar), or over one axis, which is dropped; a negative axis counts from the last.
 * Throws ShapeError for an axis that x does not have. @example compiled(model, {}, (p) => sum(p.W, -1)).shape // [3]
 */
export function sum(x: Tensor, axis?: number): Tensor {
  if (axis === undefined) return sumTo(x, []);
  const at = axisOf("sum", x, axis);
  const kept = x.shape.map((length, a) => (a === at ? 1 : length));
  return reshape(
    sumTo(x, kept),
    x.shape.filter((_length, a) => a !== at),
  );
}

/**
 * The mean over all elements, or over one axis, which is dropped. See `sum`.
 *
 * @example compiled(model, {}, (p) => mean(p.W)).shape // []
 */
export function mean(x: Tensor, axis?: number): Tensor {
  const total = sum(x, axis);
  return divide(total, x.size / total.size);
}
