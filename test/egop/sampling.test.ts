/** Where gradients are sampled, by which oracle, and when there are enough of them. */
import { describe, expect, it } from "vitest";
import { affine, differentiable, mean, softmaxCrossEntropy, tanh } from "../../src/autodiff/index.ts";
import { ArgumentError, NotFiniteError, ShapeError } from "../../src/errors.ts";
import {
  accumulate,
  alongPath,
  egop,
  egopUntilSettled,
  gaussian,
  mergeMoments,
  subspaceDistance,
  uniformBall,
  uniformBox,
  type ExampleObjective,
  type SamplingDistribution,
} from "../../src/egop/index.ts";
import { layout } from "../../src/linalg/layout.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { fold, normal, random } from "../../src/math/random.ts";
import type { StochasticObjective } from "../../src/optim/index.ts";

const draws = (points: SamplingDistribution, count: number): Float64Array[] =>
  Array.from({ length: count }, (_v, m) => {
    const out = new Float64Array(points.dimension);
    points.draw(fold(random(3), m), out, m);
    return out;
  });
const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe("sampling distributions", () => {
  it("the box is uniform between its corners", () => {
    const points = draws(uniformBox({ lower: Float64Array.of(-1, 2), upper: Float64Array.of(1, 2.5) }), 4000);
    for (const [i, lower, width] of [
      [0, -1, 2],
      [1, 2, 0.5],
    ]) {
      const shares = points.map((point) => (point[i] - lower) / width);
      expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...shares)).toBeLessThan(1);
      expect(Math.abs(average(shares) - 0.5)).toBeLessThan(0.02);
      expect(Math.abs(average(shares.map((share) => share * share)) - 1 / 3)).toBeLessThan(0.02);
    }
  });

  it("the ball is uniform in its volume", () => {
    const center = Float64Array.of(1, -2, 3);
    const points = draws(uniformBall({ center, radius: 2 }), 4000);
    const shares = points.map((point) => Math.hypot(...point.map((x, i) => x - center[i])) / 2);
    expect(Math.max(...shares)).toBeLessThanOrEqual(1 + 1e-15);
    // The share of the volume within the distance is uniform.
    expect(Math.abs(average(shares.map((share) => share ** 3)) - 0.5)).toBeLessThan(0.02);
    for (const i of [0, 1, 2])
      expect(Math.abs(average(points.map((point) => point[i])) - center[i])).toBeLessThan(0.06);
  });

  it("a path is sampled between its points, each segment alike", () => {
    const corner = Matrix.fromRows([
      [0, 0],
      [1, 0],
      [1, 5],
    ]);
    const points = draws(alongPath({ points: corner }), 2000);
    for (const [x, y] of points) expect(y === 0 || x === 1).toBe(true);
    expect(Math.abs(average(points.map(([, y]) => (y === 0 ? 1 : 0))) - 0.5)).toBeLessThan(0.05);
    const noisy = draws(alongPath({ points: Matrix.fromRows([[4, 4]]), standardDeviation: 0.5 }), 4000);
    expect(Math.abs(average(noisy.map(([x]) => (x - 4) ** 2)) - 0.25)).toBeLessThan(0.03);
  });

  it("refuse what makes no sense", () => {
    const two = new Float64Array(2);
    expect(() => uniformBox({ lower: two, upper: new Float64Array(3) })).toThrow(ShapeError);
    expect(() => uniformBox({ lower: Float64Array.of(0, 1), upper: two })).toThrow("lower[1] is 1, above upper[1]");
    expect(() => uniformBox({ lower: Float64Array.of(NaN, 1), upper: two })).toThrow(NotFiniteError);
    const ends = { lower: Float64Array.of(0, -1.7e308), upper: Float64Array.of(1, 1.7e308) };
    expect(() => uniformBox(ends)).toThrow(ArgumentError);
    expect(() => uniformBox(ends)).toThrow(
      "uniformBox: from lower[1], -1.7e+308, to upper[1], 1.7e+308, is further than the largest number.",
    );
    expect(() => uniformBall({ center: two, radius: -1 })).toThrow("uniformBall: radius is -1");
    expect(() => alongPath({ points: new Matrix(0, 2) })).toThrow("the path has no points");
    expect(() => alongPath({ points: new Matrix(1, 2), standardDeviation: NaN })).toThrow(ArgumentError);
    for (const points of [
      uniformBox({ lower: two, upper: two }),
      uniformBall({ center: two, radius: 1 }),
      alongPath({ points: new Matrix(1, 2) }),
      gaussian({ mean: two, standardDeviation: 1 }),
    ])
      expect(() => points.draw(random(0), new Float64Array(3), 0)).toThrow(ShapeError);
  });
});

