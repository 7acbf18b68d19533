/**
 * What a blocked product is made of, and the packing of its right operand: panels of four columns, one after the other, each length × 4 row by row, so
 * that the innermost tile walks it with stride one. Missing columns of the last panel are zeros, which no stored element
 * sees. O(length · width).
 */

const tileColumns = 4;

/** What one product needs to know; all of it is fixed when it is planned. */
export interface BlockedProduct {
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  /** A is stored inner × rows. */
  readonly transposeA: boolean;
  /** B is stored columns × inner. */
  readonly transposeB: boolean;
  /** Add to C instead of overwriting it. */
  readonly accumulate: boolean;
  /** Compute only tiles that reach the diagonal or lie above it. */
  readonly upperOnly: boolean;
  /** Distances between the starts of consecutive stored rows. */
  readonly strideA: number;
  readonly strideB: number;
  readonly strideC: number;
  /** The length of a block of the inner index. */
  readonly depth: number;
}

/** Panels of B stored inner × columns, `width` columns from `start` on; `offset` is where the panels begin. */
export function packColumns(
  b: Float64Array,
  start: number,
  stride: number,
  width: number,
  length: number,
  panels: Float64Array,
  offset: number,
): void {
  const full = width - (width % tileColumns);
  for (let j = 0; j < full; j += tileColumns) {
    let from = start + j;
    const end = offset + (j + tileColumns) * length;
    for (let to = offset + j * length; to < end; to += tileColumns) {
      panels[to] = b[from];
      panels[to + 1] = b[from + 1];
      panels[to + 2] = b[from + 2];
      panels[to + 3] = b[from + 3];
      from += stride;
    }
  }
  if (full < width)
    for (let p = 0; p < length; p++)
      for (let s = 0; s < tileColumns; s++)
        panels[offset + full * length + p * tileColumns + s] = full + s < width ? b[start + p * stride + full + s] : 0;
}

/** Panels of B stored columns × inner. */
export function packRows(
  b: Float64Array,
  start: number,
  stride: number,
  width: number,
  length: number,
  panels: Float64Array,
  offset: number,
): void {
  const full = width - (width % tileColumns);
  for (let j = 0; j < full; j += tileColumns) {
    let from = start + j * stride;
    const end = offset + (j + tileColumns) * length;
    for (let to = offset + j * length; to < end; to += tileColumns) {
      panels[to] = b[from];
      panels[to + 1] = b[from + stride];
      panels[to + 2] = b[from + 2 * stride];
      panels[to + 3] = b[from + 3 * stride];
      from++;
    }
  }
  if (full < width)
    for (let p = 0; p < length; p++)
      for (let s = 0; s < tileColumns; s++)
        panels[offset + full * length + p * tileColumns + s] =
          full + s < width ? b[start + (full + s) * stride + p] : 0;
}

/** From so many elements on rows are copied by the engine: a view of one takes as long as the loop over fewer. */
const longRow = 48;
/** Fewer rows, as products copy them again and again, are not worth the views, which are garbage afterwards. */
const manyRows = 8;

/** Copies `height` rows of `across` elements, with strides of their own in either array. */
export function copyRows(
  from: Float64Array,
  fromStart: number,
  fromStride: number,
  to: Float64Array,
  toStart: number,
  toStride: number,
  height: number,
  across: number,
): void {
  if (fromStride === across && toStride === across && height * across >= longRow && height > 4) {
    to.set(from.subarray(fromStart, fromStart + height * across), toStart);
    return;
  }
  if (across >= longRow && height >= manyRows) {
    for (let i = 0; i < height; i++) {
      const first = fromStart + i * fromStride;
      to.set(from.subarray(first, first + across), toStart + i * toStride);
    }
    return;
  }
  for (let i = 0; i < height; i++) {
    let at = fromStart + i * fromStride;
    let target = toStart + i * toStride;
    const end = at + across;
    for (; at + 4 <= end; at += 4, target += 4) {
      to[target] = from[at];
      to[target + 1] = from[at + 1];
      to[target + 2] = from[at + 2];
      to[target + 3] = from[at + 3];
    }
    for (; at < end; at++, target++) to[target] = from[at];
  }
}
