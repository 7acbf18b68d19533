/**
 * Where a result goes: storage that the caller gives as `out`, for loops that should allocate nothing, or new. What is given must have the
 * result's shape and lie apart from the argument, which is read while it is written. A decomposition's `out` is an earlier
 * decomposition, whose factors are overwritten; when the routine throws behind the checks of `out`, they are of no meaning any more.
 */
import { ArgumentError, ShapeError } from "../errors.ts";
import { Matrix } from "./matrix.ts";

/** The given matrix, or a new one; `opening` is that of the message. Throws ShapeError for another shape. */
export function matrixSpace(
  out: Matrix | undefined,
  rows: number,
  columns: number,
  opening: string,
  result: string,
): Matrix {
  if (out === undefined) return new Matrix(rows, columns);
  requireMatrixSpace(out, rows, columns, opening, result);
  return out;
}

/** Throws ShapeError unless a given matrix, which opens the message, has the result's shape. */
export function requireMatrixSpace(out: Matrix, rows: number, columns: number, opening: string, result: string): void {
  if (out.rows !== rows || out.columns !== columns)
    throw new ShapeError(`${opening} is ${out.rows} × ${out.columns}; ${result} is ${rows} × ${columns}.`);
}

/** The same for a vector, or an order of rows. */
export function requireVectorSpace(
  out: Float64Array | Int32Array,
  length: number,
  opening: string,
  result: string,
): void {
  if (out.length !== length) throw new ShapeError(`${opening} has ${out.length} elements; ${result} has ${length}.`);
}

/** Throws ArgumentError where a part of `out` has elements of the argument, also as another view of them. */
export function requireApart(matrix: Matrix, part: Float64Array, what: string): void {
  if (overlap(matrix.data, part))
    throw new ArgumentError(`${what}: out has the matrix's elements, which are still read while it is written.`);
}

/**
 * Whether two arrays have elements in common. Buffers are compared only where the places in them leave it open: V8 makes small arrays'
 * buffers when they are asked for, and takes longer for that than for a small decomposition. Of arrays with the same place it
 * is seen whether what is written to one, for a moment, is in the other.
 */
export function overlap(a: Float64Array, b: Float64Array): boolean {
  if (a === b) return a.length > 0;
  const startA = a.byteOffset;
  const startB = b.byteOffset;
  if (startA >= startB + 8 * b.length || startB >= startA + 8 * a.length) return false;
  if (startA !== startB) return a.buffer === b.buffer;
  const kept = b[0];
  const mark = a[0] === 0 ? 1 : 0;
  b[0] = mark;
  const seen = a[0] === mark;
  b[0] = kept;
  return seen;
}

/** An earlier factorization with the norm of what has been factored into it, which others only read. */
export function withNorm<Factors extends { readonly oneNorm: number }>(out: Factors, norm: number): Factors {
  const written: { oneNorm: number } = out;
  written.oneNorm = norm;
  return out;
}
