/**
 * The factorization P A = L U of a square matrix by Gaussian elimination with partial pivoting: L unit lower triangular
 * with no entry beyond 1, U upper triangular, P a permutation.
 *
 * Cost: 2n³/3 flops, in panels whose effect on the rest is one matrix product each; A x = b takes 2n² more. Accuracy: the
 * solution solves a system within n·u·‖L‖‖U‖ of A; only for made-up matrices is that much more than n·u·‖A‖.
 * Source: G. Golub and C. Van Loan, Matrix Computations, 4th ed. 2013, §3.4; LAPACK's dgetrf.
 */
import { ArgumentError, SingularMatrixError } from "../errors.ts";
import { log } from "../math/elementary.ts";
import { oneNorm } from "./entry-norms.ts";
import { requireRepresentable } from "./finite.ts";
import { Matrix } from "./matrix.ts";
import { estimateCondition } from "./norm-estimate.ts";
import { eliminateWhole } from "./panel-elimination.ts";
import { multiply } from "./product.ts";
import { copyInRange, oneNormInRange, unscaleUpper } from "./range.ts";
import { requireApart, requireMatrixSpace, requireVectorSpace, withNorm } from "./result-space.ts";
import { solutionSpace } from "./right-hand-side.ts";
import { scaledProduct } from "./scaled-product.ts";
import { requireSquare } from "./symmetry.ts";
import { columnsOf, substitute, zeroOnDiagonal } from "./triangular-solve.ts";

/** What `solve` does beyond the default. */
export interface LUSolveOptions<Form> {
  /** Solve with Aᵀ; default false. */
  readonly transpose?: boolean;
  /** Overwritten with the solution and returned; by default new. Not the right-hand side. */
  readonly out?: Form;
}

/** P A = L U, with what one does with it. Made by `lu`. */
export class LU {
  /** n × n: U on and above the diagonal, L (without its diagonal of ones) below. */
  readonly packed: Matrix;
  /** Row i of P A is row `order[i]` of A. */
  readonly order: Int32Array;
  /** ‖A‖₁. */
  readonly oneNorm: number;

  constructor(packed: Matrix, order: Int32Array, oneNorm: number) {
    this.packed = packed;
    this.order = order;
    this.oneNorm = oneNorm;
  }

  /** L, unit lower triangular. */
  l(): Matrix {
    const { rows: n, data } = this.packed;
    const result = Matrix.identity(n);
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) result.data[i * n + j] = data[i * n + j];
    return result;
  }

  /** U, upper triangular. */
  u(): Matrix {
    const { rows: n, data } = this.packed;
    const result = new Matrix(n, n);
    for (let i = 0; i < n; i++) for (let j = i; j < n; j++) result.data[i * n + j] = data[i * n + j];
    return result;
  }

  /**
   * A⁻¹b (A⁻ᵀb with `transpose`) for a vector, or for each column of a matrix. Throws SingularMatrixError with the place of
   * a pivot that is zero, ShapeError, NotFiniteError, ArgumentError when `out` is b.
   */
  solve(b: Matrix, options?: LUSolveOptions<Matrix>): Matrix;
  solve(b: Float64Array, options?: LUSolveOptions<Float64Array>): Float64Array;
  solve(b: Matrix | Float64Array, options: LUSolveOptions<Matrix | Float64Array> = {}): Matrix | Float64Array {
    const { transpose = false, out } = options;
    this.#requireRegular("LU.solve");
    const x = solutionSpace(b, out, this.order.length, "LU.solve");
    const [target, source] = [x instanceof Matrix ? x.data : x, b instanceof Matrix ? b.data : b];
    if (target === source)
      throw new ArgumentError("LU.solve: out is the right-hand side, which is still read while it is written.");
    this.#solve(source, target, columnsOf(x), transpose);
    requireRepresentable(target, "LU.solve: the solution");
    return x;
  }

  /** A⁻¹; `solve` is cheaper and more accurate where a product with it is wanted. Throws as `solve`. */
  inverse(): Matrix {
    this.#requireRegular("LU.inverse");
    const n = this.order.length;
    const result = new Matrix(n, n);
    this.#solve(Matrix.identity(n).data, result.data, n, false);
    requireRepresentable(result.data, "LU.inverse: the inverse");
    return result;
  }

  /** The determinant; no intermediate overflow. 1 for size 0. */
  determinant(): number {
    const product = scaledProduct(this.#pivots());
    return product === 0 ? 0 : this.#sign() * product;
  }

  /** The sign of the determinant and log |det A|, which does not overflow; 0 and −Infinity for a singular matrix. */
  logDeterminant(): { readonly sign: -1 | 0 | 1; readonly logarithm: number } {
    let sign: number = this.#sign();
    let logarithm = 0;
    for (const pivot of this.#pivots()) {
      if (pivot === 0) return { sign: 0, logarithm: -Infinity };
      if (pivot < 0) sign = -sign;
      logarithm += log(Math.abs(pivot));
    }
    return { sign: sign < 0 ? -1 : 1, logarithm };
  }

  /** An estimate from below of ‖A‖₁‖A⁻¹‖₁, rarely off by more than 3; Infinity for a singular matrix, and for a norm beyond the largest
   * number; 1 for size 0. Cost O(n²). */
  conditionNumber(): number {
    const n = this.order.length;
    if (zeroOnDiagonal(this.packed.data, n) >= 0) return Infinity;
    const apply = (x: Float64Array): void => this.#solve(x.slice(), x, 1, false);
    return estimateCondition(n, this.oneNorm, apply, (x) => this.#solve(x.slice(), x, 1, true));
  }

  /** A = Pᵀ L U, up to round-off. */
  reconstruct(): Matrix {
    const product = multiply(this.l(), this.u());
    const result = new Matrix(product.rows, product.columns);
    this.order.forEach((row, i) => result.row(row).set(product.row(i)));
    return result;
  }

  #solve(b: Float64Array, x: Float64Array, columns: number, transpose: boolean): void {
    const { order, packed } = this;
    const { data } = packed;
    const n = order.length;
    if (!transpose) {
      permuteRows(b, order, columns, x);
      substitute({ data, n, upper: false, transpose, unitDiagonal: true }, x, columns);
      substitute({ data, n, upper: true, transpose, unitDiagonal: false }, x, columns);
      return;
    }
    // AᵀPᵀ = UᵀLᵀ.
    const y = b.slice();
    substitute({ data, n, upper: true, transpose, unitDiagonal: false }, y, columns);
    substitute({ data, n, upper: false, transpose, unitDiagonal: true }, y, columns);
    for (let i = 0; i < n; i++)
      for (let k = 0, to = order[i] * columns, from = i * columns; k < columns; k++) x[to + k] = y[from + k];
  }

  #requireRegular(what: string): void {
    const n = this.order.length;
    const place = zeroOnDiagonal(this.packed.data, n);
    if (place >= 0)
      throw new SingularMatrixError(`${what}: the matrix is singular: pivot ${place} of ${n} is 0.`, place);
  }

  #pivots(): Float64Array {
    const { rows: n, data } = this.packed;
    return Float64Array.from({ length: n }, (_value, i) => data[i * n + i]);
  }

  /** Of the permutation: every cycle of even length turns it. */
  #sign(): 1 | -1 {
    const { order } = this;
    const seen = new Uint8Array(order.length);
    let odd = false;
    for (let start = 0; start < order.length; start++)
      if (seen[start] === 0)
        for (let i = order[start]; i !== start; i = order[i]) {
          seen[i] = 1;
          odd = !odd;
        }
    return odd ? -1 : 1;
  }
}

