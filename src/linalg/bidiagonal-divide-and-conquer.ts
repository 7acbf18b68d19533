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
 * vanish (deflation); O(n²) for the values alone. Memory: 4n². Accuracy: a few units of round-off of the norm, the vectors orthonormal to the same,
 * also those of zeros.
 *
 * Source: M. Gu and S. Eisenstat, A Divide-and-Conquer Algorithm for the Bidiagonal SVD, SIAM J. Matrix Anal. Appl. 16,
 * 1995; deflation as in LAPACK's dlasd2.
 */
import { edgeFrame, wholeFrame, type Frame } from "./bidiagonal-frames.ts";
import { both, first, placeValues, second, solveSecular, type Workspace, workspaceFor } from "./divide-and-conquer.ts";
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
interface Problem {
  readonly values: Float64Array;
  readonly frame: Frame;
  readonly diagonal: Float64Array;
  readonly superdiagonal: Float64Array;
  /** What is smaller counts as zero. */
  readonly tolerance: number;
  readonly workspace: Workspace;
}

/** Decomposes the matrix with this diagonal (n) and superdiagonal (n − 1); entries of size 1 or so. Throws NotConvergedError. */
export function bidiagonalDivideAndConquer(diagonal: Float64Array, superdiagonal: Float64Array): BidiagonalSVD {
  const n = diagonal.length;
  const norm = largestOf(diagonal, superdiagonal);
  if (norm === 0) return { values: new Float64Array(n), u: Matrix.identity(n), v: Matrix.identity(n) };
  const u = new Matrix(n, n);
  return { u, ...vectorsOf(diagonal, superdiagonal, norm, u) };
}

/** The values and right vectors alone, with the same bits. Throws NotConvergedError. */
export function bidiagonalRightVectors(
  diagonal: Float64Array,
  superdiagonal: Float64Array,
): Pick<BidiagonalSVD, "values" | "v"> {
  const n = diagonal.length;
  const norm = largestOf(diagonal, superdiagonal);
  if (norm === 0) return { values: new Float64Array(n), v: Matrix.identity(n) };
  return vectorsOf(diagonal, superdiagonal, norm, undefined);
}

function vectorsOf(
  diagonal: Float64Array,
  superdiagonal: Float64Array,
  norm: number,
  u: Matrix | undefined,
): Pick<BidiagonalSVD, "values" | "v"> {
  const n = diagonal.length;
  const [v, workspace] = [new Matrix(n, n), workspaceFor(n, n * n)];
  const problem = problemOf(diagonal, superdiagonal, norm, workspace, wholeFrame(u, v, workspace));
  solve(problem, 0, n);
  return { values: problem.values, v };
}

/** The values alone, in no order; O(n²) operations. Throws NotConvergedError. */
export function bidiagonalValues(diagonal: Float64Array, superdiagonal: Float64Array): Float64Array {
  const n = diagonal.length;
  const norm = largestOf(diagonal, superdiagonal);
  if (norm === 0) return new Float64Array(n);
  const workspace = workspaceFor(n, n * n);
  const problem = problemOf(diagonal, superdiagonal, norm, workspace, edgeFrame(n, workspace));
  solve(problem, 0, n);
  return problem.values;
}

function largestOf(diagonal: Float64Array, superdiagonal: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < diagonal.length; i++)
    largest = Math.max(largest, Math.abs(diagonal[i]), Math.abs(superdiagonal[i] ?? 0));
  return largest;
}

function problemOf(
  diagonal: Float64Array,
  superdiagonal: Float64Array,
  norm: number,
  workspace: Workspace,
  frame: Frame,
): Problem {
  const values = new Float64Array(diagonal.length);
  return { values, frame, diagonal, superdiagonal, tolerance: 4 * unitRoundoff * norm, workspace };
}

/**
 * Decomposes rows `low` to before `high`, with the columns of the same numbers and column `high` where there is one: its
 * vectors are in these rows of u and v, and what v has orthogonal to them (the vector of the null space) in row `high`.
 */
function solve(problem: Problem, low: number, high: number): void {
  const { diagonal, superdiagonal, values, frame } = problem;
  const n = diagonal.length;
  if (high === low) {
    frame.empty(low);
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
    frame.single(low, a < 0 ? -1 : 1, 1, 0, false);
    return;
  }
  const { size, c, s } = rotationOf(a, superdiagonal[low]);
  values[low] = size;
  frame.single(low, 1, c, s, true);
}

/** The length of (a, b), and the direction, (1, 0) for zero. */
function rotationOf(a: number, b: number): { readonly size: number; readonly c: number; readonly s: number } {
  if (Math.max(Math.abs(a), Math.abs(b)) < negligible) return { size: 0, c: 1, s: 0 };
  const size = Math.sqrt(a * a + b * b);
  return { size, c: a / size, s: b / size };
}

/** Puts together what is above and below row `middle`. */
function merge(problem: Problem, low: number, middle: number, high: number): void {
  const { diagonal, superdiagonal, values, frame, tolerance, workspace } = problem;
  const { z, half } = workspace;
  const n = diagonal.length;
  const alpha = diagonal[middle];
  const beta = middle + 1 < n ? superdiagonal[middle] : 0;
  // Columns reach to before `end`.
  const end = Math.min(high + 1, n);
  for (let i = low; i < middle; i++) {
    z[i] = alpha * frame.last(i, middle);
    half[i] = first;
  }
  for (let i = middle + 1; i < high; i++) {
    z[i] = beta * frame.first(i, middle + 1);
    half[i] = second;
  }
  // Of the vectors of the halves' null spaces one combination has a part in z, the other is the whole's.
  half[middle] = both;
  z[middle] = alpha * frame.last(middle, middle);
  const other = high < n ? beta * frame.first(high, middle + 1) : 0;
  frame.join(low, middle, high, end);
  if (high < n) {
    const { size, c, s } = rotationOf(z[middle], other);
    frame.turnRight(middle, high, c, s, low, end);
    z[middle] = size;
  }
  // A part that vanishes counts as one that does not quite: so no root is a pole, and zeros have their vectors.
  if (Math.abs(z[middle]) < tolerance) z[middle] = z[middle] < 0 ? -tolerance : tolerance;
  values[middle] = 0;

  const count = deflate(problem, low, middle, high, end);
  solveSecular(count, 1, workspace);
  frame.combine(low, middle, high, end, count);
  for (let k = 0; k < count; k++) workspace.roots[k] = Math.sqrt(Math.max(0, workspace.roots[k]));
  placeValues(values, low, high, count, workspace);
}

/**
 * Finds the values that stay, `middle`'s zero first: where z is negligible, and of two that agree one, after a rotation
 * that brings its part of z to zero. Fills `kept`, `poles` (the squares) and `weights` in ascending order and returns how
 * many; `deflated` holds the rest.
 */
function deflate({ values, frame, tolerance, workspace }: Problem, ...piece: [number, number, number, number]): number {
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
        frame.turnLeft(previous, i, cosine, sine, low, high);
        frame.turnRight(previous, i, cosine, sine, low, end);
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
