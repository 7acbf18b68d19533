/** What routines for square and for symmetric matrices ask of their argument. */
import { ArgumentError, ShapeError } from "../errors.ts";
import { requireFinite } from "./finite.ts";
import { Matrix } from "./matrix.ts";
import { largestSize } from "./orientation.ts";

/** How far entries mirrored at the diagonal may differ, relative to the largest entry. */
const symmetryTolerance = 1e-12;

/** Throws ShapeError unless the matrix is square, NotFiniteError naming an entry that is NaN or infinite. */
export function requireSquare(matrix: Matrix, what: string): void {
  if (matrix.rows !== matrix.columns)
    throw new ShapeError(`${what}: the matrix is ${matrix.rows} × ${matrix.columns}; expected a square one.`);
  requireFinite(matrix, what);
}

/**
 * A copy times `scale` (a power of two) with mirrored entries averaged, so that it is symmetric to the last bit. Throws
 * as `requireSquare`, and ArgumentError naming a pair of entries that differ by more than 1e-12 of the largest entry.
 */
export function symmetrized(matrix: Matrix, scale: number, what: string): Matrix {
  const { rows: n, data } = matrix;
  if (n !== matrix.columns) requireSquare(matrix, what);
  const result = new Matrix(n, n);
  const { data: mean } = result;
  let largest = -1;
  for (let i = 0; i < n; i++)
    for (let j = 0, below = i * n, above = i; j <= i; j++, below++, above += n) {
      const lower = data[below];
      const upper = data[above];
      // Halves first: the difference of two huge entries overflows. That of infinities is NaN.
      const half = lower / 2 - upper / 2;
      if (half !== 0) {
        if (largest < 0) {
          requireSquare(matrix, what);
          largest = largestSize(data);
        }
        if (Math.abs(half) > (symmetryTolerance / 2) * largest)
          throw new ArgumentError(
            `${what}: the matrix is not symmetric: entry (${i}, ${j}) is ${lower}, entry (${j}, ${i}) is ${upper}.`,
          );
      }
      mean[below] = mean[above] = (lower === upper ? lower : lower / 2 + upper / 2) * scale;
    }
  return result;
}
