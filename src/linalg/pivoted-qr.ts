/**
 * QR with column pivoting, A P = Q R, where each step takes the column with the largest rest: R's diagonal descends in
 * size, and where it drops to round-off is the numerical rank.
 *
 * Cost: 2n²(m − n/3) flops, unblocked. The norms of the rests are brought down step by step and computed anew where that
 * has lost half of their digits. Accuracy: as `householderQR`. The rank is reliable but for matrices made against it.
 * Source: P. Businger and G. Golub, Linear Least Squares Solutions by Householder Transformations, Numerische Mathematik
 * 7, 1965; Z. Drmač and Z. Bujanović, On the Failure of Rank-Revealing QR Factorization Software, ACM TOMS 35, 2008;
 * G. Golub and C. Van Loan, Matrix Computations, 4th ed. 2013, §5.4 and §5.5.
 */
import { requireFinite } from "./finite.ts";
import { makeReflector, strideNorm } from "./householder.ts";
import { HouseholderQR, householderQR, reflectColumns, requireFactorsFor } from "./householder-qr.ts";
import { Matrix } from "./matrix.ts";
import { multiply } from "./product.ts";
import { copyInRange, unscaleUpper } from "./range.ts";
import { rankTolerance, type RankOptions } from "./rank.ts";
import { requireVectorSpace } from "./result-space.ts";
import { solvedLike } from "./right-hand-side.ts";
import { backSubstitute, forwardSubstituteTransposed } from "./triangular-rows.ts";

/** √u: below this part of what it was, a norm that was brought down is computed anew. */
const staleness = 1e-8;

/** The factors; column j of A P is column `order[j]` of A. Made by `pivotedQR`. */
export class PivotedQR {
  readonly factors: HouseholderQR;
  readonly order: Int32Array;

  constructor(factors: HouseholderQR, order: Int32Array) {
    this.factors = factors;
    this.order = order;
  }

  /** How many diagonal entries of R are more than `tolerance` times the first one. */
  rank(options: RankOptions = {}): number {
    const { rows, columns, data } = this.factors.packed;
    const tolerance = rankTolerance(rows, columns, options, "PivotedQR.rank");
    return rankOfDiagonal(data, columns, Math.min(rows, columns), tolerance);
  }

  /**
   * The x of least length among those that minimize ‖A x − b‖, for a vector b or each column of a matrix. Throws
   * ShapeError, NotFiniteError; ArgumentError for a tolerance that is negative or NaN.
   */
  solve(b: Matrix, options?: RankOptions): Matrix;
  solve(b: Float64Array, options?: RankOptions): Float64Array;
  solve(b: Matrix | Float64Array, options?: RankOptions): Matrix | Float64Array;
  solve(b: Matrix | Float64Array, options: RankOptions = {}): Matrix | Float64Array {
    const rank = this.rank(options);
    return solvedLike(b, this.factors.packed.rows, "PivotedQR.solve", (columns) => this.#solved(columns, rank));
  }

  /** The determinant of a square A; no intermediate overflow. Throws ShapeError for another shape. */
  determinant(): number {
    const order = this.order.slice();
    let sign = 1;
    for (let j = 0; j < order.length; j++)
      while (order[j] !== j) {
        const to = order[j];
        order[j] = order[to];
        order[to] = to;
        sign = -sign;
      }
    return sign * this.factors.determinant();
  }

  /** An estimate of R's condition number; see `HouseholderQR.conditionNumber`. */
  conditionNumber(): number {
    return this.factors.conditionNumber();
  }

  /** A = Q R Pᵀ, up to round-off. */
  reconstruct(): Matrix {
    const { factors, order } = this;
    const product = multiply(factors.q(), factors.r());
    const result = new Matrix(product.rows, product.columns);
    for (let i = 0; i < result.rows; i++)
      for (let j = 0; j < order.length; j++)
        result.data[i * order.length + order[j]] = product.data[i * order.length + j];
    return result;
  }

  /** With the first `rank` rows of R as (S 0) Zᵀ, S triangular: x = P Z (S⁻¹ (Qᵀb) 0). */
  #solved(b: Matrix, rank: number): Matrix {
    const { factors, order } = this;
    const { columns: n } = factors.packed;
    const rotated = factors.applyQTransposed(b);
    const head = new Matrix(rank, b.columns, rotated.data.slice(0, rank * b.columns));
    let y: Matrix;
    if (rank === n) {
      backSubstitute(factors.packed, head);
      y = head;
    } else {
      const upper = new Matrix(rank, n);
      for (let i = 0; i < rank; i++) upper.row(i).set(factors.packed.row(i).subarray(i), i);
      const complete = householderQR(upper.transpose());
      forwardSubstituteTransposed(complete.packed, head);
      const padded = new Matrix(n, b.columns);
      padded.data.set(head.data);
      y = complete.applyQ(padded);
    }
    const x = new Matrix(n, b.columns);
    for (let j = 0, from = 0; j < n; j++)
      for (let l = 0, to = order[j] * b.columns; l < b.columns; l++) x.data[to++] = y.data[from++];
    return x;
  }
}

