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
import { Matrix } from "./matrix.ts";

/** Overwrites rows and columns `low` to `high` (the rest is triangular already) with H, zeros below; returns Q. */
export function hessenbergInPlace(matrix: Matrix, low: number, high: number): Matrix {
  const { rows: n, data } = matrix;
  if (n < 3) return Matrix.identity(n);
  const scales = new Float64Array(n);
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
  const q = reflectorProduct(matrix, scales, low, high);
  for (let i = 2; i < n; i++) data.fill(0, i * n, i * n + i - 1);
  return q;
}

/** Q from its reflectors below the subdiagonal. */
function reflectorProduct({ rows: n, data }: Matrix, scales: Float64Array, low: number, high: number): Matrix {
  const q = Matrix.identity(n);
  if (n * n <= smallTarget) {
    const workspace = new Float64Array(n);
    for (let k = high - 2; k >= low; k--) {
      const first = k + 1;
      const count = high - k;
      applyReflector(data, first * n + k, n, count, scales[k], q.data, first * n + first, n, n - first, workspace);
    }
    return q;
  }
  const starts: number[] = [];
  for (let first = low; first < high - 1; first += reflectorBlock) starts.push(first);
  for (const first of starts.reverse()) {
    const count = Math.min(reflectorBlock, high - 1 - first);
    const block = gatherReflectors(data, n, first + 1, first, high, count, scales, first);
    applyReflectors(block, false, q.data, (first + 1) * n + first + 1, n, n - first - 1);
  }
  return q;
}
