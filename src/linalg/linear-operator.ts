/**
 * Linear maps that are given only by what they do to a vector: a Hessian, a Gauss–Newton matrix, a product of factors that
 * nobody wants to multiply out. The iterations for leading pairs take these or a Matrix.
 */
import { NotFiniteError, ShapeError } from "../errors.ts";
import { indexOfNotFinite, requireFinite, requireRepresentable } from "./finite.ts";
import { Matrix } from "./matrix.ts";
import { multiply } from "./product.ts";
import { requireSymmetric } from "./symmetry.ts";

/** A symmetric linear map of R^size, by its action. */
export interface SymmetricOperator {
  readonly size: number;
  /** Overwrites `out` with A·x; must not change `x`. Both have `size` elements. */
  apply(x: Float64Array, out: Float64Array): void;
}

/** A linear map from R^columns to R^rows, by its action and its transpose's. */
export interface LinearOperator {
  readonly rows: number;
  readonly columns: number;
  /** Overwrites `out` (rows elements) with A·x; must not change `x` (columns elements). */
  apply(x: Float64Array, out: Float64Array): void;
  /** Overwrites `out` (columns elements) with Aᵀ·x; must not change `x` (rows elements). */
  applyTransposed(x: Float64Array, out: Float64Array): void;
}

/** A map from blocks of columns to blocks of columns. */
export type BlockAction = (block: Matrix) => Matrix;

/** The action of a symmetric matrix or operator on the columns of a block; the matrix is checked for finite entries and symmetry, an operator for a size. */
export function symmetricAction(
  operator: Matrix | SymmetricOperator,
  what: string,
): { readonly size: number; readonly act: BlockAction } {
  if (!(operator instanceof Matrix)) {
    const { size } = operator;
    requireSizes(what, { size });
    return { size, act: columnwise(size, (x, out) => operator.apply(x, out), what) };
  }
  requireSymmetric(operator, what);
  return { size: operator.rows, act: (block) => representable(multiply(operator, block), what) };
}

/** The actions of a matrix or operator and of its transpose on the columns of a block. */
export function generalAction(
  operator: Matrix | LinearOperator,
  what: string,
): { readonly rows: number; readonly columns: number; readonly act: BlockAction; readonly actTransposed: BlockAction } {
  const { rows, columns } = operator;
  if (operator instanceof Matrix) {
    requireFinite(operator, what);
    return {
      rows,
      columns,
      act: (block) => representable(multiply(operator, block), what),
      actTransposed: (block) => representable(multiply(operator, block, { transposeA: true }), what),
    };
  }
  requireSizes(what, { rows, columns });
  return {
    rows,
    columns,
    act: columnwise(rows, (x, out) => operator.apply(x, out), what),
    actTransposed: columnwise(columns, (x, out) => operator.applyTransposed(x, out), what),
  };
}

function requireSizes(what: string, sizes: Readonly<Record<string, number>>): void {
  for (const [name, size] of Object.entries(sizes))
    if (!Number.isSafeInteger(size) || size < 0)
      throw new ShapeError(`${what}: the operator's ${name} is ${size}; expected a whole number of at least 0.`);
}

function representable(product: Matrix, what: string): Matrix {
  requireRepresentable(product.data, `${what}: a product with the matrix`);
  return product;
}

/** One column after the other; what comes out is checked, as it is a user's function that made it. */
function columnwise(outputs: number, apply: (x: Float64Array, out: Float64Array) => void, what: string): BlockAction {
  return (block) => {
    const inputs = block.transpose();
    const products = new Matrix(block.columns, outputs);
    for (let j = 0; j < block.columns; j++) {
      const product = products.row(j);
      apply(inputs.row(j), product);
      const bad = indexOfNotFinite(product);
      if (bad >= 0) throw new NotFiniteError(`${what}: the operator's product has ${product[bad]} at element ${bad}.`);
    }
    return products.transpose();
  };
}
