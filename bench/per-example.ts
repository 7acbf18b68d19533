/**
 * The gradients of all single examples of fully connected networks, beside what they may cost: twice the gradient of the
 * batch and writing them out, which is copying an array of their size.
 *
 * Run: npm run bench -- per-example
 */
import { affine, differentiable, initialization, layout, mean, random, relu, softmaxCrossEntropy } from "egop";
import type { Suite } from "./row.ts";
import { race } from "./side-by-side.ts";

/** Inputs, hidden units, classes and examples. */
const cases: readonly (readonly [number, number, number, number])[] = [
  [64, 16, 10, 1437],
  [64, 16, 10, 256],
  [64, 32, 10, 512],
  [30, 50, 5, 400],
  [784, 100, 10, 128],
];

export const perExample: Suite = {
  name: "per-example",
  run(report) {
    for (const [inputs, hidden, classes, rows] of cases) {
      const model = layout({ W1: [inputs, hidden], b1: [hidden], W2: [hidden, classes], b2: [classes] });
      const loss = differentiable(model, { x: [rows, inputs], label: [rows] }, (p, { x, label }) =>
        mean(softmaxCrossEntropy(affine(relu(affine(x, p.W1, p.b1)), p.W2, p.b2), label)),
      );
      const data = {
        x: Float64Array.from({ length: rows * inputs }, (_v, k) => ((k * 7919) % 1000) / 1000),
        label: Float64Array.from({ length: rows }, (_v, row) => row % classes),
      };
      const [batch, single] = [loss.on(data), loss.perExample(data)];
      const point = new Float64Array(model.size);
      const gradient = new Float64Array(model.size);
      initialization(model).draw(random(0), point, 0);
      const all = new Float64Array(rows * model.size);
      const copy = new Float64Array(all.length);
      const medians = race({
        single: () => single.exampleGradients(point, all),
        batch: () => batch.valueAndGradient(point, gradient),
        writing: () => copy.set(all),
      });
      const [milliseconds, gradientTime, writing] = ["single", "batch", "writing"].map((k) => medians.get(k) ?? NaN);
      const allowed = 2 * gradientTime + writing;
      report({
        name: `per-example, ${inputs}-${hidden}-${classes}`,
        ...{ size: rows, milliseconds, peer: "allowed", peerMilliseconds: allowed, ratio: allowed / milliseconds },
      });
    }
  },
};
