/**
 * Linear least squares: what minimizes ‖A x − b‖, of least length where that leaves a choice, and the ridge solution, which
 * minimizes ‖A x − b‖² + ρ‖x‖². Both by orthogonal factorizations, so that the condition number enters once and not
 * squared as in the normal equations.
 *
 * Cost: 2n²(m − n/3) flops for m ≥ n. Error: about u·κ·(1 + κ·‖r‖/(‖A‖‖x‖)) relative to ‖x‖.
 * Source: Å. Björck, Numerical Methods for Least Squares Problems, 1996, §1.4, §2.7; A. Hoerl and R. Kennard,
 * Technometrics 12, 1970 (ridge).
 */
import { ArgumentError } from "../errors.ts";
import { requireFinite, requireRepresentable } from "./finite.ts";
import { smallTarget } from "./householder.ts";
import { householderQR } from "./householder-qr.ts";
import { Matrix } from "./matrix.ts";
import { pivotedQR, pivotInPlace, rankOfDiagonal } from "./pivoted-qr.ts";
import { isInRange } from "./range.ts";
import { rankTolerance, type RankOptions } from "./rank.ts";
import { solvedLike } from "./right-hand-side.ts";
import { scratch } from "./scratch.ts";
import { backSubstitute, forwardSubstituteTransposed } from "./triangular-rows.ts";

/**
 * The x of least length that minimizes ‖A x − b‖, for A of m × n (any m and n, any rank) and a vector b or each column of
 * a matrix. The rank is decided by `tolerance`; see `pivotedQR`, whose object also serves many right-hand sides.
 *
 * Throws ShapeError, NotFiniteError; ArgumentError for a tolerance that is negative or NaN.
 *
 * @example leastSquares(Matrix.fromRows([[1], [1]]), Float64Array.of(1, 3)) // [2.00]
 */
export function leastSquares(a: Matrix, b: Float64Array, options?: RankOptions): Float64Array;
export function leastSquares(a: Matrix, b: Matrix, options?: RankOptions): Matrix;
export function leastSquares(a: Matrix, b: Matrix | Float64Array, options: RankOptions = {}): Matrix | Float64Array {
  return (b instanceof Matrix ? null : solvedInOne(a, b, options)) ?? pivotedQR(a).solve(b, options);
}

/**
 * For one right-hand side and a small matrix of full rank: b is one more column of what is factored, in
 * scratch. The bits of `pivotedQR(a).solve(b)`; null for all else, and for what is to be refused.
 */
function solvedInOne({ rows, columns, data }: Matrix, b: Float64Array, options: RankOptions): Float64Array | null {
  const stride = columns + 1;
  if (rows < columns || rows !== b.length || rows * stride > smallTarget || !isInRange(data)) return null;
  const work = scratch(rows * stride);
  let sum = 0;
  for (let i = 0, from = 0, to = 0; i < rows; i++, to++) {
    for (let j = 0; j < columns; j++) work[to++] = data[from++];
    work[to] = b[i];
    sum += b[i] - b[i];
  }
  if (sum !== 0) return null;
  const tolerance = rankTolerance(rows, columns, options, "PivotedQR.rank");
  const order = new Int32Array(columns);
  pivotInPlace(work, rows, columns, stride, order, new Float64Array(columns));
  if (rankOfDiagonal(work, stride, columns, tolerance) < columns) return null;
  const x = new Float64Array(columns);
  for (let i = columns - 1; i >= 0; i--) {
    const row = i * stride;
    let rest = work[row + columns];
    for (let j = i + 1; j < columns; j++) rest -= work[row + j] * work[j * stride + columns];
    rest /= work[row + i];
    work[row + columns] = rest;
    x[order[i]] = rest;
  }
  requireRepresentable(x, "PivotedQR.solve: the solution");
  return x;
}

/**
 * The x that minimizes ‖A x − b‖² + ridge·‖x‖², that is (AᵀA + ridge·I)⁻¹Aᵀb, from QR of A over √ridge·I; for m < n from
 * that of Aᵀ over √ridge·I. Throws ArgumentError for a ridge that is not a positive number, ShapeError, NotFiniteError.
 *
 * @example ridgeSolution(Matrix.fromRows([[1], [1]]), Float64Array.of(1, 3), { ridge: 2 }) // [1.00]
 */
export function ridgeSolution(a: Matrix, b: Float64Array, options: { readonly ridge: number }): Float64Array;
export function ridgeSolution(a: Matrix, b: Matrix, options: { readonly ridge: number }): Matrix;
export function ridgeSolution(
  a: Matrix,
  b: Matrix | Float64Array,
  { ridge }: { readonly ridge: number },
): Matrix | Float64Array {
  if (!(ridge > 0 && ridge < Infinity))
    throw new ArgumentError(`ridgeSolution: ridge is ${ridge}; expected a positive number.`);
  requireFinite(a, "ridgeSolution");
  const { rows: m, columns: n } = a;
  const wide = m < n;
  const count = wide ? m : n;
  const factors = householderQR(stacked(wide ? a.transpose() : a, Math.sqrt(ridge)));
  return solvedLike(b, m, "ridgeSolution", (columns) => {
    if (wide) {
      // x = Aᵀ(AAᵀ + ρI)⁻¹b, and Aᵀ = Q₁R with Q₁ the upper rows of Q: x = Q₁R⁻ᵀb.
      forwardSubstituteTransposed(factors.packed, columns);
      return head(factors.applyQ(padded(columns, n + m)), n);
    }
    const rotated = head(factors.applyQTransposed(padded(columns, m + n)), count);
    backSubstitute(factors.packed, rotated);
    return rotated;
  });
}

/** The matrix above `factor` times the identity. */
function stacked(matrix: Matrix, factor: number): Matrix {
  const { rows, columns } = matrix;
  const result = padded(matrix, rows + columns);
  for (let j = 0; j < columns; j++) result.data[(rows + j) * columns + j] = factor;
  return result;
}

function padded(matrix: Matrix, rows: number): Matrix {
  const result = new Matrix(rows, matrix.columns);
  result.data.set(matrix.data);
  return result;
}

function head(matrix: Matrix, rows: number): Matrix {
  return new Matrix(rows, matrix.columns, matrix.data.slice(0, rows * matrix.columns));
}
