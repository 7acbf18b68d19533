/**
 * Substitution with a triangular factor that lies in a packed QR factorization, for right-hand sides in rows: n²p flops
 * for p columns. Every element is worked on in the documented order of the textbook's loops.
 */
import type { Matrix } from "./matrix.ts";

/** Overwrites b (n × p) with R⁻¹b, R the upper triangle of the first n rows and columns of `packed`. */
export function backSubstitute(packed: Matrix, b: Matrix): void {
  const { columns: stride, data } = packed;
  for (let i = b.rows - 1; i >= 0; i--) {
    const row = b.row(i);
    for (let j = i + 1; j < b.rows; j++) subtract(row, data[i * stride + j], b.row(j));
    divide(row, data[i * stride + i]);
  }
}

/** Overwrites b (n × p) with R⁻ᵀb. */
export function forwardSubstituteTransposed(packed: Matrix, b: Matrix): void {
  const { columns: stride, data } = packed;
  for (let i = 0; i < b.rows; i++) {
    const row = b.row(i);
    divide(row, data[i * stride + i]);
    for (let j = i + 1; j < b.rows; j++) subtract(b.row(j), data[i * stride + j], row);
  }
}

function subtract(target: Float64Array, factor: number, source: Float64Array): void {
  for (let k = 0; k < target.length; k++) target[k] -= factor * source[k];
}

function divide(row: Float64Array, divisor: number): void {
  for (let k = 0; k < row.length; k++) row[k] /= divisor;
}
