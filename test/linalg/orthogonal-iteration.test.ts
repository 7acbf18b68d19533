import { describe, expect, it } from "vitest";
import { ArgumentError, NotConvergedError, NotFiniteError, ShapeError } from "../../src/errors.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { orthogonalIteration } from "../../src/linalg/orthogonal-iteration.ts";
import { orthonormalize } from "../../src/linalg/orthonormalize.ts";
import { spectrum, symmetricWithSpectrum } from "../../src/linalg/prescribed-spectrum.ts";
import { multiply, multiplyVector } from "../../src/linalg/product.ts";
import { symmetricEigen } from "../../src/linalg/symmetric-eigen.ts";
import { random } from "../../src/math/random.ts";
import { build, distance, isDescending, orthonormality, randomMatrix, roundoff, scaled } from "./residuals.ts";

const n = 30;
const values = spectrum(n, { mode: "geometric", condition: 1e6 });
const matrix = symmetricWithSpectrum(values, random(1));

describe("orthogonalIteration", () => {
  it("finds the leading pairs from a random start, of a matrix and of an operator", () => {
    const operator = {
      size: n,
      apply: (x: Float64Array, out: Float64Array) => void multiplyVector(matrix, x, { out }),
    };
    for (const source of [matrix, operator]) {
      const found = orthogonalIteration(source, randomMatrix(n, 4, 7), { steps: 60, tolerance: 1e-13 });
      expect(orthonormality(found.vectors)).toBeLessThan(30);
      found.values.forEach((value, k) => expect(Math.abs(value - values[k])).toBeLessThan(n * roundoff));
      expect(found.residual).toBeLessThanOrEqual(1e-13);
      expect(found.steps).toBeLessThan(60);
    }
  });

  it("stays where it is when started at eigenvectors, whatever their signs", () => {
    const { vectors } = symmetricEigen(matrix);
    const start = build(n, 5, (i, j) => (j % 2 ? -1 : 1) * vectors.get(i, j));
    for (const rayleighRitz of [true, false]) {
      const found = orthogonalIteration(matrix, start, { steps: 3, rayleighRitz });
      expect(distance(found.vectors, start)).toBeLessThan(1000 * n * roundoff);
      expect(found.order).toEqual(Int32Array.of(0, 1, 2, 3, 4));
    }
  });

  it("turns no vector around where eigenvalues are negative", () => {
    const { vectors } = symmetricEigen(matrix);
    const start = build(n, 3, (i, j) => vectors.get(i, j));
    const found = orthogonalIteration(scaled(matrix, -1), start, { steps: 3, rayleighRitz: false });
    expect(isDescending(found.values)).toBe(true);
    found.order.forEach((from, j) => {
      let inner = 0;
      for (let i = 0; i < n; i++) inner += start.get(i, from) * found.vectors.get(i, j);
      expect(inner).toBeGreaterThan(0.9);
    });
  });

  it("without Rayleigh–Ritz, a step is the QR of the product with the columns sorted by their quotients", () => {
    const start = orthonormalize(randomMatrix(n, n, 3));
    const before = orthogonalIteration(matrix, start, { steps: 0, rayleighRitz: false });
    expect(isDescending(before.values)).toBe(true);
    const after = orthogonalIteration(matrix, start, { steps: 1, rayleighRitz: false });
    const expected = orthonormalize(multiply(matrix, before.vectors));
    // Each column of `after` is one of `expected`'s, sorted again.
    const overlap = multiply(expected, after.vectors, { transposeA: true });
    const positions = Array.from(after.order, (from) => before.order.indexOf(from));
    positions.forEach((i, j) => expect(overlap.get(i, j)).toBeGreaterThan(1 - 1e-12));
    expect([...positions].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, k) => k));
  });

  it("is a step of improvement from a basis that is nearly right", () => {
    const { vectors } = symmetricEigen(matrix);
    const start = build(n, 6, (i, j) => vectors.get(i, j) + 1e-3 * randomMatrix(n, 6, 9).get(i, j));
    const residuals = [0, 1, 2].map((steps) => orthogonalIteration(matrix, start, { steps }).residual);
    expect(residuals[1]).toBeLessThan(residuals[0]);
    expect(residuals[2]).toBeLessThan(residuals[1]);
  });

  it("refuses bad arguments and says how far it has come", () => {
    const start = build(n, 1, () => 1);
    expect(() => orthogonalIteration(matrix, new Matrix(3, 1))).toThrow(
      new ShapeError("orthogonalIteration: the start is 3 × 1; expected 30 rows and at most as many columns."),
    );
    expect(() => orthogonalIteration(matrix, start, { steps: -1 })).toThrow(
      new ArgumentError("orthogonalIteration: steps is -1; expected a whole number of at least 0."),
    );
    expect(() => orthogonalIteration(matrix, start, { tolerance: 0 })).toThrow(
      new ArgumentError("orthogonalIteration: tolerance is 0; expected a positive number."),
    );
    expect(() => orthogonalIteration(matrix, start, { tolerance: 1e-14, steps: 2 })).toThrow(NotConvergedError);
    expect(() => orthogonalIteration(matrix, start, { tolerance: 1e-14, steps: 2 })).toThrow(
      /^orthogonalIteration: the residual is \S+ after 2 steps; expected 1e-14 of the largest eigenvalue\.$/,
    );
    expect(() => orthogonalIteration({ size: 1, apply: (_x, out) => void out.fill(NaN) }, Matrix.identity(1))).toThrow(
      new NotFiniteError("orthogonalIteration: the operator's product has NaN at element 0."),
    );
    expect(() =>
      orthogonalIteration(
        Matrix.fromRows([
          [1, 5],
          [0, 1],
        ]),
        Matrix.identity(2),
      ),
    ).toThrow(
      new ArgumentError("orthogonalIteration: the matrix is not symmetric: entry (1, 0) is 0, entry (0, 1) is 5."),
    );
    expect(() => orthonormalize(new Matrix(2, 3))).toThrow(
      new ShapeError("orthonormalize: 3 columns of length 2 are dependent; expected at most 2."),
    );
  });
});
