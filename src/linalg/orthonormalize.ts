/**
 * An orthonormal basis of the span of a matrix's columns that stays near the columns: Q of A = Q R with the signs that make
 * R's diagonal positive. Cost 4n²(m − n/3) flops. As a function of A it is continuous where A has full rank, which Q of
 * a Householder factorization alone is not.
 */
import { ShapeError } from "../errors.ts";
import { householderQR } from "./householder-qr.ts";
import type { Matrix } from "./matrix.ts";

/**
 * Q, m × n, of an m × n matrix with m ≥ n: column j has a positive inner product with the matrix's column j, and the first
 * j columns span the same space (or more, where those of the matrix are dependent). Throws ShapeError for m < n,
 * NotFiniteError naming an entry that is NaN or infinite.
 *
 * @example orthonormalize(Matrix.fromRows([[3], [4]])).toRows() // [[0.6], [0.8]]
 */
export function orthonormalize(matrix: Matrix): Matrix {
  const { rows, columns: n } = matrix;
  if (rows < n)
    throw new ShapeError(`orthonormalize: ${n} columns of length ${rows} are dependent; expected at most ${rows}.`);
  const factors = householderQR(matrix);
  const q = factors.q();
  for (let j = 0; j < n; j++)
    if (factors.packed.data[j * n + j] < 0) for (let i = 0; i < rows; i++) q.data[i * n + j] = -q.data[i * n + j];
  return q;
}
