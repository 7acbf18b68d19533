/** K-FAC, natural gradients and the Fisher matrices that they work with: against loops over numbers, and on problems. */
import { describe, expect, it } from "vitest";
import {
  affine,
  differentiable,
  fisherInformation,
  matmul,
  mean,
  multiply,
  softmaxCrossEntropy,
  square,
  subtract,
  sum,
  tanh,
} from "../../../src/autodiff/index.ts";
import { layout } from "../../../src/linalg/layout.ts";
import { fold, normal, random } from "../../../src/math/random.ts";
import {
  kfac,
  minimize,
  naturalGradient,
  scaleByFisher,
  scaleByKfac,
  sgd,
  train,
  type GradientTransformation,
  type Objective,
} from "../../../src/optim/index.ts";
import { stateToText } from "../../../src/optim/state-text.ts";
import { distance } from "../problems.ts";
import { rowsOfFisher, solveDense, tiltedNetwork, type Outputs } from "./fisher-oracle.ts";
import {
  classes,
  dimension,
  fisherOf,
  gradientAt,
  hidden,
  inputs,
  label,
  model,
  objective,
  point,
  rows,
  x,
} from "./fisher-network.ts";

describe.each<Outputs>(["softmax", "gaussian"])("the Fisher matrix of %s outputs", (outputs) => {
  const fisher = fisherOf(outputs);
  const oracle = rowsOfFisher(tiltedNetwork(x, rows, inputs, hidden, classes), point, outputs);

  it("is, times any direction, the sum over rows and labels of the loops", () => {
    for (let trial = 0; trial < 4; trial++) {
      const direction = normal(fold(random(3), trial), new Float64Array(dimension));
      const out = new Float64Array(dimension);
      fisher.fisherVector(point, direction, out);
      const expected = new Float64Array(dimension);
      for (const row of oracle.scores) {
        const along = row.reduce((total, g, i) => total + g * direction[i], 0);
        row.forEach((g, i) => (expected[i] += (g * along) / rows));
      }
      expect(distance(out, expected)).toBeLessThan(1e-12);
    }
  });

  it("has the activations and signals of the loops, layer by layer", () => {
    const found = [
      { a: new Float64Array(rows * inputs), s: new Float64Array(fisher.signalRows * hidden) },
      { a: new Float64Array(rows * hidden), s: new Float64Array(fisher.signalRows * classes) },
    ];
    fisher.layerStatistics(
      point,
      found.map(({ a }) => a),
      found.map(({ s }) => s),
    );
    expect(fisher.layers).toEqual([{ weights: "W1", bias: "b1" }, { weights: "W2" }]);
    found.forEach(({ a, s }, k) => {
      expect(distance(a, oracle.activations[k].flat())).toBeLessThan(1e-14);
      const width = s.length / fisher.signalRows;
      const product = (at: (row: number, j: number) => number, count: number): number[] =>
        Array.from({ length: width * width }, (_v, e) => {
          let total = 0;
          for (let r = 0; r < count; r++) total += at(r, Math.floor(e / width)) * at(r, e % width);
          return total;
        });
      const expected = product((r, j) => oracle.signals[k][r][j], oracle.signals[k].length);
      expect(
        distance(
          product((r, j) => s[r * width + j], fisher.signalRows),
          expected,
        ),
      ).toBeLessThan(1e-12);
    });
  });

  it("gives the natural gradient that elimination gives, by both solvers", () => {
    const matrix = Array.from({ length: dimension }, (_r, i) =>
      Array.from({ length: dimension }, (_c, j) =>
        oracle.scores.reduce((total, g) => total + (g[i] * g[j]) / rows, i === j ? 0.05 : 0),
      ),
    );
    const gradient = gradientAt(point);
    const expected = solveDense(matrix, [...gradient]);
    for (const solver of ["cg", "dense"] as const) {
      const transformation = scaleByFisher(fisher, { damping: 0.05, solver, tolerance: 1e-13 });
      const step = gradient.slice();
      transformation.update(step, transformation.init(model), point);
      expect(distance(step, expected), solver).toBeLessThan(1e-10);
    }
  });

  it("makes the steps of K-FAC's paper, its factors multiplied out and eliminated", () => {
    const damping = 0.02;
    const transformation = scaleByKfac(fisher, { damping, decay: 0.6, statisticsInterval: 2, inverseInterval: 3 });
    const state = transformation.init(model);
    let averages: { a: number[][]; s: number[][] }[] = [];
    let factors = averages;
    for (let t = 0; t < 9; t++) {
      const at = point.map((value, i) => value * (1 + 0.1 * t) + 0.05 * Math.sin(i * t));
      const now = rowsOfFisher(tiltedNetwork(x, rows, inputs, hidden, classes), at, outputs);
      if (t % 2 === 0) {
        const kept = Math.min(1 - 1 / (t / 2 + 1), 0.6);
        const blend = (before: number[][] | undefined, fresh: number[][]): number[][] =>
          fresh.map((row, i) => row.map((value, j) => kept * (before?.[i][j] ?? 0) + (1 - kept) * value));
        averages = [0, 1].map((k) => {
          const augmented = now.activations[k].map((row) => (k === 0 ? [...row, 1] : row));
          return {
            a: blend(averages.at(k)?.a, second(augmented, rows)),
            s: blend(averages.at(k)?.s, second(now.signals[k], rows)),
          };
        });
      }
      if (t % 3 === 0)
        factors = averages.map(({ a, s }) => {
          const trace = (m: number[][]): number => m.reduce((total, row, i) => total + row[i], 0) / m.length;
          const pi = Math.sqrt(trace(a) / trace(s));
          const plus = (m: number[][], shift: number): number[][] =>
            m.map((row, i) => row.map((value, j) => (i === j ? value + shift : value)));
          return { a: plus(a, pi * Math.sqrt(damping)), s: plus(s, Math.sqrt(damping) / pi) };
        });
      const gradient = gradientAt(at);
      const expected = [0, 1].flatMap((k) => {
        // W1 and b1 lie one behind the other, as the rows of W̄ do.
        const part = [...(k === 0 ? gradient.slice(0, 16) : gradient.slice(16))];
        const { a, s } = factors[k];
        const n = s.length;
        const kronecker = part.map((_p, r) =>
          part.map((_q, c) => a[Math.floor(r / n)][Math.floor(c / n)] * s[r % n][c % n]),
        );
        return solveDense(kronecker, part);
      });
      transformation.update(gradient, state, at);
      expect(distance(gradient, expected), `step ${t}`).toBeLessThan(1e-10);
    }
  });
});

