/**
 * Eigenvalues and eigenvectors of a symmetric matrix by two-sided cyclic Jacobi rotations.
 *
 * Cost: some six to ten sweeps of 4n³ flops (with vectors). Accuracy: a few units of round-off of the norm, and for
 * positive definite matrices that are well conditioned after scaling to unit diagonal, relative to each eigenvalue.
 * At most 40 sweeps. Source: C. Jacobi, 1846; the stable formulas are H. Rutishauser's, Numerische Mathematik 9, 1966; the
 * stopping rule is J. Demmel and K. Veselić's, Jacobi's Method is More Accurate than QR, SIAM J. Matrix Anal. 13, 1992.
 */
import { NotConvergedError } from "../errors.ts";
import { Matrix } from "./matrix.ts";
import { largestSize } from "./orientation.ts";

const unitRoundoff = 1.1102230246251565e-16;
const maximumSweeps = 40;

/** Eigenvalues, in no order, and the eigenvectors as rows. */
export interface UnsortedEigen {
  readonly values: Float64Array;
  readonly rows: Matrix;
}

/** Diagonalizes a symmetric matrix (both triangles are read), which is overwritten. */
export function jacobiEigenInPlace(matrix: Matrix): UnsortedEigen {
  const { rows: n, data } = matrix;
  const vectors = Matrix.identity(n);
  // Squares and products of what lies this far below the norm leave the range of numbers. No higher: small eigenvalues of
  // graded positive definite matrices live far below round-off of the norm.
  const floor = largestSize(data) * 1e-290;
  let largest = Infinity;
  for (let sweeps = 0; largest > 0; sweeps++) {
    if (sweeps === maximumSweeps)
      throw new NotConvergedError(`symmetricEigen: Jacobi has not converged after ${sweeps} sweeps.`, sweeps, largest);
    largest = 0;
    for (let p = 0; p < n - 1; p++)
      for (let q = p + 1; q < n; q++) {
        const off = Math.abs(data[p * n + q]);
        const diagonal = Math.sqrt(Math.abs(data[p * n + p])) * Math.sqrt(Math.abs(data[q * n + q]));
        if (off <= floor || off <= unitRoundoff * diagonal) continue;
        rotate(data, n, p, q, vectors.data);
        largest = Math.max(largest, off);
      }
  }
  const values = new Float64Array(n);
  for (let i = 0; i < n; i++) values[i] = data[i * n + i];
  return { values, rows: vectors };
}

/** Annihilates entry (p, q) by a rotation by at most 45 degrees; the rows of `vectors` are rotated along. */
function rotate(a: Float64Array, n: number, p: number, q: number, vectors: Float64Array): void {
  const off = a[p * n + q];
  const ratio = (a[q * n + q] - a[p * n + p]) / (2 * off);
  const size = Math.abs(ratio);
  // Beyond 1e150 the square overflows, and the tangent is 1 / (2·ratio) to all digits.
  const tangent = (ratio < 0 ? -1 : 1) / (size > 1e150 ? 2 * size : size + Math.sqrt(1 + ratio * ratio));
  const cosine = 1 / Math.sqrt(1 + tangent * tangent);
  const sine = tangent * cosine;
  const tau = sine / (1 + cosine);
  a[p * n + p] -= tangent * off;
  a[q * n + q] += tangent * off;
  a[p * n + q] = 0;
  a[q * n + p] = 0;
  for (let i = 0; i < n; i++) {
    if (i !== p && i !== q) {
      const x = a[p * n + i];
      const y = a[q * n + i];
      const newX = x - sine * (y + tau * x);
      const newY = y + sine * (x - tau * y);
      a[p * n + i] = newX;
      a[i * n + p] = newX;
      a[q * n + i] = newY;
      a[i * n + q] = newY;
    }
    const x = vectors[p * n + i];
    const y = vectors[q * n + i];
    vectors[p * n + i] = x - sine * (y + tau * x);
    vectors[q * n + i] = y + sine * (x - tau * y);
  }
}
