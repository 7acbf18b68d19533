/**
 * What every basis of an estimate promises: it diagonalizes the empirical EGOP, or its block, its marginal, its
 * compression, in descending order; and block and Kronecker forms make diagonal optimizers equivariant under their groups.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../src/errors.ts";
import {
  accumulate,
  egop,
  estimateFrom,
  estimateOf,
  gaussian,
  reparameterize,
  tensorBlocks,
  kroneckerMarginals,
  kroneckerBasis,
  unionBasis,
  denseBasis,
  type Basis,
  type BasisOptions,
  type EgopEstimate,
} from "../../src/egop/index.ts";
import { layout } from "../../src/linalg/layout.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { gram, multiply, multiplyVector } from "../../src/linalg/product.ts";
import { randomOrthogonal } from "../../src/linalg/random-orthogonal.ts";
import { symmetricEigen } from "../../src/linalg/symmetric-eigen.ts";
import { fold, normal, random } from "../../src/math/random.ts";
import { adam, adamw, adagrad, minimize, type GradientTransformation, type Objective } from "../../src/optim/index.ts";
import { matrixOf } from "../egop/bases.ts";
import { valleyOf } from "../egop/valley.ts";

const model = layout({ W: [3, 4], b: [3], K: [3, 1, 2] });
const d = model.size;
const seeds = fc.integer({ min: 0, max: 2 ** 31 });

/** Gradients of very different sizes and mixed directions, one a row. */
function gradientsOf(samples: number, seed: number): Matrix {
  const scales = normal(fold(random(seed), 1), new Float64Array(d));
  const raw = normal(random(seed), new Float64Array(samples * d));
  return multiply(
    new Matrix(
      samples,
      d,
      raw.map((value, k) => value * Math.exp(2 * scales[k % d])),
    ),
    randomOrthogonal(d, fold(random(seed), 2)),
  );
}

function momentOf(gradients: Matrix): Matrix {
  const moment = gram(gradients);
  return new Matrix(
    d,
    d,
    moment.data.map((value) => value / gradients.rows),
  );
}

/** Elements of a square matrix in some rows and the same columns. */
const partOf = (matrix: Matrix, at: readonly number[]): Matrix =>
  Matrix.fromRows(at.map((i) => at.map((j) => matrix.get(i, j))));
const placesOf = (...names: readonly ("W" | "b" | "K")[]): number[] =>
  names.flatMap((name) => {
    const { offset, size } = model.slot(name);
    return Array.from({ length: size }, (_v, k) => offset + k);
  });

/** VᵀCV is diagonal and descends, to a few units of round-off of the norm. */
function isDiagonalized(columns: Matrix, moment: Matrix, rank = columns.columns): boolean {
  const turned = multiply(columns, multiply(moment, columns), { transposeA: true });
  const norm = symmetricEigen(moment).values[0];
  const tolerance = 30 * moment.rows * 2 ** -53 * norm;
  for (let i = 0; i < turned.rows; i++)
    for (let j = 0; j < i; j++) if (j < rank && Math.abs(turned.get(i, j)) > tolerance) return false;
  for (let k = 1; k < rank; k++) if (turned.get(k, k) > turned.get(k - 1, k - 1) + tolerance) return false;
  return true;
}
const expectDiagonalizes = (columns: Matrix, moment: Matrix, rank?: number): void =>
  expect(isDiagonalized(columns, moment, rank)).toBe(true);

