/**
 * A planned product with its innermost loops in WebAssembly: B is packed into panels of four columns and A into strips of
 * four rows in the module's memory, the strip's rows of C are computed there (kernels.ts) and copied out. The bits are
 * those of the loops in product-kernel.ts, which has the order of the sums; the copies are O(k·n + m·k·n/512 + m·n·k/256).
 */
import { type BlockedProduct, copyRows, packColumns, packRows } from "../product-panels.ts";
import type { Kernels } from "./instance.ts";
import { stripRows, tileColumns } from "./kernels.ts";

/** Columns in a block: its panels stay in the second-level cache. */
const columnBlock = 512;
/** The length of the sums in a block: a panel and a strip of A stay in the first-level cache. */
const innerBlock = 256;
/** The strip of A, four rows of C, then the panels; all in doubles. */
const cStart = innerBlock * stripRows;
const panelStart = cStart + columnBlock * stripRows;
const workspace = panelStart + innerBlock * columnBlock;

/** Runs a planned product with at least one row, column and inner index. */
export function runProductInWebAssembly(
  kernels: Kernels,
  plan: BlockedProduct,
  a: Float64Array,
  aOffset: number,
  b: Float64Array,
  bOffset: number,
  c: Float64Array,
  cOffset: number,
): void {
  const { rows, columns, inner, depth, accumulate, upperOnly, transposeA, transposeB, strideA, strideB, strideC } =
    plan;
  const memory = kernels.memory(workspace);
  for (let column = 0; column < columns; column += columnBlock) {
    const width = Math.min(columnBlock, columns - column);
    for (let first = 0; first < inner; first += depth) {
      const length = Math.min(depth, inner - first);
      const resume = accumulate || first > 0;
      if (transposeB) packRows(b, bOffset + column * strideB + first, strideB, width, length, memory, panelStart);
      else packColumns(b, bOffset + first * strideB + column, strideB, width, length, memory, panelStart);
      for (let i = 0; i < rows; i += stripRows) {
        // The first tile that reaches the diagonal: its last column is at least i.
        const skipped = upperOnly && i > column ? i - column - ((i - column) % tileColumns) : 0;
        if (skipped >= width) break;
        const height = Math.min(stripRows, rows - i);
        if (transposeA) packAcross(a, aOffset + first * strideA + i, strideA, height, length, memory);
        else packAlong(a, aOffset + i * strideA + first, strideA, height, length, memory);
        const across = width - skipped;
        const tiles = Math.ceil(across / tileColumns);
        const target = cOffset + i * strideC + column + skipped;
        const stride = tiles * tileColumns;
        if (resume) copyRows(c, target, strideC, memory, cStart, stride, height, across);
        kernels.strip(0, (panelStart + skipped * length) * 8, cStart * 8, stride * 8, tiles, length, resume ? 1 : 0);
        copyRows(memory, cStart, stride, c, target, strideC, height, across);
      }
    }
  }
}

/** Rows of A side by side; a missing row reads the first one, and what comes of it is not stored. */
function packAlong(
  a: Float64Array,
  start: number,
  stride: number,
  height: number,
  length: number,
  packed: Float64Array,
): void {
  const second = height > 1 ? stride : 0;
  const third = height > 2 ? 2 * stride : 0;
  const fourth = height > 3 ? 3 * stride : 0;
  let to = 0;
  for (let from = start; from < start + length; from++) {
    packed[to] = a[from];
    packed[to + 1] = a[from + second];
    packed[to + 2] = a[from + third];
    packed[to + 3] = a[from + fourth];
    to += stripRows;
  }
}

/** The same for A stored as its transpose. */
function packAcross(
  a: Float64Array,
  start: number,
  stride: number,
  height: number,
  length: number,
  packed: Float64Array,
): void {
  const second = height > 1 ? 1 : 0;
  const third = height > 2 ? 2 : 0;
  const fourth = height > 3 ? 3 : 0;
  let from = start;
  for (let to = 0; to < length * stripRows; to += stripRows) {
    packed[to] = a[from];
    packed[to + 1] = a[from + second];
    packed[to + 2] = a[from + third];
    packed[to + 3] = a[from + fourth];
    from += stride;
  }
}
