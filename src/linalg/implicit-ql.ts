/**
 * Eigenvalues and eigenvectors of a symmetric tridiagonal matrix by the implicit QL algorithm with Wilkinson's shift.
 *
 * Cost: about 1.7 sweeps per eigenvalue; their rotations applied to n vectors take about 5n³ flops. The rotations are
 * gathered and then applied to panels of columns that stay in the second-level cache. Accuracy: eigenvalues to a few units
 * of round-off of the norm, vectors orthonormal to the same. At most 60 sweeps per eigenvalue on average.
 * Source: A. Dubrulle, R. Martin and J. Wilkinson, The Implicit QL Algorithm, Numerische Mathematik 12, 1968; deflation
 * as in B. Parlett, The Symmetric Eigenvalue Problem, 1980, §8.11.
 */
import { NotConvergedError } from "../errors.ts";
import type { Matrix } from "./matrix.ts";

const unitRoundoff = 1.1102230246251565e-16;
/** Sweeps per eigenvalue, on average, before giving up. */
const maximumSweeps = 60;
/** How many columns of the vectors are rotated while they are in the cache. */
const panelColumns = 48;
/** How many rotations are gathered for each pass over the vectors, per row. */
const rotationsPerRow = 48;

/**
 * Overwrites `diagonal` with the eigenvalues (in no order) and rotates the rows of `vectors` along: row i becomes the
 * combination of the given rows that belongs to eigenvalue i. `subdiagonal` (n − 1) is destroyed.
 * Throws NotConvergedError with the number of sweeps and the largest subdiagonal entry left.
 */
export function implicitQL(diagonal: Float64Array, subdiagonal: Float64Array, vectors: Matrix): void {
  const n = diagonal.length;
  const e = new Float64Array(n);
  e.set(subdiagonal);
  let norm = 0;
  for (let i = 0; i < n; i++) norm = Math.max(norm, Math.abs(diagonal[i]) + Math.abs(e[i]));
  const rotations = new RotationList(vectors, rotationsPerRow * n);
  let sweeps = 0;
  for (let l = 0; l < n; l++) {
    for (;;) {
      const m = firstNegligible(diagonal, e, l, norm);
      if (m === l) break;
      if (sweeps++ === maximumSweeps * n)
        throw new NotConvergedError(
          `implicitQL: no convergence after ${sweeps - 1} sweeps; the subdiagonal still has ${Math.abs(e[l])}.`,
          sweeps - 1,
          Math.abs(e[l]),
        );
      sweep(diagonal, e, l, m, rotations);
    }
  }
  rotations.apply();
}

/** The first index from l on behind which the subdiagonal entry is negligible beside its neighbors or the norm. */
function firstNegligible(d: Float64Array, e: Float64Array, l: number, norm: number): number {
  let m = l;
  for (; m < d.length - 1; m++) {
    const size = Math.abs(e[m]);
    if (size <= unitRoundoff * (Math.abs(d[m]) + Math.abs(d[m + 1])) || size <= 0.125 * unitRoundoff * norm) break;
  }
  if (m < d.length - 1) e[m] = 0;
  return m;
}

