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
import { random } from "../../src/math/random.ts";
import {
  divided,
  expectTakenOrRefused,
  finite,
  hostileMatrices,
  largest,
  mirrored,
  ratio,
  type Check,
} from "./hostile-matrices.ts";
import { build, orthonormality, roundoff, scaledColumns } from "./residuals.ts";

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

describe("hostile matrices", () => {
  it.each(Object.keys(checks))("are taken apart or refused by %s", (name) => expectTakenOrRefused(checks[name]));

  it("hold entries that are not finite, and those are always refused", () => {
    const bad = hostileMatrices.filter(({ data }) => !data.every(Number.isFinite));
    expect(bad.length).toBeGreaterThan(50);
    for (const matrix of bad)
      for (const [name, check] of Object.entries(checks)) expect(() => check(matrix), name).toThrow(EgopError);
  });
});
