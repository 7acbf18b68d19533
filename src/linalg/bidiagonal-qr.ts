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

/** A bidiagonal matrix, and rows of vectors that are turned along with it, all in one array. */
export interface BidiagonalWork {
  readonly data: Float64Array;
  /** The size of the matrix. */
  readonly n: number;
  /** Where its diagonal begins, and what lies above it: n elements each, of the latter the last is not read. */
  readonly diagonal: number;
  readonly superdiagonal: number;
  /** Where n rows begin on either side; a width of 0 means there are none. */
  readonly left: number;
  readonly leftWidth: number;
  readonly right: number;
  readonly rightWidth: number;
}

/**
 * Overwrites the diagonal with the singular values, none negative, in no order, and turns the rows: if they were P's and Q's columns of
 * A = P B Qᵀ, rows i become the left and right vectors of value i. The superdiagonal is destroyed. Entries should be of size 1 or so, those
 * beside zero zero. Throws NotConvergedError with the number of sweeps and the superdiagonal entry left.
 */
export function bidiagonalQR(work: BidiagonalWork): void {
  const { data, n, diagonal: d, superdiagonal: e } = work;
  let norm = 0;
  for (let i = 0; i < n; i++) norm = Math.max(norm, Math.abs(data[d + i]), i < n - 1 ? Math.abs(data[e + i]) : 0);
  let sweeps = 0;
  for (let end = n - 1; end > 0;) {
    const start = blockStart(data, d, e, end, norm);
    if (start === end) {
      end--;
      continue;
    }
    if (sweeps++ === maximumSweeps * n) {
      const left = Math.abs(data[e + end - 1]);
      throw new NotConvergedError(
        `singularValueDecomposition: QR has not converged after ${sweeps - 1} sweeps; the superdiagonal still has ${left}.`,
        sweeps - 1,
        left,
      );
    }
    const shift = shiftOf(data, d, e, start, end, norm);
    if (shift === 0) sweepUnshifted(work, start, end);
    else sweep(work, start, end, shift);
  }
  for (let i = 0; i < n; i++) {
    if (!(data[d + i] < 0)) continue;
    data[d + i] = -data[d + i];
    const { right, rightWidth } = work;
    for (let at = right + i * rightWidth; at < right + (i + 1) * rightWidth; at++) data[at] = -data[at];
  }
}

/** Where the block that ends in row `end` begins: behind the next superdiagonal entry that is negligible. */
function blockStart(data: Float64Array, d: number, e: number, end: number, norm: number): number {
  let start = end;
  for (; start > 0; start--) {
    const size = Math.abs(data[e + start - 1]);
    if (
      size <= unitRoundoff * (Math.abs(data[d + start - 1]) + Math.abs(data[d + start])) ||
      size <= 0.125 * unitRoundoff * norm
    ) {
      data[e + start - 1] = 0;
      break;
    }
  }
  return start;
}

/** The smaller singular value of the last 2 × 2 block, or 0 where the matrix is singular to round-off, which a shift would hide. */
function shiftOf(data: Float64Array, d: number, e: number, start: number, end: number, norm: number): number {
  // A bound for the smallest value of the block, from below.
  let bound = Math.abs(data[d + start]);
  let least = bound;
  for (let i = start + 1; i <= end && bound > 0; i++) {
    bound = Math.abs(data[d + i]) * (bound / (bound + Math.abs(data[e + i - 1])));
    if (bound < least) least = bound;
  }
  if (least <= unitRoundoff * norm) return 0;
  const [f, g, h] = [Math.abs(data[d + end - 1]), Math.abs(data[e + end - 1]), Math.abs(data[d + end])];
  const [smaller, larger] = f < h ? [f, h] : [h, f];
  const sum = 1 + smaller / larger;
  const difference = (larger - smaller) / larger;
  const square = (g / larger) * (g / larger);
  const shift = (2 * smaller) / (Math.sqrt(sum * sum + square) + Math.sqrt(difference * difference + square));
  const part = shift / Math.abs(data[d + start]);
  return part * part < unitRoundoff ? 0 : shift;
}

/** One QR sweep on rows `start` to `end`: a bulge is chased from the top to the bottom. */
function sweep(
  { data, diagonal: d, superdiagonal: e, left, leftWidth, right, rightWidth }: BidiagonalWork,
  start: number,
  end: number,
  shift: number,
): void {
  let f = (Math.abs(data[d + start]) - shift) * ((data[d + start] < 0 ? -1 : 1) + shift / data[d + start]);
  let g = data[e + start];
  for (let i = start; i < end; i++) {
    const r = hypotenuse(f, g);
    const c = r === 0 ? 1 : f / r;
    const s = r === 0 ? 0 : g / r;
    if (i > start) data[e + i - 1] = r;
    const upper = c * data[d + i] + s * data[e + i];
    const beside = c * data[e + i] - s * data[d + i];
    const below = s * data[d + i + 1];
    const next = c * data[d + i + 1];
    turnRows(data, right + i * rightWidth, rightWidth, c, s);
    const r2 = hypotenuse(upper, below);
    const c2 = r2 === 0 ? 1 : upper / r2;
    const s2 = r2 === 0 ? 0 : below / r2;
    data[d + i] = r2;
    f = c2 * beside + s2 * next;
    data[d + i + 1] = c2 * next - s2 * beside;
    if (i + 1 < end) {
      g = s2 * data[e + i + 1];
      data[e + i + 1] = c2 * data[e + i + 1];
    }
    turnRows(data, left + i * leftWidth, leftWidth, c2, s2);
  }
  data[e + end - 1] = f;
}

/** The same with shift 0, without cancellation. */
function sweepUnshifted(
  { data, diagonal: d, superdiagonal: e, left, leftWidth, right, rightWidth }: BidiagonalWork,
  start: number,
  end: number,
): void {
  let [c, c2, s2] = [1, 1, 0];
  for (let i = start; i < end; i++) {
    const f = data[d + i] * c;
    const r = hypotenuse(f, data[e + i]);
    c = r === 0 ? 1 : f / r;
    const s = r === 0 ? 0 : data[e + i] / r;
    if (i > start) data[e + i - 1] = s2 * r;
    const upper = c2 * r;
    const below = data[d + i + 1] * s;
    const r2 = hypotenuse(upper, below);
    c2 = r2 === 0 ? 1 : upper / r2;
    s2 = r2 === 0 ? 0 : below / r2;
    data[d + i] = r2;
    turnRows(data, right + i * rightWidth, rightWidth, c, s);
    turnRows(data, left + i * leftWidth, leftWidth, c2, s2);
  }
  const last = data[d + end] * c;
  data[d + end] = last * c2;
  data[e + end - 1] = last * s2;
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
