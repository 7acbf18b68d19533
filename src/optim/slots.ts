/**
 * The places of tensors in the flat array, as plain data in the states of transformations that treat tensors apart, so that
 * a state says what it was made for. Restoring a state compares `slots` number by number.
 */
import type { Layout } from "../linalg/layout.ts";

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

/**
 * The root of the sum of squares of elements offset to offset + size; no overflow within 1e±154. Every fourth element has a sum
 * of its own, in ascending order, so that no addition waits for the one before; then ((0 + 1) + (2 + 3)), with what is left over
 * behind the last four added to sum 0.
 */
export function slotNorm(vector: Float64Array, { offset, size }: Slot): number {
  let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0];
  const end = offset + size;
  let i = offset;
  for (; i + 3 < end; i += 4) {
    sum0 += vector[i] * vector[i];
    sum1 += vector[i + 1] * vector[i + 1];
    sum2 += vector[i + 2] * vector[i + 2];
    sum3 += vector[i + 3] * vector[i + 3];
  }
  for (; i < end; i++) sum0 += vector[i] * vector[i];
  return Math.sqrt(sum0 + sum1 + (sum2 + sum3));
}
