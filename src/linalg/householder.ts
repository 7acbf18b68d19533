/**
 * Householder reflectors H = I − τ v vᵀ with v₀ = 1, and the compact WY form that applies many of them as matrix products.
 *
 * Source: C. Van Loan and R. Schreiber, A Storage-Efficient WY Representation for Products of Householder
 * Transformations, SIAM J. Sci. Stat. Comput. 10, 1989; the conventions are LAPACK's (dlarfg, dlarft, dlarfb).
 */
import { planProduct } from "./product.ts";

/** How many reflectors are applied together. */
export const reflectorBlock = 32;

const tiny = 1e-290;
/** 2²⁰⁰. */
const enlargement = 1.6069380442589903e60;

/** Between these, a sum of squares has neither overflowed nor lost what counts. */
export const leastSum = 1e-270;
export const mostSum = 1e270;

/** The Euclidean norm of `count` numbers that lie `stride` apart, without overflow or harmful underflow. */
export function strideNorm(data: Float64Array, offset: number, stride: number, count: number): number {
  const sum = sumOfSquares(data, offset, stride, count);
  return sum > leastSum && sum < mostSum ? Math.sqrt(sum) : scaledNorm(data, offset, stride, count);
}

/**
 * A function of its own: V8 may compile a loop while it runs for the first time, and where something that has never run
 * yet comes behind the loop, leave that code again at every later call, which costs 0.1 ms each time.
 */
function sumOfSquares(data: Float64Array, offset: number, stride: number, count: number): number {
  let sum = 0;
  for (let k = 0, at = offset; k < count; k++, at += stride) sum += data[at] * data[at];
  return sum;
}

function scaledNorm(data: Float64Array, offset: number, stride: number, count: number): number {
  let largest = 0;
  for (let k = 0, at = offset; k < count; k++, at += stride) largest = Math.max(largest, Math.abs(data[at]));
  if (largest === 0) return 0;
  const inRange = largest > 1e-140 && largest < 1e140;
  let sum = 0;
  for (let k = 0, at = offset; k < count; k++, at += stride) {
    const entry = inRange ? data[at] : data[at] / largest;
    sum += entry * entry;
  }
  return inRange ? Math.sqrt(sum) : largest * Math.sqrt(sum);
}

/**
 * Makes the reflector that maps the column x (`count` numbers, `stride` apart) to (β, 0, …, 0) with |β| = ‖x‖ and the sign
 * opposite to x₀'s. Overwrites x₀ by β and the others by v's, and returns τ; 0 when they are zero already.
 */
export function makeReflector(data: Float64Array, offset: number, stride: number, count: number): number {
  if (count < 2) return 0;
  const rest = strideNorm(data, offset + stride, stride, count - 1);
  if (rest === 0) return 0;
  const first = data[offset];
  const larger = Math.max(Math.abs(first), rest);
  // So near the smallest numbers, β would have few digits, and H would not be orthogonal.
  if (larger < tiny) {
    for (let k = 0, at = offset; k < count; k++, at += stride) data[at] *= enlargement;
    const scale = makeReflector(data, offset, stride, count);
    data[offset] /= enlargement;
    return scale;
  }
  const a = first / larger;
  const b = rest / larger;
  const beta = (first < 0 ? larger : -larger) * Math.sqrt(a * a + b * b);
  const pivot = first - beta;
  for (let k = 1, at = offset + stride; k < count; k++, at += stride) data[at] /= pivot;
  data[offset] = beta;
  return (beta - first) / beta;
}

/** A block of reflectors, H₀H₁… = I − V T Vᵀ: V is rows × count (unit lower trapezoidal), T count × count (upper). */
export interface ReflectorBlock {
  readonly rows: number;
  readonly count: number;
  readonly v: Float64Array;
  readonly t: Float64Array;
}

/**
 * Gathers `count` reflectors whose vectors lie below the diagonal of a row-major matrix: v of reflector j occupies column
 * `column + j` from row `row + j + 1` to `lastRow`, with `stride` from row to row.
 */
export function gatherReflectors(
  data: Float64Array,
  stride: number,
  row: number,
  column: number,
  lastRow: number,
  count: number,
  scales: Float64Array,
  firstScale: number,
): ReflectorBlock {
  const rows = lastRow - row + 1;
  const v = new Float64Array(rows * count);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < Math.min(i, count); j++) v[i * count + j] = data[(row + i) * stride + column + j];
  for (let j = 0; j < count; j++) v[j * count + j] = 1;
  return reflectorBlockOf(rows, count, v, scales, firstScale);
}

/** A block of the reflectors whose vectors are the columns of `v` (rows × count), with their τ from `firstScale` on. */
export function reflectorBlockOf(
  rows: number,
  count: number,
  v: Float64Array,
  scales: Float64Array,
  firstScale: number,
): ReflectorBlock {
  return { rows, count, v, t: triangularFactor(rows, count, v, scales, firstScale) };
}