/**
 * Factors an m × n matrix (any m and n, 0 included), which is not changed. `out`, an earlier factorization of the same shape, is
 * overwritten and returned. Throws NotFiniteError naming the entry that is NaN or infinite, or for an R beyond the largest number,
 * ShapeError for `out` of another shape, ArgumentError where it has the matrix's elements.
 *
 * @example pivotedQR(Matrix.fromRows([[1, 2], [2, 4]])).rank() // 1
 */
export function pivotedQR(matrix: Matrix, options: { readonly out?: PivotedQR } = {}): PivotedQR {
  requireFinite(matrix, "pivotedQR");
  const { rows, columns } = matrix;
  const { out } = options;
  if (out !== undefined) {
    requireFactorsFor(matrix, out.factors, "pivotedQR", "out.factors");
    requireVectorSpace(out.order, columns, "pivotedQR: out.order", "the factorization");
  }
  const { copy: packed, scale, rest } = copyInRange(matrix, Math.min(rows, columns), out?.factors.packed);
  const { order = new Int32Array(columns), factors: { scales } = { scales: rest } } = out ?? {};
  pivotInPlace(packed.data, rows, columns, columns, order, scales);
  unscaleUpper(packed, scale, "pivotedQR");
  return out ?? new PivotedQR(new HouseholderQR(packed, scales), order);
}

/**
 * Overwrites the first `columns` columns of a rows × stride matrix with their packed factors, and those beyond with Qᵀ times
 * them; writes the order of the columns and τ of each reflector. Entries should be in range (range.ts).
 */
export function pivotInPlace(
  data: Float64Array,
  rows: number,
  columns: number,
  stride: number,
  order: Int32Array,
  scales: Float64Array,
): void {
  const norms = new Float64Array(columns);
  const exact = new Float64Array(columns);
  for (let j = 0; j < columns; j++) {
    order[j] = j;
    norms[j] = strideNorm(data, j, stride, rows);
    exact[j] = norms[j];
  }
  for (let j = 0; j < scales.length; j++) {
    let pivot = j;
    for (let l = j + 1; l < columns; l++) if (norms[l] > norms[pivot]) pivot = l;
    if (pivot !== j) {
      swapColumns(data, rows, stride, order, j, pivot);
      norms[pivot] = norms[j];
      exact[pivot] = exact[j];
    }
    scales[j] = makeReflector(data, j * stride + j, stride, rows - j);
    reflectColumns(data, stride, j, rows, scales[j]);
    for (let l = j + 1; l < columns; l++) lowerNorm(data, rows, stride, norms, exact, j, l);
  }
}

/** How many of the first diagonal entries, at most `count`, are more than `tolerance` times the first one and not zero. */
export function rankOfDiagonal(data: Float64Array, stride: number, count: number, tolerance: number): number {
  const floor = count === 0 ? 0 : tolerance * Math.abs(data[0]);
  let rank = 0;
  for (let at = 0; rank < count && data[at] !== 0 && Math.abs(data[at]) > floor; at += stride + 1) rank++;
  return rank;
}

/** Takes row j out of the norm of column l. */
function lowerNorm(
  data: Float64Array,
  rows: number,
  stride: number,
  norms: Float64Array,
  exact: Float64Array,
  j: number,
  l: number,
): void {
  if (norms[l] === 0) return;
  const part = Math.abs(data[j * stride + l]) / norms[l];
  const rest = Math.max(0, (1 - part) * (1 + part));
  const ratio = norms[l] / exact[l];
  if (rest * ratio * ratio > staleness) norms[l] *= Math.sqrt(rest);
  else {
    norms[l] = strideNorm(data, (j + 1) * stride + l, stride, rows - j - 1);
    exact[l] = norms[l];
  }
}

function swapColumns(data: Float64Array, rows: number, stride: number, order: Int32Array, a: number, b: number): void {
  for (let i = 0; i < rows; i++) {
    const kept = data[i * stride + a];
    data[i * stride + a] = data[i * stride + b];
    data[i * stride + b] = kept;
  }
  const kept = order[a];
  order[a] = order[b];
  order[b] = kept;
}
