/**
 * Eigenvalues and eigenvectors of a symmetric tridiagonal matrix by divide and conquer: the matrix is torn into two by a
 * change of rank one, the halves are decomposed, and the whole is put together from the zeros of a secular equation.
 *
 * Cost: at most about 4n³/3 flops, nearly all in matrix products; much less where eigenvalues of the halves agree or parts
 * of the tearing vector vanish (deflation). Memory: 3n² beside the vectors. Accuracy: a few units of round-off of the
 * norm, vectors orthonormal to the same: they are those of a nearby matrix whose z follows from the computed roots.
 *
 * Source: J. Cuppen, A Divide and Conquer Method for the Symmetric Tridiagonal Eigenproblem, Numerische Mathematik 36,
 * 1981; M. Gu and S. Eisenstat, SIAM J. Matrix Anal. Appl. 16, 1995; deflation as in LAPACK's dlaed2.
 */
import { implicitQL } from "./implicit-ql.ts";
import { Matrix } from "./matrix.ts";
import { copyRows } from "./product-panels.ts";
import { planProduct } from "./product.ts";
import { secularRoot } from "./secular-equation.ts";

const unitRoundoff = 1.1102230246251565e-16;
/** Up to this size implicit QL is faster. */
const leafSize = 40;

/** Where a row of eigenvectors is not zero: the first half's columns, the second half's, or both. */
type Half = 0 | 1 | 2;
export const first: Half = 0;
export const both: Half = 1;
export const second: Half = 2;

/** What a merge needs besides the vectors, made once for the largest. */
export interface Workspace {
  readonly roots: Float64Array;
  readonly z: Float64Array;
  readonly order: Int32Array;
  readonly kept: Int32Array;
  readonly deflated: Int32Array;
  readonly half: Uint8Array;
  readonly poles: Float64Array;
  readonly weights: Float64Array;
  /** Differences dᵢ − λⱼ, then the coefficients of the new vectors. */
  readonly coefficients: Float64Array;
  readonly ordered: Float64Array;
  readonly oldRows: Float64Array;
}

/**
 * Overwrites `diagonal` with the eigenvalues, in no order, and returns the eigenvectors as the rows of a matrix, row i
 * for eigenvalue i. `subdiagonal` (n − 1) is destroyed. Entries should be of size 1 or so. Throws NotConvergedError.
 */
export function divideAndConquer(diagonal: Float64Array, subdiagonal: Float64Array): Matrix {
  const n = diagonal.length;
  dropNegligible(diagonal, subdiagonal);
  const vectors = new Matrix(n, n);
  solve(diagonal, subdiagonal, 0, n, vectors, workspaceFor(n, n > leafSize ? n * n : 0));
  return vectors;
}

/** For merges of up to n vectors, with room for so many elements of them. */
export function workspaceFor(n: number, elements: number): Workspace {
  return {
    ...{ roots: new Float64Array(n), z: new Float64Array(n), poles: new Float64Array(n), weights: new Float64Array(n) },
    ...{ order: new Int32Array(n), kept: new Int32Array(n), deflated: new Int32Array(n), half: new Uint8Array(n) },
    coefficients: new Float64Array(elements),
    ordered: new Float64Array(n),
    oldRows: new Float64Array(elements),
  };
}

/** Splits the matrix where the subdiagonal is negligible beside the norm of the whole, whatever it is beside its neighbors. */
function dropNegligible(d: Float64Array, e: Float64Array): void {
  let norm = 0;
  for (let i = 0; i < d.length; i++) norm = Math.max(norm, Math.abs(d[i]), Math.abs(e[i] ?? 0));
  for (let i = 0; i < e.length; i++) if (Math.abs(e[i]) <= 0.125 * unitRoundoff * norm) e[i] = 0;
}

/** Decomposes rows and columns from `low` up to but not including `high`. */
function solve(
  d: Float64Array,
  e: Float64Array,
  low: number,
  high: number,
  vectors: Matrix,
  workspace: Workspace,
): void {
  const size = high - low;
  if (size <= leafSize) {
    const leaf = Matrix.identity(size).data;
    const off = new Float64Array(size);
    off.set(e.subarray(low, Math.min(high, e.length)));
    implicitQL(d.subarray(low, high), off, leaf);
    const { data, columns } = vectors;
    for (let i = 0; i < size; i++)
      for (let k = 0; k < size; k++) data[(low + i) * columns + low + k] = leaf[k * size + i];
    return;
  }
  const middle = low + (size >> 1);
  const beta = e[middle - 1];
  const rho = Math.abs(beta);
  d[middle - 1] -= rho;
  d[middle] -= rho;
  solve(d, e, low, middle, vectors, workspace);
  solve(d, e, middle, high, vectors, workspace);
  merge(d, low, middle, high, rho, beta < 0 ? -1 : 1, vectors, workspace);
}