describe("per-example gradients", () => {
  const model = layout({ W: [4, 3], b: [3] });
  const x = normal(random(1), new Float64Array(6 * 4));
  const label = [0, 1, 2, 0, 1, 2];
  const loss = differentiable(model, { x: [6, 4], label: [6] }, (p, given) =>
    mean(softmaxCrossEntropy(tanh(affine(given.x, p.W, p.b)), given.label)),
  );
  const examples = loss.perExample({ x, label });
  const points = gaussian({ mean: new Float64Array(15), standardDeviation: 1 });

  it("are those of each example alone, and their mean that of the batch", () => {
    const estimate = egop(examples, { points, samples: 12 });
    const batch = (rows: number[]): Float64Array => {
      const loss = differentiable(model, { x: [rows.length, 4], label: [rows.length] }, (p, given) =>
        mean(softmaxCrossEntropy(tanh(affine(given.x, p.W, p.b)), given.label)),
      ).on({ x: rows.flatMap((row) => [...x.subarray(4 * row, 4 * row + 4)]), label: rows.map((row) => label[row]) });
      // The second point: samples 6 to 11.
      const [point, gradient] = [0, 0].map(() => new Float64Array(15));
      points.draw(fold(fold(random(0), 1), 0), point, 1);
      loss.valueAndGradient(point, gradient);
      return gradient;
    };
    for (const row of label.keys())
      batch([row]).forEach((value, i) => expect(estimate.gradients.row(6 + row)[i]).toBeCloseTo(value, 14));
    batch([...label.keys()]).forEach((value, i) =>
      expect(average([...label.keys()].map((row) => estimate.gradients.row(6 + row)[i]))).toBeCloseTo(value, 14),
    );
  });

  it("are split like all other samples, in the middle of a point too", () => {
    const parts = [accumulate(examples, { points, to: 9 }), accumulate(examples, { points, from: 9, to: 20 })] as const;
    expect(mergeMoments(...parts)).toEqual(accumulate(examples, { points, to: 20 }));
  });

  it("are skipped and counted, or refused, example by example, where a loss is not finite", () => {
    const spoiled: ExampleObjective = {
      ...examples,
      exampleGradients(point, out, values): void {
        examples.exampleGradients(point, out, values);
        values[2] = Infinity;
      },
    };
    expect(() => egop(spoiled, { points, samples: 12 })).toThrow("the objective is Infinity at sample 2");
    const estimate = egop(spoiled, { points, samples: 12, notFinite: "skip" });
    expect([estimate.samples, estimate.skipped]).toEqual([10, 2]);
  });
});

