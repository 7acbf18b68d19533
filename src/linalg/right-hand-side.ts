/** What all `solve` methods do with their argument: one vector, or the columns of a matrix. */
import { ShapeError } from "../errors.ts";
import { checkFinite, requireFinite, requireRepresentable } from "./finite.ts";
import { Matrix } from "./matrix.ts";

/**
 * Runs `solve` on a copy of the right-hand sides as a rows × p matrix (which it may overwrite and return) and gives the
 * result back in the form in which they came. Throws ShapeError for another number of rows, NotFiniteError for NaN and
 * infinities, and for a solution beyond the largest number.
 */
export function solvedLike(b: Matrix, rows: number, what: string, solve: (b: Matrix) => Matrix): Matrix;
export function solvedLike(b: Float64Array, rows: number, what: string, solve: (b: Matrix) => Matrix): Float64Array;
export function solvedLike(
  b: Matrix | Float64Array,
  rows: number,
  what: string,
  solve: (b: Matrix) => Matrix,
): Matrix | Float64Array;
export function solvedLike(
  b: Matrix | Float64Array,
  rows: number,
  what: string,
  solve: (b: Matrix) => Matrix,
): Matrix | Float64Array {
  const given = b instanceof Matrix ? b.rows : b.length;
  if (given !== rows) throw new ShapeError(`${what}: the right-hand side has ${given} rows; the matrix has ${rows}.`);
  if (b instanceof Matrix) {
    requireFinite(b, what);
    const x = solve(new Matrix(b.rows, b.columns, b.data.slice()));
    requireRepresentable(x.data, `${what}: the solution`);
    return x;
  }
  checkFinite(b, what);
  const { data } = solve(new Matrix(rows, 1, b.slice()));
  requireRepresentable(data, `${what}: the solution`);
  return data;
}
