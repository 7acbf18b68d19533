/**
 * The singular value decomposition A = U Σ Vᵀ through bidiagonal form: QR first where A is taller than wide, then
 * reflectors from both sides (bidiagonal.ts), and divide and conquer (bidiagonal-divide-and-conquer.ts). Small matrices by
 * small-svd.ts.
 *
 * Cost for m × n, m ≥ n: 4mn² flops for QR and what Q is applied to, at most about 10n³ for the rest, most of it in matrix
 * products. Accuracy: values to a few units of round-off of the largest, vectors orthonormal to the same.
 * Source: M. Gu and S. Eisenstat, SIAM J. Matrix Anal. Appl. 16, 1995; T. Chan, An Improved Algorithm for Computing the
 * Singular Value Decomposition, ACM TOMS 8, 1982 (QR first); LAPACK's dgesdd.
 */
import { bidiagonalize } from "./bidiagonal.ts";
import {
  bidiagonalDivideAndConquer,
  bidiagonalRightVectors,
  type BidiagonalSVD,
  bidiagonalValues,
} from "./bidiagonal-divide-and-conquer.ts";
import { requireRepresentable } from "./finite.ts";
import { householderQR, type HouseholderQR } from "./householder-qr.ts";
import type { TallSVD } from "./jacobi-svd.ts";
import { Matrix } from "./matrix.ts";
import { descendingOrder, rowsAsColumns, scaleToOne } from "./orientation.ts";
import { smallSingularValues, smallSVD } from "./small-svd.ts";

/** Up to this size there are no blocks… */
const smallSize = 32;
/** …and with at most so many elements no QR first. */
const smallArea = 2 * smallSize * smallSize;

/** Which vectors are wanted; those that are not may be missing, or unfinished. */
export type WantedVectors = "both" | "left" | "right";

/**
 * Decomposes a matrix with m ≥ n and finite entries, which is not changed; a small one into `out`, of its shape, if given. Throws
 * NotConvergedError, NotFiniteError.
 */
export function bidiagonalSVD(matrix: Matrix, wanted: WantedVectors = "both", out?: TallSVD): TallSVD {
  const { rows, columns: n } = matrix;
  if (n <= smallSize && rows * n <= smallArea) return smallSVD(matrix, out);
  const { scale, square, outer } = squared(matrix);
  const { values, u, v } = n <= smallSize ? smallSVD(square) : throughBlocks(square, wanted);
  for (let i = 0; i < n; i++) values[i] /= scale;
  requireRepresentable(values, "singularValueDecomposition: a singular value");
  if (outer === null || wanted === "right") return { values, u, v };
  const padded = new Matrix(rows, n);
  padded.data.set(u.data);
  return { values, u: outer.applyQ(padded), v };
}

/** The values of `bidiagonalSVD` alone, with the same bits; of a small matrix into `out`, if given. */
export function bidiagonalSingularValues(matrix: Matrix, out?: Float64Array): Float64Array {
  const { rows, columns: n } = matrix;
  if (n <= smallSize && rows * n <= smallArea) return smallSingularValues(matrix, out);
  const { scale, square } = squared(matrix);
  const values = n <= smallSize ? smallSingularValues(square) : valuesThroughBlocks(square);
  for (let i = 0; i < n; i++) values[i] /= scale;
  requireRepresentable(values, "singularValueDecomposition: a singular value");
  return values;
}

/** The matrix times `scale`, of entries near 1: itself where it is square, else R of its QR factorization. */
function squared(matrix: Matrix): { readonly scale: number; square: Matrix; outer: HouseholderQR | null } {
  const { rows, columns } = matrix;
  const scale = scaleToOne(matrix.data);
  const scaled = new Matrix(rows, columns, matrix.data.slice());
  for (let i = 0; i < scaled.data.length; i++) scaled.data[i] *= scale;
  const outer = rows > columns ? householderQR(scaled) : null;
  return { scale, square: outer === null ? scaled : outer.r(), outer };
}

function throughBlocks(matrix: Matrix, wanted: WantedVectors): TallSVD {
  const { diagonal, superdiagonal, applyP, applyQ } = bidiagonalize(matrix);
  const { values, u, v }: Pick<BidiagonalSVD, "values" | "v"> & { readonly u?: Matrix } =
    wanted === "right"
      ? bidiagonalRightVectors(diagonal, superdiagonal)
      : bidiagonalDivideAndConquer(diagonal, superdiagonal);
  const order = descendingOrder(values);
  const left = u === undefined ? new Matrix(0, 0) : rowsAsColumns(u, order);
  const right = rowsAsColumns(v, order);
  if (wanted !== "right") applyP(left);
  if (wanted !== "left") applyQ(right);
  return { values: Float64Array.from(order, (index) => values[index]), u: left, v: right };
}

function valuesThroughBlocks(matrix: Matrix): Float64Array {
  const { diagonal, superdiagonal } = bidiagonalize(matrix);
  return bidiagonalValues(diagonal, superdiagonal).sort().reverse();
}
