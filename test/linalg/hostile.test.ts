/**
 * Ten thousand matrices that are made to break things, each given to every routine: what comes back is a result within
 * tolerance or one of the library's typed errors, and nothing hangs, as every iteration is bounded.
 */
import { describe, expect, it } from "vitest";
import { EgopError } from "../../src/errors.ts";
import { balanceInPlace } from "../../src/linalg/balance.ts";
import * as linalg from "../../src/linalg/index.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { multiply, multiplyVector } from "../../src/linalg/product.ts";
import { fold, random, uniform, type Key } from "../../src/math/random.ts";
import { build, distance, orthonormality, roundoff, scaledColumns, threshold } from "./residuals.ts";

const count = 10_000;

/** Entries by whim: ordinary, tiny, huge, zero, not finite. */
function hostileEntry(u: number, v: number, wild: number): number {
  const sign = v < 0.5 ? -1 : 1;
  if (u < 0.35) return 2 * v - 1;
  if (u < 0.55) return 0;
  if (u < 0.65) return sign;
  if (wild < 0.5) return Math.round(6 * v - 3);
  if (u < 0.7) return sign * 1e300 * v;
  if (u < 0.75) return sign * 1e-300 * v;
  if (u < 0.8) return sign * 5e-324;
  if (u < 0.85) return sign * 1e-310;
  if (u < 0.9) return sign * 10 ** (600 * v - 300);
  if (u < 0.93) return sign * Number.MAX_VALUE;
  if (u < 0.96) return 1 + v * 1e-15;
  if (wild < 0.9) return 1e-8 * v;
  return u < 0.97 ? NaN : sign * Infinity;
}

/** Matrix `index` of the parade: sizes 0 to 5, mostly; some defective, some of low rank, some with graded rows. */
function hostileMatrix(index: number, key: Key): Matrix {
  const draws = uniform(fold(key, index), new Float64Array(128));
  const size = (u: number): number => (u < 0.02 ? 0 : u < 0.97 ? 1 + Math.floor(u * 4.2) : 7);
  const rows = size(draws[0]);
  const columns = draws[1] < 0.7 ? rows : size(draws[2]);
  const [wild, form] = [draws[3], draws[4]];
  const entry = (i: number, j: number): number => {
    const k = 5 + 2 * (i * columns + j);
    return hostileEntry(draws[k], draws[k + 1], wild);
  };
  if (form < 0.45) return build(rows, columns, entry);
  if (form < 0.6) return build(rows, columns, (i, j) => entry(Math.min(i, j), Math.max(i, j)));
  // Jordan blocks, turned a little or not at all.
  if (form < 0.7)
    return build(rows, columns, (i, j) => (i === j ? draws[5] : j === i + 1 ? 1 : i > j ? draws[6] * 1e-16 : 0));
  if (form < 0.8) return build(rows, columns, (i, j) => entry(i, 0) * entry(0, j));
  if (form < 0.9) return build(rows, columns, (i, j) => entry(i, j) * 10 ** (-40 * (i + j) * draws[5]));
  return build(rows, columns, (i, j) => (i === 0 ? 0 : entry(i, j)));
}

const largest = (data: Float64Array): number => data.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);

/** ‖A − B‖ of matrices near A's size, in units of n·u·‖A‖; 0 where A is zero and B too. */
function ratio(matrix: Matrix, other: (unit: number) => Matrix): number {
  const unit = largest(matrix.data) || 1;
  // Below the smallest normal numbers, every operation may lose half of the smallest number.
  const floor = 5e-324 / unit;
  const size = Math.max(matrix.rows, matrix.columns, 1);
  return distance(divided(matrix, unit), other(unit)) / (size * size * (roundoff + floor * size));
}

/** The symmetric part of a matrix that may be asymmetric by less than the tolerance: what symmetric routines decompose. */
const mirrored = (a: Matrix): Matrix =>
  build(a.rows, a.rows, (i, j) => (a.get(i, j) === a.get(j, i) ? a.get(i, j) : a.get(i, j) / 2 + a.get(j, i) / 2));

