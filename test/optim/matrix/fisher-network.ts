/** A small network with labels, for the tests of Fisher matrices. */
import {
  affine,
  differentiable,
  fisherInformation,
  matmul,
  mean,
  softmaxCrossEntropy,
  tanh,
  type BoundFisher,
} from "../../../src/autodiff/index.ts";
import { layout } from "../../../src/linalg/layout.ts";
import { normal, random } from "../../../src/math/random.ts";
import type { Outputs } from "./fisher-oracle.ts";

export const [rows, inputs, hidden, classes] = [7, 3, 4, 3];
export const model = layout({ W1: [inputs, hidden], b1: [hidden], W2: [hidden, classes] });
export const x = normal(random(1), new Float64Array(rows * inputs));
export const label = Float64Array.from({ length: rows }, (_v, r) => r % classes);
export const point = normal(random(2), new Float64Array(model.size));
export const dimension = model.size;

export const fisherOf = (outputs: Outputs): BoundFisher =>
  fisherInformation(model, { x: [rows, inputs] }, (p, data, dense) => dense(tanh(dense(data.x, "W1", "b1")), "W2"), {
    outputs,
  }).on({ x });
const loss = differentiable(model, { x: [rows, inputs], label: [rows] }, (p, data) =>
  mean(softmaxCrossEntropy(matmul(tanh(affine(data.x, p.W1, p.b1)), p.W2), data.label)),
);
export const objective = loss.on({ x, label });
export const gradientAt = (at: Float64Array): Float64Array => {
  const gradient = new Float64Array(dimension);
  objective.valueAndGradient(at, gradient);
  return gradient;
};
