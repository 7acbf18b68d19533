import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, NotFiniteError, ShapeError } from "../../src/errors.ts";
import { householderQR } from "../../src/linalg/householder-qr.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { multiply } from "../../src/linalg/product.ts";
import { jacobiEigen, symmetricEigen } from "../../src/linalg/symmetric-eigen.ts";
import * as oracle from "./residuals.ts";

interface Golden {
  readonly symmetric: readonly { name: string; matrix: number[][]; eigenvalues: number[] }[];
}
const golden = JSON.parse(readFileSync(new URL("../golden/linalg.json", import.meta.url), "utf8")) as Golden;
const { roundoff, threshold } = oracle;

const symmetrized = (a: Matrix): Matrix => oracle.build(a.rows, a.rows, (i, j) => (i < j ? a.get(i, j) : a.get(j, i)));

/** Graded on both sides, as the kinds with graded columns are symmetrized from one. */
const symmetricKinds = (n: number): (readonly [string, Matrix])[] =>
  oracle.kindsOfMatrices(n, n).map(([kind, matrix]) => [kind, symmetrized(matrix)] as const);

const largestOf = (values: ArrayLike<number>): number => Math.max(...Array.from(values, Math.abs), 0);

function largestError(values: Float64Array, expected: ArrayLike<number>): number {
  expect(values.length).toBe(expected.length);
  return largestOf(values.map((value, index) => value - expected[index]));
}

describe.each(["jacobi", "tridiagonal"] as const)("symmetricEigen by %s", (method) => {
  it.each(golden.symmetric)("finds the eigenvalues of $name", ({ matrix, eigenvalues }) => {
    const { values } = symmetricEigen(Matrix.fromRows(matrix), { method });
    const bound = 16 * roundoff * largestOf(eigenvalues);
    expect(largestError(values, eigenvalues)).toBeLessThanOrEqual(bound);
  });

  it.each([0, 1, 2, 3, 10, 50, 129])("diagonalizes matrices of size %i, in the documented order and sign", (n) => {
    for (const [kind, matrix] of symmetricKinds(n)) {
      const { values, vectors } = symmetricEigen(matrix, { method });
      const unit = oracle.largestEntry(matrix) || 1;
      const residual = oracle.distance(
        multiply(oracle.scaled(matrix, 1 / unit), vectors),
        oracle.scaledColumns(
          vectors,
          values.map((value) => value / unit),
        ),
      );
      expect(residual / (Math.max(n * n, 1) * roundoff), kind).toBeLessThan(threshold);
      expect(oracle.orthonormality(vectors), kind).toBeLessThan(threshold);
      expect(oracle.isDescending(values), kind).toBe(true);
      expect(oracle.largestEntriesArePositive(vectors), kind).toBe(true);
    }
  });

  it("scales with powers of two bit for bit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: -400, max: 400 }), fc.nat(), (n, power, seed) => {
        const matrix = symmetrized(oracle.randomMatrix(n, n, seed));
        const plain = symmetricEigen(matrix, { method });
        const other = symmetricEigen(oracle.scaled(matrix, 2 ** power), { method });
        expect(other.values).toEqual(plain.values.map((value) => value * 2 ** power));
        expect(other.vectors).toEqual(plain.vectors);
      }),
    );
  });

  it.each([1, 1e-160, 1e160, 1e-300, 1e300])("finds 3 and 1 times %d", (size) => {
    const matrix = Matrix.fromRows([
      [2 * size, size],
      [size, 2 * size],
    ]);
    const { values } = symmetricEigen(matrix, { method });
    expect(largestError(values, [3 * size, size]) / size).toBeLessThanOrEqual(8 * roundoff);
  });

  it("keeps the small eigenvalues of a graded positive definite matrix to round-off of the largest", () => {
    const n = 30;
    const q = householderQR(oracle.randomMatrix(n, n, 7)).q();
    const spectrum = Float64Array.from({ length: n }, (_, k) => 10 ** ((-14 * k) / (n - 1)));
    const matrix = symmetrized(multiply(oracle.scaledColumns(q, spectrum), q, { transposeB: true }));
    // The matrix itself is rounded: that moves its eigenvalues by a few units too.
    expect(largestError(symmetricEigen(matrix, { method }).values, spectrum)).toBeLessThan(8 * roundoff);
  });

  it("names an entry that is not finite, instead of computing with it", () => {
    for (const bad of [NaN, Infinity, -Infinity])
      expect(() =>
        symmetricEigen(
          Matrix.fromRows([
            [1, bad, 2],
            [bad, 1, 0],
            [2, 0, 1],
          ]),
          { method },
        ),
      ).toThrow(new NotFiniteError(`symmetricEigen: element (0, 1) is ${bad}; expected finite numbers.`));
  });
});

