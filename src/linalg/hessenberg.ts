/**
 * Reduction of a square matrix to upper Hessenberg form, A = Q H Qᵀ, by Householder reflectors. Cost: 10n³/3 flops, and
 * 4n³/3 for Q. Accuracy: backward stable. Source: G. Golub and C. Van Loan, Matrix Computations, 4th ed. 2013, §7.4.2.
 */
import {
  applyReflector,
  applyReflectors,
  gatherReflectors,
  makeReflector,
  reflectorBlock,
  smallTarget,
} from "./householder.ts";
import type { Matrix } from "./matrix.ts";

/**
 * Overwrites rows and columns `low` to `high` (the rest is triangular already) with H, zeros below, and q, which is zero, with
 * Q.
 */
export function hessenbergInPlace(matrix: Matrix, q: Matrix, low: number, high: number): void {
  const { rows: n, data } = matrix;
  for (let at = 0; at < n * n; at += n + 1) q.data[at] = 1;
  if (n < 3) return;
  const scales = new Float64Array(n);
  if (n * n <= smallTarget) {
    reduceSmall(data, n, low, high, scales);
    for (let k = high - 2; k >= low; k--) {
      const first = (k + 1) * n + k;
      applyReflector(data, first, n, high - k, scales[k], q.data, first + 1, n, n - k - 1);
    }
  } else {
    reduce(data, n, low, high, scales);
    multiplyReflectors(matrix, scales, low, high, q);
  }
  for (let i = 2; i < n; i++) for (let at = i * n; at < i * n + i - 1; at++) data[at] = 0;
}

/** The reduction, with the reflectors left below the subdiagonal and τ of each in `scales`. */
function reduce(data: Float64Array, n: number, low: number, high: number, scales: Float64Array): void {
  const v = new Float64Array(n);
  const sums = new Float64Array(n);
  for (let k = low; k < high - 1; k++) {
    const scale = makeReflector(data, (k + 1) * n + k, n, high - k);
    scales[k] = scale;
    if (scale === 0) continue;
    v[k + 1] = 1;
    for (let i = k + 2; i <= high; i++) v[i] = data[i * n + k];
    // From the left, the rows k + 1 to high.
    sums.fill(0);
    for (let i = k + 1; i <= high; i++) for (let j = k + 1; j < n; j++) sums[j] += v[i] * data[i * n + j];
    for (let i = k + 1; i <= high; i++) {
      const factor = scale * v[i];
      for (let j = k + 1; j < n; j++) data[i * n + j] -= factor * sums[j];
    }
    // From the right, the columns k + 1 to high.
    for (let i = 0; i <= high; i++) {
      let sum = 0;
      for (let j = k + 1; j <= high; j++) sum += data[i * n + j] * v[j];
      sum *= scale;
      for (let j = k + 1; j <= high; j++) data[i * n + j] -= sum * v[j];
    }
  }
}

/** The same for what lies in the first-level cache. */
function reduceSmall(data: Float64Array, n: number, low: number, high: number, scales: Float64Array): void {
  for (let k = low; k < high - 1; k++) {
    const vector = (k + 1) * n + k;
    const scale = makeReflector(data, vector, n, high - k);
    scales[k] = scale;
    if (scale === 0) continue;
    applyReflector(data, vector, n, high - k, scale, data, vector + 1, n, n - k - 1);
    // From the right, two rows at a time (one of them twice where their number is odd: not changed before both are summed).
    const count = high - k;
    for (let i = 0; i <= high; i += 2) {
      const row = i * n + k + 1;
      const next = i < high ? row + n : row;
      let sum = data[row];
      let sum2 = data[next];
      for (let j = 1, from = vector + n; j < count; j++, from += n) {
        const factor = data[from];
        sum += data[row + j] * factor;
        sum2 += data[next + j] * factor;
      }
      reflectRow(data, row, sum * scale, vector, n, count);
      if (i < high) reflectRow(data, next, sum2 * scale, vector, n, count);
    }
  }
}

/** Takes `sum` times the reflector's vector off a row. */
function reflectRow(data: Float64Array, row: number, sum: number, vector: number, n: number, count: number): void {
  data[row] -= sum;
  for (let j = 1, from = vector + n; j < count; j++, from += n) data[row + j] -= sum * data[from];
}

/** Q from its reflectors below the subdiagonal, over the identity. */
function multiplyReflectors(
  { rows: n, data }: Matrix,
  scales: Float64Array,
  low: number,
  high: number,
  q: Matrix,
): void {
  const starts: number[] = [];
  for (let first = low; first < high - 1; first += reflectorBlock) starts.push(first);
  for (const first of starts.reverse()) {
    const count = Math.min(reflectorBlock, high - 1 - first);
    const block = gatherReflectors(data, n, first + 1, first, high, count, scales, first);
    applyReflectors(block, false, q.data, (first + 1) * n + first + 1, n, n - first - 1);
  }
}
