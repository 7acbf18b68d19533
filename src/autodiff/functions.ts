/**
 * Elementary functions of every element. Exponentials and logarithms come from src/math, so that a program's results are
 * the same bits on every engine.
 */
import {
  exp as exponential,
  expm1 as exponentialLessOne,
  log as logarithm,
  log1p as logarithmOfOnePlus,
  tanh as hyperbolicTangent,
} from "../math/elementary.ts";
import { add, divide, multiply, square, subtract } from "./arithmetic.ts";
import { unary } from "./elementwise.ts";
import { apply, type Tensor } from "./tensor.ts";

const expPrimitive = /* @__PURE__ */ unary(
  "exp",
  (length, from, at, to, out) => {
    for (let k = 0; k < length; k++) to[out + k] = exponential(from[at + k]);
  },
  (by, _x, output) => multiply(by, output),
);

const expm1Primitive = /* @__PURE__ */ unary(
  "expm1",
  (length, from, at, to, out) => {
    for (let k = 0; k < length; k++) to[out + k] = exponentialLessOne(from[at + k]);
  },
  (by, x) => multiply(by, exp(x)),
);

const logPrimitive = /* @__PURE__ */ unary(
  "log",
  (length, from, at, to, out) => {
    for (let k = 0; k < length; k++) to[out + k] = logarithm(from[at + k]);
  },
  (by, x) => divide(by, x),
);

const log1pPrimitive = /* @__PURE__ */ unary(
  "log1p",
  (length, from, at, to, out) => {
    for (let k = 0; k < length; k++) to[out + k] = logarithmOfOnePlus(from[at + k]);
  },
  (by, x) => divide(by, add(x, 1)),
);

const tanhPrimitive = /* @__PURE__ */ unary(
  "tanh",
  (length, from, at, to, out) => {
    for (let k = 0; k < length; k++) to[out + k] = hyperbolicTangent(from[at + k]);
  },
  (by, _x, output) => multiply(by, subtract(1, square(output))),
);

const sqrtPrimitive = /* @__PURE__ */ unary(
  "sqrt",
  (length, from, at, to, out) => {
    for (let k = 0; k < length; k++) to[out + k] = Math.sqrt(from[at + k]);
  },
  (by, _x, output) => divide(by, multiply(2, output)),
);

/** eˣ element by element. @example compiled(layout({ x: [1] }), {}, (p) => exp(p.x)).on({})(Float64Array.of(0)) // [1] */
export function exp(x: Tensor): Tensor {
  return apply(expPrimitive, x);
}

/** eˣ − 1 element by element, accurate for small x. @example compiled(model, {}, (p) => expm1(p.b)).shape // [2] */
export function expm1(x: Tensor): Tensor {
  return apply(expm1Primitive, x);
}

/** The natural logarithm element by element. @example compiled(model, {}, (p) => log(p.b)).shape // [2] */
export function log(x: Tensor): Tensor {
  return apply(logPrimitive, x);
}

/** log(1 + x) element by element, accurate for small x. @example compiled(model, {}, (p) => log1p(p.b)).shape // [2] */
export function log1p(x: Tensor): Tensor {
  return apply(log1pPrimitive, x);
}

/** The hyperbolic tangent element by element. @example compiled(model, {}, (p) => tanh(p.b)).shape // [2] */
export function tanh(x: Tensor): Tensor {
  return apply(tanhPrimitive, x);
}

/** The square root element by element; its derivative is infinite at 0. @example compiled(model, {}, (p) => sqrt(p.b)).shape // [2] */
export function sqrt(x: Tensor): Tensor {
  return apply(sqrtPrimitive, x);
}
