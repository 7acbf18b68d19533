/**
 * The square root of a symmetric positive semidefinite matrix: the X = Xᵀ ≥ 0 with X² = A, from the eigendecomposition.
 * Cost: that of the decomposition and 2n³ flops. Error: ‖X² − A‖ a few units of round-off of ‖A‖. Source: N. J. Higham,
 * Functions of Matrices, 2008, §6.
 */
import { NotPositiveDefiniteError } from "../errors.ts";
import { Matrix } from "./matrix.ts";
import { multiply } from "./product.ts";
import { symmetricEigen } from "./symmetric-eigen.ts";

/** Eigenvalues down to minus this part of the largest, times n, are round-off of zeros. */
const tolerance = 1e-14;

/**
 * A^(1/2), symmetric to the last bit. Eigenvalues that are negative by no more than n·1e-14 of the largest count as zeros.
 *
 * Throws ShapeError, NotFiniteError and ArgumentError as `symmetricEigen`, NotPositiveDefiniteError with the index of the
 * first eigenvalue that is negative.
 *
 * @example matrixSquareRoot(Matrix.fromRows([[4, 0], [0, 9]])).get(1, 1) // 3.00
 */
export function matrixSquareRoot(matrix: Matrix): Matrix {
  const { values, vectors } = symmetricEigen(matrix);
  const n = values.length;
  const floor = n === 0 ? 0 : -tolerance * n * Math.max(Math.abs(values[0]), Math.abs(values[n - 1]));
  const bad = values.findIndex((value) => value < floor);
  if (bad >= 0)
    throw new NotPositiveDefiniteError(
      `matrixSquareRoot: eigenvalue ${bad} of ${n} is ${values[bad]}; expected none to be negative.`,
      bad,
    );
  const quarter = values.map((value) => Math.sqrt(Math.sqrt(Math.max(value, 0))));
  const half = new Matrix(n, n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) half.data[i * n + j] = vectors.data[i * n + j] * quarter[j];
  return multiply(half, half, { transposeB: true });
}
