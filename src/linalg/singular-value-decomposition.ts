/**
 * The singular value decomposition A = U Σ Vᵀ of any matrix.
 *
 * Two roads: one-sided Jacobi rotations (jacobi-svd.ts), the accurate one, and bidiagonal form with divide and conquer
 * (bidiagonal-svd.ts), the fast one. Both are backward stable: every value has an error of some units of round-off of the
 * largest one, below 10 measured up to n = 200. By Jacobi the error of a small value is relative to itself where scaling
 * columns makes the matrix well conditioned. That improves the condition number at most by the ratio of the largest to the
 * smallest factor, so Jacobi can gain next to nothing unless rows or columns differ in size (grading.ts); that is how the
 * default is chosen.
 */
import { bidiagonalSingularValues, bidiagonalSVD } from "./bidiagonal-svd.ts";
import { requireFinite } from "./finite.ts";
import { columnsAreGraded, rowsAreGraded } from "./grading.ts";
import { jacobiSingularValues, jacobiSVD, type TallSVD } from "./jacobi-svd.ts";
import type { Matrix } from "./matrix.ts";
import { orientColumns } from "./orientation.ts";
import { requireApart, requireMatrixSpace, requireVectorSpace } from "./result-space.ts";
import { SingularValueDecomposition } from "./spectral-factors.ts";

/** Up to this many values the default is Jacobi for graded matrices. */
const jacobiSize = 64;
/** Rows, or columns, whose largest entries differ by more than this factor are graded. */
const gradedRatio = 16;

/** How a decomposition is found; by default Jacobi for graded matrices with min(m, n) up to 64, else through bidiagonal form. */
export interface SingularValueOptions {
  readonly method?: "jacobi" | "bidiagonal";
}

/** The same, and where the result goes. */
export interface SingularValueDecompositionOptions extends SingularValueOptions {
  /** An earlier decomposition of the same shape, overwritten and returned; by default new. */
  readonly out?: SingularValueDecomposition;
}

/**
 * Decomposes an m × n matrix (any m and n), which is not changed. The values descend; U and V have orthonormal columns,
 * also where singular values are zero; each right vector has its entry of largest size (the first of such) positive, and
 * the left vectors follow. Scaling by a power of two scales the values exactly and leaves the vectors. With `out`, nothing is allocated
 * for a matrix with m ≥ n, n up to 32 and mn up to 2048 entries through bidiagonal form.
 *
 * `method`: "jacobi" (default up to min(m, n) = 64 for graded matrices, which are those with rows, or columns, whose largest
 * entries differ by more than a factor of 16), with small values as accurate as the matrix allows, or "bidiagonal" (default
 * else), several times faster, with errors of a few units of round-off of the largest value.
 *
 * Throws NotFiniteError naming an entry that is NaN or infinite (or a value beyond the largest number), NotConvergedError
 * after the iteration's bound (never seen), ShapeError for `out` of another shape, ArgumentError where it has the matrix's elements.
 *
 * @example singularValueDecomposition(Matrix.fromRows([[3, 0], [0, 4]])).values[0] // 4
 */
export function singularValueDecomposition(
  matrix: Matrix,
  options: SingularValueDecompositionOptions = {},
): SingularValueDecomposition {
  requireFinite(matrix, "singularValueDecomposition");
  const { out } = options;
  if (out !== undefined) requireOut(out, matrix);
  const jacobi = methodFor(matrix, options) === "jacobi";
  const wide = matrix.rows < matrix.columns;
  // Aᵀ = V Σ Uᵀ; the signs are set by what are right vectors here.
  const tall = wide ? matrix.transpose() : matrix;
  const space = out === undefined || !wide ? out : transposed(out);
  const found = jacobi ? jacobiSVD(tall) : bidiagonalSVD(tall, "both", space);
  const { values, u, v } = wide ? transposed(found) : found;
  orientColumns(v, u);
  if (out === undefined) return new SingularValueDecomposition(values, u, v);
  if (values !== out.values) {
    out.values.set(values);
    out.u.data.set(u.data);
    out.v.data.set(v.data);
  }
  return out;
}

function requireOut({ values, u, v }: SingularValueDecomposition, matrix: Matrix): void {
  const { rows, columns } = matrix;
  const count = Math.min(rows, columns);
  const result = "the decomposition";
  const what = "singularValueDecomposition";
  requireVectorSpace(values, count, "singularValueDecomposition: out.values", result);
  requireMatrixSpace(u, rows, count, "singularValueDecomposition: out.u", result);
  requireMatrixSpace(v, columns, count, "singularValueDecomposition: out.v", result);
  requireApart(matrix, values, what);
  requireApart(matrix, u.data, what);
  requireApart(matrix, v.data, what);
}

/**
 * The values and the right vectors alone, with the same bits: a quarter less work through bidiagonal form, which is asked
 * for. Throws as `singularValueDecomposition` does.
 */
export function rightSingularVectors(matrix: Matrix): { readonly values: Float64Array; readonly v: Matrix } {
  requireFinite(matrix, "singularValueDecomposition");
  const { values, v } =
    matrix.rows < matrix.columns
      ? transposed(bidiagonalSVD(matrix.transpose(), "left"))
      : bidiagonalSVD(matrix, "right");
  orientColumns(v);
  return { values, v };
}

function transposed({ values, u, v }: TallSVD): TallSVD {
  return { values, u: v, v: u };
}

/**
 * The singular values alone, descending, without computing vectors; the same bits as `singularValueDecomposition`'s. `out`, of min(m, n)
 * elements, is overwritten with them and returned. Throws as it does. Cost: 8n³/3 flops after QR through bidiagonal form, half of the whole by Jacobi.
 *
 * @example singularValues(Matrix.fromRows([[1, 2], [2, 4]]))[0] // 5
 */
export function singularValues(
  matrix: Matrix,
  options: SingularValueOptions & { readonly out?: Float64Array } = {},
): Float64Array {
  requireFinite(matrix, "singularValueDecomposition");
  const { out } = options;
  if (out !== undefined) {
    requireVectorSpace(out, Math.min(matrix.rows, matrix.columns), "singularValues: out", "the result");
    requireApart(matrix, out, "singularValues");
  }
  const tall = matrix.rows < matrix.columns ? matrix.transpose() : matrix;
  const values =
    methodFor(matrix, options) === "jacobi" ? jacobiSingularValues(tall) : bidiagonalSingularValues(tall, out);
  if (out === undefined || values === out) return values;
  out.set(values);
  return out;
}

function methodFor(matrix: Matrix, options: SingularValueOptions): "jacobi" | "bidiagonal" {
  if (options.method !== undefined) return options.method;
  // What is done for 2 × 2 is as accurate.
  if (matrix.rows === 2 && matrix.columns === 2) return "bidiagonal";
  const small = Math.min(matrix.rows, matrix.columns) <= jacobiSize;
  return small && (columnsAreGraded(matrix, gradedRatio) || rowsAreGraded(matrix, gradedRatio))
    ? "jacobi"
    : "bidiagonal";
}
