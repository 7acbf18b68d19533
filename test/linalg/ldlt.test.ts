import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, NotFiniteError, ShapeError, SingularMatrixError } from "../../src/errors.ts";
import { ldlt } from "../../src/linalg/ldlt.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { modifiedCholesky } from "../../src/linalg/modified-cholesky.ts";
import { infinityNorm } from "../../src/linalg/entry-norms.ts";
import { symmetricWithSpectrum } from "../../src/linalg/prescribed-spectrum.ts";
import { multiply } from "../../src/linalg/product.ts";
import { symmetricEigen } from "../../src/linalg/symmetric-eigen.ts";
import { symmetricEigenOfTwo } from "../../src/linalg/symmetric-two.ts";
import { random } from "../../src/math/random.ts";
import {
  build,
  distance,
  kindsOfMatrices,
  largestEntry,
  randomMatrix,
  roundoff,
  scaled,
  threshold,
} from "./residuals.ts";

const symmetric = (a: Matrix): Matrix => build(a.rows, a.rows, (i, j) => (i < j ? a.get(i, j) : a.get(j, i)));
/** Integers with zeros on the diagonal: pivots of size 2 are needed. */
const indefinite = (n: number, seed: number): Matrix =>
  symmetric(build(n, n, (i, j) => (i === j ? 0 : Math.round(3 * randomMatrix(n, n, seed).get(i, j)))));

describe("ldlt", () => {
  it.each([0, 1, 2, 3, 10, 50, 129])("factors and solves at size %i", (n) => {
    for (const [kind, full] of kindsOfMatrices(n, n)) {
      const matrix = symmetric(full);
      const factors = ldlt(matrix);
      const unit = largestEntry(matrix) || 1;
      const residual = distance(scaled(factors.reconstruct(), 1 / unit), scaled(matrix, 1 / unit));
      expect(residual / (Math.max(n * n, 1) * roundoff), kind).toBeLessThan(threshold);
      expect(largestEntry(factors.l), kind).toBeLessThan(2.79);
      const { positive, negative, zero } = factors.inertia();
      expect(positive + negative + zero).toBe(n);
      if (kind !== "random" && kind !== "identity") continue;
      const x = randomMatrix(n, 3, 2);
      const b = multiply(matrix, x);
      const solution = factors.solve(b);
      const condition = Math.max(factors.conditionNumber(), 1);
      expect(distance(solution, x) / (condition * Math.max(n, 1) * roundoff), kind).toBeLessThan(threshold);
      expect(distance(multiply(matrix, solution), b) / (Math.max(n * n, 1) * 10 * roundoff), kind).toBeLessThan(
        threshold,
      );
    }
  });

  it("has the inertia, determinant and condition of the matrix", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(), (n, seed) => {
        const matrix = indefinite(n, seed);
        const { values } = symmetricEigen(matrix);
        const factors = ldlt(matrix);
        const determinant = values.reduce((product, value) => product * value, 1);
        const size = values.reduce((product, value) => product * Math.max(Math.abs(value), 1), 1);
        expect(Math.abs(factors.determinant() - determinant)).toBeLessThan(1e-10 * size);
        if (Math.abs(determinant) < 0.5) return;
        expect(factors.inertia()).toEqual({
          positive: values.filter((value) => value > 0).length,
          negative: values.filter((value) => value < 0).length,
          zero: 0,
        });
        expect(factors.rank()).toBe(n);
        const inverse = factors.solve(Matrix.identity(n));
        const condition = infinityNorm(matrix) * infinityNorm(inverse);
        expect(factors.conditionNumber()).toBeLessThanOrEqual(condition * (1 + 1e-10));
        expect(factors.conditionNumber()).toBeGreaterThanOrEqual(condition / 5);
      }),
    );
  });

  it("scales with powers of two bit for bit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(), fc.integer({ min: -400, max: 400 }), (n, seed, power) => {
        const matrix = symmetric(randomMatrix(n, n, seed));
        const [plain, other] = [ldlt(matrix), ldlt(scaled(matrix, 2 ** power))];
        expect(other.l).toEqual(plain.l);
        expect(other.order).toEqual(plain.order);
        expect(other.diagonal).toEqual(plain.diagonal.map((value) => value * 2 ** power));
      }),
    );
  });

  it("solves for one vector, and names the pivot of a singular matrix", () => {
    const swap = Matrix.fromRows([
      [0, 1],
      [1, 0],
    ]);
    expect(ldlt(swap).solve(Float64Array.of(2, 3))).toEqual(Float64Array.of(3, 2));
    expect(ldlt(swap).determinant()).toBe(-1);
    const singular = ldlt(
      Matrix.fromRows([
        [1, 1],
        [1, 1],
      ]),
    );
    expect(singular.inertia()).toEqual({ positive: 1, negative: 0, zero: 1 });
    expect(singular.conditionNumber()).toBe(Infinity);
    expect(() => singular.solve(new Float64Array(2))).toThrow(
      new SingularMatrixError("LDLT.solve: the matrix is singular: pivot 1 of 2 is 0.", 1),
    );
  });

  it("refuses bad arguments", () => {
    expect(() => ldlt(new Matrix(2, 1))).toThrow(new ShapeError("ldlt: the matrix is 2 × 1; expected a square one."));
    expect(() => ldlt(Matrix.fromRows([[NaN]]))).toThrow(
      new NotFiniteError("ldlt: element (0, 0) is NaN; expected finite numbers."),
    );
    expect(() =>
      ldlt(
        Matrix.fromRows([
          [1, 2],
          [3, 1],
        ]),
      ),
    ).toThrow(new ArgumentError("ldlt: the matrix is not symmetric: entry (1, 0) is 3, entry (0, 1) is 2."));
    expect(() => ldlt(Matrix.identity(2)).solve(new Float64Array(3))).toThrow(
      new ShapeError("LDLT.solve: the right-hand side has 3 rows; the matrix has 2."),
    );
    expect(() => ldlt(Matrix.identity(1)).solve(Float64Array.of(NaN))).toThrow(
      new NotFiniteError("LDLT.solve: element 0 is NaN; expected finite numbers."),
    );
  });
});

