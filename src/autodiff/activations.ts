/** The nonlinearities of networks, element by element. None overflows; each says what its derivative at a kink is. */
import { ArgumentError } from "../errors.ts";
import { exp as exponential, log1p as logarithmOfOnePlus } from "../math/elementary.ts";
import { add, multiply, square, subtract } from "./arithmetic.ts";
import { greater, where } from "./comparisons.ts";
import { binary, unary } from "./elementwise.ts";
import { erf, expm1, tanh } from "./functions.ts";
import { apply, type Tensor } from "./tensor.ts";

/**
 * Where a loop chooses between two numbers: both are stored here, and one is loaded by the outcome of the comparison. A
 * branch that goes either way as often costs four times as much. Holds nothing between elements.
 */
const choices = /* @__PURE__ */ new Float64Array(2);

const reluPrimitive = /* @__PURE__ */ unary(
  "relu",
  (length, from, at, to, out) => {
    choices[1] = 0;
    for (let k = 0; k < length; k++) {
      const x = from[at + k];
      choices[0] = x;
      to[out + k] = choices[Number(x <= 0)];
    }
  },
  (by, _x, output) => passWherePositive(by, output),
);

/** x where the gate is positive, 0 elsewhere: the derivative of relu, applied. */
const passPrimitive = /* @__PURE__ */ binary(
  "passWherePositive",
  (length, a, i, stepA, b, j, stepB, to, out) => {
    choices[0] = 0;
    for (let k = 0; k < length; k++, i += stepA, j += stepB) {
      choices[1] = a[i];
      to[out + k] = choices[Number(b[j] > 0)];
    }
  },
  [(by, _x, gate) => passWherePositive(by, gate), () => undefined],
  add,
);

function passWherePositive(x: Tensor, gate: Tensor): Tensor {
  return apply(passPrimitive, x, gate);
}

const sigmoidPrimitive = /* @__PURE__ */ unary(
  "sigmoid",
  (length, from, at, to, out) => {
    // exp is only taken of what is not positive, so it cannot overflow.
    for (let k = 0; k < length; k++) {
      const x = from[at + k];
      const e = exponential(-Math.abs(x));
      to[out + k] = (x >= 0 ? 1 : e) / (1 + e);
    }
  },
  (by, _x, output) => multiply(by, multiply(output, subtract(1, output))),
);

const softplusPrimitive = /* @__PURE__ */ unary(
  "softplus",
  (length, from, at, to, out) => {
    for (let k = 0; k < length; k++) {
      const x = from[at + k];
      to[out + k] = Math.max(x, 0) + logarithmOfOnePlus(exponential(-Math.abs(x)));
    }
  },
  (by, x) => multiply(by, sigmoid(x)),
);

/** max(x, 0) element by element; the derivative at 0 is taken as 0. @example compiled(model, {}, (p) => relu(p.b)).shape // [2] */
export function relu(x: Tensor): Tensor {
  return apply(reluPrimitive, x);
}

/** 1 / (1 + e⁻ˣ) element by element, without overflow. @example compiled(model, {}, (p) => sigmoid(p.b)).shape // [2] */
export function sigmoid(x: Tensor): Tensor {
  return apply(sigmoidPrimitive, x);
}

/**
 * log(1 + eˣ) element by element, without overflow; softplus(−m) is the logistic loss of a margin m.
 *
 * @example compiled(model, {}, (p) => softplus(p.b)).shape // [2]
 */
export function softplus(x: Tensor): Tensor {
  return apply(softplusPrimitive, x);
}

/**
 * x where positive, slope·x elsewhere (default slope 0.01); the derivative at 0 is the slope.
 * Throws ArgumentError for a slope that is not finite.
 *
 * @example compiled(model, {}, (p) => leakyRelu(p.b, 0.2)).shape // [2]
 */
export function leakyRelu(x: Tensor, slope = 0.01): Tensor {
  requireFinite("leakyRelu: slope", slope);
  return where(greater(x, 0), x, multiply(x, slope));
}

/**
 * x where positive, alpha·(eˣ − 1) elsewhere (default alpha 1). Throws ArgumentError for an alpha that is not finite.
 * Source: D.-A. Clevert et al., Fast and Accurate Deep Network Learning by Exponential Linear Units, 2016, eq. 15.
 *
 * @example compiled(model, {}, (p) => elu(p.b)).shape // [2]
 */
export function elu(x: Tensor, alpha = 1): Tensor {
  requireFinite("elu: alpha", alpha);
  const positive = greater(x, 0);
  // Where x is positive the exponential is taken of 0, so that it cannot overflow.
  return where(positive, x, multiply(alpha, expm1(where(positive, 0, x))));
}

/** x·sigmoid(x) element by element (also called swish). @example compiled(model, {}, (p) => silu(p.b)).shape // [2] */
export function silu(x: Tensor): Tensor {
  return multiply(x, sigmoid(x));
}

/**
 * x·Φ(x), Φ the distribution function of the standard normal: x/2·(1 + erf(x/√2)), element by element.
 * Source: D. Hendrycks and K. Gimpel, Gaussian Error Linear Units, 2016.
 *
 * @example compiled(model, {}, (p) => gelu(p.b)).shape // [2]
 */
export function gelu(x: Tensor): Tensor {
  return multiply(multiply(0.5, x), add(1, erf(multiply(x, Math.sqrt(0.5)))));
}

/**
 * The approximation x/2·(1 + tanh(√(2/π)(x + 0.044715x³))) of `gelu`, as in many published networks.
 * Source: D. Hendrycks and K. Gimpel, Gaussian Error Linear Units, 2016, section 2.
 *
 * @example compiled(model, {}, (p) => geluTanh(p.b)).shape // [2]
 */
export function geluTanh(x: Tensor): Tensor {
  const inner = multiply(Math.sqrt(2 / Math.PI), add(x, multiply(0.044715, multiply(x, square(x)))));
  return multiply(multiply(0.5, x), add(1, tanh(inner)));
}

function requireFinite(what: string, value: number): void {
  if (!Number.isFinite(value)) throw new ArgumentError(`${what} is ${value}; expected a finite number.`);
}
