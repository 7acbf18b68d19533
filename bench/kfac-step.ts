/**
 * A step of K-FAC on a dense network beside Adam's on the same: gradient of the mean loss of 256 rows, update, sum. Statistics cost a pass
 * through the network for every label that the model may predict; the inverses of all factors a Cholesky decomposition each. Also with
 * statistics and inverses every tenth step, as they are usually taken. `ratio` is Adam's time over K-FAC's.
 */
import * as egop from "egop";
import { affine, differentiable, layout, mean, softmaxCrossEntropy, tanh, type GradientTransformation } from "egop";
import { normal } from "egop/math";
import type { Row } from "./row.ts";
import { race } from "./side-by-side.ts";

const sizes = [64, 128, 128, 10];
const rows = 256;
const input = { x: [rows, sizes[0]] } as const;
const model = layout({
  W1: [sizes[0], sizes[1]],
  b1: [sizes[1]],
  W2: [sizes[1], sizes[2]],
  b2: [sizes[2]],
  W3: [sizes[2], sizes[3]],
  b3: [sizes[3]],
});

/** A step of training of an optimizer. */
function trainingStep(optimizer: GradientTransformation, x: Float64Array, labels: Float64Array): () => void {
  const objective = differentiable(model, { ...input, y: [rows] }, (p, data) => {
    const first = tanh(affine(data.x, p.W1, p.b1));
    const second = tanh(affine(first, p.W2, p.b2));
    return mean(softmaxCrossEntropy(affine(second, p.W3, p.b3), data.y));
  }).on({ x, y: labels });
  const start = normal(egop.random(1), new Float64Array(model.size)).map((entry) => 0.1 * entry);
  const loop = egop.stepper(optimizer, start, { layout: model });
  return () => loop.step(objective.valueAndGradient(loop.parameters, loop.gradient));
}

export function kfacRows(report: (row: Row) => void): void {
  const x = normal(egop.random(2), new Float64Array(rows * sizes[0]));
  const labels = Float64Array.from({ length: rows }, (_value, row) => row % sizes[3]);
  const source = egop
    .fisherInformation(
      model,
      input,
      (_p, data, dense) => dense(tanh(dense(tanh(dense(data.x, "W1", "b1")), "W2", "b2")), "W3", "b3"),
      { outputs: "softmax" },
    )
    .on({ x });
  const step = (optimizer: GradientTransformation): (() => void) => trainingStep(optimizer, x, labels);
  const learningRate = 1e-4;
  const intervals = (interval: number): GradientTransformation =>
    egop.kfac(source, { learningRate, statisticsInterval: interval, inverseInterval: interval });
  const medians = race({
    adam: step(egop.adam({ learningRate })),
    "kfac, a step": step(intervals(1)),
    "kfac, statistics and inverses every 10 steps": step(intervals(10)),
  });
  const peerMilliseconds = medians.get("adam") ?? NaN;
  for (const [name, milliseconds] of medians)
    if (name !== "adam")
      report({
        name,
        size: model.size,
        milliseconds,
        peer: "adam",
        peerMilliseconds,
        ratio: peerMilliseconds / milliseconds,
      });
}
