import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, NotFiniteError, ShapeError } from "../../src/errors.ts";
import {
  accumulate,
  egop,
  estimateFrom,
  gaussian,
  initialization,
  listedPoints,
  type Basis,
} from "../../src/egop/index.ts";
import { layout } from "../../src/linalg/layout.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { gram, multiply } from "../../src/linalg/product.ts";
import { fold, normal, random } from "../../src/math/random.ts";
import type { Objective, StochasticObjective } from "../../src/optim/index.ts";

interface Golden {
  readonly H: number[][];
  readonly c: number[];
  readonly mean: number[];
  readonly sigma: number;
  readonly eigenvalues: number[];
  readonly stableRank: number;
}
const golden = JSON.parse(readFileSync(new URL("../golden/egop.json", import.meta.url), "utf8")) as Golden;

/** f(x) = x·Hx/2 + c·x. */
function quadratic(H: readonly (readonly number[])[], c: readonly number[]): Objective {
  return {
    dimension: c.length,
    valueAndGradient(x, gradient): number {
      let value = 0;
      H.forEach((row, i) => {
        const product = row.reduce((sum, h, j) => sum + h * x[j], 0);
        gradient[i] = product + c[i];
        value += x[i] * (product / 2 + c[i]);
      });
      return value;
    },
  };
}

/** An objective whose gradient at a point is the point itself: sampled gradients can be chosen freely. */
const identityGradient = (dimension: number, tensors?: Readonly<Record<string, readonly number[]>>): Objective => ({
  dimension,
  ...(tensors === undefined ? {} : { layout: layout(tensors) }),
  valueAndGradient(point, gradient): number {
    gradient.set(point);
    return 0;
  },
});

describe("the closed form of a quadratic under a Gaussian", () => {
  const objective = quadratic(golden.H, golden.c);
  const d = golden.c.length;

  it("is met to round-off by points whose mean and covariance are exact", () => {
    const radius = golden.sigma * Math.sqrt(d);
    const rows = Array.from({ length: 2 * d }, (_v, k) =>
      golden.mean.map((m, i) => m + (i === k % d ? (k < d ? radius : -radius) : 0)),
    );
    const estimate = egop(objective, { points: listedPoints(Matrix.fromRows(rows)), samples: 2 * d });
    golden.eigenvalues.forEach((value, k) =>
      expect(Math.abs(estimate.eigenvalues[k] - value)).toBeLessThan(1e-13 * golden.eigenvalues[0]),
    );
    expect(estimate.stableRank).toBeCloseTo(golden.stableRank, 12);
    const roots = golden.eigenvalues.map((value) => Math.sqrt(value / golden.eigenvalues[0]));
    expect(estimate.rootStableRank).toBeCloseTo(
      roots.reduce((a, b) => a + b),
      12,
    );
  });

  it("is approached by random samples at the rate of 1/√M", () => {
    const points = gaussian({ mean: new Float64Array(golden.mean), standardDeviation: golden.sigma });
    const estimate = egop(objective, { points, samples: 20_000, key: random(1) });
    golden.eigenvalues.forEach((value, k) =>
      expect(Math.abs(estimate.eigenvalues[k] - value)).toBeLessThan((8 / Math.sqrt(20_000)) * golden.eigenvalues[0]),
    );
  });
});

/** Vᵀ applied to the identity, row by row: the basis as a matrix with the basis vectors as columns. */
function columnsOf(basis: Basis): Matrix {
  const columns = new Matrix(basis.dimension, basis.rotatedDimension);
  for (let i = 0; i < basis.dimension; i++) {
    const unit = new Float64Array(basis.dimension);
    unit[i] = 1;
    basis.toRotated(unit, columns.row(i));
  }
  return columns;
}

