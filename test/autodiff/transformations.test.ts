/** Transformations: nesting, what counts as constant, recomputation, users' rules, and objectives made from them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  add,
  affine,
  checkpoint,
  compiled,
  customDerivative,
  differentiable,
  divide,
  dropout,
  exp,
  gradient,
  gradients,
  greater,
  hessian,
  hessianVector,
  jacobian,
  jvp,
  matmul,
  mean,
  multiply,
  norm,
  reshape,
  sin,
  softmaxCrossEntropy,
  square,
  stack,
  stopGradient,
  sum,
  tanh,
  transpose,
  valueAndGradient,
  vjp,
  vmap,
  where,
  type Tensor,
} from "../../src/autodiff/index.ts";
import { compile } from "../../src/autodiff/compile.ts";
import { Graph } from "../../src/autodiff/tensor.ts";

import { layout } from "../../src/linalg/layout.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { fold, normal, random } from "../../src/math/random.ts";

/** The elements of a function of x at some numbers. */
function at(body: (x: Tensor) => Tensor, ...x: number[]): number[] {
  return [...compiled(layout({ x: [x.length] }), {}, (p) => body(p.x)).on({})(Float64Array.from(x))];
}
const close = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-12): void => {
  expect(actual.length).toBe(expected.length);
  for (let k = 0; k < expected.length; k++)
    expect(Math.abs(actual[k] - expected[k])).toBeLessThan(tolerance * Math.max(1, Math.abs(expected[k])));
};

describe("nested derivatives", () => {
  it("of sin to the fifth order", () => {
    let f = (x: Tensor): Tensor => sum(sin(x));
    const results: number[] = [];
    for (let order = 0; order < 5; order++) {
      const g = gradient(f);
      results.push(at(g, 0.3)[0]);
      f = (x): Tensor => sum(g(x));
    }
    close(results, [Math.cos(0.3), -Math.sin(0.3), -Math.cos(0.3), Math.sin(0.3), Math.cos(0.3)]);
  });

  it("do not confuse perturbations: what the inner function uses from outside is constant to it", () => {
    // d/dx [x · d/dy (x + y)] = 1, where y stands at x; confused nesting gives 2.
    const outer = gradient((x: Tensor) => sum(multiply(x, gradient((y: Tensor) => sum(add(x, y)))(x))));
    close(at(outer, 1), [1]);
    const forward = (x: Tensor): Tensor =>
      jvp((u: Tensor) => multiply(u, jvp((y: Tensor) => add(u, y), u, divide(u, u)).tangent), x, divide(x, x)).tangent;
    close(at(forward, 1), [1]);
  });

  it("Jacobians agree in both modes, and with the Hessian", () => {
    const f = (x: Tensor): Tensor => stack([sum(multiply(x, sin(x))), norm(x), sum(exp(x))]);
    const point = [0.3, -0.7, 1.1, 0.2];
    close(at(jacobian(f, { mode: "forward" }), ...point), at(jacobian(f, { mode: "reverse" }), ...point));
    const g = (x: Tensor): Tensor => sum(exp(sin(x)));
    close(at(hessian(g), ...point), at(jacobian(gradient(g), { mode: "reverse" }), ...point));
    expect(compiled(layout({ x: [2, 3] }), {}, (p) => jacobian((x: Tensor) => transpose(x))(p.x)).shape).toEqual([
      3, 2, 2, 3,
    ]);
  });

  it("Hessian-vector product of a batched loss", () => {
    const loss = (w: Tensor, x: Tensor): Tensor => mean(vmap((row: Tensor) => square(tanh(sum(multiply(row, w)))))(x));
    const model = layout({ w: [3], v: [3] });
    const data = { x: normal(random(1), new Float64Array(12)) };
    const point = normal(random(2), new Float64Array(6));
    const run = (body: (w: Tensor, v: Tensor, x: Tensor) => Tensor): Float64Array =>
      compiled(model, { x: [4, 3] }, (p, { x }) => body(p.w, p.v, x)).on(data)(point);
    const product = run((w, v, x) => hessianVector(loss)(w, v, x));
    close(
      product,
      run((w, v, x) => matmul(hessian(loss)(w, x), v)),
    );
  });

  it("take parameters by name and in lists", () => {
    const model = layout({ W: [2, 3], b: [3] });
    const point = normal(random(4), new Float64Array(9));
    const body = (p: Readonly<Record<"W" | "b", Tensor>>): Tensor => sum(square(add(p.W, p.b)));
    const byName = compiled(model, {}, (p) => gradient(body)(p).b).on({})(point);
    const listed = compiled(model, {}, (p) => {
      const f = ([W, b]: readonly Tensor[]): Tensor => body({ W, b });
      return valueAndGradient(f)([p.W, p.b]).gradient[1];
    }).on({})(point);
    close(byName, listed);
    const pulled = compiled(model, {}, (p) => vjp(body, p).pullback(sum(p.b)).b).on({})(point);
    const total = point[6] + point[7] + point[8];
    close(
      pulled,
      [...byName].map((v) => v * total),
    );
  });
});

