/** Keeping factorizations that are not scaled as a rule away from the ends of the range of numbers. */
import { requireRepresentable } from "./finite.ts";
import { Matrix } from "./matrix.ts";
import { largestSize, scaleToOne } from "./orientation.ts";
import { cheapLength } from "./scratch.ts";

const least = 1e-250;
const most = 1e250;
const none = new Float64Array(0);
/** Up to so many entries columns are summed one by one, beyond row by row, with memory for the sums. */
const smallSize = 1024;

/**
 * ‖A‖₁ of a matrix whose entries are finite and so far from the ends of the range that `copyInRange` would not scale it, else
 * −1: then the matrix has to be looked at more closely. One pass.
 */
export function oneNormInRange({ rows, columns, data }: Matrix): number {
  const four = rows - (rows & 3);
  if (data.length > smallSize) return largestInRange(columnSums(data, rows, columns), rows);
  let norm = 0;
  for (let j = 0; j < columns; j++) {
    let sum = 0;
    let at = j;
    for (let i = 0; i < four; i += 4, at += 4 * columns) sum += fourSizes(data, at, columns);
    for (let i = four; i < rows; i++, at += columns) sum += Math.abs(data[at]);
    // NaN and infinities, too: a sum has them when an entry is one.
    if (!(sum < most)) return -1;
    if (sum > norm) norm = sum;
  }
  return norm > least * rows ? norm : -1;
}

/** The same sums, in the same order, row by row. */
function columnSums(data: Float64Array, rows: number, columns: number): Float64Array {
  const sums = new Float64Array(columns);
  const four = rows - (rows & 3);
  for (let i = 0; i < four; i += 4)
    for (let j = 0, at = i * columns; j < columns; j++, at++) sums[j] += fourSizes(data, at, columns);
  for (let i = four; i < rows; i++)
    for (let j = 0, at = i * columns; j < columns; j++) sums[j] += Math.abs(data[at + j]);
  return sums;
}

function fourSizes(data: Float64Array, at: number, columns: number): number {
  return (
    Math.abs(data[at]) +
    Math.abs(data[at + columns]) +
    (Math.abs(data[at + 2 * columns]) + Math.abs(data[at + 3 * columns]))
  );
}

function largestInRange(sums: Float64Array, rows: number): number {
  let norm = 0;
  for (let j = 0; j < sums.length; j++) {
    if (!(sums[j] < most)) return -1;
    if (sums[j] > norm) norm = sums[j];
  }
  return norm > least * rows ? norm : -1;
}

/**
 * Whether all numbers are finite and so far from the ends of the range that `copyInRange` would not scale them, by the sum of
 * their sizes; false for those very near, too. Four sums, which do not wait for each other.
 */
export function isInRange(data: Float64Array): boolean {
  const { length } = data;
  const four = length - (length & 3);
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let i = 0; i < four; i += 4) {
    s0 += Math.abs(data[i]);
    s1 += Math.abs(data[i + 1]);
    s2 += Math.abs(data[i + 2]);
    s3 += Math.abs(data[i + 3]);
  }
  for (let i = four; i < length; i++) s0 += Math.abs(data[i]);
  const sum = s0 + s1 + (s2 + s3);
  return sum < most && sum > least * length;
}

/**
 * A copy, times a power of two when its largest entry is beyond 1e±250, so that no sum of products leaves the range; and `rest`, as many zeros
 * as are wanted besides, for a small matrix in the same allocation. With `out`, of the same shape, the copy is there, and there is no rest.
 */
export function copyInRange(
  { rows, columns, data }: Matrix,
  besides = 0,
  out?: Matrix,
): { readonly copy: Matrix; readonly scale: number; readonly rest: Float64Array } {
  const largest = largestSize(data);
  const scale = largest === 0 || (largest > least && largest < most) ? 1 : scaleToOne(data);
  const shared = besides > cheapLength && data.length <= smallSize;
  const all = out?.data ?? new Float64Array(data.length + (shared ? besides : 0));
  all.set(data);
  const copy = out ?? new Matrix(rows, columns, shared ? all.subarray(0, data.length) : all);
  if (scale !== 1) for (let i = 0; i < data.length; i++) copy.data[i] *= scale;
  return {
    copy,
    scale,
    rest: out !== undefined ? none : shared ? all.subarray(data.length) : new Float64Array(besides),
  };
}

/**
 * Divides what lies on and above the diagonal, R (or U) of a packed factorization, by the scale of its copy. Throws NotFiniteError
 * for an entry beyond the largest number.
 */
export function unscaleUpper({ rows, columns, data }: Matrix, scale: number, what: string, factor = "R"): void {
  if (scale === 1) return;
  for (let i = 0; i < Math.min(rows, columns); i++) for (let j = i; j < columns; j++) data[i * columns + j] /= scale;
  requireRepresentable(data, `${what}: an entry of ${factor}`);
}
