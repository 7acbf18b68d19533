import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, NotFiniteError, ShapeError, SingularMatrixError } from "../../src/errors.ts";
import { cholesky } from "../../src/linalg/cholesky.ts";
import { householderQR } from "../../src/linalg/householder-qr.ts";
import { singularValueDecomposition } from "../../src/linalg/singular-value-decomposition.ts";
import { ldlt } from "../../src/linalg/ldlt.ts";
import { leastSquares } from "../../src/linalg/least-squares.ts";
import { lu } from "../../src/linalg/lu.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { pivotedQR } from "../../src/linalg/pivoted-qr.ts";
import { multiply, multiplyVector } from "../../src/linalg/product.ts";
import { symmetricEigen } from "../../src/linalg/symmetric-eigen.ts";
import { build, distance, randomMatrix } from "./residuals.ts";

const symmetric = (n: number, seed: number): Matrix => {
  const half = randomMatrix(n, n, seed);
  return build(n, n, (i, j) => half.get(Math.min(i, j), Math.max(i, j)) + (i === j ? 3 * (i % 2 ? -1 : 1) : 0));
};
const relative = (value: number, expected: number): number => Math.abs(value / expected - 1);

describe("decompositions as objects", () => {
  it("agree on determinant, rank, condition and solutions of symmetric matrices", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(), (n, seed) => {
        const a = symmetric(n, seed);
        const [eigen, svd, qr, l] = [symmetricEigen(a), singularValueDecomposition(a), householderQR(a), ldlt(a)];
        const condition = svd.conditionNumber();
        if (condition > 1e6) return;
        const pivoted = pivotedQR(a);
        for (const value of [qr.determinant(), l.determinant(), pivoted.determinant()])
          expect(relative(value, eigen.determinant())).toBeLessThan(1e-12 * condition);
        expect(relative(eigen.conditionNumber(), condition)).toBeLessThan(1e-12 * condition);
        expect([eigen.rank(), svd.rank(), pivoted.rank()]).toEqual([n, n, n]);
        for (const estimate of [qr.conditionNumber(), pivoted.conditionNumber()]) {
          expect(estimate).toBeLessThanOrEqual(condition * n * (1 + 1e-10));
          expect(estimate).toBeGreaterThanOrEqual(condition / (5 * n));
        }
        const b = randomMatrix(n, 2, seed);
        const x = l.solve(b);
        for (const other of [eigen.solve(b), svd.solve(b), qr.solve(b), leastSquares(a, b)])
          expect(distance(other, x)).toBeLessThan(1e-12 * condition);
        for (const factors of [eigen, svd, qr, l]) expect(distance(factors.reconstruct(), a)).toBeLessThan(1e-13 * n);
        expect(distance(multiply(svd.pseudoInverse(), a), Matrix.identity(n))).toBeLessThan(1e-12 * condition);
      }),
    );
  });

  it("solve least squares, of least length where the rank is less", () => {
    const a = randomMatrix(7, 4, 1);
    const b = randomMatrix(7, 1, 2).data;
    const x = leastSquares(a, b);
    householderQR(a)
      .solve(b)
      .forEach((value, i) => expect(Math.abs(value - x[i])).toBeLessThan(1e-13));
    singularValueDecomposition(a)
      .solve(b)
      .forEach((value, i) => expect(Math.abs(value - x[i])).toBeLessThan(1e-13));
    const singular = Matrix.fromRows([
      [1, 1],
      [1, 1],
    ]);
    for (const solution of [
      symmetricEigen(singular).solve(Float64Array.of(2, 2)),
      singularValueDecomposition(singular).solve(Float64Array.of(2, 2)),
    ])
      solution.forEach((value) => expect(Math.abs(value - 1)).toBeLessThan(1e-14));
    expect(symmetricEigen(singular).rank()).toBe(1);
    expect(singularValueDecomposition(new Matrix(2, 2)).conditionNumber()).toBe(Infinity);
    expect(symmetricEigen(new Matrix(0, 0)).conditionNumber()).toBe(1);
    expect(symmetricEigen(new Matrix(0, 0)).determinant()).toBe(1);
  });

  it("have determinants with the sign of permutations, and no intermediate overflow", () => {
    const cycle = build(3, 3, (i, j) => (j === (i + 1) % 3 ? 1e200 : 0));
    expect(householderQR(cycle).determinant()).toBe(Infinity);
    const swapped = Matrix.fromRows([
      [0, 1e100, 0],
      [1e100, 0, 0],
      [0, 0, 1e-180],
    ]);
    expect(relative(householderQR(swapped).determinant(), -1e20)).toBeLessThan(1e-13);
    expect(relative(symmetricEigen(swapped).determinant(), -1e20)).toBeLessThan(1e-13);
    expect(relative(ldlt(swapped).determinant(), -1e20)).toBeLessThan(1e-13);
  });

  it("say what does not fit", () => {
    expect(() => householderQR(new Matrix(1, 2)).solve(new Float64Array(1))).toThrow(
      new ShapeError("HouseholderQR.solve: the matrix is 1 × 2; expected at least as many rows."),
    );
    expect(() => householderQR(new Matrix(2, 2)).solve(new Float64Array(2))).toThrow(
      new SingularMatrixError("HouseholderQR.solve: the matrix is singular: pivot 0 of 2 is 0.", 0),
    );
    expect(() => householderQR(new Matrix(1, 2)).determinant()).toThrow(
      new ShapeError("HouseholderQR.determinant: the matrix is 1 × 2; expected a square one."),
    );
    expect(() => householderQR(new Matrix(1, 2)).conditionNumber()).toThrow(
      new ShapeError("HouseholderQR.conditionNumber: the matrix is 1 × 2; expected at least as many rows."),
    );
    expect(householderQR(new Matrix(2, 2)).conditionNumber()).toBe(Infinity);
    expect(() => symmetricEigen(Matrix.identity(2)).solve(new Float64Array(3))).toThrow(
      new ShapeError("SymmetricEigen.solve: the right-hand side has 3 rows; the matrix has 2."),
    );
    expect(() => symmetricEigen(Matrix.identity(2)).rank({ tolerance: -1 })).toThrow(
      new ArgumentError("SymmetricEigen.rank: tolerance is -1; expected a number of at least 0."),
    );
    expect(() => singularValueDecomposition(Matrix.identity(2)).rank({ tolerance: NaN })).toThrow(
      new ArgumentError("SingularValueDecomposition.rank: tolerance is NaN; expected a number of at least 0."),
    );
  });
});