/** Puts two halves together: T = diag(T₁, T₂) + ρ v vᵀ, where v is 1 in the last row of T₁ and `sign` in the first of T₂. */
function merge(
  d: Float64Array,
  low: number,
  middle: number,
  high: number,
  beta: number,
  sign: number,
  vectors: Matrix,
  workspace: Workspace,
): void {
  const { data, columns: n } = vectors;
  const { z, half } = workspace;
  // z, of norm 1 after dividing by √2, is v seen from the halves' eigenvectors.
  const rho = 2 * beta;
  for (let i = low; i < high; i++) {
    const inFirst = i < middle;
    z[i] = (inFirst ? data[i * n + middle - 1] : sign * data[i * n + middle]) / Math.sqrt(2);
    half[i] = inFirst ? first : second;
  }
  const count = deflate(d, low, high, rho, vectors, workspace);
  if (count === 0) return;
  solveSecular(count, rho, workspace);
  combine(low, middle, high, high, count, vectors, workspace);
  placeValues(d, low, high, count, workspace);
}

/**
 * Finds the eigenvalues that stay: where z is negligible, and of two that agree one, after a rotation that brings its part
 * of z to zero. Fills `kept`, `poles` and `weights` in ascending order and returns how many; `deflated` holds the rest.
 */
function deflate(
  d: Float64Array,
  low: number,
  high: number,
  rho: number,
  vectors: Matrix,
  workspace: Workspace,
): number {
  const { z, order, kept, deflated, half, poles, weights } = workspace;
  const size = high - low;
  const sorted = order.subarray(0, size);
  for (let k = 0; k < size; k++) sorted[k] = low + k;
  sorted.sort((a, b) => d[a] - d[b] || a - b);
  let largest = 0;
  for (let i = low; i < high; i++) largest = Math.max(largest, Math.abs(d[i]), Math.abs(z[i]));
  const tolerance = 16 * unitRoundoff * largest;
  let count = 0;
  let dropped = 0;
  let previous = -1;
  for (let k = 0; k < size; k++) {
    const i = sorted[k];
    if (rho * Math.abs(z[i]) <= tolerance) {
      deflated[dropped++] = i;
      continue;
    }
    if (previous >= 0) {
      const length = Math.sqrt(z[i] * z[i] + z[previous] * z[previous]);
      const cosine = z[i] / length;
      const sine = -z[previous] / length;
      const gap = d[i] - d[previous];
      if (Math.abs(gap * cosine * sine) <= tolerance) {
        z[i] = length;
        z[previous] = 0;
        if (half[i] !== half[previous]) half[i] = half[previous] = both;
        turnRows(vectors, previous, i, cosine, sine, low, high);
        const lower = d[previous] * cosine * cosine + d[i] * sine * sine;
        d[i] = d[previous] * sine * sine + d[i] * cosine * cosine;
        d[previous] = lower;
        deflated[dropped++] = previous;
      } else kept[count++] = previous;
    }
    previous = i;
  }
  if (previous >= 0) kept[count++] = previous;
  for (let k = 0; k < count; k++) {
    poles[k] = d[kept[k]];
    weights[k] = z[kept[k]];
  }
  return count;
}

/** Row p becomes c·p + s·q, row q becomes c·q − s·p. */
export function turnRows(
  { data, columns: n }: Matrix,
  p: number,
  q: number,
  c: number,
  s: number,
  low: number,
  high: number,
): void {
  for (let j = low, a = p * n + low, b = q * n + low; j < high; j++, a++, b++) {
    const x = data[a];
    const y = data[b];
    data[a] = c * x + s * y;
    data[b] = c * y - s * x;
  }
}

