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
  let norm = 0;
  for (const entry of data) norm = Math.max(norm, Math.abs(entry));
  const least = Math.max(ulp * norm, 1e-290);
  const real = new Matrix(n, n);
  const imaginary = new Matrix(n, n);
  const x = new Float64Array(n);
  const y = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    const paired = k + 1 < n && data[(k + 1) * n + k] !== 0;
    x.fill(0);
    y.fill(0);
    let wi = 0;
    if (paired) {
      const b = data[k * n + k + 1];
      const c = data[(k + 1) * n + k];
      wi = pairImaginary(b, c);
      // (a − λ)x₀ + b x₁ = 0 with a − λ = −i·wi.
      if (Math.abs(b) >= Math.abs(c)) {
        x[k] = 1;
        y[k + 1] = wi / b;
      } else {
        y[k] = -b / wi;
        x[k + 1] = 1;
      }
    } else x[k] = 1;
    substitute(data, n, k - 1, paired ? k + 2 : k + 1, data[k * n + k], wi, least, x, y);
    for (let i = 0; i < n; i++) {
      real.data[i * n + k] = x[i];
      imaginary.data[i * n + k] = y[i];
    }
    if (paired) k++;
  }
  return { real, imaginary };
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
    let [re, im] = [0, 0];
    for (let k = j + 1; k < end; k++) {
      re -= t[j * n + k] * x[k];
      im -= t[j * n + k] * y[k];
    }
    if (!paired) {
      const [p, q] = quotient(re, im, t[j * n + j] - wr, -wi, least);
      x[j] = p;
      y[j] = q;
    } else {
      let [re0, im0] = [0, 0];
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
        const [fr, fi] = [d / c, -wi / c];
        const denominatorReal = b - (fr * d + fi * wi);
        const denominatorImaginary = -(fi * d - fr * wi);
        const [p, q] = quotient(
          re0 - (fr * re - fi * im),
          im0 - (fr * im + fi * re),
          denominatorReal,
          denominatorImaginary,
          least,
        );
        x[j] = p;
        y[j] = q;
        x[j - 1] = re / c - (fr * p - fi * q);
        y[j - 1] = im / c - (fr * q + fi * p);
      } else {
        const [fr, fi] = quotient(c, 0, d, -wi, least);
        const [p, q] = quotient(
          re - (fr * re0 - fi * im0),
          im - (fr * im0 + fi * re0),
          d - fr * b,
          -wi - fi * b,
          least,
        );
        x[j] = p;
        y[j] = q;
        const [p0, q0] = quotient(re0 - b * p, im0 - b * q, d, -wi, least);
        x[j - 1] = p0;
        y[j - 1] = q0;
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

/** (a + ib)/(c + id), with a denominator smaller than `least` replaced by it. Source: R. Smith, CACM 5, 1962. */
function quotient(a: number, b: number, c: number, d: number, least: number): readonly [number, number] {
  if (Math.abs(c) + Math.abs(d) < least) return [a / least, b / least];
  if (Math.abs(c) >= Math.abs(d)) {
    const ratio = d / c;
    const denominator = c + d * ratio;
    return [(a + b * ratio) / denominator, (b - a * ratio) / denominator];
  }
  const ratio = c / d;
  const denominator = d + c * ratio;
  return [(a * ratio + b) / denominator, (b * ratio - a) / denominator];
}
