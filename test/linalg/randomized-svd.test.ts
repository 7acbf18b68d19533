import { describe, expect, it } from "vitest";
import { ArgumentError, NotFiniteError } from "../../src/errors.ts";
import { singularValueDecomposition } from "../../src/linalg/singular-value-decomposition.ts";
import type { LinearOperator } from "../../src/linalg/linear-operator.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { matrixWithSingularValues, spectrum } from "../../src/linalg/prescribed-spectrum.ts";
import { multiply, multiplyVector } from "../../src/linalg/product.ts";
import { randomizedRange, randomizedSVD } from "../../src/linalg/randomized-svd.ts";
import { fold, random } from "../../src/math/random.ts";
import { distance, largestEntriesArePositive, orthonormality, roundoff, scaledColumns } from "./residuals.ts";

const key = random(5);

const asOperator = (matrix: Matrix): LinearOperator => ({
  rows: matrix.rows,
  columns: matrix.columns,
  apply: (x, out) => void multiplyVector(matrix, x, { out }),
  applyTransposed: (x, out) => void multiplyVector(matrix, x, { transpose: true, out }),
});

describe.each([
  [60, 40],
  [40, 60],
])("randomizedSVD of %i × %i", (rows, columns) => {
  const values = spectrum(40, { mode: "geometric", condition: 1e8 });
  const matrix = matrixWithSingularValues(rows, columns, values, fold(key, 1));

  it("finds the leading triples, of a matrix and of an operator", () => {
    const exact = singularValueDecomposition(matrix);
    for (const source of [matrix, asOperator(matrix)]) {
      const found = randomizedSVD(source, { rank: 6, key });
      expect([found.u.rows, found.u.columns, found.v.rows, found.v.columns]).toEqual([rows, 6, columns, 6]);
      found.values.forEach((value, k) => expect(Math.abs(value / exact.values[k] - 1)).toBeLessThan(1e-9));
      expect(orthonormality(found.u)).toBeLessThan(30);
      expect(orthonormality(found.v)).toBeLessThan(30);
      expect(largestEntriesArePositive(found.v)).toBe(true);
      for (let j = 0; j < 6; j++)
        for (const [one, other] of [
          [found.u, exact.u],
          [found.v, exact.v],
        ])
          for (let i = 0; i < one.rows; i++) expect(Math.abs(one.get(i, j) - other.get(i, j))).toBeLessThan(1e-5);
    }
  });

  it("stays within the bound of Halko, Martinsson and Tropp", () => {
    for (const powerIterations of [0, 1, 2]) {
      const [rank, oversampling] = [10, 5];
      const q = randomizedRange(matrix, { rank, oversampling, powerIterations, key });
      expect(orthonormality(q)).toBeLessThan(30);
      const error = distance(multiply(q, multiply(q, matrix, { transposeA: true })), matrix);
      const l = rank + oversampling;
      const bound =
        1 + Math.sqrt(rank / (oversampling - 1)) + ((Math.E * Math.sqrt(l)) / oversampling) * Math.sqrt(40 - rank);
      // The bound is on the expected 2-norm, which the Frobenius norm of a geometric tail exceeds little.
      expect(error).toBeLessThan(2 * bound ** (1 / (2 * powerIterations + 1)) * values[rank]);
    }
  });
});

describe("randomizedSVD", () => {
  it("is exact for a matrix of low rank, and for no oversampling beyond the size", () => {
    const values = Float64Array.of(3, 2, 1, 0, 0, 0, 0, 0);
    const matrix = matrixWithSingularValues(12, 8, values, key);
    const { values: found, u, v } = randomizedSVD(matrix, { rank: 3, oversampling: 0, powerIterations: 0, key });
    expect(distance(multiply(scaledColumns(u, found), v, { transposeB: true }), matrix)).toBeLessThan(1e4 * roundoff);
    expect(randomizedSVD(matrix, { rank: 8, key }).values.length).toBe(8);
    expect(randomizedSVD(matrix, { rank: 0, oversampling: 0, key }).values.length).toBe(0);
  });

  it("refuses bad arguments", () => {
    const matrix = Matrix.identity(3);
    expect(() => randomizedSVD(matrix, { rank: 4, key })).toThrow(
      new ArgumentError("randomizedSVD: rank is 4; expected a whole number from 0 to 3."),
    );
    expect(() => randomizedRange(matrix, { rank: 1, oversampling: -1, key })).toThrow(
      new ArgumentError("randomizedRange: oversampling is -1; expected a whole number of at least 0."),
    );
    expect(() => randomizedSVD(Matrix.fromRows([[NaN]]), { rank: 1, key })).toThrow(
      new NotFiniteError("randomizedSVD: element (0, 0) is NaN; expected finite numbers."),
    );
  });
});