/** Checks that V is orthonormal and VᵀCV diagonal and descending, to a few units of round-off of the norm. */
function expectDiagonalizes(columns: Matrix, secondMoment: Matrix, eigenvalues?: Float64Array): void {
  const d = columns.rows;
  const identity = multiply(columns, columns, { transposeA: true });
  const rotated = multiply(columns, multiply(secondMoment, columns), { transposeA: true });
  const norm = Math.max(...rotated.data.map(Math.abs), 1e-300);
  const tolerance = 40 * d * 2 ** -53;
  for (let i = 0; i < d; i++)
    for (let j = 0; j < d; j++) {
      expect(Math.abs(identity.get(i, j) - (i === j ? 1 : 0))).toBeLessThan(tolerance);
      if (i !== j) expect(Math.abs(rotated.get(i, j))).toBeLessThan(tolerance * norm);
    }
  for (let i = 1; i < d; i++)
    expect(rotated.get(i, i)).toBeLessThanOrEqual(rotated.get(i - 1, i - 1) + tolerance * norm);
  eigenvalues?.forEach((value, i) => expect(Math.abs(rotated.get(i, i) - value)).toBeLessThan(tolerance * norm));
}

describe("bases of an estimate", () => {
  it("diagonalize the empirical second moment in descending order, also with fewer samples than parameters", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 20 }), fc.nat(), (d, samples, seed) => {
        const estimate = egop(identityGradient(d), {
          points: gaussian({ mean: new Float64Array(d).fill(0.3), standardDeviation: 1 }),
          samples,
          key: random(seed),
        });
        const moment = gram(estimate.gradients);
        moment.data.forEach((value, k) => (moment.data[k] = value / samples));
        expectDiagonalizes(columnsOf(estimate.basis()), moment, estimate.eigenvalues);
      }),
    );
  });

  it("diagonalize it beyond the size where the squared road takes over", () => {
    const d = 230;
    const estimate = egop(identityGradient(d), {
      points: {
        dimension: d,
        draw(key, out): void {
          normal(key, out).forEach((v, k) => (out[k] = v / (1 + k)));
        },
      },
      samples: d,
      key: random(2),
    });
    const moment = gram(estimate.gradients);
    moment.data.forEach((value, k) => (moment.data[k] = value / d));
    expectDiagonalizes(columnsOf(estimate.basis()), moment, estimate.eigenvalues);
  });

  it("by tensor diagonalize each block and leave biases alone", () => {
    const tensors = { W: [2, 3], b: [3], U: [3, 2], c: [] } as const;
    const objective = identityGradient(16, tensors);
    const estimate = egop(objective, {
      points: gaussian({ mean: new Float64Array(16), standardDeviation: 1 }),
      samples: 40,
      key: random(3),
    });
    const basis = estimate.basis({ by: "tensor" });
    const columns = columnsOf(basis);
    const moment = gram(estimate.gradients);
    for (const { name, offset, size } of layout(tensors).tensors) {
      const block = (m: Matrix): Matrix =>
        Matrix.fromRows(
          Array.from({ length: size }, (_v, i) => [...m.row(offset + i).subarray(offset, offset + size)]),
        );
      if (name === "W" || name === "U") expectDiagonalizes(block(columns), block(moment));
      else expect(block(columns).data).toEqual(Matrix.identity(size).data);
      for (let i = 0; i < 16; i++)
        for (let j = offset; j < offset + size; j++)
          if (i < offset || i >= offset + size) expect(columns.get(i, j)).toBe(0);
    }
    expect(basis.rotatedLayout.tensors.map(({ name, shape }) => [name, shape])).toEqual([
      ["W", [6]],
      ["b", [3]],
      ["U", [6]],
      ["c", []],
    ]);
    const everything = columnsOf(estimate.basis({ by: "tensor", rotate: () => true }));
    expectDiagonalizes(
      Matrix.fromRows([6, 7, 8].map((i) => [...everything.row(i).subarray(6, 9)])),
      Matrix.fromRows([6, 7, 8].map((i) => [...moment.row(i).subarray(6, 9)])),
    );
  });

  it("is the identity, of stable rank 0, where every gradient is zero", () => {
    const flat: Objective = { dimension: 3, valueAndGradient: (_x, g) => (g.fill(0), 1) };
    const estimate = egop(flat, { points: listedPoints(new Matrix(2, 3)), samples: 2 });
    expect([...estimate.eigenvalues]).toEqual([0, 0, 0]);
    expect(estimate.eigenvectors.data).toEqual(Matrix.identity(3).data);
    expect([estimate.stableRank, estimate.rootStableRank, estimate.density()]).toEqual([0, 0, 1 / 3]);
  });
});

