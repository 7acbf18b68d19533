/** The matrix product of operands, wherever they lie: by linalg's planned product, or by WebAssembly inside its memory. */
import { planProduct } from "../linalg/product.ts";
import { fitsSparseProduct, runResidentProduct, runSparseProduct } from "../linalg/resident.ts";
import type { Operand } from "./tensor.ts";

/** The sizes of C = op(A)·op(B), C being rows × columns, and which operands are stored as their transposes. */
export interface ProductSizes {
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** Go on from what C holds, c + op(a)·op(b); default false. */
  readonly accumulate?: boolean;
}

/** c = op(a)·op(b), or c plus that, for matrices that begin so many elements after the beginning of their operands. */
export type OperandProduct = (
  a: Operand,
  aStart: number,
  b: Operand,
  bStart: number,
  c: Operand,
  cStart: number,
) => void;

/** After a product whose right operand was not sparse, the lists are tried again when it has run so often. */
const runsBetweenTrials = 64;

/** Prepares a product to be run many times. The bits do not depend on where the operands lie. */
export function planOperandProduct(sizes: ProductSizes): OperandProduct {
  const product = planProduct(sizes);
  // A single row or column fills no tile.
  const tiles = sizes.rows > 1 && sizes.columns > 1 && sizes.inner > 0;
  const maySkipZeros = tiles && fitsSparseProduct(sizes);
  let untilTrial = 0;
  return (a, aStart, b, bStart, c, cStart) => {
    const { memory } = c;
    if (!tiles || memory === undefined || a.memory !== memory || b.memory !== memory) {
      product(a.array, a.offset + aStart, b.array, b.offset + bStart, c.array, c.offset + cStart);
      return;
    }
    const [left, right, target] = [a.offset + aStart, b.offset + bStart, c.offset + cStart];
    if (maySkipZeros && untilTrial-- <= 0) {
      if (runSparseProduct(memory, sizes, left, right, target)) return;
      untilTrial = runsBetweenTrials;
    }
    runResidentProduct(memory, sizes, left, right, target);
  };
}
