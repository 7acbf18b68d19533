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
  if (n !== matrix.columns || !isSymmetric(data, n)) return averaged(matrix, scale, what);
  const result = new Matrix(n, n);
  const { data: copy } = result;
  for (let at = 0; at < copy.length; at++) copy[at] = data[at] * scale;
  return result;
}

/** Whether mirrored entries are equal and all are finite: the difference of infinities is NaN. */
function isSymmetric(data: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i++)
    for (let at = i * n, end = at + i, above = i; at <= end; at++, above += n)
      if (data[at] - data[above] !== 0) return false;
  return true;
}

/** The same for what is not symmetric to the last bit, or has to be refused. */
function averaged(matrix: Matrix, scale: number, what: string): Matrix {
  requireSquare(matrix, what);
  const { rows: n, data } = matrix;
  const result = new Matrix(n, n);
  const largest = largestSize(data);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const [below, above] = [i * n + j, j * n + i];
      const lower = data[below];
      const upper = data[above];
      // Halves first: the difference of two huge entries overflows.
      if (Math.abs(lower / 2 - upper / 2) > (symmetryTolerance / 2) * largest)
        throw new ArgumentError(
          `${what}: the matrix is not symmetric: entry (${i}, ${j}) is ${lower}, entry (${j}, ${i}) is ${upper}.`,
        );
      result.data[below] = result.data[above] = (lower === upper ? lower : lower / 2 + upper / 2) * scale;
    }
  return result;
}
