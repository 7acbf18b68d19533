/**
 * The singular value decomposition of a small matrix with m ≥ n: Householder reflectors from both sides with plain loops,
 * and implicit QR (bidiagonal-qr.ts). For 2 × 2 in closed form.
 *
 * Cost: 4mn² + 8n³/3 flops for the reduction with its factors, about 12n²(m + n) for the sweeps. Accuracy: values to a few
 * units of round-off of the largest, vectors orthonormal to the same.
 * Source: G. Golub and C. Reinsch, Singular Value Decomposition and Least Squares Solutions, Numerische Mathematik 14, 1970.
 */
import { bidiagonalQR } from "./bidiagonal-qr.ts";
import { requireRepresentable } from "./finite.ts";
import type { TallSVD } from "./jacobi-svd.ts";
import { Matrix } from "./matrix.ts";
import { scaleToOne } from "./orientation.ts";
import { scratch } from "./scratch.ts";
import { svdOfTwo } from "./svd-of-two.ts";

/** Sums of squares up to this beside a norm near 1 are those of zeros: they would end in subnormal numbers. */
const negligible = 1e-80;

/**
 * Decomposes a matrix with m ≥ n and finite entries, which is not changed; into `out`, of its shape, if given, and then nothing is
 * allocated. Throws NotConvergedError, NotFiniteError.
 */
export function smallSVD({ rows: m, columns: n, data }: Matrix, out?: TallSVD): TallSVD {
  const scale = scaleToOne(data);
  if (n === 2 && m === 2) return ofTwo(data, scale, out);
  // The transpose, then the left vectors as its rows are, and the right ones; the reflectors' factors, and a vector.
  const left = n * m;
  const right = left + n * m;
  const factors = right + n * n;
  const diagonal = factors + 2 * n;
  const superdiagonal = diagonal + n;
  const vector = superdiagonal + n;
  const work = out === undefined ? new Float64Array(vector + m) : scratch(vector + m);
  if (out !== undefined) work.fill(0, left, diagonal);
  for (let i = 0, at = 0; i < m; i++) for (let j = 0; j < n; j++, at++) work[j * m + i] = data[at] * scale;
  reduce(work, m, n, diagonal, superdiagonal, factors, vector);
  gatherLeft(work, m, n, left, factors);
  gatherRight(work, m, n, right, factors + n);
  bidiagonalQR({ data: work, n, diagonal, superdiagonal, left, leftWidth: m, right, rightWidth: n });
  const { buffer } = work;
  // The result lies in the workspace: the left vectors where Aᵀ was, then the right ones where the left ones were.
  const result = out ?? {
    values: new Float64Array(n),
    u: new Matrix(m, n, new Float64Array(buffer, 0, m * n)),
    v: new Matrix(n, n, new Float64Array(buffer, 8 * left, n * n)),
  };
  putInOrder(work, left, right, factors, diagonal, scale, result);
  return result;
}

/** The values of `smallSVD` alone, with the same bits; into `values`, if given. */
export function smallSingularValues(
  { rows: m, columns: n, data }: Matrix,
  values: Float64Array = new Float64Array(n),
): Float64Array {
  const scale = scaleToOne(data);
  if (n === 2 && m === 2) {
    const { values: found } = ofTwo(data, scale);
    values[0] = found[0];
    values[1] = found[1];
    return values;
  }
  const factors = n * m;
  const diagonal = factors + 2 * n;
  const superdiagonal = diagonal + n;
  const vector = superdiagonal + n;
  const work = scratch(vector + m);
  for (let i = 0, at = 0; i < m; i++) for (let j = 0; j < n; j++, at++) work[j * m + i] = data[at] * scale;
  reduce(work, m, n, diagonal, superdiagonal, factors, vector);
  bidiagonalQR({ data: work, n, diagonal, superdiagonal, left: 0, leftWidth: 0, right: 0, rightWidth: 0 });
  for (let j = 0; j < n; j++) {
    const from = placeOfLargest(work, diagonal, n);
    values[j] = work[from] / scale;
    // Taken.
    work[from] = -1;
  }
  requireRepresentable(values, "singularValueDecomposition: a singular value");
  return values;
}

