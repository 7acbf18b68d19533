/**
 * A step of training leaves nothing on the heap: measured in a process of its own, as the collector has to be called. What
 * it allocates meanwhile are numbers, 16 bytes each, that the engine hands from function to function on the heap where it
 * does not inline a call (the value, an optimizer's scalars), and no array, view or closure.
 */
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";

const program = (model: string, inputs: string, loss: string): string => `
import * as egop from "egop";
const { layout, differentiable, adam, initialization, random } = egop;
const model = layout(${model});
const shapes = ${inputs};
const loss = differentiable(model, shapes, ${loss});
const data = Object.fromEntries(Object.entries(shapes).map(([name, shape]) =>
  [name, Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_v, k) => (name === "label" ? k % 3 : Math.sin(k)))]));
const objective = loss.on(data);
const optimizer = adam();
const state = optimizer.init(model);
const [point, gradient] = [new Float64Array(model.size), new Float64Array(model.size)];
initialization(model).draw(random(0), point, 0);
function steps(count) {
  for (let t = 0; t < count; t++) {
    objective.valueAndGradient(point, gradient);
    optimizer.update(gradient, state, point);
    for (let k = 0; k < point.length; k++) point[k] += gradient[k];
  }
}
// Until the engine has compiled every function that runs once in a step.
steps(12000);
const rounds = [0, 0, 0].map(() => {
  gc();
  const before = process.memoryUsage().heapUsed;
  steps(4000);
  const after = process.memoryUsage().heapUsed;
  gc();
  return [after - before, process.memoryUsage().heapUsed - before];
});
console.log(JSON.stringify([0, 1].map((k) => Math.min(...rounds.map((round) => round[k])) / 4000)));`;

const networks = {
  "dense layers": program(
    "{ W1: [16, 8], b1: [8], W2: [8, 3], b2: [3] }",
    "{ x: [12, 16], label: [12] }",
    "(p, { x, label }) => egop.mean(egop.softmaxCrossEntropy(egop.affine(egop.relu(egop.affine(x, p.W1, p.b1)), p.W2, p.b2), label))",
  ),
  "a convolution and pooling": program(
    "{ K: [4, 1, 3, 3], W: [36, 3], b: [3] }",
    "{ x: [4, 1, 6, 6], label: [4] }",
    `(p, { x, label }) => {
      const pooled = egop.maxPool(egop.relu(egop.conv2d(x, p.K, { padding: 1 })), { window: 2 });
      return egop.mean(egop.softmaxCrossEntropy(egop.affine(egop.reshape(pooled, [4, 36]), p.W, p.b), label));
    }`,
  ),
  "a long short-term memory": program(
    "{ input: [4, 24], recurrent: [6, 24], bias: [24], W: [6, 3], b: [3] }",
    "{ x: [3, 8, 4], zero: [8, 6], label: [8] }",
    `(p, { x, zero, label }) => {
      const { state } = egop.lstm(x, p, { hidden: zero, cell: zero });
      return egop.mean(egop.softmaxCrossEntropy(egop.affine(state.hidden, p.W, p.b), label));
    }`,
  ),
} as const;

describe("a step of training", () => {
  it.each(Object.entries(networks))(
    "of %s leaves nothing on the heap, and allocates numbers alone",
    (_name, source) => {
      const flags = ["--expose-gc", "--input-type=module", "--eval", source];
      const result = execFileSync(process.execPath, flags, { encoding: "utf8" });
      const [allocated, left] = JSON.parse(result) as [number, number];
      expect(left).toBeLessThan(1);
      expect(allocated).toBeLessThan(400);
    },
  );
});
