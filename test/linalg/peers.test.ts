/** Inputs on which ml-matrix 6.15.1, mathjs 15.2.0, numeric 1.2.6, numpy-ts 1.7.0 or @jax-js/jax 0.1.25 go wrong. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { NotFiniteError } from "../../src/errors.ts";
import { generalEigen } from "../../src/linalg/general-eigen.ts";
import { singularValueDecomposition, singularValues } from "../../src/linalg/singular-value-decomposition.ts";
import { leastSquares } from "../../src/linalg/least-squares.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { symmetricWithSpectrum } from "../../src/linalg/prescribed-spectrum.ts";
import { multiplyVector } from "../../src/linalg/product.ts";
import { symmetricEigen } from "../../src/linalg/symmetric-eigen.ts";
import { random } from "../../src/math/random.ts";
import { build, roundoff } from "./residuals.ts";

const methods = ["jacobi", "tridiagonal"] as const;

describe("where others go wrong", () => {
  it.each([NaN, Infinity, -Infinity])("a symmetric matrix with %d is refused by the entry's name", (bad) => {
    const matrix = Matrix.fromRows([
      [1, bad, 2],
      [bad, 1, 0],
      [2, 0, 1],
    ]);
    const message = `element (0, 1) is ${bad}; expected finite numbers.`;
    for (const method of methods)
      expect(() => symmetricEigen(matrix, { method })).toThrow(new NotFiniteError(`symmetricEigen: ${message}`));
    expect(() => generalEigen(matrix)).toThrow(new NotFiniteError(`generalEigen: ${message}`));
    expect(() => singularValueDecomposition(matrix)).toThrow(
      new NotFiniteError(`singularValueDecomposition: ${message}`),
    );
  });

  it("[[1, 2], [2, 4]] has the singular values 5 and 0", () => {
    const [first, second] = singularValues(
      Matrix.fromRows([
        [1, 2],
        [2, 4],
      ]),
    );
    expect(Math.abs(first - 5)).toBeLessThan(8 * roundoff);
    expect(second).toBeGreaterThanOrEqual(0);
    expect(second).toBeLessThan(8 * roundoff);
  });

  it("a rotated diag(1, 1e-12) keeps its small singular value", () => {
    for (const angle of [0.1, 0.5, 1, 2, 3]) {
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      const [first, second] = singularValues(
        Matrix.fromRows([
          [c, -1e-12 * s],
          [s, 1e-12 * c],
        ]),
      );
      expect(Math.abs(first - 1)).toBeLessThan(8 * roundoff);
      expect(Math.abs(second / 1e-12 - 1)).toBeLessThan(8 * roundoff);
    }
  });

  it.each([1e-160, 1e160])("[[2, 1], [1, 2]] times %d has 3 and 1 times that", (size) => {
    const matrix = Matrix.fromRows([
      [2 * size, size],
      [size, 2 * size],
    ]);
    for (const method of methods)
      symmetricEigen(matrix, { method }).values.forEach((value, k) =>
        expect(Math.abs(value / size / [3, 1][k] - 1)).toBeLessThan(8 * roundoff),
      );
    generalEigen(matrix).real.forEach((value, k) =>
      expect(Math.abs(value / size / [3, 1][k] - 1)).toBeLessThan(8 * roundoff),
    );
  });

  it("a graded spectrum 1 … 1e-14 at n = 30 comes back to about 1e-16 of the largest", () => {
    const values = Float64Array.from({ length: 30 }, (_, k) => 10 ** ((-14 * k) / 29));
    const matrix = symmetricWithSpectrum(values, random(14));
    for (const method of methods)
      symmetricEigen(matrix, { method }).values.forEach((value, k) =>
        expect(Math.abs(value - values[k])).toBeLessThan(8 * roundoff),
      );
  });

  it("[[0, −1], [1, 0]] has the eigenvalues ±i", () => {
    const { real, imaginary } = generalEigen(
      Matrix.fromRows([
        [0, -1],
        [1, 0],
      ]),
    );
    expect(real).toEqual(Float64Array.of(0, 0));
    expect(imaginary).toEqual(Float64Array.of(1, -1));
  });

  it("the defective [[2, 0, 0], [−1, −1, 9], [0, −1, 5]] has 2, 2, 2, real, to √u", () => {
    // LAPACK (numpy 1.24) gives 2 ± 4.7e-8 i and 2.
    const { real, imaginary } = generalEigen(
      Matrix.fromRows([
        [2, 0, 0],
        [-1, -1, 9],
        [0, -1, 5],
      ]),
    );
    real.forEach((value) => expect(Math.abs(value - 2)).toBeLessThan(4 * Math.sqrt(roundoff)));
    expect(imaginary).toEqual(new Float64Array(3));
  });

  it("least squares with the 8 × 8 Hilbert matrix finds ones to 6 digits", () => {
    const hilbert = build(8, 8, (i, j) => 1 / (i + j + 1));
    leastSquares(hilbert, multiplyVector(hilbert, new Float64Array(8).fill(1))).forEach((value) =>
      expect(Math.abs(value - 1)).toBeLessThan(1e-6),
    );
  });
});

interface Golden {
  readonly symmetric: readonly { name: string; matrix: number[][]; eigenvalues: number[] }[];
  readonly singular: readonly { name: string; matrix: number[][]; singularValues: number[] }[];
}
const golden = JSON.parse(readFileSync(new URL("../golden/linalg.json", import.meta.url), "utf8")) as Golden;

describe("60-digit references", () => {
  it("of the graded positive definite matrix are met by both Jacobi methods to 1e-13 of each eigenvalue", () => {
    const graded = golden.symmetric.filter(({ name }) => name.startsWith("graded positive definite"));
    expect(graded.length).toBe(1);
    for (const { matrix, eigenvalues } of graded)
      for (const values of [
        symmetricEigen(Matrix.fromRows(matrix), { method: "jacobi" }).values,
        singularValues(Matrix.fromRows(matrix)),
      ])
        values.forEach((value, k) => expect(Math.abs(value / eigenvalues[k] - 1)).toBeLessThan(1e-13));
  });

  it.each(golden.symmetric)("of $name are met by the general eigenproblem to round-off of the norm", (entry) => {
    const { real, imaginary } = generalEigen(Matrix.fromRows(entry.matrix));
    const norm = Math.max(...entry.eigenvalues.map(Math.abs));
    real.forEach((value, k) =>
      expect(Math.abs(value - entry.eigenvalues[k])).toBeLessThanOrEqual(64 * roundoff * norm),
    );
    imaginary.forEach((value) => expect(Math.abs(value)).toBeLessThanOrEqual(64 * roundoff * norm));
  });
});
