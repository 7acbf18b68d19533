/**
 * One Adam step (value, gradient, update; at less than all rows the drawing of a batch by key too) of the digits network,
 * 64 → 16 ReLU → 10, and of a network 784 → 100 ReLU → 10, beside PyTorch in double precision on one thread and the
 * JavaScript peers in single precision. Also what a step leaves on the heap over 10,000 steps, and the time to trace and
 * compile the digits network in a fresh process.
 *
 * Run: npm run bench -- training-step
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
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
import { heapGrowth } from "./heap-growth.ts";
import { pythonMilliseconds } from "./python.ts";
import type { Row, Suite } from "./row.ts";
import { race } from "./side-by-side.ts";
import { jaxStep, prepareJax, prepareTensorflow, tensorflowStep } from "./training-peers.ts";

/** A network with one hidden layer, the rows of a step and of its data. */
interface Case {
  readonly name: string;
  readonly sizes: readonly [number, number, number];
  readonly rows: number;
  readonly population: number;
}

const digitsRows = 1437;
const digits = { name: "adam step, digits", sizes: [64, 16, 10], population: digitsRows } as const;
const cases: readonly Case[] = [
  { ...digits, rows: 32 },
  { ...digits, rows: 256 },
  { ...digits, rows: digitsRows },
  { name: "adam step, 784-100-10", sizes: [784, 100, 10], rows: 128, population: 1024 },
];

interface LabeledData {
  readonly x: Float64Array;
  readonly label: Float64Array;
}

function digitsData(): LabeledData {
  const text = readFileSync(new URL("../../lab/data/digits.csv", import.meta.url), "utf8");
  const rows = text
    .trim()
    .split("\n")
    .slice(1, 1 + digitsRows)
    .map((line) => line.split(",").map(Number));
  return {
    x: Float64Array.from(rows.flatMap((row) => row.slice(0, 64).map((pixel) => pixel / 16))),
    label: Float64Array.from(rows, (row) => row[64]),
  };
}

/** Numbers from 0 to 1 and labels in turn. */
function syntheticData({ sizes, population }: Case): LabeledData {
  let seed = 1;
  const next = (): number => (seed = (seed * 16807) % 2147483647) / 2147483647;
  return {
    x: Float64Array.from({ length: population * sizes[0] }, next),
    label: Float64Array.from({ length: population }, (_v, row) => row % sizes[2]),
  };
}

/** A function that takes one Adam step each time it is called. */
function stepper(network: Case): () => void {
  const { sizes, rows, population } = network;
  const model = layout({ W1: [sizes[0], sizes[1]], b1: [sizes[1]], W2: [sizes[1], sizes[2]], b2: [sizes[2]] });
  const traced = differentiable(model, { x: [rows, sizes[0]], label: [rows] }, (p, { x, label }) =>
    mean(softmaxCrossEntropy(affine(relu(affine(x, p.W1, p.b1)), p.W2, p.b2), label)),
  );
  const data = sizes[0] === 64 ? digitsData() : syntheticData(network);
  const loss: StochasticObjective = rows === population ? traced.on(data) : traced.onBatches(data);
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

/** What tracing, differentiating and compiling the digits network take in a process that has just loaded the library. */
function coldMilliseconds(): number {
  const script = fileURLToPath(new URL("compile-cold.js", import.meta.url));
  const times = Array.from({ length: 5 }, () =>
    Number(execFileSync(process.execPath, [script], { encoding: "utf8" }).trim()),
  );
  return times.sort((a, b) => a - b)[2];
}

export const trainingStep: Suite = {
  name: "training-step",
  async run(report) {
    const alone = { peer: null, peerMilliseconds: null, ratio: null };
    report({ name: "compile digits, cold", size: 32, milliseconds: coldMilliseconds(), ...alone });
    await prepareJax();
    await prepareTensorflow();
    for (const network of cases) {
      const { name, rows, sizes, population } = network;
      const step = stepper(network);
      const medians = race({ egop: step, "jax-js": jaxStep(network), "TensorFlow.js": tensorflowStep(network) });
      const milliseconds = medians.get("egop") ?? NaN;
      const torch = pythonMilliseconds("pytorch_training_step.py", [rows, population, ...sizes]);
      if (torch !== null) medians.set("PyTorch", torch);
      for (const [peer, peerMilliseconds] of medians)
        if (peer !== "egop")
          report({ name, size: rows, milliseconds, peer, peerMilliseconds, ratio: peerMilliseconds / milliseconds });
      if (sizes[0] === 64) {
        const { allocated, grown } = heapGrowth(step, 10_000);
        const row = { name: `${name}: heap bytes a step`, size: rows, milliseconds, ...alone };
        report({ ...row, allocated, grown } as Row);
      }
    }
  },
};
