import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ArgumentError,
  NotFiniteError,
  NotPositiveDefiniteError,
  ShapeError,
  SingularMatrixError,
} from "../../src/errors.ts";
import { cholesky } from "../../src/linalg/cholesky.ts";
import { infinityNorm } from "../../src/linalg/entry-norms.ts";
import { lu } from "../../src/linalg/lu.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { gram, multiply } from "../../src/linalg/product.ts";
import { solveTriangular } from "../../src/linalg/triangular-solve.ts";
import { build, distance, largestEntry, randomMatrix, roundoff, scaled, threshold } from "./residuals.ts";

/** Between the loops, the blocks and their remainders. */
const sizes = [0, 1, 2, 3, 16, 32, 33, 48, 49, 50, 96, 129];

const definite = (n: number, seed: number): Matrix => {
  const square = gram(randomMatrix(n + 3, n, seed));
  return build(n, n, (i, j) => square.get(i, j) + (i === j ? 0.1 : 0));
};

/** ‖A X − B‖ / (n ‖A‖ ‖X‖ u). */
function residual(a: Matrix, x: Matrix, b: Matrix): number {
  const size = Math.max(a.rows, 1) * (largestEntry(a) || 1) * (largestEntry(x) || 1);
  return distance(multiply(a, x), b) / (size * Math.max(a.rows, 1) * roundoff);
}

describe("lu", () => {
  it.each(sizes)("solves, inverts and puts together again at size %i", (n) => {
    const a = randomMatrix(n, n, n + 1);
    const factors = lu(a);
    expect(distance(factors.reconstruct(), a) / (Math.max(n * n, 1) * roundoff)).toBeLessThan(threshold);
    expect(largestEntry(factors.l())).toBeLessThanOrEqual(1);
    for (const columns of [1, 3, 40]) {
      const b = randomMatrix(n, columns, 7);
      expect(residual(a, factors.solve(b), b)).toBeLessThan(threshold);
      expect(residual(a.transpose(), factors.solve(b, { transpose: true }), b)).toBeLessThan(threshold);
      const out = new Matrix(n, columns);
      expect(factors.solve(b, { out })).toBe(out);
      expect(out).toEqual(factors.solve(b));
    }
    expect(residual(a, factors.inverse(), Matrix.identity(n))).toBeLessThan(threshold);
    const { sign, logarithm } = factors.logDeterminant();
    const determinant = factors.determinant();
    expect(Math.abs(sign * Math.exp(logarithm) - determinant)).toBeLessThanOrEqual(1e-11 * Math.abs(determinant));
  });

  it("has the permutation's sign in the determinant, and a condition number from below", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.nat(), (n, seed) => {
        const a = randomMatrix(n, n, seed);
        const expansion = (rows: readonly (readonly number[])[]): number =>
          rows.length === 0
            ? 1
            : rows.reduce(
                (sum, row, i) =>
                  sum +
                  (i % 2 === 0 ? 1 : -1) *
                    row[0] *
                    expansion(rows.filter((_row, at) => at !== i).map((other) => other.slice(1))),
                0,
              );
        const factors = lu(a);
        expect(Math.abs(factors.determinant() - expansion(a.toRows()))).toBeLessThan(1e-12);
        const condition = infinityNorm(a.transpose()) * infinityNorm(factors.inverse().transpose());
        expect(factors.conditionNumber()).toBeLessThanOrEqual(condition * (1 + 1e-8));
        expect(factors.conditionNumber()).toBeGreaterThanOrEqual(condition / 5);
      }),
    );
  });

  it("scales with powers of two bit for bit, and takes both ends of the range", () => {
    const a = randomMatrix(60, 60, 3);
    const plain = lu(a);
    for (const power of [-900, -3, 5, 900]) {
      const other = lu(scaled(a, 2 ** power));
      expect(other.order).toEqual(plain.order);
      expect(other.l()).toEqual(plain.l());
      expect(other.u()).toEqual(scaled(plain.u(), 2 ** power));
    }
  });

  it("names the pivot of a singular matrix", () => {
    const singular = lu(build(3, 3, (i, j) => i + j));
    expect(singular.determinant()).toBe(0);
    expect(singular.logDeterminant()).toEqual({ sign: 0, logarithm: -Infinity });
    expect(singular.conditionNumber()).toBe(Infinity);
    expect(() => singular.solve(new Float64Array(3))).toThrow(
      new SingularMatrixError("LU.solve: the matrix is singular: pivot 2 of 3 is 0.", 2),
    );
    expect(() => lu(new Matrix(2, 2)).inverse()).toThrow(
      new SingularMatrixError("LU.inverse: the matrix is singular: pivot 0 of 2 is 0.", 0),
    );
  });

  it("refuses bad arguments", () => {
    expect(() => lu(new Matrix(2, 1))).toThrow(new ShapeError("lu: the matrix is 2 × 1; expected a square one."));
    expect(() => lu(Matrix.fromRows([[NaN]]))).toThrow(
      new NotFiniteError("lu: element (0, 0) is NaN; expected finite numbers."),
    );
    const factors = lu(Matrix.identity(2));
    const b = new Float64Array(2);
    expect(() => factors.solve(new Float64Array(3))).toThrow(
      new ShapeError("LU.solve: the right-hand side has 3 rows; the matrix has 2."),
    );
    expect(() => factors.solve(b, { out: b })).toThrow(
      new ArgumentError("LU.solve: out is the right-hand side, which is still read while it is written."),
    );
    expect(() => factors.solve(b, { out: new Float64Array(1) })).toThrow(
      new ShapeError("LU.solve: out has 1 elements; the solution has 2."),
    );
    expect(() => factors.solve(new Matrix(2, 1), { out: new Matrix(2, 2) })).toThrow(
      new ShapeError("LU.solve: out is 2 × 2; the solution is 2 × 1."),
    );
    expect(() => lu(Matrix.fromRows([[1e-300]])).solve(Float64Array.of(1e300))).toThrow(
      new NotFiniteError("LU.solve: the solution is beyond the largest number."),
    );
  });
});

