/**
 * Right eigenvectors of a matrix in real Schur form, by back substitution: n³/3 complex multiplications. Where eigenvalues
 * coincide, a pivot of round-off size stands for the zero, so a defective matrix has nearly parallel vectors and no failure;
 * what grows beyond 1e100 is scaled down on the way. Source: J. Wilkinson and C. Reinsch, Handbook for Automatic
 * Computation, 1971, II/15 (hqr2); LAPACK's dtrevc.
 */
import { Matrix } from "./matrix.ts";
import { pairImaginary } from "./schur-block.ts";

const ulp = 2.220446049250313e-16;
const large = 1e100;

/** Real and imaginary parts of vectors as columns. */
export interface ComplexColumns {
  readonly real: Matrix;
  readonly imaginary: Matrix;
}

/**
 * The eigenvectors of T (entries near 1 or smaller), column j for the eigenvalue at place j of the diagonal; for a pair at
 * j and j + 1 column j belongs to the one with positive imaginary part and column j + 1 is left zero.
 */
export function triangularVectors(t: Matrix): ComplexColumns {
  const { rows: n, data } = t;
  const least = pivotFloor(data);
  const real = new Matrix(n, n);
  const imaginary = new Matrix(n, n);
  const x = new Float64Array(n);
  const y = new Float64Array(n);
  for (let k = 0; k < n;) {
    const end = triangularVector(data, n, k, least, x, y);
    for (let i = 0; i < end; i++) real.data[i * n + k] = x[i];
    if (end === k + 2) for (let i = 0; i < end; i++) imaginary.data[i * n + k] = y[i];
    k = end;
  }
  return { real, imaginary };
}

/** What stands for a pivot that is zero. */
export function pivotFloor(t: Float64Array): number {
  let norm = 0;
  for (let at = 0; at < t.length; at++) norm = Math.max(norm, Math.abs(t[at]));
  return Math.max(ulp * norm, 1e-290);
}

/**
 * Writes the eigenvector for the eigenvalue at place k to x, or for the one of a pair at k and k + 1 with positive
 * imaginary part to x + iy, and returns how many elements it has, the others being zeros: k + 1, or k + 2.
 */
export function triangularVector(
  t: Float64Array,
  n: number,
  k: number,
  least: number,
  x: Float64Array,
  y: Float64Array,
): number {
  const at = k * n + k;
  const c = k + 1 < n ? t[at + n] : 0;
  if (c === 0) {
    x[k] = 1;
    substituteReal(t, n, k, least, x);
    return k + 1;
  }
  const b = t[at + 1];
  const wi = pairImaginary(b, c);
  x[k] = x[k + 1] = y[k] = y[k + 1] = 0;
  // (a − λ)x₀ + b x₁ = 0 with a − λ = −i·wi.
  if (Math.abs(b) >= Math.abs(c)) {
    x[k] = 1;
    y[k + 1] = wi / b;
  } else {
    y[k] = -b / wi;
    x[k + 1] = 1;
  }
  substitute(t, n, k - 1, k + 2, t[at], wi, least, x, y);
  return k + 2;
}

/** Solves (T − λ)x = 0 for the elements before the last, k, with λ at place k. */
function substituteReal(t: Float64Array, n: number, k: number, least: number, x: Float64Array): void {
  const value = t[k * n + k];
  for (let j = k - 1; j >= 0; j--) {
    const row = j * n;
    let rest = 0;
    for (let i = j + 1; i <= k; i++) rest -= t[row + i] * x[i];
    const d = t[row + j] - value;
    const c = j > 0 ? t[row + j - 1] : 0;
    if (c === 0) x[j] = rest / (Math.abs(d) < least ? least : d);
    else {
      const above = row - n;
      let rest0 = 0;
      for (let i = j + 1; i <= k; i++) rest0 -= t[above + i] * x[i];
      // [[d, b], [c, d]], with b and c of opposite signs, so that the determinant is no difference.
      const b = t[above + j];
      if (Math.abs(c) >= Math.abs(d)) {
        const factor = d / c;
        const pivot = b - factor * d;
        x[j] = (rest0 - factor * rest) / (Math.abs(pivot) < least ? least : pivot);
        x[j - 1] = rest / c - factor * x[j];
      } else {
        const factor = c / d;
        const pivot = d - factor * b;
        x[j] = (rest - factor * rest0) / (Math.abs(pivot) < least ? least : pivot);
        x[j - 1] = (rest0 - b * x[j]) / (Math.abs(d) < least ? least : d);
      }
      j--;
    }
    const size = c === 0 ? Math.abs(x[j]) : Math.max(Math.abs(x[j]), Math.abs(x[j + 1]));
    if (size > large) for (let i = j; i <= k; i++) x[i] /= size;
  }
}

