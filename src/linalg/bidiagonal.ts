/**
 * Reduction of a square matrix to upper bidiagonal form, A = P B Qᵀ, by Householder reflectors from both sides in panels.
 *
 * Cost: 8n³/3 flops, half of them in matrix products: the columns and rows of a panel are brought up to date one by one,
 * while the rest waits for one update of rank 2·32. The other half are products of the matrix and of its transpose with a
 * vector, as fast as the memory delivers the rows. Accuracy: backward stable, ‖A − PBQᵀ‖ a few
 * units of round-off.
 *
 * Source: J. Dongarra, S. Hammarling, D. Sorensen, Block Reduction of Matrices to Condensed Forms for Eigenvalue
 * Computations, J. Comput. Appl. Math. 27, 1989 (LAPACK's dlabrd and dgebrd).
 */
import { makeReflector } from "./householder.ts";
import type { Matrix } from "./matrix.ts";
import { planProduct } from "./product.ts";
import { residentMemory, residentStart, updateResident } from "./resident.ts";
import { matrixKernels } from "./webassembly/bytes.ts";
import { rowCombination, rowInnerProducts, rowProducts } from "./row-combination.ts";
import { applyRowReflectors } from "./row-reflectors.ts";
import { isNegligible } from "./tridiagonal.ts";

/** Columns, and rows, in a panel. */
const panelSize = 32;
/** Up to this size a memory of WebAssembly's is not worth its making. */
const smallSize = 48;

/** B by its diagonal (n) and superdiagonal (n − 1), and what overwrites a matrix of n rows by P or Q times it. */
export interface Bidiagonal {
  readonly diagonal: Float64Array;
  readonly superdiagonal: Float64Array;
  readonly applyP: (target: Matrix) => void;
  readonly applyQ: (target: Matrix) => void;
}

/** Reduces a square matrix with entries of size 1 or so (see scaleToOne), which is not changed. */
export function bidiagonalize(matrix: Matrix): Bidiagonal {
  const n = matrix.rows;
  // The matrix; the reflectors from the left as rows; pairs of rows v, x and −y, −u of a panel; a vector, its image, and the factors of rows.
  const pairs = 2 * panelSize;
  const size = 2 * n * n + 2 * pairs * n + 2 * (n + 2) + pairs;
  const memory = n <= smallSize ? null : residentMemory(matrixKernels, size);
  const data = memory?.array ?? new Float64Array(size);
  const start = memory === null ? 0 : residentStart;
  const leftReflectors = start + n * n;
  const left = leftReflectors + n * n;
  const right = left + pairs * n;
  const vector = right + pairs * n;
  const image = vector + n + 2;
  const factors = image + n + 2;
  const combine = rowCombination(data, memory);
  const multiplyRows = rowInnerProducts(data, memory);
  const addProducts = rowProducts(data, memory);
  data.set(matrix.data, start);

  const steps = Math.max(0, n - 1);
  const leftScales = new Float64Array(n);
  const rightScales = new Float64Array(steps);
  const diagonal = new Float64Array(n);
  const superdiagonal = new Float64Array(steps);
  for (let first = 0; first < n; first += panelSize) {
    const end = Math.min(first + panelSize, n);
    for (let k = first; k < end; k++) {
      const done = 2 * (k - first);
      const next = k + 1;
      const rest = n - next;
      // Column k, up to date: a − Σ (v yₖ + x uₖ).
      for (let i = 0, from = start + k * n + k; i <= rest; i++, from += n) data[image + i] = data[from];
      for (let row = 0; row < done; row++) data[factors + row] = data[right + row * n + k];
      combine(left + k, n, done, factors, image, rest + 1);
      const leftScale = reflect(data, image, rest + 1);
      leftScales[k] = leftScale;
      diagonal[k] = data[image];
      data[image] = 1;
      const reflector = leftReflectors + k * n + k;
      for (let i = 0; i <= rest; i++) {
        const entry = data[image + i];
        data[vector + i] = entry;
        data[reflector + i] = entry;
        data[left + done * n + k + i] = entry;
      }
      if (rest === 0) break;

      // y = τ Aᵀv of the matrix up to date.
      data.fill(0, image, image + rest);
      if (leftScale !== 0) {
        combine(start + k * n + next, n, rest + 1, vector, image, rest);
        multiplyRows(left + k, n, done, vector, factors, rest + 1);
        combine(right + next, n, done, factors, image, rest);
      }
      for (let i = 0; i < rest; i++) data[right + done * n + next + i] = -leftScale * data[image + i];

      // Row k, up to date and reflected from the left.
      const row = start + k * n + next;
      for (let i = 0; i < rest; i++) data[image + i] = data[row + i];
      for (let j = 0; j <= done; j++) data[factors + j] = data[left + j * n + k];
      combine(right + next, n, done + 1, factors, image, rest);
      const rightScale = reflect(data, image, rest);
      rightScales[k] = rightScale;
      superdiagonal[k] = data[image];
      data[image] = 1;
      for (let i = 0; i < rest; i++) {
        const entry = data[image + i];
        data[vector + i] = entry;
        data[row + i] = entry;
        data[right + (done + 1) * n + next + i] = -entry;
      }

      // x = τ A u of the matrix up to date.
      data.fill(0, image, image + rest);
      if (rightScale !== 0) {
        addProducts(start + next * n + next, n, rest, vector, image, rest);
        multiplyRows(right + next, n, done + 1, vector, factors, rest);
        combine(left + next, n, done + 1, factors, image, rest);
      }
      for (let i = 0; i < rest; i++) data[left + (done + 1) * n + next + i] = rightScale * data[image + i];
    }
    if (end === n) break;
    const [at, rank] = [end * n + end, 2 * (end - first)];
    if (memory === null) update(data, n, n - end, left + end, right + end, start + at, rank);
    else updateResident(memory, n, n - end, left + end, right + end, start + at, rank, false);
  }
  return {
    ...{ diagonal, superdiagonal },
    applyP: (target) => applyRowReflectors(data, leftReflectors, n, leftScales, 0, target),
    applyQ: (target) => applyRowReflectors(data, start, n, rightScales, 1, target),
  };
}

/** Makes the reflector of a column, or takes the column for zero where it is so small that it would end in subnormals. */
function reflect(data: Float64Array, offset: number, count: number): number {
  if (isNegligible(data, offset, count)) data.fill(0, offset, offset + count);
  return makeReflector(data, offset, 1, count);
}

/** C ← C + LᵀR of size × size, each of L and R `rank` rows long n. */
function update(
  data: Float64Array,
  n: number,
  size: number,
  left: number,
  right: number,
  c: number,
  rank: number,
): void {
  const strides = { strideA: n, strideB: n, strideC: n };
  planProduct({ rows: size, columns: size, inner: rank, transposeA: true, accumulate: true, ...strides })(
    ...([data, left, data, right, data, c] as const),
  );
}
