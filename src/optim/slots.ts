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

/** The root of the sum of squares of elements offset to offset + size, in ascending order; no overflow within 1e±154. */
export function slotNorm(vector: Float64Array, { offset, size }: Slot): number {
  let sum = 0;
  for (let i = offset; i < offset + size; i++) sum += vector[i] * vector[i];
  return Math.sqrt(sum);
}

/**
 * The same of two vectors in one pass: their norms overwrite `out`. Two sums do not wait for each other, and each still has
 * its one order.
 */
export function slotNorms(a: Float64Array, b: Float64Array, { offset, size }: Slot, out: Float64Array): void {
  let sumA = 0;
  let sumB = 0;
  for (let i = offset; i < offset + size; i++) {
    sumA += a[i] * a[i];
    sumB += b[i] * b[i];
  }
  out[0] = Math.sqrt(sumA);
  out[1] = Math.sqrt(sumB);
}