it("rows drawn by key are those that the loss draws, and all of them make the whole", () => {
  const traced = fisherInformation(
    model,
    { x: [rows, inputs] },
    (p, data) => matmul(tanh(affine(data.x, p.W1, p.b1)), p.W2),
    { outputs: "softmax" },
  );
  const direction = gradientAt(point);
  const [whole, drawn, again] = [0, 1, 2].map(() => new Float64Array(dimension));
  traced.on({ x }).fisherVector(point, direction, whole);
  traced.onBatches({ x }).fisherVector(point, direction, drawn, random(8));
  expect(distance(drawn, whole)).toBeLessThan(1e-14);
  const twice = traced.onBatches({ x: [...x, ...x.map((value) => -value)] });
  twice.fisherVector(point, direction, drawn, random(8));
  twice.fisherVector(point, direction, again, random(8));
  expect(again).toEqual(drawn);
  twice.fisherVector(point, direction, again, random(9));
  expect(distance(again, drawn)).toBeGreaterThan(1e-3);
});

/** MᵀM / rows. */
function second(m: readonly (readonly number[])[], count: number): number[][] {
  return m[0].map((_v, i) => m[0].map((_w, j) => m.reduce((total, row) => total + row[i] * row[j], 0) / count));
}

it("the Fisher matrix of one row of one layer is its Kronecker product", () => {
  const small = layout({ W: [2, 3], b: [3] });
  const single = fisherInformation(small, { x: [1, 2] }, (_p, data, dense) => dense(data.x, "W", "b"), {
    outputs: "softmax",
  }).on({ x: [0.4, -1.3] });
  const at = normal(random(5), new Float64Array(9));
  const state = scaleByKfac(single).init(small);
  scaleByKfac(single).update(new Float64Array(9).fill(1), state, at);
  const { activations, signals } = state.blocks[0];
  for (let j = 0; j < 9; j++) {
    const [unit, column] = [new Float64Array(9), new Float64Array(9)];
    unit[j] = 1;
    single.fisherVector(at, unit, column);
    const expected = Array.from(
      column,
      (_v, i) => activations[3 * Math.floor(i / 3) + Math.floor(j / 3)] * signals[3 * (i % 3) + (j % 3)],
    );
    expect(Math.max(...column.map((value, i) => Math.abs(value - expected[i])))).toBeLessThan(1e-15);
  }
});

