/**
 * The product of small matrices by the textbook's three loops: below some thousand multiplications that is faster than to
 * plan blocks and pack panels. Order: each element with one accumulator in ascending order of the inner index, as in the
 * blocked kernel, so the bits are the same on both roads.
 */
import { Matrix } from "./matrix.ts";

/** Up to this many multiplications a product is small. */
export const smallProduct = 2048;

/** Sizes, and the distances between neighbors along rows and along columns of op(a) and op(b). */
export interface SmallProduct {
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly rowStepA: number;
  readonly innerStepA: number;
  readonly innerStepB: number;
  readonly columnStepB: number;
  readonly strideC: number;
  readonly accumulate: boolean;
}

/** c = op(a)·op(b), or c += with `accumulate`. */
export function runSmallProduct(
  product: SmallProduct,
  a: Float64Array,
  aOffset: number,
  b: Float64Array,
  bOffset: number,
  c: Float64Array,
  cOffset: number,
): void {
  const { rows, columns, inner, rowStepA, innerStepA, innerStepB, columnStepB, strideC, accumulate } = product;
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      const target = cOffset + i * strideC + j;
      let sum = accumulate ? c[target] : 0;
      let atA = aOffset + i * rowStepA;
      let atB = bOffset + j * columnStepB;
      for (let p = 0; p < inner; p++) {
        sum += a[atA] * b[atB];
        atA += innerStepA;
        atB += innerStepB;
      }
      c[target] = sum;
    }
}

/** op(a)·op(b) of matrices whose sizes fit; `multiply` is one. */
export type MatrixProduct = (
  a: Matrix,
  b: Matrix,
  options?: { readonly transposeA?: boolean; readonly transposeB?: boolean },
) => Matrix;

/** The product by plain loops at every size, in the same order: for what must be small in code. */
export const plainProduct: MatrixProduct = (a, b, options = {}) => {
  const { transposeA = false, transposeB = false } = options;
  const rows = transposeA ? a.columns : a.rows;
  const inner = transposeA ? a.rows : a.columns;
  const columns = transposeB ? b.rows : b.columns;
  const result = new Matrix(rows, columns);
  for (let i = 0, to = 0; i < rows; i++)
    for (let j = 0; j < columns; j++, to++) {
      let sum = 0;
      for (let p = 0; p < inner; p++)
        sum += a.data[transposeA ? p * rows + i : i * inner + p] * b.data[transposeB ? j * inner + p : p * columns + j];
      result.data[to] = sum;
    }
  return result;
};