/** T from the inner products of the vectors: column j is −τⱼ T (Vᵀvⱼ) above the diagonal, τⱼ on it. */
function triangularFactor(
  rows: number,
  count: number,
  v: Float64Array,
  scales: Float64Array,
  firstScale: number,
): Float64Array {
  const t = new Float64Array(count * count);
  const products = new Float64Array(count * count);
  planProduct({ rows: count, columns: count, inner: rows, transposeA: true })(v, 0, v, 0, products, 0);
  for (let j = 0; j < count; j++) {
    const scale = scales[firstScale + j];
    t[j * count + j] = scale;
    for (let i = 0; i < j; i++) {
      let sum = 0;
      for (let l = i; l < j; l++) sum += t[i * count + l] * products[l * count + j];
      t[i * count + j] = -scale * sum;
    }
  }
  return t;
}

/**
 * Applies H₀H₁… (or, transposed, its inverse …H₁H₀) from the left to the rows × columns part of a row-major matrix that
 * begins at `offset` with `stride` from row to row, in place: C ← C − V (T (VᵀC)), three matrix products.
 */
export function applyReflectors(
  block: ReflectorBlock,
  transposed: boolean,
  data: Float64Array,
  offset: number,
  stride: number,
  columns: number,
): void {
  const { rows, count, v, t } = block;
  if (columns === 0 || count === 0) return;
  const first = new Float64Array(count * columns);
  const second = new Float64Array(count * columns);
  planProduct({ rows: count, columns, inner: rows, transposeA: true, strideB: stride })(v, 0, data, offset, first, 0);
  planProduct({ rows: count, columns, inner: count, transposeA: transposed })(t, 0, first, 0, second, 0);
  for (let k = 0; k < second.length; k++) second[k] = -second[k];
  planProduct({ rows, columns, inner: count, accumulate: true, strideC: stride })(v, 0, second, 0, data, offset);
}

/** Up to this many elements, reflectors are applied one by one: the plans of the products would take longer. */
export const smallTarget = 512;

/**
 * Applies one reflector from the left to `count` rows of a row-major matrix that begin at `offset`. Its vector lies in `v`
 * from `vOffset` on, `vStride` apart, the leading 1 not stored. Four columns at a time, whose sums are kept in registers;
 * nothing is allocated.
 */
export function applyReflector(
  v: Float64Array,
  vOffset: number,
  vStride: number,
  count: number,
  scale: number,
  data: Float64Array,
  offset: number,
  stride: number,
  columns: number,
): void {
  if (scale === 0) return;
  const end = offset + count * stride;
  const vStart = vOffset + vStride;
  let l = 0;
  for (; l + 4 <= columns; l += 4) applyToFour(v, vStart, vStride, scale, data, offset + l, end, stride);
  if (l < columns) applyToFew(v, vStart, vStride, scale, data, offset + l, end, stride, columns - l);
}

function applyToFour(
  v: Float64Array,
  vStart: number,
  vStride: number,
  scale: number,
  data: Float64Array,
  top: number,
  end: number,
  stride: number,
): void {
  let s0 = data[top];
  let s1 = data[top + 1];
  let s2 = data[top + 2];
  let s3 = data[top + 3];
  for (let at = top + stride, from = vStart; at < end; at += stride, from += vStride) {
    const factor = v[from];
    s0 += factor * data[at];
    s1 += factor * data[at + 1];
    s2 += factor * data[at + 2];
    s3 += factor * data[at + 3];
  }
  s0 *= scale;
  s1 *= scale;
  s2 *= scale;
  s3 *= scale;
  data[top] -= s0;
  data[top + 1] -= s1;
  data[top + 2] -= s2;
  data[top + 3] -= s3;
  for (let at = top + stride, from = vStart; at < end; at += stride, from += vStride) {
    const factor = v[from];
    data[at] -= factor * s0;
    data[at + 1] -= factor * s1;
    data[at + 2] -= factor * s2;
    data[at + 3] -= factor * s3;
  }
}

/** The same for one to three columns; where there are fewer than three, the last is worked on more than once, from the same numbers. */
function applyToFew(
  v: Float64Array,
  vStart: number,
  vStride: number,
  scale: number,
  data: Float64Array,
  top: number,
  end: number,
  stride: number,
  columns: number,
): void {
  const second = columns > 1 ? 1 : 0;
  const third = columns - 1;
  let s0 = data[top];
  let s1 = data[top + second];
  let s2 = data[top + third];
  for (let at = top + stride, from = vStart; at < end; at += stride, from += vStride) {
    const factor = v[from];
    s0 += factor * data[at];
    s1 += factor * data[at + second];
    s2 += factor * data[at + third];
  }
  s0 *= scale;
  s1 *= scale;
  s2 *= scale;
  const [t0, t1, t2] = [data[top] - s0, data[top + second] - s1, data[top + third] - s2];
  data[top] = t0;
  data[top + second] = t1;
  data[top + third] = t2;
  for (let at = top + stride, from = vStart; at < end; at += stride, from += vStride) {
    const factor = v[from];
    const a0 = data[at] - factor * s0;
    const a1 = data[at + second] - factor * s1;
    const a2 = data[at + third] - factor * s2;
    data[at] = a0;
    data[at + second] = a1;
    data[at + third] = a2;
  }
}
