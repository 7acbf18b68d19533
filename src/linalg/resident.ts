/**
 * Memory of the WebAssembly kernels' own, one piece for each program that computes in it: operands are used where they
 * lie, so a product copies only its right operand into panels, and elementwise loops take two numbers at a time.
 *
 * Where WebAssembly is missing or switched off there is no such memory, and callers use JavaScript's loops on plain
 * arrays; the bits are the same (resident-kernels.ts).
 */
import { residentInstance } from "./webassembly/instance.ts";
import type { KernelMemory, KernelSet, ProductKernels, ProgramKernels } from "./webassembly/kernel-types.ts";
import { columnBlock, innerBlock, panelsStart, residentStart, stripGroup } from "./webassembly/workspace.ts";

/** A memory of an owner's own: operands are named by the index of their first element. */
export interface ResidentMemory<Kernels extends KernelMemory = ProductKernels> {
  readonly array: Float64Array;
  /** Functions on the memory; addresses are bytes: eight times an index. */
  readonly kernels: Kernels;
}

/** That of a compiled program. */
export type ProgramMemory = ResidentMemory<ProgramKernels>;

/** Numbers behind the last operand that vectors may read. */
const slack = 8;

export { residentStart, rootsStart } from "./webassembly/workspace.ts";

/** New memory with room for `size` numbers from `residentStart` on, or null where the WebAssembly kernels are not used. */
export function residentMemory<Kernels extends KernelMemory>(
  set: KernelSet<Kernels>,
  size: number,
): ResidentMemory<Kernels> | null {
  const kernels = residentInstance(set, residentStart + size + slack);
  return kernels === null ? null : { array: new Float64Array(kernels.memory.buffer), kernels };
}

/**
 * A loop over elements: the addresses of its operands and of the result, then the number of elements. One that does not
 * cover all numbers returns how many it has done (elementary-kernels.ts).
 */
export type ResidentLoop = (...addressesAndLength: readonly number[]) => number | undefined;

/** The loop of an elementwise operation, named with the steps of its operands ("add11", "relu1"), if there is one. */
export function residentLoop({ kernels }: ProgramMemory, name: string): ResidentLoop | undefined {
  const loop = kernels[name];
  return typeof loop === "function" ? (loop as ResidentLoop) : undefined;
}

/** The sizes of C = op(A)·op(B), C being rows × columns, of operands that lie row after row without gaps. */
export interface ResidentProduct {
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** Add the product to c instead of overwriting it; default false. */
  readonly accumulate?: boolean;
}

/**
 * c = op(a)·op(b), or c plus that, each by the index of its first element. Every element is summed in ascending order of the inner index,
 * with one accumulator: the bits are those of `planProduct`.
 */
export function runResidentProduct(
  { kernels }: ResidentMemory,
  { rows, columns, inner, transposeA, transposeB, accumulate = false }: ResidentProduct,
  a: number,
  b: number,
  c: number,
): void {
  const depth = Math.ceil(inner / Math.ceil(inner / innerBlock));
  const strideA = 8 * (transposeA ? rows : inner);
  const strideB = 8 * (transposeB ? inner : columns);
  const strideC = 8 * columns;
  const panels = 8 * panelsStart;
  for (let column = 0; column < columns; column += columnBlock) {
    const width = Math.min(columnBlock, columns - column);
    const target = 8 * (c + column);
    for (let first = 0; first < inner; first += depth) {
      const length = Math.min(depth, inner - first);
      const resume = accumulate || first > 0 ? 1 : 0;
      if (transposeB) kernels.packColumns(8 * (b + first) + column * strideB, strideB, width, length, panels);
      else kernels.packRows(8 * (b + column) + first * strideB, strideB, Math.ceil(width / 4), length, panels);
      if (!transposeA) {
        kernels.multiplyRows(8 * (a + first), strideA, panels, target, strideC, rows, width, length, resume);
        continue;
      }
      for (let group = 0; group < rows; group += 4 * stripGroup) {
        const strips = Math.ceil(Math.min(4 * stripGroup, rows - group) / 4);
        kernels.packRows(8 * (a + group) + first * strideA, strideA, strips, length, 0);
        for (let strip = 0; strip < strips; strip++) {
          const row = group + 4 * strip;
          const at = 32 * strip * length;
          kernels.multiplyStrip(at, panels, target + row * strideC, strideC, rows - row, width, length, resume);
        }
      }
    }
  }
}