describe("problems", () => {
  const line = layout({ W: [2, 1], b: [1] });
  const lineX = [1, 0.5, -1, 2, 0.3, -0.7];
  const lineY = [0, 2, 1];
  const shapes = { x: [3, 2] } as const;
  const regression = differentiable(line, { ...shapes, y: [3, 1] }, (p, data) =>
    multiply(0.5 / 3, sum(square(subtract(affine(data.x, p.W, p.b), data.y)))),
  ).on({ x: lineX, y: lineY });
  const lineFisher = fisherInformation(line, shapes, (_p, data, dense) => dense(data.x, "W", "b"), {
    outputs: "gaussian",
  }).on({ x: lineX });

  it("a parabola, one dense layer with squared errors, is at its bottom after one undamped natural step", () => {
    const run = minimize(regression, {
      start: Float64Array.of(3, -2, 1),
      optimizer: naturalGradient(lineFisher, { damping: 0, solver: "dense" }),
      steps: 1,
    });
    expect(run.value).toBeLessThan(1e-28);
  });
  it("K-FAC finds the bottom of that parabola", () => {
    const optimizer = kfac(lineFisher, { learningRate: 1, momentum: 0, damping: 1e-6 });
    const run = minimize(regression, { start: Float64Array.of(3, -2, 1), optimizer, steps: 50 });
    expect(run.value).toBeLessThan(1e-12);
  });
  it("natural gradients find the end of Rosenbrock's valley, the outputs being its residuals", () => {
    const plane = layout({ p: [2] });
    const valley: Objective = {
      dimension: 2,
      layout: plane,
      valueAndGradient([u, v], out) {
        out.set([-20 * u * 10 * (v - u * u) - (1 - u), 100 * (v - u * u)]);
        return 50 * (v - u * u) ** 2 + 0.5 * (1 - u) ** 2;
      },
    };
    const source = {
      dimension: 2,
      fisherVector([u]: Float64Array, d: Float64Array, out: Float64Array): void {
        const along = -20 * u * d[0] + 10 * d[1];
        out.set([-20 * u * along + d[0], 10 * along]);
      },
    };
    const start = Float64Array.of(-1.2, 1);
    const optimizer = naturalGradient(source, { learningRate: 0.5, damping: 1e-6 });
    expect(distance(minimize(valley, { start, optimizer, steps: 60 }).parameters, [1, 1])).toBeLessThan(1e-6);
  });
  it("K-FAC finds the valley u·v = 1 of two linear layers in a row, the nearest that dense layers have to Rosenbrock's", () => {
    const two = layout({ u: [1, 1], v: [1, 1] });
    const data = { x: [1, 1] } as const;
    const curved = differentiable(two, data, (p, { x: one }) =>
      multiply(50, sum(square(subtract(matmul(matmul(one, p.u), p.v), 1)))),
    ).on({ x: [1] });
    const source = fisherInformation(two, data, (_p, { x: one }, dense) => dense(dense(one, "u"), "v"), {
      outputs: "gaussian",
    }).on({ x: [1] });
    const optimizer = kfac(source, { learningRate: 1e-3, momentum: 0.9, damping: 1e-4 });
    const run = minimize(curved, { start: Float64Array.of(-1.2, 1), optimizer, steps: 1000 });
    expect(run.value).toBeLessThan(1e-12);
    expect(run.parameters[0] * run.parameters[1]).toBeCloseTo(1, 7);
  });

  it.each(["natural gradients", "K-FAC"])("%s come further in 40 steps than the gradient at its best rate", (name) => {
    const fisher = fisherOf("softmax");
    const optimizer =
      name === "K-FAC"
        ? kfac(fisher, { learningRate: 0.1, damping: 0.01 })
        : naturalGradient(fisher, { learningRate: 0.5, damping: 0.01 });
    const valueOf = (made: GradientTransformation): number =>
      minimize(objective, { start: point, optimizer: made, steps: 40 }).value;
    const rates = [0.05, 0.1, 0.2, 0.5, 1, 2, 5];
    const best = Math.min(...rates.map((learningRate) => valueOf(sgd({ learningRate }))));
    expect(valueOf(optimizer)).toBeLessThan(best / 2);
  });

  it("trains on shuffled rows that loss and Fisher matrix are pointed at together", () => {
    const half = fisherInformation(
      model,
      { x: [3, inputs] },
      (_p, data, dense) => dense(tanh(dense(data.x, "W1", "b1")), "W2"),
      { outputs: "softmax" },
    ).onRows({ x });
    const part = differentiable(model, { x: [3, inputs], label: [3] }, (p, data) =>
      mean(softmaxCrossEntropy(matmul(tanh(affine(data.x, p.W1, p.b1)), p.W2), data.label)),
    ).onRows({ x, label });
    const batches = {
      ...part.batches,
      select(chosen: Int32Array): void {
        part.batches.select(chosen);
        half.batches.select(chosen);
      },
    };
    const options = { start: point, optimizer: kfac(half, { damping: 0.1 }), batches };
    const run = train(part, { ...options, epochs: 20 });
    expect(run.steps).toBe(40);
    const lossAt = (at: Float64Array): number => objective.valueAndGradient(at, new Float64Array(dimension));
    expect(lossAt(run.parameters)).toBeLessThan(0.5 * lossAt(point));
    const stopped = train(part, { ...options, epochs: 8 });
    const resumed = train(part, { ...options, resume: stateToText(stopped.state), epochs: 20 });
    expect(resumed.parameters).toEqual(run.parameters);
  });
});
