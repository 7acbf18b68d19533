import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NotFiniteError, ShapeError } from "../../src/errors.ts";
import { balanceInPlace } from "../../src/linalg/balance.ts";
import { generalEigen, realSchur } from "../../src/linalg/general-eigen.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { multiply } from "../../src/linalg/product.ts";
import { symmetricEigen } from "../../src/linalg/symmetric-eigen.ts";
import { permutation, random } from "../../src/math/random.ts";
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

/** ‖AV − VΛ‖ / (n ‖A‖ u) in complex arithmetic. */
function residual(matrix: Matrix): number {
  const n = matrix.rows;
  const { real, imaginary, vectors } = generalEigen(matrix);
  const unit = largestEntry(matrix) || 1;
  const unitMatrix = scaled(matrix, 1 / unit);
  const { real: x, imaginary: y } = vectors;
  const lambda = (j: number): [number, number] => [real[j] / unit, imaginary[j] / unit];
  const expectedReal = build(n, n, (i, j) => lambda(j)[0] * x.get(i, j) - lambda(j)[1] * y.get(i, j));
  const expectedImaginary = build(n, n, (i, j) => lambda(j)[0] * y.get(i, j) + lambda(j)[1] * x.get(i, j));
  const error = Math.hypot(
    distance(multiply(unitMatrix, x), expectedReal),
    distance(multiply(unitMatrix, y), expectedImaginary),
  );
  return error / (Math.max(n * n, 1) * roundoff);
}

