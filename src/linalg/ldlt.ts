/**
 * The factorization P A Pᵀ = L D Lᵀ of a symmetric, possibly indefinite matrix: L unit lower triangular, D block diagonal
 * with blocks of size 1 and 2, P a permutation.
 *
 * Pivots by bounded Bunch–Kaufman ("rook") search: no entry of L exceeds 2.79, so that D is as ill-conditioned as A and L
 * is not. Cost: n³/3 flops and between n² and n³/3 comparisons. Accuracy: ‖PAPᵀ − LDLᵀ‖ a few units of round-off of ‖A‖.
 * Source: J. Bunch and L. Kaufman, Math. Comp. 31, 1977; C. Ashcraft, R. Grimes and J. Lewis, Accurate Symmetric Indefinite
 * Linear Equation Solvers, SIAM J. Matrix Anal. 20, 1998, §2.4; LAPACK's dsytf2_rook.
 */
import { SingularMatrixError } from "../errors.ts";
import { requireRepresentable } from "./finite.ts";
import { Matrix } from "./matrix.ts";
import { estimateCondition } from "./norm-estimate.ts";
import { oneNorm } from "./entry-norms.ts";
import { scaleToOne } from "./orientation.ts";
import { multiply } from "./product.ts";
import { requireApart, requireMatrixSpace, requireVectorSpace, withNorm } from "./result-space.ts";
import { solvedLike } from "./right-hand-side.ts";
import { scaledProduct } from "./scaled-product.ts";
import { symmetricCopy } from "./symmetry.ts";

/** (1 + √17)/8, which makes the growth of two steps of size 1 and one of size 2 alike. */
const growthBalance = 0.6403882032022076;

/** How many eigenvalues of a symmetric matrix are positive, negative and zero. */
export interface Inertia {
  readonly positive: number;
  readonly negative: number;
  readonly zero: number;
}

/** The factors of a symmetric matrix, with what one does with them. Made by `ldlt`. */
export class LDLT {
  /** L, n × n, unit lower triangular. */
  readonly l: Matrix;
  /** The diagonal of D (n) and its subdiagonal (n − 1, zero but within blocks of size 2). */
  readonly diagonal: Float64Array;
  readonly subdiagonal: Float64Array;
  /** Row i of P A Pᵀ is row `order[i]` of A. */
  readonly order: Int32Array;
  /** ‖A‖₁. */
  readonly oneNorm: number;

  constructor(l: Matrix, diagonal: Float64Array, subdiagonal: Float64Array, order: Int32Array, oneNorm: number) {
    this.l = l;
    this.diagonal = diagonal;
    this.subdiagonal = subdiagonal;
    this.order = order;
    this.oneNorm = oneNorm;
  }