describe("every basis of an estimate", () => {
  const check = (of: (estimate: EgopEstimate, moment: Matrix) => void): void =>
    fc.assert(
      fc.property(fc.integer({ min: 6, max: 60 }), seeds, (samples, seed) => {
        const gradients = gradientsOf(samples, seed);
        of(estimateFrom(gradients, model), momentOf(gradients));
      }),
      { numRuns: 25 },
    );
  const basisMatrix = (estimate: EgopEstimate, options: BasisOptions): Matrix => matrixOf(estimate.basis(options));

  it("dense: diagonalizes the empirical EGOP, descending", () =>
    check((estimate, moment) => expectDiagonalizes(basisMatrix(estimate, {}), moment)));

  it("by tensor or by groups: each block", () =>
    check((estimate, moment) => {
      for (const rank of [undefined, 3]) {
        const options = rank === undefined ? {} : { rank };
        const columns = basisMatrix(estimate, { by: "tensor", ...options });
        for (const name of ["W", "K"] as const)
          expectDiagonalizes(partOf(columns, placesOf(name)), partOf(moment, placesOf(name)), rank);
        // A group stands where its first tensor stood: K and W before b.
        const basis = estimate.basis({ by: [["W", "K"]], ...options });
        expect(basis.rotatedLayout.tensors.map(({ name }) => name)).toEqual(["W+K", "b"]);
        const whole = matrixOf(basis);
        const own = placesOf("W", "K");
        const block = Matrix.fromRows(own.map((i) => [...whole.row(i).subarray(0, own.length)]));
        expectDiagonalizes(block, partOf(moment, own), rank);
      }
    }));

  it("Householder-completed and auxiliary: the leading part; reduced: the compression", () =>
    check((estimate, moment) => {
      for (const rank of [1, 4, 6]) {
        expectDiagonalizes(basisMatrix(estimate, { rank }), moment, rank);
        expectDiagonalizes(basisMatrix(estimate, { rank, form: "reduced" }), moment);
        const auxiliary = basisMatrix(estimate, { rank, form: "auxiliary" });
        const leading = Matrix.fromRows(auxiliary.toRows().map((row) => row.slice(0, rank)));
        expectDiagonalizes(leading, moment);
      }
    }));

  it("Kronecker and convolution: the marginals", () =>
    check((estimate) => {
      for (const name of ["W", "K"] as const) {
        const { left, right } = estimate.moment.marginals(model.slot(name));
        const kronecker = estimate.basis({ by: "kronecker", rotate: (slot) => slot.name === name });
        expectDiagonalizes(kronecker.matrices[0], left);
        expectDiagonalizes(kronecker.matrices[1], right);
        const convolution = estimate.basis({ by: "convolution", rotate: (slot) => slot.name === name });
        expectDiagonalizes(convolution.matrices[0], right);
      }
    }));

  it("Kronecker and convolution of a rank: the leading products of the marginals' directions, completed", () => {
    const wide = layout({ W: [9, 7] });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 63 }), seeds, (rank, seed) => {
        const estimate = estimateFrom(new Matrix(20, 63, normal(random(seed), new Float64Array(20 * 63))), wide);
        const { left, right } = estimate.moment.marginals(wide.slot("W"));
        const [rows, columns] = [left, right].map((matrix) => symmetricEigen(matrix));
        const products = Array.from({ length: 63 }, (_v, k) => [Math.floor(k / 7), k % 7] as const).sort(
          ([i, j], [k, l]) => rows.values[k] * columns.values[l] - rows.values[i] * columns.values[j],
        );
        const basis = estimate.basis({ by: "kronecker", rank });
        const whole = matrixOf(basis);
        const identity = multiply(whole, whole, { transposeA: true });
        // The errors of two sides, each within 3e-15.
        Matrix.identity(63).data.forEach((value, k) => expect(Math.abs(identity.data[k] - value)).toBeLessThan(6e-15));
        for (const [i, j] of products.slice(0, rank))
          for (let a = 0; a < 9; a++)
            for (let b = 0; b < 7; b++)
              expect(whole.get(a * 7 + b, i * 7 + j)).toBeCloseTo(
                rows.vectors.get(a, i) * columns.vectors.get(b, j),
                10,
              );
        const kept = estimate.basis({ by: "convolution", rank: Math.min(rank, 7) }).matrices[0];
        expectDiagonalizes(kept, right, 2 * Math.min(rank, 7) > 7 ? undefined : Math.min(rank, 7));
      }),
      { numRuns: 25 },
    );
  });

  it("Kronecker: of a rank that is chosen", () => {
    const wide = layout({ W: [9, 7] });
    // Marginals diag(81, 16, 1, 0, …) and diag(97, 1, 0, …), unscaled.
    const gradient = (row: number, column: number, size: number): number[] =>
      Array.from({ length: 63 }, (_v, k) => (k === row * 7 + column ? size : 0));
    const rows = Matrix.fromRows([gradient(0, 0, 9), gradient(1, 0, 4), gradient(2, 1, 1)]);
    const estimate = estimateFrom(rows, wide);
    const sidesOf = (rank: BasisOptions["rank"]): number[] =>
      estimate.basis({ by: "kronecker", ...(rank === undefined ? {} : { rank }) }).matrices.map((side) => side.columns);
    expect(sidesOf(undefined)).toEqual([9, 7]);
    expect(sidesOf(2)).toEqual([2, 1]);
    expect(sidesOf({ energy: 0.8 })).toEqual([1, 1]);
    expect(sidesOf({ energy: 0.99 })).toEqual([3, 2]);
    expect(sidesOf({ gap: 3 })).toEqual([2, 1]);
    expect(sidesOf({ bytes: 8 * (9 + 7) })).toEqual([1, 1]);
    expect(sidesOf({ bytes: 8 * (2 * 9 + 7) })).toEqual([2, 1]);
    expect(() => sidesOf({ bytes: 100 })).toThrow("the vectors of one direction of 9 × 7 take 128");
    expect(() => sidesOf({ energy: 2 })).toThrow("rank.energy is 2");
  });

  it("from a state of the same part alone is the basis from all samples", () => {
    const objective: Objective = { dimension: d, layout: model, valueAndGradient: (x, g) => (g.set(x), 0) };
    const points = gaussian({ mean: Float64Array.from({ length: d }, (_v, i) => i / 7), standardDeviation: 1 });
    const state = accumulate(objective, { points, to: 100 });
    const from = (form: ReturnType<typeof tensorBlocks> | ReturnType<typeof kroneckerMarginals>): EgopEstimate =>
      estimateOf(accumulate(objective, { points, to: 100, form }));
    for (const [by, estimate] of [
      ["tensor", from(tensorBlocks(model))],
      ["kronecker", from(kroneckerMarginals(model))],
      ["convolution", from(kroneckerMarginals(model))],
    ] as const) {
      const [whole, part] = [estimateOf(state), estimate].map((each) => matrixOf(each.basis({ by })));
      whole.data.forEach((value, k) => expect(part.data[k]).toBeCloseTo(value, 9));
    }
  });

  it("made of a gradient matrix that was reshaped where it should be transposed would be caught", () => {
    const gradients = gradientsOf(20, 1);
    const scrambled = new Matrix(20, d, gradients.transpose().data);
    const columns = matrixOf(estimateFrom(scrambled, model).basis());
    const identity = multiply(columns, columns, { transposeA: true });
    Matrix.identity(d).data.forEach((value, k) => expect(identity.data[k]).toBeCloseTo(value, 13));
    expect(isDiagonalized(columns, momentOf(gradients))).toBe(false);
  });

  it("of more directions than samples is refused, not silently smaller", () => {
    const estimate = estimateFrom(gradientsOf(5, 1), model);
    for (const options of [{ rank: 6 }, { rank: 6, form: "reduced" }, { rank: 6, by: "tensor" }] as const) {
      expect(() => estimate.basis(options)).toThrow(ArgumentError);
      expect(() => estimate.basis(options)).toThrow(
        "the rank is 6; expected a whole number from 1 to 5, the number of",
      );
    }
    expect(() => estimate.basis({ rank: 0 })).toThrow("the rank is 0");
    expect(() => estimate.basis({ form: "reduced" })).toThrow("form is given without a rank");
    expect(() => estimate.basis({ start: new Float64Array(d) })).toThrow("start is given without a rank");
    expect(() => estimate.basis({ by: "kronecker", rank: 1, form: "reduced" })).toThrow('by "kronecker" has no form');
    expect(() => estimate.basis({ by: "kronecker", rank: 1, precision: "single" })).toThrow("has no precision");
    expect(() => estimate.basis({ by: "kronecker", rank: 0 })).toThrow("the rank is 0; expected a whole number of at");
    expect(() => estimate.basis({ rank: 1, form: "x" as "reduced" })).toThrow('form is "x"');
  });

  it("has its rank chosen by energy, gap or memory", () => {
    const rows = Matrix.fromRows(
      [10, 9, 1, 0.5].map((size, k) => Array.from({ length: d }, (_v, i) => (i === k ? size : 0))),
    );
    const estimate = estimateFrom(rows, model);
    const rankOf = (rank: BasisOptions["rank"]): number =>
      estimate.basis({ form: "reduced", ...(rank === undefined ? {} : { rank }) }).rotatedDimension;
    expect(rankOf({ energy: 0.5 })).toBe(1);
    expect(rankOf({ energy: 0.99 })).toBe(2);
    expect(rankOf({ energy: 1 })).toBe(4);
    expect(rankOf({ gap: 3 })).toBe(2);
    expect(rankOf({ gap: 1 })).toBe(1);
    expect(rankOf({ bytes: 3 * 8 * d + 5 })).toBe(3);
    expect(rankOf({ bytes: 1e9 })).toBe(4);
    expect(() => rankOf({ energy: 2 })).toThrow("rank.energy is 2");
    expect(() => rankOf({ gap: 0 })).toThrow("rank.gap is 0");
    expect(() => rankOf({ bytes: 7 })).toThrow("rank.bytes is 7");
  });

  it("is the identity where every gradient is zero", () => {
    const estimate = estimateFrom(new Matrix(8, d), model);
    for (const options of [{}, { by: "tensor" }, { by: "kronecker" }, { rank: 3 }] as const)
      expect(matrixOf(estimate.basis(options)).data).toEqual(Matrix.identity(d).data);
  });
});

