/**
 * Eigenvalues and eigenvectors of symmetric matrices: A = V Λ Vᵀ.
 *
 * Two roads: Jacobi rotations (jacobi-eigen.ts), the accurate one, and reduction to tridiagonal form (tridiagonal.ts,
 * implicit-ql.ts), the fast one, with about 9n³ flops. Both are backward stable: errors of a few units of round-off of the
 * largest eigenvalue; Jacobi is often relatively accurate in the small ones too.
 */
import { requireRepresentable } from "./finite.ts";
import { divideAndConquer } from "./divide-and-conquer.ts";
import { jacobiEigenInPlace, type UnsortedEigen } from "./jacobi-eigen.ts";
import type { Matrix } from "./matrix.ts";
import { descendingOrder, orientColumns, rowsAsColumns, scaleToOne } from "./orientation.ts";
import { SymmetricEigen } from "./spectral-factors.ts";
import { symmetrized } from "./symmetry.ts";
import { tridiagonalize } from "./tridiagonal.ts";

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
  const method = options.method ?? (matrix.rows <= jacobiSize ? "jacobi" : "tridiagonal");
  return decompose(matrix, "symmetricEigen", method === "jacobi" ? byJacobi : throughTridiagonal);
}

/**
 * Decomposes a symmetric matrix as `symmetricEigen` does, by Jacobi rotations at every size: for programs that must be
 * small, since without the road through tridiagonal form less than half of the code is bundled. Cost: about 8 sweeps of
 * 4n³ flops. Throws what `symmetricEigen` throws.
 *
 * @example jacobiEigen(Matrix.fromRows([[2, 1], [1, 2]])).values[0] // 3
 */
export function jacobiEigen(matrix: Matrix): SymmetricEigen {
  return decompose(matrix, "jacobiEigen", byJacobi);
}

function decompose(matrix: Matrix, name: string, method: (scaled: Matrix) => Decomposed): SymmetricEigen {
  const scale = scaleToOne(matrix.data);
  const { values, columns } = method(symmetrized(matrix, scale, name));
  const sorted = values.map((value) => value / scale);
  requireRepresentable(sorted, "symmetricEigen: an eigenvalue");
  orientColumns(columns);
  return new SymmetricEigen(sorted, columns);
}

/** Descending eigenvalues, and their vectors as columns with whatever sign. */
interface Decomposed {
  readonly values: Float64Array;
  readonly columns: Matrix;
}

function byJacobi(matrix: Matrix): Decomposed {
  return inOrder(jacobiEigenInPlace(matrix));
}

function throughTridiagonal(matrix: Matrix): Decomposed {
  const { diagonal, subdiagonal, applyQ } = tridiagonalize(matrix);
  const decomposed = inOrder({ rows: divideAndConquer(diagonal, subdiagonal), values: diagonal });
  applyQ(decomposed.columns);
  return decomposed;
}

function inOrder({ values, rows }: UnsortedEigen): Decomposed {
  const order = descendingOrder(values);
  const signs = order.map(() => 1);
  return { values: Float64Array.from(order, (index) => values[index]), columns: rowsAsColumns(rows, order, signs) };
}
