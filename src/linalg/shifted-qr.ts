/**
 * The QR algorithm with implicit double shifts: an upper Hessenberg matrix to real Schur form, T = Zᵀ H Z with blocks of
 * size 1 and (for complex pairs) 2 on the diagonal. Some 10n³ flops, 25n³ with Z. At most 30·max(10, n) steps.
 *
 * Backward stable. A subdiagonal entry is negligible by the criterion of M. Ahues and F. Tisseur (LAPACK Working Note
 * 122, 1997), which looks at the 2 × 2 block around it and so spares small eigenvalues of graded matrices.
 * Source: J. Francis, The QR Transformation, Computer Journal 4, 1961–62; G. Golub and C. Van Loan, Matrix Computations,
 * 4th ed. 2013, §7.5; LAPACK's dlahqr (exceptional shifts).
 */
import { NotConvergedError } from "../errors.ts";
import { leastSum, mostSum } from "./householder.ts";
import type { Matrix } from "./matrix.ts";
import { standardBlock } from "./schur-block.ts";

/** 2⁻⁵². */
const ulp = 2.220446049250313e-16;
const smallestNormal = 2.2250738585072014e-308;
/** Steps without deflation after which the shifts are made up. */
const patience = 10;

/**
 * Overwrites h, whose rows and columns `low` to `high` are to be reduced (the rest is triangular), with T, and multiplies Z
 * onto z (n × n) from the right. Throws NotConvergedError with the number of steps and the subdiagonal entry left.
 */
export function shiftedQR(h: Matrix, z: Matrix, low: number, high: number): void {
  const { rows: n, data } = h;
  const maximumSteps = 30 * Math.max(10, high - low + 1);
  const negligible = smallestNormal * ((high - low + 1) / ulp);
  const v = new Float64Array(3);
  let steps = 0;
  for (let bottom = high; bottom >= low;) {
    let top = low;
    for (let stuck = 1; ; stuck++) {
      top = startOfBlock(data, n, low, high, top, bottom, negligible);
      if (top > low) data[top * n + top - 1] = 0;
      if (top >= bottom - 1) break;
      if (steps++ === maximumSteps)
        throw new NotConvergedError(
          `generalEigen: the QR algorithm has not converged after ${maximumSteps} steps.`,
          maximumSteps,
          Math.abs(data[bottom * n + bottom - 1]),
        );
      const shifts = chooseShifts(data, n, top, bottom, stuck);
      const start = firstColumn(data, n, top, bottom, shifts, v);
      doubleStep(h, z, top, bottom, start, v);
    }
    if (top === bottom - 1) splitPair(h, z, top);
    bottom = top - 1;
  }
}

/** The row at which the unreduced block ends that has `bottom` as its last. */
function startOfBlock(
  h: Float64Array,
  n: number,
  low: number,
  high: number,
  top: number,
  bottom: number,
  negligible: number,
): number {
  let k = bottom;
  for (; k > top; k--) {
    const at = k * n + k;
    const sub = Math.abs(h[at - 1]);
    if (sub <= negligible) break;
    const here = h[at];
    const before = h[at - n - 1];
    let size = Math.abs(before) + Math.abs(here);
    if (size === 0) {
      if (k - 2 >= low) size += Math.abs(h[(k - 1) * n + k - 2]);
      if (k + 1 <= high) size += Math.abs(h[at + n]);
    }
    if (sub > ulp * size) continue;
    const across = Math.abs(h[at - n]);
    const ab = Math.max(sub, across);
    const ba = Math.min(sub, across);
    const aa = Math.max(Math.abs(here), Math.abs(before - here));
    const bb = Math.min(Math.abs(here), Math.abs(before - here));
    const sum = aa + ab;
    if (ba * (ab / sum) <= Math.max(negligible, ulp * (bb * (aa / sum)))) break;
  }
  return k;
}

/** Two shifts: complex conjugates, or two equal real ones. */
interface Shifts {
  readonly real1: number;
  readonly real2: number;
  readonly imaginary: number;
}

