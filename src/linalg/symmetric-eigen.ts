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
import { ArgumentError } from "../errors.ts";
import { columnRange } from "./column-blocks.ts";
import { requireRepresentable } from "./finite.ts";
import { divideAndConquer } from "./divide-and-conquer.ts";
import { rowsAreGraded } from "./grading.ts";
import { jacobiEigenInPlace } from "./jacobi-eigen.ts";
import { Matrix } from "./matrix.ts";
import { descendingOrder, orientationOf, orientColumns, rowsAsColumns, scaleToOne } from "./orientation.ts";
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
 * `count`, how many of the leading pairs are wanted, those of the largest eigenvalues, to the same bits; default n. Beyond n = 32 the way back
 * from tridiagonal form is as much shorter.
 *
 * `out`, an earlier decomposition of the same size and count, is overwritten and returned: up to n = 32 nothing is allocated then by the tridiagonal
 * road for all pairs of a matrix that is symmetric to the last bit.
 *
 * `method`: "jacobi" (default up to n = 32 for graded matrices, which are those with rows whose largest entries differ by
 * more than a factor of 4) or "tridiagonal" (default else; a 2 × 2 matrix takes one rotation on either).
 *
 * Throws ShapeError for a matrix that is not square or `out` of another size, NotFiniteError naming an entry that is NaN or infinite (or an
 * eigenvalue beyond the largest number), ArgumentError naming the pair of entries that differ by more than 1e-12 of the largest entry (smaller differences are
 * averaged away) for a count that is none and where `out` has the matrix's elements, and NotConvergedError after the iteration's bound (never seen).
 *
 * @example symmetricEigen(Matrix.fromRows([[2, 1], [1, 2]])).values[0] // 3
 */
export function symmetricEigen(
  matrix: Matrix,
  options: { readonly method?: "jacobi" | "tridiagonal"; readonly count?: number; readonly out?: SymmetricEigen } = {},
): SymmetricEigen {
  const { rows: n } = matrix;
  const { count = n, out } = options;
  if (!(Number.isInteger(count) && count >= 0 && count <= n))
    throw new ArgumentError(`symmetricEigen: count is ${count}; expected a whole number from 0 to ${n}.`);
  if (out !== undefined) {
    requireMatrixSpace(out.vectors, n, count, "symmetricEigen: out.vectors", "the decomposition");
    requireVectorSpace(out.values, count, "symmetricEigen: out.values", "the decomposition");
    requireApart(matrix, out.vectors.data, "symmetricEigen");
    requireApart(matrix, out.values, "symmetricEigen");
  }
  const scale = scaleToOne(matrix.data);
  const space = count === n ? out : undefined;
  const scaled = symmetricCopy(matrix, scale, "symmetricEigen", space?.vectors);
  const method =
    options.method ?? (n > 2 && n <= smallSize && rowsAreGraded(scaled, gradedRatio) ? "jacobi" : "tridiagonal");
  if (method === "jacobi") return placed(byJacobi(scaled, scale, multiply, count), out);
  if (n > smallSize) return placed(throughTridiagonal(scaled, count, scale), out);
  const values = space?.values ?? new Float64Array(n);
  smallSymmetricEigenInPlace(scaled, values);
  return count === n
    ? placed(unscaled(values, scaled, scale, multiply), out)
    : placed(unscaled(values.slice(0, count), columnRange(scaled, 0, count), scale, multiply), out);
}

/** In `out`, if given, where parts may be already. */
function placed(found: SymmetricEigen, out: SymmetricEigen | undefined): SymmetricEigen {
  if (out === undefined) return found;
  if (found.values !== out.values) out.values.set(found.values);
  if (found.vectors !== out.vectors) out.vectors.data.set(found.vectors.data);
  return out;
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
  return byJacobi(symmetrized(matrix, scale, "jacobiEigen"), scale, plainProduct);
}

function byJacobi(matrix: Matrix, scale: number, product: MatrixProduct, count?: number): SymmetricEigen {
  const { values, rows } = jacobiEigenInPlace(matrix);
  const order = descendingOrder(values).slice(0, count);
  const columns = new Matrix(rows.rows, order.length);
  order.forEach((from, to) => {
    const vector = rows.row(from);
    const sign = orientationOf(vector);
    for (let j = 0; j < vector.length; j++) columns.data[j * order.length + to] = sign * vector[j];
  });
  return unscaled(ordered(values, order), columns, scale, product);
}

function throughTridiagonal(matrix: Matrix, count: number, scale: number): SymmetricEigen {
  const { diagonal, subdiagonal, applyQ } = tridiagonalize(matrix);
  const rows = divideAndConquer(diagonal, subdiagonal);
  const order = descendingOrder(diagonal).slice(0, count);
  const columns = rowsAsColumns(rows, order);
  applyQ(columns);
  orientColumns(columns);
  return unscaled(ordered(diagonal, order), columns, scale, multiply);
}

function ordered(values: Float64Array, order: readonly number[]): Float64Array {
  return Float64Array.from(order, (index) => values[index]);
}

/** Of a matrix that was multiplied by `scale`. */
function unscaled(values: Float64Array, columns: Matrix, scale: number, product: MatrixProduct): SymmetricEigen {
  for (let i = 0; i < values.length; i++) values[i] /= scale;
  requireRepresentable(values, "symmetricEigen: an eigenvalue");
  return new SymmetricEigen(values, columns, product);
}
