/** What all `solve` methods do with their argument: one vector, or the columns of a matrix. */
import { ArgumentError, ShapeError } from "../errors.ts";
import { checkFinite, indexOfNotFinite, requireFinite, requireRepresentable } from "./finite.ts";
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
    return solvedInRange(b, what, solve);
  }
  checkFinite(b, what);
  return solvedInRange(new Matrix(rows, 1, b), what, solve).data;
}

/** 2⁻⁶⁴. */
const shrinkage = 5.421010862427522e-20;

/** Sums on the way may overflow where the solution does not: then once more, with smaller right-hand sides. */
function solvedInRange({ rows, columns, data }: Matrix, what: string, solve: (b: Matrix) => Matrix): Matrix {
  const copy = data.slice();
  const first = solve(new Matrix(rows, columns, copy));
  if (indexOfNotFinite(first.data) < 0) return first;
  for (let at = 0; at < data.length; at++) copy[at] = data[at] * shrinkage;
  const second = solve(new Matrix(rows, columns, copy));
  for (let at = 0; at < second.data.length; at++) second.data[at] /= shrinkage;
  requireRepresentable(second.data, `${what}: the solution`);
  return second;
}

/**
 * Where the solution for right-hand sides goes that are found to be right: `out`, or new memory of the same form. Throws
 * ShapeError for another number of rows and for `out` of another form, NotFiniteError for NaN and infinities.
 */
export function solutionSpace(
  b: Matrix | Float64Array,
  out: Matrix | Float64Array | undefined,
  rows: number,
  what: string,
): Matrix | Float64Array {
  const given = b instanceof Matrix ? b.rows : b.length;
  if (given !== rows) throw new ShapeError(`${what}: the right-hand side has ${given} rows; the matrix has ${rows}.`);
  if (b instanceof Matrix) {
    requireFinite(b, what);
    if (out === undefined) return new Matrix(b.rows, b.columns);
    if (!(out instanceof Matrix)) throw new ArgumentError(`${what}: out is a vector; the right-hand side is a matrix.`);
    if (out.rows !== b.rows || out.columns !== b.columns)
      throw new ShapeError(`${what}: out is ${out.rows} × ${out.columns}; the solution is ${b.rows} × ${b.columns}.`);
    return out;
  }
  checkFinite(b, what);
  if (out === undefined) return new Float64Array(rows);
  if (out instanceof Matrix) throw new ArgumentError(`${what}: out is a matrix; the right-hand side is a vector.`);
  if (out.length !== rows) throw new ShapeError(`${what}: out has ${out.length} elements; the solution has ${rows}.`);
  return out;
}
