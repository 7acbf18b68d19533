/* global URL */
/** The digits network of the paper, 64 → 32 ReLU → 10 (2,410 parameters), full batch: an objective for workers. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { affine, differentiable, initialization, layout, mean, relu, softmaxCrossEntropy } from "egop";

const rows = 1437;
const lines = readFileSync(fileURLToPath(new URL("../../lab/data/digits.csv", import.meta.url)), "utf8")
  .trim()
  .split("\n")
  .slice(1, rows + 1)
  .map((line) => line.split(",").map(Number));
const model = layout({ W1: [64, 32], b1: [32], W2: [32, 10], b2: [10] });
const loss = differentiable(model, { x: [rows, 64], label: [rows] }, (p, { x, label }) =>
  mean(softmaxCrossEntropy(affine(relu(affine(x, p.W1, p.b1)), p.W2, p.b2), label)),
);

export const objective = loss.on({
  x: Float64Array.from(lines.flatMap((line) => line.slice(0, 64).map((pixel) => pixel / 16))),
  label: Float64Array.from(lines.map((line) => line[64])),
});
export const points = initialization(model);
