/** Second moments whose form is known: a quadratic's, that of a function of A θ, and that of a layer. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { egop, listedPoints, type EgopEstimate } from "../../src/egop/index.ts";
import { layout } from "../../src/linalg/layout.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { gram, multiply } from "../../src/linalg/product.ts";
import { normal, random } from "../../src/math/random.ts";
import type { Objective } from "../../src/optim/index.ts";
import { matrixOf } from "./bases.ts";

const seeds = fc.nat(1_000_000);
const drawn = (seed: number, rows: number, columns: number): Matrix =>
  new Matrix(rows, columns, normal(random(seed), new Float64Array(rows * columns)));

/** The mean of g gᵀ over the samples. */
function secondMoment({ gradients, samples }: EgopEstimate): Matrix {
  const sum = gram(gradients);
  return new Matrix(
    sum.rows,
    sum.columns,
    sum.data.map((entry) => entry / samples),
  );
}

function expectNear(a: Matrix, b: Matrix, tolerance: number): void {
  const largest = Math.max(...b.data.map(Math.abs));
  a.data.forEach((entry, k) => expect(Math.abs(entry - b.data[k])).toBeLessThan(tolerance * largest));
}

/** Σ log cosh of shifted elements: a smooth function that is no quadratic. */
const smooth = (dimension: number): Objective => ({
  dimension,
  valueAndGradient(y, gradient): number {
    let value = 0;
    for (let i = 0; i < dimension; i++) {
      gradient[i] = Math.tanh(y[i] - i / 3);
      value += Math.log(Math.cosh(y[i] - i / 3));
    }
    return value;
  },
});

/** f(θ) = ℓ(Aθ). */
function composed(outer: Objective, a: Matrix): Objective {
  const inner = new Float64Array(a.rows);
  const slope = new Float64Array(a.rows);
  return {
    dimension: a.columns,
    valueAndGradient(x, gradient): number {
      for (let i = 0; i < a.rows; i++) inner[i] = a.row(i).reduce((sum, entry, j) => sum + entry * x[j], 0);
      const value = outer.valueAndGradient(inner, slope);
      gradient.fill(0);
      for (let i = 0; i < a.rows; i++) a.row(i).forEach((entry, j) => (gradient[j] += entry * slope[i]));
      return value;
    },
  };
}

describe("closed forms of the EGOP", () => {
  it("H (σ²I + m mᵀ) H of a quadratic, as another implementation computed it", () => {
    const golden = JSON.parse(readFileSync(new URL("../golden/egop.json", import.meta.url), "utf8")) as {
      readonly [name in "H" | "egop"]: number[][];
    } & { readonly c: number[]; readonly mean: number[]; readonly sigma: number };
    const { length: d } = golden.c;
    const objective: Objective = {
      dimension: d,
      valueAndGradient(x, gradient): number {
        golden.H.forEach((row, i) => (gradient[i] = row.reduce((sum, h, j) => sum + h * x[j], golden.c[i])));
        return 0;
      },
    };
    // Points whose mean and covariance are exact.
    const radius = golden.sigma * Math.sqrt(d);
    const rows = Array.from({ length: 2 * d }, (_v, k) =>
      golden.mean.map((m, i) => m + (i === k % d ? (k < d ? radius : -radius) : 0)),
    );
    const estimate = egop(objective, { points: listedPoints(Matrix.fromRows(rows)), samples: 2 * d });
    expectNear(secondMoment(estimate), Matrix.fromRows(golden.egop), 1e-13);
  });

  it("Aᵀ E[ℓ′ℓ′ᵀ] A of ℓ(Aθ)", () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), (seed, inner, d) => {
        const [a, points] = [drawn(seed, inner, d), drawn(seed + 1, 9, d)];
        const images = multiply(points, a, { transposeB: true });
        const outer = egop(smooth(inner), { points: listedPoints(images), samples: 9 });
        const whole = egop(composed(smooth(inner), a), { points: listedPoints(points), samples: 9 });
        const expected = multiply(multiply(a, secondMoment(outer), { transposeA: true }), a);
        expectNear(secondMoment(whole), expected, 1e-12);
      }),
      { numRuns: 30 },
    );
  });

  it("E[δδᵀ] ⊗ E[aaᵀ] of a layer with independent δ and a, whose eigenbasis is SOAP's but for order and signs", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const [rows, columns] = [3, 4];
        const model = layout({ W: [rows, columns] });
        // Every δ beside every a, so that they are independent, with spectra of their own.
        const deltas = drawn(seed, 5, rows)
          .toRows()
          .map((row) => row.map((entry, k) => entry * 3 ** -k));
        const inputs = drawn(seed + 1, 6, columns)
          .toRows()
          .map((row) => row.map((entry, k) => entry * 5 ** -k));
        const points = deltas.flatMap((delta) => inputs.map((a) => delta.flatMap((x) => a.map((y) => x * y))));
        const asIs: Objective = {
          dimension: model.size,
          layout: model,
          valueAndGradient(point, gradient): number {
            gradient.set(point);
            return 0;
          },
        };
        const samples = points.length;
        const estimate = egop(asIs, { points: listedPoints(Matrix.fromRows(points)), samples });
        const moment = secondMoment(estimate);
        const [left, right] = [deltas, inputs].map((list) => {
          const sum = gram(Matrix.fromRows(list));
          return sum.data.map((entry) => entry / list.length);
        });
        const product = new Matrix(model.size, model.size);
        for (let i = 0; i < model.size; i++)
          for (let j = 0; j < model.size; j++) {
            const [p, q] = [Math.floor(i / columns), Math.floor(j / columns)];
            product.set(i, j, left[p * rows + q] * right[(i % columns) * columns + (j % columns)]);
          }
        expectNear(moment, product, 1e-12);
        // SOAP's basis is that of the marginals E[G Gᵀ] and E[Gᵀ G].
        const soap = matrixOf(estimate.basis({ by: "kronecker" }));
        const { eigenvalues } = estimate;
        const gaps = Array.from(eigenvalues, (value, k) =>
          Math.min(
            k > 0 ? eigenvalues[k - 1] - value : Infinity,
            k + 1 < eigenvalues.length ? value - eigenvalues[k + 1] : Infinity,
          ),
        );
        const overlap = multiply(estimate.eigenvectors, soap, { transposeA: true });
        for (let k = 0; k < model.size; k++) {
          // Where the spectrum is not simple, there is no one eigenvector.
          if (gaps[k] < 1e-7 * eigenvalues[0]) continue;
          const largest = Math.max(...overlap.row(k).map(Math.abs));
          expect(Math.abs(largest - 1)).toBeLessThan(1e-6);
        }
      }),
      { numRuns: 20 },
    );
  });
});
