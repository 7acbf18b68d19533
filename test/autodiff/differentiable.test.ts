import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  abs,
  add,
  affine,
  broadcastTo,
  compiled,
  differentiable,
  divide,
  exp,
  gradients,
  log,
  log1p,
  logSumExp,
  matmul,
  mean,
  multiply,
  negate,
  pad,
  relu,
  reshape,
  sigmoid,
  sign,
  slice,
  softmax,
  softmaxCrossEntropy,
  softplus,
  sqrt,
  square,
  subtract,
  sum,
  sumTo,
  tanh,
  transpose,
  type BoundLoss,
  type Tensor,
} from "../../src/autodiff/index.ts";
import { ArgumentError, NotFiniteError, ShapeError } from "../../src/errors.ts";
import { layout } from "../../src/linalg/layout.ts";
import { fold, normal, random } from "../../src/math/random.ts";
import { checkGradient, type Objective } from "../../src/optim/index.ts";

const checkedError = (objective: Objective, point: Float64Array): number => checkGradient(objective, point).error;

describe("every primitive's derivatives against central differences", () => {
  // Each function of positive a [m, n] and b of a shape that broadcasts with it, and W [n, 3].
  type Inputs = Readonly<Record<"a" | "row" | "column" | "scalar" | "W", Tensor>>;
  const functions: Readonly<Record<string, (t: Inputs) => Tensor>> = {
    "add, subtract": ({ a, row, column, scalar }) => add(subtract(add(a, row), column), scalar),
    multiply: ({ a, row, column, scalar }) => multiply(multiply(multiply(a, row), column), scalar),
    divide: ({ a, row, column, scalar }) => divide(divide(divide(row, a), column), scalar),
    "negate, square": ({ a }) => negate(square(a)),
    exp: ({ a }) => exp(a),
    log: ({ a }) => log(a),
    log1p: ({ a }) => log1p(a),
    tanh: ({ a }) => tanh(a),
    sqrt: ({ a }) => sqrt(a),
    relu: ({ a, row }) => multiply(relu(subtract(a, 1.3)), row),
    sigmoid: ({ a }) => sigmoid(subtract(a, 1)),
    softplus: ({ a }) => softplus(subtract(a, 1)),
    abs: ({ a, row }) => multiply(abs(subtract(a, 1.3)), row),
    sign: ({ a, row }) => multiply(sign(subtract(a, 1.3)), row),
    sum: ({ a, column }) => multiply(square(sum(a, 0)), sum(sum(column), undefined)),
    mean: ({ a }) => square(mean(a, -1)),
    broadcastTo: ({ row, column }) => multiply(broadcastTo(row, [2, 3, row.size]), sum(column)),
    sumTo: ({ a, row }) => multiply(square(sumTo(a, [1, a.shape[1]])), row),
    reshape: ({ a }) => square(reshape(a, [a.size])),
    transpose: ({ a, W }) => matmul(transpose(W), transpose(a)),
    slice: ({ a }) => square(slice(a, 1, 1, 2)),
    pad: ({ a }) => exp(pad(a, 0, 1, 2)),
    matmul: ({ a, W }) => square(matmul(a, W)),
    "matmul, transposed": ({ a, W }) =>
      add(
        matmul(matmul(a, W), matmul(a, W), { transposeA: true }),
        matmul(
          matmul(W, a, { transposeA: true, transposeB: true }),
          matmul(W, a, { transposeA: true, transposeB: true }),
          {
            transposeB: true,
          },
        ),
      ),
    "matmul, vectors": ({ a, row, W }) => multiply(sum(matmul(a, row)), sum(matmul(row, W))),
    affine: ({ a, W, scalar }) => tanh(affine(a, W, broadcastTo(scalar, [3]))),
    logSumExp: ({ a }) => logSumExp(a),
    softmax: ({ a, row }) => square(multiply(softmax(multiply(a, row)), row)),
  };
  for (const [name, body] of Object.entries(functions)) {
    it(name, () => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 2, max: 5 }), fc.nat(), (m, n, seed) => {
          const model = layout({ a: [m, n], row: [n], column: [m, 1], scalar: [], W: [n, 3] });
          const point = normal(random(seed), new Float64Array(model.size)).map((v) => 0.7 + Math.abs(v) / 2);
          // Away from the kinks of relu, abs and sign.
          for (let k = 0; k < point.length; k++) if (Math.abs(point[k] - 1.3) < 1e-3) point[k] += 0.01;
          const weights = normal(random(seed + 1), new Float64Array(200));
          const scalar = (p: Inputs): Tensor => {
            const y = body(p);
            return y.shape.length === 0 ? y : sum(multiply(y, fixed(y, weights)));
          };
          expect(checkedError(differentiable(model, {}, scalar).on({}), point)).toBeLessThan(2e-8);
          // Second derivatives: the gradient of a fixed combination of the gradient's entries.
          const slope = differentiable(model, {}, (p) => {
            const first = gradients(scalar(p), Object.values(p));
            return first.map((g) => sum(multiply(g, fixed(g, weights)))).reduce((x, y) => add(x, y));
          }).on({});
          expect(checkedError(slope, point)).toBeLessThan(2e-8);
        }),
        { numRuns: 12 },
      );
    });
  }

  /** A tensor of fixed numbers of the same shape, built from scalar constants. */
  function fixed(like: Tensor, numbers: Float64Array): Tensor {
    let result: Tensor | undefined;
    const flat = reshape(like, [like.size]);
    for (let k = 0; k < like.size; k++) {
      const zero = multiply(slice(flat, 0, k, k + 1), 0);
      const one = pad(add(zero, numbers[k % numbers.length]), 0, k, like.size - 1 - k);
      result = result === undefined ? one : add(result, one);
    }
    return result === undefined ? like : reshape(result, like.shape);
  }

  it("softmaxCrossEntropy", () => {
    const model = layout({ logits: [5, 4] });
    const loss = differentiable(model, { label: [5] }, (p, { label }) => {
      const losses = softmaxCrossEntropy(multiply(p.logits, 2), label);
      return sum(multiply(losses, losses));
    }).on({ label: [0, 3, 1, 2, 2] });
    const point = normal(random(3), new Float64Array(20));
    expect(checkedError(loss, point)).toBeLessThan(1e-8);
    const second = differentiable(model, { label: [5] }, (p, { label }) => {
      const [g] = gradients(mean(softmaxCrossEntropy(p.logits, label)), [p.logits]);
      return sum(square(g));
    }).on({ label: [0, 3, 1, 2, 2] });
    expect(checkedError(second, point)).toBeLessThan(1e-8);
  });
});

