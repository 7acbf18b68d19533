/**
 * Eigenvalues and eigenvectors of symmetric matrices: A = V Λ Vᵀ.
 *
 * Two roads: Jacobi rotations (jacobi-eigen.ts), the accurate one, and reduction to tridiagonal form (tridiagonal.ts,
 * implicit-ql.ts), the fast one, with about 9n³ flops. Both are backward stable: errors of a few units of round-off of the
 * largest eigenvalue; Jacobi is often relatively accurate in the small ones too.
 */
import { requireRepresentable } from "./finite.ts";
import { implicitQL } from "./implicit-ql.ts";
import { jacobiEigenInPlace, type UnsortedEigen } from "./jacobi-eigen.ts";
import type { Matrix } from "./matrix.ts";
import { descendingOrder, orientationOf, rowsAsColumns, scaleToOne } from "./orientation.ts";
import { SymmetricEigen } from "./spectral-factors.ts";
import { symmetrized } from "./symmetry.ts";
import { tridiagonalizeInPlace } from "./tridiagonal.ts";

/** Up to this size the default is Jacobi: as fast there, and more accurate. */
const jacobiSize = 32;

/**
 * Decomposes a symmetric matrix, which is not changed. The eigenvalues descend; the vectors are orthonormal, each with its
 * entry of largest size (the first of such) positive. Within the eigenspace of a repeated eigenvalue the vectors are an
 * arbitrary orthonormal basis. Scaling the matrix by a power of two scales the values exactly and leaves the vectors.
 *
 * `method`: "jacobi" (default up to n = 32) or "tridiagonal" (default beyond).
 *
 * Throws ShapeError for a matrix that is not square, NotFiniteError naming an entry that is NaN or infinite (or an
 * eigenvalue beyond the largest number), ArgumentError naming the pair of entries that differ by more than 1e-12 of the largest entry (smaller differences are
 * averaged away), and NotConvergedError after the iteration's bound (never seen).
 *
 * @example symmetricEigen(Matrix.fromRows([[2, 1], [1, 2]])).values[0] // 3
 */
export function symmetricEigen(
  matrix: Matrix,
  options: { readonly method?: "jacobi" | "tridiagonal" } = {},
): SymmetricEigen {
  const scale = scaleToOne(matrix.data);
  const scaled = symmetrized(matrix, scale, "symmetricEigen");
  const method = options.method ?? (matrix.rows <= jacobiSize ? "jacobi" : "tridiagonal");
  const { values, rows } = method === "jacobi" ? jacobiEigenInPlace(scaled) : throughTridiagonal(scaled);
  const order = descendingOrder(values);
  const signs = order.map((index) => orientationOf(rows.row(index)));
  const sorted = Float64Array.from(order, (index) => values[index] / scale);
  requireRepresentable(sorted, "symmetricEigen: an eigenvalue");
  return new SymmetricEigen(sorted, rowsAsColumns(rows, order, signs));
}

function throughTridiagonal(matrix: Matrix): UnsortedEigen {
  const { diagonal, subdiagonal, transposedQ } = tridiagonalizeInPlace(matrix);
  implicitQL(diagonal, subdiagonal, transposedQ);
  return { values: diagonal, rows: transposedQ };
}
