/**
 * The singular value decomposition of an upper bidiagonal matrix by divide and conquer: a row is taken out, what is above
 * and below it is decomposed, and the whole is put together from the zeros of a secular equation.
 *
 * A piece of the matrix has one column more than rows, but the last. With the halves' decompositions and the row between
 * them, which becomes z, it is M = [z; diag(0, d₁, d₂, …)] between orthogonal matrices, and MᵀM = D² + z zᵀ. The squares
 * cost nothing of the accuracy: pᵢ = dᵢ² rounded is the square of a number within round-off of dᵢ, and only differences
 * of p that the secular equation gives to full relative accuracy are used.
 *
 * Cost: at most about 8n³/3 flops, nearly all in matrix products; much less where values of the halves agree or parts of z
 * vanish (deflation). Memory: 4n². Accuracy: a few units of round-off of the norm, the vectors orthonormal to the same,
 * also those of zeros.
 *
 * Source: M. Gu and S. Eisenstat, A Divide-and-Conquer Algorithm for the Bidiagonal SVD, SIAM J. Matrix Anal. Appl. 16,
 * 1995; deflation as in LAPACK's dlasd2.
 */
import { both, combine, first, placeValues, second, solveSecular, turnRows } from "./divide-and-conquer.ts";
import { type Workspace, workspaceFor } from "./divide-and-conquer.ts";
import { Matrix } from "./matrix.ts";

const unitRoundoff = 1.1102230246251565e-16;
/** Pairs of numbers below this, whose squares would be subnormal, count as zeros beside a norm near 1. */
const negligible = 1e-140;

/** B = U Σ Vᵀ: the values in no order, and the vectors as rows, row i for value i. */
export interface BidiagonalSVD {
  readonly values: Float64Array;
  readonly u: Matrix;
  readonly v: Matrix;
}

/** What is the same in all pieces. */
interface Problem extends BidiagonalSVD {
  readonly diagonal: Float64Array;
  readonly superdiagonal: Float64Array;
  /** What is smaller counts as zero. */
  readonly tolerance: number;
  readonly workspace: Workspace;
  /** Coefficients of the right vectors, while the left ones are made. */
  readonly coefficients: Float64Array;
}

/** Decomposes the matrix with this diagonal (n) and superdiagonal (n − 1); entries of size 1 or so. Throws NotConvergedError. */
export function bidiagonalDivideAndConquer(diagonal: Float64Array, superdiagonal: Float64Array): BidiagonalSVD {
  const n = diagonal.length;
  let norm = 0;
  for (let i = 0; i < n; i++) norm = Math.max(norm, Math.abs(diagonal[i]), Math.abs(superdiagonal[i] ?? 0));
  if (norm === 0) return { values: new Float64Array(n), u: Matrix.identity(n), v: Matrix.identity(n) };
  const problem = {
    ...{ values: new Float64Array(n), u: new Matrix(n, n), v: new Matrix(n, n), diagonal, superdiagonal },
    ...{ tolerance: 4 * unitRoundoff * norm, workspace: workspaceFor(n, n * n), coefficients: new Float64Array(n * n) },
  };
  solve(problem, 0, n);
  return problem;
}

/**
 * Decomposes rows `low` to before `high`, with the columns of the same numbers and column `high` where there is one: its
 * vectors are in these rows of u and v, and what v has orthogonal to them (the vector of the null space) in row `high`.
 */
function solve(problem: Problem, low: number, high: number): void {
  const { diagonal, superdiagonal, values, u, v } = problem;
  const n = diagonal.length;
  if (high === low) {
    v.set(low, low, 1);
    return;
  }
  if (high - low > 1) {
    const middle = low + ((high - low) >> 1);
    solve(problem, low, middle);
    if (middle + 1 < n) solve(problem, middle + 1, high);
    merge(problem, low, middle, high);
    return;
  }
  const a = diagonal[low];
  if (high === n) {
    values[low] = Math.abs(a);
    u.set(low, low, a < 0 ? -1 : 1);
    v.set(low, low, 1);
    return;
  }
  const { size, c, s } = rotationOf(a, superdiagonal[low]);
  values[low] = size;
  u.set(low, low, 1);
  v.set(low, low, c);
  v.set(low, high, s);
  v.set(high, low, -s);
  v.set(high, high, c);
}

/** The length of (a, b), and the direction, (1, 0) for zero. */
function rotationOf(a: number, b: number): { readonly size: number; readonly c: number; readonly s: number } {
  if (Math.max(Math.abs(a), Math.abs(b)) < negligible) return { size: 0, c: 1, s: 0 };
  const size = Math.sqrt(a * a + b * b);
  return { size, c: a / size, s: b / size };
}

