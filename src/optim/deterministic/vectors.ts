/** Sums over flat vectors, each in ascending order with one accumulator: the same bits on every engine. O(length). */

/** Σ xᵢ yᵢ. */
export function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * y[i];
  return sum;
}

/** Overwrites y with y + a·x. */
export function addScaled(y: Float64Array, a: number, x: Float64Array): void {
  for (let i = 0; i < y.length; i++) y[i] += a * x[i];
}
