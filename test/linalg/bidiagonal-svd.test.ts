import { describe, expect, it } from "vitest";
import { singularValueDecomposition, singularValues } from "../../src/linalg/singular-value-decomposition.ts";
import { multiply } from "../../src/linalg/product.ts";
import { matrixWithSingularValues } from "../../src/linalg/prescribed-spectrum.ts";
import { random } from "../../src/math/random.ts";
import { isDescending, distance, kindsOfMatrices, largestEntry, orthonormality } from "./residuals.ts";
import { randomMatrix, roundoff, scaled, scaledColumns, threshold } from "./residuals.ts";

const bidiagonal = { method: "bidiagonal" } as const;

describe("the singular value decomposition through bidiagonal form", () => {
  it.each([
    [0, 0],
    [0, 3],
    [1, 1],
    [2, 2],
    [3, 3],
    [10, 10],
    [50, 50],
    [129, 146],
    [300, 300],
    [300, 50],
  ])("takes apart matrices of %i × %i", (rows, columns) => {
    for (const [kind, matrix] of kindsOfMatrices(rows, columns)) {
      const { values, u, v } = singularValueDecomposition(matrix, bidiagonal);
      const unit = largestEntry(matrix) || 1;
      const product = multiply(
        scaledColumns(
          u,
          values.map((value) => value / unit),
        ),
        v,
        { transposeB: true },
      );
      const size = Math.max(rows, columns, 1);
      const norm = Math.max((values.at(0) ?? 0) / unit, 1);
      const residual = distance(scaled(matrix, 1 / unit), product);
      expect(residual / (size * norm * roundoff), kind).toBeLessThan(threshold);
      expect(orthonormality(u), kind).toBeLessThan(threshold);
      expect(orthonormality(v), kind).toBeLessThan(threshold);
      expect(isDescending(values) && values.every((value) => value >= 0), kind).toBe(true);
    }
  });

  it("finds prescribed values to a few units of round-off of the largest: clustered, graded down to 1e-30, and zeros", () => {
    const n = 150;
    const spectra = [
      Float64Array.from({ length: n }, (_value, k) => 10 ** (-k / 5)),
      Float64Array.from({ length: n }, (_value, k) => (k < 75 ? 1 : 0)),
      Float64Array.from({ length: n }, (_value, k) => 1 - k * 1e-15),
      Float64Array.from({ length: n }, (_value, k) => (k === 0 ? 1 : 1e-8)),
    ];
    spectra.forEach((expected, index) => {
      const values = singularValues(matrixWithSingularValues(n, n, expected, random(index)), bidiagonal);
      values.forEach((value, k) => expect(Math.abs(value - expected[k])).toBeLessThan(50 * roundoff));
    });
  });

  it("agrees with Jacobi, is the default beyond 64 values and not up to them", () => {
    const matrix = randomMatrix(65, 80, 3);
    const plain = singularValueDecomposition(matrix);
    expect(plain).toEqual(singularValueDecomposition(matrix, bidiagonal));
    const accurate = singularValues(matrix, { method: "jacobi" });
    accurate.forEach((value, k) => expect(Math.abs(value - plain.values[k])).toBeLessThan(20 * roundoff * accurate[0]));
    const small = randomMatrix(64, 80, 3);
    expect(singularValues(small)).toEqual(singularValues(small, { method: "jacobi" }));
  });
});
