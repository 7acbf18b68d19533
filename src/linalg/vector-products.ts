/**
 * A matrix prepared for many products with vectors, A·x and Aᵀ·x: 2·rows·columns operations each, at the speed at which the memory delivers
 * the matrix. A large one is copied into the WebAssembly kernels' memory at the first product; where there is none, and for small matrices,
 * JavaScript's loops read the matrix itself (vector-product.ts).
 *
 * Order: every element is summed with one accumulator in ascending order of the inner index. The bits are those of `multiplyVector`.
 */
import type { Matrix } from "./matrix.ts";
import { multiplyVector } from "./product.ts";
import { residentMemory, residentStart } from "./resident.ts";
import { matrixKernels } from "./webassembly/bytes.ts";

/** Products with one matrix; the vectors have its length, and `out` is another than x. */
export interface VectorProducts {
  /** out ← A·x. */
  multiply(x: Float64Array, out: Float64Array): void;
  /** out ← Aᵀ·x. */
  multiplyTransposed(x: Float64Array, out: Float64Array): void;
}

/** From so many elements on, memory of its own pays. */
const residentSize = 2048;

/** Prepares a matrix, which must not change any more. Memory: its own once more, where it is large and WebAssembly is used. */
export function vectorProducts(matrix: Matrix): VectorProducts {
  if (matrix.data.length < residentSize) return plainProducts(matrix);
  let prepared: VectorProducts | undefined;
  const products = (): VectorProducts => (prepared ??= residentProducts(matrix) ?? plainProducts(matrix));
  return {
    multiply: (x, out) => products().multiply(x, out),
    multiplyTransposed: (x, out) => products().multiplyTransposed(x, out),
  };
}

function plainProducts(matrix: Matrix): VectorProducts {
  return {
    multiply: (x, out) => void multiplyVector(matrix, x, { out }),
    multiplyTransposed: (x, out) => void multiplyVector(matrix, x, { transpose: true, out }),
  };
}

/** Vectors are read and written up to so many numbers past their end. */
const margin = 8;

function residentProducts({ rows, columns, data }: Matrix): VectorProducts | undefined {
  const memory = residentMemory(matrixKernels, data.length + rows + columns + 2 * margin);
  if (memory === null) return undefined;
  const { array, kernels } = memory;
  const matrixStart = residentStart;
  const rowStart = matrixStart + data.length;
  const columnStart = rowStart + rows + margin;
  array.set(data, matrixStart);
  /** A vector of as many elements as there are rows, and one of as many as there are columns. */
  const perRow = array.subarray(rowStart, rowStart + rows);
  const perColumn = array.subarray(columnStart, columnStart + columns);
  return {
    multiply(x, out) {
      perColumn.set(x);
      perRow.fill(0);
      kernels.addRowProducts(8 * matrixStart, 8 * columns, rows, 8 * columnStart, 8 * rowStart, columns);
      out.set(perRow);
    },
    multiplyTransposed(x, out) {
      perRow.set(x);
      perColumn.fill(0);
      kernels.addScaledRows(8 * matrixStart, 8 * columns, rows, 8 * rowStart, 8 * columnStart, columns);
      out.set(perColumn);
    },
  };
}