const divided = (matrix: Matrix, unit: number): Matrix =>
  new Matrix(
    matrix.rows,
    matrix.columns,
    matrix.data.map((entry) => entry / unit),
  );

type Check = (matrix: Matrix) => number;

function singularRatio(a: Matrix, { values, u, v }: linalg.SingularValueDecomposition): number {
  const back = ratio(a, (unit) => multiply(scaledColumns(u, over(values, unit)), v, { transposeB: true }));
  return Math.max(back, orthonormality(u), orthonormality(v));
}

function eigenRatio(a: Matrix, { values, vectors }: linalg.SymmetricEigen): number {
  const back = ratio(mirrored(a), (unit) =>
    multiply(scaledColumns(vectors, over(values, unit)), vectors, { transposeB: true }),
  );
  return Math.max(back, orthonormality(vectors));
}

const over = (values: Float64Array, unit: number): Float64Array => values.map((value) => value / unit);

/** For every routine, a residual in units of round-off that has to stay below LAPACK's threshold; NaN fails. */
const checks: Record<string, Check> = {
  singularValueDecomposition: (a) => singularRatio(a, linalg.singularValueDecomposition(a)),
  "singularValueDecomposition, jacobi": (a) =>
    singularRatio(a, linalg.singularValueDecomposition(a, { method: "jacobi" })),
  "singularValueDecomposition, bidiagonal": (a) =>
    singularRatio(a, linalg.singularValueDecomposition(a, { method: "bidiagonal" })),
  "singularValues on both roads": (a) => {
    const [x, y] = (["jacobi", "bidiagonal"] as const).map((method) => linalg.singularValues(a, { method }));
    const unit = (x.at(0) ?? 0) || 1;
    return x.reduce((most, value, k) => Math.max(most, Math.abs(value / unit - y[k] / unit)), 0) / (8 * roundoff);
  },
  symmetricEigen: (a) => eigenRatio(a, linalg.symmetricEigen(a)),
  jacobiEigen: (a) => eigenRatio(a, linalg.jacobiEigen(a)),
  "symmetricEigen, tridiagonal": (a) => eigenRatio(a, linalg.symmetricEigen(a, { method: "tridiagonal" })),
  householderQR: (a) => {
    const factors = linalg.householderQR(a);
    return Math.max(
      ratio(a, (unit) => multiply(factors.q(), divided(factors.r(), unit))),
      orthonormality(factors.q()),
    );
  },
  pivotedQR: (a) => {
    const { factors, order } = linalg.pivotedQR(a);
    const permuted = build(a.rows, a.columns, (i, j) => a.get(i, order[j]));
    return Math.max(
      ratio(permuted, (unit) => multiply(factors.q(), divided(factors.r(), unit))),
      orthonormality(factors.q()),
    );
  },
  ldlt: (a) => {
    const factors = linalg.ldlt(a);
    const { l, order } = factors;
    const permuted = build(a.rows, a.rows, (i, j) => mirrored(a).get(order[i], order[j]));
    finite(factors.inertia().positive);
    return ratio(permuted, (unit) => multiply(multiply(l, divided(factors.d(), unit)), l, { transposeB: true }));
  },
  generalEigen: (a) => {
    const { real, imaginary, vectors } = linalg.generalEigen(a);
    const n = a.rows;
    const unit = largest(a.data) || 1;
    // Backward stability is that of the balanced matrix B = D⁻¹PᵀAPD, whose vectors are D⁻¹Pᵀv.
    const b = divided(a, unit);
    const { factors, order } = balanceInPlace(b);
    let worst = 0;
    for (let j = 0; j < n; j++) {
      const column = (part: Matrix): Float64Array =>
        Float64Array.from(order, (from, i) => part.get(from, j) / factors[i]);
      const [x, y] = [column(vectors.real), column(vectors.imaginary)];
      const size = Math.max(largest(x), largest(y));
      const [p, q] = [x.map((value) => value / size), y.map((value) => value / size)];
      const [re, im] = [real[j] / unit, imaginary[j] / unit];
      const [bp, bq] = [multiplyVector(b, p), multiplyVector(b, q)];
      for (let i = 0; i < n; i++)
        worst = Math.max(
          Math.abs(bp[i] - (re * p[i] - im * q[i])),
          Math.abs(bq[i] - (re * q[i] + im * p[i])),
          worst,
          Number.isFinite(size) && size > 0 ? 0 : NaN,
        );
    }
    return worst / (Math.max(n, 1) * (roundoff + 5e-324 / unit));
  },
  realSchur: (a) => {
    const { t, q } = linalg.realSchur(a);
    const back = ratio(a, (unit) => multiply(multiply(q, divided(t, unit)), q, { transposeB: true }));
    return Math.max(back, orthonormality(q));
  },
  lu: (a) => {
    const factors = linalg.lu(a);
    const permuted = build(a.rows, a.rows, (i, j) => a.get(factors.order[i], j));
    // Growth of U, at most 2ⁿ⁻¹, is in the bound.
    const growth = Math.max(1, largest(factors.u().data) / (largest(a.data) || 1));
    return ratio(permuted, (unit) => multiply(factors.l(), divided(factors.u(), unit))) / growth;
  },
  "solutions by lu": (a) => {
    const b = new Float64Array(a.rows).fill(1);
    const factors = linalg.lu(a);
    if ([factors.conditionNumber(), factors.determinant()].some(Number.isNaN)) return NaN;
    return finite(...factors.solve(b), ...factors.solve(b, { transpose: true }), ...factors.inverse().data);
  },
  cholesky: (a) => {
    // Of a matrix that is not symmetric the symmetric part; most are indefinite, which has to be said.
    const square = a.rows === a.columns ? mirrored(a) : a;
    let factors;
    try {
      factors = linalg.cholesky(square);
    } catch (error) {
      if (!(error instanceof EgopError) || error.name !== "NotPositiveDefiniteError") throw error;
      return 0;
    }
    const b = new Float64Array(a.rows).fill(1);
    const root = Math.sqrt(largest(square.data)) || 1;
    const l = divided(factors.l, root);
    return Math.max(
      ratio(square, () => multiply(l, l, { transposeB: true })),
      finite(...factors.solve(b), Number.isNaN(factors.conditionNumber()) ? NaN : 0),
    );
  },
  polarDecomposition: (a) => {
    const { u, p } = linalg.polarDecomposition(a);
    return ratio(a, (unit) => multiply(u, divided(p, unit)));
  },
  matrixSquareRoot: (a) => {
    const root = linalg.matrixSquareRoot(a);
    const unit = Math.sqrt(largest(a.data)) || 1;
    const square = multiply(divided(root, unit), divided(root, unit));
    return ratio(mirrored(a), () => square) / 8;
  },
  leastSquares: (a) => {
    const x = linalg.leastSquares(a, new Float64Array(a.rows).fill(1));
    return x.every(Number.isFinite) ? 0 : NaN;
  },
  ridgeSolution: (a) => {
    const x = linalg.ridgeSolution(a, new Float64Array(a.rows).fill(1), { ridge: 1 });
    return x.every(Number.isFinite) ? 0 : NaN;
  },
  "solutions by factors": (a) => {
    const b = new Float64Array(a.rows).fill(1);
    const solutions = [linalg.singularValueDecomposition(a).solve(b), linalg.householderQR(a).solve(b)];
    return finite(...solutions.flatMap((solution) => [...solution]));
  },
  "solutions by symmetric factors": (a) => {
    const b = new Float64Array(a.rows).fill(1);
    return finite(...linalg.symmetricEigen(a).solve(b), ...linalg.ldlt(a).solve(b));
  },
  "determinants and condition numbers": (a) => {
    const [svd, qr, pivoted] = [linalg.singularValueDecomposition(a), linalg.householderQR(a), linalg.pivotedQR(a)];
    const values = [svd.conditionNumber(), qr.determinant(), pivoted.determinant(), qr.conditionNumber()];
    return values.some(Number.isNaN) ? NaN : 0;
  },
  "symmetric determinants and condition numbers": (a) => {
    const [eigen, factors] = [linalg.symmetricEigen(a), linalg.ldlt(a)];
    const values = [eigen.determinant(), eigen.conditionNumber(), factors.determinant(), factors.conditionNumber()];
    return values.some(Number.isNaN) ? NaN : 0;
  },
  solveTriangular: (a) => finite(...linalg.solveTriangular(a, new Float64Array(a.rows).fill(1))),
  orthonormalize: (a) => orthonormality(linalg.orthonormalize(a)),
  pseudoInverse: (a) => (linalg.pseudoInverse(a).data.every(Number.isFinite) ? 0 : NaN),
  nullSpace: (a) => orthonormality(linalg.nullSpace(a)),
  modifiedCholesky: (a) => {
    const { factors, correction } = linalg.modifiedCholesky(a);
    return correction.data.every(Number.isFinite) && factors.inertia().negative === 0 ? 0 : NaN;
  },
  inverseRoot: (a) => (linalg.inverseRoot(a, 4).data.every(Number.isFinite) ? 0 : NaN),
  "inverseRoot, newton": (a) => (linalg.inverseRoot(a, 4, { method: "newton" }).data.every(Number.isFinite) ? 0 : NaN),
  newtonSchulz: (a) => (largest(linalg.newtonSchulz(a).data) < 1.3 ? 0 : NaN),
  matrixExponential: (a) => (linalg.matrixExponential(a).data.every(Number.isFinite) ? 0 : NaN),
  norms: (a) => {
    const { oneNorm, infinityNorm, frobeniusNorm, spectralNorm } = linalg;
    return [oneNorm(a), infinityNorm(a), frobeniusNorm(a), spectralNorm(a)].some(Number.isNaN) ? NaN : 0;
  },
  lanczos: (a) => finite(...linalg.lanczos(a, { count: Math.min(1, a.rows), tolerance: 1e-8 }).values),
  lobpcg: (a) =>
    finite(...linalg.lobpcg(a, { count: Math.min(1, a.rows), tolerance: 1e-8, maximumIterations: 25 }).values),
  orthogonalIteration: (a) => finite(...linalg.orthogonalIteration(a, Matrix.identity(a.rows), { steps: 2 }).values),
  randomizedSVD: (a) =>
    finite(...linalg.randomizedSVD(a, { rank: Math.min(1, a.rows, a.columns), key: random(0) }).values),
  frequentDirections: (a) => {
    const sketch = linalg.frequentDirections({ dimension: Math.max(a.columns, 1), size: 1 });
    return finite(...linalg.sketchEigen(linalg.addRows(sketch, a)).values, sketch.shrinkage);
  },
};

