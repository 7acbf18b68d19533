/**
 * Reduction of a symmetric matrix to tridiagonal form, A = Q T Qᵀ, by Householder reflectors.
 *
 * Cost: 4n³/3 flops, and n³/6 reads and writes of the lower triangle, each entry once per step: the update by the last
 * reflector and the product with the next are one pass. Accuracy: backward stable, ‖A − QTQᵀ‖ a few units of round-off.
 * Source: J. Wilkinson, The Algebraic Eigenvalue Problem, 1965, §5.29; G. Golub and C. Van Loan, Matrix Computations,
 * 4th ed. 2013, §8.3.1.
 */
import { applyReflectors, gatherReflectors, makeReflector, reflectorBlock } from "./householder.ts";
import { Matrix } from "./matrix.ts";

/** T by its diagonal (n) and subdiagonal (n − 1), and Qᵀ, whose rows are the columns of Q. */
export interface Tridiagonal {
  readonly diagonal: Float64Array;
  readonly subdiagonal: Float64Array;
  readonly transposedQ: Matrix;
}

/** Reduces a symmetric matrix of which only the lower triangle is read, and which is overwritten. */
export function tridiagonalizeInPlace(matrix: Matrix): Tridiagonal {
  const { rows: n, data } = matrix;
  const steps = Math.max(0, n - 1);
  const scales = new Float64Array(steps);
  const subdiagonal = new Float64Array(steps);
  const [v, w, u, p] = [0, 0, 0, 0].map(() => new Float64Array(n));
  for (let k = 0; k < steps; k++) {
    // The update by the reflector before has reached all but this column: A ← A − v wᵀ − w vᵀ.
    if (k > 0) for (let i = k; i < n; i++) data[i * n + k] -= v[i] * w[k] + w[i] * v[k];
    const scale = makeReflector(data, (k + 1) * n + k, n, n - k - 1);
    scales[k] = scale;
    subdiagonal[k] = data[(k + 1) * n + k];
    u[k + 1] = 1;
    for (let i = k + 2; i < n; i++) u[i] = data[i * n + k];

    updateAndMultiply(data, n, k + 1, k > 0, v, w, u, p);

    // w = τ(p − ½τ(pᵀu)u), with which H A H = A − u wᵀ − w uᵀ.
    let inner = 0;
    for (let i = k + 1; i < n; i++) inner += p[i] * u[i];
    const half = 0.5 * scale * inner;
    for (let i = k + 1; i < n; i++) {
      w[i] = scale * (p[i] - half * u[i]);
      v[i] = u[i];
    }
  }
  const diagonal = new Float64Array(n);
  for (let i = 0; i < n; i++) diagonal[i] = data[i * n + i];
  if (n > 1) diagonal[n - 1] -= 2 * v[n - 1] * w[n - 1];
  return { diagonal, subdiagonal, transposedQ: transposedQ(matrix, scales) };
}

/**
 * One pass over the rows from `first` on of the lower triangle: subtracts v wᵀ + w vᵀ (when `update`), and gathers p = A u
 * of the updated matrix, each entry serving for its own row and, mirrored, for its column's.
 */
function updateAndMultiply(
  data: Float64Array,
  n: number,
  first: number,
  update: boolean,
  v: Float64Array,
  w: Float64Array,
  u: Float64Array,
  p: Float64Array,
): void {
  p.fill(0, first);
  for (let i = first; i < n; i++) {
    const vi = update ? v[i] : 0;
    const wi = update ? w[i] : 0;
    const ui = u[i];
    const row = i * n;
    let sum = 0;
    if (update)
      for (let j = first; j < i; j++) {
        const entry = data[row + j] - (vi * w[j] + wi * v[j]);
        data[row + j] = entry;
        sum += entry * u[j];
        p[j] += entry * ui;
      }
    else
      for (let j = first; j < i; j++) {
        const entry = data[row + j];
        sum += entry * u[j];
        p[j] += entry * ui;
      }
    const entry = data[row + i] - 2 * vi * wi;
    data[row + i] = entry;
    p[i] += sum + entry * ui;
  }
}

/** Q = H₀H₁… from its reflectors below the subdiagonal, transposed. */
function transposedQ(packed: Matrix, scales: Float64Array): Matrix {
  const { rows: n, data } = packed;
  const q = Matrix.identity(n);
  const starts: number[] = [];
  for (let first = 0; first < scales.length; first += reflectorBlock) starts.push(first);
  for (const first of starts.reverse()) {
    const count = Math.min(reflectorBlock, scales.length - first);
    const block = gatherReflectors(data, n, first + 1, first, n - 1, count, scales, first);
    applyReflectors(block, false, q.data, (first + 1) * n + first + 1, n, n - first - 1);
  }
  return q.transpose();
}
