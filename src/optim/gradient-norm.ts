/**
 * The Euclidean norm of a gradient, for stopping: O(length), summed from the first entry to the last, with a relative
 * error of at most about length/2 rounding errors. A second, scaled pass is only made where squares overflow or
 * underflow, so that entries at 1e±300 do no harm.
 */

/** √(Σ gᵢ²) for finite entries. */
export function gradientNorm(gradient: Float64Array): number {
  const squares = scaledSquares(gradient, 1);
  if (squares > 1e-280 && squares < Infinity) return Math.sqrt(squares);
  let largest = 0;
  for (let i = 0; i < gradient.length; i++) largest = Math.max(largest, Math.abs(gradient[i]));
  return largest === 0 ? 0 : largest * Math.sqrt(scaledSquares(gradient, largest));
}

function scaledSquares(gradient: Float64Array, scale: number): number {
  let sum = 0;
  for (let i = 0; i < gradient.length; i++) {
    const entry = gradient[i] / scale;
    sum += entry * entry;
  }
  return sum;
}

/** Σ gᵢ², from the first entry to the last: for averages of squares, which overflow where Adam's do (beyond 1e154). */
export function sumOfSquares(gradient: Float64Array): number {
  return scaledSquares(gradient, 1);
}
