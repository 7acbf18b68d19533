/**
 * Comparisons, choices between two tensors, and what is made of them: absolute values, larger and smaller of two.
 *
 * A comparison gives 1 where it holds and 0 elsewhere, and is constant piece by piece: its derivative is 0. At ties and
 * kinks each function's documentation says which derivative is taken.
 */
import { add, asTensors, multiply, type TensorLike } from "./arithmetic.ts";
import { broadcastShapes, planBroadcast } from "./broadcast.ts";
import { alignedExamples, binary, unary } from "./elementwise.ts";
import { broadcastTo, constant, sumTo } from "./repetition.ts";
import { apply, applyTo, requireTensor, type Primitive, type Tensor } from "./tensor.ts";

const greaterPrimitive = /* @__PURE__ */ binary("greater", (length, a, i, stepA, b, j, stepB, to, out) => {
  for (let k = 0; k < length; k++, i += stepA, j += stepB) to[out + k] = a[i] > b[j] ? 1 : 0;
});
const greaterOrEqualPrimitive = /* @__PURE__ */ binary(
  "greaterOrEqual",
  (length, a, i, stepA, b, j, stepB, to, out) => {
    for (let k = 0; k < length; k++, i += stepA, j += stepB) to[out + k] = a[i] >= b[j] ? 1 : 0;
  },
);
const equalPrimitive = /* @__PURE__ */ binary("equal", (length, a, i, stepA, b, j, stepB, to, out) => {
  for (let k = 0; k < length; k++, i += stepA, j += stepB) to[out + k] = a[i] === b[j] ? 1 : 0;
});

/** 1 where a > b, else 0; broadcast. @example compiled(model, {}, (p) => greater(p.W, p.b)).shape // [3, 2] */
export function greater(a: TensorLike, b: TensorLike): Tensor {
  return apply(greaterPrimitive, ...asTensors("greater", a, b));
}

/** 1 where a ≥ b, else 0; broadcast. @example compiled(model, {}, (p) => greaterOrEqual(p.W, 0)).shape // [3, 2] */
export function greaterOrEqual(a: TensorLike, b: TensorLike): Tensor {
  return apply(greaterOrEqualPrimitive, ...asTensors("greaterOrEqual", a, b));
}

/** 1 where a < b, else 0; broadcast. @example compiled(model, {}, (p) => less(p.W, p.b)).shape // [3, 2] */
export function less(a: TensorLike, b: TensorLike): Tensor {
  return greater(b, a);
}

/** 1 where a ≤ b, else 0; broadcast. @example compiled(model, {}, (p) => lessOrEqual(p.W, p.b)).shape // [3, 2] */
export function lessOrEqual(a: TensorLike, b: TensorLike): Tensor {
  return greaterOrEqual(b, a);
}

/** 1 where a = b, else 0; broadcast. @example compiled(model, {}, (p) => equal(p.W, p.b)).shape // [3, 2] */
export function equal(a: TensorLike, b: TensorLike): Tensor {
  return apply(equalPrimitive, ...asTensors("equal", a, b));
}

// ---- choices --------------------------------------------------------------------------------------------------------

const wherePrimitive: Primitive = {
  name: "where",
  overwrites: [0, 1, 2],
  shape: ([condition, a, b]) => broadcastShapes(condition, broadcastShapes(a, b)),
  kernel([condition, a, b], output): () => void {
    const shapes = [condition.shape, a.shape, b.shape];
    const { rows, rowLength, starts, strides } = planBroadcast(output.shape, shapes);
    const [stepCondition, stepA, stepB] = strides;
    return () => {
      const { array: conditions } = condition;
      const { array: to } = output;
      let out = output.offset;
      for (let row = 0; row < rows; row++) {
        let at = condition.offset + starts[0][row];
        let i = a.offset + starts[1][row];
        let j = b.offset + starts[2][row];
        for (let k = 0; k < rowLength; k++, at += stepCondition, i += stepA, j += stepB)
          to[out++] = conditions[at] !== 0 ? a.array[i] : b.array[j];
      }
    };
  },
  jvp: ([condition], output, [, forA, forB]) =>
    forA === undefined && forB === undefined
      ? undefined
      : broadcastTo(where(condition, forA ?? 0, forB ?? 0), output.shape),
  pullback: ([condition, a, b], _output, cotangent) => [
    undefined,
    sumTo(where(condition, cotangent, 0), a.shape),
    sumTo(where(condition, 0, cotangent), b.shape),
  ],
  batch: (inputs, batched) => applyTo(wherePrimitive, alignedExamples(inputs, batched)),
};

