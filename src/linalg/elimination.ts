/**
 * The inner part of LU and Cholesky: elimination four columns at a time, so that each pass over what is left of the matrix
 * does eight operations for each number that it reads and writes, in WebAssembly where that is worth the copies.
 *
 * Order, part of the contract: an entry has the products taken off one by one, in ascending order of the eliminated column,
 * x ← x − f₀p₀, x ← x − f₁p₁, …, so the bits are those of the textbook's three loops however the work is blocked.
 *
 * Source: G. Golub and C. Van Loan, Matrix Computations, 4th ed. 2013, §3.2.11 and §4.2.9.
 */
import { subtractedRows } from "./webassembly/kernels.ts";
import type { Kernels } from "./webassembly/instance.ts";

/** A part of a matrix: element (i, j) at `array[start + i * stride + j]`. Of WebAssembly's memory where `kernels` are given. */
export interface Part {
  readonly array: Float64Array;
  readonly start: number;
  readonly stride: number;
  readonly kernels: Kernels | null;
}

/**
 * Gaussian elimination with partial pivoting of a rows × columns part, rows ≥ columns: U on and above the diagonal, L below.
 * Rows are exchanged in the part alone; exchange k was with row `exchanges[k]`, as LAPACK tells it. In WebAssembly, start,
 * stride and columns are even.
 */
export function eliminate(part: Part, rows: number, columns: number, exchanges: Int32Array): void {
  const { array, start, stride } = part;
  for (let first = 0; first < columns; first += subtractedRows) {
    const end = Math.min(first + subtractedRows, columns);
    eliminateColumns(part, rows, columns, first, end, exchanges);
    if (end === columns) break;
    const corner = start + first * stride + first;
    const right = corner + subtractedRows;
    substituteFour(array, corner, stride, right, stride, columns - end);
    if (end < rows) {
      const below = corner + subtractedRows * stride;
      subtract(part, below, stride, array, right, below + subtractedRows, rows - end, columns - end);
    }
  }
}

/** Columns first to before end, at most four of them: pivots, factors, and what they make of each other. */
function eliminateColumns(
  { array, start, stride, kernels }: Part,
  rows: number,
  columns: number,
  first: number,
  end: number,
  exchanges: Int32Array,
): void {
  let largest = -1;
  let pivotRow = first;
  for (let i = first, at = start + first * stride + first; i < rows; i++, at += stride) {
    const size = Math.abs(array[at]);
    if (size > largest) {
      largest = size;
      pivotRow = i;
    }
  }
  for (let k = first; k < end; k++) {
    exchanges[k] = pivotRow;
    const row = start + k * stride;
    if (pivotRow !== k) {
      const other = start + pivotRow * stride;
      // With the padding of an odd number of columns.
      if (kernels !== null) kernels.exchange(8 * row, 8 * other, (columns + 1) >> 1);
      else exchangeRows(array, row, other, columns);
    }
    pivotRow = k + 1 + eliminateColumn(array, row + k, stride, rows - k - 1, end - k - 1);
  }
}

/**
 * Divides what is below a pivot, by its index, by the pivot, and takes the products with its row off the next `width` columns,
 * at most three. The result is the place below the pivot where the next column has its largest entry, the first of such.
 */
function eliminateColumn(array: Float64Array, at: number, stride: number, rows: number, width: number): number {
  const pivot = array[at];
  // Then all below are zero as well, and stay so.
  const divisor = pivot === 0 ? 1 : pivot;
  const end = at + rows * stride;
  let place = end;
  let largest = -1;
  if (width === 0) for (let i = at + stride; i <= end; i += stride) array[i] /= divisor;
  else if (width === 1) {
    const p1 = array[at + 1];
    for (let i = at + stride; i <= end; i += stride) {
      const factor = array[i] / divisor;
      const next = array[i + 1] - factor * p1;
      array[i] = factor;
      array[i + 1] = next;
      if (Math.abs(next) > largest) {
        largest = Math.abs(next);
        place = i;
      }
    }
  } else {
    const p1 = array[at + 1];
    const p2 = array[at + 2];
    const last = width === 3 ? 3 : 2;
    const p3 = array[at + last];
    for (let i = at + stride; i <= end; i += stride) {
      const factor = array[i] / divisor;
      const next = array[i + 1] - factor * p1;
      const third = array[i + last] - factor * p3;
      array[i] = factor;
      array[i + 1] = next;
      array[i + 2] -= factor * p2;
      array[i + last] = third;
      if (Math.abs(next) > largest) {
        largest = Math.abs(next);
        place = i;
      }
    }
  }
  return (place - at) / stride - 1;
}