function ofTwo(data: Float64Array, scale: number, out?: TallSVD): TallSVD {
  const { first, second, u, v } = svdOfTwo(data[0] * scale, data[1] * scale, data[2] * scale, data[3] * scale);
  const values = Float64Array.of(first / scale, second / scale);
  requireRepresentable(values, "singularValueDecomposition: a singular value");
  if (out === undefined) return { values, u: new Matrix(2, 2, u), v: new Matrix(2, 2, v) };
  for (let k = 0; k < 2; k++) out.values[k] = values[k];
  for (let at = 0; at < 4; at++) {
    out.u.data[at] = u[at];
    out.v.data[at] = v[at];
  }
  return out;
}

/** Overwrites Aᵀ (n × m) with the reflectors; B to the places d and e; 1/h of H = I − v vᵀ/h to `factors`, 0 where there is none. */
function reduce(a: Float64Array, m: number, n: number, d: number, e: number, factors: number, vector: number): void {
  for (let k = 0; k < n; k++) {
    // Column k, from its diagonal entry on, is part of a row here.
    const diagonal = k * m + k;
    const end = (k + 1) * m;
    let rest = 0;
    for (let at = diagonal + 1; at < end; at++) rest += a[at] * a[at];
    const first = a[diagonal];
    a[d + k] = first;
    if (rest > negligible) {
      const size = Math.sqrt(first * first + rest);
      a[d + k] = first < 0 ? size : -size;
      a[diagonal] = first - a[d + k];
      const factor = 1 / (a[d + k] * (a[d + k] - first));
      a[factors + k] = factor;
      reflectRows(a, diagonal + m, m, n - k - 1, diagonal, m - k, factor);
    }
    if (k + 1 === n) return;
    // Row k, right of the diagonal, is part of a column here, m apart.
    const beside = diagonal + m;
    let sum = 0;
    for (let at = beside + m; at < n * m; at += m) sum += a[at] * a[at];
    const head = a[beside];
    a[e + k] = head;
    if (!(sum > negligible)) continue;
    const length = Math.sqrt(head * head + sum);
    a[e + k] = head < 0 ? length : -length;
    a[beside] = head - a[e + k];
    const factor = 1 / (a[e + k] * (a[e + k] - head));
    a[factors + n + k] = factor;
    // From the right: the sums for all rows of A at once.
    const count = m - k - 1;
    for (let i = 0; i < count; i++) a[vector + i] = 0;
    for (let at = beside; at < n * m; at += 2 * m) addRows(a, vector, at, at + m < n * m ? m : 0, count, factor);
    for (let at = beside; at < n * m; at += 2 * m) subtractFromRows(a, vector, at, at + m < n * m ? m : 0, count);
  }
}

/** Adds the `count` numbers behind those at `at` and, unless `step` is 0, `step` further, times these and a factor. */
function addRows(a: Float64Array, sums: number, at: number, step: number, count: number, factor: number): void {
  const v = a[at] * factor;
  if (step === 0) {
    for (let i = 0, from = at + 1; i < count; i++, from++) a[sums + i] += v * a[from];
    return;
  }
  const w = a[at + step] * factor;
  for (let i = 0, from = at + 1, next = from + step; i < count; i++, from++, next++)
    a[sums + i] = a[sums + i] + v * a[from] + w * a[next];
}

/** Takes the sums, times what stands before these rows, off them. */
function subtractFromRows(a: Float64Array, sums: number, at: number, step: number, count: number): void {
  const v = a[at];
  if (step === 0) {
    for (let i = 0, to = at + 1; i < count; i++, to++) a[to] -= v * a[sums + i];
    return;
  }
  const w = a[at + step];
  for (let i = 0, to = at + 1, next = to + step; i < count; i++, to++, next++) {
    const sum = a[sums + i];
    a[to] -= v * sum;
    a[next] -= w * sum;
  }
}

