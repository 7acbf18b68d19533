/**
 * The singular value decomposition of a small upper bidiagonal matrix by implicit QR sweeps.
 *
 * Cost: about two sweeps per value, of some 30 flops per row, and 6 flops for each element of two rows of vectors that a
 * rotation turns. Accuracy: values to a few units of round-off of the largest up to n = 32, vectors orthonormal to the same; beyond, the
 * rounded rotations let the values drift, by 35 units at n = 200. At most
 * 30n sweeps. Source: G. Golub and W. Kahan, SIAM J. Numer. Anal. 2, 1965; J. Demmel and W. Kahan, Accurate Singular Values of
 * Bidiagonal Matrices, SIAM J. Sci. Stat. Comput. 11, 1990 (sweeps without a shift); LAPACK's dbdsqr.
 */
import { NotConvergedError } from "../errors.ts";

const unitRoundoff = 1.1102230246251565e-16;
/** Sweeps per value, on average, before giving up. */
const maximumSweeps = 30;

/** Rows of vectors that are turned along: `left` and `right` in `data`, n of each; a width of 0 means there are none. */
export interface TurnedRows {
  readonly data: Float64Array;
  readonly left: number;
  readonly leftWidth: number;
  readonly right: number;
  readonly rightWidth: number;
}

/**
 * Overwrites `diagonal` d (n) with the singular values, none negative, in no order, and turns the rows: if they were
 * P's and Q's columns of A = P B Qᵀ, rows i become the left and right vectors of value i. `superdiagonal` has n elements, of
 * which the last is not read, and is destroyed. Entries should be of size 1 or so, those beside zero zero.
 * Throws NotConvergedError with the number of sweeps and the superdiagonal entry left.
 */
export function bidiagonalQR(diagonal: Float64Array, superdiagonal: Float64Array, rows: TurnedRows): void {
  const [n, d, e] = [diagonal.length, diagonal, superdiagonal];
  let norm = 0;
  for (let i = 0; i < n; i++) norm = Math.max(norm, Math.abs(d[i]), i < n - 1 ? Math.abs(e[i]) : 0);
  let sweeps = 0;
  for (let end = n - 1; end > 0;) {
    const start = blockStart(d, e, end, norm);
    if (start === end) {
      end--;
      continue;
    }
    if (sweeps++ === maximumSweeps * n)
      throw new NotConvergedError(
        `singularValueDecomposition: QR has not converged after ${sweeps - 1} sweeps; the superdiagonal still has ${Math.abs(e[end - 1])}.`,
        sweeps - 1,
        Math.abs(e[end - 1]),
      );
    const shift = shiftOf(d, e, start, end, norm);
    if (shift === 0) sweepUnshifted(d, e, start, end, rows);
    else sweep(d, e, start, end, shift, rows);
  }
  for (let i = 0; i < n; i++) {
    if (!(d[i] < 0)) continue;
    d[i] = -d[i];
    const { data, right, rightWidth } = rows;
    for (let at = right + i * rightWidth; at < right + (i + 1) * rightWidth; at++) data[at] = -data[at];
  }
}

/** Where the block that ends in row `end` begins: behind the next superdiagonal entry that is negligible. */
function blockStart(d: Float64Array, e: Float64Array, end: number, norm: number): number {
  let start = end;
  for (; start > 0; start--) {
    const size = Math.abs(e[start - 1]);
    if (size <= unitRoundoff * (Math.abs(d[start - 1]) + Math.abs(d[start])) || size <= 0.125 * unitRoundoff * norm) {
      e[start - 1] = 0;
      break;
    }
  }
  return start;
}

