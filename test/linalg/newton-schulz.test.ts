import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, NotFiniteError, ShapeError } from "../../src/errors.ts";
import { singularValueDecomposition } from "../../src/linalg/singular-value-decomposition.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { muonCoefficients, newtonSchulz, planNewtonSchulz } from "../../src/linalg/newton-schulz.ts";
import { multiply } from "../../src/linalg/product.ts";
import { build, distance, orthonormality, randomMatrix, roundoff, scaled, scaledColumns } from "./residuals.ts";

/** The definition: the polynomial on the singular values of the matrix over its Frobenius norm. */
function bySingularValues(matrix: Matrix, [a, b, c]: readonly number[], steps: number): Matrix {
  const { values, u, v } = singularValueDecomposition(matrix);
  const norm = Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));
  const moved = values.map((value) => {
    let s = value / norm;
    for (let step = 0; step < steps; step++) s = a * s + b * s ** 3 + c * s ** 5;
    return s;
  });
  return multiply(scaledColumns(u, moved), v, { transposeB: true });
}

describe("newtonSchulz", () => {
  it("moves the singular values by the polynomial and leaves the vectors", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.nat(), (rows, columns, seed) => {
        const matrix = randomMatrix(rows, columns, seed);
        for (const coefficients of [muonCoefficients, [2, -1.5, 0.5], [1.5, -0.5, 0]] as const) {
          const expected = bySingularValues(matrix, coefficients, 5);
          // Errors grow with the slope 3.4445 at 0, five times over.
          expect(distance(newtonSchulz(matrix, { coefficients }), expected)).toBeLessThan(1e5 * roundoff);
        }
      }),
    );
  });

  it("brings Muon's singular values into 0.68 … 1.21", () => {
    for (const [rows, columns] of [
      [64, 32],
      [32, 64],
      [40, 40],
    ]) {
      const { values } = singularValueDecomposition(newtonSchulz(randomMatrix(rows, columns, 1)));
      expect(values[0]).toBeLessThan(1.21);
      if (rows !== columns) expect(values[31]).toBeGreaterThan(0.68);
    }
  });

  it("converges to an orthonormal matrix with the cubic", () => {
    const result = newtonSchulz(randomMatrix(20, 8, 3), { coefficients: [1.5, -0.5, 0], steps: 40 });
    expect(orthonormality(result)).toBeLessThan(30);
  });

  it("does not feel powers of two, down to the smallest numbers and up to the largest", () => {
    const matrix = randomMatrix(5, 7, 2);
    const plain = newtonSchulz(matrix);
    for (const power of [-900, -1, 1, 1000]) expect(newtonSchulz(scaled(matrix, 2 ** power))).toEqual(plain);
    expect(newtonSchulz(build(2, 2, (i, j) => (i === j ? 5e-324 : 0)))).toEqual(newtonSchulz(Matrix.identity(2)));
    expect(newtonSchulz(scaled(Matrix.identity(2), 1.7e308)).get(0, 0)).toBeCloseTo(
      newtonSchulz(Matrix.identity(2)).get(0, 0),
      12,
    );
  });

  it("keeps zeros, writes in place, and works on pieces of flat arrays", () => {
    expect(newtonSchulz(new Matrix(2, 3))).toEqual(new Matrix(2, 3));
    expect(newtonSchulz(new Matrix(0, 3))).toEqual(new Matrix(0, 3));
    const matrix = randomMatrix(4, 6, 5);
    const expected = newtonSchulz(matrix);
    const flat = new Float64Array(30);
    flat.set(matrix.data, 3);
    planNewtonSchulz(4, 6)(flat, 3, flat, 3);
    expect(flat.subarray(3, 27)).toEqual(expected.data);
    expect([flat[2], flat[27]]).toEqual([0, 0]);
    expect(newtonSchulz(matrix, { out: matrix })).toBe(matrix);
    expect(matrix).toEqual(expected);
  });

  it("refuses bad arguments", () => {
    expect(() => newtonSchulz(Matrix.fromRows([[1, NaN]]))).toThrow(
      new NotFiniteError("newtonSchulz: element (0, 1) is NaN; expected finite numbers."),
    );
    expect(() => newtonSchulz(new Matrix(1, 2), { out: new Matrix(2, 1) })).toThrow(
      new ShapeError("newtonSchulz: out is 2 × 1; the matrix is 1 × 2."),
    );
    expect(() => newtonSchulz(new Matrix(1, 2), { steps: 1.5 })).toThrow(
      new ArgumentError("newtonSchulz: steps is 1.5; expected a whole number of at least 0."),
    );
    expect(() => newtonSchulz(new Matrix(1, 2), { coefficients: [1, NaN, 0] })).toThrow(
      new ArgumentError("newtonSchulz: coefficients are 1, NaN, 0; expected finite numbers."),
    );
  });
});