const finite = (...values: number[]): number => (values.every(Number.isFinite) ? 0 : NaN);

describe("hostile matrices", () => {
  const key = random(2026);
  const matrices = Array.from({ length: count }, (_, index) => hostileMatrix(index, key));

  it.each(Object.keys(checks))("are taken apart or refused by %s", (name) => {
    const check = checks[name];
    const failures: string[] = [];
    let results = 0;
    matrices.forEach((matrix, index) => {
      const before = matrix.data.slice();
      try {
        const value = check(matrix);
        results++;
        if (!(value < threshold)) failures.push(`matrix ${index}: ${value}: ${JSON.stringify(matrix.toRows())}`);
      } catch (error) {
        if (!(error instanceof EgopError)) failures.push(`matrix ${index}: ${String(error)}`);
      }
      if (matrix.data.some((entry, at) => !Object.is(entry, before[at]))) failures.push(`matrix ${index} was changed`);
    });
    expect(failures.slice(0, 5), `${failures.length} of ${count}`).toEqual([]);
    // Refusing all would pass, too: most are decomposed where shapes and symmetry allow.
    expect(results).toBeGreaterThan(count / 20);
  });

  it("hold entries that are not finite, and those are always refused", () => {
    const bad = matrices.filter(({ data }) => !data.every(Number.isFinite));
    expect(bad.length).toBeGreaterThan(50);
    for (const matrix of bad)
      for (const [name, check] of Object.entries(checks)) expect(() => check(matrix), name).toThrow(EgopError);
  });
});
