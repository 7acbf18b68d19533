/**
 * What a classifier's loss is made of: log-sum-exp, softmax and cross-entropy against class numbers, over the last axis.
 * All subtract the row's largest element first, so that no exponential overflows.
 */
import { ArgumentError, ShapeError } from "../errors.ts";
import type { Shape } from "../linalg/layout.ts";
import { exp as exponential, log as logarithm } from "../math/elementary.ts";
import { multiply, subtract, sum } from "./arithmetic.ts";
import { repeated } from "./repetition.ts";
import { reshape, transpose } from "./structure.ts";
import { apply, applyTo, axisOf, type Operand, type Primitive, type Tensor } from "./tensor.ts";

function lastAxis(shape: Shape): number {
  const length = shape.at(-1);
  if (length === undefined) throw new ShapeError("a scalar has no last axis.");
  return length;
}

/** The index of the (first) largest of `length` elements. A NaN behind the first is passed over: it shows in the sum. */
function indexOfLargest(array: Float64Array, from: number, length: number): number {
  let at = from;
  let maximum = array[from];
  for (let k = from + 1; k < from + length; k++)
    if (array[k] > maximum) {
      maximum = array[k];
      at = k;
    }
  return at;
}

function sumOfExponentials(array: Float64Array, from: number, length: number, shift: number): number {
  let total = 0;
  for (let k = 0; k < length; k++) total += exponential(array[from + k] - shift);
  return total;
}

const logSumExpPrimitive: Primitive = {
  name: "logSumExp",
  shape([x]): Shape {
    lastAxis(x);
    return x.slice(0, -1);
  },
  kernel([x], output): () => void {
    const length = lastAxis(x.shape);
    return () => {
      for (let row = 0; row < output.size; row++) {
        const from = x.offset + row * length;
        const shift = x.array[indexOfLargest(x.array, from, length)];
        output.array[output.offset + row] = shift + logarithm(sumOfExponentials(x.array, from, length, shift));
      }
    };
  },
  jvp: ([x], _output, [tangent]) => tangent && sum(multiply(softmax(x), tangent), -1),
  pullback: ([x], output, cotangent) => [multiply(softmax(x), reshape(cotangent, [...output.shape, 1]))],
  batch: ([x]) => apply(logSumExpPrimitive, x),
};

const softmaxPrimitive: Primitive = {
  name: "softmax",
  overwrites: [0],
  shape([x]): Shape {
    lastAxis(x);
    return x;
  },
  kernel([x], output): () => void {
    const length = lastAxis(x.shape);
    return () => softmaxRows(x, output, length);
  },
  jvp: (_inputs, output, [tangent]) => tangent && softmaxDerivative(output, tangent),
  pullback: (_inputs, output, cotangent) => [softmaxDerivative(output, cotangent)],
  batch: ([x]) => apply(softmaxPrimitive, x),
};

/** (diag p − p·pᵀ)·v for each row p: symmetric, so both modes use it. */
function softmaxDerivative(p: Tensor, v: Tensor): Tensor {
  const weighted = multiply(v, p);
  const total = reshape(sum(weighted, -1), [...p.shape.slice(0, -1), 1]);
  return subtract(weighted, multiply(p, total));
}

function softmaxRows(x: Operand, output: Operand, length: number): void {
  const { array: from } = x;
  const { array: to } = output;
  for (let start = 0; start < x.size; start += length) {
    const at = x.offset + start;
    const out = output.offset + start;
    const shift = from[indexOfLargest(from, at, length)];
    let total = 0;
    for (let k = 0; k < length; k++) total += to[out + k] = exponential(from[at + k] - shift);
    for (let k = 0; k < length; k++) to[out + k] /= total;
  }
}

/**
 * Row i's loss log Σₖ exp(xᵢₖ) − xᵢ,label(i), from the logits and their softmax: the largest probability of a row is
 * 1 / Σₖ exp(xᵢₖ − max), so the exponentials that the gradient needs anyway serve for the value too.
 */
