/**
 * The singular value decomposition A = U Σ Vᵀ of any matrix.
 *
 * Two roads: one-sided Jacobi rotations (jacobi-svd.ts), the accurate one, and bidiagonal form with divide and conquer
 * (bidiagonal-svd.ts), the fast one. Both are backward stable: every value has an error of some units of round-off of the
 * largest one, below 10 measured up to n = 200. By Jacobi the error of a small value is relative to itself where scaling
 * columns makes the matrix well conditioned.
 */
import { bidiagonalSVD } from "./bidiagonal-svd.ts";
import { requireFinite } from "./finite.ts";
import { jacobiSingularValues, jacobiSVD } from "./jacobi-svd.ts";
import type { Matrix } from "./matrix.ts";
import { orientationOf } from "./orientation.ts";
import { SingularValueDecomposition } from "./spectral-factors.ts";

/** Up to this many values the default is Jacobi. */
const jacobiSize = 64;

/** How a decomposition is found; by default Jacobi where min(m, n) is at most 64, and bidiagonal form beyond. */
export interface SingularValueOptions {
  readonly method?: "jacobi" | "bidiagonal";
}

/**
 * Decomposes an m × n matrix (any m and n), which is not changed. The values descend; U and V have orthonormal columns,
 * also where singular values are zero; each right vector has its entry of largest size (the first of such) positive, and
 * the left vectors follow. Scaling by a power of two scales the values exactly and leaves the vectors.
 *
 * `method`: "jacobi" (default up to min(m, n) = 64), with small values as accurate as the matrix allows, or "bidiagonal"
 * (default beyond), several times faster, with errors of a few units of round-off of the largest value.
 *
 * Throws NotFiniteError naming an entry that is NaN or infinite (or a value beyond the largest number), NotConvergedError
 * after the iteration's bound (never seen).
 *
 * @example singularValueDecomposition(Matrix.fromRows([[3, 0], [0, 4]])).values[0] // 4
 */
export function singularValueDecomposition(
  matrix: Matrix,
  options: SingularValueOptions = {},
): SingularValueDecomposition {
  requireFinite(matrix, "singularValueDecomposition");
  const decompose = methodFor(matrix, options) === "jacobi" ? jacobiSVD : bidiagonalSVD;
  if (matrix.rows < matrix.columns) {
    // Aᵀ = V Σ Uᵀ; the signs are set by what are right vectors here.
    const { values, u, v } = decompose(matrix.transpose());
    orientTogether(u, v);
    return new SingularValueDecomposition(values, v, u);
  }
  const { values, u, v } = decompose(matrix);
  orientTogether(v, u);
  return new SingularValueDecomposition(values, u, v);
}

/**
 * The singular values alone, descending. See `singularValueDecomposition`.
 *
 * @example singularValues(Matrix.fromRows([[1, 2], [2, 4]]))[0] // 5
 */
export function singularValues(matrix: Matrix, options: SingularValueOptions = {}): Float64Array {
  requireFinite(matrix, "singularValueDecomposition");
  const tall = matrix.rows < matrix.columns ? matrix.transpose() : matrix;
  return methodFor(matrix, options) === "jacobi" ? jacobiSingularValues(tall) : bidiagonalSVD(tall).values;
}

function methodFor({ rows, columns }: Matrix, options: SingularValueOptions): "jacobi" | "bidiagonal" {
  return options.method ?? (Math.min(rows, columns) <= jacobiSize ? "jacobi" : "bidiagonal");
}

/** Turns every column of `leading`, in place, so that its entry of largest size is positive, and the other's along. */
function orientTogether(leading: Matrix, other: Matrix): void {
  const rows = leading.transpose();
  const signs = Float64Array.from({ length: leading.columns }, (_value, j) => orientationOf(rows.row(j)));
  turnColumns(leading, signs);
  turnColumns(other, signs);
}

function turnColumns({ rows, columns, data }: Matrix, signs: Float64Array): void {
  for (let i = 0; i < rows; i++) for (let j = 0, at = i * columns; j < columns; j++, at++) data[at] *= signs[j];
}
