/**
 * One Adam step of a small convolutional network on images of 8 × 8 (3 × 3 convolution to 8 channels, ReLU, 2 × 2 pooling
 * by the largest, dense to 10) and of a long short-term memory over 20 steps (8 numbers a step, width 32, dense to 10), at
 * batch 32, beside PyTorch in double precision on one thread and the JavaScript peers in single precision. Also what
 * a step leaves on the heap over 10,000 steps.
 *
 * Run: npm run bench -- network-step
 */
import {
  adam,
  add,
  affine,
  conv2d,
  differentiable,
  initialization,
  layout,
  lstm,
  maxPool,
  mean,
  random,
  relu,
  reshape,
  softmaxCrossEntropy,
  type Layout,
  type Objective,
} from "egop";
import { convolutional, recurrent } from "./network-sizes.ts";
import { jaxConvolutionalStep, jaxRecurrentStep } from "./network-peers-jax.ts";
import { tensorflowConvolutionalStep, tensorflowRecurrentStep } from "./network-peers-tensorflow.ts";
import { heapGrowth } from "./heap-growth.ts";
import { pythonMilliseconds } from "./python.ts";
import type { Row, Suite } from "./row.ts";
import { race } from "./side-by-side.ts";
import { prepareJax, prepareTensorflow } from "./training-peers.ts";

/** Numbers from −0.5 to 0.5, the same in every run. */
function noise(length: number): Float64Array {
  let seed = 1;
  return Float64Array.from({ length }, () => (seed = (seed * 16807) % 2147483647) / 2147483647 - 0.5);
}

const labels = (rows: number, classes: number): Float64Array =>
  Float64Array.from({ length: rows }, (_v, row) => row % classes);

/** A function that takes one Adam step each time it is called. */
function stepper(model: Layout, loss: Objective): () => void {
  const optimizer = adam({ learningRate: 0.01 });
  const state = optimizer.init(model);
  const parameters = new Float64Array(model.size);
  const gradient = new Float64Array(model.size);
  initialization(model).draw(random(0), parameters, 0);
  return () => {
    loss.valueAndGradient(parameters, gradient);
    optimizer.update(gradient, state, parameters);
    for (let i = 0; i < parameters.length; i++) parameters[i] += gradient[i];
  };
}

function convolutionalStep(): () => void {
  const { rows, side, window, channels, pooled, classes } = convolutional;
  const model = layout({ K: [channels, 1, window, window], c: [channels], W: [pooled, classes], b: [classes] });
  const traced = differentiable(model, { x: [rows, 1, side, side], label: [rows] }, (p, { x, label }) => {
    const images = add(conv2d(x, p.K, { padding: 1 }), reshape(p.c, [channels, 1, 1]));
    const features = reshape(maxPool(relu(images), { window: 2 }), [rows, pooled]);
    return mean(softmaxCrossEntropy(affine(features, p.W, p.b), label));
  });
  return stepper(model, traced.on({ x: noise(rows * side * side), label: labels(rows, classes) }));
}

function recurrentStep(): () => void {
  const { rows, steps, inputs, width, classes } = recurrent;
  const gates = 4 * width;
  const model = layout({
    input: [inputs, gates],
    recurrent: [width, gates],
    bias: [gates],
    W: [width, classes],
    b: [classes],
  });
  const shapes = { x: [steps, rows, inputs], zero: [rows, width], label: [rows] };
  const traced = differentiable(model, shapes, (p, { x, zero, label }) => {
    const { state } = lstm(x, p, { hidden: zero, cell: zero });
    return mean(softmaxCrossEntropy(affine(state.hidden, p.W, p.b), label));
  });
  const zero = new Float64Array(rows * width);
  return stepper(model, traced.on({ x: noise(steps * rows * inputs), zero, label: labels(rows, classes) }));
}

const cases = [
  {
    name: "adam step, convolution",
    rows: convolutional.rows,
    step: convolutionalStep,
    jax: jaxConvolutionalStep,
    tensorflow: tensorflowConvolutionalStep,
    script: "convolution",
  },
  {
    name: "adam step, LSTM",
    rows: recurrent.rows,
    step: recurrentStep,
    jax: jaxRecurrentStep,
    tensorflow: tensorflowRecurrentStep,
    script: "lstm",
  },
];

export const networkStep: Suite = {
  name: "network-step",
  async run(report) {
    await prepareJax();
    await prepareTensorflow();
    for (const { name, rows, step: make, jax, tensorflow, script } of cases) {
      const step = make();
      const medians = race({ egop: step, "jax-js": jax(), "TensorFlow.js": tensorflow() });
      const milliseconds = medians.get("egop") ?? NaN;
      const torch = pythonMilliseconds("pytorch_network_step.py", [script]);
      if (torch !== null) medians.set("PyTorch", torch);
      for (const [peer, peerMilliseconds] of medians)
        if (peer !== "egop")
          report({ name, size: rows, milliseconds, peer, peerMilliseconds, ratio: peerMilliseconds / milliseconds });
      const { allocated, grown } = heapGrowth(step, 10_000);
      const alone = { peer: null, peerMilliseconds: null, ratio: null };
      report({ name: `${name}: heap bytes a step`, size: rows, milliseconds, ...alone, allocated, grown } as Row);
    }
  },
};