describe("sampling until the subspace settles", () => {
  /** Gradients with two strong directions in sixteen, and noise. */
  const objective: StochasticObjective = {
    dimension: 16,
    valueAndGradient(point, gradient, key): number {
      normal(key, gradient);
      for (let i = 2; i < 16; i++) gradient[i] *= 0.3;
      gradient[0] *= 3;
      gradient[1] *= 2;
      return point[0];
    },
  };
  const points = gaussian({ mean: new Float64Array(16), standardDeviation: 1 });
  const truth = new Matrix(16, 2);
  truth.set(0, 0, 1);
  truth.set(1, 1, 1);

  it("doubles the samples until it has, with an error bar of the right size", () => {
    const ratios = Array.from({ length: 30 }, (_v, seed) => {
      const { estimate, settled, errorBar, rounds } = egopUntilSettled(objective, {
        ...{ points, rank: 2, tolerance: 0.12, maximum: 4096, key: random(seed), form: { kind: "exact" } },
      });
      expect(settled).toBe(true);
      expect(rounds.map(({ samples }) => samples)).toEqual(rounds.map((_round, k) => 8 * 2 ** k));
      expect(rounds.at(-1)?.distance).toBeLessThanOrEqual(0.12);
      expect(estimate.samples).toBe(rounds.at(-1)?.samples);
      expect(estimate.state).toEqual(
        accumulate(objective, { points, to: estimate.samples, key: random(seed), form: { kind: "exact" } }),
      );
      return subspaceDistance(estimate.leading(2).vectors, truth) / errorBar;
    });
    expect(average(ratios)).toBeGreaterThan(0.5);
    expect(average(ratios)).toBeLessThan(2);
  });

  it("stops at the maximum, and when it is told to", () => {
    const common = { points, rank: 2, maximum: 50, tolerance: 0.01 };
    const short = egopUntilSettled(objective, common);
    expect([short.settled, short.estimate.samples]).toEqual([false, 50]);
    expect(short.errorBar).toBeGreaterThan(0.01);
    const signal = { aborted: false };
    const aborted = egopUntilSettled(objective, { ...common, signal, onRound: () => void (signal.aborted = true) });
    expect([aborted.settled, aborted.rounds.length]).toEqual([false, 1]);
  });

  it("draws on where halves have too few finite samples to be compared", () => {
    // Every other sample of the first 24 is not finite, which leaves halves of 2, 2, 4 and 8.
    const holed = (finite: (call: number) => boolean): StochasticObjective => {
      let calls = 0;
      return {
        ...objective,
        valueAndGradient: (x, out, key) => (finite(calls++) ? objective.valueAndGradient(x, out, key) : NaN),
      };
    };
    const common = { points, rank: 4, initial: 8, maximum: 200, tolerance: 0.01, notFinite: "skip" } as const;
    const sometimes = (call: number): boolean => call % 2 === 0 || call > 24;
    const { estimate, state, rounds } = egopUntilSettled(holed(sometimes), common);
    expect(rounds.map(({ samples }) => samples)).toEqual([8, 20, 52, 116, 188]);
    expect([estimate.samples, estimate.skipped]).toEqual([188, 12]);
    expect(state).toEqual(accumulate(holed(sometimes), { points, to: 200, notFinite: "skip" }));
    expect(estimate.state).toBe(state);
    // Halves that never have enough: everything is drawn, and nothing compared.
    const rare = egopUntilSettled(
      holed((call) => call % 50 === 0),
      common,
    );
    expect([rare.settled, rare.errorBar, rare.rounds.length]).toEqual([false, 0.5, 0]);
    expect([rare.estimate.samples, rare.estimate.skipped]).toEqual([4, 196]);
    const nowhere = holed(() => false);
    expect(() => egopUntilSettled(nowhere, { ...common, maximum: 8 })).toThrow(
      "egop: there is no sample in the estimate (8 were not finite); expected at least one.",
    );
    // A sketch that is too small stays a mistake, however many samples there are.
    const form = { kind: "frequentDirections", rank: 1 } as const;
    expect(() => egopUntilSettled(objective, { ...common, maximum: 256, form })).toThrow(ArgumentError);
  });

  it("gives what has been sampled when it is aborted, also before the first sample", () => {
    const common = { points, rank: 2, maximum: 50 };
    const aborted = egopUntilSettled(objective, { ...common, signal: { aborted: true } });
    expect(aborted.state).toEqual(accumulate(objective, { points, to: 50, signal: { aborted: true } }));
    expect([aborted.settled, aborted.errorBar, aborted.rounds]).toEqual([false, 0.5, []]);
    expect(() => aborted.estimate).toThrow("egop: there is no sample in the estimate; expected at least one.");
    let calls = 0;
    const signal = { aborted: false };
    const stopping: StochasticObjective = {
      ...objective,
      valueAndGradient(x, out, key): number {
        signal.aborted = ++calls === 3;
        return objective.valueAndGradient(x, out, key);
      },
    };
    const early = egopUntilSettled(stopping, { ...common, signal });
    expect([early.settled, early.estimate.samples, early.rounds]).toEqual([false, 3, []]);
  });

  it("refuses what cannot be compared", () => {
    expect(() => egopUntilSettled(objective, { points, rank: 2, maximum: 3 })).toThrow("maximum is 3");
    expect(() => egopUntilSettled(objective, { points, rank: 0, maximum: 3 })).toThrow("rank is 0");
    expect(() => egopUntilSettled(objective, { points, rank: 1, maximum: 3, tolerance: 1 })).toThrow(ArgumentError);
  });
});