describe("cholesky", () => {
  it.each(sizes)("solves, inverts and puts together again at size %i", (n) => {
    const a = definite(n, n + 1);
    const factors = cholesky(a);
    expect(residual(a, Matrix.identity(n), factors.reconstruct())).toBeLessThan(threshold);
    factors.l.toRows().forEach((row, i) => expect(row.slice(i + 1).every((entry) => entry === 0)).toBe(true));
    for (const columns of [1, 3, 40]) {
      const b = randomMatrix(n, columns, 7);
      const x = factors.solve(b);
      expect(residual(a, x, b)).toBeLessThan(threshold);
      const inPlace = randomMatrix(n, columns, 7);
      expect(factors.solve(inPlace, { out: inPlace })).toBe(inPlace);
      expect(inPlace).toEqual(x);
    }
    expect(residual(a, factors.inverse(), Matrix.identity(n))).toBeLessThan(threshold);
    const general = lu(a);
    expect(Math.abs(factors.logDeterminant() - general.logDeterminant().logarithm)).toBeLessThan(1e-10);
    expect(Math.abs(factors.determinant() / general.determinant() - 1)).toBeLessThan(1e-10);
    if (n > 0) expect(factors.conditionNumber() / general.conditionNumber()).toBeCloseTo(1, 8);
  });

  it.each([2, 40, 100])("names the pivot that is not positive at size %i", (n) => {
    const a = definite(n, 2);
    const place = n - 2;
    a.set(place, place, -1);
    expect(() => cholesky(a)).toThrow(NotPositiveDefiniteError);
    expect(() => cholesky(a)).toThrow(`cholesky: the matrix is not positive definite: pivot ${place} of ${n} is -`);
  });

  it("refuses bad arguments", () => {
    expect(() => cholesky(new Matrix(2, 2))).toThrow(
      new NotPositiveDefiniteError("cholesky: the matrix is not positive definite: pivot 0 of 2 is 0.", 0),
    );
    expect(() =>
      cholesky(
        Matrix.fromRows([
          [1, 2],
          [3, 1],
        ]),
      ),
    ).toThrow(new ArgumentError("cholesky: the matrix is not symmetric: entry (1, 0) is 3, entry (0, 1) is 2."));
    expect(() => cholesky(new Matrix(2, 1))).toThrow(
      new ShapeError("cholesky: the matrix is 2 × 1; expected a square one."),
    );
    expect(() => cholesky(Matrix.fromRows([[Infinity]]))).toThrow(
      new NotFiniteError("cholesky: element (0, 0) is Infinity; expected finite numbers."),
    );
    expect(() => cholesky(Matrix.identity(2)).solve(new Float64Array(3))).toThrow(
      new ShapeError("Cholesky.solve: the right-hand side has 3 rows; the matrix has 2."),
    );
  });
});

