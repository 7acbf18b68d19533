/**
 * The blocked matrix product on flat arrays, C = op(A)·op(B) or C += op(A)·op(B): the loops and the innermost tile in
 * JavaScript, and the choice between them and the same in WebAssembly (webassembly/), by the size of the product.
 *
 * B is copied into panels four columns wide, so that the tile walks it with stride one; a tile holds 3 × 4 elements of C
 * in registers and adds to them one product for each inner index. 2·m·n·k operations; the copies are O(k·n) for B, and
 * O(k·m) for A where its columns would be read across many pages.
 *
 * Order: every element of C is summed with one accumulator in ascending order of the inner index, ((0 + a₀b₀) + a₁b₁) + …,
 * or starting from C's value; a block of the inner index leaves its sum in C, where the next takes it up, which rounds
 * nothing. The bits are those of the naive triple loop, whatever the sizes of tile and blocks.
 *
 * Source: K. Goto, R. van de Geijn, Anatomy of High-Performance Matrix Multiplication, ACM TOMS 34 (2008), section 4;
 * here the tile is as large as sixteen scalar registers allow.
 */
import { type BlockedProduct, copyRows, packColumns, packRows } from "./product-panels.ts";
import { type Kernels, webAssemblyKernels } from "./webassembly/instance.ts";
import { fitsInPlace, runInPlace, runProductInWebAssembly } from "./webassembly/product.ts";

const tileRows = 3;
const tileColumns = 4;
/** The panel of B that a tile walks, and its rows of A, stay in the first-level cache… */
const innerBlock = 256;
/** …and all panels of a block in the second-level cache. */
const columnBlock = 512;
/** From so many columns on, the copy of three columns of a transposed A is paid for by reading them side by side. */
const columnsWorthPackingA = 48;
/** From so many products on, the WebAssembly kernel's time with the copies is less than the time of these loops. */
const workWorthCopying = 512;

/** A product with its blocks and its workspace. */
export interface ProductPlan extends BlockedProduct {
  /** For the loops in JavaScript; null until they are first used. */
  workspace: Workspace | null;
}

/** Where the operands are packed. */
interface Workspace {
  readonly panels: Float64Array;
  readonly packedA: Float64Array;
  readonly tile: Float64Array;
}

/** Adds the blocks to the description of a product, and the workspace when it is JavaScript's. */
export function planBlocks(description: Omit<ProductPlan, "depth" | "workspace">): ProductPlan {
  const { rows, columns, inner, transposeA, transposeB, accumulate, upperOnly, strideA, strideB, strideC } =
    description;
  // Blocks of equal length: a short last one would be spent on loading and storing C.
  const depth = Math.ceil(inner / Math.max(1, Math.ceil(inner / innerBlock)));
  // Field by field: to spread an object takes longer than a small product.
  const plan: ProductPlan = {
    rows,
    columns,
    inner,
    transposeA,
    transposeB,
    accumulate,
    upperOnly,
    strideA,
    strideB,
    strideC,
    depth,
    workspace: null,
  };
  if (kernelsFor(plan) === null) plan.workspace = makeWorkspace(plan);
  return plan;
}

function makeWorkspace({ depth, columns, transposeA }: ProductPlan): Workspace {
  const width = Math.ceil(Math.min(columns, columnBlock) / tileColumns) * tileColumns;
  return {
    panels: new Float64Array(depth * width),
    packedA: new Float64Array(transposeA && columns >= columnsWorthPackingA ? depth * tileRows : 0),
    tile: new Float64Array(tileRows * tileColumns),
  };
}

/** The WebAssembly kernels, where they exist and the product is large enough for the copies into their memory. */
function kernelsFor({ rows, columns, inner }: ProductPlan): Kernels | null {
  return rows * columns * inner >= workWorthCopying ? webAssemblyKernels() : null;
}

/** Runs a planned product on operands that start at the given offsets. C must not overlap A or B. */
export function runProduct(
  plan: ProductPlan,
  a: Float64Array,
  aOffset: number,
  b: Float64Array,
  bOffset: number,
  c: Float64Array,
  cOffset: number,
): void {
  const { rows, columns, inner, depth, accumulate, strideC, transposeB, strideB } = plan;
  if (inner === 0) {
    if (!accumulate) for (let i = 0; i < rows; i++) c.fill(0, cOffset + i * strideC, cOffset + i * strideC + columns);
    return;
  }
  const kernels = kernelsFor(plan);
  if (kernels !== null) {
    if (fitsInPlace(plan)) runInPlace(kernels, plan, a, aOffset, b, bOffset, c, cOffset);
    else runProductInWebAssembly(kernels, plan, a, aOffset, b, bOffset, c, cOffset);
    return;
  }
  const workspace = (plan.workspace ??= makeWorkspace(plan));
  const { panels } = workspace;
  for (let column = 0; column < columns; column += columnBlock) {
    const width = Math.min(columnBlock, columns - column);
    for (let first = 0; first < inner; first += depth) {
      const length = Math.min(depth, inner - first);
      if (transposeB) packRows(b, bOffset + column * strideB + first, strideB, width, length, panels, 0);
      else packColumns(b, bOffset + first * strideB + column, strideB, width, length, panels, 0);
      runBlock(plan, workspace, a, aOffset, first, length, column, width, accumulate || first > 0, c, cOffset);
    }
  }
}

