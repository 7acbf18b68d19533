/**
 * Elementary functions of every element. Exponentials and logarithms come from src/math, so that a program's results are
 * the same bits on every engine.
 */
import {
  atan as arctangent,
  cos as cosine,
  erf as errorFunction,
  exp as exponential,
  expm1 as exponentialLessOne,
  log as logarithm,
  log1p as logarithmOfOnePlus,
  sin as sine,
  tan as tangent,
  tanh as hyperbolicTangent,
} from "../math/elementary.ts";
import { add, divide, multiply, negate, square, subtract } from "./arithmetic.ts";
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

const sinPrimitive = /* @__PURE__ */ unary(
  "sin",
  (length, from, at, to, out) => {
    for (let k = 0; k < length; k++) to[out + k] = sine(from[at + k]);
  },
  (by, x) => multiply(by, cos(x)),
);

const cosPrimitive = /* @__PURE__ */ unary(
  "cos",
  (length, from, at, to, out) => {
    for (let k = 0; k < length; k++) to[out + k] = cosine(from[at + k]);
  },
  (by, x) => negate(multiply(by, sin(x))),
);

const tanPrimitive = /* @__PURE__ */ unary(
  "tan",
  (length, from, at, to, out) => {
    for (let k = 0; k < length; k++) to[out + k] = tangent(from[at + k]);
  },
  (by, _x, output) => multiply(by, add(1, square(output))),
);

const atanPrimitive = /* @__PURE__ */ unary(
  "atan",
  (length, from, at, to, out) => {
    for (let k = 0; k < length; k++) to[out + k] = arctangent(from[at + k]);
  },
  (by, x) => divide(by, add(1, square(x))),
);

const erfPrimitive = /* @__PURE__ */ unary(
  "erf",
  (length, from, at, to, out) => {
    for (let k = 0; k < length; k++) to[out + k] = errorFunction(from[at + k]);
  },
  (by, x) => multiply(by, multiply(2 / Math.sqrt(Math.PI), exp(negate(square(x))))),
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

/** The sine element by element, x in radians. @example compiled(model, {}, (p) => sin(p.b)).shape // [2] */
export function sin(x: Tensor): Tensor {
  return apply(sinPrimitive, x);
}

/** The cosine element by element, x in radians. @example compiled(model, {}, (p) => cos(p.b)).shape // [2] */
export function cos(x: Tensor): Tensor {
  return apply(cosPrimitive, x);
}

/** The tangent element by element, x in radians. @example compiled(model, {}, (p) => tan(p.b)).shape // [2] */
export function tan(x: Tensor): Tensor {
  return apply(tanPrimitive, x);
}

/** The arctangent element by element, in radians. @example compiled(model, {}, (p) => atan(p.b)).shape // [2] */
export function atan(x: Tensor): Tensor {
  return apply(atanPrimitive, x);
}

/** The error function element by element. @example compiled(model, {}, (p) => erf(p.b)).shape // [2] */
export function erf(x: Tensor): Tensor {
  return apply(erfPrimitive, x);
}
