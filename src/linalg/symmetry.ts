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
  const result = new Matrix(n, n, data.slice());
  const { data: mean } = result;
  if (!isSymmetric(data, n)) {
    requireSquare(matrix, what);
    const largest = largestSize(data);
    for (let i = 0; i < n; i++)
      for (let j = 0, below = i * n, above = i; j < i; j++, below++, above += n) {
        const lower = data[below];
        const upper = data[above];
        // Halves: the difference of two huge entries overflows.
        if (Math.abs(lower / 2 - upper / 2) > (symmetryTolerance / 2) * largest)
          throw new ArgumentError(
            `${what}: the matrix is not symmetric: entry (${i}, ${j}) is ${lower}, entry (${j}, ${i}) is ${upper}.`,
          );
        if (lower !== upper) mean[below] = mean[above] = lower / 2 + upper / 2;
      }
  }
  if (scale !== 1) for (let i = 0; i < mean.length; i++) mean[i] *= scale;
  return result;
}

/** Mirrored entries are compared in squares of this size. */
const tile = 32;

/** Whether all entries are finite and equal their mirror images: then all differences are 0. */
function isSymmetric(data: Float64Array, n: number): boolean {
  // Two sums, which do not wait for each other.
  let even = 0;
  let odd = 0;
  for (let top = 0; top < n; top += tile)
    for (let side = 0; side <= top; side += tile)
      for (let i = top; i < Math.min(top + tile, n); i++) {
        const last = i * n + Math.min(side + tile, i);
        let above = side * n + i;
        for (let below = i * n + side; below <= last; below += 2) {
          even += Math.abs(data[below] - data[above]);
          // On the diagonal the next entry is this one once more.
          odd += below < last ? Math.abs(data[below + 1] - data[above + n]) : 0;
          above += 2 * n;
        }
      }
  return even + odd === 0;
}
