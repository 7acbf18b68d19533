/**
 * Elementary functions of every element. Exponentials and logarithms come from src/math, so that a program's results are
 * the same bits on every engine.
 */
import {
  atanRange,
  cosRange,
  erfRange,
  expRange,
  expm1Range,
  log1pRange,
  logRange,
  sinRange,
  tanRange,
  tanhRange,
} from "../math/arrays.ts";
import { add, divide, multiply, negate, square, subtract } from "./arithmetic.ts";
import { unary, type UnaryDerivative } from "./elementwise.ts";
import { apply, type Primitive, type Tensor } from "./tensor.ts";

/** A function whose array form does the work. */
function elementary(
  name: string,
  range: (input: Float64Array, from: number, output: Float64Array, to: number, count: number) => void,
  derivative: UnaryDerivative,
): Primitive {
  return unary(name, (length, from, at, to, out) => range(from, at, to, out, length), derivative);
}

const expPrimitive = /* @__PURE__ */ elementary("exp", expRange, (by, _x, output) => multiply(by, output));

const expm1Primitive = /* @__PURE__ */ elementary("expm1", expm1Range, (by, x) => multiply(by, exp(x)));

const logPrimitive = /* @__PURE__ */ elementary("log", logRange, (by, x) => divide(by, x));

const log1pPrimitive = /* @__PURE__ */ elementary("log1p", log1pRange, (by, x) => divide(by, add(x, 1)));

const tanhPrimitive = /* @__PURE__ */ elementary("tanh", tanhRange, (by, _x, output) =>
  multiply(by, subtract(1, square(output))),
);

const sqrtPrimitive = /* @__PURE__ */ unary(
  "sqrt",
  (length, from, at, to, out) => {
    for (let k = 0; k < length; k++) to[out + k] = Math.sqrt(from[at + k]);
  },
  (by, _x, output) => divide(by, multiply(2, output)),
);

const sinPrimitive = /* @__PURE__ */ elementary("sin", sinRange, (by, x) => multiply(by, cos(x)));

const cosPrimitive = /* @__PURE__ */ elementary("cos", cosRange, (by, x) => negate(multiply(by, sin(x))));

const tanPrimitive = /* @__PURE__ */ elementary("tan", tanRange, (by, _x, output) =>
  multiply(by, add(1, square(output))),
);

const atanPrimitive = /* @__PURE__ */ elementary("atan", atanRange, (by, x) => divide(by, add(1, square(x))));

const erfPrimitive = /* @__PURE__ */ elementary("erf", erfRange, (by, x) =>
  multiply(by, multiply(2 / Math.sqrt(Math.PI), exp(negate(square(x))))),
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
