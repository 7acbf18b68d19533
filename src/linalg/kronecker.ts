/**
 * Kronecker products, A ⊗ B with entry (i·p + k, j·q + l) = aᵢⱼ bₖₗ for a p × q matrix B, and their action on vectors, for
 * which they are not formed: (A ⊗ B) x = A X Bᵀ with x the rows of X one behind the other. Cost of the action for square
 * factors of sizes n₁, n₂, …: 2N(n₁ + n₂ + …) flops for N = n₁n₂…, instead of 2N². Source: C. Van Loan, The Ubiquitous
 * Kronecker Product, J. Comput. Appl. Math. 123, 2000.
 */
import { ShapeError } from "../errors.ts";
import { Matrix } from "./matrix.ts";
import { planProduct } from "./product.ts";
import { overlap, requireApart, requireMatrixSpace, requireVectorSpace } from "./result-space.ts";

/**
 * A ⊗ B ⊗ …, of the factors from left to right; the 1 × 1 identity of none. NaN and infinities propagate. With the factors as an array,
 * `out` is overwritten with the product and returned; of two factors nothing is allocated then. Throws ShapeError for `out` of another
 * shape, ArgumentError where it has a factor's elements.
 *
 * @example kroneckerProduct(Matrix.fromRows([[1, 2]]), Matrix.fromRows([[1], [3]])).toRows() // [[1, 2], [3, 6]]
 */
export function kroneckerProduct(...factors: readonly Matrix[]): Matrix;
export function kroneckerProduct(factors: readonly Matrix[], options?: { readonly out?: Matrix }): Matrix;
export function kroneckerProduct(...given: readonly unknown[]): Matrix {
  return isList(given) ? productInto(given[0], given[1]?.out) : productInto(given as readonly Matrix[], undefined);
}

function isList(
  given: readonly unknown[],
): given is readonly [factors: readonly Matrix[], options?: { readonly out?: Matrix }] {
  return Array.isArray(given[0]);
}

function productInto(factors: readonly Matrix[], out: Matrix | undefined): Matrix {
  const several = factors.length > 1;
  if (out !== undefined) {
    let [rows, columns] = [1, 1];
    for (const factor of factors) {
      rows *= factor.rows;
      columns *= factor.columns;
      requireApart(factor, out.data, "kroneckerProduct");
    }
    requireMatrixSpace(out, rows, columns, "kroneckerProduct: out", "the product");
  }
  // Of no factors, there is no product in which it would be written.
  if (factors.length === 0 && out !== undefined) {
    out.data[0] = 1;
    return out;
  }
  let result = several ? factors[0] : Matrix.identity(1);
  const last = factors.length - 1;
  for (let k = several ? 1 : 0; k <= last; k++) result = ofTwo(result, factors[k], k === last ? out : undefined);
  return result;
}

function ofTwo(a: Matrix, b: Matrix, given: Matrix | undefined): Matrix {
  const result = given ?? new Matrix(a.rows * b.rows, a.columns * b.columns);
  const { rows, columns, data } = b;
  const eight = columns - (columns & 7);
  for (let i = 0, row = 0; i < a.rows; i++)
    for (let k = 0; k < rows; k++, row += result.columns) {
      for (let l = 0; l < eight; l += 8) multiplesOfEight(a, i, data, k * columns + l, result.data, row + l, columns);
      for (let l = eight; l < columns; l++) multiplesOfOne(a, i, data[k * columns + l], result.data, row + l, columns);
    }
  return result;
}

/** Eight neighbors in a row of B, which stay in registers, times each entry in row i of A. */
function multiplesOfEight(
  { columns, data }: Matrix,
  i: number,
  b: Float64Array,
  from: number,
  out: Float64Array,
  to: number,
  step: number,
): void {
  const b0 = b[from];
  const b1 = b[from + 1];
  const b2 = b[from + 2];
  const b3 = b[from + 3];
  const b4 = b[from + 4];
  const b5 = b[from + 5];
  const b6 = b[from + 6];
  const b7 = b[from + 7];
  for (let at = i * columns, end = at + columns; at < end; at++, to += step) {
    const factor = data[at];
    out[to] = factor * b0;
    out[to + 1] = factor * b1;
    out[to + 2] = factor * b2;
    out[to + 3] = factor * b3;
    out[to + 4] = factor * b4;
    out[to + 5] = factor * b5;
    out[to + 6] = factor * b6;
    out[to + 7] = factor * b7;
  }
}

function multiplesOfOne(
  { columns, data }: Matrix,
  i: number,
  b: number,
  out: Float64Array,
  to: number,
  step: number,
): void {
  for (let at = i * columns, end = at + columns; at < end; at++, to += step) out[to] = data[at] * b;
}

/**
 * (A ⊗ B ⊗ …)·x, or of the transposes with `transpose`, without forming the product. `out`, which may be x, is overwritten with the result
 * and returned. Throws ShapeError for a vector of another length than the product of the factors' columns (rows with `transpose`), and for
 * `out` of another one than that of the rows (columns), ArgumentError where `out` has a factor's elements.
 *
 * @example kroneckerMultiply([Matrix.fromRows([[1, 2]]), Matrix.fromRows([[1], [3]])], Float64Array.of(1, 1)) // [3, 9]
 */
export function kroneckerMultiply(
  factors: readonly Matrix[],
  x: Float64Array,
  options: { readonly transpose?: boolean; readonly out?: Float64Array } = {},
): Float64Array {
  const { transpose = false, out } = options;
  const outputs = factors.map(({ rows, columns }) => (transpose ? columns : rows));
  const inputs = factors.map(({ rows, columns }) => (transpose ? rows : columns));
  const length = productOf(inputs);
  if (x.length !== length)
    throw new ShapeError(`kroneckerMultiply: the vector has ${x.length} elements; the factors need ${length}.`);
  if (out !== undefined) {
    requireVectorSpace(out, productOf(outputs), "kroneckerMultiply: out", "the product");
    for (const factor of factors) requireApart(factor, out, "kroneckerMultiply");
  }
  let tensor = x;
  // From the last axis to the first: those after the axis have their new lengths, those before it the old ones.
  for (let axis = factors.length - 1; axis >= 0; axis--) {
    const left = productOf(inputs.slice(0, axis));
    const right = productOf(outputs.slice(axis + 1));
    const [inner, rows] = [inputs[axis], outputs[axis]];
    const result =
      axis === 0 && out !== undefined && !overlap(tensor, out) ? out : new Float64Array(left * rows * right);
    const factor = factors[axis].data;
    if (right === 1)
      planProduct({ rows: left, columns: rows, inner, transposeB: !transpose })(tensor, 0, factor, 0, result, 0);
    else {
      const product = planProduct({ rows, columns: right, inner, transposeA: transpose });
      for (let l = 0; l < left; l++) product(factor, 0, tensor, l * inner * right, result, l * rows * right);
    }
    tensor = result;
  }
  if (out === undefined) return tensor === x ? x.slice() : tensor;
  if (tensor !== out) out.set(tensor);
  return out;
}

function productOf(sizes: readonly number[]): number {
  return sizes.reduce((product, size) => product * size, 1);
}