/** All rows of C, `width` columns from `column` on: adds the products of inner indices first … first + length - 1. */
function runBlock(
  plan: ProductPlan,
  workspace: Workspace,
  a: Float64Array,
  aOffset: number,
  first: number,
  length: number,
  column: number,
  width: number,
  resume: boolean,
  c: Float64Array,
  cOffset: number,
): void {
  const { rows, upperOnly, transposeA, strideA, strideC } = plan;
  const { panels, packedA, tile } = workspace;
  const columnEnd = column + width;
  for (let i = 0; i < rows; i += tileRows) {
    const height = Math.min(tileRows, rows - i);
    let source = a;
    let start = transposeA ? aOffset + first * strideA + i : aOffset + i * strideA + first;
    let step = transposeA ? strideA : 1;
    const between = transposeA ? 1 : strideA;
    if (packedA.length > 0) {
      packTriple(a, start, strideA, height, length, packedA);
      source = packedA;
      start = 0;
      step = tileRows;
    }
    // Where the last rows do not fill a tile, the missing ones read the tile's first row and are not stored.
    const second = height > 1 ? between : 0;
    const third = height > 2 ? 2 * between : 0;
    // The first tile that reaches the diagonal: its last column is at least i.
    let j = upperOnly && i > column ? column + (i - column) - ((i - column) % tileColumns) : column;
    for (; j < columnEnd; j += tileColumns) {
      const panel = (j - column) * length;
      const target = cOffset + i * strideC + j;
      const across = Math.min(tileColumns, columnEnd - j);
      if (height === tileRows && across === tileColumns)
        multiplyTile(length, source, start, second, third, step, panels, panel, c, target, strideC, resume);
      else {
        if (resume) copyRows(c, target, strideC, tile, 0, tileColumns, height, across);
        multiplyTile(length, source, start, second, third, step, panels, panel, tile, 0, tileColumns, resume);
        copyRows(tile, 0, tileColumns, c, target, strideC, height, across);
      }
    }
  }
}

/**
 * The 3 × 4 tile: c[r][s] += Σₚ a[start + p·step + {0, second, third}] · b[panel + 4p + s], p = 0 … length - 1.
 * Unless `resume`, the sums start from 0.
 */
function multiplyTile(
  length: number,
  a: Float64Array,
  start: number,
  second: number,
  third: number,
  step: number,
  b: Float64Array,
  panel: number,
  c: Float64Array,
  target: number,
  strideC: number,
  resume: boolean,
): void {
  const row1 = target + strideC;
  const row2 = row1 + strideC;
  let c00 = 0;
  let c01 = 0;
  let c02 = 0;
  let c03 = 0;
  let c10 = 0;
  let c11 = 0;
  let c12 = 0;
  let c13 = 0;
  let c20 = 0;
  let c21 = 0;
  let c22 = 0;
  let c23 = 0;
  if (resume) {
    c00 = c[target];
    c01 = c[target + 1];
    c02 = c[target + 2];
    c03 = c[target + 3];
    c10 = c[row1];
    c11 = c[row1 + 1];
    c12 = c[row1 + 2];
    c13 = c[row1 + 3];
    c20 = c[row2];
    c21 = c[row2 + 1];
    c22 = c[row2 + 2];
    c23 = c[row2 + 3];
  }
  const end = panel + length * tileColumns;
  let i = start;
  for (let p = panel; p < end; p += tileColumns) {
    const b0 = b[p];
    const b1 = b[p + 1];
    const b2 = b[p + 2];
    const b3 = b[p + 3];
    const a0 = a[i];
    c00 += a0 * b0;
    c01 += a0 * b1;
    c02 += a0 * b2;
    c03 += a0 * b3;
    const a1 = a[i + second];
    c10 += a1 * b0;
    c11 += a1 * b1;
    c12 += a1 * b2;
    c13 += a1 * b3;
    const a2 = a[i + third];
    c20 += a2 * b0;
    c21 += a2 * b1;
    c22 += a2 * b2;
    c23 += a2 * b3;
    i += step;
  }
  c[target] = c00;
  c[target + 1] = c01;
  c[target + 2] = c02;
  c[target + 3] = c03;
  c[row1] = c10;
  c[row1 + 1] = c11;
  c[row1 + 2] = c12;
  c[row1 + 3] = c13;
  c[row2] = c20;
  c[row2 + 1] = c21;
  c[row2 + 2] = c22;
  c[row2 + 3] = c23;
}

/** Up to three adjacent columns of A, side by side. */
function packTriple(
  a: Float64Array,
  start: number,
  stride: number,
  height: number,
  length: number,
  packed: Float64Array,
): void {
  const second = height > 1 ? 1 : 0;
  const third = height > 2 ? 2 : 0;
  let from = start;
  const end = length * tileRows;
  for (let to = 0; to < end; to += tileRows) {
    packed[to] = a[from];
    packed[to + 1] = a[from + second];
    packed[to + 2] = a[from + third];
    from += stride;
  }
}