/** `reflectRow` for so many rows `step` apart, two at a time, whose sums do not wait for each other. */
function reflectRows(
  a: Float64Array,
  x: number,
  step: number,
  rows: number,
  v: number,
  count: number,
  factor: number,
): void {
  let row = x;
  for (let j = 1; j < rows; j += 2, row += 2 * step) reflectTwoRows(a, row, row + step, v, count, factor);
  if ((rows & 1) === 1) reflectRow(a, row, v, count, factor);
}

function reflectTwoRows(a: Float64Array, x: number, y: number, v: number, count: number, factor: number): void {
  let sum = 0;
  let other = 0;
  for (let i = 0; i < count; i++) {
    const entry = a[v + i];
    sum += entry * a[x + i];
    other += entry * a[y + i];
  }
  sum *= factor;
  other *= factor;
  for (let i = 0; i < count; i++) {
    const entry = a[v + i];
    a[x + i] -= sum * entry;
    a[y + i] -= other * entry;
  }
}

/** x ← x − (vᵀx/h) v for `count` numbers from `x` on. */
function reflectRow(a: Float64Array, x: number, v: number, count: number, factor: number): void {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += a[v + i] * a[x + i];
  sum *= factor;
  for (let i = 0; i < count; i++) a[x + i] -= sum * a[v + i];
}

/** The rows e₀ᵀH…, that is the columns of P = H₀H₁…, as n rows of m. */
function gatherLeft(a: Float64Array, m: number, n: number, left: number, factors: number): void {
  for (let k = n - 1; k >= 0; k--) {
    a[left + k * m + k] = 1;
    const factor = a[factors + k];
    if (factor === 0) continue;
    reflectRows(a, left + k * m + k, m, n - k, k * m + k, m - k, factor);
  }
}

/** The columns of Q as n rows of n. */
function gatherRight(a: Float64Array, m: number, n: number, right: number, factors: number): void {
  for (let k = n - 1; k >= 0; k--) {
    a[right + k * n + k] = 1;
    if (k + 1 === n) continue;
    const factor = a[factors + k];
    if (factor === 0) continue;
    const beside = (k + 1) * m + k;
    for (let j = k + 1; j < n; j++) {
      const row = right + j * n;
      let sum = 0;
      for (let i = k + 1, at = beside; i < n; i++, at += m) sum += a[at] * a[row + i];
      sum *= factor;
      for (let i = k + 1, at = beside; i < n; i++, at += m) a[row + i] -= sum * a[at];
    }
  }
}

/** Where the largest of n numbers is, the first of equal ones. */
function placeOfLargest(work: Float64Array, first: number, n: number): number {
  let place = first;
  for (let at = first + 1; at < first + n; at++) if (work[at] > work[place]) place = at;
  return place;
}

/** Writes the values of a workspace's rows by descending value, and the rows as columns. */
function putInOrder(
  work: Float64Array,
  left: number,
  right: number,
  order: number,
  found: number,
  scale: number,
  { values, u, v }: TallSVD,
): void {
  const { rows: m, columns: n } = u;
  for (let j = 0; j < n; j++) {
    const place = placeOfLargest(work, found, n);
    values[j] = work[place] / scale;
    // Taken.
    work[place] = -1;
    const from = place - found;
    work[order + j] = from;
    for (let i = 0, at = j, row = left + from * m; i < m; i++, at += n) u.data[at] = work[row + i];
  }
  for (let j = 0; j < n; j++)
    for (let i = 0, at = j, row = right + work[order + j] * n; i < n; i++, at += n) v.data[at] = work[row + i];
  requireRepresentable(values, "singularValueDecomposition: a singular value");
}