function chooseShifts(h: Float64Array, n: number, top: number, bottom: number, stuck: number): Shifts {
  let h11: number;
  let h12: number;
  let h21: number;
  let h22: number;
  if (stuck % patience === 0) {
    // Now from the bottom, now from the top: shifts that no cycle survives.
    const atBottom = stuck % (2 * patience) === 0;
    const k = atBottom ? bottom : top + 2;
    const size = Math.abs(h[k * n + k - 1]) + Math.abs(h[(k - 1) * n + k - 2]);
    const corner = atBottom ? bottom : top;
    h11 = 0.75 * size + h[corner * n + corner];
    h12 = -0.4375 * size;
    h21 = size;
    h22 = h11;
  } else {
    const at = bottom * n + bottom;
    h11 = h[at - n - 1];
    h12 = h[at - n];
    h21 = h[at - 1];
    h22 = h[at];
  }
  const scale = Math.abs(h11) + Math.abs(h12) + Math.abs(h21) + Math.abs(h22);
  if (scale === 0) return { real1: 0, real2: 0, imaginary: 0 };
  h11 /= scale;
  h12 /= scale;
  h21 /= scale;
  h22 /= scale;
  const mean = (h11 + h22) / 2;
  const determinant = (h11 - mean) * (h22 - mean) - h12 * h21;
  const root = Math.sqrt(Math.abs(determinant));
  if (determinant >= 0) return { real1: mean * scale, real2: mean * scale, imaginary: root * scale };
  const plus = mean + root;
  const minus = mean - root;
  const shift = (Math.abs(plus - h22) <= Math.abs(minus - h22) ? plus : minus) * scale;
  return { real1: shift, real2: shift, imaginary: 0 };
}

/**
 * Writes to v the first column of (H − s₁)(H − s₂) of the block from the row that is returned on: the last row at which
 * two small subdiagonal entries in succession let the step begin.
 */
function firstColumn(h: Float64Array, n: number, top: number, bottom: number, shifts: Shifts, v: Float64Array): number {
  const { real1, real2, imaginary } = shifts;
  let m = bottom - 2;
  for (; ; m--) {
    const at = m * n + m;
    const here = h[at];
    const next = h[at + n + 1];
    const scale = Math.abs(here - real2) + Math.abs(imaginary) + Math.abs(h[at + n]);
    const sub = h[at + n] / scale;
    v[0] = sub * h[at + 1] + (here - real1) * ((here - real2) / scale) + imaginary * (imaginary / scale);
    v[1] = sub * (here + next - real1 - real2);
    v[2] = sub * h[at + 2 * n + 1];
    const sum = Math.abs(v[0]) + Math.abs(v[1]) + Math.abs(v[2]);
    v[0] /= sum;
    v[1] /= sum;
    v[2] /= sum;
    if (m === top) return m;
    const diagonal = Math.abs(h[at - n - 1]) + Math.abs(here) + Math.abs(next);
    if (Math.abs(h[at - 1]) * (Math.abs(v[1]) + Math.abs(v[2])) <= ulp * Math.abs(v[0]) * diagonal) return m;
  }
}

/** One step: reflectors of three rows chase the bulge that the first one makes from row m down to the bottom. */
function doubleStep(h: Matrix, z: Matrix, top: number, bottom: number, m: number, v: Float64Array): void {
  const { rows: n, data } = h;
  for (let k = m; k < bottom; k++) {
    const three = k + 2 <= bottom;
    if (k > m) {
      v[0] = data[k * n + k - 1];
      v[1] = data[(k + 1) * n + k - 1];
      v[2] = three ? data[(k + 2) * n + k - 1] : 0;
    }
    const tau = reflector(v, three);
    if (k > m) {
      data[k * n + k - 1] = v[0];
      data[(k + 1) * n + k - 1] = 0;
      if (three) data[(k + 2) * n + k - 1] = 0;
    } else if (m > top) data[k * n + k - 1] *= 1 - tau;
    if (tau === 0) continue;
    const v1 = v[1];
    const v2 = three ? v[2] : 0;
    reflectThreeRows(data, n, k, three, tau, v1, v2);
    reflectThreeColumns(data, n, k, Math.min(k + 3, bottom) + 1, three, tau, v1, v2);
    reflectThreeColumns(z.data, n, k, n, three, tau, v1, v2);
  }
}

