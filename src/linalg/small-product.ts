/**
 * The product of small matrices by the textbook's three loops: below some thousand multiplications that is faster than to
 * plan blocks and pack panels. Order: each element with one accumulator in ascending order of the inner index, as in the
 * blocked kernel, so the bits are the same on both roads.
 */

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