describe("solveTriangular", () => {
  const options = [false, true].flatMap((upper) =>
    [false, true].flatMap((transpose) => [false, true].map((unitDiagonal) => ({ upper, transpose, unitDiagonal }))),
  );

  it.each(options)("solves with %o", ({ upper, transpose, unitDiagonal }) => {
    for (const n of [0, 1, 5, 33, 70]) {
      // What is not T's is not looked at; T is well-conditioned.
      const square = build(n, n, (i, j) => (i === j ? 2 + i / n : randomMatrix(n, n, 4).get(i, j) / (n + 1)));
      const t = build(n, n, (i, j) =>
        i === j ? (unitDiagonal ? 1 : square.get(i, i)) : i < j === upper ? square.get(i, j) : 0,
      );
      for (const columns of [1, 2, 50]) {
        const b = randomMatrix(n, columns, 8);
        const x = solveTriangular(square, b, { upper, transpose, unitDiagonal });
        expect(residual(transpose ? t.transpose() : t, x, b)).toBeLessThan(threshold);
        if (columns === 1) expect(solveTriangular(square, b.data, { upper, transpose, unitDiagonal })).toEqual(x.data);
      }
    }
  });

  it("refuses bad arguments", () => {
    const t = Matrix.identity(2);
    const b = new Matrix(2, 2);
    expect(() => solveTriangular(new Matrix(2, 2), b)).toThrow(
      new SingularMatrixError("solveTriangular: the matrix is singular: pivot 0 of 2 is 0.", 0),
    );
    expect(() => solveTriangular(t, b, { out: t })).toThrow(
      new ArgumentError("solveTriangular: out is the matrix, which is still read while it is written."),
    );
    // @ts-expect-error A vector for a matrix.
    expect(() => solveTriangular(t, b, { out: new Float64Array(4) })).toThrow(
      new ArgumentError("solveTriangular: out is a vector; the right-hand side is a matrix."),
    );
    // @ts-expect-error A matrix for a vector.
    expect(() => solveTriangular(t, new Float64Array(2), { out: b })).toThrow(
      new ArgumentError("solveTriangular: out is a matrix; the right-hand side is a vector."),
    );
  });
});

describe("gram", () => {
  it.each([
    [3, 5],
    [70, 40],
  ])("is the rank-k update of either side, to the bit, for %i × %i", (rows, columns) => {
    const a = randomMatrix(rows, columns, 1);
    const product = multiply(a, a, { transposeB: true });
    expect(gram(a, { transpose: true })).toEqual(product);
    const start = definite(rows, 2);
    const out = new Matrix(rows, rows, start.data.slice());
    const sum = build(rows, rows, (i, j) => start.get(i, j) + product.get(i, j));
    expect(gram(a, { transpose: true, accumulate: true, out })).toBe(out);
    expect(distance(out, sum)).toBeLessThan(1e-12);
    expect(out.transpose()).toEqual(out);
  });
});
