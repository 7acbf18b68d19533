/**
 * The eigendecomposition of a symmetric matrix after the addition of ggᵀ, from the one before:
 *
 *   V Λ Vᵀ + ggᵀ = V (Λ + zzᵀ) Vᵀ with z = Vᵀg,
 *
 * where the new eigenvalues are the roots of the secular equation 1 + Σ zₖ²/(λₖ − μ) = 0, one between any two old ones, and
 * the eigenvectors of the inner matrix are known when they are. 2n³ operations in a matrix product, O(n²) for the rest.
 *
 * Entries of z that are negligible, and equal eigenvalues after a rotation, leave their eigenpairs as they are (deflation).
 * The vectors come from a z that fits the computed roots exactly, so they are orthogonal to round-off however close the roots
 * are. Source: J. Bunch, C. Nielsen, D. Sorensen, Rank-One Modification of the Symmetric Eigenproblem, Numer. Math. 31, 1978;
 * M. Gu and S. Eisenstat, A Stable and Efficient Algorithm for the Rank-One Modification of the Symmetric Eigenproblem, SIAM
 * J. Matrix Anal. 15, 1994.
 */
import { planProduct, type PlannedProduct } from "../../linalg/product.ts";

const roundoff = 2.220446049250313e-16;
/** Bisection ends by itself when the interval holds no further number; from 2¹⁰²⁴ to the last bit that is this often. */
const maximumBisections = 1100;

/** The workspace for matrices of one size. Eigenvalues ascend; eigenvector k is row k of `vectors`. */
export class RankOneEigen {
  readonly #size: number;
  readonly #z: Float64Array;
  readonly #fitted: Float64Array;
  /** The indices that take part, of which there are `count`, and the root between each and the next. */
  readonly #active: Int32Array;
  /** Root k is values[origin[k]] + offset[k]: differences to old eigenvalues are then free of cancellation. */
  readonly #origin: Int32Array;
  readonly #offset: Float64Array;
  readonly #inner: Float64Array;
  readonly #rotated: Float64Array;
  readonly #newValues: Float64Array;
  readonly #order: Int32Array;
  readonly #product: PlannedProduct;

  constructor(size: number) {
    this.#size = size;
    this.#z = new Float64Array(size);
    this.#fitted = new Float64Array(size);
    this.#active = new Int32Array(size);
    this.#origin = new Int32Array(size);
    this.#offset = new Float64Array(size);
    this.#inner = new Float64Array(size * size);
    this.#rotated = new Float64Array(size * size);
    this.#newValues = new Float64Array(size);
    this.#order = new Int32Array(size);
    this.#product = planProduct({ rows: size, columns: size, inner: size });
  }

  /** Overwrites values and vectors with those of the matrix plus ggᵀ. */
  add(values: Float64Array, vectors: Float64Array, g: Float64Array): void {
    const n = this.#size;
    const z = this.#z;
    multiplyRows(vectors, g, z);
    let square = 0;
    for (let k = 0; k < n; k++) square += z[k] * z[k];
    if (square === 0) return;
    const count = this.#deflate(values, vectors, square);
    this.#solveAll(values, count, square);
    this.#fit(values, count);
    this.#assemble(values, vectors, count);
  }

  /** Overwrites x with V f(Λ) Vᵀ x. */
  applyFunction(values: Float64Array, vectors: Float64Array, x: Float64Array, f: (value: number) => number): void {
    const n = this.#size;
    const z = this.#z;
    multiplyRows(vectors, x, z);
    x.fill(0);
    for (let k = 0; k < n; k++) {
      const weight = f(values[k]) * z[k];
      for (let i = 0, at = k * n; i < n; i++, at++) x[i] += weight * vectors[at];
    }
  }

  /** Rotates equal eigenvalues' parts of z together, drops what is negligible, and returns how many indices are left. */
  #deflate(values: Float64Array, vectors: Float64Array, square: number): number {
    const n = this.#size;
    const z = this.#z;
    const active = this.#active;
    const tolerance = 8 * roundoff * Math.max(Math.abs(values[0]), Math.abs(values[n - 1]), square);
    const length = Math.sqrt(square);
    let count = 0;
    for (let k = 0; k < n; k++) {
      if (length * Math.abs(z[k]) <= tolerance) continue;
      const before = count > 0 ? active[count - 1] : -1;
      if (before >= 0 && this.#merge(values, vectors, before, k, tolerance)) active[count - 1] = k;
      else active[count++] = k;
    }
    return count;
  }

