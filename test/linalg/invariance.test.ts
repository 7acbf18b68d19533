/** What permutations and orthogonal similarities leave as it was. Powers of two are in the tests of each routine. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { singularValues } from "../../src/linalg/singular-value-decomposition.ts";
import { ldlt } from "../../src/linalg/ldlt.ts";
import { leastSquares } from "../../src/linalg/least-squares.ts";
import type { Matrix } from "../../src/linalg/matrix.ts";
import { frobeniusNorm, infinityNorm, oneNorm } from "../../src/linalg/entry-norms.ts";
import { multiply } from "../../src/linalg/product.ts";
import { randomOrthogonal } from "../../src/linalg/random-orthogonal.ts";
import { symmetricEigen } from "../../src/linalg/symmetric-eigen.ts";
import { fold, permutation, random } from "../../src/math/random.ts";
import { build, randomMatrix, roundoff } from "./residuals.ts";

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

describe("singularValues", () => {
  it("do not mind permutations, transposition and orthogonal factors on both sides", () => {
    fc.assert(
      fc.property(size, size, fc.nat(), (rows, columns, seed) => {
        const a = randomMatrix(rows, columns, seed);
        const values = singularValues(a);
        const bound = 30 * Math.max(rows, columns) * roundoff * values[0] + 1e-300;
        const [key, other] = [fold(random(seed), 0), fold(random(seed), 1)];
        const [p, q] = [permutation(key, rows), permutation(other, columns)];
        close(singularValues(build(rows, columns, (i, j) => a.get(p[i], q[j]))), values, bound);
        close(singularValues(a.transpose()), values, bound);
        const turned = multiply(multiply(randomOrthogonal(rows, key), a), randomOrthogonal(columns, other));
        close(singularValues(turned), values, bound);
      }),
      { numRuns: 40 },
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
