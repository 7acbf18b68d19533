/**
 * The residual ratios of LAPACK's test programs, below LAPACK's threshold of 30 for all of its matrix types; u is 2⁻⁵³,
 * half of the ulp that LAPACK divides by.
 */
import { describe, expect, it } from "vitest";
import { NotPositiveDefiniteError } from "../../src/errors.ts";
import { cholesky } from "../../src/linalg/cholesky.ts";
import { generalEigen, realSchur } from "../../src/linalg/general-eigen.ts";
import { householderQR } from "../../src/linalg/householder-qr.ts";
import { singularValueDecomposition } from "../../src/linalg/singular-value-decomposition.ts";
import { ldlt } from "../../src/linalg/ldlt.ts";
import { leastSquares } from "../../src/linalg/least-squares.ts";
import { lu, type LU } from "../../src/linalg/lu.ts";
import type { Matrix } from "../../src/linalg/matrix.ts";
import { oneNorm } from "../../src/linalg/entry-norms.ts";
import { pivotedQR } from "../../src/linalg/pivoted-qr.ts";
import { multiply, multiplyVector } from "../../src/linalg/product.ts";
import { symmetricEigen } from "../../src/linalg/symmetric-eigen.ts";
import { deficientFamilies, generalFamilies, symmetricFamilies } from "./families.ts";
import { build, isDescending, randomMatrix, roundoff, scaled, scaledColumns, threshold } from "./residuals.ts";

const sizes = [0, 1, 2, 3, 10, 50, 129];
const shapes = sizes.flatMap((n) => [
  [n, n],
  [n + 13, n],
  [n, n + 13],
]);

/** ‖A − B‖₁ / (n ‖A‖₁ u); both over a power of two near ‖A‖, so that nothing overflows. B is made from that factor. */
function ratio(a: Matrix, other: (factor: number) => Matrix): number {
  const norm = oneNorm(a);
  const factor = norm === 0 ? 1 : 2 ** -Math.floor(Math.log2(norm));
  const b = other(factor);
  const difference = build(a.rows, a.columns, (i, j) => a.get(i, j) * factor - b.get(i, j));
  return oneNorm(difference) / (Math.max(a.rows, a.columns, 1) * (norm * factor || 1) * roundoff);
}

const times = (values: Float64Array, factor: number): Float64Array => values.map((value) => value * factor);

/** ‖I − QᵀQ‖₁ / (n u). */
function orthogonality(q: Matrix): number {
  const product = multiply(q, q, { transposeA: true });
  const difference = build(q.columns, q.columns, (i, j) => product.get(i, j) - (i === j ? 1 : 0));
  return oneNorm(difference) / (Math.max(q.rows, 1) * roundoff);
}

/** ‖b − Ax‖ / (‖A‖ ‖x‖ n u), as dget02. */
function solutionRatio(a: Matrix, x: Float64Array, b: Float64Array): number {
  const error = multiplyVector(a, x).reduce((sum, value, i) => sum + Math.abs(b[i] - value), 0);
  const size = oneNorm(a) * x.reduce((sum, value) => sum + Math.abs(value), 0);
  return error / (Math.max(b.length, 1) * (size || 1) * roundoff);
}

/** Of P A = L U. */
function eliminationRatio(a: Matrix, factors: LU): number {
  const permuted = build(a.rows, a.columns, (i, j) => a.get(factors.order[i], j));
  return ratio(permuted, (factor) => multiply(factors.l(), scaled(factors.u(), factor)));
}

