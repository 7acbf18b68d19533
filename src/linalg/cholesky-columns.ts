/**
 * The work of the Cholesky factorization: block columns, each with what all columns before make of it taken off by one matrix
 * product, then factored four columns at a time as in elimination.ts. n³/3 flops.
 *
 * Order: an entry has the products taken off one by one in ascending order of the column, then it is divided: the bits of the
 * textbook's three loops. Source: G. Golub and C. Van Loan, Matrix Computations, 4th ed. 2013, §4.2; LAPACK's dpotrf.
 */
import { type Part, subtract } from "./elimination.ts";
import { evenStride } from "./panel-elimination.ts";
import { planProduct } from "./product.ts";
import { type Kernels, webAssemblyKernels } from "./webassembly/instance.ts";
import { copyRows } from "./product-panels.ts";
import { subtractedRows } from "./webassembly/kernels.ts";

/** Columns of a block, a multiple of four. */
const blockSize = 64;
/** Up to this size there is one block. */
const wholeSize = 512;
/** Up to so many columns there are loops alone. */
const plainSize = 32;
/** Rows that are taken together, up to the diagonal of the last. */
const rowGroup = 16;

/**
 * Overwrites an n × n array, of which the lower triangle is read, with L and zeros. The result is −1, or the place of the
 * first pivot that is not positive: then it is left there in the array.
 */
export function choleskyInPlace(data: Float64Array, n: number): number {
  const kernels = n <= plainSize ? null : webAssemblyKernels();
  const size = n <= wholeSize ? n : blockSize;
  // One block needs none; even an empty array takes a while to make.
  const negated = n <= wholeSize ? data : new Float64Array(size * n);
  for (let first = 0; first < n; first += size) {
    const end = Math.min(n, first + size);
    if (first > 0) subtractDone(data, n, first, end, negated);
    const place = factorBlock(kernels, data, n, first, end);
    if (place >= 0) return first + place;
  }
  if (n <= plainSize) for (let i = 0; i < n; i++) for (let j = i + 1, row = i * n; j < n; j++) data[row + j] = 0;
  else for (let i = 0; i < n; i++) data.fill(0, i * n + i + 1, i * n + n);
  return -1;
}

/** Takes from a block column what all columns before make of it. Above the diagonal this leaves nothing of use. */
function subtractDone(data: Float64Array, n: number, first: number, end: number, negated: Float64Array): void {
  for (let i = first, to = 0; i < end; i++) for (let k = 0, from = i * n; k < first; k++) negated[to++] = -data[from++];
  planProduct({
    ...{ rows: n - first, columns: end - first, inner: first },
    ...{ transposeB: true, accumulate: true, strideA: n, strideC: n },
  })(data, first * n, negated, 0, data, first * n + first);
}

/** A block column from its diagonal on; the place in it of a pivot that is not positive, or −1. */
function factorBlock(kernels: Kernels | null, data: Float64Array, n: number, first: number, end: number): number {
  const [rows, columns, start] = [n - first, end - first, first * n + first];
  // So few columns that the products with four at a time would not be paid for.
  if (columns <= plainSize) return factorFew(data, start, n, rows, 0, columns);
  if (kernels === null) {
    const turned = new Float64Array(subtractedRows * n);
    return factorColumns({ array: data, start, stride: n, kernels }, rows, columns, turned, 0);
  }
  const stride = evenStride(columns);
  // After the block, its last four columns as rows, as far apart as the block's.
  const array = kernels.memory((rows + subtractedRows) * stride);
  copyRows(data, start, n, array, 0, stride, rows, columns);
  const place = factorColumns({ array, start: 0, stride, kernels }, rows, columns, array, rows * stride);
  copyRows(array, 0, stride, data, start, n, rows, columns);
  return place;
}

