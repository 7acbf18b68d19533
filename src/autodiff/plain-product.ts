/**
 * The matrix product of operands by plain loops. Kernels get their products from what runs them, so that the interpreter
 * is small: it has no need of blocks, panels and WebAssembly. Every element is summed in ascending order of the inner
 * index, as everywhere.
 */
import { runSmallProduct } from "../linalg/small-product.ts";
import type { ProductPlanner } from "./tensor.ts";

/** The planner of the interpreter. */
export const planPlainProduct: ProductPlanner = (sizes) => {
  const { rows, columns, inner, transposeA, transposeB, accumulate = false } = sizes;
  const product = {
    rows,
    columns,
    inner,
    rowStepA: transposeA ? 1 : inner,
    innerStepA: transposeA ? rows : 1,
    innerStepB: transposeB ? 1 : columns,
    columnStepB: transposeB ? inner : 1,
    strideC: columns,
    accumulate,
  };
  return (a, aStart, b, bStart, c, cStart) => {
    runSmallProduct(product, a.array, a.offset + aStart, b.array, b.offset + bStart, c.array, c.offset + cStart);
  };
};
