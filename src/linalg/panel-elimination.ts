/**
 * Gaussian elimination with partial pivoting of a whole square matrix: up to a size in one piece, beyond it in panels whose
 * effect on the rest is one matrix product each. 2n³/3 flops. The bits are those of the textbook's loops (elimination.ts),
 * so they depend neither on the blocks nor on where the work is done.
 *
 * Source: G. Golub and C. Van Loan, Matrix Computations, 4th ed. 2013, §3.4; LAPACK's dgetrf.
 */
import { eliminate, exchangeRows, type Part, substituteUnit } from "./elimination.ts";
import { planProduct } from "./product.ts";
import { type Kernels, webAssemblyKernels } from "./webassembly/instance.ts";
import { copyRows } from "./product-panels.ts";
import { scratch } from "./scratch.ts";

/** Columns of a panel, a multiple of four. */
const panelSize = 64;
/** Up to this size a matrix is one panel, in the second-level cache. */
const wholeSize = 512;
/** From so many columns on rows are padded. */
const paddedSize = 128;
/** Up to this size calls of WebAssembly cost more than they save. */
const plainSize = 20;

/**
 * Leaves the factors of an n × n matrix in `packed`, which may be the matrix, or with null where they are made at the
 * least cost: perhaps in memory that the next product or factorization overwrites. Exchange k was with row `exchanges[k]`.
 */
export function eliminateWhole(
  matrix: Float64Array,
  n: number,
  exchanges: Int32Array,
  packed: Float64Array | null,
): Part {
  const kernels = webAssemblyKernels();
  if (n > plainSize && n <= wholeSize && kernels !== null) {
    const stride = evenStride(n);
    const array = kernels.memory(n * stride);
    if (stride === n) array.set(matrix);
    else copyRows(matrix, 0, n, array, 0, stride, n, n);
    eliminate({ array, start: 0, stride, kernels }, n, n, exchanges);
    if (packed !== null && stride === n) packed.set(array.subarray(0, n * n));
    else if (packed !== null) copyRows(array, 0, stride, packed, 0, n, n, n);
    return { array, start: 0, stride, kernels };
  }
  const array = packed ?? (n <= plainSize ? scratch(n * n) : new Float64Array(n * n));
  if (array !== matrix) array.set(matrix);
  const part = { array, start: 0, stride: n, kernels: null };
  if (n <= panelSize) eliminate(part, n, n, exchanges);
  else eliminateInPanels(array, n, exchanges, kernels);
  return part;
}

/**
 * The distance of rows in WebAssembly's memory: even, and from the size on where columns are longer than a cache's sets not a
 * multiple of a line, or the elements of a column would all fall into the same few sets.
 */
export function evenStride(columns: number): number {
  const even = columns + (columns & 1);
  return even >= paddedSize && even % 8 === 0 ? even + 2 : even;
}

function eliminateInPanels(data: Float64Array, n: number, exchanges: Int32Array, kernels: Kernels | null): void {
  for (let first = 0; first < n; first += panelSize) {
    const end = Math.min(n, first + panelSize);
    const own = exchanges.subarray(first, end);
    eliminatePanel(kernels, data, n, first, end, own);
    for (let k = 0; k < own.length; k++) {
      const [a, b] = [(first + k) * n, (first + own[k]) * n];
      own[k] += first;
      if (a === b) continue;
      exchangeRows(data, a, b, first);
      exchangeRows(data, a + end, b + end, n - end);
    }
    if (end < n) updateRest(kernels, data, n, first, end);
  }
}

/** Columns first to before end, from row `first` on. */
function eliminatePanel(
  kernels: Kernels | null,
  data: Float64Array,
  n: number,
  first: number,
  end: number,
  exchanges: Int32Array,
): void {
  const [rows, columns, start] = [n - first, end - first, first * n + first];
  if (kernels === null) {
    eliminate({ array: data, start, stride: n, kernels }, rows, columns, exchanges);
    return;
  }
  const stride = evenStride(columns);
  const array = kernels.memory(rows * stride);
  copyRows(data, start, n, array, 0, stride, rows, columns);
  eliminate({ array, start: 0, stride, kernels }, rows, columns, exchanges);
  copyRows(array, 0, stride, data, start, n, rows, columns);
}

/** Right of a panel: U's rows by substitution with the panel's L, then minus L's rows below times them. */
function updateRest(kernels: Kernels | null, data: Float64Array, n: number, first: number, end: number): void {
  const [rest, inner, corner] = [n - end, end - first, first * n + first];
  if (kernels === null) {
    const part = { array: data, stride: n, kernels };
    substituteUnit({ ...part, start: corner }, inner, { ...part, start: corner + inner }, rest);
  } else {
    const stride = rest + (rest & 1);
    const start = inner * inner;
    const array = kernels.memory(start + inner * stride);
    copyRows(data, corner, n, array, 0, inner, inner, inner);
    copyRows(data, corner + inner, n, array, start, stride, inner, rest);
    substituteUnit({ array, start: 0, stride: inner, kernels }, inner, { array, start, stride, kernels }, rest);
    copyRows(array, start, stride, data, corner + inner, n, inner, rest);
  }
  const negated = new Float64Array(rest * inner);
  for (let i = 0, to = 0; i < rest; i++)
    for (let k = 0, from = (end + i) * n + first; k < inner; k++) negated[to++] = -data[from++];
  const plan = planProduct({ rows: rest, columns: rest, inner, strideB: n, strideC: n, accumulate: true });
  plan(negated, 0, data, first * n + end, data, end * n + end);
}