/** The roots, and the unit eigenvectors of D + ρ z zᵀ as the rows of `coefficients`; leaves √ρ z, corrected, in `ordered`. */
export function solveSecular(count: number, rho: number, workspace: Workspace): void {
  const { poles, weights, roots, coefficients, ordered } = workspace;
  let sumOfSquares = 0;
  for (let i = 0; i < count; i++) sumOfSquares += weights[i] * weights[i];
  for (let j = 0; j < count; j++)
    roots[j] = secularRoot(j, count, poles, weights, rho, sumOfSquares, coefficients, j * count);
  // The z for which these are the exact roots (Löwner): its vectors are orthogonal however close the roots are.
  for (let i = 0; i < count; i++) ordered[i] = -coefficients[i * count + i];
  for (let j = 0; j < count; j++) {
    const row = j * count;
    const pole = poles[j];
    for (let i = 0; i < j; i++) ordered[i] *= coefficients[row + i] / (poles[i] - pole);
    for (let i = j + 1; i < count; i++) ordered[i] *= coefficients[row + i] / (poles[i] - pole);
  }
  for (let i = 0; i < count; i++) {
    const size = Math.sqrt(Math.abs(ordered[i]));
    ordered[i] = weights[i] < 0 ? -size : size;
  }
  for (let j = 0; j < count; j++) {
    const row = j * count;
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const entry = ordered[i] / coefficients[row + i];
      coefficients[row + i] = entry;
      sum += entry * entry;
    }
    const norm = Math.sqrt(sum);
    for (let i = 0; i < count; i++) coefficients[row + i] /= norm;
  }
}

/**
 * Rows `low` to before `high` of the vectors, whose columns lie from `low` to before `end`: `coefficients` times the old
 * ones, behind which come the deflated ones as they are. Rows that vanish in one half's columns, those before `middle` or
 * the others, take no part in the product for these.
 */
export function combine(
  low: number,
  middle: number,
  high: number,
  end: number,
  count: number,
  vectors: Matrix,
  workspace: Workspace,
): void {
  const { data, columns: n } = vectors;
  const { order, kept, deflated, half, coefficients, ordered, oldRows } = workspace;
  const size = high - low;
  const width = end - low;
  const [width1, width2] = [middle - low, end - middle];
  // The old vectors of the first half, of both, of the second: the ones that a half needs lie side by side.
  let placed = 0;
  const ends = [first, both, second].map((kind) => {
    for (let k = 0; k < count; k++) if (half[kept[k]] === kind) order[placed++] = k;
    return placed;
  });
  reorderColumns(coefficients, count, order, ordered);
  for (let k = 0; k < count; k++) order[k] = kept[order[k]];
  const start2 = gatherRows(data, n, order, 0, ends[1], low, width1, oldRows, 0);
  const startDeflated = gatherRows(data, n, order, ends[0], count, middle, width2, oldRows, start2);
  gatherRows(data, n, deflated, 0, size - count, low, width, oldRows, startDeflated);

  const sizes = { rows: count, strideA: count, strideC: n };
  const target = low * n + low;
  planProduct({ ...sizes, columns: width1, inner: ends[1] })(coefficients, 0, oldRows, 0, data, target);
  const right = planProduct({ ...sizes, columns: width2, inner: count - ends[0] });
  right(coefficients, ends[0], oldRows, start2, data, target + width1);
  for (let k = 0; k < size - count; k++) {
    const from = startDeflated + k * width;
    data.set(oldRows.subarray(from, from + width), (low + count + k) * n + low);
  }
}

/** Puts column order[k] of a square matrix in the place of column k, with room for a row. */
function reorderColumns(matrix: Float64Array, size: number, order: Int32Array, workspace: Float64Array): void {
  for (let row = 0; row < size * size; row += size) {
    for (let k = 0; k < size; k++) workspace[k] = matrix[row + order[k]];
    for (let k = 0; k < size; k++) matrix[row + k] = workspace[k];
  }
}

/** Copies parts of rows, one behind the other, to `out` from `at` on: of those whose numbers stand in `rows` from `from` to before `to`. Returns the end. */
function gatherRows(
  data: Float64Array,
  stride: number,
  rows: Int32Array,
  from: number,
  to: number,
  column: number,
  length: number,
  out: Float64Array,
  at: number,
): number {
  let next = at;
  for (let k = from; k < to; k++, next += length)
    copyRows(data, rows[k] * stride + column, length, out, next, length, 1, length);
  return next;
}

/** The values in the order of the new vectors: the roots, then the deflated ones. */
export function placeValues(d: Float64Array, low: number, high: number, count: number, workspace: Workspace): void {
  const { roots, deflated, ordered } = workspace;
  for (let k = 0; k < high - low - count; k++) ordered[k] = d[deflated[k]];
  for (let k = 0; k < count; k++) d[low + k] = roots[k];
  for (let k = count; k < high - low; k++) d[low + k] = ordered[k - count];
}