/** The smaller singular value of the last 2 × 2 block, or 0 where the matrix is singular to round-off, which a shift would hide. */
function shiftOf(d: Float64Array, e: Float64Array, start: number, end: number, norm: number): number {
  // A bound for the smallest value of the block, from below.
  let bound = Math.abs(d[start]);
  let least = bound;
  for (let i = start + 1; i <= end && bound > 0; i++) {
    bound = Math.abs(d[i]) * (bound / (bound + Math.abs(e[i - 1])));
    if (bound < least) least = bound;
  }
  if (least <= unitRoundoff * norm) return 0;
  const [f, g, h] = [Math.abs(d[end - 1]), Math.abs(e[end - 1]), Math.abs(d[end])];
  const [smaller, larger] = f < h ? [f, h] : [h, f];
  const sum = 1 + smaller / larger;
  const difference = (larger - smaller) / larger;
  const square = (g / larger) * (g / larger);
  const shift = (2 * smaller) / (Math.sqrt(sum * sum + square) + Math.sqrt(difference * difference + square));
  const part = shift / Math.abs(d[start]);
  return part * part < unitRoundoff ? 0 : shift;
}

/** One QR sweep on rows `start` to `end`: a bulge is chased from the top to the bottom. */
function sweep(
  d: Float64Array,
  e: Float64Array,
  start: number,
  end: number,
  shift: number,
  { data, left, leftWidth, right, rightWidth }: TurnedRows,
): void {
  let f = (Math.abs(d[start]) - shift) * ((d[start] < 0 ? -1 : 1) + shift / d[start]);
  let g = e[start];
  for (let i = start; i < end; i++) {
    const r = hypotenuse(f, g);
    const c = r === 0 ? 1 : f / r;
    const s = r === 0 ? 0 : g / r;
    if (i > start) e[i - 1] = r;
    const upper = c * d[i] + s * e[i];
    const beside = c * e[i] - s * d[i];
    const below = s * d[i + 1];
    const next = c * d[i + 1];
    turnRows(data, right + i * rightWidth, rightWidth, c, s);
    const r2 = hypotenuse(upper, below);
    const c2 = r2 === 0 ? 1 : upper / r2;
    const s2 = r2 === 0 ? 0 : below / r2;
    d[i] = r2;
    f = c2 * beside + s2 * next;
    d[i + 1] = c2 * next - s2 * beside;
    if (i + 1 < end) {
      g = s2 * e[i + 1];
      e[i + 1] = c2 * e[i + 1];
    }
    turnRows(data, left + i * leftWidth, leftWidth, c2, s2);
  }
  e[end - 1] = f;
}

/** The same with shift 0, without cancellation. */
function sweepUnshifted(
  d: Float64Array,
  e: Float64Array,
  start: number,
  end: number,
  { data, left, leftWidth, right, rightWidth }: TurnedRows,
): void {
  let [c, c2, s2] = [1, 1, 0];
  for (let i = start; i < end; i++) {
    const f = d[i] * c;
    const r = hypotenuse(f, e[i]);
    c = r === 0 ? 1 : f / r;
    const s = r === 0 ? 0 : e[i] / r;
    if (i > start) e[i - 1] = s2 * r;
    const upper = c2 * r;
    const below = d[i + 1] * s;
    const r2 = hypotenuse(upper, below);
    c2 = r2 === 0 ? 1 : upper / r2;
    s2 = r2 === 0 ? 0 : below / r2;
    d[i] = r2;
    turnRows(data, right + i * rightWidth, rightWidth, c, s);
    turnRows(data, left + i * leftWidth, leftWidth, c2, s2);
  }
  const last = d[end] * c;
  d[end] = last * c2;
  e[end - 1] = last * s2;
}

/** The row at `at` becomes c·row + s·next, the next one c·next − s·row. */
function turnRows(data: Float64Array, at: number, width: number, c: number, s: number): void {
  for (let i = at, j = at + width; i < at + width; i++, j++) {
    const x = data[i];
    const y = data[j];
    data[i] = c * x + s * y;
    data[j] = c * y - s * x;
  }
}

/** √(a² + b²) without overflow. */
function hypotenuse(a: number, b: number): number {
  const sum = a * a + b * b;
  if (sum > 1e-280) return Math.sqrt(sum);
  const larger = Math.max(Math.abs(a), Math.abs(b));
  if (larger === 0) return 0;
  const x = a / larger;
  const y = b / larger;
  return larger * Math.sqrt(x * x + y * y);
}
