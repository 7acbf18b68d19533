import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NotFiniteError, NotPositiveDefiniteError, ShapeError } from "../../src/errors.ts";
import { kroneckerMultiply, kroneckerProduct } from "../../src/linalg/kronecker.ts";
import { matrixExponential } from "../../src/linalg/matrix-exponential.ts";
import { matrixSquareRoot } from "../../src/linalg/matrix-square-root.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { polarDecomposition } from "../../src/linalg/polar.ts";
import { multiply, multiplyVector } from "../../src/linalg/product.ts";
import { singularValues } from "../../src/linalg/singular-value-decomposition.ts";
import { symmetricEigen } from "../../src/linalg/symmetric-eigen.ts";
import {
  build,
  distance,
  kindsOfMatrices,
  largestEntry,
  orthonormality,
  randomMatrix,
  roundoff,
  scaled,
  threshold,
} from "./residuals.ts";

interface Golden {
  readonly exponential: readonly { name: string; matrix: number[][]; exponential: number[][] }[];
}
const golden = JSON.parse(readFileSync(new URL("../golden/matrix-functions.json", import.meta.url), "utf8")) as Golden;

describe("matrixExponential", () => {
  it.each(golden.exponential)("is that of the matrix that is $name", ({ matrix, exponential }) => {
    const expected = Matrix.fromRows(exponential);
    const unit = largestEntry(expected);
    const error = distance(scaled(matrixExponential(Matrix.fromRows(matrix)), 1 / unit), scaled(expected, 1 / unit));
    // The condition of the exponential of a matrix is about its norm or more.
    const size = Math.max(1, Math.min(60, largestEntry(Matrix.fromRows(matrix))));
    expect(error).toBeLessThan(size * matrix.length * 8 * roundoff);
  });

  it("has the inverse of e^A as e^−A, and e^A e^A as e^2A", () => {
    fc.assert(
      fc.property(fc.nat(8), fc.nat(), (n, seed) => {
        const matrix = randomMatrix(n, n, seed);
        const plus = matrixExponential(matrix);
        const unit = Math.max(1, largestEntry(plus) ** 2);
        expect(distance(multiply(plus, matrixExponential(scaled(matrix, -1))), Matrix.identity(n)) / unit).toBeLessThan(
          1e-13,
        );
        expect(distance(multiply(plus, plus), matrixExponential(scaled(matrix, 2))) / unit).toBeLessThan(1e-13);
      }),
    );
  });

  it("refuses what is not square, not finite, or too large", () => {
    expect(() => matrixExponential(new Matrix(1, 2))).toThrow(
      new ShapeError("matrixExponential: the matrix is 1 × 2; expected a square one."),
    );
    expect(() => matrixExponential(Matrix.fromRows([[Infinity]]))).toThrow(
      new NotFiniteError("matrixExponential: element (0, 0) is Infinity; expected finite numbers."),
    );
    for (const size of [710, 1e300])
      expect(() => matrixExponential(Matrix.fromRows([[size]]))).toThrow(
        new NotFiniteError("matrixExponential: the exponential is beyond the largest number."),
      );
  });
});

describe("matrixSquareRoot", () => {
  it("squares to the matrix, also where it is singular", () => {
    fc.assert(
      fc.property(fc.nat(9), fc.nat(9), fc.nat(), fc.integer({ min: -300, max: 300 }), (n, rank, seed, power) => {
        const half = randomMatrix(n, rank, seed);
        const matrix = multiply(half, half, { transposeB: true });
        const size = 4 ** power;
        const root = matrixSquareRoot(scaled(matrix, size));
        expect(root).toEqual(root.transpose());
        const square = multiply(scaled(root, 2 ** -power), scaled(root, 2 ** -power));
        expect(distance(square, matrix)).toBeLessThanOrEqual(
          threshold * (n + 1) ** 2 * roundoff * (largestEntry(matrix) || 1),
        );
        if (n > 0) expect(symmetricEigen(root).values[n - 1]).toBeGreaterThan(-1e-7 * 2 ** power);
      }),
    );
  });

  it("names an eigenvalue that is negative", () => {
    expect(() =>
      matrixSquareRoot(
        Matrix.fromRows([
          [1, 0],
          [0, -1],
        ]),
      ),
    ).toThrow(
      new NotPositiveDefiniteError("matrixSquareRoot: eigenvalue 1 of 2 is -1; expected none to be negative.", 1),
    );
  });
});

describe("polarDecomposition", () => {
  it.each([0, 1, 2, 3, 10, 50])("multiplies back, with orthonormal U and semidefinite P, at size %i", (n) => {
    for (const [rows, columns] of [
      [n, n],
      [n + 7, n],
      [n, n + 7],
    ])
      for (const [kind, matrix] of kindsOfMatrices(rows, columns)) {
        const { u, p } = polarDecomposition(matrix);
        const unit = largestEntry(matrix) || 1;
        const size = Math.max(rows, columns, 1);
        expect(
          distance(multiply(u, scaled(p, 1 / unit)), scaled(matrix, 1 / unit)) / (size * size * roundoff),
          kind,
        ).toBeLessThan(threshold);
        expect(orthonormality(rows < columns ? u.transpose() : u), kind).toBeLessThan(threshold);
        expect(p).toEqual(p.transpose());
        const { values } = symmetricEigen(p);
        singularValues(matrix).forEach((value, k) =>
          expect(Math.abs(values[k] - value)).toBeLessThanOrEqual(threshold * size * roundoff * unit),
        );
      }
  });
});

describe("Kronecker products", () => {
  it("have the blocks aᵢⱼB, and act as if formed", () => {
    const size = fc.integer({ min: 0, max: 4 });
    fc.assert(
      fc.property(fc.array(fc.tuple(size, size), { maxLength: 3 }), fc.nat(), (shapes, seed) => {
        const factors = shapes.map(([rows, columns], k) => randomMatrix(rows, columns, seed + k));
        const product = kroneckerProduct(...factors);
        const [rows, columns] = [product.rows, product.columns];
        if (factors.length === 2) {
          const [a, b] = factors;
          for (let i = 0; i < rows; i++)
            for (let j = 0; j < columns; j++)
              expect(product.get(i, j)).toBe(
                a.get(Math.floor(i / b.rows), Math.floor(j / b.columns)) * b.get(i % b.rows, j % b.columns),
              );
        }
        for (const transpose of [false, true]) {
          const x = randomMatrix(1, transpose ? rows : columns, seed).data;
          const expected = multiplyVector(product, x, { transpose });
          const found = kroneckerMultiply(factors, x, { transpose });
          expect(found.length).toBe(expected.length);
          found.forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThan(1e-13));
        }
      }),
    );
  });

  it("refuse a vector of another length, and leave a fitting one as it was", () => {
    const x = Float64Array.of(1, 2);
    expect(() => kroneckerMultiply([Matrix.identity(3)], x)).toThrow(
      new ShapeError("kroneckerMultiply: the vector has 2 elements; the factors need 3."),
    );
    expect(kroneckerMultiply([build(1, 1, () => 2), Matrix.identity(2)], x)).toEqual(Float64Array.of(2, 4));
    expect(x).toEqual(Float64Array.of(1, 2));
  });
});