describe("symmetricEigen", () => {
  it("gives the same eigenvalues on both roads", () => {
    for (const n of [5, 33, 100]) {
      const matrix = symmetrized(oracle.randomMatrix(n, n, n));
      const jacobi = symmetricEigen(matrix, { method: "jacobi" }).values;
      const tridiagonal = symmetricEigen(matrix, { method: "tridiagonal" }).values;
      expect(largestError(tridiagonal, jacobi) / (n * roundoff * largestOf(jacobi))).toBeLessThan(threshold);
    }
  });

  it("takes Jacobi for graded matrices up to 32, the tridiagonal road else", () => {
    for (const [n, graded, method] of [
      [32, true, "jacobi"],
      [32, false, "tridiagonal"],
      [33, true, "tridiagonal"],
    ] as const) {
      const random = symmetrized(oracle.randomMatrix(n, n, n));
      const factor = (i: number): number => (graded && i > n / 2 ? 0.125 : 1);
      const matrix = oracle.build(n, n, (i, j) => random.get(i, j) * factor(i) * factor(j));
      const [chosen, other] = [symmetricEigen(matrix), method === "jacobi" ? "tridiagonal" : "jacobi"] as const;
      expect(chosen).toEqual(symmetricEigen(matrix, { method }));
      expect(chosen).not.toEqual(symmetricEigen(matrix, { method: other }));
    }
  });

  it("keeps every eigenvalue of a graded positive definite matrix to round-off of itself", () => {
    const graded = golden.symmetric.filter(({ name }) => name.startsWith("graded positive definite"));
    expect(graded.length).toBe(1);
    for (const { matrix, eigenvalues } of graded)
      symmetricEigen(Matrix.fromRows(matrix)).values.forEach((value, k) =>
        expect(Math.abs(value / eigenvalues[k] - 1)).toBeLessThan(8 * roundoff),
      );
  });

  it("refuses what is not square or not symmetric", () => {
    expect(() => symmetricEigen(new Matrix(2, 3))).toThrow(
      new ShapeError("symmetricEigen: the matrix is 2 × 3; expected a square one."),
    );
    expect(() =>
      symmetricEigen(
        Matrix.fromRows([
          [1, 2],
          [3, 1],
        ]),
      ),
    ).toThrow(new ArgumentError("symmetricEigen: the matrix is not symmetric: entry (1, 0) is 3, entry (0, 1) is 2."));
  });
});

describe("jacobiEigen", () => {
  it("is symmetricEigen by Jacobi, at every size, and names itself in errors", () => {
    for (const n of [1, 5, 40]) {
      const matrix = symmetrized(oracle.build(n, n, (i, j) => ((7 * i + 3 * j) % 11) - 5));
      const { values, vectors } = symmetricEigen(matrix, { method: "jacobi" });
      expect(jacobiEigen(matrix).values).toEqual(values);
      expect(jacobiEigen(matrix).vectors.data).toEqual(vectors.data);
    }
    expect(() => jacobiEigen(new Matrix(2, 3))).toThrow(
      new ShapeError("jacobiEigen: the matrix is 2 × 3; expected a square one."),
    );
  });
});

describe("symmetricEigen of leading pairs", () => {
  it.each(["jacobi", "tridiagonal"] as const)("has the bits of the whole decomposition by %s", (method) => {
    for (const n of [0, 1, 2, 3, 10, 33, 60]) {
      const half = oracle.randomMatrix(n, n, n);
      const matrix = oracle.build(n, n, (i, j) => half.get(Math.min(i, j), Math.max(i, j)));
      const whole = symmetricEigen(matrix, { method });
      for (const count of new Set([0, Math.min(1, n), n >> 1, n])) {
        const { values, vectors } = symmetricEigen(matrix, { method, count });
        expect(values).toEqual(whole.values.slice(0, count));
        expect(vectors).toEqual(oracle.build(n, count, (i, j) => whole.vectors.get(i, j)));
        const out = symmetricEigen(
          oracle.build(n, n, (i, j) => (i === j ? i : 0)),
          { method, count },
        );
        expect(symmetricEigen(matrix, { method, count, out })).toBe(out);
        expect([out.values, out.vectors]).toEqual([values, vectors]);
      }
    }
  });

  it("is the best approximation of that rank, and solves with it", () => {
    const matrix = oracle.build(4, 4, (i, j) => (i === j ? 4 - i : 0));
    const pairs = symmetricEigen(matrix, { count: 2 });
    expect(pairs.reconstruct()).toEqual(oracle.build(4, 4, (i, j) => (i === j && i < 2 ? 4 - i : 0)));
    expect(pairs.solve(Float64Array.of(4, 3, 2, 1))).toEqual(Float64Array.of(1, 1, 0, 0));
    expect([pairs.rank(), pairs.determinant(), pairs.conditionNumber()]).toEqual([2, 12, 4 / 3]);
    const none = symmetricEigen(matrix, { count: 0 });
    expect(none.solve(Float64Array.of(4, 3, 2, 1))).toEqual(new Float64Array(4));
    expect([none.rank(), none.conditionNumber()]).toEqual([0, 1]);
  });

  it("refuses other counts, and an earlier result of another one", () => {
    const matrix = Matrix.identity(3);
    for (const count of [-1, 4, 1.5, NaN])
      expect(() => symmetricEigen(matrix, { count })).toThrow(
        new ArgumentError(`symmetricEigen: count is ${count}; expected a whole number from 0 to 3.`),
      );
    const out = symmetricEigen(matrix, { count: 2 });
    expect(() => symmetricEigen(matrix, { out })).toThrow(
      new ShapeError("symmetricEigen: out.vectors is 3 × 2; the decomposition is 3 × 3."),
    );
    expect(() => symmetricEigen(matrix, { out: symmetricEigen(matrix), count: 2 })).toThrow(ShapeError);
  });
});