describe("sampling", () => {
  it("gives the same gradients whatever the number of samples around a sample", () => {
    const points = gaussian({ mean: new Float64Array(4), standardDeviation: 1 });
    const few = egop(identityGradient(4), { points, samples: 3, key: random(4) });
    const many = egop(identityGradient(4), { points, samples: 9, key: random(4) });
    expect([...many.gradients.data.subarray(0, 12)]).toEqual([...few.gradients.data]);
  });

  it("hands a stochastic objective another key for every sample, the same ones for the same key", () => {
    const keys: string[] = [];
    const noisy: StochasticObjective = {
      dimension: 1,
      valueAndGradient(_x, gradient, key): number {
        keys.push(JSON.stringify(key));
        gradient[0] = 1;
        return 0;
      },
    };
    const points = gaussian({ mean: new Float64Array(1), standardDeviation: 1 });
    egop(noisy, { points, samples: 5, key: random(6) });
    egop(noisy, { points, samples: 5, key: random(6) });
    expect(new Set(keys).size).toBe(5);
    expect(keys.slice(5)).toEqual(keys.slice(0, 5));
  });

  it("reports its progress", () => {
    const seen: number[] = [];
    const points = gaussian({ mean: new Float64Array(2), standardDeviation: 1 });
    egop(identityGradient(2), { points, samples: 3, onProgress: ({ done, total }) => seen.push(done / total) });
    expect(seen).toEqual([1 / 3, 2 / 3, 1]);
  });

  it("from the initialization has the scheme's variance for weights and zero for biases", () => {
    const model = layout({ W: [100, 50], b: [50], K: [8, 4, 5, 5] });
    const variances = { lecun: [1 / 100, 1 / 100], he: [2 / 100, 2 / 100], glorot: [2 / 150, 2 / 300] } as const;
    for (const scheme of ["lecun", "he", "glorot"] as const) {
      const draw = new Float64Array(model.size);
      initialization(model, { scheme }).draw(random(7), draw, 0);
      expect([...model.view(draw, "b")].every((v) => v === 0)).toBe(true);
      (["W", "K"] as const).forEach((name, k) => {
        const values = model.view(draw, name);
        const variance = values.reduce((s, v) => s + v * v, 0) / values.length;
        expect(Math.abs(variance / variances[scheme][k] - 1)).toBeLessThan(6 / Math.sqrt(values.length));
      });
    }
  });

  it("from the initialization draws each tensor by itself", () => {
    const one = new Float64Array(6);
    const two = new Float64Array(10);
    initialization(layout({ A: [2, 1], B: [2, 2] })).draw(random(8), one, 0);
    initialization(layout({ A: [3, 2], B: [2, 2] })).draw(random(8), two, 0);
    expect([...two.subarray(6)]).toEqual([...one.subarray(2)]);
  });
});

