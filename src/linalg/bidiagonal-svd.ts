/**
 * The singular value decomposition A = U Σ Vᵀ through bidiagonal form: QR first where A is taller than wide, then
 * reflectors from both sides (bidiagonal.ts), and divide and conquer (bidiagonal-divide-and-conquer.ts).
 *
 * Cost for m × n, m ≥ n: 4mn² flops for QR and what Q is applied to, at most about 10n³ for the rest, most of it in matrix
 * products. Accuracy: values to a few units of round-off of the largest, vectors orthonormal to the same.
 * Source: M. Gu and S. Eisenstat, SIAM J. Matrix Anal. Appl. 16, 1995; T. Chan, An Improved Algorithm for Computing the
 * Singular Value Decomposition, ACM TOMS 8, 1982 (QR first); LAPACK's dgesdd.
 */
import { bidiagonalize } from "./bidiagonal.ts";
import { bidiagonalDivideAndConquer } from "./bidiagonal-divide-and-conquer.ts";
import { requireRepresentable } from "./finite.ts";
import { householderQR } from "./householder-qr.ts";
import type { TallSVD } from "./jacobi-svd.ts";
import { Matrix } from "./matrix.ts";
import { descendingOrder, rowsAsColumns, scaleToOne } from "./orientation.ts";

/** Decomposes a matrix with m ≥ n and finite entries, which is not changed. Throws NotConvergedError, NotFiniteError. */
export function bidiagonalSVD(matrix: Matrix): TallSVD {
  const { rows, columns: n } = matrix;
  const scale = scaleToOne(matrix.data);
  const scaled = new Matrix(rows, n, matrix.data.slice());
  for (let i = 0; i < scaled.data.length; i++) scaled.data[i] *= scale;
  const outer = rows > n ? householderQR(scaled) : null;
  const { diagonal, superdiagonal, applyP, applyQ } = bidiagonalize(outer === null ? scaled : outer.r());
  const { values, u, v } = bidiagonalDivideAndConquer(diagonal, superdiagonal);
  const order = descendingOrder(values);
  const signs = order.map(() => 1);
  const sorted = Float64Array.from(order, (index) => values[index] / scale);
  requireRepresentable(sorted, "singularValueDecomposition: a singular value");
  const left = rowsAsColumns(u, order, signs);
  const right = rowsAsColumns(v, order, signs);
  applyP(left);
  applyQ(right);
  if (outer === null) return { values: sorted, u: left, v: right };
  const padded = new Matrix(rows, n);
  padded.data.set(left.data);
  return { values: sorted, u: outer.applyQ(padded), v: right };
}
