/**
 * Products of some rows of a matrix with a vector, as the reductions to condensed form need them, of 2·rows·length operations at the speed at
 * which the memory delivers the rows:
 *
 * - their combination y ← y + x₀a₀ + x₁a₁ + …, every element summed in ascending order of the rows, with one accumulator;
 * - their products yᵢ ← yᵢ + aᵢ·x, each with one accumulator in ascending order;
 * - their inner products yᵢ ← aᵢ·x, each as four sums of every fourth product, added up in their order: (s₀ + s₁) + (s₂ + s₃).
 *
 * In JavaScript and in WebAssembly alike.
 */
import type { ResidentMemory } from "./resident.ts";
import type { MatrixKernels } from "./webassembly/kernel-types.ts";
import { vectorProduct } from "./vector-product.ts";

/** A product of `rows` rows of a, `stride` apart, with x, into y. Works on one array: everything is named by the index of its first element. */
export type RowCombination = (a: number, stride: number, rows: number, x: number, y: number, length: number) => void;

/** The function for an array that is a resident memory's, or a plain one. y may be written one number past its end. */
export function rowCombination(array: Float64Array, memory: ResidentMemory<MatrixKernels> | null): RowCombination {
  if (memory !== null) {
    const { addScaledRows } = memory.kernels;
    return (a, stride, rows, x, y, length) => {
      if (length > 0) addScaledRows(8 * a, 8 * stride, rows, 8 * x, 8 * y, length);
    };
  }
  return (a, stride, rows, x, y, length) => addRows(array, a, stride, rows, x, y, length);
}

/** The function of products of rows that are added to y, for an array that is a resident memory's, or a plain one. */
export function rowProducts(array: Float64Array, memory: ResidentMemory<MatrixKernels> | null): RowCombination {
  if (memory !== null) {
    const { addRowProducts } = memory.kernels;
    return (a, stride, rows, x, y, length) => {
      if (rows > 0) addRowProducts(8 * a, 8 * stride, rows, 8 * x, 8 * y, length);
    };
  }
  return (a, stride, rows, x, y, length) => vectorProduct(rows, length, array, a, stride, array, x, array, y, true);
}

/** The function of inner products of rows, for an array that is a resident memory's, or a plain one. */
export function rowInnerProducts(array: Float64Array, memory: ResidentMemory<MatrixKernels> | null): RowCombination {
  if (memory !== null) {
    const { innerProducts } = memory.kernels;
    return (a, stride, rows, x, y, length) => {
      if (rows > 0) innerProducts(8 * a, 8 * stride, rows, 8 * x, 8 * y, length);
    };
  }
  return (a, stride, rows, x, y, length) => {
    for (let row = 0; row < rows; row++) array[y + row] = innerProduct(array, a + row * stride, x, length);
  };
}

/** Four sums of every fourth product, added up in their order: (s₀ + s₁) + (s₂ + s₃). */
export function innerProduct(data: Float64Array, a: number, b: number, count: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    s0 += data[a + i] * data[b + i];
    s1 += data[a + i + 1] * data[b + i + 1];
    s2 += data[a + i + 2] * data[b + i + 2];
    s3 += data[a + i + 3] * data[b + i + 3];
  }
  for (; i < count; i++) s0 += data[a + i] * data[b + i];
  return s0 + s1 + (s2 + s3);
}

function addRows(
  data: Float64Array,
  a: number,
  stride: number,
  rows: number,
  x: number,
  y: number,
  length: number,
): void {
  let row = 0;
  for (; row + 4 <= rows; row += 4) {
    const [x0, x1, x2, x3] = [data[x + row], data[x + row + 1], data[x + row + 2], data[x + row + 3]];
    let at0 = a + row * stride;
    let at1 = at0 + stride;
    let at2 = at1 + stride;
    let at3 = at2 + stride;
    for (let to = y; to < y + length; to++)
      data[to] = data[to] + x0 * data[at0++] + x1 * data[at1++] + x2 * data[at2++] + x3 * data[at3++];
  }
  for (; row < rows; row++) {
    const factor = data[x + row];
    let at = a + row * stride;
    for (let to = y; to < y + length; to++) data[to] += factor * data[at++];
  }
}
