/** What permutations and orthogonal similarities leave as it was. Powers of two are in the tests of each routine. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cholesky } from "../../src/linalg/cholesky.ts";
import { generalEigen } from "../../src/linalg/general-eigen.ts";
import { householderQR } from "../../src/linalg/householder-qr.ts";
import { singularValues } from "../../src/linalg/singular-value-decomposition.ts";
import { ldlt } from "../../src/linalg/ldlt.ts";
import { leastSquares } from "../../src/linalg/least-squares.ts";
import { lu } from "../../src/linalg/lu.ts";
import type { Matrix } from "../../src/linalg/matrix.ts";
import { frobeniusNorm, infinityNorm, oneNorm } from "../../src/linalg/entry-norms.ts";
import { pivotedQR } from "../../src/linalg/pivoted-qr.ts";
import { gram, multiply } from "../../src/linalg/product.ts";
import { randomOrthogonal } from "../../src/linalg/random-orthogonal.ts";
import { symmetricEigen } from "../../src/linalg/symmetric-eigen.ts";
import { fold, permutation, random } from "../../src/math/random.ts";
import { build, randomMatrix, roundoff, scaled } from "./residuals.ts";

const size = fc.integer({ min: 1, max: 40 });
const symmetric = (n: number, seed: number): Matrix => {
  const half = randomMatrix(n, n, seed);
  return build(n, n, (i, j) => half.get(Math.min(i, j), Math.max(i, j)));
};
const close = (found: Float64Array, expected: Float64Array, bound: number): void =>
  found.forEach((value, k) => expect(Math.abs(value - expected[k])).toBeLessThan(bound));

describe.each(["jacobi", "tridiagonal"] as const)("symmetricEigen by %s", (method) => {
  it("does not mind a permutation of rows and columns, nor an orthogonal similarity", () => {
    fc.assert(
      fc.property(size, fc.nat(), (n, seed) => {
        const a = symmetric(n, seed);
        const { values } = symmetricEigen(a, { method });
        const bound = 30 * n * roundoff * Math.max(...values.map(Math.abs), 1e-3);
        const order = permutation(random(seed), n);
        close(
          symmetricEigen(
            build(n, n, (i, j) => a.get(order[i], order[j])),
            { method },
          ).values,
          values,
          bound,
        );
        const q = randomOrthogonal(n, fold(random(seed), 1));
        const turned = multiply(multiply(q, a), q, { transposeB: true });
        const even = build(n, n, (i, j) => (turned.get(i, j) + turned.get(j, i)) / 2);
        close(symmetricEigen(even, { method }).values, values, bound);
      }),
      { numRuns: 40 },
    );
  });
});

describe.each(["jacobi", "bidiagonal"] as const)("singularValues by %s", (method) => {
  it("do not mind permutations, transposition and orthogonal factors on both sides", () => {
    fc.assert(
      fc.property(size, size, fc.nat(), (rows, columns, seed) => {
        const a = randomMatrix(rows, columns, seed);
        const values = singularValues(a, { method });
        const bound = 30 * Math.max(rows, columns) * roundoff * values[0] + 1e-300;
        const [key, other] = [fold(random(seed), 0), fold(random(seed), 1)];
        const [p, q] = [permutation(key, rows), permutation(other, columns)];
        const moved = build(rows, columns, (i, j) => a.get(p[i], q[j]));
        close(singularValues(moved, { method }), values, bound);
        close(singularValues(a.transpose(), { method }), values, bound);
        const turned = multiply(multiply(randomOrthogonal(rows, key), a), randomOrthogonal(columns, other));
        close(singularValues(turned, { method }), values, bound);
      }),
      { numRuns: 40 },
    );
  });
});

describe("QR", () => {
  it("scales with powers of two bit for bit, plain and pivoted", () => {
    fc.assert(
      fc.property(size, size, fc.integer({ min: -400, max: 400 }), fc.nat(), (rows, columns, power, seed) => {
        const a = randomMatrix(rows, columns, seed);
        const [plain, other] = [a, scaled(a, 2 ** power)].map((matrix) => householderQR(matrix));
        expect(other.r()).toEqual(scaled(plain.r(), 2 ** power));
        expect(other.q()).toEqual(plain.q());
        const [pivoted, moved] = [a, scaled(a, 2 ** power)].map((matrix) => pivotedQR(matrix));
        expect(moved.order).toEqual(pivoted.order);
        expect(moved.factors.r()).toEqual(scaled(pivoted.factors.r(), 2 ** power));
        expect(moved.factors.q()).toEqual(pivoted.factors.q());
      }),
      { numRuns: 40 },
    );
  });

  it("has the same R, up to signs, after an orthogonal factor, and the same one with pivoting after a permutation", () => {
    fc.assert(
      fc.property(size, fc.nat(), (n, seed) => {
        const a = randomMatrix(n + 2, n, seed);
        const key = random(seed);
        const plain = householderQR(a).r();
        const turned = householderQR(multiply(randomOrthogonal(n + 2, key), a)).r();
        const condition = householderQR(a).conditionNumber();
        const bound = 30 * n * roundoff * frobeniusNorm(a) * condition;
        plain.data.forEach((entry, at) =>
          expect(Math.abs(Math.abs(entry) - Math.abs(turned.data[at]))).toBeLessThan(bound),
        );
        const order = permutation(key, n);
        const moved = build(n + 2, n, (i, j) => a.get(i, order[j]));
        const [first, second] = [pivotedQR(a).factors.r(), pivotedQR(moved).factors.r()];
        first.data.forEach((entry, at) =>
          expect(Math.abs(Math.abs(entry) - Math.abs(second.data[at]))).toBeLessThan(bound),
        );
      }),
      { numRuns: 40 },
    );
  });
});

describe("generalEigen, lu and cholesky", () => {
  it("have eigenvalues and determinants that orthogonal similarities leave", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(), (n, seed) => {
        const q = randomOrthogonal(n, random(seed));
        const similar = (matrix: Matrix): Matrix => multiply(multiply(q, matrix), q, { transposeB: true });
        const even = (matrix: Matrix): Matrix => build(n, n, (i, j) => (matrix.get(i, j) + matrix.get(j, i)) / 2);
        // Of a symmetric matrix, whose eigenvalues are not sensitive.
        const a = symmetric(n, seed);
        const { real } = generalEigen(a);
        const bound = 60 * n * roundoff * Math.max(...real.map(Math.abs), 1e-3);
        close(generalEigen(similar(a)).real, real, bound);
        close(symmetricEigen(a).values, real, bound);
        const definite = gram(randomMatrix(n + 4, n, seed));
        const condition = cholesky(definite).conditionNumber();
        const determinant = lu(definite).determinant();
        for (const found of [lu(similar(definite)).determinant(), cholesky(even(similar(definite))).determinant()])
          expect(Math.abs(found / determinant - 1)).toBeLessThan(30 * n * roundoff * condition);
      }),
      { numRuns: 60 },
    );
  });
});

describe("permutations", () => {
  it("move the solution of least squares along and leave norms, inertia and determinant", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(), (n, seed) => {
        const a = symmetric(n, seed);
        const order = permutation(random(seed), n);
        const moved = build(n, n, (i, j) => a.get(order[i], order[j]));
        const [plain, other] = [ldlt(a), ldlt(moved)];
        for (const norm of [oneNorm, infinityNorm, frobeniusNorm])
          expect(Math.abs(norm(moved) / norm(a) - 1)).toBeLessThan(n * 4 * roundoff);
        const condition = plain.conditionNumber();
        if (condition > 1e6) return;
        expect(other.inertia()).toEqual(plain.inertia());
        expect(Math.abs(other.determinant() / plain.determinant() - 1)).toBeLessThan(1e-12 * condition);
        const tall = randomMatrix(n + 3, n, seed);
        const b = randomMatrix(n + 3, 1, seed + 1).data;
        const x = leastSquares(tall, b);
        const y = leastSquares(
          build(n + 3, n, (i, j) => tall.get(i, order[j])),
          b,
        );
        const scale = Math.max(...x.map(Math.abs), 1) ** 2;
        y.forEach((value, j) => expect(Math.abs(value - x[order[j]])).toBeLessThan(1e-10 * scale));
      }),
    );
  });
});
