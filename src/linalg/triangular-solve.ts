/**
 * Solutions of triangular systems by substitution, n² flops for each right-hand side; for many of them in blocks, where
 * matrix products do nearly all of the work.
 *
 * Accuracy: each column of the solution solves a system whose matrix is within n·u of T, entry by entry, however
 * ill-conditioned T is. Source: N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed. 2002, chapter 8.
 */
import { ArgumentError, SingularMatrixError } from "../errors.ts";
import { requireRepresentable } from "./finite.ts";
import { Matrix } from "./matrix.ts";
import { planProduct } from "./product.ts";
import { solutionSpace } from "./right-hand-side.ts";
import { requireSquare } from "./symmetry.ts";
import { substituteVector } from "./vector-substitution.ts";

/** So many unknowns are solved for by loops before a product takes them to the others. */
const blockSize = 32;
/** Up to so many unknowns, or times columns, there are loops alone. */
const smallSize = 48;

/** How a square array is read as a triangular matrix. */
export interface TriangularOptions {
  /** The upper triangle is T, else the lower one; the other is not looked at. Default false. */
  readonly upper?: boolean;
  /** Solve with Tᵀ; default false. */
  readonly transpose?: boolean;
  /** T's diagonal is 1 and is not looked at; default false. */
  readonly unitDiagonal?: boolean;
}

/**
 * T⁻¹b, or T⁻ᵀb with `transpose`, for a vector or for each column of a matrix. `out`, which may be b, is overwritten with
 * the result and returned; by default it is new.
 *
 * Throws ShapeError for a matrix that is not square and for other lengths of b and `out`, NotFiniteError for NaN and
 * infinities and for a solution beyond the largest number, SingularMatrixError with the place of a zero on the diagonal.
 *
 * @example solveTriangular(Matrix.fromRows([[2, 0], [1, 4]]), Float64Array.of(2, 9)) // [1, 2]
 */
export function solveTriangular(t: Matrix, b: Matrix, options?: TriangularOptions & { readonly out?: Matrix }): Matrix;
export function solveTriangular(
  t: Matrix,
  b: Float64Array,
  options?: TriangularOptions & { readonly out?: Float64Array },
): Float64Array;
export function solveTriangular(
  t: Matrix,
  b: Matrix | Float64Array,
  options: TriangularOptions & { readonly out?: Matrix | Float64Array } = {},
): Matrix | Float64Array {
  const { upper = false, transpose = false, unitDiagonal = false, out } = options;
  requireSquare(t, "solveTriangular");
  const { rows: n, data } = t;
  if (out instanceof Matrix ? out.data === data : out === data)
    throw new ArgumentError("solveTriangular: out is the matrix, which is still read while it is written.");
  const place = unitDiagonal ? -1 : zeroOnDiagonal(data, n);
  if (place >= 0)
    throw new SingularMatrixError(`solveTriangular: the matrix is singular: pivot ${place} of ${n} is 0.`, place);
  const x = solutionSpace(b, out, n, "solveTriangular");
  const [target, source] = [x instanceof Matrix ? x.data : x, b instanceof Matrix ? b.data : b];
  if (target !== source) target.set(source);
  substitute({ data, n, upper, transpose, unitDiagonal }, target, columnsOf(x));
  requireRepresentable(target, "solveTriangular: the solution");
  return x;
}

/** The first place on the diagonal with a zero, or −1. */
export function zeroOnDiagonal(data: Float64Array, n: number): number {
  for (let i = 0; i < n; i++) if (data[i * n + i] === 0) return i;
  return -1;
}

/** 1 for a vector. */
export function columnsOf(x: Matrix | Float64Array): number {
  return x instanceof Matrix ? x.columns : 1;
}

/** A triangular matrix in an n × n array, row after row. */
export interface Triangle {
  readonly data: Float64Array;
  readonly n: number;
  readonly upper: boolean;
  readonly transpose: boolean;
  readonly unitDiagonal: boolean;
}

/** Overwrites b, n × columns, with op(T)⁻¹b. Nothing is checked. */
export function substitute(t: Triangle, b: Float64Array, columns: number): void {
  const { data, n, upper, transpose, unitDiagonal } = t;
  if (columns === 1) {
    substituteVector(data, 0, n, n, upper, transpose, unitDiagonal, b);
    return;
  }
  const backward = upper !== transpose;
  if (n <= smallSize || n * columns <= smallSize) {
    substituteBlock(data, n, backward, transpose, unitDiagonal, 0, n, b, columns);
    return;
  }
  // Minus what is solved for, so that a product which adds can subtract.
  const negated = new Float64Array(blockSize * columns);
  const blocks = Math.ceil(n / blockSize);
  for (let step = 0; step < blocks; step++) {
    const first = (backward ? blocks - 1 - step : step) * blockSize;
    const end = Math.min(n, first + blockSize);
    substituteBlock(data, n, backward, transpose, unitDiagonal, first, end, b, columns);
    const [top, rows] = backward ? [0, first] : [end, n - end];
    if (rows === 0) continue;
    const [start, inner] = [first * columns, end - first];
    for (let k = 0; k < inner * columns; k++) negated[k] = -b[start + k];
    planProduct({ rows, columns, inner, transposeA: transpose, strideA: n, accumulate: true })(
      data,
      transpose ? first * n + top : top * n + first,
      negated,
      0,
      b,
      top * columns,
    );
  }
}

/** The same for the unknowns from `first` to before `end` alone, by the textbook's loops. */
function substituteBlock(
  data: Float64Array,
  n: number,
  backward: boolean,
  transpose: boolean,
  unitDiagonal: boolean,
  first: number,
  end: number,
  b: Float64Array,
  columns: number,
): void {
  const [rowStep, columnStep] = transpose ? [1, n] : [n, 1];
  for (let step = first; step < end; step++) {
    const i = backward ? first + end - 1 - step : step;
    const [from, to] = backward ? [i + 1, end] : [first, i];
    const pivot = unitDiagonal ? 1 : data[i * n + i];
    const row = i * columns;
    for (let j = from, at = i * rowStep + from * columnStep; j < to; j++, at += columnStep) {
      const factor = data[at];
      if (factor === 0) continue;
      for (let k = 0, other = j * columns; k < columns; k++) b[row + k] -= factor * b[other + k];
    }
    if (!unitDiagonal) for (let k = 0; k < columns; k++) b[row + k] /= pivot;
  }
}