describe("checkpoint", () => {
  const layers = (x: Tensor, wrap: (f: (x: Tensor) => Tensor) => (x: Tensor) => Tensor): Tensor => {
    let y = x;
    for (let k = 0; k < 6; k++)
      y = wrap((z) => {
        let inner = z;
        for (let i = 0; i < 6; i++) inner = tanh(multiply(1.1, sin(inner)));
        return inner;
      })(y);
    return sum(y);
  };
  it("gives the same bits with less memory", () => {
    const build = (wrap: (f: (x: Tensor) => Tensor) => (x: Tensor) => Tensor): [number, number[]] => {
      const graph = new Graph();
      const x = graph.input("x", [1000]);
      const value = layers(x, wrap);
      const program = compile([x], [value, ...gradients(value, [x])], { fuse: false });
      const out = new Float64Array(1001);
      program.placeInput(0, normal(random(1), new Float64Array(1000)), 0);
      program.placeOutput(0, out, 0);
      program.placeOutput(1, out, 1);
      program.run();
      return [program.memory, [...out]];
    };
    const [stored, expected] = build((f) => f);
    const [recomputed, actual] = build(checkpoint);
    expect(actual).toEqual(expected);
    expect(recomputed).toBeLessThan(0.55 * stored);
  });

  it("differentiates in what the function uses from outside", () => {
    const f = (w: Tensor): Tensor => sum(checkpoint((x: Tensor) => multiply(x, sin(w)))(square(w)));
    const plain = (w: Tensor): Tensor => sum(multiply(square(w), sin(w)));
    close(at(gradient(f), 0.4, 0.9), at(gradient(plain), 0.4, 0.9));
    close(at(hessian(f), 0.4, 0.9), at(hessian(plain), 0.4, 0.9));
    // Batched while the function uses an example from outside.
    const batched = (w: Tensor): Tensor =>
      vmap((x: Tensor) => gradient((y: Tensor) => sum(add(f(x), stopGradient(y))))(x))(reshape(w, [2, 1]));
    expect(at(batched, 0.4, 0.9)).toEqual([0, 0]);
    close(
      at((w) => vmap((x: Tensor) => gradient(f)(x))(reshape(w, [2, 1])), 0.4, 0.9),
      at(gradient(plain), 0.4, 0.9),
    );
  });
});

describe("users' derivatives", () => {
  // Identity whose gradient is clipped to 1.
  const clipped = customDerivative(
    (x: Tensor) => multiply(x, 1),
    (_x, _y, by) => [where(greater(by, 1), 1, by)],
  );
  it("replace the function's own, in batches too", () => {
    close(
      at(
        gradient((x: Tensor) => sum(multiply(clipped(x), 5))),
        1,
        2,
      ),
      [1, 1],
    );
    close(
      at((x) => vmap(gradient((y: Tensor) => multiply(clipped(y), 0.5)))(x), 1, 2),
      [0.5, 0.5],
    );
  });
  it("refuse hidden arguments and cotangents of another shape", () => {
    const hidden = (x: Tensor): Tensor =>
      customDerivative(
        (y: Tensor) => multiply(y, sin(x)),
        () => [undefined],
      )(x);
    expect(() => at(hidden, 1)).toThrow(
      "customDerivative: the function uses tensors that are not among its arguments.",
    );
    const wrong = customDerivative(
      (y: Tensor) => square(y),
      () => [undefined],
    );
    expect(
      at(
        gradient((x: Tensor) => sum(wrong(x))),
        1,
      ),
    ).toEqual([0]);
    const misshapen = customDerivative(
      (y: Tensor) => square(y),
      (_x, _y, by) => [sum(by)],
    );
    expect(() =>
      at(
        gradient((x: Tensor) => sum(misshapen(x))),
        1,
        2,
      ),
    ).toThrow("customDerivative of [2] and []: the rule's cotangent of argument 0 has not its shape.");
  });
});

