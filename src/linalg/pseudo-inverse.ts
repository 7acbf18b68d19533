/**
 * The Moore–Penrose pseudo-inverse and orthonormal bases of the null space, from the singular value decomposition. Cost:
 * that of the decomposition and 2mn·min(m, n) flops. Source: G. Golub and C. Van Loan, Matrix Computations, 4th ed. 2013,
 * §5.5.2.
 */
import { householderQR } from "./householder-qr.ts";
import { singularValueDecomposition } from "./singular-value-decomposition.ts";
import { Matrix } from "./matrix.ts";
import { numericalRank, rankTolerance, type RankOptions } from "./rank.ts";

/**
 * A⁺, n × m, of an m × n matrix (any m and n); singular values up to `tolerance` times the largest count as zeros. Throws
 * NotFiniteError, also for an entry beyond the largest number, ArgumentError for a tolerance that is negative or NaN.
 *
 * @example pseudoInverse(Matrix.fromRows([[2, 0], [0, 0]])).get(0, 0) // 0.50
 */
export function pseudoInverse(matrix: Matrix, options: RankOptions = {}): Matrix {
  rankTolerance(matrix.rows, matrix.columns, options, "pseudoInverse");
  return singularValueDecomposition(matrix).pseudoInverse(options);
}

/**
 * An orthonormal basis, n × (n − rank), of the x with A x = 0; singular values up to `tolerance` times the largest count as
 * zeros. Throws as `pseudoInverse`.
 *
 * @example nullSpace(Matrix.fromRows([[0, 0], [0, 3]])).columns // 1
 */
export function nullSpace(matrix: Matrix, options: RankOptions = {}): Matrix {
  const tolerance = rankTolerance(matrix.rows, matrix.columns, options, "nullSpace");
  const { values, v } = singularValueDecomposition(matrix);
  const rank = numericalRank(values, tolerance);
  const n = matrix.columns;
  const range = new Matrix(n, rank);
  for (let i = 0; i < n; i++) for (let j = 0; j < rank; j++) range.data[i * rank + j] = v.data[i * v.columns + j];
  const whole = householderQR(range).q({ full: true });
  const result = new Matrix(n, n - rank);
  for (let i = 0; i < n; i++) result.row(i).set(whole.row(i).subarray(rank));
  return result;
}
