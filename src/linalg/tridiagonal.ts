/**
 * Reduction of a symmetric matrix to tridiagonal form, A = Q T Qᵀ, by Householder reflectors in panels.
 *
 * Cost: 4n³/3 flops, half of them in matrix products: the columns of a panel are brought up to date one by one, while the
 * rest of the matrix waits for one update of rank 2·32. The other half are products of the matrix with a vector, which run
 * as fast as the memory delivers its rows. What is below the diagonal is neither read nor kept up to date.
 *
 * Accuracy: backward stable, ‖A − QTQᵀ‖ a few units of round-off.
 *
 * Source: J. Dongarra, S. Hammarling, D. Sorensen, Block Reduction of Matrices to Condensed Forms for Eigenvalue
 * Computations, J. Comput. Appl. Math. 27, 1989 (LAPACK's dlatrd and dsytrd); G. Golub and C. Van Loan, Matrix
 * Computations, 4th ed. 2013, §8.3.1.
 */
import { makeReflector } from "./householder.ts";
import type { Matrix } from "./matrix.ts";
import { planBlocks, runProduct } from "./product-kernel.ts";
import { residentMemory, residentStart, updateResident } from "./resident.ts";
import { matrixKernels } from "./webassembly/bytes.ts";
import { innerProduct, rowCombination, rowInnerProducts } from "./row-combination.ts";
import { applyRowReflectors } from "./row-reflectors.ts";
import { symmetricProduct } from "./symmetric-product.ts";

/** Columns in a panel. */
const panelColumns = 32;
/** Up to this size a memory of WebAssembly's is not worth its making. */
const smallSize = 48;
/** Columns that are so small beside the largest entry count as zero: they would end in slow subnormal numbers. */
const negligible = 1e-40;

/** T by its diagonal (n) and subdiagonal (n − 1), and what overwrites a matrix of n rows by Q times it. */
export interface Tridiagonal {
  readonly diagonal: Float64Array;
  readonly subdiagonal: Float64Array;
  readonly applyQ: (target: Matrix) => void;
}

/** Reduces a symmetric matrix with entries of size 1 or so (see scaleToOne), which is not changed. */
export function tridiagonalize(matrix: Matrix): Tridiagonal {
  const n = matrix.rows;
  // The matrix, then pairs of rows −v, −w and w, v of a panel, a vector, its image, and the factors of rows.
  const pairs = 2 * panelColumns;
  const size = n * n + 2 * pairs * n + 2 * (n + 2) + pairs;
  const memory = n <= smallSize ? null : residentMemory(matrixKernels, size);
  const data = memory?.array ?? new Float64Array(size);
  const start = memory === null ? 0 : residentStart;
  const left = start + n * n;
  const right = left + pairs * n;
  const vector = right + pairs * n;
  const image = vector + n + 2;
  const factors = image + n + 2;
  const combine = rowCombination(data, memory);
  const multiplyRows = rowInnerProducts(data, memory);
  const multiplySymmetric = symmetricProduct(data, memory);
  data.set(matrix.data, start);

  const steps = Math.max(0, n - 1);
  const scales = new Float64Array(steps);
  const diagonal = new Float64Array(n);
  const subdiagonal = new Float64Array(steps);
  for (let first = 0; first < n; first += panelColumns) {
    const end = Math.min(first + panelColumns, n);
    for (let k = first; k < end; k++) {
      const done = 2 * (k - first);
      const length = n - k;
      // Column k, up to date: a − Σ (v wₖ + w vₖ).
      copyNumbers(data, start + k * n + k, 1, image, length);
      copyNumbers(data, right + k, n, factors, done);
      combine(left + k, n, done, factors, image, length);
      diagonal[k] = data[image];
      if (k === n - 1) break;

      const rest = length - 1;
      const column = image + 1;
      if (isNegligible(data, column, rest)) data.fill(0, column, column + rest);
      const scale = makeReflector(data, column, 1, rest);
      scales[k] = scale;
      subdiagonal[k] = data[column];
      copyNumbers(data, column, 1, vector, rest);
      data[vector] = 1;
      // Row k is not needed any more: it keeps the reflector for applyQ.
      copyNumbers(data, vector, 1, start + k * n + k + 1, rest);

      // p = A v of the matrix up to date, as it was before the panel and less what the panel has done so far.
      const own = k + 1;
      data.fill(0, image, image + rest);
      if (scale !== 0) {
        multiplySymmetric(start + own * n + own, n, rest, vector, image);
        multiplyRows(right + own, n, done, vector, factors, rest);
        combine(left + own, n, done, factors, image, rest);
      }
      // w = τ(p − ½τ(pᵀv)v), with which H A H = A − v wᵀ − w vᵀ.
      const half = 0.5 * scale * innerProduct(data, image, vector, rest);
      const at = done * n + own;
      placePair(data, vector, image, scale, half, left + at, right + at, n, rest);
    }
    const rank = 2 * (end - first);
    if (end === n) break;
    const at = start + end * n + end;
    if (memory === null) updateUpper(data, n, n - end, left + end, right + end, at, rank);
    else updateResident(memory, n, n - end, left + end, right + end, at, rank, true);
  }
  return { diagonal, subdiagonal, applyQ: (target) => applyRowReflectors(data, start, n, scales, 1, target) };
}

/** Copies `count` numbers that lie `step` apart to neighboring places of the same array. */
function copyNumbers(data: Float64Array, from: number, step: number, to: number, count: number): void {
  for (let i = 0, at = from; i < count; i++, at += step) data[to + i] = data[at];
}

/** From v and p, w = τp − ½τ²(pᵀv)v; then −v and −w go to two rows of `left`, w and v to two rows of `right`. */
function placePair(
  data: Float64Array,
  vector: number,
  image: number,
  scale: number,
  half: number,
  left: number,
  right: number,
  stride: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    const v = data[vector + i];
    const w = scale * (data[image + i] - half * v);
    data[left + i] = -v;
    data[left + stride + i] = -w;
    data[right + i] = w;
    data[right + stride + i] = v;
  }
}

export function isNegligible(data: Float64Array, offset: number, count: number): boolean {
  let largest = 0;
  for (let i = offset; i < offset + count; i++) largest = Math.max(largest, Math.abs(data[i]));
  return largest <= negligible;
}

/** The upper triangle of size × size: C ← C + LᵀR, each of L and R `rank` rows long n. */
function updateUpper(
  data: Float64Array,
  n: number,
  size: number,
  left: number,
  right: number,
  c: number,
  rank: number,
): void {
  const plan = planBlocks({
    ...{ rows: size, columns: size, inner: rank, transposeA: true, transposeB: false },
    ...{ accumulate: true, upperOnly: true, strideA: n, strideB: n, strideC: n },
  });
  runProduct(plan, data, left, data, right, data, c);
}
