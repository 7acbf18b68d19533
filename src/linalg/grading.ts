/**
 * Whether the rows of a matrix differ in size: where they do not, no scaling brings the condition number down by much, and
 * methods that are accurate up to scaling can gain next to nothing. Cost: one pass.
 * Source: A. van der Sluis, Condition Numbers and Equilibration of Matrices, Numerische Mathematik 14, 1969.
 */
import type { Matrix } from "./matrix.ts";

/** Whether the largest entries of two rows differ by more than the factor `ratio`; rows of zeros do not count. */
export function rowsAreGraded({ rows, columns, data }: Matrix, ratio: number): boolean {
  return graded(data, rows, columns, columns, 1, ratio);
}

/** The same for columns. */
export function columnsAreGraded({ rows, columns, data }: Matrix, ratio: number): boolean {
  return graded(data, columns, rows, 1, columns, ratio);
}

/** `count` lines of so many entries, `apart` and `step` the distances between lines and between entries. */
function graded(
  data: Float64Array,
  count: number,
  length: number,
  apart: number,
  step: number,
  ratio: number,
): boolean {
  let least = Infinity;
  let most = 0;
  for (let i = 0; i < count; i++) {
    let largest = 0;
    for (let k = 0, at = i * apart; k < length; k++, at += step)
      if (Math.abs(data[at]) > largest) largest = Math.abs(data[at]);
    if (largest > most) most = largest;
    if (largest > 0 && largest < least) least = largest;
  }
  // Quotients, as products could leave the range of numbers.
  return most / ratio > least;
}