/** Columns in groups of four; `turned`, from `at` on four rows of the part's stride, is overwritten. */
function factorColumns(part: Part, rows: number, columns: number, turned: Float64Array, at: number): number {
  const { array, start, stride } = part;
  for (let first = 0; first < columns; first += subtractedRows) {
    const end = first + subtractedRows;
    if (end >= columns) return factorFew(array, start, stride, rows, first, columns);
    const place = factorFew(array, start, stride, end, first, end);
    if (place >= 0) return place;
    substituteFour(array, start + first * stride + first, stride, rows - end, turned, at + end, columns - end);
    for (let top = end; top < rows; top += rowGroup) {
      const bottom = Math.min(rows, top + rowGroup);
      const width = Math.min(columns, bottom) - end;
      const f = start + top * stride + first;
      subtract(part, f, stride, turned, at + end, start + top * stride + end, bottom - top, width);
    }
  }
  return -1;
}

/**
 * Four columns of the rows below a factored block of four, by the index of its corner: x ← x L⁻ᵀ for each row x. What the first `count`
 * rows have become stands as four rows in `turned` from `at` on, too.
 */
function substituteFour(
  array: Float64Array,
  corner: number,
  stride: number,
  rows: number,
  turned: Float64Array,
  at: number,
  count: number,
): void {
  const [row1, row2, row3] = [corner + stride, corner + 2 * stride, corner + 3 * stride];
  const p0 = array[corner];
  const l10 = array[row1];
  const p1 = array[row1 + 1];
  const l20 = array[row2];
  const l21 = array[row2 + 1];
  const p2 = array[row2 + 2];
  const l30 = array[row3];
  const l31 = array[row3 + 1];
  const l32 = array[row3 + 2];
  const p3 = array[row3 + 3];
  const [turned1, turned2, turned3] = [at + stride, at + 2 * stride, at + 3 * stride];
  for (let i = 0, row = row3 + stride; i < rows; i++, row += stride) {
    const x0 = array[row] / p0;
    const x1 = (array[row + 1] - x0 * l10) / p1;
    const x2 = (array[row + 2] - x0 * l20 - x1 * l21) / p2;
    const x3 = (array[row + 3] - x0 * l30 - x1 * l31 - x2 * l32) / p3;
    array[row] = x0;
    array[row + 1] = x1;
    array[row + 2] = x2;
    array[row + 3] = x3;
    if (i < count) {
      turned[at + i] = x0;
      turned[turned1 + i] = x1;
      turned[turned2 + i] = x2;
      turned[turned3 + i] = x3;
    }
  }
}

/** Columns first to before end of all rows, by the textbook's loops, the sums of four rows side by side. */
function factorFew(
  array: Float64Array,
  start: number,
  stride: number,
  rows: number,
  first: number,
  end: number,
): number {
  for (let j = first; j < end; j++) {
    const row = start + j * stride;
    let rest = array[row + j];
    for (let k = first; k < j; k++) rest -= array[row + k] * array[row + k];
    if (!(rest > 0)) {
      array[row + j] = rest;
      return j;
    }
    const pivot = Math.sqrt(rest);
    array[row + j] = pivot;
    let i = j + 1;
    for (; i + 4 <= rows; i += 4) {
      const at0 = start + i * stride;
      const at1 = at0 + stride;
      const at2 = at1 + stride;
      const at3 = at2 + stride;
      let s0 = array[at0 + j];
      let s1 = array[at1 + j];
      let s2 = array[at2 + j];
      let s3 = array[at3 + j];
      for (let k = first; k < j; k++) {
        const factor = array[row + k];
        s0 -= array[at0 + k] * factor;
        s1 -= array[at1 + k] * factor;
        s2 -= array[at2 + k] * factor;
        s3 -= array[at3 + k] * factor;
      }
      array[at0 + j] = s0 / pivot;
      array[at1 + j] = s1 / pivot;
      array[at2 + j] = s2 / pivot;
      array[at3 + j] = s3 / pivot;
    }
    for (; i < rows; i++) {
      const at = start + i * stride;
      let sum = array[at + j];
      for (let k = first; k < j; k++) sum -= array[at + k] * array[row + k];
      array[at + j] = sum / pivot;
    }
  }
  return -1;
}
