/**
 * QR with column pivoting, A P = Q R, where each step takes the column with the largest rest: R's rows then descend in
 * size, which is what one-sided Jacobi wants to start from. Only R and the order of the columns are kept; Q on request.
 *
 * Cost: 4n³/3 flops for a square matrix, unblocked. Source: P. Businger and G. Golub, Linear Least Squares Solutions by
 * Householder Transformations, Numerische Mathematik 7, 1965; the norms are recomputed, not downdated, so they are safe.
 */
import { makeReflector, strideNorm } from "./householder.ts";
import { HouseholderQR, reflectRows } from "./householder-qr.ts";
import { Matrix } from "./matrix.ts";

/** The factors; column j of A P is column `order[j]` of A. */
export interface PivotedQR {
  readonly factors: HouseholderQR;
  readonly order: Int32Array;
}

/** Factors an m × n matrix with finite entries, which is not changed. */
export function pivotedQR(matrix: Matrix): PivotedQR {
  const packed = new Matrix(matrix.rows, matrix.columns, matrix.data.slice());
  const { rows, columns, data } = packed;
  const order = Int32Array.from({ length: columns }, (_value, j) => j);
  const scales = new Float64Array(Math.min(rows, columns));
  const workspace = new Float64Array(columns);
  for (let j = 0; j < scales.length; j++) {
    const pivot = largestColumn(packed, j);
    if (pivot !== j) swapColumns(packed, order, j, pivot);
    scales[j] = makeReflector(data, j * columns + j, columns, rows - j);
    reflectRows(data, columns, j, rows, j + 1, columns, scales[j], workspace);
  }
  return { factors: new HouseholderQR(packed, scales), order };
}

function largestColumn({ rows, columns, data }: Matrix, from: number): number {
  let best = from;
  let largest = -1;
  for (let j = from; j < columns; j++) {
    const norm = strideNorm(data, from * columns + j, columns, rows - from);
    if (norm > largest) {
      largest = norm;
      best = j;
    }
  }
  return best;
}

function swapColumns({ rows, columns, data }: Matrix, order: Int32Array, a: number, b: number): void {
  for (let i = 0; i < rows; i++) {
    const kept = data[i * columns + a];
    data[i * columns + a] = data[i * columns + b];
    data[i * columns + b] = kept;
  }
  const kept = order[a];
  order[a] = order[b];
  order[b] = kept;
}
