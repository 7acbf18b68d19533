/**
 * The eigenvectors of a small general matrix from its real Schur form, one at a time: back substitution, Z times the vector,
 * undone balancing, and the documented length and sign. The only matrices allocated are those of the
 * result, which share one buffer.
 *
 * Cost: n³ flops for real eigenvalues, four times as much for complex ones. Accuracy and source: triangular-vectors.ts.
 */
import type { Balancing } from "./balance.ts";
import { strideNorm } from "./householder.ts";
import { Matrix } from "./matrix.ts";
import { scratchVectors } from "./scratch.ts";
import { type ComplexColumns, pivotFloor, triangularVector } from "./triangular-vectors.ts";

/** Column j belongs to the eigenvalue at place `order[j]` of T's diagonal; a pair's place stands twice. T and Z may lie in so much scratch. Into `out`, if given. */
export function smallEigenvectors(
  { rows: n, data: t }: Matrix,
  { data: z }: Matrix,
  balancing: Balancing,
  order: Int32Array,
  scratchInUse: number,
  out: ComplexColumns = newColumns(n),
): ComplexColumns {
  const { real, imaginary } = out;
  const least = pivotFloor(t);
  const [x, y, re, im] = scratchVectors(4, n, scratchInUse);
  for (let j = 0; j < n; j++) {
    const k = order[j];
    const end = triangularVector(t, n, k, least, x, y);
    transform(z, n, end, balancing, x, re);
    if (end === k + 1) writeReal(re, n, real.data, imaginary.data, j);
    else {
      transform(z, n, end, balancing, y, im);
      writePair(re, im, n, real.data, imaginary.data, j);
      j++;
    }
  }
  return out;
}

/** Zeros; one allocation for both parts. */
function newColumns(n: number): ComplexColumns {
  const { buffer } = new Float64Array(2 * n * n);
  return {
    real: new Matrix(n, n, new Float64Array(buffer, 0, n * n)),
    imaginary: new Matrix(n, n, new Float64Array(buffer, 8 * n * n, n * n)),
  };
}

/** P D Z x for x of which the first `end` elements are not zero; sums in ascending order, four side by side. */
function transform(
  z: Float64Array,
  n: number,
  end: number,
  { factors, order }: Balancing,
  x: Float64Array,
  result: Float64Array,
): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const row = i * n;
    const [row1, row2, row3] = [row + n, row + 2 * n, row + 3 * n];
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let k = 0; k < end; k++) {
      const factor = x[k];
      s0 += z[row + k] * factor;
      s1 += z[row1 + k] * factor;
      s2 += z[row2 + k] * factor;
      s3 += z[row3 + k] * factor;
    }
    result[order[i]] = s0 * factors[i];
    result[order[i + 1]] = s1 * factors[i + 1];
    result[order[i + 2]] = s2 * factors[i + 2];
    result[order[i + 3]] = s3 * factors[i + 3];
  }
  for (; i < n; i++) {
    let sum = 0;
    for (let k = 0; k < end; k++) sum += z[i * n + k] * x[k];
    result[order[i]] = sum * factors[i];
  }
}

/** Length 1, and the entry of largest size (the first of such) positive. */
function writeReal(vector: Float64Array, n: number, real: Float64Array, imaginary: Float64Array, column: number): void {
  let largest = 0;
  for (let i = 0; i < n; i++) if (Math.abs(vector[i]) > Math.abs(largest)) largest = vector[i];
  const norm = strideNorm(vector, 0, 1, n);
  const length = largest < 0 ? -norm : norm;
  for (let i = 0, at = column; i < n; i++, at += n) {
    real[at] = vector[i] / length;
    imaginary[at] = 0;
  }
}

/** Length 1, the entry of largest size (the first of such) real and positive; its conjugate in the next column. */
function writePair(
  re: Float64Array,
  im: Float64Array,
  n: number,
  real: Float64Array,
  imaginary: Float64Array,
  column: number,
): void {
  const [a, b] = [strideNorm(re, 0, 1, n), strideNorm(im, 0, 1, n)];
  const larger = Math.max(a, b);
  const length = larger * Math.sqrt((a / larger) * (a / larger) + (b / larger) * (b / larger));
  let [largest, place] = [-1, 0];
  for (let i = 0; i < n; i++) {
    const p = (re[i] /= length);
    const q = (im[i] /= length);
    const square = p * p + q * q;
    if (square > largest) {
      largest = square;
      place = i;
    }
  }
  const size = im[place] === 0 ? Math.abs(re[place]) : Math.sqrt(largest);
  const cosine = re[place] / size;
  const sine = im[place] / size;
  for (let i = 0, at = column; i < n; i++, at += n) {
    real[at] = real[at + 1] = re[i] * cosine + im[i] * sine;
    imaginary[at] = i === place ? 0 : im[i] * cosine - re[i] * sine;
    imaginary[at + 1] = -imaginary[at];
  }
}
