/**
 * The polar decomposition A = U P: U the nearest matrix to A with orthonormal columns (rows for wide A), P = (AᵀA)^(1/2).
 * From the singular value decomposition A = W Σ Vᵀ: U = W Vᵀ, P = V Σ Vᵀ, so rank-deficient matrices need no care. Cost:
 * that of the SVD and 4mn² flops. Source: N. J. Higham, Functions of Matrices, 2008, §8.1.
 */
import { requireRepresentable } from "./finite.ts";
import { singularValueDecomposition } from "./singular-value-decomposition.ts";
import { Matrix } from "./matrix.ts";
import { multiply } from "./product.ts";

/** The factors of A = U P. */
export interface PolarDecomposition {
  /** m × n with orthonormal columns for m ≥ n, rows for m ≤ n. */
  readonly u: Matrix;
  /** n × n, symmetric to the last bit, positive semidefinite. */
  readonly p: Matrix;
}

/**
 * Decomposes an m × n matrix (any m and n), which is not changed. Throws as `singularValueDecomposition`.
 *
 * @example polarDecomposition(Matrix.fromRows([[0, -2], [2, 0]])).p.get(0, 0) // 2.00
 */
export function polarDecomposition(matrix: Matrix): PolarDecomposition {
  const { values, u, v } = singularValueDecomposition(matrix);
  const { rows, columns, data } = v;
  const half = new Matrix(rows, columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) half.data[i * columns + j] = data[i * columns + j] * Math.sqrt(values[j]);
  const p = multiply(half, half, { transposeB: true });
  requireRepresentable(p.data, "polarDecomposition: an entry of P");
  return { u: multiply(u, v, { transposeB: true }), p };
}
