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

/** Throws ArgumentError where a part of `out` has the argument's own elements. */
export function requireApart(matrix: Matrix, part: Float64Array, what: string): void {
  if (part === matrix.data)
    throw new ArgumentError(`${what}: out has the matrix's elements, which are still read while it is written.`);
}