  /**
   * A⁻¹b for a vector, or for each column of a matrix. Throws SingularMatrixError with the place of a pivot that is zero,
   * ShapeError, NotFiniteError.
   */
  solve(b: Matrix): Matrix;
  solve(b: Float64Array): Float64Array;
  solve(b: Matrix | Float64Array): Matrix | Float64Array {
    const n = this.order.length;
    const place = this.#zeroPivot();
    if (place >= 0)
      throw new SingularMatrixError(`LDLT.solve: the matrix is singular: pivot ${place} of ${n} is 0.`, place);
    return solvedLike(b, n, "LDLT.solve", (columns) => this.#solved(columns));
  }

  /** The determinant, the product of D's blocks; no intermediate overflow. 1 for size 0. */
  determinant(): number {
    return scaledProduct(blockValues(this.diagonal, this.subdiagonal, (a, b, c) => [b, b, (a / b) * (c / b) - 1]));
  }

  /** The signs of the eigenvalues, those of D's by Sylvester's law. A zero is one only where D's pivot is exactly 0. */
  inertia(): Inertia {
    let [positive, negative, zero] = [0, 0, 0];
    for (const value of blockValues(this.diagonal, this.subdiagonal, (a, b, c) =>
      signedBlock(a, b, c) ? [1, -1] : [a, c],
    ))
      if (value > 0) positive++;
      else if (value < 0) negative++;
      else zero++;
    return { positive, negative, zero };
  }

  /** The number of pivots that are not exactly 0. For a rank in the presence of round-off see `pivotedQR`. */
  rank(): number {
    const { positive, negative } = this.inertia();
    return positive + negative;
  }

  /** An estimate from below of ‖A‖₁‖A⁻¹‖₁, rarely off by more than 3; Infinity for a singular matrix, and for a norm beyond the largest
   * number; 1 for size 0. Cost O(n²). */
  conditionNumber(): number {
    if (this.#zeroPivot() >= 0) return Infinity;
    const n = this.order.length;
    const apply = (x: Float64Array): void => x.set(this.#solved(new Matrix(n, 1, x.slice())).data);
    return estimateCondition(n, this.oneNorm, apply, apply);
  }

  /** D, n × n. */
  d(): Matrix {
    const n = this.order.length;
    const result = new Matrix(n, n);
    for (let i = 0; i < n; i++) {
      result.data[i * n + i] = this.diagonal[i];
      if (i + 1 === n) continue;
      result.data[i * n + i + 1] = this.subdiagonal[i];
      result.data[(i + 1) * n + i] = this.subdiagonal[i];
    }
    return result;
  }

  /** A = PᵀLDLᵀP, up to round-off. */
  reconstruct(): Matrix {
    const { l, order } = this;
    const n = order.length;
    const permuted = multiply(multiply(l, this.d()), l, { transposeB: true });
    const result = new Matrix(n, n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++)
        result.data[order[i] * n + order[j]] = permuted.data[Math.max(i, j) * n + Math.min(i, j)];
    return result;
  }

  #zeroPivot(): number {
    const { diagonal, subdiagonal } = this;
    return diagonal.findIndex(
      (value, k) =>
        value === 0 && (k === diagonal.length - 1 || subdiagonal[k] === 0) && (k === 0 || subdiagonal[k - 1] === 0),
    );
  }

  /** Solves for the columns of b, which is overwritten. */
  #solved(b: Matrix): Matrix {
    const { l, order, diagonal, subdiagonal } = this;
    const n = order.length;
    const x = new Matrix(n, b.columns);
    for (let i = 0; i < n; i++) {
      const row = x.row(i);
      row.set(b.row(order[i]));
      for (let j = 0; j < i; j++) subtractRow(row, l.data[i * n + j], x.row(j));
    }
    for (let k = 0; k < n; k++)
      if (k + 1 < n && subdiagonal[k] !== 0) {
        solveBlock(diagonal[k], subdiagonal[k], diagonal[k + 1], x.row(k), x.row(k + 1));
        k++;
      } else {
        const row = x.row(k);
        for (let j = 0; j < row.length; j++) row[j] /= diagonal[k];
      }
    for (let i = n - 1; i >= 0; i--) for (let j = 0; j < i; j++) subtractRow(x.row(j), l.data[i * n + j], x.row(i));
    for (let i = 0; i < n; i++) b.row(order[i]).set(x.row(i));
    return b;
  }
}

/**
 * Factors a symmetric n × n matrix, which is not changed. `out`, an earlier factorization of the same size, is overwritten and returned.
 *
 * Throws ShapeError for a matrix that is not square or `out` of another size, NotFiniteError naming an entry that is NaN or infinite, or
 * for an entry of D beyond the largest number,
 * ArgumentError naming a pair of entries that differ by more than 1e-12 of the largest entry, or where `out` has the matrix's elements. A singular matrix is factored; its `solve`
 * throws.
 *
 * @example ldlt(Matrix.fromRows([[0, 1], [1, 0]])).determinant() // -1
 */
export function ldlt(matrix: Matrix, options: { readonly out?: LDLT } = {}): LDLT {
  const { out } = options;
  if (out !== undefined) requireOut(out, matrix);
  const scale = scaleToOne(matrix.data);
  const work = symmetricCopy(matrix, scale, "ldlt", out?.l);
  const { rows: n, data } = work;
  const {
    order = new Int32Array(n),
    diagonal = new Float64Array(n),
    subdiagonal = new Float64Array(Math.max(0, n - 1)),
  } = out ?? {};
  for (let k = 0; k < n; k++) order[k] = k;
  subdiagonal.fill(0);
  for (let k = 0; k < n;) {
    const { size, first, second } = choosePivot(data, n, k);
    if (first !== k) exchange(data, n, order, k, first);
    if (size === 2 && second !== k + 1) exchange(data, n, order, k + 1, second);
    diagonal[k] = data[k * n + k] / scale;
    if (size === 2) {
      diagonal[k + 1] = data[(k + 1) * n + k + 1] / scale;
      subdiagonal[k] = data[(k + 1) * n + k] / scale;
      eliminateTwo(data, n, k);
    } else eliminateOne(data, n, k);
    k += size;
  }
  for (let i = 0; i < n; i++) {
    data[i * n + i] = 1;
    if (i > 0 && subdiagonal[i - 1] !== 0) data[i * n + i - 1] = 0;
    data.fill(0, i * n + i + 1, (i + 1) * n);
  }
  requireRepresentable(diagonal, "ldlt: a pivot");
  requireRepresentable(subdiagonal, "ldlt: an entry of D");
  const norm = oneNorm(matrix);
  if (out === undefined) return new LDLT(work, diagonal, subdiagonal, order, norm);
  return withNorm(out, norm);
}

function requireOut({ l, diagonal, subdiagonal, order }: LDLT, matrix: Matrix): void {
  const n = matrix.rows;
  requireMatrixSpace(l, n, n, "ldlt: out.l", "the factor");
  requireVectorSpace(diagonal, n, "ldlt: out.diagonal", "the factorization");
  requireVectorSpace(subdiagonal, Math.max(0, n - 1), "ldlt: out.subdiagonal", "the factorization");
  requireVectorSpace(order, n, "ldlt: out.order", "the factorization");
  requireApart(matrix, l.data, "ldlt");
  requireApart(matrix, diagonal, "ldlt");
  requireApart(matrix, subdiagonal, "ldlt");
}

/** A pivot of size 1 at `first`, or of size 2 in rows `first` and `second`; only the lower triangle is read. */
function choosePivot(data: Float64Array, n: number, k: number): { size: 1 | 2; first: number; second: number } {
  let row = k;
  let { index: next, size: largest } = largestOffDiagonal(data, n, k, k);
  if (Math.abs(data[k * n + k]) >= growthBalance * largest) return { size: 1, first: k, second: k };
  // Each round goes to a larger entry, so there are fewer than n.
  for (;;) {
    const { index, size } = largestOffDiagonal(data, n, k, next);
    if (Math.abs(data[next * n + next]) >= growthBalance * size) return { size: 1, first: next, second: next };
    if (index === row || size <= largest) return { size: 2, first: row, second: next };
    row = next;
    largest = size;
    next = index;
  }
}

/** The largest entry beside the diagonal in row (and column) `at` of the rest from k on. */
function largestOffDiagonal(data: Float64Array, n: number, k: number, at: number): { index: number; size: number } {
  let index = at;
  let size = -1;
  for (let j = k; j < n; j++) {
    if (j === at) continue;
    const entry = Math.abs(j < at ? data[at * n + j] : data[j * n + at]);
    if (entry > size) {
      size = entry;
      index = j;
    }
  }
  return { index, size: Math.max(size, 0) };
}

/** Exchanges rows and columns a < b: of the rest in the lower triangle, and of the rows of L that are there. */
function exchange(data: Float64Array, n: number, order: Int32Array, a: number, b: number): void {
  swap(order, a, b);
  for (let j = 0; j < a; j++) swap(data, a * n + j, b * n + j);
  for (let i = a + 1; i < b; i++) swap(data, i * n + a, b * n + i);
  for (let i = b + 1; i < n; i++) swap(data, i * n + a, i * n + b);
  swap(data, a * n + a, b * n + b);
}

function swap(data: Float64Array | Int32Array, a: number, b: number): void {
  const kept = data[a];
  data[a] = data[b];
  data[b] = kept;
}

/** Subtracts the outer product of column k, and leaves L's column. A zero pivot comes with a zero column. */
function eliminateOne(data: Float64Array, n: number, k: number): void {
  const pivot = data[k * n + k];
  if (pivot === 0) return;
  for (let i = n - 1; i > k; i--) {
    const factor = data[i * n + k] / pivot;
    if (factor !== 0) for (let j = k + 1; j <= i; j++) data[i * n + j] -= factor * data[j * n + k];
    // Rows above still need the column as it was, rows below have had theirs: the order is from the bottom up.
    data[i * n + k] = factor;
  }
}

function eliminateTwo(data: Float64Array, n: number, k: number): void {
  const b = data[(k + 1) * n + k];
  // Divided by the entry beside the diagonal, which is the largest: no overflow, no cancellation.
  const a = data[k * n + k] / b;
  const c = data[(k + 1) * n + k + 1] / b;
  const inverse = 1 / (a * c - 1) / b;
  for (let i = n - 1; i > k + 1; i--) {
    const x = data[i * n + k];
    const y = data[i * n + k + 1];
    const first = (c * x - y) * inverse;
    const second = (a * y - x) * inverse;
    for (let j = k + 2; j <= i; j++) data[i * n + j] -= first * data[j * n + k] + second * data[j * n + k + 1];
    data[i * n + k] = first;
    data[i * n + k + 1] = second;
  }
}

/** Solves the block [[a, b], [b, c]] for two rows, in place. */
function solveBlock(a: number, b: number, c: number, upper: Float64Array, lower: Float64Array): void {
  const p = a / b;
  const q = c / b;
  const determinant = p * q - 1;
  for (let j = 0; j < upper.length; j++) {
    const x = upper[j] / b;
    const y = lower[j] / b;
    upper[j] = (q * x - y) / determinant;
    lower[j] = (p * y - x) / determinant;
  }
}

function subtractRow(target: Float64Array, factor: number, source: Float64Array): void {
  for (let j = 0; j < target.length; j++) target[j] -= factor * source[j];
}

/** Whether a block has eigenvalues of both signs: all blocks that elimination chooses do. */
function signedBlock(a: number, b: number, c: number): boolean {
  return (a / b) * (c / b) < 1;
}

/** D's pivots of size 1 as they are, and for each block [[a, b], [b, c]] of size 2 what `ofBlock` says. */
function blockValues(
  diagonal: Float64Array,
  subdiagonal: Float64Array,
  ofBlock: (a: number, b: number, c: number) => readonly number[],
): Float64Array {
  const values: number[] = [];
  for (let k = 0; k < diagonal.length; k++)
    if (k + 1 < diagonal.length && subdiagonal[k] !== 0) {
      values.push(...ofBlock(diagonal[k], subdiagonal[k], diagonal[k + 1]));
      k++;
    } else values.push(diagonal[k]);
  return Float64Array.from(values);
}
