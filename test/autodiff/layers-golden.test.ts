/** Layers and losses against PyTorch: options whose meaning no derivative test could notice to be wrong. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as ad from "../../src/autodiff/index.ts";
import type { Tensor } from "../../src/autodiff/index.ts";
import { layout, type Shape } from "../../src/linalg/layout.ts";

type Nested = number | readonly Nested[];
interface Case {
  readonly name: string;
  readonly inputs: Readonly<Record<string, Nested>>;
  readonly result: Nested;
  readonly weights: Nested;
  readonly gradient: Readonly<Record<string, Nested>>;
}
const { cases } = JSON.parse(readFileSync(new URL("../golden/layers.json", import.meta.url), "utf8")) as {
  readonly cases: readonly Case[];
};
const shapeOf = (value: Nested): Shape => (typeof value === "number" ? [] : [value.length, ...shapeOf(value[0])]);
const flatten = (value: Nested): number[] => (typeof value === "number" ? [value] : value.flatMap(flatten));

type Named = Readonly<Record<string, Tensor>>;
const bodies: Readonly<Record<string, (t: Named) => Tensor>> = {
  conv2d: ({ x, K }) => ad.conv2d(x, K, { stride: [2, 1], padding: [1, 2], dilation: [1, 2], groups: 2 }),
  conv1d: ({ x, K }) => ad.conv1d(x, K, { stride: 2, padding: 1, dilation: 2 }),
  convTranspose2d: ({ x, K }) =>
    ad.convTranspose2d(x, K, { stride: [2, 3], padding: 1, outputPadding: [1, 2], groups: 2, dilation: [2, 1] }),
  convTranspose1d: ({ x, K }) => ad.convTranspose1d(x, K, { stride: 2 }),
  maxPool: ({ x }) => ad.maxPool(x, { window: 3, stride: 2, padding: 1 }),
  averagePool: ({ x }) => ad.averagePool(x, { window: [2, 3], stride: 2, padding: 1 }),
  batchNormalization: ({ x, s, b }) => ad.batchNormalization(x, { scale: s, shift: b }).output,
  "crossEntropy, smoothed": ({ z, labels }) => ad.crossEntropy(z, labels, { labelSmoothing: 0.2 }),
  "crossEntropy, distributions": ({ z, t }) => ad.crossEntropy(z, t, { labelSmoothing: 0.1 }),
  huber: ({ e }) => ad.huber(e, 0.7),
  binaryCrossEntropy: ({ z, t }) => ad.binaryCrossEntropy(z, t),
  klDivergence: ({ p, q }) => ad.klDivergence(ad.softmax(p), ad.logSoftmax(q)),
  elu: ({ x }) => ad.elu(x, 1.5),
  leakyRelu: ({ x }) => ad.leakyRelu(x, 0.2),
  gelu: ({ x }) => ad.gelu(x),
  silu: ({ x }) => ad.silu(x),
  // PyTorch adds two biases; where both are added to the same sum they are one here.
  lstm: ({ x, W, U, b, c, h }) =>
    ad.lstm(x, { input: W, recurrent: U, bias: ad.add(b, c) }, { hidden: h, cell: ad.multiply(0.5, h) }).outputs,
  gru: ({ x, W, U, b, c, h }) => ad.gru(x, { input: W, recurrent: U, bias: b, recurrentBias: c }, h).outputs,
  selfAttention: ({ x, A, B, V, O }) => ad.selfAttention(x, { query: A, key: B, value: V, output: O }, { heads: 2 }),
};

describe("layers as PyTorch's", () => {
  it("are all tried", () => {
    expect(Object.keys(bodies).sort()).toEqual(cases.map(({ name }) => name).sort());
  });
  for (const { name, inputs, result, weights, gradient } of cases)
    it(name, () => {
      const names = Object.keys(gradient);
      const model = layout(Object.fromEntries(names.map((n) => [n, shapeOf(inputs[n])])));
      const others = Object.keys(inputs).filter((n) => !names.includes(n));
      const shapes = Object.fromEntries(others.map((n) => [n, shapeOf(inputs[n])]));
      const data = Object.fromEntries(others.map((n) => [n, flatten(inputs[n])]));
      const point = new Float64Array(names.flatMap((n) => flatten(inputs[n])));
      const close = (actual: ArrayLike<number>, expected: readonly number[]): void => {
        const scale = Math.max(1, ...expected.map(Math.abs));
        expect(actual.length).toBe(expected.length);
        expected.forEach((value, k) => expect(Math.abs(actual[k] - value)).toBeLessThan(1e-12 * scale));
      };
      const values = ad.compiled(model, shapes, (p, x) => bodies[name]({ ...p, ...x }));
      expect(values.shape).toEqual(shapeOf(result));
      close(values.on(data)(point), flatten(result));
      const loss = ad.differentiable(model, { ...shapes, weights: shapeOf(weights) }, (p, x) =>
        ad.sum(ad.multiply(bodies[name]({ ...p, ...x }), x["weights"])),
      );
      const out = new Float64Array(point.length);
      loss.on({ ...data, weights: flatten(weights) }).valueAndGradient(point, out);
      close(
        out,
        names.flatMap((n) => flatten(gradient[n])),
      );
    });
});