/** Up to so large a part of entries that are not 0, the lists are faster than tiles. */
const sparsePart = 0.7;

/** Whether a product may be tried by `runSparseProduct`: of a left operand stored as its transpose, within the workspace. */
export function fitsSparseProduct({
  rows,
  columns,
  inner,
  transposeA,
  transposeB,
  accumulate,
}: ResidentProduct): boolean {
  if (!transposeA || transposeB || accumulate === true || rows < sparseRows) return false;
  return 2 * columns * (inner + 1) <= innerBlock * columnBlock;
}

const sparseRows = 16;

/**
 * The same for a B of whose entries many are 0, leaving these out: the bits are the same. Returns false, and has done
 * nothing, where B has too few zeros or where A has NaN or infinities, whose products with 0 are not 0.
 */
export function runSparseProduct(
  { kernels }: ProgramMemory,
  { rows, columns, inner }: ResidentProduct,
  a: number,
  b: number,
  c: number,
): boolean {
  const lists = 8 * panelsStart;
  const entries = kernels.listEntries(8 * b, 8 * columns, 8, columns, inner, 8 * rows, lists);
  if (entries > sparsePart * columns * inner || kernels.allFinite(8 * a, rows * inner) === 0) return false;
  kernels.multiplyListed(8 * a, lists, 8 * c, 8 * columns, 8, rows, columns, inner);
  return true;
}

/** How many numbers the lists of a left operand's rows take, or 0 where they would not be faster than tiles. */
export function sizeOfRowLists(
  { rows, columns, inner, transposeA, transposeB, accumulate }: ResidentProduct,
  a: Float64Array,
): number {
  if (transposeA || transposeB || accumulate === true || columns < sparseRows || a.length !== rows * inner) return 0;
  let entries = 0;
  for (let k = 0; k < a.length; k++) if (a[k] !== 0) entries++;
  return entries > sparsePart * a.length ? 0 : 2 * rows * (inner + 1);
}

/** Lists the entries of the rows of a left operand that are not 0, for `runListedProduct`. */
export function listRows({ kernels }: ProgramMemory, sizes: ResidentProduct, a: number, lists: number): void {
  const { rows, columns, inner } = sizes;
  kernels.listEntries(8 * a, 8, 8 * inner, rows, inner, 8 * columns, 8 * lists);
}

/** c = a·b, where a is given by the lists of its rows: the bits of the dense product. False, and nothing done, where b is not finite. */
export function runListedProduct(
  { kernels }: ProgramMemory,
  { rows, columns, inner }: ResidentProduct,
  lists: number,
  b: number,
  c: number,
): boolean {
  if (kernels.allFinite(8 * b, inner * columns) === 0) return false;
  // The columns of cᵀ = bᵀaᵀ.
  kernels.multiplyListed(8 * b, 8 * lists, 8 * c, 8, 8 * columns, columns, rows, inner);
  return true;
}

/**
 * c, size × size within rows n apart, or its upper triangle: c ← c + lᵀr, with l and r each `rank` rows (at most 256) n
 * apart. The bits of the same update by `planProduct`; below the diagonal up to three elements a row are written too.
 */
export function updateResident(
  { kernels }: ResidentMemory,
  n: number,
  size: number,
  left: number,
  right: number,
  c: number,
  rank: number,
  upperOnly: boolean,
): void {
  const stride = 8 * n;
  const panels = 8 * panelsStart;
  for (let column = 0; column < size; column += columnBlock) {
    const width = Math.min(columnBlock, size - column);
    const bottom = upperOnly ? Math.min(size, column + width) : size;
    kernels.packRows(8 * (right + column), stride, Math.ceil(width / 4), rank, panels);
    for (let group = 0; group < bottom; group += 4 * stripGroup) {
      const strips = Math.ceil(Math.min(4 * stripGroup, bottom - group) / 4);
      kernels.packRows(8 * (left + group), stride, strips, rank, 0);
      for (let strip = 0; strip < strips; strip++) {
        const row = group + 4 * strip;
        const skipped = upperOnly && row > column ? row - column : 0;
        kernels.multiplyStrip(
          32 * strip * rank,
          panels + 8 * skipped * rank,
          8 * (c + row * n + column + skipped),
          stride,
          size - row,
          width - skipped,
          rank,
          1,
        );
      }
    }
  }
}
