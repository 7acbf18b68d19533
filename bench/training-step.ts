/**
 * One training step of the digits network (64 → 16 ReLU → 10, 1210 parameters) with Adam: value, gradient, update. Prints
 * the time of a step and how many bytes of heap a step takes (none, but for noise), full batch and at 32 rows.
 *
 * Run: npm run bench -- training-step
 */
import { readFileSync } from "node:fs";
import { Bench } from "tinybench";
import {
  adam,
  affine,
  differentiable,
  fold,
  initialization,
  layout,
  mean,
  random,
  relu,
  softmaxCrossEntropy,
  type StochasticObjective,
} from "egop";
import type { Suite } from "./row.ts";

const trainingRows = 1437;
const model = layout({ W1: [64, 16], b1: [16], W2: [16, 10], b2: [10] });

function digits(): { x: Float64Array; label: Float64Array } {
  const text = readFileSync(new URL("../../lab/data/digits.csv", import.meta.url), "utf8");
  const rows = text
    .trim()
    .split("\n")
    .slice(1, 1 + trainingRows)
    .map((line) => line.split(",").map(Number));
  return {
    x: Float64Array.from(rows.flatMap((row) => row.slice(0, 64).map((pixel) => pixel / 16))),
    label: Float64Array.from(rows, (row) => row[64]),
  };
}

function objective(rows: number): StochasticObjective {
  const loss = differentiable(model, { x: [rows, 64], label: [rows] }, (p, { x, label }) =>
    mean(softmaxCrossEntropy(affine(relu(affine(x, p.W1, p.b1)), p.W2, p.b2), label)),
  );
  return rows === trainingRows ? loss.on(digits()) : loss.onBatches(digits());
}

/** A function that takes one Adam step each time it is called. */
function stepper(rows: number): () => void {
  const loss = objective(rows);
  const optimizer = adam({ learningRate: 0.01 });
  const state = optimizer.init(model);
  const parameters = new Float64Array(model.size);
  const gradient = new Float64Array(model.size);
  initialization(model).draw(random(0), parameters, 0);
  const keys = Array.from({ length: 64 }, (_v, t) => fold(random(1), t));
  let t = 0;
  return () => {
    loss.valueAndGradient(parameters, gradient, keys[t++ % keys.length]);
    optimizer.update(gradient, state, parameters);
    for (let i = 0; i < parameters.length; i++) parameters[i] += gradient[i];
  };
}

/** Bytes by which the heap grows in a step, over 1,000 steps without a collection between (or fewer, if one came). */
function heapBytesPerStep(step: () => void): number {
  for (let i = 0; i < 2000; i++) step();
  const growths = Array.from({ length: 5 }, () => {
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 1000; i++) step();
    return (process.memoryUsage().heapUsed - before) / 1000;
  });
  return growths.sort((a, b) => a - b)[2];
}

export const trainingStep: Suite = {
  name: "training-step",
  async run(report) {
    for (const rows of [trainingRows, 32]) {
      const step = stepper(rows);
      const heap = heapBytesPerStep(step);
      const bench = new Bench({ time: 2000, warmupTime: 500 });
      bench.add("step", step);
      const [task] = await bench.run();
      const { result } = task;
      if (!("latency" in result)) throw new Error("the benchmark did not run");
      const row = { name: "adam step", size: rows, milliseconds: result.latency.p50, heapBytesPerStep: heap };
      report({ ...row, peer: null, peerMilliseconds: null, ratio: null });
    }
  },
};