/** Overwrites v by (β, v₁, v₂) of the reflector with v₀ = 1 that maps it to (β, 0, 0), and returns τ. */
function reflector(v: Float64Array, three: boolean): number {
  const first = v[0];
  const x = v[1];
  const y = three ? v[2] : 0;
  const rest = x * x + y * y;
  const length =
    rest > leastSum && rest + first * first < mostSum ? Math.sqrt(first * first + rest) : scaledLength(first, x, y);
  if (length === 0) return 0;
  const beta = first < 0 ? length : -length;
  const pivot = first - beta;
  v[0] = beta;
  v[1] = x / pivot;
  v[2] = y / pivot;
  return -pivot / beta;
}

/** √(a² + b² + c²) where squares may leave the range of numbers; 0 for b and c of 0. */
function scaledLength(a: number, b: number, c: number): number {
  if (b === 0 && c === 0) return 0;
  const scale = Math.max(Math.abs(a), Math.abs(b), Math.abs(c));
  const [x, y, z] = [a / scale, b / scale, c / scale];
  return scale * Math.sqrt(x * x + (y * y + z * z));
}

function reflectThreeRows(
  h: Float64Array,
  n: number,
  k: number,
  three: boolean,
  tau: number,
  v1: number,
  v2: number,
): void {
  const t1 = tau * v1;
  const t2 = tau * v2;
  const row0 = k * n;
  const row1 = row0 + n;
  const row2 = row1 + n;
  if (three)
    for (let j = k; j < n; j++) {
      const a = h[row0 + j];
      const b = h[row1 + j];
      const c = h[row2 + j];
      const sum = a + v1 * b + v2 * c;
      h[row0 + j] = a - sum * tau;
      h[row1 + j] = b - sum * t1;
      h[row2 + j] = c - sum * t2;
    }
  else
    for (let j = k; j < n; j++) {
      const sum = h[row0 + j] + v1 * h[row1 + j];
      h[row0 + j] -= sum * tau;
      h[row1 + j] -= sum * t1;
    }
}

function reflectThreeColumns(
  h: Float64Array,
  n: number,
  k: number,
  rows: number,
  three: boolean,
  tau: number,
  v1: number,
  v2: number,
): void {
  const t1 = tau * v1;
  const t2 = tau * v2;
  if (three)
    for (let i = 0, at = k; i < rows; i++, at += n) {
      const a = h[at];
      const b = h[at + 1];
      const c = h[at + 2];
      const sum = a + v1 * b + v2 * c;
      h[at] = a - sum * tau;
      h[at + 1] = b - sum * t1;
      h[at + 2] = c - sum * t2;
    }
  else
    for (let i = 0, at = k; i < rows; i++, at += n) {
      const a = h[at];
      const b = h[at + 1];
      const sum = a + v1 * b;
      h[at] = a - sum * tau;
      h[at + 1] = b - sum * t1;
    }
}

/** Brings the block of size 2 at k to standard form, and the rest of its rows and columns along. */
function splitPair(h: Matrix, z: Matrix, k: number): void {
  const { rows: n, data } = h;
  const at = k * n + k;
  const { a, b, c, d, cosine, sine } = standardBlock(data[at], data[at + 1], data[at + n], data[at + n + 1]);
  data[at] = a;
  data[at + 1] = b;
  data[at + n] = c;
  data[at + n + 1] = d;
  for (let j = k + 2; j < n; j++) {
    const x = data[k * n + j];
    const y = data[(k + 1) * n + j];
    data[k * n + j] = cosine * x + sine * y;
    data[(k + 1) * n + j] = cosine * y - sine * x;
  }
  rotateColumns(data, n, k, k, cosine, sine);
  rotateColumns(z.data, n, k, n, cosine, sine);
}

function rotateColumns(data: Float64Array, n: number, k: number, rows: number, cosine: number, sine: number): void {
  for (let i = 0, at = k; i < rows; i++, at += n) {
    const x = data[at];
    const y = data[at + 1];
    data[at] = cosine * x + sine * y;
    data[at + 1] = cosine * y - sine * x;
  }
}