const crossEntropyPrimitive: Primitive = {
  name: "softmaxCrossEntropy",
  discrete: [2],
  shape([logits, , labels]): Shape {
    if (lastAxis(logits) < 1 || logits.slice(0, -1).join() !== labels.join())
      throw new ShapeError("expected logits [..., classes] and one label per row.");
    return labels;
  },
  kernel([logits, probabilities, labels], output): () => void {
    const classes = lastAxis(logits.shape);
    return () => {
      const { array: from } = logits;
      for (let row = 0; row < output.size; row++) {
        const label = labelOf(labels, row, classes);
        const at = logits.offset + row * classes;
        const likeliest = indexOfLargest(from, at, classes);
        const certainty = probabilities.array[probabilities.offset + likeliest - logits.offset];
        output.array[output.offset + row] = from[likeliest] - from[at + label] - logarithm(certainty);
      }
    };
  },
  // The probabilities are a function of the logits: the rules take the derivative in those for all of it.
  jvp: ([, probabilities, labels], _output, [tangent]) =>
    tangent && sum(multiply(apply(minusOneHot, probabilities, labels), tangent), -1),
  pullback: ([, probabilities, labels], _output, cotangent) => [
    multiply(apply(minusOneHot, probabilities, labels), reshape(cotangent, [...cotangent.shape, 1])),
    undefined,
    undefined,
  ],
  batch: (inputs, batched, size) => applyTo(crossEntropyPrimitive, repeated(inputs, batched, size)),
};

/** x minus 1 at each row's label. */
const minusOneHot: Primitive = {
  name: "minusOneHot",
  discrete: [1],
  overwrites: [0],
  shape: ([x]) => x,
  kernel([x, labels], output): () => void {
    const classes = lastAxis(x.shape);
    return () => {
      const { array: to, offset: out } = output;
      if (to !== x.array || out !== x.offset) for (let k = 0; k < x.size; k++) to[out + k] = x.array[x.offset + k];
      for (let row = 0; row < labels.size; row++) to[out + row * classes + labelOf(labels, row, classes)] -= 1;
    };
  },
  jvp: (_inputs, _output, [tangent]) => tangent,
  pullback: (_inputs, _output, cotangent) => [cotangent, undefined],
  batch: (inputs, batched, size) => applyTo(minusOneHot, repeated(inputs, batched, size)),
};

function labelOf(labels: Operand, row: number, classes: number): number {
  const label = labels.array[labels.offset + row];
  if (label >= 0 && label < classes && Math.floor(label) === label) return label;
  throw new ArgumentError(
    `softmaxCrossEntropy: the label of row ${row} is ${label}; expected a whole number from 0 to ${classes - 1}.`,
  );
}

/** `f` of the tensor with this axis last. */
function withAxisLast(name: string, x: Tensor, axis: number, f: (moved: Tensor) => Tensor): Tensor {
  if (x.shape.length === 0) return f(x);
  const at = axisOf(name, x, axis);
  const others = x.shape.map((_length, a) => a).filter((a) => a !== at);
  return f(transpose(x, [...others, at]));
}

/**
 * log Σ exp(x) over one axis (by default the last), which is dropped; without overflow. Throws ShapeError for a scalar or
 * an axis that x does not have. @example compiled(model, {}, (p) => logSumExp(p.W)).shape // [3]
 */
export function logSumExp(x: Tensor, axis = -1): Tensor {
  return withAxisLast("logSumExp", x, axis, (moved) => apply(logSumExpPrimitive, moved));
}

/**
 * exp(x) / Σ exp(x) over one axis (by default the last), without overflow. Throws ShapeError for a scalar or an axis that
 * x does not have. @example compiled(model, {}, (p) => softmax(p.W)).shape // [3, 2]
 */
export function softmax(x: Tensor, axis = -1): Tensor {
  return withAxisLast("softmax", x, axis, (moved) => {
    const result = apply(softmaxPrimitive, moved);
    const rank = x.shape.length;
    const at = axis < 0 ? axis + rank : axis;
    return transpose(
      result,
      x.shape.map((_length, a) => (a < at ? a : a === at ? rank - 1 : a - 1)),
    );
  });
}

/**
 * log(softmax(x)) over one axis (by default the last), without overflow and without taking the logarithm of a probability
 * that has underflowed. Throws as `softmax`. @example compiled(model, {}, (p) => logSoftmax(p.W)).shape // [3, 2]
 */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  const total = logSumExp(x, axis);
  const at = axis < 0 ? axis + x.shape.length : axis;
  return subtract(x, reshape(total, [...total.shape.slice(0, at), 1, ...total.shape.slice(at)]));
}

/**
 * Each row's cross-entropy between softmax(logits) and a class number: logits [..., classes], labels [...] holding whole
 * numbers from 0 to classes − 1; one loss per row, take its `mean` for the usual loss. No derivative in the labels.
 *
 * Throws ShapeError where the shapes do not fit and, when the program runs, ArgumentError for a label that is no class.
 *
 * @example compiled(model, { label: [3] }, (p, { label }) => softmaxCrossEntropy(p.W, label)).shape // [3]
 */
export function softmaxCrossEntropy(logits: Tensor, labels: Tensor): Tensor {
  return apply(crossEntropyPrimitive, logits, softmax(logits), labels);
}
