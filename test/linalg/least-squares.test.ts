import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, NotFiniteError, ShapeError } from "../../src/errors.ts";
import { leastSquares, ridgeSolution } from "../../src/linalg/least-squares.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { pivotedQR } from "../../src/linalg/pivoted-qr.ts";
import { matrixWithSingularValues, spectrum } from "../../src/linalg/prescribed-spectrum.ts";
import { multiply, multiplyVector } from "../../src/linalg/product.ts";
import { nullSpace, pseudoInverse } from "../../src/linalg/pseudo-inverse.ts";
import { random } from "../../src/math/random.ts";
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

/** A random matrix of the given rank, singular values 1 … 1/10, and the rank. */
const ofRank = fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9), fc.nat()).map(([rows, columns, most, seed]) => {
  const count = Math.min(rows, columns);
  const rank = Math.min(most, count);
  const values = new Float64Array(count);
  values.set(spectrum(rank, { mode: "geometric", condition: 10 }));
  return { matrix: matrixWithSingularValues(rows, columns, values, random(seed)), rank };
});
const bound = 3000 * roundoff;

describe("pivotedQR", () => {
  it.each([0, 1, 2, 3, 10, 50, 129])("factors square, tall and wide matrices of size %i", (n) => {
    for (const [rows, columns] of [
      [n, n],
      [n + 17, n],
      [n, n + 17],
    ])
      for (const [kind, matrix] of kindsOfMatrices(rows, columns)) {
        const qr = pivotedQR(matrix);
        const unit = largestEntry(matrix) || 1;
        const size = Math.max(rows, columns, 1);
        const residual = distance(scaled(matrix, 1 / unit), scaled(qr.reconstruct(), 1 / unit));
        expect(residual / (size * size * roundoff), kind).toBeLessThan(threshold);
        expect(orthonormality(qr.factors.q()), kind).toBeLessThan(threshold);
        const { packed, scales } = qr.factors;
        // The diagonal descends, and no entry beside it exceeds it: up to round-off.
        for (let i = 0; i < scales.length; i++)
          for (let j = i; j < columns; j++)
            expect(Math.abs(packed.get(j < scales.length ? j : i, j))).toBeLessThanOrEqual(
              Math.abs(packed.get(i, i)) * (1 + 1e-7) + 1e-14 * unit,
            );
      }
  });

  it("reveals the rank", () => {
    fc.assert(
      fc.property(ofRank, ({ matrix, rank }) => {
        expect(pivotedQR(matrix).rank({ tolerance: 1e-12 })).toBe(rank);
      }),
    );
  });

  it("recomputes norms that have lost their digits", () => {
    // The columns differ by 1e-9 and less: what is left after the first step has no digits but from recomputation.
    for (let seed = 0; seed < 50; seed++) {
      const tails = randomMatrix(8, 6, seed);
      const matrix = build(8, 6, (i, j) => 1 + 1e-9 * 2 ** -j * tails.get(i, 5 - j));
      const { packed } = pivotedQR(matrix).factors;
      for (let j = 2; j < 6; j++) {
        const rest = Array.from({ length: 6 - j }, (_, l) =>
          Math.hypot(...Array.from({ length: l + 1 }, (_x, k) => packed.get(j + k, j + l))),
        );
        expect(Math.abs(packed.get(j - 1, j - 1))).toBeGreaterThanOrEqual(Math.max(...rest) * (1 - 1e-6));
      }
    }
  });
});