describe.each(sizes)("LAPACK's symmetric types of size %i", (n) => {
  const families = symmetricFamilies(n);

  it("are 21, all symmetric", () => {
    expect(families.length).toBe(21);
    for (const [kind, a] of families) expect(a.transpose(), kind).toEqual(a);
  });

  it.each(["jacobi", "tridiagonal"] as const)("are diagonalized by %s", (method) => {
    for (const [kind, a] of families) {
      const { values, vectors } = symmetricEigen(a, { method });
      const back = ratio(a, (factor) =>
        multiply(scaledColumns(vectors, times(values, factor)), vectors, { transposeB: true }),
      );
      expect(back, kind).toBeLessThan(threshold);
      expect(orthogonality(vectors), kind).toBeLessThan(threshold);
      expect(isDescending(values), kind).toBe(true);
    }
  });

  it("are factored by ldlt, and solved with", () => {
    for (const [kind, a] of families) {
      const factors = ldlt(a);
      const { l, order } = factors;
      const permuted = build(n, n, (i, j) => a.get(order[i], order[j]));
      const back = ratio(permuted, (factor) =>
        multiply(multiply(l, scaled(factors.d(), factor)), l, { transposeB: true }),
      );
      expect(back, kind).toBeLessThan(threshold);
      if (factors.rank() < n || kind.includes("threshold")) continue;
      const b = randomMatrix(n, 1, n).data;
      expect(solutionRatio(a, factors.solve(b), b), kind).toBeLessThan(threshold);
    }
  });

  it("are factored by lu and, where they are positive definite, by cholesky", () => {
    let definite = 0;
    for (const [kind, a] of families) {
      const b = randomMatrix(n, 1, n).data;
      const factors = lu(a);
      expect(eliminationRatio(a, factors), kind).toBeLessThan(threshold);
      const extreme = kind.includes("threshold");
      if (factors.determinant() !== 0 && !extreme)
        expect(solutionRatio(a, factors.solve(b), b), kind).toBeLessThan(threshold);
      let root;
      try {
        root = cholesky(a);
      } catch (error) {
        expect(error, kind).toBeInstanceOf(NotPositiveDefiniteError);
        continue;
      }
      definite++;
      const { l } = root;
      const norm = Math.sqrt(oneNorm(a)) || 1;
      const unit = 2 ** -Math.floor(Math.log2(norm));
      const back = multiply(scaled(l, unit), scaled(l, unit), { transposeB: true });
      expect(
        ratio(a, (factor) => scaled(back, factor / unit / unit)),
        kind,
      ).toBeLessThan(threshold);
      if (!extreme) expect(solutionRatio(a, root.solve(b), b), kind).toBeLessThan(threshold);
    }
    expect(definite).toBeGreaterThan(3);
  });

  it("have small residuals in the general eigenproblem, and a real Schur form", () => {
    for (const [kind, a] of families) {
      const { t, q } = realSchur(a);
      expect(
        ratio(a, (factor) => multiply(multiply(q, scaled(t, factor)), q, { transposeB: true })),
        kind,
      ).toBeLessThan(threshold);
      expect(orthogonality(q), kind).toBeLessThan(threshold);
      if (n > 50) continue;
      const { real, imaginary, vectors } = generalEigen(a);
      // Symmetric: the eigenvalues are real but for pairs that round-off cannot tell from equal ones.
      const norm = oneNorm(a) || 1;
      imaginary.forEach((value) => expect(Math.abs(value) / norm, kind).toBeLessThan(threshold * n * roundoff));
      const factor = 1 / norm;
      const x = vectors.real;
      const left = multiply(scaled(a, factor), x);
      const right = scaledColumns(x, times(real, factor));
      const error = build(n, n, (i, j) => left.get(i, j) - right.get(i, j));
      expect(oneNorm(error) / (Math.max(n, 1) * roundoff), kind).toBeLessThan(2 * threshold);
    }
  });
});

describe.each(sizes)("LAPACK's general types of size %i", (n) => {
  it("are factored by lu, and solved with, also transposed", () => {
    for (const [kind, a] of generalFamilies(n, n)) {
      const factors = lu(a);
      expect(eliminationRatio(a, factors), kind).toBeLessThan(threshold);
      if (factors.determinant() === 0 || kind.includes("near")) continue;
      const b = randomMatrix(n, 1, n).data;
      expect(solutionRatio(a, factors.solve(b), b), kind).toBeLessThan(threshold);
      expect(solutionRatio(a.transpose(), factors.solve(b, { transpose: true }), b), kind).toBeLessThan(threshold);
    }
  });
});

