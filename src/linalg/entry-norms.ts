/**
 * Norms that are read off a matrix's entries, computed so that squares neither overflow nor vanish: the result is finite
 * whenever the norm itself is below the largest number, and Infinity otherwise. Error: a sum of n numbers has a relative one
 * of at most n units of round-off. Cost: one or two passes.
 */
import { checkFinite, requireFinite } from "./finite.ts";
import { leastSum, mostSum, strideNorm } from "./householder.ts";
import type { Matrix } from "./matrix.ts";

/**
 * √(Σ xᵢ²). Throws NotFiniteError naming an element that is NaN or infinite.
 *
 * @example euclideanNorm(Float64Array.of(3, 4)) // 5
 */
export function euclideanNorm(vector: Float64Array): number {
  checkFinite(vector, "euclideanNorm");
  return strideNorm(vector, 0, 1, vector.length);
}

/**
 * √(Σ aᵢⱼ²). Throws NotFiniteError naming an entry that is NaN or infinite. Order of the sum: of four entries in a row of
 * storage one goes to each of four sums s₀ … s₃, what is left over to s₀, and (s₀ + s₁) + (s₂ + s₃) is the total.
 *
 * @example frobeniusNorm(Matrix.fromRows([[3, 0], [0, 4]])) // 5
 */
export function frobeniusNorm(matrix: Matrix): number {
  const { data } = matrix;
  const four = data.length - (data.length & 3);
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let at = 0; at < four; at += 4) {
    const a = data[at];
    const b = data[at + 1];
    const c = data[at + 2];
    const d = data[at + 3];
    s0 += a * a;
    s1 += b * b;
    s2 += c * c;
    s3 += d * d;
  }
  for (let at = four; at < data.length; at++) s0 += data[at] * data[at];
  const sum = s0 + s1 + (s2 + s3);
  // With NaN and infinities it is not.
  if (sum > leastSum && sum < mostSum) return Math.sqrt(sum);
  requireFinite(matrix, "frobeniusNorm");
  return strideNorm(data, 0, 1, data.length);
}

/**
 * The largest sum of absolute values in a column. Throws NotFiniteError naming an entry that is NaN or infinite.
 *
 * @example oneNorm(Matrix.fromRows([[1, 2], [-3, 1]])) // 4
 */
export function oneNorm(matrix: Matrix): number {
  requireFinite(matrix, "oneNorm");
  const { rows, columns, data } = matrix;
  const sums = new Float64Array(columns);
  for (let i = 0, at = 0; i < rows; i++) for (let j = 0; j < columns; j++, at++) sums[j] += Math.abs(data[at]);
  let largest = 0;
  for (const sum of sums) largest = Math.max(largest, sum);
  return largest;
}

/**
 * The largest sum of absolute values in a row. Throws NotFiniteError naming an entry that is NaN or infinite.
 *
 * @example infinityNorm(Matrix.fromRows([[1, 2], [-3, 1]])) // 4
 */
export function infinityNorm(matrix: Matrix): number {
  requireFinite(matrix, "infinityNorm");
  const { rows, columns, data } = matrix;
  let largest = 0;
  for (let i = 0, at = 0; i < rows; i++) {
    let sum = 0;
    for (let j = 0; j < columns; j++, at++) sum += Math.abs(data[at]);
    largest = Math.max(largest, sum);
  }
  return largest;
}