describe("generalEigen", () => {
  it.each([0, 1, 2, 3, 10, 50, 129])("has small residuals at size %i, in the documented order and form", (n) => {
    for (const [kind, matrix] of kindsOfMatrices(n, n)) {
      const { real, imaginary, vectors } = generalEigen(matrix);
      expect(residual(matrix), kind).toBeLessThan(threshold);
      for (let j = 0; j < n; j++) {
        if (j > 0) expect(real[j]).toBeLessThanOrEqual(real[j - 1]);
        let [length, largest, at] = [0, 0, 0];
        for (let i = 0; i < n; i++) {
          const size = Math.hypot(vectors.real.get(i, j), vectors.imaginary.get(i, j));
          length += size ** 2;
          if (size > largest * (1 + 1e-14)) [largest, at] = [size, i];
        }
        expect(Math.abs(length - 1)).toBeLessThan(1e-13);
        expect(vectors.real.get(at, j)).toBeGreaterThan(0);
        expect(Math.abs(vectors.imaginary.get(at, j))).toBeLessThan(1e-13);
        if (imaginary[j] > 0) {
          expect([real[j + 1], imaginary[j + 1]]).toEqual([real[j], -imaginary[j]]);
          for (let i = 0; i < n; i++) expect(vectors.imaginary.get(i, j + 1)).toBe(-vectors.imaginary.get(i, j));
        }
      }
    }
  });

  it("decomposes 2 × 2 matrices in closed form, each entry's round-off apart", () => {
    const size = fc.double({ min: 1e-300, max: 3, noNaN: true });
    const entry = fc.oneof(
      fc.constantFrom(0, 1, -1, 2, 0.5),
      size,
      size.map((value) => -value),
    );
    fc.assert(
      fc.property(fc.array(entry, { minLength: 4, maxLength: 4 }), (data) => {
        const matrix = new Matrix(2, 2, Float64Array.from(data));
        const { real, imaginary, vectors } = generalEigen(matrix);
        expect(residual(matrix)).toBeLessThan(threshold);
        const [trace, determinant] = [real[0] + real[1], real[0] * real[1] - imaginary[0] * imaginary[1]];
        const largest = largestEntry(matrix);
        const expected = data[0] * data[3] - data[1] * data[2];
        expect(Math.abs(trace - data[0] - data[3])).toBeLessThanOrEqual(20 * roundoff * largest);
        expect(Math.abs(determinant - expected)).toBeLessThanOrEqual(40 * roundoff * largest * largest);
        for (const j of [0, 1]) {
          const sizes = [0, 1].map((i) => Math.hypot(vectors.real.get(i, j), vectors.imaginary.get(i, j)));
          expect(Math.hypot(...sizes)).toBeCloseTo(1, 13);
          if (Math.abs(sizes[1] - sizes[0]) > 1e-12)
            expect(vectors.real.get(sizes[1] > sizes[0] ? 1 : 0, j)).toBeGreaterThan(0);
        }
      }),
    );
    const vectorsOf = (...rows: number[][]): number[][] => generalEigen(Matrix.fromRows(rows)).vectors.real.toRows();
    expect(vectorsOf([1, 0], [0, 2])).toEqual([
      [0, 1],
      [1, 0],
    ]);
    // Jordan blocks have one vector.
    expect(vectorsOf([1, 1], [0, 1])).toEqual([
      [1, 1],
      [0, 0],
    ]);
    expect(vectorsOf([1, 0], [1, 1])).toEqual([
      [0, 0],
      [1, 1],
    ]);
    // Vectors to round-off of each entry without balancing, and with it where squares vanish.
    for (const size of [1e5, 1e100, 1e145]) {
      const { real, vectors } = generalEigen(
        Matrix.fromRows([
          [0, size],
          [1 / size, 0],
        ]),
      );
      expect(Math.abs(real[0] - 1) + Math.abs(real[1] + 1)).toBeLessThan(1e-15);
      expect(Math.abs((vectors.real.get(1, 0) / vectors.real.get(0, 0)) * size - 1)).toBeLessThan(1e-14);
    }
  });

  it("keeps an eigenvalue far below the other entries of a 2 × 2 matrix to its entries' round-off", () => {
    // λ₁ = a + bc/z with |bc/z| near 1e-27: the sum with the large entry would leave nothing of a.
    const [a, d] = [-4.925726092206566e-7, -705821239717927000000];
    const { real } = generalEigen(
      Matrix.fromRows([
        [a, 17456096.309915666],
        [-6.821323714836857e-14, d],
      ]),
    );
    expect(Math.abs(real[0] / a - 1)).toBeLessThan(8 * roundoff);
    expect(Math.abs(real[1] / d - 1)).toBeLessThan(8 * roundoff);
  });

  it("keeps the diagonal of a triangular matrix, whatever stands beside it", () => {
    for (const small of [1.3e-154, 1.3e-254, 1.3e-300]) {
      expect(
        generalEigen(
          Matrix.fromRows([
            [0, 0],
            [-1, small],
          ]),
        ).real,
      ).toEqual(Float64Array.of(small, 0));
      const three = [
        [0, 0, 0],
        [-1, small, 0],
        [1, 0, small / 4],
      ];
      expect(generalEigen(Matrix.fromRows(three)).real).toEqual(Float64Array.of(small, small / 4, 0));
    }
  });

  it("finds the roots of unity of cyclic permutations, at all sizes of entries", () => {
    for (const n of [2, 3, 4, 5, 8, 16])
      for (const size of [1, 1e-160, 1e160, 1e-300, 1e300]) {
        const { real, imaginary } = generalEigen(build(n, n, (i, j) => (j === (i + 1) % n ? size : 0)));
        for (let j = 0; j < n; j++) {
          const k = Math.floor((j + 1) / 2);
          expect(Math.abs(real[j] / size - Math.cos((2 * Math.PI * k) / n))).toBeLessThan(1e-14);
          const sign = imaginary[j] < 0 ? -1 : 1;
          expect(Math.abs(imaginary[j] / size - sign * Math.sin((2 * Math.PI * k) / n))).toBeLessThan(1e-14);
        }
      }
  });

  it("agrees with the symmetric routines", () => {
    const half = randomMatrix(20, 20, 3);
    const matrix = build(20, 20, (i, j) => half.get(i, j) + half.get(j, i));
    const { real, imaginary } = generalEigen(matrix);
    symmetricEigen(matrix).values.forEach((value, k) => expect(Math.abs(real[k] - value)).toBeLessThan(1e-13));
    expect(imaginary.every((value) => value === 0)).toBe(true);
  });

  it("keeps a defective eigenvalue real where its error bound allows", () => {
    const { real, imaginary } = generalEigen(
      Matrix.fromRows([
        [2, 0, 0],
        [-1, -1, 9],
        [0, -1, 5],
      ]),
    );
    // An eigenvalue of a block of size 2 moves by √u.
    real.forEach((value) => expect(Math.abs(value - 2)).toBeLessThan(4 * Math.sqrt(roundoff)));
    expect(imaginary).toEqual(new Float64Array(3));
    const jordan = generalEigen(build(4, 4, (i, j) => (i === j ? 2 : j === i + 1 ? 1 : 0)));
    expect(jordan.real).toEqual(new Float64Array(4).fill(2));
  });

  it("gives unit vectors for a Jordan block on whose way back substitution would overflow", () => {
    const { vectors } = generalEigen(
      build(60, 60, (i, j) => (i === j ? 1 : i === j + 1 ? -1 : j === i + 1 ? 1e-30 : 0)),
    );
    expect(vectors.real.data.every(Number.isFinite)).toBe(true);
    const { real, vectors: jordan } = generalEigen(build(60, 60, (i, j) => (i === j ? 1 : j === i + 1 ? 1 : 0)));
    expect(real).toEqual(new Float64Array(60).fill(1));
    for (let j = 0; j < 60; j++) expect(Math.abs(jordan.real.get(0, j) - 1)).toBeLessThan(1e-14);
  });

  it("keeps the small eigenvalues of graded matrices", () => {
    // From Ahues and Tisseur: with the old criterion, entries near 1e-20 would be taken for zeros.
    const { real, imaginary } = generalEigen(
      Matrix.fromRows([
        [0, 1],
        [-1e-20, 0],
      ]),
    );
    expect(real).toEqual(new Float64Array(2));
    expect(Math.abs(imaginary[0] / 1e-10 - 1)).toBeLessThan(1e-14);
    const graded = generalEigen(
      Matrix.fromRows([
        [1, 1e10, 1e20],
        [1e-10, 2, 1e10],
        [1e-20, 1e-10, 3],
      ]),
    );
    const even = generalEigen(
      Matrix.fromRows([
        [1, 1, 1],
        [1, 2, 1],
        [1, 1, 3],
      ]),
    );
    graded.real.forEach((value, k) => expect(Math.abs(value / even.real[k] - 1)).toBeLessThan(1e-9));
  });

  it("does not mind a permutation, nor a power of two bit for bit", () => {
    const numbers = [fc.integer({ min: 1, max: 12 }), fc.nat(), fc.integer({ min: -400, max: 400 })] as const;
    fc.assert(
      fc.property(...numbers, (n, seed, power) => {
        const matrix = randomMatrix(n, n, seed);
        const plain = generalEigen(matrix);
        const other = generalEigen(scaled(matrix, 2 ** power));
        expect(other.real).toEqual(plain.real.map((value) => value * 2 ** power));
        expect(other.imaginary).toEqual(plain.imaginary.map((value) => value * 2 ** power));
        expect(other.vectors).toEqual(plain.vectors);
        const order = permutation(random(seed), n);
        const moved = generalEigen(build(n, n, (i, j) => matrix.get(order[i], order[j])));
        const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
        expect(Math.abs(sum(moved.real) - sum(plain.real))).toBeLessThan(1e-13 * n);
        let trace = 0;
        for (let i = 0; i < n; i++) trace += matrix.get(i, i);
        expect(Math.abs(trace - sum(plain.real))).toBeLessThan(1e-13 * n);
      }),
    );
  });

  it("refuses what is not square or not finite", () => {
    expect(() => generalEigen(new Matrix(2, 3))).toThrow(
      new ShapeError("generalEigen: the matrix is 2 × 3; expected a square one."),
    );
    expect(() => realSchur(Matrix.fromRows([[NaN]]))).toThrow(
      new NotFiniteError("realSchur: element (0, 0) is NaN; expected finite numbers."),
    );
    expect(() => generalEigen(build(2, 2, () => 1.7e308))).toThrow(
      new NotFiniteError("generalEigen: an eigenvalue is beyond the largest number."),
    );
  });
});

