/**
 * Functions of one variable applied to every element. Exponentials and logarithms come from src/math, so that a
 * program's results are the same bits on every engine.
 */
import {
  exp as exponential,
  log as logarithm,
  log1p as logarithmOfOnePlus,
  tanh as hyperbolicTangent,
} from "../math/elementary.ts";
import { add, divide, multiply, subtract, square } from "./arithmetic.ts";
import { apply, type BinaryLoop, type Primitive, type Tensor, type UnaryLoop } from "./tensor.ts";

function unary(
  name: string,
  loop: UnaryLoop,
  pullback: (x: Tensor, output: Tensor, cotangent: Tensor) => Tensor | undefined,
): Primitive {
  return {
    name,
    overwrites: [0],
    elementwise: { arity: 1, loop },
    shape: ([x]) => x,
    kernel([x], output): () => void {
      return () => loop(output.size, x.array, x.offset, output.array, output.offset);
    },
    pullback: ([x], output, cotangent) => [pullback(x, output, cotangent)],
  };
}

const expPrimitive = unary(
  "exp",
  (length, from, at, to, out) => {
    for (let k = 0; k < length; k++) to[out + k] = exponential(from[at + k]);
  },
  (_x, output, cotangent) => multiply(cotangent, output),
);

const logPrimitive = unary(
  "log",
  (length, from, at, to, out) => {
    for (let k = 0; k < length; k++) to[out + k] = logarithm(from[at + k]);
  },
  (x, _output, cotangent) => divide(cotangent, x),
);

const log1pPrimitive = unary(
  "log1p",
  (length, from, at, to, out) => {
    for (let k = 0; k < length; k++) to[out + k] = logarithmOfOnePlus(from[at + k]);
  },
  (x, _output, cotangent) => divide(cotangent, add(x, 1)),
);

const tanhPrimitive = unary(
  "tanh",
  (length, from, at, to, out) => {
    for (let k = 0; k < length; k++) to[out + k] = hyperbolicTangent(from[at + k]);
  },
  (_x, output, cotangent) => multiply(cotangent, subtract(1, square(output))),
);

const sqrtPrimitive = unary(
  "sqrt",
  (length, from, at, to, out) => {
    for (let k = 0; k < length; k++) to[out + k] = Math.sqrt(from[at + k]);
  },
  (_x, output, cotangent) => divide(cotangent, multiply(2, output)),
);

const reluPrimitive = unary(
  "relu",
  (length, from, at, to, out) => {
    choices[1] = 0;
    for (let k = 0; k < length; k++) {
      const x = from[at + k];
      choices[0] = x;
      to[out + k] = choices[Number(x <= 0)];
    }
  },
  (_x, output, cotangent) => passWherePositive(cotangent, output),
);

const sigmoidPrimitive = unary(
  "sigmoid",
  (length, from, at, to, out) => {
    // exp is only taken of what is not positive, so it cannot overflow.
    for (let k = 0; k < length; k++) {
      const x = from[at + k];
      const e = exponential(-Math.abs(x));
      to[out + k] = (x >= 0 ? 1 : e) / (1 + e);
    }
  },
  (_x, output, cotangent) => multiply(cotangent, multiply(output, subtract(1, output))),
);

const softplusPrimitive = unary(
  "softplus",
  (length, from, at, to, out) => {
    for (let k = 0; k < length; k++) {
      const x = from[at + k];
      to[out + k] = Math.max(x, 0) + logarithmOfOnePlus(exponential(-Math.abs(x)));
    }
  },
  (x, _output, cotangent) => multiply(cotangent, sigmoid(x)),
);

const absPrimitive = unary(
  "abs",
  (length, from, at, to, out) => {
    for (let k = 0; k < length; k++) to[out + k] = Math.abs(from[at + k]);
  },
  (x, _output, cotangent) => multiply(cotangent, sign(x)),
);

const signPrimitive = unary(
  "sign",
  (length, from, at, to, out) => {
    for (let k = 0; k < length; k++) to[out + k] = Math.sign(from[at + k]);
  },
  () => undefined,
);

/**
 * Where a loop chooses between two numbers: stored here, one is loaded by the outcome of the comparison. A branch that
 * goes either way as often costs four times as much. Holds nothing between elements.
 */
const choices = /* @__PURE__ */ new Float64Array(2);

const passLoop: BinaryLoop = (length, from, at, stepX, gates, by, stepGate, to, out) => {
  choices[0] = 0;
  for (let k = 0; k < length; k++, at += stepX, by += stepGate) {
    choices[1] = from[at];
    to[out + k] = choices[Number(gates[by] > 0)];
  }
};

/** x where the gate is positive, 0 elsewhere: the derivative of relu, applied. */
const passPrimitive: Primitive = {
  name: "passWherePositive",
  overwrites: [0, 1],
  elementwise: { arity: 2, loop: passLoop },
  shape: ([x]) => x,
  kernel([x, gate], output): () => void {
    return () => passLoop(output.size, x.array, x.offset, 1, gate.array, gate.offset, 1, output.array, output.offset);
  },
  pullback: ([, gate], _output, cotangent) => [passWherePositive(cotangent, gate), undefined],
};

function passWherePositive(x: Tensor, gate: Tensor): Tensor {
  return apply(passPrimitive, x, gate);
}

/** eˣ element by element. */
export function exp(x: Tensor): Tensor {
  return apply(expPrimitive, x);
}

/** The natural logarithm element by element. */
export function log(x: Tensor): Tensor {
  return apply(logPrimitive, x);
}

/** log(1 + x) element by element, accurate for small x. */
export function log1p(x: Tensor): Tensor {
  return apply(log1pPrimitive, x);
}

/** The hyperbolic tangent element by element. */
export function tanh(x: Tensor): Tensor {
  return apply(tanhPrimitive, x);
}

/** The square root element by element; its derivative is infinite at 0. */
export function sqrt(x: Tensor): Tensor {
  return apply(sqrtPrimitive, x);
}

/** max(x, 0) element by element; the derivative at 0 is taken as 0. */
export function relu(x: Tensor): Tensor {
  return apply(reluPrimitive, x);
}

/** 1 / (1 + e⁻ˣ) element by element, without overflow. */
export function sigmoid(x: Tensor): Tensor {
  return apply(sigmoidPrimitive, x);
}

/** log(1 + eˣ) element by element, without overflow; softplus(−m) is the logistic loss of a margin m. */
export function softplus(x: Tensor): Tensor {
  return apply(softplusPrimitive, x);
}

/** |x| element by element; the derivative at 0 is taken as 0. */
export function abs(x: Tensor): Tensor {
  return apply(absPrimitive, x);
}

/** −1, 0 or 1 element by element; its derivative is 0 everywhere. */
export function sign(x: Tensor): Tensor {
  return apply(signPrimitive, x);
}
