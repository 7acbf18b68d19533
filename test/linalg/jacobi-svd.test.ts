import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NotFiniteError } from "../../src/errors.ts";
import { singularValueDecomposition, singularValues } from "../../src/linalg/singular-value-decomposition.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { multiply } from "../../src/linalg/product.ts";
import * as oracle from "./residuals.ts";

interface Golden {
  readonly singular: readonly { name: string; matrix: number[][]; singularValues: number[] }[];
}
const golden = JSON.parse(readFileSync(new URL("../golden/linalg.json", import.meta.url), "utf8")) as Golden;
interface Reference {
  readonly cases: readonly { rows: number; columns: number; seed: number; values: number[] }[];
}
const reference = JSON.parse(
  readFileSync(new URL("../golden/singular-values.json", import.meta.url), "utf8"),
) as Reference;
const { roundoff, threshold } = oracle;

describe("singularValues", () => {
  // Relative accuracy is promised where scaling the columns leaves a well-conditioned matrix; of these, not for Hilbert's.
  it.each(golden.singular.filter(({ name }) => name !== "hilbert"))(
    "finds every value of $name to 1e-13 of itself",
    ({ matrix, singularValues: expected }) => {
      const values = singularValues(Matrix.fromRows(matrix));
      expect(values.length).toBe(expected.length);
      values.forEach((value, k) => expect(Math.abs(value / expected[k] - 1)).toBeLessThan(1e-13));
    },
  );

  it.each(golden.singular)(
    "finds those of $name to round-off of the largest",
    ({ matrix, singularValues: expected }) => {
      const values = singularValues(Matrix.fromRows(matrix));
      values.forEach((value, k) => expect(Math.abs(value - expected[k])).toBeLessThan(16 * roundoff * expected[0]));
    },
  );

  it.each(reference.cases)(
    "finds those of a random matrix of $rows × $columns to 10 units of round-off of the largest on either road",
    ({ rows, columns, seed, values: expected }) => {
      const matrix = oracle.randomMatrix(rows, columns, seed);
      for (const method of ["jacobi", "bidiagonal"] as const) {
        const found = [singularValues(matrix, { method }), singularValueDecomposition(matrix, { method }).values];
        for (const values of found) {
          expect(values.length).toBe(expected.length);
          values.forEach((value, k) =>
            expect(Math.abs(value - expected[k]), method).toBeLessThan(10 * roundoff * expected[0]),
          );
        }
      }
    },
  );

  it("finds 5 and, to round-off, 0", () => {
    const [first, second] = singularValues(
      Matrix.fromRows([
        [1, 2],
        [2, 4],
      ]),
    );
    expect(Math.abs(first - 5)).toBeLessThan(10 * roundoff);
    expect(second).toBeLessThan(10 * roundoff);
  });

  it("does not lose the small value of a rotated diag(1, 1e-12)", () => {
    const [cosine, sine] = [0.6, 0.8];
    const values = singularValues(
      Matrix.fromRows([
        [cosine, -sine * 1e-12],
        [sine, cosine * 1e-12],
      ]),
    );
    expect(Math.abs(values[0] - 1)).toBeLessThan(8 * roundoff);
    expect(Math.abs(values[1] / 1e-12 - 1)).toBeLessThan(8 * roundoff);
  });
});

describe("singularValueDecomposition", () => {
  it.each([0, 1, 2, 3, 10, 50, 129])("takes apart square, tall and wide matrices of size %i", (n) => {
    for (const [rows, columns] of [
      [n, n],
      [n + 17, n],
      [n, n + 17],
    ])
      for (const [kind, matrix] of oracle.kindsOfMatrices(rows, columns)) {
        const { values, u, v } = singularValueDecomposition(matrix);
        const count = Math.min(rows, columns);
        expect([values.length, u.rows, u.columns, v.rows, v.columns]).toEqual([count, rows, count, columns, count]);
        const unit = oracle.largestEntry(matrix) || 1;
        const relative = values.map((value) => value / unit);
        const product = multiply(oracle.scaledColumns(u, relative), v, { transposeB: true });
        const size = Math.max(rows, columns, 1);
        const residual = oracle.distance(oracle.scaled(matrix, 1 / unit), product);
        expect(residual / (size * size * roundoff), kind).toBeLessThan(threshold);
        expect(oracle.orthonormality(u), kind).toBeLessThan(threshold);
        expect(oracle.orthonormality(v), kind).toBeLessThan(threshold);
        expect(oracle.isDescending(values), kind).toBe(true);
        expect(
          values.every((value) => value >= 0),
          kind,
        ).toBe(true);
        expect(oracle.largestEntriesArePositive(v), kind).toBe(true);
      }
  });

  it("scales with powers of two bit for bit", () => {
    const sizes = [fc.nat(12), fc.nat(12), fc.integer({ min: -400, max: 400 }), fc.nat()] as const;
    const method = fc.constantFrom("jacobi" as const, "bidiagonal" as const);
    fc.assert(
      fc.property(...sizes, method, (rows, columns, power, seed, road) => {
        const matrix = oracle.randomMatrix(rows, columns, seed);
        const plain = singularValueDecomposition(matrix, { method: road });
        const other = singularValueDecomposition(oracle.scaled(matrix, 2 ** power), { method: road });
        expect(other.values).toEqual(plain.values.map((value) => value * 2 ** power));
        expect([other.u, other.v]).toEqual([plain.u, plain.v]);
      }),
    );
  });

  it("stops where rotations can do no more, also for many small matrices with rows of like length", () => {
    for (let seed = 0; seed < 3000; seed++)
      expect(() => singularValues(oracle.randomMatrix(2 + (seed % 3), 10, seed))).not.toThrow();
  });

  it("names an entry that is not finite", () => {
    expect(() => singularValues(Matrix.fromRows([[1], [-Infinity]]))).toThrow(
      new NotFiniteError("singularValueDecomposition: element (1, 0) is -Infinity; expected finite numbers."),
    );
  });
});
