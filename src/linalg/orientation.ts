/** The documented order and signs of eigenvectors and singular vectors, and the scaling that keeps them from overflow. */
import { Matrix } from "./matrix.ts";

/** The indices of `values` from the largest value to the smallest; equal values keep their order. */
export function descendingOrder(values: Float64Array): number[] {
  return Array.from(values, (_value, index) => index).sort((i, j) => values[j] - values[i] || i - j);
}

/** −1 or 1: what makes the entry of largest size (the first of such) positive. */
export function orientationOf(vector: Float64Array): 1 | -1 {
  let largest = 0;
  for (const entry of vector) if (Math.abs(entry) > Math.abs(largest)) largest = entry;
  return largest < 0 ? -1 : 1;
}

/** Up to so many entries columns are turned one by one, beyond row by row, with memory for their signs. */
const smallArea = 1024;

/**
 * Turns every column of a matrix, in place, so that its entry of largest size (the first of such) is positive, and the same
 * columns of another, if given, along.
 */
export function orientColumns(leading: Matrix, other?: Matrix): void {
  const { rows, columns, data } = leading;
  if (data.length <= smallArea) {
    for (let j = 0; j < columns; j++) {
      let largest = 0;
      for (let i = 0, at = j; i < rows; i++, at += columns)
        if (Math.abs(data[at]) > Math.abs(largest)) largest = data[at];
      if (!(largest < 0)) continue;
      turnColumn(leading, j);
      if (other !== undefined) turnColumn(other, j);
    }
    return;
  }
  const signs = new Float64Array(columns);
  for (let i = 0, at = 0; i < rows; i++)
    for (let j = 0; j < columns; j++, at++) if (Math.abs(data[at]) > Math.abs(signs[j])) signs[j] = data[at];
  for (let j = 0; j < columns; j++) signs[j] = signs[j] < 0 ? -1 : 1;
  turnColumns(leading, signs);
  if (other !== undefined) turnColumns(other, signs);
}

function turnColumn({ rows, columns, data }: Matrix, j: number): void {
  for (let i = 0, at = j; i < rows; i++, at += columns) data[at] = -data[at];
}

function turnColumns({ rows, columns, data }: Matrix, signs: Float64Array): void {
  for (let i = 0, at = 0; i < rows; i++) for (let j = 0; j < columns; j++, at++) data[at] *= signs[j];
}

/** The chosen rows as the columns of a new matrix. */
export function rowsAsColumns(rows: Matrix, order: readonly number[]): Matrix {
  const chosen = new Matrix(order.length, rows.columns);
  order.forEach((from, to) => chosen.row(to).set(rows.row(from)));
  return chosen.transpose();
}

/** 2¹⁰⁰⁰; twice as much again for the smallest numbers would overflow. */
const largestScale = 1.0715086071862673e301;

/**
 * A power of two that brings the largest entry (of `count` from `offset` on) near 1, so that squares neither overflow nor
 * underflow; multiplying by it is exact (but for entries that are negligible beside the largest). 1 for zeros, at most
 * 2¹⁰⁰⁰: where all is below 2⁻¹⁰⁰⁰, the largest entry ends between 2⁻⁷⁴ and 1.
 */
export function scaleToOne(data: Float64Array, offset = 0, count: number = data.length): number {
  const largest = largestSize(data, offset, count);
  let scale = 1;
  // At most about 2100 exact doublings or halvings.
  while (largest !== 0 && largest * scale < 0.5 && scale < largestScale) scale *= 2;
  while (largest * scale >= 1) scale /= 2;
  return scale;
}

/** The largest absolute value of `count` numbers from `offset` on; 0 of none. */
export function largestSize(data: Float64Array, offset = 0, count: number = data.length): number {
  let largest = 0;
  for (let i = offset; i < offset + count; i++) if (Math.abs(data[i]) > largest) largest = Math.abs(data[i]);
  return largest;
}
