/** The matrix product of operands, wherever they lie: by linalg's planned product, or by WebAssembly inside its memory. */
import { planProduct } from "../linalg/product.ts";
import { runResidentProduct } from "../linalg/resident.ts";
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

/** Prepares a product to be run many times. The bits do not depend on where the operands lie. */
export function planOperandProduct(sizes: ProductSizes): OperandProduct {
  const product = planProduct(sizes);
  // A single row or column fills no tile.
  const tiles = sizes.rows > 1 && sizes.columns > 1 && sizes.inner > 0;
  return (a, aStart, b, bStart, c, cStart) => {
    const { memory } = c;
    if (tiles && memory !== undefined && a.memory === memory && b.memory === memory)
      runResidentProduct(memory, sizes, a.offset + aStart, b.offset + bStart, c.offset + cStart);
    else product(a.array, a.offset + aStart, b.array, b.offset + bStart, c.array, c.offset + cStart);
  };
}
