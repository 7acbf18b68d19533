import { describe, expect, it } from "vitest";
import { NotFiniteError, ShapeError } from "../../src/errors.ts";
import { householderQR } from "../../src/linalg/householder-qr.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { multiply } from "../../src/linalg/product.ts";
import { distance, kindsOfMatrices, largestEntry, orthonormality, roundoff, scaled, threshold } from "./residuals.ts";

const shapes = [0, 1, 2, 3, 10, 50, 129].flatMap((n) => [
  [n, n],
  [n + 17, n],
  [n, n + 17],
]);

describe.each(shapes)("householderQR of %i × %i", (rows, columns) => {
  it("gives A = QR with orthonormal Q and triangular R", () => {
    for (const [kind, matrix] of kindsOfMatrices(rows, columns)) {
      const factors = householderQR(matrix);
      const [q, r, full] = [factors.q(), factors.r(), factors.q({ full: true })];
      const unit = largestEntry(matrix) || 1;
      const size = Math.max(rows, columns, 1);
      const residual = distance(scaled(matrix, 1 / unit), multiply(q, scaled(r, 1 / unit)));
      expect(residual / (size * size * roundoff), kind).toBeLessThan(threshold);
      expect(orthonormality(q), kind).toBeLessThan(threshold);
      expect([full.rows, full.columns]).toEqual([rows, rows]);
      expect(orthonormality(full), kind).toBeLessThan(threshold);
      for (let i = 0; i < r.rows; i++) for (let j = 0; j < Math.min(i, columns); j++) expect(r.get(i, j)).toBe(0);
    }
  });

  it("applies Q as if it were formed", () => {
    const [[, matrix], , , , [, other]] = kindsOfMatrices(rows, columns);
    const factors = householderQR(matrix);
    const full = factors.q({ full: true });
    const bound = threshold * Math.max(rows, columns, 1) * roundoff;
    expect(distance(factors.applyQ(other), multiply(full, other))).toBeLessThan(bound);
    expect(distance(factors.applyQTransposed(other), multiply(full, other, { transposeA: true }))).toBeLessThan(bound);
  });
});

describe("householderQR", () => {
  it("leaves its argument as it was", () => {
    const matrix = Matrix.fromRows([[3], [4]]);
    expect(householderQR(matrix).r().toRows()).toEqual([[-5]]);
    expect(matrix.toRows()).toEqual([[3], [4]]);
  });

  it("refuses entries that are not finite and matrices that Q does not fit", () => {
    expect(() => householderQR(Matrix.fromRows([[1, NaN]]))).toThrow(
      new NotFiniteError("householderQR: element (0, 1) is NaN; expected finite numbers."),
    );
    expect(() => householderQR(Matrix.identity(2)).applyQ(new Matrix(3, 1))).toThrow(
      new ShapeError("HouseholderQR: the matrix has 3 rows; Q has 2."),
    );
  });
});