/** Solves (T − λ)(x + iy) = 0 for the elements up to `last`, given those from there to `end`. */
function substitute(
  t: Float64Array,
  n: number,
  last: number,
  end: number,
  wr: number,
  wi: number,
  least: number,
  x: Float64Array,
  y: Float64Array,
): void {
  for (let j = last; j >= 0; j--) {
    const paired = j > 0 && t[j * n + j - 1] !== 0;
    let re = 0;
    let im = 0;
    for (let k = j + 1; k < end; k++) {
      re -= t[j * n + k] * x[k];
      im -= t[j * n + k] * y[k];
    }
    if (!paired) divide(x, y, j, re, im, t[j * n + j] - wr, -wi, least);
    else {
      let re0 = 0;
      let im0 = 0;
      for (let k = j + 1; k < end; k++) {
        re0 -= t[(j - 1) * n + k] * x[k];
        im0 -= t[(j - 1) * n + k] * y[k];
      }
      // [[d, b], [c, d]] − λ, with real b and c of opposite signs; elimination with the larger of c and d − λ as pivot.
      const d = t[j * n + j] - wr;
      const b = t[(j - 1) * n + j];
      const c = t[j * n + j - 1];
      if (Math.abs(c) >= Math.abs(d) + Math.abs(wi)) {
        // Row j first: c x₀ + (d − i·wi) x₁ = r₁, so x₁ (b − (d − i·wi)²/c) = r₀ − (d − i·wi)/c·r₁.
        const fr = d / c;
        const fi = -wi / c;
        const denominatorReal = b - (fr * d + fi * wi);
        const denominatorImaginary = -(fi * d - fr * wi);
        const rightReal = re0 - (fr * re - fi * im);
        const rightImaginary = im0 - (fr * im + fi * re);
        divide(x, y, j, rightReal, rightImaginary, denominatorReal, denominatorImaginary, least);
        x[j - 1] = re / c - (fr * x[j] - fi * y[j]);
        y[j - 1] = im / c - (fr * y[j] + fi * x[j]);
      } else {
        // The factor is where the first unknown goes afterwards.
        divide(x, y, j - 1, c, 0, d, -wi, least);
        const fr = x[j - 1];
        const fi = y[j - 1];
        divide(x, y, j, re - (fr * re0 - fi * im0), im - (fr * im0 + fi * re0), d - fr * b, -wi - fi * b, least);
        divide(x, y, j - 1, re0 - b * x[j], im0 - b * y[j], d, -wi, least);
      }
    }
    if (paired) j--;
    const size = Math.max(
      Math.abs(x[j]),
      Math.abs(y[j]),
      paired ? Math.max(Math.abs(x[j + 1]), Math.abs(y[j + 1])) : 0,
    );
    if (size > large)
      for (let k = j; k < end; k++) {
        x[k] /= size;
        y[k] /= size;
      }
  }
}

/**
 * Writes (a + ib)/(c + id) to element j of x + iy, with a denominator smaller than `least` replaced by it. Source: R. Smith,
 * CACM 5, 1962.
 */
function divide(
  x: Float64Array,
  y: Float64Array,
  j: number,
  a: number,
  b: number,
  c: number,
  d: number,
  least: number,
): void {
  if (Math.abs(c) + Math.abs(d) < least) {
    x[j] = a / least;
    y[j] = b / least;
  } else if (Math.abs(c) >= Math.abs(d)) {
    const ratio = d / c;
    const denominator = c + d * ratio;
    x[j] = (a + b * ratio) / denominator;
    y[j] = (b - a * ratio) / denominator;
  } else {
    const ratio = c / d;
    const denominator = d + c * ratio;
    x[j] = (a * ratio + b) / denominator;
    y[j] = (b * ratio - a) / denominator;
  }
}