describe("modifiedCholesky", () => {
  it("makes indefinite matrices positive definite by little, and leaves definite ones", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(), fc.boolean(), (n, seed, definite) => {
        const values = randomMatrix(n, 1, seed).data.map((value) => (definite ? Math.abs(value) + 0.01 : value));
        const matrix = symmetricWithSpectrum(values, random(seed));
        const { factors, correction, modified } = modifiedCholesky(matrix);
        const least = Math.min(...values);
        expect(factors.inertia().positive).toBe(n);
        if (least > 1e-6) expect(modified).toBe(false);
        if (!modified) {
          expect(largestEntry(correction)).toBe(0);
          return;
        }
        expect(correction).toEqual(correction.transpose());
        const sum = build(n, n, (i, j) => matrix.get(i, j) + correction.get(i, j));
        expect(symmetricEigen(sum).values[n - 1]).toBeGreaterThan(-1e-15);
        // Their experiments: mostly within 10 of the least possible, −λ_min; their bound is exponential in n.
        expect(infinityNorm(correction)).toBeLessThan(60 * Math.sqrt(n) * Math.max(-least, 1e-7));
        const x = factors.solve(new Float64Array(n).fill(1));
        expect(x.every(Number.isFinite)).toBe(true);
      }),
    );
  });

  it("keeps the asked minimum, and takes zeros", () => {
    const { factors, correction, modified } = modifiedCholesky(new Matrix(2, 2));
    expect(modified).toBe(true);
    expect(factors.determinant()).toBeCloseTo(2 ** -53, 30);
    expect(correction.get(0, 0)).toBeCloseTo(2 ** -26.5, 20);
    expect(() => modifiedCholesky(new Matrix(1, 1), { minimum: 0 })).toThrow(
      new ArgumentError("modifiedCholesky: minimum is 0; expected a positive number."),
    );
  });
});

it("an entry of D beyond the largest number is refused, on and beside the diagonal", () => {
  const s = 1.6e308;
  const beside = Matrix.fromRows([
    [s, s, -s],
    [s, 0, s],
    [-s, s, 0],
  ]);
  expect(() => ldlt(beside)).toThrow(new NotFiniteError("ldlt: an entry of D is beyond the largest number."));
  const on = Matrix.fromRows([
    [s, s],
    [s, -s],
  ]);
  expect(() => ldlt(on)).toThrow(new NotFiniteError("ldlt: a pivot is beyond the largest number."));
});

it("modifiedCholesky makes a matrix of the smallest numbers definite, too", () => {
  const block = modifiedCholesky(
    Matrix.fromRows([
      [0, 5e-324],
      [5e-324, 0],
    ]),
  );
  expect(block.factors.inertia().positive).toBe(2);
  const { factors } = modifiedCholesky(
    Matrix.fromRows([
      [5e-324, 0],
      [0, -5e-324],
    ]),
  );
  expect(factors.inertia()).toEqual({ positive: 2, negative: 0, zero: 0 });
});

describe("symmetricEigenOfTwo", () => {
  it("diagonalizes, first the larger, at all sizes of entries", () => {
    const entry = fc.double({ min: -4, max: 4, noNaN: true });
    fc.assert(
      fc.property(entry, entry, entry, fc.integer({ min: -900, max: 900 }), (a, b, c, power) => {
        const [x, y, z] = [a, b, c].map((value) => (Math.abs(value) < 1e-30 ? 0 : value) * 2 ** power);
        const { first, second, cosine, sine } = symmetricEigenOfTwo(x, y, z);
        const bound = 16 * roundoff * Math.max(Math.abs(x), Math.abs(y), Math.abs(z));
        expect(first).toBeGreaterThanOrEqual(second);
        expect(Math.abs(cosine ** 2 + sine ** 2 - 1)).toBeLessThan(8 * roundoff);
        expect(Math.abs(x * cosine + y * sine - first * cosine)).toBeLessThanOrEqual(bound);
        expect(Math.abs(y * cosine + z * sine - first * sine)).toBeLessThanOrEqual(bound);
        expect(Math.abs(-x * sine + y * cosine + second * sine)).toBeLessThanOrEqual(bound);
      }),
    );
  });
});
