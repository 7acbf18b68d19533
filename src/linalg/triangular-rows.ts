/**
 * Substitution with a triangular factor that lies in a packed QR factorization, for right-hand sides in rows: n²p flops
 * for p columns. Every element is worked on in the order of the textbook's loops.
 */
import type { Matrix } from "./matrix.ts";

/** Overwrites b (n × p) with R⁻¹b, R the upper triangle of the first n rows and columns of `packed`. */
export function backSubstitute(packed: Matrix, b: Matrix): void {
  const { columns: stride, data } = packed;
  const { rows, columns, data: target } = b;
  for (let i = rows - 1; i >= 0; i--) {
    for (let j = i + 1; j < rows; j++) subtractRow(target, columns, i, data[i * stride + j], j);
    divideRow(target, columns, i, data[i * stride + i]);
  }
}

/** Overwrites b (n × p) with R⁻ᵀb. */
export function forwardSubstituteTransposed(packed: Matrix, b: Matrix): void {
  const { columns: stride, data } = packed;
  const { rows, columns, data: target } = b;
  for (let i = 0; i < rows; i++) {
    divideRow(target, columns, i, data[i * stride + i]);
    for (let j = i + 1; j < rows; j++) subtractRow(target, columns, j, data[i * stride + j], i);
  }
}

/** Row `to` minus `factor` times row `from`. */
function subtractRow(data: Float64Array, columns: number, to: number, factor: number, from: number): void {
  for (let k = 0, at = to * columns, source = from * columns; k < columns; k++, at++, source++)
    data[at] -= factor * data[source];
}

function divideRow(data: Float64Array, columns: number, row: number, divisor: number): void {
  for (let k = 0, at = row * columns; k < columns; k++, at++) data[at] /= divisor;
}
