/** Names of places in flat arrays of parameters. */
import type { Layout } from "../linalg/layout.ts";

/** Where an index of a flat array is, for messages: `element 3 of "W1"`. */
export function placeOf(index: number, layout: Layout): string {
  const slot = layout.tensors.find(({ offset, size }) => index < offset + size);
  return slot === undefined ? `element ${index}` : `element ${index - slot.offset} of "${slot.name}"`;
}
