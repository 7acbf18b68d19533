/**
 * Norms that are read off a matrix's entries, computed so that squares neither overflow nor vanish: the result is finite
 * whenever the norm itself is below the largest number, and Infinity otherwise. Error: a sum of n numbers has a relative one
 * of at most n units of round-off. Cost: one or two passes.
 */
import { checkFinite, requireFinite } from "./finite.ts";
import { strideNorm } from "./householder.ts";
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
 * √(Σ aᵢⱼ²). Throws NotFiniteError naming an entry that is NaN or infinite.
 *
 * @example frobeniusNorm(Matrix.fromRows([[3, 0], [0, 4]])) // 5
 */
export function frobeniusNorm(matrix: Matrix): number {
  requireFinite(matrix, "frobeniusNorm");
  return strideNorm(matrix.data, 0, 1, matrix.data.length);
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