/** One QL sweep on rows l to m: a bulge is chased from the bottom to the top. */
function sweep(d: Float64Array, e: Float64Array, l: number, m: number, rotations: RotationList): void {
  const half = (d[l + 1] - d[l]) / (2 * e[l]);
  const root = hypotenuse(half, 1);
  let g = d[m] - d[l] + e[l] / (half + (half < 0 ? -root : root));
  let sine = 1;
  let cosine = 1;
  let p = 0;
  for (let i = m - 1; i >= l; i--) {
    const f = sine * e[i];
    const b = cosine * e[i];
    const r = hypotenuse(f, g);
    e[i + 1] = r;
    if (r === 0) {
      // The bulge has vanished on the way: the matrix splits here, and what is left of it is for the next sweep.
      d[i + 1] -= p;
      e[m] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    g = d[i + 1] - p;
    const t = (d[i] - g) * sine + 2 * cosine * b;
    p = sine * t;
    d[i + 1] = g + p;
    g = cosine * t - b;
    rotations.add(i, cosine, sine);
  }
  d[l] -= p;
  e[l] = g;
  e[m] = 0;
}

/** √(a² + b²) without overflow. */
function hypotenuse(a: number, b: number): number {
  const larger = Math.max(Math.abs(a), Math.abs(b));
  if (larger === 0) return 0;
  if (larger > 1e-140 && larger < 1e140) return Math.sqrt(a * a + b * b);
  const x = a / larger;
  const y = b / larger;
  return larger * Math.sqrt(x * x + y * y);
}

/** Rotations of neighboring rows, gathered so that many are applied to a panel of columns while it is in the cache. */
class RotationList {
  readonly #vectors: Matrix;
  readonly #rows: Int32Array;
  readonly #cosines: Float64Array;
  readonly #sines: Float64Array;
  readonly #panel: Float64Array;
  #count = 0;

  constructor(vectors: Matrix, capacity: number) {
    this.#vectors = vectors;
    this.#rows = new Int32Array(capacity);
    this.#cosines = new Float64Array(capacity);
    this.#sines = new Float64Array(capacity);
    this.#panel = new Float64Array(vectors.rows * panelColumns);
  }

  /** Row i + 1 becomes s·(row i) + c·(row i + 1), row i becomes c·(row i) − s·(row i + 1). */
  add(i: number, cosine: number, sine: number): void {
    if (this.#count === this.#rows.length) this.apply();
    this.#rows[this.#count] = i;
    this.#cosines[this.#count] = cosine;
    this.#sines[this.#count] = sine;
    this.#count += 1;
  }

  /** Applies what has been gathered. */
  apply(): void {
    const { rows: n, columns, data } = this.#vectors;
    const panel = this.#panel;
    for (let left = 0; left < columns; left += panelColumns) {
      const width = Math.min(panelColumns, columns - left);
      for (let i = 0; i < n; i++)
        for (let j = 0; j < width; j++) panel[i * panelColumns + j] = data[i * columns + left + j];
      rotatePanel(this.#count, this.#rows, this.#cosines, this.#sines, panel);
      for (let i = 0; i < n; i++)
        for (let j = 0; j < width; j++) data[i * columns + left + j] = panel[i * panelColumns + j];
    }
    this.#count = 0;
  }
}

/**
 * Applies rotations in their order. A sweep's rotations go upwards row by row, so two neighbors in the list mostly share
 * a row: they are applied in one pass, which saves writing that row and reading it again.
 */
function rotatePanel(
  count: number,
  rows: Int32Array,
  cosines: Float64Array,
  sines: Float64Array,
  panel: Float64Array,
): void {
  let k = 0;
  while (k < count) {
    const c = cosines[k];
    const s = sines[k];
    const upper = rows[k] * panelColumns;
    const lower = upper + panelColumns;
    if (k + 1 < count && rows[k + 1] === rows[k] - 1) {
      const c2 = cosines[k + 1];
      const s2 = sines[k + 1];
      const top = upper - panelColumns;
      for (let j = 0; j < panelColumns; j++) {
        const x = panel[upper + j];
        const y = panel[lower + j];
        const z = panel[top + j];
        const middle = c * x - s * y;
        panel[lower + j] = s * x + c * y;
        panel[upper + j] = s2 * z + c2 * middle;
        panel[top + j] = c2 * z - s2 * middle;
      }
      k += 2;
    } else {
      for (let j = 0; j < panelColumns; j++) {
        const x = panel[upper + j];
        const y = panel[lower + j];
        panel[lower + j] = s * x + c * y;
        panel[upper + j] = c * x - s * y;
      }
      k += 1;
    }
  }
}