describe("stable at the extremes", () => {
  const at = (body: (x: Tensor) => Tensor, ...x: number[]): number[] => [
    ...compiled(layout({ x: [x.length] }), {}, (p) => body(p.x)).on({})(new Float64Array(x)),
  ];
  it("softplus, sigmoid, logSumExp and softmax do not overflow", () => {
    expect(at(softplus, 1000, -1000)).toEqual([1000, 0]);
    expect(at(sigmoid, 1000, -1000)).toEqual([1, 0]);
    expect(at(logSumExp, 1000, 0)).toEqual([1000]);
    expect(at(softmax, 1000, 0)).toEqual([1, 0]);
    expect(at((x) => softmaxCrossEntropy(reshape(x, [1, 2]), multiply(slice(x, 0, 1, 2), 0)), 1e3, -1e3)).toEqual([0]);
  });
});

describe("mini-batches", () => {
  const model = layout({ w: [2] });
  const x = Float64Array.from({ length: 20 }, (_v, k) => k);
  const y = Float64Array.from({ length: 10 }, (_v, k) => 100 + k);
  const declare = (rows: number): ReturnType<typeof differentiable> =>
    differentiable(model, { x: [rows, 2], y: [rows] }, (p, t) => mean(square(subtract(matmul(t["x"], p.w), t["y"]))));

  it("draw the same rows of every input, by key alone", () => {
    const loss = declare(4).onBatches({ x, y });
    const point = new Float64Array([0.5, -0.25]);
    const gradient = new Float64Array(2);
    const values = [0, 1, 2, 3].map((k) => loss.valueAndGradient(point, gradient, fold(random(1), k)));
    expect(new Set(values).size).toBeGreaterThan(1);
    expect(loss.valueAndGradient(point, gradient, fold(random(1), 0))).toBe(values[0]);
    // Row k has x = (2k, 2k + 1) and y = 100 + k: were rows mixed up, no batch of 1 could give these values.
    const single = declare(1).onBatches({ x, y });
    const possible = Array.from({ length: 10 }, (_v, k) => (k - 0.25 * (2 * k + 1) - 100 - k) ** 2);
    for (let k = 0; k < 40; k++)
      expect(possible).toContain(single.valueAndGradient(point, gradient, fold(random(2), k)));
  });

  it("of all rows are the full batch", () => {
    const point = new Float64Array([0.5, -0.25]);
    const gradient = new Float64Array(2);
    const whole = declare(10).on({ x, y }).valueAndGradient(point, gradient);
    expect(declare(10).onBatches({ x, y }).valueAndGradient(point, gradient, random(5))).toBeCloseTo(whole, 10);
  });

  it("of selected rows are the loss of these rows, with gradient and Hessian", () => {
    const part = declare(2).onRows({ x, y });
    const at = (row: number): BoundLoss =>
      declare(2).on({ x: [...x.slice(2 * row, 2 * row + 2), ...x.slice(0, 2)], y: [y[row], y[0]] });
    const point = new Float64Array([0.5, -0.25]);
    const direction = new Float64Array([1, 2]);
    const [gradient, other, product, otherProduct] = [0, 1, 2, 3].map(() => new Float64Array(2));
    expect(part.batches).toMatchObject({ examples: 10, size: 2 });
    for (const row of [7, 3, 9]) {
      part.batches.select(Int32Array.of(row, 0));
      expect(part.valueAndGradient(point, gradient)).toBe(at(row).valueAndGradient(point, other));
      expect(gradient).toEqual(other);
      part.hessianVector(point, direction, product);
      at(row).hessianVector(point, direction, otherProduct);
      expect(product).toEqual(otherProduct);
    }
    expect(() => part.batches.select(Int32Array.of(1))).toThrow(
      new ShapeError("onRows: 1 rows are selected; the function reads 2 at once."),
    );
    expect(() => part.batches.select(Int32Array.of(1, 10))).toThrow(
      new ArgumentError("onRows: there is no row 10; the data have 10 rows."),
    );
    expect(() => declare(4).onRows({ x, y: y.slice(1) })).toThrow('onRows: the input "y" has 9 rows; "x" has 10.');
  });

  it("refuse data that does not fit", () => {
    expect(() => declare(11).onBatches({ x, y })).toThrow('The input "x" has 20 elements; its shape [11, 2] needs 22.');
    expect(() => declare(4).onBatches({ x, y: y.slice(1) })).toThrow('the input "y" has 9 rows; "x" has 10.');
    expect(() => differentiable(model, {}, (p) => sum(p.w)).onBatches({})).toThrow("the same number of rows");
  });
});