describe("losses as objectives", () => {
  const model = layout({ W: [3, 4], b: [4] });
  const loss = differentiable(model, { x: [4, 3], label: [4] }, (p, { x, label }) =>
    mean(softmaxCrossEntropy(affine(tanh(x), p.W, p.b), label)),
  );
  const rows = 70;
  const x = normal(random(1), new Float64Array(3 * rows));
  const label = Float64Array.from({ length: rows }, (_v, k) => k % 4);
  const point = normal(random(2), new Float64Array(16));

  it("per-example gradients of any number of rows are those of single rows, and average to the batch's", () => {
    const single = loss.perExample({ x, label });
    const gradientsOut = new Matrix(rows, 16);
    const values = new Float64Array(rows);
    single.gradients(point, gradientsOut, values);
    const one = differentiable(model, { x: [1, 3], label: [1] }, (p, t) =>
      mean(softmaxCrossEntropy(affine(tanh(t.x), p.W, p.b), t.label)),
    );
    const gradientOut = new Float64Array(16);
    for (const row of [0, 31, 32, 64, 69]) {
      const bound = one.on({ x: x.slice(3 * row, 3 * row + 3), label: [label[row]] });
      expect(values[row]).toBeCloseTo(bound.valueAndGradient(point, gradientOut), 13);
      close(gradientsOut.row(row), gradientOut, 1e-13);
    }
    const whole = differentiable(model, { x: [rows, 3], label: [rows] }, (p, t) =>
      mean(softmaxCrossEntropy(affine(tanh(t.x), p.W, p.b), t.label)),
    );
    whole.on({ x, label }).valueAndGradient(point, gradientOut);
    const average = Array.from({ length: 16 }, (_v, k) => {
      let total = 0;
      for (let row = 0; row < rows; row++) total += gradientsOut.get(row, k);
      return total / rows;
    });
    close(average, gradientOut);
  });

  it("per-example gradients refuse what does not fit", () => {
    const single = loss.perExample({ x, label });
    const refused = (action: () => unknown, message: string): void => expect(action).toThrow(message);
    refused(
      () => loss.perExample({ x: x.slice(1), label }),
      'the input "x" has 209 elements; expected rows of shape [3]',
    );
    refused(() => loss.perExample({ x, label: label.slice(1) }), 'the input "label" has 69 rows');
    refused(
      () => loss.perExample({ x: x.slice(0, 12), label: label.slice(0, 4) }, { shared: ["x", "label"] }),
      "no input holds",
    );
    refused(() => single.gradients(point, new Matrix(3, 16)), "out is 3 × 16; the gradients are 70 × 16");
    refused(() => single.gradients(point, new Matrix(70, 16), new Float64Array(2)), "values has 2 elements");
  });

  it("Hessian-vector products are the gradient's differences, on all data and on batches by key", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const direction = normal(random(seed), new Float64Array(16));
        const h = 2 ** -17;
        const moved = (step: number): Float64Array => point.map((v, k) => v + step * direction[k]);
        const sampled = loss.onBatches({ x, label });
        const key = fold(random(seed), 1);
        const [ahead, behind, product] = [new Float64Array(16), new Float64Array(16), new Float64Array(16)];
        sampled.valueAndGradient(moved(h), ahead, key);
        sampled.valueAndGradient(moved(-h), behind, key);
        sampled.hessianVector(point, direction, product, key);
        close(
          product,
          ahead.map((v, k) => (v - behind[k]) / (2 * h)),
          1e-8,
        );
      }),
      { numRuns: 10 },
    );
    const bound = loss.on({ x: x.slice(0, 12), label: label.slice(0, 4) });
    const out = new Float64Array(16);
    expect(() => bound.hessianVector(point, point.slice(1), out)).toThrow("hessianVector: direction: the flat array");
    expect(() => bound.hessianVector(point, out, out)).toThrow("out is the point's or the direction's own array");
  });

  it("batches give dropout a key of their own each time", () => {
    const noisy = differentiable(model, { x: [4, 3], noise: [4] }, (p, t) =>
      sum(dropout(add(multiply(affine(t.x, p.W, p.b), 0), 1), 0.5, t.noise)),
    );
    const sampled = noisy.onBatches({ x }, { key: "noise" });
    const gradientOut = new Float64Array(16);
    const values = [0, 1, 2, 3, 4, 5].map((k) => sampled.valueAndGradient(point, gradientOut, fold(random(3), k)));
    expect(new Set(values).size).toBeGreaterThan(2);
    expect(sampled.valueAndGradient(point, gradientOut, fold(random(3), 0))).toBe(values[0]);
    const wrong = differentiable(model, { x: [4, 3] }, (p, t) => sum(affine(t.x, p.W, p.b)));
    expect(() => wrong.onBatches({} as never, { key: "x" })).toThrow('the input "x" has not the shape [4]');
  });
});
