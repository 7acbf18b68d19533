/**
 * A symmetric matrix times a vector, y ← y + A·x, of which only what is on and above the diagonal is read: 2n² operations
 * and n²/2 elements, so where the memory's speed is the limit about half the time of a product with the whole matrix.
 *
 * Row i adds its elements beyond the diagonal to the sums of their columns, and to its own sum, which has by then what
 * stands before the diagonal: every element of y is summed with one accumulator in ascending order of the inner index, as
 * by row-combination.ts with the whole matrix, and has the same bits. In JavaScript and in WebAssembly alike.
 */
import type { ResidentMemory } from "./resident.ts";
import type { MatrixKernels } from "./webassembly/kernel-types.ts";

/** y ← y + A·x for A of size × size, its rows `stride` apart. Works on one array: everything is named by the index of its first element. */
export type SymmetricProduct = (a: number, stride: number, size: number, x: number, y: number) => void;

/** The function for an array that is a resident memory's, or a plain one. */
export function symmetricProduct(array: Float64Array, memory: ResidentMemory<MatrixKernels> | null): SymmetricProduct {
  if (memory === null) return (a, stride, size, x, y) => addRows(array, a, stride, size, x, y);
  const { addSymmetricProduct } = memory.kernels;
  return (a, stride, size, x, y) => {
    addSymmetricProduct(8 * a, 8 * stride, size, 8 * x, 8 * y);
    // The kernel takes whole groups of four rows.
    const done = 4 * Math.floor(size / 4);
    addRows(array, a + done * (stride + 1), stride, size - done, x + done, y + done);
  };
}

function addRows(data: Float64Array, a: number, stride: number, size: number, x: number, y: number): void {
  let row = 0;
  for (; row + 4 <= size; row += 4) addFourRows(data, a + row * (stride + 1), stride, size - row - 4, x + row, y + row);
  for (; row < size; row++) {
    const factor = data[x + row];
    let at = a + row * (stride + 1);
    let sum = data[y + row] + data[at++] * factor;
    for (let column = row + 1; column < size; column++) {
      const element = data[at++];
      data[y + column] += element * factor;
      sum += element * data[x + column];
    }
    data[y + row] = sum;
  }
}

/** The square of four rows at the diagonal, then `beyond` columns. */
function addFourRows(data: Float64Array, a: number, stride: number, beyond: number, x: number, y: number): void {
  const [x0, x1, x2, x3] = [data[x], data[x + 1], data[x + 2], data[x + 3]];
  let at0 = a;
  let at1 = at0 + stride;
  let at2 = at1 + stride;
  let at3 = at2 + stride;
  const [a01, a02, a03] = [data[at0 + 1], data[at0 + 2], data[at0 + 3]];
  const [a12, a13, a23] = [data[at1 + 2], data[at1 + 3], data[at2 + 3]];
  let s0 = data[y] + data[at0] * x0 + a01 * x1 + a02 * x2 + a03 * x3;
  let s1 = data[y + 1] + a01 * x0 + data[at1 + 1] * x1 + a12 * x2 + a13 * x3;
  let s2 = data[y + 2] + a02 * x0 + a12 * x1 + data[at2 + 2] * x2 + a23 * x3;
  let s3 = data[y + 3] + a03 * x0 + a13 * x1 + a23 * x2 + data[at3 + 3] * x3;
  at0 += 4;
  at1 += 4;
  at2 += 4;
  at3 += 4;
  for (let k = 4; k < beyond + 4; k++) {
    const factor = data[x + k];
    const [e0, e1, e2, e3] = [data[at0++], data[at1++], data[at2++], data[at3++]];
    data[y + k] = data[y + k] + e0 * x0 + e1 * x1 + e2 * x2 + e3 * x3;
    s0 += e0 * factor;
    s1 += e1 * factor;
    s2 += e2 * factor;
    s3 += e3 * factor;
  }
  data[y] = s0;
  data[y + 1] = s1;
  data[y + 2] = s2;
  data[y + 3] = s3;
}
