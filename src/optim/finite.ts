/**
 * The search for entries that are NaN or infinite, for every step of a run: O(length), one product and one sum an
 * element, without a branch, while all is well. Exact.
 */
import type { Layout } from "../linalg/layout.ts";

/** The index of the first entry that is NaN or infinite, or -1 when there is none. */
export function indexOfNotFinite(vector: Float64Array): number {
  return isFiniteEverywhere(vector) ? -1 : vector.findIndex((entry) => !Number.isFinite(entry));
}

/** Zero times a finite number is zero and anything else NaN, which no sum loses; four sums do not wait for each other. */
function isFiniteEverywhere(vector: Float64Array): boolean {
  const unrolled = vector.length - (vector.length % 4);
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  for (let i = 0; i < unrolled; i += 4) {
    sum0 += 0 * vector[i];
    sum1 += 0 * vector[i + 1];
    sum2 += 0 * vector[i + 2];
    sum3 += 0 * vector[i + 3];
  }
  for (let i = unrolled; i < vector.length; i++) sum0 += 0 * vector[i];
  return sum0 + sum1 + sum2 + sum3 === 0;
}

/** Where an index of a flat array is, for messages: `element 3 of "W1"`. */
export function placeOf(index: number, layout: Layout): string {
  const slot = layout.tensors.find(({ offset, size }) => index < offset + size);
  return slot === undefined ? `element ${index}` : `element ${index - slot.offset} of "${slot.name}"`;
}
