/**
 * Balancing of a square matrix before its eigenvalues are sought: rows and columns that isolate an eigenvalue are moved to
 * the ends, and a diagonal similarity with powers of 2, which rounds nothing, makes the norms of each remaining row and
 * column alike. Cost: O(n²) per round. At most 100 rounds, each of which shrinks some row or column.
 * Source: B. Parlett and C. Reinsch, Numerische Mathematik 13, 1969; with the 2-norm as in R. James, J. Langou and
 * B. Lowery, On Matrix Balancing and Eigenvector Computation, 2014.
 */
import { leastSum, strideNorm } from "./householder.ts";
import type { Matrix } from "./matrix.ts";

const maximumRounds = 100;
/** A scaling is worth it when it brings the sum of the norms below this part. */
const worthwhile = 0.95;
/** D stays within these, so that undoing it keeps vectors in the range of numbers. */
const least = 1e-75;
const most = 1e75;

/** What was done: B = D⁻¹ Pᵀ A P D is upper triangular outside of rows and columns `low` to `high`. */
export interface Balancing {
  readonly low: number;
  readonly high: number;
  /** The diagonal of D. */
  readonly factors: Float64Array;
  /** Row i of PᵀAP is row `order[i]` of A. */
  readonly order: Int32Array;
}

/** Balances a square matrix with finite entries, which is overwritten. */
export function balanceInPlace(matrix: Matrix): Balancing {
  const { rows: n, data } = matrix;
  const order = new Int32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  const high = isolate(matrix, order, 0, n - 1, "row");
  const low = isolate(matrix, order, 0, high, "column");
  const factors = new Float64Array(n);
  for (let i = 0; i < n; i++) factors[i] = 1;
  let changed = true;
  for (let round = 0; changed && round < maximumRounds; round++) {
    changed = false;
    for (let i = low; i <= high; i++) {
      const factor = balancingFactor(data, n, i, factors[i]);
      if (factor === 1) continue;
      changed = true;
      factors[i] *= factor;
      // The diagonal entry keeps its value, which half of the way may take below the smallest number.
      const kept = data[i * n + i];
      for (let j = 0; j < n; j++) data[i * n + j] /= factor;
      for (let j = 0; j < n; j++) data[j * n + i] *= factor;
      data[i * n + i] = kept;
    }
  }
  return { low, high, factors, order };
}

/** Moves rows that are zero but for the diagonal to the end, or such columns to the front; where the rest ends. */
function isolate(matrix: Matrix, order: Int32Array, low: number, high: number, what: "row" | "column"): number {
  const { rows: n, data } = matrix;
  for (let found = true; found && low < high;) {
    found = false;
    for (let i = high; i >= low; i--) {
      let alone = true;
      for (let j = low; j <= high && alone; j++)
        if (j !== i && (what === "row" ? data[i * n + j] : data[j * n + i]) !== 0) alone = false;
      if (!alone) continue;
      exchange(matrix, order, i, what === "row" ? high : low);
      if (what === "row") high--;
      else low++;
      found = true;
      break;
    }
  }
  return what === "row" ? high : low;
}

function exchange({ rows: n, data }: Matrix, order: Int32Array, a: number, b: number): void {
  if (a === b) return;
  const kept = order[a];
  order[a] = order[b];
  order[b] = kept;
  for (let j = 0; j < n; j++) swap(data, a * n + j, b * n + j);
  for (let j = 0; j < n; j++) swap(data, j * n + a, j * n + b);
}

function swap(data: Float64Array, a: number, b: number): void {
  const kept = data[a];
  data[a] = data[b];
  data[b] = kept;
}

/**
 * The power of 2 by which column i should grow and row i shrink; 1 where that gains too little. The norms are of whole rows
 * and columns, also outside of `low` to `high`: what is gained within is not paid for by couplings that grow.
 */
function balancingFactor(data: Float64Array, n: number, i: number, before: number): number {
  let columnSquares = 0;
  let rowSquares = 0;
  for (let j = 0, at = i, beside = i * n; j < n; j++, at += n, beside++) {
    columnSquares += data[at] * data[at];
    rowSquares += data[beside] * data[beside];
  }
  const smaller = Math.min(columnSquares, rowSquares);
  // Most often, norms that differ by less than a factor of 2 need no root.
  if (smaller > leastSum && Math.max(columnSquares, rowSquares) <= 3.99 * smaller) return 1;
  let column = strideNorm(data, i, n, n);
  let row = strideNorm(data, i * n, 1, n);
  if (column === 0 || row === 0) return 1;
  const sum = column + row;
  let factor = 1;
  while (column < row / 2 && before * factor < most) {
    factor *= 2;
    column *= 2;
    row /= 2;
  }
  while (row < column / 2 && before * factor > least) {
    factor /= 2;
    column /= 2;
    row *= 2;
  }
  return column + row < worthwhile * sum ? factor : 1;
}
