/** Losses element by element or row by row; take their `mean` for the usual scalar. */
import { ArgumentError } from "../errors.ts";
import { add, divide, multiply, negate, square, subtract, sum, type TensorLike } from "./arithmetic.ts";
import { logSoftmax, softmaxCrossEntropy } from "./classification.ts";
import { abs, equal, lessOrEqual, where } from "./comparisons.ts";
import { softplus } from "./activations.ts";
import { log } from "./functions.ts";
import { requireTensor, type Tensor } from "./tensor.ts";

/**
 * Cross-entropy between softmax(logits) and targets, a loss per row: logits [..., classes], targets either class numbers
 * [...] or distributions [..., classes]. `labelSmoothing` s mixes the targets with the uniform distribution, (1 − s)·t +
 * s/classes (C. Szegedy et al., Rethinking the Inception Architecture, 2016, section 7).
 *
 * Throws ShapeError where the shapes do not fit, ArgumentError for a smoothing outside 0 to 1 and, when the program runs,
 * for a label that is no class.
 *
 * @example compiled(model, { label: [3] }, (p, { label }) => crossEntropy(p.W, label, { labelSmoothing: 0.1 })).shape // [3]
 */
export function crossEntropy(
  logits: Tensor,
  targets: Tensor,
  options: { readonly labelSmoothing?: number } = {},
): Tensor {
  const { labelSmoothing = 0 } = options;
  requireTensor(logits, "crossEntropy");
  requireTensor(targets, "crossEntropy");
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
    throw new ArgumentError(`crossEntropy: labelSmoothing is ${labelSmoothing}; expected a number from 0 to 1.`);
  const areLabels = targets.shape.length < logits.shape.length;
  // Class numbers without smoothing have a primitive of their own; it also refuses labels that are no class.
  const plain = areLabels ? softmaxCrossEntropy(logits, targets) : undefined;
  if (plain !== undefined && labelSmoothing === 0) return plain;
  const classes = logits.shape[logits.shape.length - 1];
  const logarithms = logSoftmax(logits);
  const mixed = plain ?? negate(sum(multiply(targets, logarithms), -1));
  if (labelSmoothing === 0) return mixed;
  const uniform = negate(divide(sum(logarithms, -1), classes));
  return add(multiply(1 - labelSmoothing, mixed), multiply(labelSmoothing, uniform));
}

/**
 * Half the square of an error up to `delta` in size, linear beyond: ½e² where |e| ≤ δ, δ(|e| − ½δ) elsewhere; element by
 * element (P. J. Huber, Robust Estimation of a Location Parameter, 1964). Throws ArgumentError unless delta (default 1) is
 * positive.
 *
 * @example compiled(layout({ e: [2] }), {}, (p) => huber(p.e)).on({})(Float64Array.of(1, -3)) // [0.5, 2.5]
 */
export function huber(error: Tensor, delta = 1): Tensor {
  if (!(Number.isFinite(delta) && delta > 0))
    throw new ArgumentError(`huber: delta is ${delta}; expected a finite number above 0.`);
  const size = abs(error);
  return where(lessOrEqual(size, delta), multiply(0.5, square(error)), multiply(delta, subtract(size, 0.5 * delta)));
}

/**
 * −t·log σ(z) − (1 − t)·log(1 − σ(z)) of logits z and targets t from 0 to 1, element by element, without overflow:
 * log(1 + eᶻ) − t·z. Throws ShapeError for shapes that do not broadcast.
 *
 * @example compiled(layout({ z: [1] }), {}, (p) => binaryCrossEntropy(p.z, 1)).on({})(Float64Array.of(800)) // [0]
 */
export function binaryCrossEntropy(logits: Tensor, targets: TensorLike): Tensor {
  return subtract(softplus(logits), multiply(targets, logits));
}

/**
 * The Kullback–Leibler divergence Σ p·(log p − log q) over the last axis: p a distribution (0·log 0 = 0), `logQ`
 * logarithms of the other (take them by `logSoftmax`). Throws ShapeError for shapes that do not broadcast or a scalar.
 *
 * @example compiled(model, {}, (p) => klDivergence(softmax(p.W), logSoftmax(p.W))).on({})(new Float64Array(8)) // [0, 0, 0]
 */
export function klDivergence(p: Tensor, logQ: Tensor): Tensor {
  const isZero = equal(p, 0);
  return sum(multiply(p, subtract(log(where(isZero, 1, p)), logQ)), -1);
}
