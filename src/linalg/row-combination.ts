/**
 * y ← y + x₀a₀ + x₁a₁ + …, the rows of a matrix added up with factors: the product of a vector with a matrix, as the
 * reductions to condensed form need it. 2·rows·length operations at the speed at which the memory delivers the rows.
 *
 * Every element of y is summed in ascending order of the rows, with one accumulator, in JavaScript and in WebAssembly.
 */
import type { ResidentMemory } from "./resident.ts";

/** Works on one array: everything is named by the index of its first element. */
export type RowCombination = (a: number, stride: number, rows: number, x: number, y: number, length: number) => void;

/** The function for an array that is a resident memory's, or a plain one. y may be written one number past its end. */
export function rowCombination(array: Float64Array, memory: ResidentMemory | null): RowCombination {
  if (memory !== null) {
    const { addScaledRows } = memory.kernels;
    return (a, stride, rows, x, y, length) => {
      if (length > 0) addScaledRows(8 * a, 8 * stride, rows, 8 * x, 8 * y, length);
    };
  }
  return (a, stride, rows, x, y, length) => addRows(array, a, stride, rows, x, y, length);
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
