/**
 * Kronecker products, A ⊗ B with entry (i·p + k, j·q + l) = aᵢⱼ bₖₗ for a p × q matrix B, and their action on vectors, for
 * which they are not formed: (A ⊗ B) x = A X Bᵀ with x the rows of X one behind the other. Cost of the action for square
 * factors of sizes n₁, n₂, …: 2N(n₁ + n₂ + …) flops for N = n₁n₂…, instead of 2N². Source: C. Van Loan, The Ubiquitous
 * Kronecker Product, J. Comput. Appl. Math. 123, 2000.
 */
import { ShapeError } from "../errors.ts";
import { Matrix } from "./matrix.ts";
import { planProduct } from "./product.ts";

/**
 * A ⊗ B ⊗ …, of the factors from left to right; the 1 × 1 identity of none. NaN and infinities propagate.
 *
 * @example kroneckerProduct(Matrix.fromRows([[1, 2]]), Matrix.fromRows([[1], [3]])).toRows() // [[1, 2], [3, 6]]
 */
export function kroneckerProduct(...factors: readonly Matrix[]): Matrix {
  const several = factors.length > 1;
  let result = several ? factors[0] : Matrix.identity(1);
  for (let k = several ? 1 : 0; k < factors.length; k++) result = ofTwo(result, factors[k]);
  return result;
}

function ofTwo(a: Matrix, b: Matrix): Matrix {
  const result = new Matrix(a.rows * b.rows, a.columns * b.columns);
  const { data: out } = result;
  const { rows, columns, data } = b;
  let to = 0;
  for (let i = 0; i < a.rows; i++)
    for (let k = 0; k < rows; k++) {
      const start = k * columns;
      for (let at = i * a.columns; at < (i + 1) * a.columns; at++) {
        const factor = a.data[at];
        let from = start;
        for (; from + 4 <= start + columns; from += 4, to += 4) {
          out[to] = factor * data[from];
          out[to + 1] = factor * data[from + 1];
          out[to + 2] = factor * data[from + 2];
          out[to + 3] = factor * data[from + 3];
        }
        for (; from < start + columns; from++) out[to++] = factor * data[from];
      }
    }
  return result;
}

/**
 * (A ⊗ B ⊗ …)·x, or of the transposes with `transpose`, without forming the product. Throws ShapeError for a vector of
 * another length than the product of the factors' columns (rows with `transpose`).
 *
 * @example kroneckerMultiply([Matrix.fromRows([[1, 2]]), Matrix.fromRows([[1], [3]])], Float64Array.of(1, 1)) // [3, 9]
 */
export function kroneckerMultiply(
  factors: readonly Matrix[],
  x: Float64Array,
  options: { readonly transpose?: boolean } = {},
): Float64Array {
  const { transpose = false } = options;
  const outputs = factors.map(({ rows, columns }) => (transpose ? columns : rows));
  const inputs = factors.map(({ rows, columns }) => (transpose ? rows : columns));
  const length = productOf(inputs);
  if (x.length !== length)
    throw new ShapeError(`kroneckerMultiply: the vector has ${x.length} elements; the factors need ${length}.`);
  let tensor = x.slice();
  // From the last axis to the first: those after the axis have their new lengths, those before it the old ones.
  for (let axis = factors.length - 1; axis >= 0; axis--) {
    const left = productOf(inputs.slice(0, axis));
    const right = productOf(outputs.slice(axis + 1));
    const [inner, rows] = [inputs[axis], outputs[axis]];
    const result = new Float64Array(left * rows * right);
    const factor = factors[axis].data;
    if (right === 1)
      planProduct({ rows: left, columns: rows, inner, transposeB: !transpose })(tensor, 0, factor, 0, result, 0);
    else {
      const product = planProduct({ rows, columns: right, inner, transposeA: transpose });
      for (let l = 0; l < left; l++) product(factor, 0, tensor, l * inner * right, result, l * rows * right);
    }
    tensor = result;
  }
  return tensor;
}

function productOf(sizes: readonly number[]): number {
  return sizes.reduce((product, size) => product * size, 1);
}
