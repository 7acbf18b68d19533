/** Matrices whose singular values decay as a power, in random directions: the data that the theory speaks of. */
import { fold, Matrix, type Key } from "egop";
import { householderQR, multiply } from "egop/linalg";
import { normal } from "egop/math";

/** A matrix of independent standard normal numbers. */
export function gaussianMatrix(rows: number, columns: number, key: Key): Matrix {
  return new Matrix(rows, columns, normal(key, new Float64Array(rows * columns)));
}

/** The orthonormal columns of the QR factorization of a Gaussian matrix, rows ≥ columns. */
export function randomColumns(rows: number, columns: number, key: Key): Matrix {
  return householderQR(gaussianMatrix(rows, columns, key)).q();
}

/**
 * √rows · U diag(1, 2^−power, …, columns^−power) Wᵀ, with U and W from the QR factorizations of Gaussian matrices. The
 * factor makes the columns' mean squares independent of the number of rows.
 */
export function decayingMatrix(rows: number, columns: number, power: number, key: Key): Matrix {
  const left = randomColumns(rows, columns, fold(key, 0));
  const right = randomColumns(columns, columns, fold(key, 1));
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < columns; k++) left.set(i, k, left.get(i, k) * Math.sqrt(rows) * (k + 1) ** -power);
  return multiply(left, right, { transposeB: true });
}
