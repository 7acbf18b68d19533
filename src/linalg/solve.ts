/**
 * The solution of a system of linear equations where the factorization is not wanted afterwards: nothing is allocated but
 * the result and the order of the rows, for one right-hand side and up to 128 unknowns.
 *
 * Cost: 2n³/3 flops. Accuracy and source: lu.ts, of which this gives the bits.
 */
import { SingularMatrixError } from "../errors.ts";
import { requireRepresentable } from "./finite.ts";
import { lu, type LUSolveOptions } from "./lu.ts";
import { Matrix } from "./matrix.ts";
import { eliminateWhole } from "./panel-elimination.ts";
import { isInRange } from "./range.ts";
import { solutionSpace } from "./right-hand-side.ts";
import { requireSquare } from "./symmetry.ts";
import { substituteVector } from "./vector-substitution.ts";

/**
 * A⁻¹b (A⁻ᵀb with `transpose`) for a square matrix A and a vector, or each column of a matrix. `out`, which may be a vector b
 * itself, is overwritten with the solution and returned; by default it is new. `lu` keeps the factors for more
 * right-hand sides, `leastSquares` takes other shapes.
 *
 * Throws SingularMatrixError with the place of a pivot that is zero, ShapeError for a matrix that is not square and for other
 * lengths of b and `out`, NotFiniteError for NaN and infinities and for a solution beyond the largest number.
 *
 * @example solve(Matrix.fromRows([[0, 2], [1, 1]]), Float64Array.of(4, 5)) // [3, 2]
 */
export function solve(a: Matrix, b: Matrix, options?: LUSolveOptions<Matrix>): Matrix;
export function solve(a: Matrix, b: Float64Array, options?: LUSolveOptions<Float64Array>): Float64Array;
export function solve(
  a: Matrix,
  b: Matrix | Float64Array,
  options: LUSolveOptions<Matrix | Float64Array> = {},
): Matrix | Float64Array {
  const { rows: n } = a;
  if (n !== a.columns || b instanceof Matrix || !isInRange(a.data)) return solveByFactors(a, b, options);
  const { transpose = false, out } = options;
  const x = solutionSpace(b, out, n, "solve") as Float64Array;
  const exchanges = new Int32Array(n);
  const { array, stride } = eliminateWhole(a.data, n, exchanges, null);
  for (let k = 0; k < n; k++)
    if (array[k * stride + k] === 0)
      throw new SingularMatrixError(`solve: the matrix is singular: pivot ${k} of ${n} is 0.`, k);
  if (x !== b) for (let i = 0; i < n; i++) x[i] = b[i];
  if (!transpose) {
    for (let k = 0; k < n; k++) exchange(x, k, exchanges[k]);
    substituteVector(array, 0, stride, n, false, false, true, x);
    substituteVector(array, 0, stride, n, true, false, false, x);
  } else {
    substituteVector(array, 0, stride, n, true, true, false, x);
    substituteVector(array, 0, stride, n, false, true, true, x);
    for (let k = n - 1; k >= 0; k--) exchange(x, k, exchanges[k]);
  }
  requireRepresentable(x, "solve: the solution");
  return x;
}

function exchange(x: Float64Array, i: number, j: number): void {
  const kept = x[i];
  x[i] = x[j];
  x[j] = kept;
}

/** Many right-hand sides, entries at the ends of the range, and all that is refused. */
function solveByFactors(
  a: Matrix,
  b: Matrix | Float64Array,
  options: LUSolveOptions<Matrix | Float64Array>,
): Matrix | Float64Array {
  requireSquare(a, "solve");
  if (b instanceof Matrix) return lu(a).solve(b, options as LUSolveOptions<Matrix>);
  return lu(a).solve(b === options.out ? b.slice() : b, options as LUSolveOptions<Float64Array>);
}
