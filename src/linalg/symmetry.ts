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

/** Throws as `requireSquare`, and ArgumentError naming a pair of entries that differ by more than 1e-12 of the largest entry. */
export function requireSymmetric(matrix: Matrix, what: string): void {
  if (matrix.rows !== matrix.columns) requireSquare(matrix, what);
  if (!isSymmetric(matrix.data, matrix.rows)) symmetrized(matrix, 1, what);
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

/**
 * The same as `symmetrized`, faster for large matrices that are symmetric already, at the price of more code; in `out`, which has the shape, if
 * given, and that is written to only when nothing is refused.
 */
export function symmetricCopy(matrix: Matrix, scale: number, what: string, out?: Matrix): Matrix {
  const { rows: n, data } = matrix;
  if (n !== matrix.columns || (out === undefined && n <= smallSize) || !isSymmetric(data, n)) {
    const result = symmetrized(matrix, scale, what);
    if (out === undefined) return result;
    out.data.set(result.data);
    return out;
  }
  if (out !== undefined) {
    for (let i = 0; i < data.length; i++) out.data[i] = data[i] * scale;
    return out;
  }
  const copy = new Matrix(n, n, data.slice());
  if (scale !== 1) for (let i = 0; i < data.length; i++) copy.data[i] *= scale;
  return copy;
}

/** Up to this size a copy that looks at every pair is as fast. */
const smallSize = 16;
/** Mirrored entries are compared in squares of this size. */
const tile = 32;

/** Whether all entries are finite and equal their mirror images: then all differences are 0. */
function isSymmetric(data: Float64Array, n: number): boolean {
  if (n <= smallSize) return isSymmetricBlock(data, n);
  for (let top = 0; top < n; top += tile) {
    const bottom = Math.min(top + tile, n);
    for (let side = 0; side <= top; side += tile) {
      // Two sums, which do not wait for each other.
      let even = 0;
      let odd = 0;
      for (let i = top; i < bottom; i++) {
        const last = i * n + Math.min(side + tile, i + 1);
        let below = i * n + side;
        let above = side * n + i;
        for (; below + 1 < last; below += 2) {
          even += Math.abs(data[below] - data[above]);
          above += n;
          odd += Math.abs(data[below + 1] - data[above]);
          above += n;
        }
        if (below < last) even += Math.abs(data[below] - data[above]);
      }
      if (even + odd !== 0) return false;
    }
  }
  return true;
}

/** The same for what lies in the first-level cache. */
function isSymmetricBlock(data: Float64Array, n: number): boolean {
  let sum = 0;
  for (let i = 0; i < n; i++)
    for (let below = i * n, above = i; above <= i * n + i; below++, above += n)
      sum += Math.abs(data[below] - data[above]);
  return sum === 0;
}
