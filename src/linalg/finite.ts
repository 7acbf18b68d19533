/**
 * The search for NaN and infinities that opens every decomposition and every step: one pass, one product and one sum an
 * element, without a branch, while all is well. Exact. A decomposition that starts on such an entry would end in NaN
 * everywhere, or not end.
 */
import { NotFiniteError } from "../errors.ts";
import type { Matrix } from "./matrix.ts";

/**
 * Throws NotFiniteError naming the first entry that is NaN or infinite; `what` opens the message.
 */
export function checkFinite(values: Float64Array, what: string): void {
  const index = indexOfNotFinite(values);
  if (index >= 0) throw new NotFiniteError(`${what}: element ${index} is ${values[index]}; expected finite numbers.`);
}

/**
 * The same for a matrix, naming row and column, both counted from 0.
 */
export function requireFinite({ columns, data }: Matrix, what: string): void {
  const index = indexOfNotFinite(data);
  if (index >= 0)
    throw new NotFiniteError(
      `${what}: element (${Math.floor(index / columns)}, ${index % columns}) is ${data[index]}; expected finite numbers.`,
    );
}

/**
 * For results: throws NotFiniteError when one is not finite, which from finite input comes of overflow alone.
 */
export function requireRepresentable(values: Float64Array, what: string): void {
  if (indexOfNotFinite(values) >= 0) throw new NotFiniteError(`${what} is beyond the largest number.`);
}

/**
 * The index of the first entry that is NaN or infinite, or -1 when there is none. Zero times a finite number is zero and
 * anything else NaN, which no sum loses; two sums do not wait for each other.
 */
export function indexOfNotFinite(values: Float64Array): number {
  let odd = 0;
  // The first is looked at twice where the length is even.
  let even = 0 * values[0];
  for (let i = values.length % 2; i < values.length; i += 2) {
    odd += 0 * values[i];
    even += 0 * values[i + 1];
  }
  return odd + even === 0 ? -1 : values.findIndex((entry) => entry - entry !== 0);
}