/** A basis, made of a seed, from the group of changes under which a form of EGOP is equivariant. */
const groups: Readonly<Record<string, { readonly options: BasisOptions; readonly change: (seed: number) => Basis }>> = {
  "by tensor, rotations of each tensor": {
    options: { by: "tensor" },
    change: (seed) =>
      unionBasis(
        model,
        (["W", "K"] as const).map((name, k) => ({
          tensors: [name],
          basis: denseBasis(randomOrthogonal(model.slot(name).size, fold(random(seed), k))),
        })),
      ),
  },
  "kronecker, W → P W Q": {
    options: { by: "kronecker" },
    change: (seed) =>
      kroneckerBasis(
        model,
        new Map([
          [
            "W",
            { left: randomOrthogonal(3, fold(random(seed), 0)), right: randomOrthogonal(4, fold(random(seed), 1)) },
          ],
          [
            "K",
            { left: randomOrthogonal(3, fold(random(seed), 2)), right: randomOrthogonal(2, fold(random(seed), 3)) },
          ],
        ]),
      ),
  },
};
const optimizers: Readonly<Record<string, () => GradientTransformation>> = {
  adagrad: () => adagrad({ learningRate: 0.1 }),
  adam: () => adam({ learningRate: 0.05 }),
  adamw: () => adamw({ learningRate: 0.05, weightDecay: 0.1 }),
};

