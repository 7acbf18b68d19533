/** The 2-norm of a matrix, by its singular values; the other norms are in entry-norms.ts. */
import { requireFinite } from "./finite.ts";
import { singularValues } from "./singular-value-decomposition.ts";
import type { Matrix } from "./matrix.ts";

/**
 * The largest singular value, 0 for an empty matrix. Throws NotFiniteError naming an entry that is NaN or infinite.
 *
 * @example spectralNorm(Matrix.fromRows([[1, 2], [2, 4]])) // 5.0
 */
export function spectralNorm(matrix: Matrix): number {
  requireFinite(matrix, "spectralNorm");
  return Math.min(matrix.rows, matrix.columns) === 0 ? 0 : singularValues(matrix)[0];
}
