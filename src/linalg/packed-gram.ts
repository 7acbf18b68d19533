/**
 * The upper triangle of aᵀ·a in packed storage, row by row without gaps: n(n + 1)/2 numbers for half the memory of the
 * matrix, and m·n² operations. Rows are taken in strips, which are computed as rectangles where the caches hold them.
 *
 * Every element is summed in ascending order with one accumulator: the bits are those of `gram`.
 */
import type { Matrix } from "./matrix.ts";
import { planBlocks, runProduct } from "./product-kernel.ts";

/** Rows in a strip: fewer, and copies of a take longer; more, and the strip leaves the cache. */
const stripRows = 128;

/** aᵀ·a of a matrix of m × n, as a new triangle. */
export function packedGram(matrix: Matrix): Float64Array {
  const triangle = new Float64Array((matrix.columns * (matrix.columns + 1)) / 2);
  gramRows(matrix, (row, at) => triangle.set(row, at));
  return triangle;
}

/** triangle ← triangle·scale + aᵀ·a, element by element as `packedGram` and an addition would have it. */
export function addPackedGram(triangle: Float64Array, scale: number, matrix: Matrix): void {
  gramRows(matrix, (row, at) => addRow(triangle, at, scale, row));
}

function addRow(triangle: Float64Array, at: number, scale: number, row: Float64Array): void {
  for (let i = 0; i < row.length; i++) triangle[at + i] = triangle[at + i] * scale + row[i];
}

/** The rows of the upper triangle of aᵀ·a, and where each begins. */
function gramRows({ rows: inner, columns: n, data }: Matrix, take: (row: Float64Array, at: number) => void): void {
  const strip = new Float64Array(Math.min(stripRows, n) * n);
  for (let first = 0, at = 0; first < n; first += stripRows) {
    const [rows, columns] = [Math.min(stripRows, n - first), n - first];
    const plan = planBlocks({
      ...{ rows, columns, inner, transposeA: true, transposeB: false, accumulate: false, upperOnly: true },
      ...{ strideA: n, strideB: n, strideC: columns },
    });
    runProduct(plan, data, first, data, first, strip, 0);
    for (let i = 0; i < rows; i++) {
      take(strip.subarray(i * (columns + 1), (i + 1) * columns), at);
      at += columns - i;
    }
  }
}