describe.each(shapes)("rank-deficient types of %i × %i", (rows, columns) => {
  const families = deficientFamilies(rows, columns);

  it.each(["jacobi", "bidiagonal"] as const)("have their rank and their vectors by %s", (method) => {
    for (const [kind, a, rank] of families) {
      const svd = singularValueDecomposition(a, { method });
      const { values, u, v } = svd;
      const back = ratio(a, (factor) => multiply(scaledColumns(u, times(values, factor)), v, { transposeB: true }));
      expect(back, kind).toBeLessThan(threshold);
      expect(orthogonality(u), kind).toBeLessThan(threshold);
      expect(orthogonality(v), kind).toBeLessThan(threshold);
      expect(svd.rank(), kind).toBe(rank);
    }
  });

  it("are factored by QR, plain and pivoted, which finds the rank", () => {
    for (const [kind, a, rank] of families) {
      const plain = householderQR(a);
      expect(
        ratio(a, (factor) => multiply(plain.q(), scaled(plain.r(), factor))),
        kind,
      ).toBeLessThan(threshold);
      expect(orthogonality(plain.q()), kind).toBeLessThan(threshold);
      const pivoted = pivotedQR(a);
      const { factors, order } = pivoted;
      const permuted = build(rows, columns, (i, j) => a.get(i, order[j]));
      const back = ratio(permuted, (factor) => multiply(factors.q(), scaled(factors.r(), factor)));
      expect(back, kind).toBeLessThan(threshold);
      expect(orthogonality(factors.q()), kind).toBeLessThan(threshold);
      expect(pivoted.rank(), kind).toBe(rank);
    }
  });
});

describe.each(shapes)("LAPACK's general types of %i × %i", (rows, columns) => {
  const families = generalFamilies(rows, columns);

  it.each(["jacobi", "bidiagonal"] as const)("have their singular value decomposition by %s", (method) => {
    expect(families.length).toBe(15);
    for (const [kind, a] of families) {
      const { values, u, v } = singularValueDecomposition(a, { method });
      const back = ratio(a, (factor) => multiply(scaledColumns(u, times(values, factor)), v, { transposeB: true }));
      expect(back, kind).toBeLessThan(threshold);
      expect(orthogonality(u), kind).toBeLessThan(threshold);
      expect(orthogonality(v), kind).toBeLessThan(threshold);
      expect(isDescending(values), kind).toBe(true);
    }
  });

  it("are factored by QR, plain and pivoted", () => {
    for (const [kind, a] of families) {
      const plain = householderQR(a);
      expect(
        ratio(a, (factor) => multiply(plain.q(), scaled(plain.r(), factor))),
        kind,
      ).toBeLessThan(threshold);
      expect(orthogonality(plain.q()), kind).toBeLessThan(threshold);
      const { factors, order } = pivotedQR(a);
      const permuted = build(rows, columns, (i, j) => a.get(i, order[j]));
      const back = ratio(permuted, (factor) => multiply(factors.q(), scaled(factors.r(), factor)));
      expect(back, kind).toBeLessThan(threshold);
      expect(orthogonality(factors.q()), kind).toBeLessThan(threshold);
    }
  });

  it("leave least-squares residuals that are orthogonal to the range", () => {
    for (const [kind, a] of families) {
      if (kind.includes("near")) continue;
      const b = randomMatrix(rows, 1, 3).data;
      const x = leastSquares(a, b);
      const rest = multiplyVector(a, x).map((value, i) => b[i] - value);
      const inner = multiplyVector(a, rest, { transpose: true }).map(Math.abs);
      // ‖Aᵀr‖ / (‖A‖ (‖r‖ + ‖A‖‖x‖) n u): the backward error of x, as in dqrt17.
      const norm = oneNorm(a);
      const size = Math.hypot(...rest) + norm * Math.hypot(...x);
      const error = inner.reduce((sum, value) => sum + value, 0);
      expect(error / (Math.max(rows, columns, 1) * (norm * size || 1) * roundoff), kind).toBeLessThan(threshold);
    }
  });
});
