/**
 * The search for entries that are NaN or infinite, for every step of a run: O(length), one product and one sum an
 * element, without a branch, while all is well. Exact.
 */
import type { Layout } from "../linalg/layout.ts";

/** The index of the first entry that is NaN or infinite, or -1 when there is none. */
export function indexOfNotFinite(vector: Float64Array): number {
  return isFiniteEverywhere(vector) ? -1 : vector.findIndex((entry) => !Number.isFinite(entry));
}

/** Zero times a finite number is zero and anything else NaN, which no sum loses; two sums do not wait for each other. */
function isFiniteEverywhere(vector: Float64Array): boolean {
  let odd = 0;
  // The first is looked at twice where the length is even.
  let even = 0 * vector[0];
  for (let i = vector.length % 2; i < vector.length; i += 2) {
    odd += 0 * vector[i];
    even += 0 * vector[i + 1];
  }
  return odd + even === 0;
}

/** Where an index of a flat array is, for messages: `element 3 of "W1"`. */
export function placeOf(index: number, layout: Layout): string {
  const slot = layout.tensors.find(({ offset, size }) => index < offset + size);
  return slot === undefined ? `element ${index}` : `element ${index - slot.offset} of "${slot.name}"`;
}