describe("realSchur", () => {
  it("takes no subdiagonal entry for zero that a small eigenvalue hangs on", () => {
    // 1e-17 is below round-off of the diagonal, and yet the determinant, −1e-17, and with it the eigenvalue.
    const { t } = realSchur(
      Matrix.fromRows([
        [1, 1],
        [1e-17, 0],
      ]),
    );
    expect(Math.abs(t.get(1, 1) / -1e-17 - 1)).toBeLessThan(1e-12);
  });

  it.each([0, 1, 2, 3, 10, 50])(
    "is an orthogonal similarity to a standardized quasi-triangular matrix, at size %i",
    (n) => {
      for (const [kind, matrix] of kindsOfMatrices(n, n)) {
        const { t, q } = realSchur(matrix);
        const unit = largestEntry(matrix) || 1;
        const back = multiply(multiply(q, scaled(t, 1 / unit)), q, { transposeB: true });
        expect(distance(back, scaled(matrix, 1 / unit)) / (Math.max(n * n, 1) * roundoff), kind).toBeLessThan(
          threshold,
        );
        expect(orthonormality(q), kind).toBeLessThan(threshold);
        for (let i = 1; i < n; i++) {
          for (let j = 0; j < i - 1; j++) expect(t.get(i, j)).toBe(0);
          if (t.get(i, i - 1) === 0) continue;
          expect(t.get(i, i)).toBe(t.get(i - 1, i - 1));
          expect(Math.sign(t.get(i, i - 1))).toBe(-Math.sign(t.get(i - 1, i)));
          if (i > 1) expect(t.get(i - 1, i - 2)).toBe(0);
        }
      }
    },
  );
});

describe("balanceInPlace", () => {
  it("isolates what is isolated, and evens out rows and columns by powers of two", () => {
    const triangular = build(4, 4, (i, j) => (i > j ? 1 + i : i === j ? 1 : 0));
    const { low, high } = balanceInPlace(triangular);
    expect(high - low).toBe(0);
    for (let i = 0; i < 4; i++) for (let j = 0; j < i; j++) expect(triangular.get(i, j)).toBe(0);
    const skewed = Matrix.fromRows([
      [1, 1e6],
      [1e-6, 1],
    ]);
    const { factors, order } = balanceInPlace(skewed);
    expect(skewed.get(0, 1) / skewed.get(1, 0)).toBeGreaterThan(1 / 16);
    expect(skewed.get(0, 1) / skewed.get(1, 0)).toBeLessThan(16);
    expect(skewed.get(0, 1)).toBe((1e6 * factors[1]) / factors[0]);
    expect(order).toEqual(Int32Array.of(0, 1));
  });
});