/** Exchanges two rows, each by the index of its first element. */
export function exchangeRows(array: Float64Array, a: number, b: number, length: number): void {
  for (let p = a, q = b; p < a + length; p++, q++) {
    const kept = array[p];
    array[p] = array[q];
    array[q] = kept;
  }
}

/**
 * X ← L⁻¹X for X of `columns` columns, with L unit lower triangular of `size` (a multiple of four) rows, in the same array.
 * In WebAssembly, X's start, stride and columns are even.
 */
export function substituteUnit(l: Part, size: number, x: Part, columns: number): void {
  const { array } = x;
  for (let first = 0; first < size; first += subtractedRows) {
    const corner = l.start + first * l.stride + first;
    const row = x.start + first * x.stride;
    substituteFour(array, corner, l.stride, row, x.stride, columns);
    const end = first + subtractedRows;
    if (end < size)
      subtract(
        x,
        corner + subtractedRows * l.stride,
        l.stride,
        array,
        row,
        x.start + end * x.stride,
        size - end,
        columns,
      );
  }
}

/** The same for L of four rows, by the index of its corner and that of X's. */
function substituteFour(
  array: Float64Array,
  corner: number,
  stride: number,
  row: number,
  strideX: number,
  columns: number,
): void {
  const [l1, l2, l3] = [corner + stride, corner + 2 * stride, corner + 3 * stride];
  const [row1, row2, row3] = [row + strideX, row + 2 * strideX, row + 3 * strideX];
  const f10 = array[l1];
  const f20 = array[l2];
  const f21 = array[l2 + 1];
  const f30 = array[l3];
  const f31 = array[l3 + 1];
  const f32 = array[l3 + 2];
  for (let j = 0; j < columns; j++) {
    const u0 = array[row + j];
    const u1 = array[row1 + j] - f10 * u0;
    const u2 = array[row2 + j] - f20 * u0 - f21 * u1;
    array[row1 + j] = u1;
    array[row2 + j] = u2;
    array[row3 + j] = array[row3 + j] - f30 * u0 - f31 * u1 - f32 * u2;
  }
}

/**
 * Rows of C, by the index of the first, minus four rows of P each: c[i] ← c[i] − f₀p₀ − f₁p₁ − f₂p₂ − f₃p₃ with
 * fₛ = array[f + i·strideF + s]; P and C have the part's stride. P is in `pivots`, which may be the part's own
 * array and in WebAssembly has to be; there `columns` are rounded up to a multiple of two.
 */
export function subtract(
  { array, stride, kernels }: Part,
  f: number,
  strideF: number,
  pivots: Float64Array,
  p: number,
  c: number,
  rows: number,
  columns: number,
): void {
  if (kernels !== null) kernels.subtractRows(8 * f, 8 * strideF, 8 * p, 8 * c, 8 * stride, rows, columns);
  else subtractRows(array, stride, f, strideF, pivots, p, c, rows, columns);
}

/** The loops of `subtract` in JavaScript. */
function subtractRows(
  array: Float64Array,
  stride: number,
  f: number,
  strideF: number,
  pivots: Float64Array,
  p: number,
  c: number,
  rows: number,
  columns: number,
): void {
  const [p1, p2, p3] = [p + stride, p + 2 * stride, p + 3 * stride];
  for (let i = 0; i < rows; i++) {
    const at = f + i * strideF;
    const f0 = array[at];
    const f1 = array[at + 1];
    const f2 = array[at + 2];
    const f3 = array[at + 3];
    const row = c + i * stride;
    for (let j = 0; j < columns; j++)
      array[row + j] =
        array[row + j] - f0 * pivots[p + j] - f1 * pivots[p1 + j] - f2 * pivots[p2 + j] - f3 * pivots[p3 + j];
  }
}
