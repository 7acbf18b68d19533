/**
 * The search for NaN and infinities that opens every decomposition: one pass, O(length). A decomposition that starts on
 * such an entry would end in NaN everywhere, or not end.
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
export function requireFinite(matrix: Matrix, what: string): void {
  const index = indexOfNotFinite(matrix.data);
  if (index < 0) return;
  const row = Math.floor(index / matrix.columns);
  const column = index % matrix.columns;
  throw new NotFiniteError(`${what}: element (${row}, ${column}) is ${matrix.data[index]}; expected finite numbers.`);
}

/**
 * For results: throws NotFiniteError when one is not finite, which from finite input comes of overflow alone.
 */
export function requireRepresentable(values: Float64Array, what: string): void {
  if (indexOfNotFinite(values) >= 0) throw new NotFiniteError(`${what} is beyond the largest number.`);
}

/** The first index of NaN or an infinity, or -1. x - x is 0 for finite x and NaN for all else. */
function indexOfNotFinite(values: Float64Array): number {
  for (let i = 0; i < values.length; i++) if (values[i] - values[i] !== 0) return i;
  return -1;
}
