/**
 * Eigenvalues and eigenvectors of symmetric matrices: A = V Λ Vᵀ.
 *
 * Two roads: Jacobi rotations (jacobi-eigen.ts), the accurate one, and reduction to tridiagonal form, the fast one, with
 * about 9n³ flops: small-symmetric-eigen.ts, and with blocks and divide and conquer tridiagonal.ts. Both are backward
 * stable: errors of a few units of round-off of the largest eigenvalue; Jacobi is relatively accurate in small ones, too,
 * where scaling to a unit diagonal makes a positive definite matrix well conditioned.
 *
 * That scaling improves the condition number at most by the square of the ratio of its largest to its smallest factor, so
 * Jacobi can gain next to nothing unless rows differ in size (grading.ts); that is how the default is chosen.
 */
import { requireRepresentable } from "./finite.ts";
import { divideAndConquer } from "./divide-and-conquer.ts";
import { rowsAreGraded } from "./grading.ts";
import { jacobiEigenInPlace, type UnsortedEigen } from "./jacobi-eigen.ts";
import type { Matrix } from "./matrix.ts";
import { descendingOrder, orientColumns, rowsAsColumns, scaleToOne } from "./orientation.ts";
import { multiply } from "./product.ts";
import { requireApart, requireMatrixSpace, requireVectorSpace } from "./result-space.ts";
import { plainProduct, type MatrixProduct } from "./small-product.ts";
import { smallSymmetricEigenInPlace } from "./small-symmetric-eigen.ts";
import { SymmetricEigen } from "./spectral-factors.ts";
import { symmetricCopy, symmetrized } from "./symmetry.ts";
import { tridiagonalize } from "./tridiagonal.ts";

/** Up to this size the default is Jacobi for graded matrices, and the tridiagonal road has no blocks. */
const smallSize = 32;
/** Rows whose largest entries differ by more than this factor are graded. */
const gradedRatio = 4;

/**
 * Decomposes a symmetric matrix, which is not changed. The eigenvalues descend; the vectors are orthonormal, each with its
 * entry of largest size (the first of such) positive. Within the eigenspace of a repeated eigenvalue the vectors are an
 * arbitrary orthonormal basis. Scaling the matrix by a power of two scales the values exactly and leaves the vectors.
 *
 * `out`, an earlier decomposition of the same size, is overwritten and returned: up to n = 32 nothing is allocated then by the tridiagonal
 * road.
 *
 * `method`: "jacobi" (default up to n = 32 for graded matrices, which are those with rows whose largest entries differ by
 * more than a factor of 4) or "tridiagonal" (default else; a 2 × 2 matrix takes one rotation on either).
 *
 * Throws ShapeError for a matrix that is not square or `out` of another size, NotFiniteError naming an entry that is NaN or infinite (or an
 * eigenvalue beyond the largest number), ArgumentError naming the pair of entries that differ by more than 1e-12 of the largest entry (smaller differences are
 * averaged away) or where `out` has the matrix's elements, and NotConvergedError after the iteration's bound (never seen).
 *
 * @example symmetricEigen(Matrix.fromRows([[2, 1], [1, 2]])).values[0] // 3
 */
export function symmetricEigen(
  matrix: Matrix,
  options: { readonly method?: "jacobi" | "tridiagonal"; readonly out?: SymmetricEigen } = {},
): SymmetricEigen {
  const { out } = options;
  const { rows: n } = matrix;
  if (out !== undefined) {
    requireMatrixSpace(out.vectors, n, n, "symmetricEigen: out.vectors", "the decomposition");
    requireVectorSpace(out.values, n, "symmetricEigen: out.values", "the decomposition");
    requireApart(matrix, out.vectors.data, "symmetricEigen");
    requireApart(matrix, out.values, "symmetricEigen");
  }
  const scale = scaleToOne(matrix.data);
  const scaled = symmetricCopy(matrix, scale, "symmetricEigen", out?.vectors);
  const method =
    options.method ?? (n > 2 && n <= smallSize && rowsAreGraded(scaled, gradedRatio) ? "jacobi" : "tridiagonal");
  if (method === "jacobi") return oriented(byJacobi(scaled), scale, multiply, out);
  if (n > smallSize) return oriented(throughTridiagonal(scaled), scale, multiply, out);
  const values = out?.values ?? new Float64Array(n);
  smallSymmetricEigenInPlace(scaled, values);
  return unscaled(values, scaled, scale, multiply, out);
}

/**
 * Decomposes a symmetric matrix as `symmetricEigen` does, by Jacobi rotations at every size: for programs that must be
 * small, since without the road through tridiagonal form and the blocked products a fraction of the code is bundled. Cost:
 * about 8 sweeps of 4n³ flops. Throws what `symmetricEigen` throws.
 *
 * @example jacobiEigen(Matrix.fromRows([[2, 1], [1, 2]])).values[0] // 3
 */
export function jacobiEigen(matrix: Matrix): SymmetricEigen {
  const scale = scaleToOne(matrix.data);
  return oriented(byJacobi(symmetrized(matrix, scale, "jacobiEigen")), scale, plainProduct);
}

function oriented(
  { values, columns }: Decomposed,
  scale: number,
  product: MatrixProduct,
  out?: SymmetricEigen,
): SymmetricEigen {
  orientColumns(columns);
  return unscaled(values, columns, scale, product, out);
}

function unscaled(
  values: Float64Array,
  columns: Matrix,
  scale: number,
  product: MatrixProduct,
  out?: SymmetricEigen,
): SymmetricEigen {
  for (let i = 0; i < values.length; i++) values[i] /= scale;
  requireRepresentable(values, "symmetricEigen: an eigenvalue");
  if (out === undefined) return new SymmetricEigen(values, columns, product);
  if (values !== out.values) out.values.set(values);
  if (columns !== out.vectors) out.vectors.data.set(columns.data);
  return out;
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
  return { values: Float64Array.from(order, (index) => values[index]), columns: rowsAsColumns(rows, order) };
}
