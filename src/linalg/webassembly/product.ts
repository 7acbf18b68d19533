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

/** Up to so many numbers B is not worth its panels. */
const smallOperand = 12_288;
/** Up to so many columns it is as fast to compute what is below the diagonal, too. */
const smallTriangle = 32;

/** Whether `runInPlace` is the faster road for a product. */
export function fitsInPlace({ rows, columns, inner, upperOnly }: BlockedProduct): boolean {
  if (inner * columns > smallOperand || (upperOnly && columns > smallTriangle)) return false;
  return (rows + 3) * (inner + columns + 3) + inner * columns + 8 <= workspace;
}

/**
 * Runs a planned product whose operands are small enough to be copied as they are: one call, in which rows and columns beyond
 * the last are computed from whatever lies there, and left.
 */
export function runInPlace(
  kernels: Kernels,
  plan: BlockedProduct,
  a: Float64Array,
  aOffset: number,
  b: Float64Array,
  bOffset: number,
  c: Float64Array,
  cOffset: number,
): void {
  const { rows, columns, inner, accumulate, transposeA, transposeB, strideA, strideB, strideC } = plan;
  const memory = kernels.memory(workspace);
  const [strips, tiles] = [(rows + 3) >> 2, (columns + 3) >> 2];
  // What is read past the end of a row of A or B is left; a row of C that is read may not have been written to before.
  const widthC = accumulate ? 4 * tiles : columns;
  const bStart = 4 * strips * inner;
  const cAt = bStart + inner * columns + 4;
  const [rowsA, columnsA] = transposeA ? [inner, rows] : [rows, inner];
  copyRows(a, aOffset, strideA, memory, 0, columnsA, rowsA, columnsA);
  if (!transposeB) copyRows(b, bOffset, strideB, memory, bStart, columns, inner, columns);
  else
    for (let j = 0; j < columns; j++)
      for (let p = 0, from = bOffset + j * strideB, to = bStart + j; p < inner; p++, to += columns)
        memory[to] = b[from++];
  if (accumulate) copyRows(c, cOffset, strideC, memory, cAt, widthC, rows, columns);
  const [rowStep, innerStep] = transposeA ? [8, 8 * rows] : [8 * inner, 8];
  const [b0, strideOfB, c0, strideOfC] = [8 * bStart, 8 * columns, 8 * cAt, 8 * widthC];
  const resume = accumulate ? 1 : 0;
  kernels.multiplyInPlace(0, rowStep, innerStep, b0, strideOfB, c0, strideOfC, strips, tiles, inner, resume);
  copyRows(memory, cAt, widthC, c, cOffset, strideC, rows, columns);
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
