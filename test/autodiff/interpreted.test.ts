/** The interpreter against compiled programs: the same bits, for networks of any sizes and for what is not a network. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  add,
  affine,
  concatenate,
  conv2d,
  differentiable,
  interpreted,
  matmul,
  maxPool,
  mean,
  multiply,
  relu,
  sigmoid,
  slice,
  softmax,
  softmaxCrossEntropy,
  square,
  sum,
  tanh,
  transpose,
  type Tensor,
} from "../../src/autodiff/index.ts";
import { layout, type Layout, type Shape } from "../../src/linalg/index.ts";
import { fold, normal, random } from "../../src/math/index.ts";

type Loss = (p: Readonly<Record<string, Tensor>>, inputs: Readonly<Record<string, Tensor>>) => Tensor;

function expectSameBits(
  model: Layout,
  shapes: Readonly<Record<string, Shape>>,
  loss: Loss,
  data: Readonly<Record<string, Float64Array>>,
): void {
  const one = interpreted(model, shapes, loss).on(data);
  const other = differentiable(model, shapes, loss).on(data);
  expect([one.dimension, one.layout]).toEqual([model.size, model]);
  for (let seed = 0; seed < 2; seed++) {
    const point = normal(random(seed), new Float64Array(model.size));
    const [gradient, expected] = [new Float64Array(model.size), new Float64Array(model.size)];
    const [value, wanted] = [one.valueAndGradient(point, gradient), other.valueAndGradient(point, expected)];
    expect(value).toBe(wanted);
    expect(gradient).toEqual(expected);
  }
}

const normals = (size: number, index: number): Float64Array => normal(fold(random(7), index), new Float64Array(size));

describe("interpreted losses have the bits of compiled ones", () => {
  it("for networks of any sizes", () => {
    const width = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(width, width, width, fc.integer({ min: 1, max: 12 }), (rows, inputs, hidden, classes) => {
        const model = layout({ W1: [inputs, hidden], b1: [hidden], W2: [hidden, classes], b2: [classes] });
        const label = Float64Array.from({ length: rows }, (_value, k) => k % classes);
        expectSameBits(
          model,
          { x: [rows, inputs], label: [rows] },
          (p, { x, label: wanted }) => {
            const [first, second] = [relu, tanh].map((f) => f(affine(x, p["W1"], p["b1"])));
            return mean(softmaxCrossEntropy(affine(add(first, second), p["W2"], p["b2"]), wanted));
          },
          { x: normals(rows * inputs, 0), label },
        );
      }),
      { numRuns: 30 },
    );
  });

  it.each<[string, Record<string, Shape>, Record<string, Shape>, Loss]>([
    [
      "convolutions and pooling",
      { kernels: [3, 1, 3, 3] },
      { x: [2, 1, 8, 8] },
      (p, { x }) => sum(square(maxPool(sigmoid(conv2d(x, p["kernels"])), { window: 2 }))),
    ],
    [
      "products of batches, and weights shared by them",
      { q: [4, 3, 5], w: [5, 5] },
      { x: [4, 3, 5] },
      (p, { x }) => sum(multiply(softmax(matmul(matmul(p["q"], p["w"]), x, { transposeB: true })), 0.5)),
    ],
    [
      "slices, concatenations and transposes",
      { w: [4, 6] },
      { x: [6, 4] },
      (p, { x }) => {
        const parts = [slice(p["w"], 1, 0, 2), slice(p["w"], 1, 3, 6)].map((part) => tanh(part));
        const joined = matmul(x, concatenate(parts, 1));
        return mean(square(matmul(joined, slice(transpose(p["w"]), 0, 0, 5))));
      },
    ],
    ["parameters that do not enter", { used: [3], unused: [2] }, {}, (p) => sum(square(p["used"]))],
  ])("for %s", (_what, parameters, shapes, loss) => {
    const data = Object.entries(shapes).map(([name, shape], k) => [
      name,
      normals(
        shape.reduce((a, b) => a * b),
        k,
      ),
    ]);
    expectSameBits(layout(parameters), shapes, loss, Object.fromEntries(data) as Record<string, Float64Array>);
  });
});

it("refuses what differentiable refuses", () => {
  const model = layout({ w: [2] });
  expect(() => interpreted(model, {}, (p) => p.w)).toThrow("interpreted: the loss has shape [2]; expected a scalar");
  const bound = interpreted(model, { x: [2] }, (p, { x }) => sum(multiply(p.w, x)));
  expect(() => bound.on({ x: [1] })).toThrow('The input "x" has 1 elements; its shape [2] needs 2.');
  const point = new Float64Array(2);
  expect(() => bound.on({ x: [1, 2] }).valueAndGradient(point, point)).toThrow("gradientOut is the point's own array");
  expect(() => bound.on({ x: [1, 2] }).valueAndGradient(new Float64Array(3), point)).toThrow("3");
});
