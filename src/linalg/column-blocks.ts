/** Pieces of matrices by columns: copies, as rows are what lies together. */
import { Matrix } from "./matrix.ts";

/** Columns `from` up to but not including `to`. */
export function columnRange({ rows, columns, data }: Matrix, from: number, to: number): Matrix {
  const result = new Matrix(rows, to - from);
  for (let i = 0; i < rows; i++) result.data.set(data.subarray(i * columns + from, i * columns + to), i * (to - from));
  return result;
}

/** Blocks with as many rows each, side by side. */
export function joinColumns(blocks: readonly Matrix[], rows: number): Matrix {
  let columns = 0;
  for (const block of blocks) columns += block.columns;
  const result = new Matrix(rows, columns);
  let at = 0;
  for (const block of blocks) {
    for (let i = 0; i < rows; i++)
      result.data.set(block.data.subarray(i * block.columns, (i + 1) * block.columns), i * columns + at);
    at += block.columns;
  }
  return result;
}