describe("decompositions at the ends of the range of numbers", () => {
  const n = 5;
  const powers = [-1040, -1030, -700, 0, 700, 1015];
  /** Times 2^power, exactly but for the last digits of the smallest numbers. */
  const timesPower = (values: Float64Array, power: number): Float64Array =>
    values.map((value) => value * 2 ** Math.trunc(power / 2) * 2 ** (power - Math.trunc(power / 2)));
  const at = (a: Matrix, power: number): Matrix => new Matrix(a.rows, a.columns, timesPower(a.data, power));
  const definite = build(n, n, (i, j) => symmetric(n, 3).get(i, j) * 0.1 + (i === j ? 2 : 0));
  const routines = {
    lu,
    cholesky,
    ldlt,
    householderQR,
    pivotedQR,
    symmetricEigen,
    "symmetricEigen by Jacobi": (a: Matrix) => symmetricEigen(a, { method: "jacobi" }),
    singularValueDecomposition,
    "singularValueDecomposition by Jacobi": (a: Matrix) => singularValueDecomposition(a, { method: "jacobi" }),
  };

  it.each(Object.entries(routines))(
    "%s solves, and has the condition number, that it has elsewhere",
    (_name, factored) => {
      const x = Float64Array.from({ length: n }, (_value, i) => 1 + i / 8);
      const plain = factored(definite);
      for (const power of powers) {
        const [a, b] = [at(definite, power), timesPower(multiplyVector(definite, x), power)];
        const factors = factored(a);
        const error = power < -1000 ? 2 ** (-1074 - power) * 100 : 1e-14;
        factors.solve(b).forEach((value, i) => expect(Math.abs(value - x[i]), String(power)).toBeLessThan(error));
        const many = factors.solve(new Matrix(n, 1, b));
        many.data.forEach((value, i) => expect(Math.abs(value - x[i]), String(power)).toBeLessThan(error));
        expect(relative(factors.conditionNumber(), plain.conditionNumber()), String(power)).toBeLessThan(100 * error);
      }
    },
  );

  it("the condition number of the empty matrix is 1", () => {
    for (const factored of Object.values(routines)) expect(factored(new Matrix(0, 0)).conditionNumber()).toBe(1);
  });

  it("sums that overflow on the way to a solution do not spoil it", () => {
    const ones = build(40, 3, () => 1);
    const b = new Float64Array(40).fill(1.5e308);
    for (const solution of [pivotedQR(ones).solve(b), singularValueDecomposition(ones).solve(b), leastSquares(ones, b)])
      solution.forEach((value) => expect(relative(value, 5e307)).toBeLessThan(1e-14));
    const tall = build(40, 1, () => 1);
    expect(relative(householderQR(tall).solve(b)[0], 1.5e308)).toBeLessThan(1e-14);
    expect(() => householderQR(build(2, 1, () => 0.25)).solve(b.subarray(0, 2))).toThrow(NotFiniteError);
  });

  it("a pseudo-inverse beyond the largest number is refused by the object, too", () => {
    const tiny = new Matrix(2, 2, Float64Array.of(1e-310, 0, 0, 1e-310));
    const message = "SingularValueDecomposition.pseudoInverse: an entry is beyond the largest number.";
    expect(() => singularValueDecomposition(tiny).pseudoInverse()).toThrow(new NotFiniteError(message));
  });
});
