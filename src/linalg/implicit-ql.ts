/**
 * Eigenvalues and eigenvectors of a symmetric tridiagonal matrix by the implicit QL algorithm with Wilkinson's shift.
 *
 * Cost: about 1.7 sweeps per eigenvalue; their rotations applied to n vectors take about 5n³ flops. For small matrices,
 * whose vectors stay in the first-level cache. Accuracy: eigenvalues to a few units of round-off of the norm, vectors
 * orthonormal to the same. At most 60 sweeps per eigenvalue on average.
 * Source: A. Dubrulle, R. Martin and J. Wilkinson, The Implicit QL Algorithm, Numerische Mathematik 12, 1968; deflation
 * as in B. Parlett, The Symmetric Eigenvalue Problem, 1980, §8.11; blocks of size 2 at once, as in LAPACK's dsteqr.
 */
import { NotConvergedError } from "../errors.ts";
import { symmetricEigenOfTwo } from "./symmetric-two.ts";

const unitRoundoff = 1.1102230246251565e-16;
/** Sweeps per eigenvalue, on average, before giving up. */
const maximumSweeps = 60;

/**
 * Overwrites `diagonal` (n) with the eigenvalues, in no order, and rotates the columns of `vectors` (n × n, row-major)
 * along: column i becomes the combination of the given ones that belongs to eigenvalue i. `subdiagonal` has n elements, of
 * which the last is not read, and is destroyed.
 * Throws NotConvergedError with the number of sweeps and the largest subdiagonal entry left.
 */
export function implicitQL(diagonal: Float64Array, subdiagonal: Float64Array, vectors: Float64Array): void {
  const n = diagonal.length;
  const e = subdiagonal;
  if (n > 0) e[n - 1] = 0;
  let norm = 0;
  for (let i = 0; i < n; i++) norm = Math.max(norm, Math.abs(diagonal[i]) + Math.abs(e[i]));
  let sweeps = 0;
  for (let l = 0; l < n; l++) {
    for (;;) {
      const m = firstNegligible(diagonal, e, l, norm);
      if (m === l) break;
      if (m === l + 1) {
        const { first, second, cosine, sine } = symmetricEigenOfTwo(diagonal[l], e[l], diagonal[m]);
        diagonal[l] = first;
        diagonal[m] = second;
        e[l] = 0;
        rotateColumns(vectors, n, l, cosine, -sine);
        break;
      }
      if (sweeps++ === maximumSweeps * n)
        throw new NotConvergedError(
          `implicitQL: no convergence after ${sweeps - 1} sweeps; the subdiagonal still has ${Math.abs(e[l])}.`,
          sweeps - 1,
          Math.abs(e[l]),
        );
      sweep(diagonal, e, l, m, vectors);
    }
  }
}

/** The first index from l on behind which the subdiagonal entry is negligible beside its neighbors or the norm. */
function firstNegligible(d: Float64Array, e: Float64Array, l: number, norm: number): number {
  let m = l;
  for (; m < d.length - 1; m++) {
    const size = Math.abs(e[m]);
    if (size <= unitRoundoff * (Math.abs(d[m]) + Math.abs(d[m + 1])) || size <= 0.125 * unitRoundoff * norm) break;
  }
  if (m < d.length - 1) e[m] = 0;
  return m;
}

/**
 * One QL sweep on rows l to m: a bulge is chased from the bottom to the top by rotations of i and i + 1, i = m − 1, m − 2,
 * …. Columns are turned on the way, while the processor waits for the next rotation's root and quotients.
 */
function sweep(d: Float64Array, e: Float64Array, l: number, m: number, vectors: Float64Array): void {
  const n = d.length;
  const half = (d[l + 1] - d[l]) / (2 * e[l]);
  const root = hypotenuse(half, 1);
  let g = d[m] - d[l] + e[l] / (half + (half < 0 ? -root : root));
  let sine = 1;
  let cosine = 1;
  let p = 0;
  for (let i = m - 1; i >= l; i--) {
    const f = sine * e[i];
    const b = cosine * e[i];
    const r = hypotenuse(f, g);
    e[i + 1] = r;
    if (r === 0) {
      // The bulge has vanished on the way: the matrix splits here, and what is left of it is for the next sweep.
      d[i + 1] -= p;
      e[m] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    g = d[i + 1] - p;
    const t = (d[i] - g) * sine + 2 * cosine * b;
    p = sine * t;
    d[i + 1] = g + p;
    g = cosine * t - b;
    rotateColumns(vectors, n, i, cosine, sine);
  }
  d[l] -= p;
  e[l] = g;
  e[m] = 0;
}

/** √(a² + b²) without overflow. */
function hypotenuse(a: number, b: number): number {
  const sum = a * a + b * b;
  if (sum > 1e-280 && sum < 1e280) return Math.sqrt(sum);
  const larger = Math.max(Math.abs(a), Math.abs(b));
  if (larger === 0) return 0;
  const x = a / larger;
  const y = b / larger;
  return larger * Math.sqrt(x * x + y * y);
}

/** Column i + 1 becomes s·(column i) + c·(column i + 1), column i becomes c·(column i) − s·(column i + 1). */
function rotateColumns(vectors: Float64Array, n: number, i: number, cosine: number, sine: number): void {
  for (let at = i; at < vectors.length; at += n) {
    const x = vectors[at];
    const a = vectors[at + 1];
    vectors[at] = cosine * x - sine * a;
    vectors[at + 1] = sine * x + cosine * a;
  }
}