describe("structured forms are equivariant under their own groups", () => {
  for (const [name, { options, change }] of Object.entries(groups))
    for (const [optimizerName, make] of Object.entries(optimizers))
      it(`${name}: ${optimizerName}`, () => {
        const difference = (seed: number, withEgop: boolean, by: BasisOptions = options): number => {
          const objective = valleyOf(seed, model);
          const start = normal(fold(random(seed), 9), new Float64Array(d));
          const points = gaussian({ mean: start, standardDeviation: 1 });
          const run = (f: Objective): Float64Array => {
            const own = withEgop ? reparameterize(f, egop(f, { points, samples: 60, key: random(seed) }).basis(by)) : f;
            return minimize(own, { start, optimizer: make(), steps: 30 }).parameters;
          };
          // A tensor that a change mixes is one vector in its layout; here the shapes must stay for the marginals.
          const turned = { ...reparameterize(objective, change(seed)), layout: model };
          const [plain, other] = [run(objective), run(turned)];
          return Math.max(...plain.map((value, i) => Math.abs(value - other[i])));
        };
        fc.assert(
          fc.property(seeds, (seed) => {
            expect(difference(seed, true)).toBeLessThan(1e-7);
          }),
          { numRuns: 12 },
        );
        const { failed } = fc.check(
          fc.property(seeds, (seed) => difference(seed, false) < 0.01),
          { numRuns: 12 },
        );
        expect(failed, "without EGOP no counterexample").toBe(true);
      });
});

