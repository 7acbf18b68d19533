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
import { estimateOneNorm } from "./norm-estimate.ts";
import { multiply, planProduct } from "./product.ts";
import { solutionSpace } from "./right-hand-side.ts";
import { scaledProduct } from "./scaled-product.ts";
import { symmetrized } from "./symmetry.ts";
import { columnsOf, substitute } from "./triangular-solve.ts";

/** Columns of a block. */
const blockSize = 32;
/** Up to this size there is one block. */
const smallSize = 48;

/** A = L Lᵀ, with what one does with it. Made by `cholesky`. */
export class Cholesky {
  /** L, n × n, zeros above the diagonal. */
  readonly l: Matrix;
  readonly #norm: number;

  constructor(l: Matrix, norm: number) {
    this.l = l;
    this.#norm = norm;
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

  /** An estimate from below of ‖A‖₁‖A⁻¹‖₁, rarely off by more than 3. Cost O(n²). */
  conditionNumber(): number {
    const apply = (x: Float64Array): void => this.#solve(x, 1);
    return this.#norm * estimateOneNorm(this.l.rows, apply, apply);
  }

  /** A = L Lᵀ, up to round-off. */
  reconstruct(): Matrix {
    return multiply(this.l, this.l, { transposeB: true });
  }

  #solve(x: Float64Array, columns: number): void {
    const { rows: n, data } = this.l;
    substitute({ data, n, upper: false, transpose: false, unitDiagonal: false }, x, columns);
    substitute({ data, n, upper: false, transpose: true, unitDiagonal: false }, x, columns);
  }
}

/**
 * Factors a symmetric positive definite matrix, which is not changed.
 *
 * Throws NotPositiveDefiniteError with the place of the pivot that is not positive, ShapeError for a matrix that is not
 * square, NotFiniteError naming an entry that is NaN or infinite, ArgumentError naming a pair of entries that differ by more
 * than 1e-12 of the largest entry. `modifiedCholesky` takes indefinite matrices, `ldlt` factors them.
 *
 * @example cholesky(Matrix.fromRows([[4, 2], [2, 2]])).l.toRows() // [[2, 0], [1, 1]]
 */
export function cholesky(matrix: Matrix): Cholesky {
  const l = symmetrized(matrix, 1, "cholesky");
  const { rows: n, data } = l;
  const place = choleskyInPlace(data, n);
  if (place >= 0)
    throw new NotPositiveDefiniteError(
      `cholesky: the matrix is not positive definite: pivot ${place} of ${n} is ${data[place * n + place]}.`,
      place,
    );
  return new Cholesky(l, oneNorm(matrix));
}

/**
 * Overwrites an n × n array, of which the lower triangle is read, with L and zeros. The result is −1, or the place of the
 * first pivot that is not positive: then it is left there in the array.
 */
export function choleskyInPlace(data: Float64Array, n: number): number {
  const size = n <= smallSize ? n : blockSize;
  const negated = new Float64Array(n <= smallSize ? 0 : size * n);
  for (let first = 0; first < n; first += size) {
    const end = Math.min(n, first + size);
    if (first > 0) subtractDone(data, n, first, end, negated);
    for (let j = first; j < end; j++) {
      const place = factorRow(data, n, first, j);
      if (place >= 0) return place;
    }
    divideRows(data, n, first, end);
  }
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) data[i * n + j] = 0;
  return -1;
}

/** Takes from a block column what all columns before make of it. Above the diagonal this leaves nothing of use. */
function subtractDone(data: Float64Array, n: number, first: number, end: number, negated: Float64Array): void {
  for (let i = first, to = 0; i < end; i++) for (let k = 0, from = i * n; k < first; k++) negated[to++] = -data[from++];
  planProduct({
    ...{ rows: n - first, columns: end - first, inner: first },
    ...{ transposeB: true, accumulate: true, strideA: n, strideC: n },
  })(data, first * n, negated, 0, data, first * n + first);
}

/** Row i of L from column `first` on, its diagonal last; the place i when that is not positive. */
function factorRow(data: Float64Array, n: number, first: number, i: number): number {
  const row = i * n;
  for (let j = first; j < i; j++) {
    let rest = data[row + j];
    for (let k = first, other = j * n; k < j; k++) rest -= data[row + k] * data[other + k];
    data[row + j] = rest / data[j * n + j];
  }
  let rest = data[row + i];
  for (let k = first; k < i; k++) rest -= data[row + k] * data[row + k];
  data[row + i] = rest > 0 ? Math.sqrt(rest) : rest;
  return rest > 0 ? -1 : i;
}

/** The rows of L below a block, four at a time: each sum has to wait for its last subtraction. */
function divideRows(data: Float64Array, n: number, first: number, end: number): void {
  let i = end;
  for (; i + 4 <= n; i += 4) {
    const [r0, r1, r2, r3] = [i * n, (i + 1) * n, (i + 2) * n, (i + 3) * n];
    for (let j = first; j < end; j++) {
      let s0 = data[r0 + j];
      let s1 = data[r1 + j];
      let s2 = data[r2 + j];
      let s3 = data[r3 + j];
      const other = j * n;
      for (let k = first; k < j; k++) {
        const factor = data[other + k];
        s0 -= data[r0 + k] * factor;
        s1 -= data[r1 + k] * factor;
        s2 -= data[r2 + k] * factor;
        s3 -= data[r3 + k] * factor;
      }
      const pivot = data[other + j];
      data[r0 + j] = s0 / pivot;
      data[r1 + j] = s1 / pivot;
      data[r2 + j] = s2 / pivot;
      data[r3 + j] = s3 / pivot;
    }
  }
  for (; i < n; i++)
    for (let j = first, row = i * n; j < end; j++) {
      let rest = data[row + j];
      for (let k = first, other = j * n; k < j; k++) rest -= data[row + k] * data[other + k];
      data[row + j] = rest / data[j * n + j];
    }
}