/**
 * a where the condition is not 0, b elsewhere; the three are broadcast. Only the chosen element passes a derivative on,
 * so NaN in the other does no harm to it. Throws ShapeError for shapes that do not broadcast.
 *
 * @example compiled(model, {}, (p) => where(greater(p.W, 0), p.W, p.b)).shape // [3, 2]
 */
export function where(condition: Tensor, a: TensorLike, b: TensorLike): Tensor {
  const asTensor = (x: TensorLike): Tensor => (typeof x === "number" ? constant(condition.graph, x) : x);
  requireTensor(condition, "where");
  return apply(wherePrimitive, condition, asTensor(a), asTensor(b));
}

/** 1 where a > b, ½ where a = b, else 0: how much of the larger of two is a. */
const precedencePrimitive = /* @__PURE__ */ binary("precedence", (length, a, i, stepA, b, j, stepB, to, out) => {
  for (let k = 0; k < length; k++, i += stepA, j += stepB) to[out + k] = a[i] > b[j] ? 1 : a[i] === b[j] ? 0.5 : 0;
});

function precedence(a: Tensor, b: Tensor): Tensor {
  return apply(precedencePrimitive, a, b);
}

const maximumPrimitive = /* @__PURE__ */ binary(
  "maximum",
  (length, a, i, stepA, b, j, stepB, to, out) => {
    for (let k = 0; k < length; k++, i += stepA, j += stepB) to[out + k] = Math.max(a[i], b[j]);
  },
  [(by, a, b) => multiply(by, precedence(a, b)), (by, a, b) => multiply(by, precedence(b, a))],
  add,
);

const minimumPrimitive = /* @__PURE__ */ binary(
  "minimum",
  (length, a, i, stepA, b, j, stepB, to, out) => {
    for (let k = 0; k < length; k++, i += stepA, j += stepB) to[out + k] = Math.min(a[i], b[j]);
  },
  [(by, a, b) => multiply(by, precedence(b, a)), (by, a, b) => multiply(by, precedence(a, b))],
  add,
);

/**
 * The larger of a and b, element by element, broadcast; where they are equal, half of the derivative goes to each.
 *
 * @example compiled(model, {}, (p) => maximum(p.W, 0)).shape // [3, 2]
 */
export function maximum(a: TensorLike, b: TensorLike): Tensor {
  return apply(maximumPrimitive, ...asTensors("maximum", a, b));
}

/**
 * The smaller of a and b, element by element, broadcast; where they are equal, half of the derivative goes to each.
 *
 * @example compiled(model, {}, (p) => minimum(p.W, 1)).shape // [3, 2]
 */
export function minimum(a: TensorLike, b: TensorLike): Tensor {
  return apply(minimumPrimitive, ...asTensors("minimum", a, b));
}

// ---- sign and absolute value ----------------------------------------------------------------------------------------

const signPrimitive = /* @__PURE__ */ unary("sign", (length, from, at, to, out) => {
  for (let k = 0; k < length; k++) to[out + k] = Math.sign(from[at + k]);
});

const absPrimitive = /* @__PURE__ */ unary(
  "abs",
  (length, from, at, to, out) => {
    for (let k = 0; k < length; k++) to[out + k] = Math.abs(from[at + k]);
  },
  (by, x) => multiply(by, sign(x)),
);

/** −1, 0 or 1 element by element; its derivative is 0 everywhere. @example compiled(model, {}, (p) => sign(p.b)).shape // [2] */
export function sign(x: Tensor): Tensor {
  return apply(signPrimitive, x);
}

/** |x| element by element; the derivative at 0 is taken as 0. @example compiled(model, {}, (p) => abs(p.b)).shape // [2] */
export function abs(x: Tensor): Tensor {
  return apply(absPrimitive, x);
}
