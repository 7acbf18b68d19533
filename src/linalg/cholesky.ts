/**
 * The Cholesky factorization A = L Lᵀ of a symmetric positive definite matrix: L lower triangular with a positive diagonal.
 *
 * Cost: n³/3 flops, for the most part as matrix products of block columns; A x = b takes 2n² more. Accuracy: ‖A − LLᵀ‖ a
 * few units of round-off of ‖A‖ without any pivoting, and relative to the diagonal, so scaling of the unknowns does no harm.
 * Source: G. Golub and C. Van Loan, Matrix Computations, 4th ed. 2013, §4.2; LAPACK's dpotrf; J. Demmel, On Floating Point
 * Errors in Cholesky, LAPACK Working Note 14, 1989.
 */
import { NotPositiveDefiniteError } from "../errors.ts";
import { log } from "../math/elementary.ts";
import { oneNorm } from "./entry-norms.ts";
import { requireRepresentable } from "./finite.ts";
import { Matrix } from "./matrix.ts";
import { estimateCondition } from "./norm-estimate.ts";
import { choleskyInPlace } from "./cholesky-columns.ts";
import { multiply } from "./product.ts";
import { oneNormInRange } from "./range.ts";
import { requireApart, requireMatrixSpace, withNorm } from "./result-space.ts";
import { solutionSpace } from "./right-hand-side.ts";
import { scaledProduct } from "./scaled-product.ts";
import { symmetricCopy } from "./symmetry.ts";
import { columnsOf, substitute } from "./triangular-solve.ts";
import { substituteVector } from "./vector-substitution.ts";

/** A = L Lᵀ, with what one does with it. Made by `cholesky`. */
export class Cholesky {
  /** L, n × n, zeros above the diagonal. */
  readonly l: Matrix;
  /** ‖A‖₁. */
  readonly oneNorm: number;

  constructor(l: Matrix, oneNorm: number) {
    this.l = l;
    this.oneNorm = oneNorm;
  }

  /**
   * A⁻¹b for a vector, or for each column of a matrix. `out`, which may be b, is overwritten with the solution and returned;
   * by default it is new. Throws ShapeError, and NotFiniteError also for a solution beyond the largest number.
   */
  solve(b: Matrix, options?: { readonly out?: Matrix }): Matrix;
  solve(b: Float64Array, options?: { readonly out?: Float64Array }): Float64Array;
  solve(b: Matrix | Float64Array, options: { readonly out?: Matrix | Float64Array } = {}): Matrix | Float64Array {
    const x = solutionSpace(b, options.out, this.l.rows, "Cholesky.solve");
    const [target, source] = [x instanceof Matrix ? x.data : x, b instanceof Matrix ? b.data : b];
    if (target !== source) target.set(source);
    this.#solve(target, columnsOf(x));
    requireRepresentable(target, "Cholesky.solve: the solution");
    return x;
  }

  /** A⁻¹, symmetric up to round-off; `solve` is cheaper and more accurate where a product with it is wanted. */
  inverse(): Matrix {
    const result = Matrix.identity(this.l.rows);
    this.#solve(result.data, result.columns);
    requireRepresentable(result.data, "Cholesky.inverse: the inverse");
    return result;
  }

  /** The determinant; no intermediate overflow. 1 for size 0. */
  determinant(): number {
    const { rows: n, data } = this.l;
    return scaledProduct(Float64Array.from({ length: 2 * n }, (_value, k) => data[(k >> 1) * (n + 1)]));
  }

  /** The natural logarithm of the determinant, which does not overflow. */
  logDeterminant(): number {
    const { rows: n, data } = this.l;
    let sum = 0;
    for (let i = 0; i < n; i++) sum += log(data[i * n + i]);
    return 2 * sum;
  }

  /** An estimate from below of ‖A‖₁‖A⁻¹‖₁, rarely off by more than 3; Infinity for a norm beyond the largest number, 1 for size 0. Cost O(n²). */
  conditionNumber(): number {
    const apply = (x: Float64Array): void => this.#solve(x, 1);
    return estimateCondition(this.l.rows, this.oneNorm, apply, apply);
  }

  /** A = L Lᵀ, up to round-off. */
  reconstruct(): Matrix {
    return multiply(this.l, this.l, { transposeB: true });
  }

  #solve(x: Float64Array, columns: number): void {
    const { rows: n, data } = this.l;
    if (columns === 1) {
      substituteVector(data, 0, n, n, false, false, false, x);
      substituteVector(data, 0, n, n, false, true, false, x);
      return;
    }
    substitute({ data, n, upper: false, transpose: false, unitDiagonal: false }, x, columns);
    substitute({ data, n, upper: false, transpose: true, unitDiagonal: false }, x, columns);
  }
}

/**
 * Factors a symmetric positive definite matrix, which is not changed. `out`, an earlier factorization of the same size, is overwritten and
 * returned: up to n = 32 nothing is allocated then for a matrix that is symmetric to the last bit. It is lost when the matrix is not positive definite.
 *
 * Throws NotPositiveDefiniteError with the place of the pivot that is not positive, ShapeError for a matrix that is not
 * square, NotFiniteError naming an entry that is NaN or infinite, ArgumentError naming a pair of entries that differ by more
 * than 1e-12 of the largest entry, and where `out` is of another size or has the matrix's elements. `modifiedCholesky` takes indefinite matrices, `ldlt` factors them.
 *
 * @example cholesky(Matrix.fromRows([[4, 2], [2, 2]])).l.toRows() // [[2, 0], [1, 1]]
 */
export function cholesky(matrix: Matrix, options: { readonly out?: Cholesky } = {}): Cholesky {
  const { out } = options;
  if (out !== undefined) requireOut(out, matrix);
  const l = symmetricCopy(matrix, 1, "cholesky", out?.l);
  const { rows: n, data } = l;
  const place = choleskyInPlace(data, n);
  if (place >= 0)
    throw new NotPositiveDefiniteError(
      `cholesky: the matrix is not positive definite: pivot ${place} of ${n} is ${data[place * n + place]}.`,
      place,
    );
  const quickNorm = oneNormInRange(matrix);
  const norm = quickNorm >= 0 ? quickNorm : oneNorm(matrix);
  if (out === undefined) return new Cholesky(l, norm);
  return withNorm(out, norm);
}

function requireOut({ l }: Cholesky, matrix: Matrix): void {
  requireMatrixSpace(l, matrix.rows, matrix.rows, "cholesky: out.l", "the factor");
  requireApart(matrix, l.data, "cholesky");
}