describe("bad input", () => {
  const model = layout({ W: [2, 3], b: [3] });
  const loss = differentiable(model, { x: [4, 2], label: [4] }, (p, { x, label }) =>
    mean(softmaxCrossEntropy(affine(x, p.W, p.b), label)),
  );
  const x = [1, 2, 3, 4, 5, 6, 7, 8];
  const label = [0, 1, 2, 1];
  const refused = (action: () => unknown, kind: new (message: string) => Error, message: string): void => {
    expect(action).toThrow(kind);
    expect(action).toThrow(message);
  };

  it("is refused when the function is traced", () => {
    refused(() => differentiable(model, { x: [0, 2] }, (p) => sum(p.b)), ShapeError, "an empty batch has no loss");
    refused(() => differentiable(model, {}, (p) => p.b), ShapeError, "the loss has shape [3]; expected a scalar");
    refused(
      () => differentiable(model, {}, (p) => gradients(p.b, [p.b])[0]),
      ShapeError,
      "gradients of [3]: the output has axes",
    );
    refused(() => differentiable(model, {}, (p) => sum(matmul(p.W, p.W))), ShapeError, "matmul of [2, 3] and [2, 3]");
    refused(() => differentiable(model, {}, (p) => sum(add(p.W, reshape(p.b, [3, 1])))), ShapeError, "add of [2, 3]");
    refused(() => differentiable(model, {}, (p) => sum(reshape(p.W, [5]))), ShapeError, "another number of elements");
    refused(() => differentiable(model, {}, (p) => sum(p.W, 2)), ShapeError, "there is no axis 2");
    refused(() => differentiable(model, {}, (p) => sum(slice(p.W, 1, 2, 4))), ShapeError, "is not inside axis 1");
    refused(() => differentiable(model, {}, (p) => sum(slice(p.W, 2, 0, 1))), ShapeError, "there is no axis 2");
    refused(() => differentiable(model, {}, (p) => sum(pad(p.W, 2, 0, 1))), ShapeError, "there is no axis 2");
    refused(() => differentiable(model, {}, (p) => sum(pad(p.W, 0, -1, 1))), ShapeError, "cannot pad by -1");
    refused(() => differentiable(model, {}, (p) => sum(transpose(p.b))), ShapeError, "expected a matrix");
    refused(() => differentiable(model, {}, (p) => sum(broadcastTo(p.b, [3, 2]))), ShapeError, "do not broadcast");
    refused(() => differentiable(model, {}, (p) => sum(broadcastTo(p.W, [3]))), ShapeError, "does not repeat to [3]");
    refused(() => differentiable(model, {}, (p) => sum(sumTo(p.b, [1, 3, 1]))), ShapeError, "sumTo");
    refused(() => differentiable(model, {}, (p) => softmax(sum(p.b))), ShapeError, "a scalar has no last axis");
    refused(
      () => differentiable(model, {}, (p) => sum(softmaxCrossEntropy(p.W, p.b))),
      ShapeError,
      "expected logits [..., classes] and one label per row",
    );
    refused(() => differentiable(model, {}, (p) => matmul(sum(p.b), p.W)), ShapeError, "expected vectors or matrices");
    refused(() => differentiable(model, {}, (p) => multiply(sum(p.b), NaN)), NotFiniteError, "constant");
    refused(() => differentiable(model, {}, () => add(1, 2)), ArgumentError, "both arguments are numbers");
    refused(() => compiled(model, {}, () => 3 as unknown as Tensor), ArgumentError, "must return a tensor");
    refused(() => exp(3 as unknown as Tensor), ArgumentError, "exp: expected tensors of a trace, got number.");
  });

  it("is refused outside the trace that made it", () => {
    let leaked: Tensor | undefined;
    differentiable(model, {}, (p) => sum((leaked = p.b)));
    const escaped = leaked;
    if (escaped === undefined) throw new Error("nothing leaked");
    refused(() => exp(escaped), ArgumentError, "the trace has ended");
    refused(() => differentiable(model, {}, (p) => sum(add(p.b, escaped))), ArgumentError, "two different traces");
  });

  it("is refused when the data is bound", () => {
    refused(() => loss.on({ x: x.slice(1), label }), ShapeError, 'The input "x" has 7 elements');
    refused(() => loss.on({ label } as never), ShapeError, 'The input "x" has no elements');
    refused(() => loss.on({ x: x.with(5, NaN), label }), NotFiniteError, 'The input "x" is NaN at [2, 1].');
  });

  it("is refused when the program runs", () => {
    const gradient = new Float64Array(9);
    const bound = loss.on({ x, label: label.with(2, 3) });
    refused(() => bound.valueAndGradient(new Float64Array(9), gradient), ArgumentError, "the label of row 2 is 3");
    const good = loss.on({ x, label });
    refused(() => good.valueAndGradient(new Float64Array(8), gradient), ShapeError, "point: the flat array has 8");
    refused(() => good.valueAndGradient(new Float64Array(9), new Float64Array(8)), ShapeError, "gradientOut: the flat");
    refused(() => good.valueAndGradient(gradient, gradient), ArgumentError, "the point's own array");
    const predict = compiled(model, { x: [4, 2] }, (p, t) => affine(t.x, p.W, p.b)).on({ x });
    refused(() => predict(new Float64Array(9), new Float64Array(3)), ShapeError, "out has 3 elements; needs 12");
  });

  it("does not follow the caller's array after the data is bound", () => {
    const own = x.slice();
    const bound = loss.on({ x: own, label });
    const before = bound.valueAndGradient(new Float64Array(9).fill(0.1), new Float64Array(9));
    own.fill(NaN);
    expect(bound.valueAndGradient(new Float64Array(9).fill(0.1), new Float64Array(9))).toBe(before);
  });
});