/**
 * Factors a square matrix, which is not changed. A singular matrix is factored too; its `solve` throws. `out`, an earlier factorization of
 * the same size, is overwritten and returned: up to n = 32 nothing is allocated then.
 *
 * Throws ShapeError for a matrix that is not square and for `out` of another size, NotFiniteError naming an entry that is NaN or infinite,
 * or when an entry of U is beyond the largest number, ArgumentError where `out` has the matrix's elements.
 *
 * @example lu(Matrix.fromRows([[0, 2], [1, 1]])).solve(Float64Array.of(4, 5)) // [3, 2]
 */
export function lu(matrix: Matrix, options: { readonly out?: LU } = {}): LU {
  const { rows: n } = matrix;
  const { out } = options;
  const norm = n === matrix.columns ? oneNormInRange(matrix) : -1;
  if (norm < 0) requireSquare(matrix, "lu");
  if (out !== undefined) requireOut(out, matrix);
  const order = out?.order ?? new Int32Array(n);
  if (norm >= 0) {
    const packed = out?.packed ?? new Matrix(n, n);
    eliminateWhole(matrix.data, n, order, packed.data);
    return factorization(packed, order, norm, out);
  }
  const { copy, scale } = copyInRange(matrix, 0, out?.packed);
  eliminateWhole(copy.data, n, order, copy.data);
  unscaleUpper(copy, scale, "lu", "U");
  return factorization(copy, order, oneNorm(matrix), out);
}

function requireOut({ packed, order }: LU, matrix: Matrix): void {
  requireMatrixSpace(packed, matrix.rows, matrix.rows, "lu: out.packed", "the factorization");
  requireVectorSpace(order, matrix.rows, "lu: out.order", "the factorization");
  requireApart(matrix, packed.data, "lu");
}

/** With the exchanges in `order`, which becomes the order. */
function factorization(packed: Matrix, order: Int32Array, oneNorm: number, out: LU | undefined): LU {
  exchangesToOrder(order);
  if (out === undefined) return new LU(packed, order, oneNorm);
  return withNorm(out, oneNorm);
}

/**
 * Overwrites exchanges, of k with e_k ≥ k one after the other, with the rows of P A by their numbers in A. From the last one on: what the
 * exchanges behind k make of the rows behind k is known; before them row e_k had come to place k, and k to where e_k was.
 */
function exchangesToOrder(order: Int32Array): void {
  for (let k = order.length - 1; k >= 0; k--) {
    const other = order[k];
    if (other === k) continue;
    let at = k + 1;
    while (order[at] !== other) at++;
    order[at] = k;
  }
}

/** Row i of the result is row order[i] of b. */
function permuteRows(b: Float64Array, order: Int32Array, columns: number, result: Float64Array): void {
  for (let i = 0; i < order.length; i++)
    for (let k = 0, from = order[i] * columns, to = i * columns; k < columns; k++) result[to + k] = b[from + k];
}
