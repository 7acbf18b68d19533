import { describe, expect, it } from "vitest";
import {
  rightSingularVectors,
  singularValueDecomposition,
  singularValues,
} from "../../src/linalg/singular-value-decomposition.ts";
import { multiply } from "../../src/linalg/product.ts";
import { matrixWithSingularValues } from "../../src/linalg/prescribed-spectrum.ts";
import { useWebAssembly } from "../../src/linalg/webassembly/instance.ts";
import { random } from "../../src/math/random.ts";
import { build, isDescending, distance, kindsOfMatrices, largestEntry, orthonormality } from "./residuals.ts";
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

  it.each([
    [3, 3],
    [50, 50],
    [300, 50],
    [50, 300],
    [310, 310],
  ])("finds the right vectors of %i × %i alone with the same bits, by plain loops too", (rows, columns) => {
    for (const [kind, matrix] of [...kindsOfMatrices(rows, columns)].slice(0, 2)) {
      const { values, v } = singularValueDecomposition(matrix, bidiagonal);
      for (const webAssembly of [true, false]) {
        useWebAssembly(webAssembly);
        const alone = rightSingularVectors(matrix);
        expect(alone.values, kind).toEqual(values);
        expect(alone.v.data, kind).toEqual(v.data);
      }
      useWebAssembly(true);
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

  it("agrees with Jacobi", () => {
    const matrix = randomMatrix(65, 80, 3);
    const accurate = singularValues(matrix, { method: "jacobi" });
    singularValues(matrix, bidiagonal).forEach((value, k) =>
      expect(Math.abs(value - accurate[k])).toBeLessThan(20 * roundoff * accurate[0]),
    );
  });

  it("is the default but for graded matrices with up to 64 values", () => {
    for (const [rows, columns, graded, method] of [
      [2, 2, "both", "bidiagonal"],
      [3, 3, "no", "bidiagonal"],
      [64, 80, "no", "bidiagonal"],
      [64, 80, "rows", "jacobi"],
      [80, 64, "columns", "jacobi"],
      [65, 80, "rows", "bidiagonal"],
    ] as const) {
      const factor = (index: number): number => (index === 1 ? 0.03125 : 1);
      const random = randomMatrix(rows, columns, 4);
      const matrix = build(
        rows,
        columns,
        (i, j) => random.get(i, j) * (graded === "columns" ? 1 : factor(i)) * (graded === "rows" ? 1 : factor(j)),
      );
      const plain = graded === "no" ? random : matrix;
      const chosen = singularValueDecomposition(plain);
      expect(chosen).toEqual(singularValueDecomposition(plain, { method }));
      const other = method === "jacobi" ? "bidiagonal" : "jacobi";
      expect(chosen).not.toEqual(singularValueDecomposition(plain, { method: other }));
    }
  });

  it.each(["jacobi", "bidiagonal"] as const)(
    "has values with the same bits with and without vectors by %s",
    (method) => {
      for (const [rows, columns] of [
        [0, 0],
        [1, 1],
        [2, 2],
        [5, 3],
        [3, 5],
        [32, 32],
        [33, 33],
        [40, 70],
        [129, 100],
      ])
        for (const [kind, matrix] of kindsOfMatrices(rows, columns))
          expect(singularValues(matrix, { method }), kind).toEqual(
            singularValueDecomposition(matrix, { method }).values,
          );
    },
  );

  it("takes 2 × 2 matrices apart with every value accurate to round-off of itself", () => {
    // By column pivoting and the exact determinant: the product of the values is its size.
    for (let seed = 0; seed < 500; seed++) {
      const scale = 10 ** ((seed % 40) - 20);
      const random = randomMatrix(2, 2, seed);
      const matrix = build(2, 2, (i, j) => random.get(i, j) * (j === 0 ? scale : 1));
      const [first, second] = singularValues(matrix);
      const accurate = singularValues(matrix, { method: "jacobi" });
      const [a, b, c, d] = matrix.data;
      const determinant = Math.abs(a * d - b * c);
      if (determinant < 0.1 * Math.abs(a * d)) continue;
      expect(Math.abs((first * second) / determinant - 1)).toBeLessThan(16 * roundoff);
      expect(Math.abs(first / accurate[0] - 1)).toBeLessThan(16 * roundoff);
      expect(Math.abs(second / accurate[1] - 1)).toBeLessThan(40 * roundoff);
    }
  });
});