describe("the coordinate-smoothness sum of a quadratic", () => {
  it("is at least the nuclear norm, with equality in the eigenbasis; EGOP's closed form finds it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), seeds, (n, seed) => {
        const raw = new Matrix(n, n, normal(random(seed), new Float64Array(n * n)));
        const hessian = new Matrix(
          n,
          n,
          raw.data.map((value, k) => value + raw.transpose().data[k]),
        );
        const sum = (matrix: Matrix): number => matrix.data.reduce((total, value) => total + Math.abs(value), 0);
        const nuclear = symmetricEigen(hessian).values.reduce((total, value) => total + Math.abs(value), 0);
        expect(sum(hessian)).toBeGreaterThan(nuclear * (1 - 1e-13));
        // At the minimum, under a Gaussian: EGOP = c²H², so its eigenbasis diagonalizes H.
        const egopAtMinimum = multiply(hessian, hessian);
        const { values, vectors } = symmetricEigen(egopAtMinimum);
        for (let k = 1; k < n; k++) fc.pre(values[k - 1] - values[k] > 1e-3 * values[0]);
        const turned = multiply(vectors, multiply(hessian, vectors), { transposeA: true });
        expect(sum(turned)).toBeLessThan(nuclear * (1 + 1e-11));
      }),
    );
  });

  it("for positive semidefinite H is at least λ₁‖v₁‖₁², so that at most sr/(βd) of it remains", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 10 }), seeds, (n, seed) => {
        const root = new Matrix(n, n, normal(random(seed), new Float64Array(n * n)));
        const hessian = gram(root);
        // The diagonal L that dominates: row sums of |H|.
        const row = (i: number): number => hessian.row(i).reduce((sum, value) => sum + Math.abs(value), 0);
        const before = Array.from({ length: n }, (_v, i) => row(i)).reduce((a, b) => a + b);
        const { values, vectors } = symmetricEigen(hessian);
        const norm = Array.from({ length: n }, (_v, i) => Math.abs(vectors.get(i, 0))).reduce((a, b) => a + b);
        expect(before).toBeGreaterThan(values[0] * norm * norm * (1 - 1e-13));
        const after = values.reduce((a, b) => a + b);
        // √λᵢ of the EGOP are c|hᵢ|: rows √… of samples at ± each axis give it exactly.
        const samples = Matrix.fromRows(
          Array.from({ length: n }, (_r, k) => {
            const unit = new Float64Array(n);
            unit[k] = Math.sqrt(n);
            return [...multiplyVector(hessian, unit)];
          }),
        );
        const estimate = estimateFrom(samples, layout({ x: [n] }));
        const bound = estimate.rootStableRank / (estimate.density() * n);
        expect(after / before).toBeLessThan(bound * (1 + 1e-9));
      }),
    );
  });
});
