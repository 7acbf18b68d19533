import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ArgumentError,
  NotConvergedError,
  NotFiniteError,
  NotPositiveDefiniteError,
  ShapeError,
} from "../../src/errors.ts";
import { inverseRoot } from "../../src/linalg/inverse-root.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { spectrum, symmetricWithSpectrum } from "../../src/linalg/prescribed-spectrum.ts";
import { multiply } from "../../src/linalg/product.ts";
import { random } from "../../src/math/random.ts";
import { distance, roundoff, scaled } from "./residuals.ts";

const power = (matrix: Matrix, exponent: number): Matrix => {
  let result = matrix;
  for (let k = 1; k < exponent; k++) result = multiply(result, matrix);
  return result;
};

describe.each(["eigen", "newton"] as const)("inverseRoot by %s", (method) => {
  it("gives X with Xᵖ A = I, to round-off times the condition number", () => {
    const numbers = [fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 10 }), fc.nat(6), fc.nat()] as const;
    fc.assert(
      fc.property(...numbers, (n, p, digits, seed) => {
        const condition = 10 ** digits;
        const matrix = symmetricWithSpectrum(spectrum(n, { mode: "geometric", condition }), random(seed));
        const root = inverseRoot(matrix, p, { method });
        expect(root).toEqual(root.transpose());
        const residual = distance(multiply(power(root, p), matrix), Matrix.identity(n));
        expect(residual / (n * p * condition * roundoff)).toBeLessThan(30);
      }),
    );
  });

  it("adds the ridge first, and takes matrices near overflow and underflow", () => {
    const expected = inverseRoot(Matrix.fromRows([[16]]), 4, { method });
    expect(inverseRoot(Matrix.fromRows([[15]]), 4, { method, ridge: 1 })).toEqual(expected);
    for (const power of [-1000, 1000]) {
      const matrix = scaled(Matrix.identity(3), 2 ** power);
      const root = inverseRoot(matrix, 4, { method });
      expect(distance(root, scaled(Matrix.identity(3), 2 ** (-power / 4))) * 2 ** (power / 4)).toBeLessThan(
        8 * roundoff,
      );
    }
  });

  it("can overwrite its argument, and takes no rows", () => {
    const matrix = Matrix.fromRows([[4]]);
    expect(inverseRoot(matrix, 2, { method, out: matrix }).data[0]).toBeCloseTo(0.5, 14);
    expect(matrix.data[0]).toBeCloseTo(0.5, 14);
    expect(inverseRoot(new Matrix(0, 0), 2, { method })).toEqual(new Matrix(0, 0));
  });
});

describe("inverseRoot", () => {
  it("has the same root on both roads at n = 40", () => {
    const matrix = symmetricWithSpectrum(spectrum(40, { mode: "geometric", condition: 1e8 }), random(1));
    const eigen = inverseRoot(matrix, 4);
    expect(distance(inverseRoot(matrix, 4, { method: "newton" }), eigen)).toBeLessThan(1e8 * 100 * 30 * roundoff);
  });

  it("names the eigenvalue that is not positive, and gives up on it", () => {
    const indefinite = Matrix.fromRows([
      [1, 0],
      [0, -1],
    ]);
    expect(() => inverseRoot(indefinite, 4)).toThrow(
      new NotPositiveDefiniteError(
        "inverseRoot: eigenvalue 1 of 2 is -1; expected positive ones. A ridge makes small ones positive.",
        1,
      ),
    );
    expect(() => inverseRoot(indefinite, 4, { method: "newton" })).toThrow(NotConvergedError);
    expect(() => inverseRoot(new Matrix(2, 2), 4, { method: "newton" })).toThrow(
      /^inverseRoot: no convergence after 100 iterations; the residual is 1\.414\d*\. Is the matrix positive definite\?$/,
    );
  });

  it("takes roots of any degree in the time of one, and refuses a root beyond the largest number", () => {
    const matrix = Matrix.fromRows([
      [4, 0],
      [0, 2],
    ]);
    for (const p of [999, 1001, 2 ** 20, 2 ** 40, Number.MAX_SAFE_INTEGER]) {
      const root = inverseRoot(matrix, p);
      [4, 2].forEach((value, i) =>
        expect(Math.abs(root.get(i, i) - Math.exp(-Math.log(value) / p))).toBeLessThan(4 * roundoff),
      );
    }
    expect(Math.abs(inverseRoot(matrix, 2 ** 10, { method: "newton" }).get(0, 0) - 4 ** (-1 / 1024))).toBeLessThan(
      1e-12,
    );
    const tiny = Matrix.fromRows([
      [1e-310, 0],
      [0, 1e-310],
    ]);
    for (const method of ["eigen", "newton"] as const)
      expect(() => inverseRoot(tiny, 1, { method })).toThrow(
        new NotFiniteError("inverseRoot: an entry is beyond the largest number."),
      );
  });

  it("refuses bad arguments", () => {
    const identity = Matrix.identity(2);
    expect(() => inverseRoot(identity, 1.5)).toThrow(
      new ArgumentError("inverseRoot: p is 1.5; expected a whole number of at least 1."),
    );
    expect(() => inverseRoot(identity, 2, { ridge: -1 })).toThrow(
      new ArgumentError("inverseRoot: ridge is -1; expected a finite number of at least 0."),
    );
    expect(() => inverseRoot(identity, 2, { out: new Matrix(1, 2) })).toThrow(
      new ShapeError("inverseRoot: out is 1 × 2; the matrix is 2 × 2."),
    );
    expect(() => inverseRoot(new Matrix(2, 3), 2)).toThrow(
      new ShapeError("inverseRoot: the matrix is 2 × 3; expected a square one."),
    );
    expect(() =>
      inverseRoot(
        Matrix.fromRows([
          [1, 2],
          [0, 1],
        ]),
        2,
      ),
    ).toThrow(new ArgumentError("inverseRoot: the matrix is not symmetric: entry (1, 0) is 0, entry (0, 1) is 2."));
  });
});