describe("bad input", () => {
  const points = gaussian({ mean: new Float64Array(2), standardDeviation: 1 });
  const refused = (action: () => unknown, kind: new (message: string) => Error, message: string): void => {
    expect(action).toThrow(kind);
    expect(action).toThrow(message);
  };

  it("is refused before work starts", () => {
    for (const samples of [0, -1, 1.5, NaN])
      refused(() => egop(identityGradient(2), { points, samples }), ArgumentError, `egop: samples is ${samples};`);
    refused(() => egop(identityGradient(3), { points, samples: 2 }), ShapeError, "the points have dimension 2");
    refused(
      () => egop(identityGradient(3, { w: [2] }), { points, samples: 1 }),
      ShapeError,
      "The objective has dimension 3, but its layout has 2 elements.",
    );
    refused(
      () => gaussian({ mean: new Float64Array([0, NaN]), standardDeviation: 1 }),
      NotFiniteError,
      "gaussian: mean[1] is NaN.",
    );
    for (const standardDeviation of [-1, NaN, Infinity])
      refused(
        () => gaussian({ mean: new Float64Array(2), standardDeviation }),
        ArgumentError,
        `standardDeviation is ${standardDeviation}`,
      );
    refused(() => initialization(layout({ w: [2] }), { scheme: "x" as "he" }), ArgumentError, 'the scheme is "x"');
    refused(() => initialization(layout({ w: [2] })).draw(random(0), new Float64Array(3), 0), ShapeError, "3 elements");
    refused(
      () => egop(identityGradient(2), { points: listedPoints(new Matrix(2, 2)), samples: 3 }),
      ArgumentError,
      "sample 2 was asked for, but only 2 points are listed",
    );
    refused(() => listedPoints(new Matrix(2, 2)).draw(random(0), new Float64Array(3), 0), ShapeError, "out has 3");
  });

  it("is refused under an unknown name", () => {
    const options = { points, samples: 1, notfinite: "skip" };
    refused(
      () => egop(identityGradient(2), options),
      ArgumentError,
      'egop has no option "notfinite"; its options are samples, points, key, form, notFinite, resume, onProgress.',
    );
    const range = { points, to: 1, samples: 1 };
    refused(
      () => accumulate(identityGradient(2), range),
      ArgumentError,
      'accumulate has no option "samples"; its options are from, to, signal, points, key,',
    );
  });

  it("names the entry of given gradients that is not finite", () => {
    const gradients = Matrix.fromRows([
      [1, 2],
      [3, NaN],
    ]);
    refused(
      () => estimateFrom(gradients, layout({ w: [2] })),
      NotFiniteError,
      "estimateFrom: element (1, 1) is NaN; expected finite numbers.",
    );
    refused(() => estimateFrom(gradients, layout({ w: [3] })), ShapeError, "estimateFrom");
    refused(() => estimateFrom(new Matrix(0, 2), layout({ w: [2] })), ArgumentError, "there is no sample");
  });

  it("names the sample at which the objective is not finite", () => {
    const broken = (value: number, entry: number): Objective => ({
      dimension: 2,
      layout: layout({ a: [], b: [] }),
      valueAndGradient: (_x, g) => (g.set([0, entry]), value),
    });
    refused(() => egop(broken(NaN, 1), { points, samples: 1 }), NotFiniteError, "the objective is NaN at sample 0");
    refused(
      () => egop(broken(1, Infinity), { points, samples: 1 }),
      NotFiniteError,
      'gradient entry 1 (in "b") is Infinity at sample 0',
    );
    refused(
      () => egop(broken(1, 1e200), { points, samples: 1 }).eigenvalues,
      NotFiniteError,
      "squares of the gradients overflow",
    );
  });

  it("in what is asked of an estimate is refused", () => {
    const estimate = egop(identityGradient(2), { points, samples: 2 });
    refused(() => estimate.density(2), ArgumentError, "there is no eigenvector 2; expected 0 to 1.");
    refused(() => estimate.basis({ by: "layer" as "all" }), ArgumentError, 'by is "layer"');
    for (const by of ["all", "kronecker"] as const)
      for (const rank of [null, "3", { share: 1 }] as readonly unknown[])
        refused(
          () => estimate.basis({ by, rank: rank as number }),
          ArgumentError,
          `basis: rank is ${JSON.stringify(rank)}; expected a number, or an object with energy, gap or bytes.`,
        );
  });
});

it("keys of samples do not repeat the draws of the start", () => {
  const draw = normal(fold(random(0), 1), new Float64Array(2));
  const estimate = egop(identityGradient(2), {
    points: gaussian({ mean: new Float64Array(2), standardDeviation: 1 }),
    samples: 50,
  });
  for (let m = 0; m < 50; m++) expect(estimate.gradients.row(m)[0]).not.toBe(draw[0]);
});
