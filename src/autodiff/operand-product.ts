/** The matrix product of operands, wherever they lie: by linalg's planned product, or by WebAssembly inside its memory. */
import { planProduct } from "../linalg/product.ts";
import {
  fitsSparseProduct,
  listRows,
  runListedProduct,
  runResidentProduct,
  runSparseProduct,
  sizeOfRowLists,
} from "../linalg/resident.ts";
import type { Operand, ProductPlanner } from "./tensor.ts";

/** After a product whose right operand was not sparse, the lists are tried again when it has run so often. */
const runsBetweenTrials = 64;

/** The planner of compiled programs. The bits do not depend on where the operands lie. */
export const planOperandProduct: ProductPlanner = (sizes) => {
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
};

/**
 * The planner for a left operand whose numbers never change. Where many are 0, as in pictures and in words counted, the
 * others are listed once, in memory that `keep` provides for as long as the program lives. The bits are the same.
 */
export function planFixedProduct(left: Float64Array, keep: (size: number) => Operand): ProductPlanner {
  return (sizes) => {
    const product = planOperandProduct(sizes);
    const size = sizeOfRowLists(sizes, left);
    if (size === 0) return product;
    const lists = keep(size);
    let listed = false;
    return (a, aStart, b, bStart, c, cStart) => {
      const { memory } = c;
      if (memory !== undefined && a.memory === memory && b.memory === memory) {
        if (!listed) listRows(memory, sizes, a.offset + aStart, lists.offset);
        listed = true;
        if (runListedProduct(memory, sizes, lists.offset, b.offset + bStart, c.offset + cStart)) return;
      }
      product(a, aStart, b, bStart, c, cStart);
    };
  };
}
