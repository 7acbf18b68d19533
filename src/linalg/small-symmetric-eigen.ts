/**
 * Eigenvalues and eigenvectors of a small symmetric matrix, all in the memory of the matrix: Householder reduction to
 * tridiagonal form with plain loops, implicit QL, and the documented order and signs. For n = 2 in closed form.
 *
 * Cost: about 9n³ flops, and 2n numbers beside the matrix. Accuracy: a few units of round-off of the norm.
 * Source: R. Martin, C. Reinsch and J. Wilkinson, Householder's Tridiagonalization of a Symmetric Matrix, Numerische
 * Mathematik 11, 1968 (tred2).
 */
import { implicitQL } from "./implicit-ql.ts";
import type { Matrix } from "./matrix.ts";
import { scratchVectors } from "./scratch.ts";
import { symmetricEigenOfTwo } from "./symmetric-two.ts";

/** Sums of squares up to this beside a norm near 1 are those of zeros: they would end in subnormal numbers. */
const negligible = 1e-80;

/**
 * Overwrites a symmetric matrix (entries near 1; the lower triangle is read) with its eigenvectors as columns, each with
 * its entry of largest size positive, and `values` (n) with the descending eigenvalues. Throws NotConvergedError.
 */
export function smallSymmetricEigenInPlace({ rows: n, data }: Matrix, values: Float64Array): void {
  if (n === 2) {
    const { first, second, cosine, sine } = symmetricEigenOfTwo(data[0], data[2], data[3]);
    values[0] = first;
    values[1] = second;
    data[0] = cosine;
    data[2] = sine;
    data[1] = -sine;
    data[3] = cosine;
  } else if (n > 0) {
    const [subdiagonal] = scratchVectors(1, n);
    reduce(data, n, values, subdiagonal);
    implicitQL(values, subdiagonal, data);
  }
  sortAndOrient(data, n, values);
}

/** Overwrites A by Q and writes T = QᵀAQ: its diagonal to d and what is below it to the first n − 1 elements of e. */
function reduce(a: Float64Array, n: number, d: Float64Array, e: Float64Array): void {
  // Row i, left of the diagonal, becomes a multiple of the last unit vector: H = I − v vᵀ/h with v in that row.
  for (let i = n - 1; i > 0; i--) {
    const row = i * n;
    const pivot = row + i - 1;
    let rest = 0;
    for (let at = row; at < pivot; at++) rest += a[at] * a[at];
    const first = a[pivot];
    if (rest <= negligible) {
      e[i - 1] = first;
      a[pivot] = 0;
      continue;
    }
    const size = Math.sqrt(first * first + rest);
    const beta = first < 0 ? size : -size;
    const h = beta * (beta - first);
    a[pivot] = first - beta;
    // p = A v, from the lower triangle.
    let inner = 0;
    for (let j = 0; j < i; j++) {
      const v = a[row + j];
      const start = j * n;
      let sum = a[start + j] * v;
      for (let k = 0; k < j; k++) {
        const entry = a[start + k];
        sum += entry * a[row + k];
        e[k] += entry * v;
      }
      e[j] = sum;
    }
    for (let j = 0; j < i; j++) {
      e[j] /= h;
      inner += e[j] * a[row + j];
    }
    // q = p/h − (pᵀv/2h²)v, and H A H = A − v qᵀ − q vᵀ.
    inner /= 2 * h;
    for (let j = 0; j < i; j++) {
      const v = a[row + j];
      const q = e[j] - inner * v;
      e[j] = q;
      const start = j * n;
      for (let k = 0; k <= j; k++) a[start + k] -= v * e[k] + q * a[row + k];
    }
    e[i - 1] = beta;
  }
  // Q from its smallest part on: what is done so far is in the rows and columns before i.
  for (let i = 0; i < n; i++) {
    const row = i * n;
    d[i] = a[row + i];
    const last = i === 0 ? 0 : a[row + i - 1];
    if (last !== 0) {
      const h = -e[i - 1] * last;
      for (let j = 0; j < i; j++) {
        let sum = 0;
        for (let k = 0, at = j; k < i; k++, at += n) sum += a[row + k] * a[at];
        sum /= h;
        for (let k = 0, at = j; k < i; k++, at += n) a[at] -= sum * a[row + k];
      }
    }
    for (let k = 0; k < i; k++) {
      a[row + k] = 0;
      a[k * n + i] = 0;
    }
    a[row + i] = 1;
  }
}

/** Brings the values into descending order, the columns along, and sets the columns' signs. */
function sortAndOrient(a: Float64Array, n: number, values: Float64Array): void {
  for (let j = 0; j < n; j++) {
    let from = j;
    for (let k = j + 1; k < n; k++) if (values[k] > values[from]) from = k;
    if (from !== j) {
      const kept = values[from];
      values[from] = values[j];
      values[j] = kept;
      for (let at = 0; at < n * n; at += n) {
        const entry = a[at + from];
        a[at + from] = a[at + j];
        a[at + j] = entry;
      }
    }
    let largest = 0;
    for (let at = j; at < n * n; at += n) if (Math.abs(a[at]) > Math.abs(largest)) largest = a[at];
    if (largest < 0) for (let at = j; at < n * n; at += n) a[at] = -a[at];
  }
}
