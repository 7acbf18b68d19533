/**
 * Substitution with a triangular matrix for one right-hand side, n² flops. With the matrix as it is stored, the sums of four
 * rows run side by side, since each of them has to wait for its last subtraction; with its transpose, whole rows are taken
 * off. Order: products are taken off one by one, from the unknown that is solved for first to the last.
 */

/**
 * Overwrites x, n elements from `at` on, with op(T)⁻¹x; T is n × n from `start` on, `stride` from row to row. Nothing is
 * checked.
 */
export function substituteVector(
  data: Float64Array,
  start: number,
  stride: number,
  n: number,
  upper: boolean,
  transpose: boolean,
  unitDiagonal: boolean,
  x: Float64Array,
): void {
  if (transpose) takeRowsOff(data, start, stride, n, upper, unitDiagonal, x);
  else if (upper) solveUpper(data, start, stride, n, unitDiagonal, x);
  else solveLower(data, start, stride, n, unitDiagonal, x);
}

function solveLower(
  data: Float64Array,
  start: number,
  stride: number,
  n: number,
  unitDiagonal: boolean,
  x: Float64Array,
): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const r0 = start + i * stride;
    const [r1, r2, r3] = [r0 + stride, r0 + 2 * stride, r0 + 3 * stride];
    let s0 = x[i];
    let s1 = x[i + 1];
    let s2 = x[i + 2];
    let s3 = x[i + 3];
    for (let j = 0; j < i; j++) {
      const known = x[j];
      s0 -= data[r0 + j] * known;
      s1 -= data[r1 + j] * known;
      s2 -= data[r2 + j] * known;
      s3 -= data[r3 + j] * known;
    }
    if (!unitDiagonal) s0 /= data[r0 + i];
    s1 -= data[r1 + i] * s0;
    if (!unitDiagonal) s1 /= data[r1 + i + 1];
    s2 = s2 - data[r2 + i] * s0 - data[r2 + i + 1] * s1;
    if (!unitDiagonal) s2 /= data[r2 + i + 2];
    s3 = s3 - data[r3 + i] * s0 - data[r3 + i + 1] * s1 - data[r3 + i + 2] * s2;
    if (!unitDiagonal) s3 /= data[r3 + i + 3];
    x[i] = s0;
    x[i + 1] = s1;
    x[i + 2] = s2;
    x[i + 3] = s3;
  }
  for (; i < n; i++) {
    const row = start + i * stride;
    let rest = x[i];
    for (let j = 0; j < i; j++) rest -= data[row + j] * x[j];
    x[i] = unitDiagonal ? rest : rest / data[row + i];
  }
}

function solveUpper(
  data: Float64Array,
  start: number,
  stride: number,
  n: number,
  unitDiagonal: boolean,
  x: Float64Array,
): void {
  let i = n - 1;
  for (; i >= 3; i -= 4) {
    const r0 = start + i * stride;
    const [r1, r2, r3] = [r0 - stride, r0 - 2 * stride, r0 - 3 * stride];
    let s0 = x[i];
    let s1 = x[i - 1];
    let s2 = x[i - 2];
    let s3 = x[i - 3];
    for (let j = n - 1; j > i; j--) {
      const known = x[j];
      s0 -= data[r0 + j] * known;
      s1 -= data[r1 + j] * known;
      s2 -= data[r2 + j] * known;
      s3 -= data[r3 + j] * known;
    }
    if (!unitDiagonal) s0 /= data[r0 + i];
    s1 -= data[r1 + i] * s0;
    if (!unitDiagonal) s1 /= data[r1 + i - 1];
    s2 = s2 - data[r2 + i] * s0 - data[r2 + i - 1] * s1;
    if (!unitDiagonal) s2 /= data[r2 + i - 2];
    s3 = s3 - data[r3 + i] * s0 - data[r3 + i - 1] * s1 - data[r3 + i - 2] * s2;
    if (!unitDiagonal) s3 /= data[r3 + i - 3];
    x[i] = s0;
    x[i - 1] = s1;
    x[i - 2] = s2;
    x[i - 3] = s3;
  }
  for (; i >= 0; i--) {
    const row = start + i * stride;
    let rest = x[i];
    for (let j = n - 1; j > i; j--) rest -= data[row + j] * x[j];
    x[i] = unitDiagonal ? rest : rest / data[row + i];
  }
}

/** With Tᵀ: row i of T is column i of Tᵀ. */
function takeRowsOff(
  data: Float64Array,
  start: number,
  stride: number,
  n: number,
  upper: boolean,
  unitDiagonal: boolean,
  x: Float64Array,
): void {
  for (let step = 0; step < n; step++) {
    const i = upper ? step : n - 1 - step;
    const row = start + i * stride;
    const known = unitDiagonal ? x[i] : x[i] / data[row + i];
    x[i] = known;
    const end = upper ? n : i;
    for (let j = upper ? i + 1 : 0; j < end; j++) x[j] -= data[row + j] * known;
  }
}
