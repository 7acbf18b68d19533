/**
 * The orthonormal factor Q = H₀H₁… of a reduction to condensed form, applied to a matrix C: the reflectors lie in the rows of
 * what the reduction left, and are applied in blocks, as products. Cost: 4·rows·columns of C operations for each reflector,
 * less what the leading zeros of later ones spare.
 *
 * A large C is worked on in a memory of WebAssembly's kernels; the products have the same bits there.
 */
import { applyReflectors, reflectorBlock, reflectorBlockOf } from "./householder.ts";
import type { Matrix } from "./matrix.ts";
import { type ResidentMemory, residentMemory, residentStart, runResidentProduct } from "./resident.ts";
import { matrixKernels } from "./webassembly/bytes.ts";

/** From so many elements of C on, a memory of its own pays. */
const residentSize = 90_000;

/**
 * Overwrites C by QC. The reflector of row j lies in rows n apart from its column j + `shift` on, the leading 1 included.
 */
export function applyRowReflectors(
  data: Float64Array,
  start: number,
  n: number,
  scales: Float64Array,
  shift: number,
  target: Matrix,
): void {
  const { columns } = target;
  const blockSize = reflectorBlock * (n + 2 * columns + reflectorBlock);
  const memory =
    target.data.length < residentSize ? null : residentMemory(matrixKernels, target.data.length + blockSize);
  memory?.array.set(target.data, residentStart);
  const starts: number[] = [];
  for (let first = 0; first < scales.length; first += reflectorBlock) starts.push(first);
  for (const first of starts.reverse()) {
    const count = Math.min(reflectorBlock, scales.length - first);
    const top = first + shift;
    const rows = n - top;
    const v = new Float64Array(rows * count);
    for (let j = 0; j < count; j++) {
      const row = start + (first + j) * n + top;
      for (let i = j; i < rows; i++) v[i * count + j] = data[row + i];
    }
    const block = reflectorBlockOf(rows, count, v, scales, first);
    if (memory === null) applyReflectors(block, false, target.data, top * columns, columns, columns);
    else applyResident(memory, block, residentStart + top * columns, columns, residentStart + target.data.length);
  }
  if (memory !== null) target.data.set(memory.array.subarray(residentStart, residentStart + target.data.length));
}

/** What `applyReflectors` does, C being all columns of some rows in the memory; `free` is where its workspace begins. */
function applyResident(
  memory: ResidentMemory,
  { rows, count, v, t }: ReturnType<typeof reflectorBlockOf>,
  c: number,
  columns: number,
  free: number,
): void {
  const { array } = memory;
  const triangle = free + v.length;
  const first = triangle + t.length;
  const second = first + count * columns;
  array.set(v, free);
  array.set(t, triangle);
  const plain = { transposeA: false, transposeB: false };
  runResidentProduct(memory, { ...plain, rows: count, columns, inner: rows, transposeA: true }, free, c, first);
  runResidentProduct(memory, { ...plain, rows: count, columns, inner: count }, triangle, first, second);
  for (let k = second; k < second + count * columns; k++) array[k] = -array[k];
  runResidentProduct(memory, { ...plain, rows, columns, inner: count, accumulate: true }, free, second, c);
}