  /** Turns the plane of two eigenvectors so that z lies in the second, if that costs no more than round-off. */
  #merge(values: Float64Array, vectors: Float64Array, a: number, b: number, tolerance: number): boolean {
    const n = this.#size;
    const z = this.#z;
    const length = Math.sqrt(z[a] * z[a] + z[b] * z[b]);
    const [cosine, sine] = [z[b] / length, z[a] / length];
    if ((values[b] - values[a]) * Math.abs(cosine * sine) > tolerance) return false;
    for (let i = 0, p = a * n, q = b * n; i < n; i++, p++, q++) {
      const [x, y] = [vectors[p], vectors[q]];
      vectors[p] = cosine * x - sine * y;
      vectors[q] = sine * x + cosine * y;
    }
    const [low, high] = [values[a], values[b]];
    values[a] = cosine * cosine * low + sine * sine * high;
    values[b] = sine * sine * low + cosine * cosine * high;
    z[a] = 0;
    z[b] = length;
    return true;
  }

  /** The roots, by bisection on their offset from the nearer of the two old eigenvalues that enclose them. */
  #solveAll(values: Float64Array, count: number, square: number): void {
    const active = this.#active;
    for (let k = 0; k < count; k++) {
      const here = active[k];
      const next = k + 1 < count ? active[k + 1] : -1;
      const gap = next >= 0 ? values[next] - values[here] : 2 * square;
      // Where the function is positive in the middle, the root lies in the lower half.
      const lower = next < 0 || this.#secular(values, count, here, 0.5 * gap) >= 0;
      const origin = lower ? here : next;
      let [low, high] = lower ? [0, next < 0 ? gap : 0.5 * gap] : [-0.5 * gap, 0];
      for (let round = 0; round < maximumBisections; round++) {
        // Near the origin offsets are spread over many powers of two: there the middle is the geometric mean.
        const middle = split(low, high);
        if (middle === low || middle === high) break;
        if (this.#secular(values, count, origin, middle) < 0) low = middle;
        else high = middle;
      }
      this.#origin[k] = origin;
      this.#offset[k] = lower ? high : low;
    }
  }

  /** 1 + Σ zⱼ² / (λⱼ − μ) at μ = values[origin] + offset; it rises from −∞ to ∞ between two poles. */
  #secular(values: Float64Array, count: number, origin: number, offset: number): number {
    const z = this.#z;
    const active = this.#active;
    const base = values[origin];
    let sum = 1;
    for (let k = 0; k < count; k++) {
      const j = active[k];
      sum += z[j] * (z[j] / (values[j] - base - offset));
    }
    return sum;
  }

  /** The z for which the computed roots are exact: its squares are products of differences (Löwner's formula). */
  #fit(values: Float64Array, count: number): void {
    const active = this.#active;
    for (let i = 0; i < count; i++) {
      const here = active[i];
      let product = this.#difference(values, i, here);
      for (let k = 0; k < count; k++)
        if (k !== i) product *= this.#difference(values, k, here) / (values[active[k]] - values[here]);
      const size = Math.sqrt(Math.abs(product));
      this.#fitted[i] = this.#z[here] < 0 ? -size : size;
    }
  }

  /** Root k minus the old eigenvalue `index`. */
  #difference(values: Float64Array, k: number, index: number): number {
    const origin = this.#origin[k];
    return values[origin] - values[index] + this.#offset[k];
  }

  /** Forms the inner eigenvectors, multiplies, and sorts. */
  #assemble(values: Float64Array, vectors: Float64Array, count: number): void {
    const n = this.#size;
    const [inner, active, newValues, order] = [this.#inner, this.#active, this.#newValues, this.#order];
    inner.fill(0);
    newValues.set(values);
    for (let k = 0; k < n; k++) {
      inner[k * n + k] = 1;
      order[k] = k;
    }
    for (let k = 0; k < count; k++) {
      const row = active[k] * n;
      inner[row + active[k]] = 0;
      let square = 0;
      for (let j = 0; j < count; j++) {
        const entry = this.#fitted[j] / this.#difference(values, k, active[j]);
        inner[row + active[j]] = entry;
        square += entry * entry;
      }
      const length = Math.sqrt(square);
      for (let j = 0; j < count; j++) inner[row + active[j]] /= length;
      newValues[active[k]] = values[this.#origin[k]] + this.#offset[k];
    }
    this.#product(inner, 0, vectors, 0, this.#rotated, 0);
    order.sort((a, b) => newValues[a] - newValues[b] || a - b);
    for (let k = 0; k < n; k++) {
      const from = order[k] * n;
      values[k] = newValues[order[k]];
      for (let i = 0; i < n; i++) vectors[k * n + i] = this.#rotated[from + i];
    }
  }
}

/** Between the two: the geometric mean where they are far apart in size, else the mean. */
function split(low: number, high: number): number {
  const [small, large] = Math.abs(low) < Math.abs(high) ? [low, high] : [high, low];
  if (Math.abs(small) >= 0.25 * Math.abs(large)) return low + 0.5 * (high - low);
  // Root by root: the product of the two may underflow.
  const mean = Math.sqrt(Math.max(Math.abs(small), 1e-300)) * Math.sqrt(Math.abs(large));
  if (!(mean < Math.abs(large))) return low + 0.5 * (high - low);
  return large < 0 ? -mean : mean;
}

/** Overwrites out with V·x for V row by row. */
function multiplyRows(v: Float64Array, x: Float64Array, out: Float64Array): void {
  const n = x.length;
  for (let k = 0; k < n; k++) {
    let sum = 0;
    for (let i = 0, at = k * n; i < n; i++, at++) sum += v[at] * x[i];
    out[k] = sum;
  }
}