/** Puts together what is above and below row `middle`. */
function merge(problem: Problem, low: number, middle: number, high: number): void {
  const { diagonal, superdiagonal, values, u, v, tolerance, workspace, coefficients } = problem;
  const { z, half } = workspace;
  const n = diagonal.length;
  const alpha = diagonal[middle];
  const beta = middle + 1 < n ? superdiagonal[middle] : 0;
  // Columns reach to before `end`.
  const end = Math.min(high + 1, n);
  for (let i = low; i < middle; i++) {
    z[i] = alpha * v.data[i * n + middle];
    half[i] = first;
  }
  for (let i = middle + 1; i < high; i++) {
    z[i] = beta * v.data[i * n + middle + 1];
    half[i] = second;
  }
  // Of the vectors of the halves' null spaces one combination has a part in z, the other is the whole's.
  half[middle] = both;
  z[middle] = alpha * v.data[middle * n + middle];
  if (high < n) {
    const { size, c, s } = rotationOf(z[middle], beta * v.data[high * n + middle + 1]);
    turnRows(v, middle, high, c, s, low, end);
    z[middle] = size;
  }
  // A part that vanishes counts as one that does not quite: so no root is a pole, and zeros have their vectors.
  if (Math.abs(z[middle]) < tolerance) z[middle] = z[middle] < 0 ? -tolerance : tolerance;
  values[middle] = 0;
  u.data[middle * n + middle] = 1;

  const count = deflate(problem, low, middle, high, end);
  solveSecular(count, 1, workspace);
  leftCoefficients(count, problem);
  combine(low, middle + 1, high, end, count, v, workspace);
  workspace.coefficients.set(coefficients.subarray(0, count * count));
  combine(low, middle + 1, high, high, count, u, workspace);
  for (let k = 0; k < count; k++) workspace.roots[k] = Math.sqrt(Math.max(0, workspace.roots[k]));
  placeValues(values, low, high, count, workspace);
}

/**
 * Finds the values that stay, `middle`'s zero first: where z is negligible, and of two that agree one, after a rotation
 * that brings its part of z to zero. Fills `kept`, `poles` (the squares) and `weights` in ascending order and returns how
 * many; `deflated` holds the rest.
 */
function deflate({ values, u, v, tolerance, workspace }: Problem, ...piece: [number, number, number, number]): number {
  const [low, middle, high, end] = piece;
  const { z, order, kept, deflated, half, poles, weights } = workspace;
  const size = high - low;
  const sorted = order.subarray(0, size - 1);
  for (let k = 0; k < size - 1; k++) sorted[k] = low + k < middle ? low + k : low + k + 1;
  sorted.sort((a, b) => values[a] - values[b] || a - b);
  kept[0] = middle;
  let count = 1;
  let dropped = 0;
  let previous = -1;
  for (const i of sorted) {
    if (Math.abs(z[i]) <= tolerance) {
      deflated[dropped++] = i;
      continue;
    }
    if (previous >= 0) {
      if (values[i] - values[previous] <= tolerance) {
        const length = Math.sqrt(z[i] * z[i] + z[previous] * z[previous]);
        const [cosine, sine] = [z[i] / length, -z[previous] / length];
        z[i] = length;
        z[previous] = 0;
        if (half[i] !== half[previous]) half[i] = half[previous] = both;
        turnRows(u, previous, i, cosine, sine, low, high);
        turnRows(v, previous, i, cosine, sine, low, end);
        deflated[dropped++] = previous;
      } else kept[count++] = previous;
    }
    previous = i;
  }
  if (previous >= 0) kept[count++] = previous;
  for (let k = 0; k < count; k++) {
    // The least of the others stays away from zero.
    const value = k === 0 ? 0 : Math.max(values[kept[k]], 0.5 * tolerance);
    poles[k] = value * value;
    weights[k] = z[kept[k]];
  }
  return count;
}

/** From the right vectors' coefficients, rows zᵢ/(pᵢ − λ), those of the left ones: M times them, (−1, dᵢzᵢ/(pᵢ − λ)). */
function leftCoefficients(count: number, { workspace, coefficients }: Problem): void {
  const { poles, roots, ordered, coefficients: right } = workspace;
  for (let j = 0; j < count; j++) {
    const row = j * count;
    // z₀/(0 − λ) is z₀/(−λ).
    const head = (right[row] / ordered[0]) * roots[j];
    coefficients[row] = head;
    let sum = head * head;
    for (let i = 1; i < count; i++) {
      const entry = Math.sqrt(poles[i]) * right[row + i];
      coefficients[row + i] = entry;
      sum += entry * entry;
    }
    const norm = Math.sqrt(sum);
    for (let i = 0; i < count; i++) coefficients[row + i] /= norm;
  }
}
