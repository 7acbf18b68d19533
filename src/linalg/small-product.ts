/**
 * The product of small matrices by the textbook's three loops: below some thousand multiplications that is faster than to
 * plan blocks and pack panels. Order: each element with one accumulator in ascending order of the inner index, as in the
 * blocked kernel, so the bits are the same on both roads.
 */
import { Matrix } from "./matrix.ts";

/** Whether a product is small, by its multiplications; fewer than four columns leave most of a blocked product's tile empty. */
export function isSmallProduct(rows: number, columns: number, inner: number): boolean {
  return rows * columns * inner <= (columns < 4 ? 2048 : 512);
}

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

/** The same, four columns at a time: their sums need not wait for each other, and share what is read of a. More code, half the time. */
export function runSmallProductInFours(
  product: SmallProduct,
  a: Float64Array,
  aOffset: number,
  b: Float64Array,
  bOffset: number,
  c: Float64Array,
  cOffset: number,
): void {
  const { rows, columns, inner, rowStepA, innerStepA, innerStepB, columnStepB, strideC, accumulate } = product;
  const [step2, step3] = [2 * columnStepB, 3 * columnStepB];
  for (let i = 0; i < rows; i++) {
    const row = aOffset + i * rowStepA;
    let target = cOffset + i * strideC;
    let atColumn = bOffset;
    let j = 0;
    for (; j + 4 <= columns; j += 4) {
      let s0 = accumulate ? c[target] : 0;
      let s1 = accumulate ? c[target + 1] : 0;
      let s2 = accumulate ? c[target + 2] : 0;
      let s3 = accumulate ? c[target + 3] : 0;
      let atA = row;
      let atB = atColumn;
      for (let p = 0; p < inner; p++) {
        const entry = a[atA];
        s0 += entry * b[atB];
        s1 += entry * b[atB + columnStepB];
        s2 += entry * b[atB + step2];
        s3 += entry * b[atB + step3];
        atA += innerStepA;
        atB += innerStepB;
      }
      c[target] = s0;
      c[target + 1] = s1;
      c[target + 2] = s2;
      c[target + 3] = s3;
      target += 4;
      atColumn += 4 * columnStepB;
    }
    for (; j < columns; j++) {
      let sum = accumulate ? c[target] : 0;
      let atA = row;
      let atB = atColumn;
      for (let p = 0; p < inner; p++) {
        sum += a[atA] * b[atB];
        atA += innerStepA;
        atB += innerStepB;
      }
      c[target] = sum;
      target++;
      atColumn += columnStepB;
    }
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
