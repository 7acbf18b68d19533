/** Keeping factorizations that are not scaled as a rule away from the ends of the range of numbers. */
import { requireRepresentable } from "./finite.ts";
import { Matrix } from "./matrix.ts";
import { largestSize, scaleToOne } from "./orientation.ts";

const least = 1e-250;
const most = 1e250;

/**
 * ‖A‖₁ of a matrix whose entries are finite and so far from the ends of the range that `copyInRange` would not scale it, else
 * −1: then the matrix has to be looked at more closely. One pass.
 */
export function oneNormInRange({ rows, columns, data }: Matrix): number {
  const sums = new Float64Array(columns);
  const four = rows - (rows & 3);
  for (let i = 0; i < four; i += 4) {
    const at = i * columns;
    const [r1, r2, r3] = [at + columns, at + 2 * columns, at + 3 * columns];
    for (let j = 0; j < columns; j++)
      sums[j] += Math.abs(data[at + j]) + Math.abs(data[r1 + j]) + (Math.abs(data[r2 + j]) + Math.abs(data[r3 + j]));
  }
  for (let i = four; i < rows; i++)
    for (let j = 0, at = i * columns; j < columns; j++) sums[j] += Math.abs(data[at + j]);
  let norm = 0;
  for (let j = 0; j < columns; j++) {
    const sum = sums[j];
    // NaN and infinities, too: a sum has them when an entry is one.
    if (!(sum < most)) return -1;
    if (sum > norm) norm = sum;
  }
  return norm > least * rows ? norm : -1;
}

/** Whether all numbers are finite and `copyInRange` would not scale them. */
export function isInRange(data: Float64Array): boolean {
  let largest = 0;
  for (let i = 0; i < data.length; i++) {
    const size = Math.abs(data[i]);
    if (!(size < most)) return false;
    if (size > largest) largest = size;
  }
  return largest > least;
}

/** A copy, times a power of two when its largest entry is beyond 1e±250, so that no sum of products leaves the range. */
export function copyInRange({ rows, columns, data }: Matrix): { readonly copy: Matrix; readonly scale: number } {
  const largest = largestSize(data);
  const scale = largest === 0 || (largest > least && largest < most) ? 1 : scaleToOne(data);
  const copy = new Matrix(rows, columns, new Float64Array(data));
  if (scale !== 1) for (let i = 0; i < data.length; i++) copy.data[i] *= scale;
  return { copy, scale };
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
