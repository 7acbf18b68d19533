/**
 * The places of tensors in the flat array, as plain data in the states of transformations that treat tensors apart, so that
 * a state says what it was made for. Restoring a state compares `slots` number by number.
 */
import type { Layout } from "../linalg/layout.ts";
import { gradientNorm } from "./gradient-norm.ts";
import { checkLengths } from "./state.ts";

/** Where a tensor lies, and as what matrix: all axes but the last as rows, the last as columns; a vector is one row. */
export interface Slot {
  readonly offset: number;
  readonly size: number;
  readonly rows: number;
  readonly columns: number;
}

/** The slots of a layout, in its order. */
export function slotsOf(layout: Layout): Slot[] {
  return layout.tensors.map(({ offset, size, shape }) => {
    const columns = shape.length < 2 ? size : shape[shape.length - 1];
    return { offset, size, rows: size / columns, columns };
  });
}

/** Throws ShapeError unless gradient and parameters have as many elements as these tensors, which lie one behind the other. */
export function checkSlots(
  kind: string,
  slots: readonly Slot[],
  gradient: Float64Array,
  parameters: Float64Array,
): void {
  let size = 0;
  for (const slot of slots) size += slot.size;
  checkLengths(kind, size, gradient, parameters);
}

/** The root of the sum of squares of elements offset to offset + size, in ascending order; scaled only where squares would overflow. */
export function slotNorm(vector: Float64Array, { offset, size }: Slot): number {
  let sum = 0;
  for (let i = offset; i < offset + size; i++) sum += vector[i] * vector[i];
  return sum > 1e-280 && sum < Infinity ? Math.sqrt(sum) : gradientNorm(vector.subarray(offset, offset + size));
}

/**
 * The norms of two vectors in one pass overwrite `out` from `at` on. Elements with an even and with an odd distance from the first have sums
 * of their own, in ascending order, added at the end: no addition waits for the one before.
 */
export function slotNorms(
  a: Float64Array,
  b: Float64Array,
  { offset, size }: Slot,
  out: Float64Array,
  at: number,
): void {
  let evenA = 0;
  let oddA = 0;
  let evenB = 0;
  let oddB = 0;
  const end = offset + size;
  let i = offset;
  for (; i + 1 < end; i += 2) {
    evenA += a[i] * a[i];
    oddA += a[i + 1] * a[i + 1];
    evenB += b[i] * b[i];
    oddB += b[i + 1] * b[i + 1];
  }
  if (i < end) {
    evenA += a[i] * a[i];
    evenB += b[i] * b[i];
  }
  out[at] = Math.sqrt(evenA + oddA);
  out[at + 1] = Math.sqrt(evenB + oddB);
}

/** The same, where `gain` times the other vector has first been added to the first. */
export function addAndSlotNorms(
  a: Float64Array,
  gain: number,
  b: Float64Array,
  { offset, size }: Slot,
  out: Float64Array,
): void {
  let evenA = 0;
  let oddA = 0;
  let evenB = 0;
  let oddB = 0;
  const end = offset + size;
  let i = offset;
  for (; i + 1 < end; i += 2) {
    const even = a[i] + gain * b[i];
    const odd = a[i + 1] + gain * b[i + 1];
    a[i] = even;
    a[i + 1] = odd;
    evenA += even * even;
    oddA += odd * odd;
    evenB += b[i] * b[i];
    oddB += b[i + 1] * b[i + 1];
  }
  if (i < end) {
    a[i] += gain * b[i];
    evenA += a[i] * a[i];
    evenB += b[i] * b[i];
  }
  out[0] = Math.sqrt(evenA + oddA);
  out[1] = Math.sqrt(evenB + oddB);
}
