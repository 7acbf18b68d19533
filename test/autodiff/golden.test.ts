/** Values, gradients, Hessian-vector products and per-example gradients against PyTorch's, in test/golden/autodiff.json. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  abs,
  add,
  affine,
  differentiable,
  divide,
  exp,
  conv2d,
  cos,
  gelu,
  layerNormalization,
  log,
  max,
  power,
  sin,
  logSumExp,
  matmul,
  mean,
  multiply,
  negate,
  relu,
  slice,
  softmax,
  softmaxCrossEntropy,
  softplus,
  square,
  subtract,
  sum,
  tanh,
  type Tensor,
} from "../../src/autodiff/index.ts";
import { layout, type Shape } from "../../src/linalg/layout.ts";
import { Matrix } from "../../src/linalg/matrix.ts";

type Nested = number | readonly Nested[];
interface Case {
  readonly name: string;
  readonly inputs: Readonly<Record<string, Nested>>;
  readonly value: number;
  readonly gradient: Readonly<Record<string, Nested>>;
  readonly direction: Readonly<Record<string, Nested>>;
  readonly hessianVector: Readonly<Record<string, Nested>>;
}
interface Golden {
  readonly cases: readonly Case[];
  readonly perExample: { readonly inputs: Readonly<Record<string, Nested>>; readonly gradients: readonly Nested[] };
}
const golden = JSON.parse(readFileSync(new URL("../golden/autodiff.json", import.meta.url), "utf8")) as Golden;

function shapeOf(value: Nested): Shape {
  return typeof value === "number" ? [] : [value.length, ...shapeOf(value[0])];
}
function flatten(value: Nested): number[] {
  return typeof value === "number" ? [value] : value.flatMap(flatten);
}

type Named = Readonly<Record<string, Tensor>>;
const covered: Readonly<Record<string, (t: Named) => Tensor>> = {
  rosenbrock: ({ x }) => {
    const head = slice(x, 0, 0, x.size - 1);
    const tail = slice(x, 0, 1, x.size);
    return sum(add(multiply(100, square(subtract(tail, square(head)))), square(subtract(1, head))));
  },
  "log-sum-exp": ({ A, x, b }) => logSumExp(subtract(matmul(A, x), b)),
  "logistic regression": ({ X, w, c, s }) =>
    add(mean(softplus(negate(multiply(s, add(matmul(X, w), c))))), multiply(0.05, sum(square(w)))),
  "tanh network": ({ X, W1, b1, W2, b2, Y }) => mean(square(subtract(affine(tanh(affine(X, W1, b1)), W2, b2), Y))),
  "relu classifier": ({ X, W1, b1, W2, b2, labels }) =>
    mean(softmaxCrossEntropy(affine(relu(affine(X, W1, b1)), W2, b2), labels)),
  attention: ({ Q, K, V, C }) => sum(multiply(matmul(softmax(divide(matmul(Q, K, { transposeB: true }), 2)), V), C)),
  "gelu and layer normalisation": ({ X, W, C }) => mean(multiply(square(layerNormalization(gelu(matmul(X, W)))), C)),
  convolution: ({ X, K, C }) => sum(multiply(tanh(conv2d(X, K, { padding: 1 })), C)),
  "strided convolution": ({ X, K }) => sum(square(conv2d(X, K, { stride: 2 }))),
  "broadcasting and reductions": ({ A, b, c }) =>
    add(sum(divide(exp(negate(abs(subtract(A, b)))), add(1, square(c)))), max(A)),
  "scalar chain": ({ x }) => sum(add(multiply(sin(x), log(add(1, square(x)))), divide(power(x, 3), add(2, cos(x))))),
  "linear network": ({ W1, W2, W3, T }) => mean(square(subtract(matmul(matmul(W3, W2), W1), T))),
};

function closeTo(actual: ArrayLike<number>, expected: readonly number[], relative: number): void {
  const scale = Math.max(...expected.map(Math.abs), 1e-300);
  expected.forEach((value, k) => {
    expect(Math.abs(actual[k] - value), `entry ${k}: ${actual[k]} against ${value}`).toBeLessThanOrEqual(
      relative * scale,
    );
  });
}

describe("PyTorch's reference values", () => {
  it("are all tried", () => {
    expect(Object.keys(covered).sort()).toEqual(golden.cases.map(({ name }) => name).sort());
  });
  for (const [name, body] of Object.entries(covered)) {
    it(name, () => {
      const found = golden.cases.find((c) => c.name === name);
      if (found === undefined) throw new Error(`no golden case ${name}`);
      const names = Object.keys(found.gradient);
      const model = layout(Object.fromEntries(names.map((n) => [n, shapeOf(found.inputs[n])])));
      const others = Object.keys(found.inputs).filter((n) => !names.includes(n));
      const shapes = Object.fromEntries(others.map((n) => [n, shapeOf(found.inputs[n])]));
      const data = Object.fromEntries(others.map((n) => [n, flatten(found.inputs[n])]));
      const point = new Float64Array(names.flatMap((n) => flatten(found.inputs[n])));
      const gradient = new Float64Array(point.length);

      const objective = differentiable(model, shapes, (p, x) => body({ ...p, ...x })).on(data);
      const value = objective.valueAndGradient(point, gradient);
      closeTo([value], [found.value], 1e-12);
      closeTo(
        gradient,
        names.flatMap((n) => flatten(found.gradient[n])),
        1e-12,
      );

      const direction = new Float64Array(names.flatMap((n) => flatten(found.direction[n])));
      objective.hessianVector(point, direction, gradient);
      closeTo(
        gradient,
        names.flatMap((n) => flatten(found.hessianVector[n])),
        1e-11,
      );
    });
  }

  it("gradients of single examples", () => {
    const { inputs, gradients: expected } = golden.perExample;
    const names = ["W1", "b1", "W2", "b2"] as const;
    const model = layout({ W1: [4, 3], b1: [3], W2: [3, 3], b2: [3] });
    const loss = differentiable(model, { x: [5, 4], label: [5] }, (p, { x, label }) =>
      mean(softmaxCrossEntropy(affine(tanh(affine(x, p.W1, p.b1)), p.W2, p.b2), label)),
    );
    const point = new Float64Array(names.flatMap((n) => flatten(inputs[n])));
    const single = loss.perExample({ x: flatten(inputs["X"]), label: flatten(inputs["labels"]) });
    const gradients = new Matrix(single.examples, point.length);
    single.gradients(point, gradients);
    closeTo(
      gradients.data,
      expected.flatMap((example) => flatten(example)),
      1e-12,
    );
  });
});
