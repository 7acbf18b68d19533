/** What eigenvalue and singular value decompositions are as objects: their factors, with what one does with them. */
import { requireRepresentable } from "./finite.ts";
import { Matrix } from "./matrix.ts";
import { multiply } from "./product.ts";
import { numericalRank, rankTolerance, type RankOptions } from "./rank.ts";
import { solvedLike } from "./right-hand-side.ts";
import { scaledProduct } from "./scaled-product.ts";
import { plainProduct, type MatrixProduct } from "./small-product.ts";

/**
 * A = V Λ Vᵀ: the eigenvalues in descending order and the eigenvectors as the columns, in that order. Of k leading pairs, all that one does
 * with them is about the matrix that they make up, but for `determinant`, the product of the values that are there.
 */
export class SymmetricEigen {
  readonly values: Float64Array;
  /** n × n (n × k when k leading pairs were asked for), orthonormal columns. */
  readonly vectors: Matrix;
  readonly #product: MatrixProduct;

  /** `product` (of the same bits, see `multiply`) is what `solve` and `reconstruct` multiply by; default three plain loops. */
  constructor(values: Float64Array, vectors: Matrix, product: MatrixProduct = plainProduct) {
    this.values = values;
    this.vectors = vectors;
    this.#product = product;
  }

  /** How many eigenvalues are larger in size than `tolerance` times the largest. */
  rank(options: RankOptions = {}): number {
    const { rows } = this.vectors;
    return numericalRank(sizes(this.values), rankTolerance(rows, rows, options, "SymmetricEigen.rank"));
  }

  /** The product of the eigenvalues; no intermediate overflow. */
  determinant(): number {
    return scaledProduct(this.values);
  }

  /** The largest |λ| over the smallest; Infinity for a singular matrix, 1 for size 0. */
  conditionNumber(): number {
    return ratioOfSizes(sizes(this.values));
  }

  /**
   * The x of least length that minimizes ‖A x − b‖, for a vector or each column of a matrix: A⁻¹b where A has an inverse.
   * Eigenvalues up to `tolerance` times the largest in size count as zeros. Throws ShapeError, NotFiniteError.
   */
  solve(b: Matrix, options?: RankOptions): Matrix;
  solve(b: Float64Array, options?: RankOptions): Float64Array;
  solve(b: Matrix | Float64Array, options: RankOptions = {}): Matrix | Float64Array {
    const { values, vectors } = this;
    const { rows } = vectors;
    const floor =
      rankTolerance(rows, rows, options, "SymmetricEigen.solve") * (values.length === 0 ? 0 : sizes(values)[0]);
    const kept = values.map((value) => (Math.abs(value) <= floor ? 0 : value));
    return solvedLike(b, rows, "SymmetricEigen.solve", (columns) =>
      solvedThrough(this.#product, vectors, kept, vectors, columns),
    );
  }

  /** V Λ Vᵀ: A up to round-off, or its best approximation from the pairs that are there. */
  reconstruct(): Matrix {
    return this.#product(withFactors(this.vectors, this.values), this.vectors, { transposeB: true });
  }
}

/** A = U Σ Vᵀ: the singular values in descending order, and the vectors as columns in that order. */
export class SingularValueDecomposition {
  /** min(m, n) values (or as many as were asked for), none negative. */
  readonly values: Float64Array;
  /** Left singular vectors, m × min(m, n). */
  readonly u: Matrix;
  /** Right singular vectors, n × min(m, n). */
  readonly v: Matrix;

  constructor(values: Float64Array, u: Matrix, v: Matrix) {
    this.values = values;
    this.u = u;
    this.v = v;
  }

  /** How many singular values are larger than `tolerance` times the largest. */
  rank(options: RankOptions = {}): number {
    const { u, v, values } = this;
    return numericalRank(values, rankTolerance(u.rows, v.rows, options, "SingularValueDecomposition.rank"));
  }

  /** The largest singular value over the smallest; Infinity when that is 0, 1 when there is none. */
  conditionNumber(): number {
    return ratioOfSizes(this.values);
  }

  /**
   * The x of least length that minimizes ‖A x − b‖, for a vector or each column of a matrix; singular values up to
   * `tolerance` times the largest count as zeros. Throws ShapeError, NotFiniteError.
   */
  solve(b: Matrix, options?: RankOptions): Matrix;
  solve(b: Float64Array, options?: RankOptions): Float64Array;
  solve(b: Matrix | Float64Array, options: RankOptions = {}): Matrix | Float64Array {
    const { u, v } = this;
    const kept = this.#kept(options);
    return solvedLike(b, u.rows, "SingularValueDecomposition.solve", (columns) =>
      solvedThrough(multiply, v, kept, u, columns),
    );
  }

  /** The Moore–Penrose inverse V Σ⁺ Uᵀ, n × m. Throws NotFiniteError for an entry beyond the largest number. */
  pseudoInverse(options: RankOptions = {}): Matrix {
    const inverses = this.#kept(options).map((value) => (value === 0 ? 0 : 1 / value));
    const result = multiply(withFactors(this.v, inverses), this.u, { transposeB: true });
    requireRepresentable(result.data, "SingularValueDecomposition.pseudoInverse: an entry");
    return result;
  }

  /** U Σ Vᵀ: A up to round-off, or its best approximation from the triples that are there. */
  reconstruct(): Matrix {
    return multiply(withFactors(this.u, this.values), this.v, { transposeB: true });
  }

  /** The values, zeros for those that count as such. */
  #kept(options: RankOptions): Float64Array {
    const rank = this.rank(options);
    return this.values.map((value, k) => (k < rank ? value : 0));
  }
}

/** |values|, descending. */
function sizes(values: Float64Array): Float64Array {
  return values.map(Math.abs).sort().reverse();
}

function ratioOfSizes(descending: Float64Array): number {
  const count = descending.length;
  return count === 0 ? 1 : descending[count - 1] === 0 ? Infinity : descending[0] / descending[count - 1];
}

/** L diag(values)⁺ Rᵀ B, by division: the inverse of a tiny value is beyond the largest number, that of a huge one has few digits. */
function solvedThrough(product: MatrixProduct, left: Matrix, values: Float64Array, right: Matrix, b: Matrix): Matrix {
  const parts = product(right, b, { transposeA: true });
  parts.data.forEach((part, at) => {
    const value = values[Math.floor(at / parts.columns)];
    parts.data[at] = value === 0 ? 0 : part / value;
  });
  return product(left, parts);
}

function withFactors({ rows, columns, data }: Matrix, factors: Float64Array): Matrix {
  const result = new Matrix(rows, columns);
  for (let i = 0, at = 0; i < rows; i++)
    for (let j = 0; j < columns; j++, at++) result.data[at] = data[at] * factors[j];
  return result;
}