describe("leastSquares", () => {
  it("has the bits of the object's solution, whether or not it goes without it", () => {
    fc.assert(
      fc.property(ofRank, ({ matrix }) => {
        const b = Float64Array.from({ length: matrix.rows }, (_value, i) => 1 + (i % 3));
        expect(leastSquares(matrix, b)).toEqual(pivotedQR(matrix).solve(b));
      }),
    );
  });

  it("satisfies the normal equations and has no part in the null space", () => {
    fc.assert(
      fc.property(ofRank, fc.nat(), ({ matrix }, seed) => {
        const { rows, columns } = matrix;
        const b = randomMatrix(rows, 2, seed);
        const x = leastSquares(matrix, b, { tolerance: 1e-12 });
        const residual = build(rows, 2, (i, j) => b.get(i, j) - multiply(matrix, x).get(i, j));
        expect(largestEntry(multiply(matrix, residual, { transposeA: true }))).toBeLessThan(bound);
        const kernel = nullSpace(matrix, { tolerance: 1e-12 });
        expect(largestEntry(multiply(kernel, x, { transposeA: true }))).toBeLessThan(10 * bound);
        expect(distance(multiply(pseudoInverse(matrix, { tolerance: 1e-12 }), b), x)).toBeLessThan(10 * bound);
        expect([x.rows, x.columns]).toEqual([columns, 2]);
      }),
    );
  });

  it("finds ones for the 8 × 8 Hilbert matrix, to about 6 digits", () => {
    const hilbert = build(8, 8, (i, j) => 1 / (i + j + 1));
    const x = leastSquares(hilbert, multiplyVector(hilbert, new Float64Array(8).fill(1)));
    x.forEach((value) => expect(Math.abs(value - 1)).toBeLessThan(1e-6));
  });

  it("refuses bad arguments", () => {
    const a = Matrix.identity(2);
    expect(() => leastSquares(a, new Float64Array(3))).toThrow(
      new ShapeError("PivotedQR.solve: the right-hand side has 3 rows; the matrix has 2."),
    );
    expect(() => leastSquares(a, new Float64Array(2), { tolerance: -1 })).toThrow(
      new ArgumentError("PivotedQR.rank: tolerance is -1; expected a number of at least 0."),
    );
    expect(() => leastSquares(Matrix.fromRows([[Infinity]]), new Float64Array(1))).toThrow(
      new NotFiniteError("pivotedQR: element (0, 0) is Infinity; expected finite numbers."),
    );
  });
});

describe("ridgeSolution", () => {
  it("satisfies (AᵀA + ρI) x = Aᵀb, for tall and wide matrices", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.nat(), (rows, columns, seed) => {
        const a = randomMatrix(rows, columns, seed);
        const b = randomMatrix(rows, 1, seed + 1).data;
        for (const ridge of [1e-3, 1, 100]) {
          const x = ridgeSolution(a, b, { ridge });
          expect(x.length).toBe(columns);
          const rest = multiplyVector(a, x).map((value, i) => b[i] - value);
          multiplyVector(a, rest, { transpose: true }).forEach((value, j) =>
            expect(Math.abs(value - ridge * x[j])).toBeLessThan(bound),
          );
        }
      }),
    );
  });

  it("goes to the minimum-norm solution as the ridge goes to zero", () => {
    const a = randomMatrix(3, 5, 1);
    const b = randomMatrix(3, 2, 2);
    expect(distance(ridgeSolution(a, b, { ridge: 1e-13 }), leastSquares(a, b))).toBeLessThan(1e-9);
  });

  it("refuses a ridge that is not positive", () => {
    expect(() => ridgeSolution(Matrix.identity(1), new Float64Array(1), { ridge: 0 })).toThrow(
      new ArgumentError("ridgeSolution: ridge is 0; expected a positive number."),
    );
  });
});

describe("pseudoInverse", () => {
  it("satisfies the four conditions of Penrose", () => {
    fc.assert(
      fc.property(ofRank, ({ matrix }) => {
        const inverse = pseudoInverse(matrix, { tolerance: 1e-12 });
        const left = multiply(matrix, inverse);
        const right = multiply(inverse, matrix);
        expect(distance(multiply(left, matrix), matrix)).toBeLessThan(bound);
        expect(distance(multiply(right, inverse), inverse)).toBeLessThan(10 * bound);
        expect(distance(left, left.transpose())).toBeLessThan(bound);
        expect(distance(right, right.transpose())).toBeLessThan(bound);
      }),
    );
  });

  it("refuses a bad tolerance", () => {
    expect(() => pseudoInverse(Matrix.identity(1), { tolerance: NaN })).toThrow(
      new ArgumentError("pseudoInverse: tolerance is NaN; expected a number of at least 0."),
    );
    expect(() => nullSpace(Matrix.identity(1), { tolerance: NaN })).toThrow(
      new ArgumentError("nullSpace: tolerance is NaN; expected a number of at least 0."),
    );
  });
});

describe("nullSpace", () => {
  it("is an orthonormal basis of what the matrix maps to zero", () => {
    fc.assert(
      fc.property(ofRank, ({ matrix, rank }) => {
        const kernel = nullSpace(matrix, { tolerance: 1e-12 });
        expect([kernel.rows, kernel.columns]).toEqual([matrix.columns, matrix.columns - rank]);
        expect(orthonormality(kernel)).toBeLessThan(threshold);
        expect(largestEntry(multiply(matrix, kernel))).toBeLessThan(bound);
      }),
    );
  });
});
