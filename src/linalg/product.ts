/**
 * Products of matrices and of a matrix with a vector; 2·m·n·k operations, in blocks that fit the caches.
 *
 * Order, part of the contract: every element of a product is summed with one accumulator in ascending order of the inner
 * index, ((0 + a₀b₀) + a₁b₁) + …, so the bits are those of the naive triple loop for all sizes and on every engine. The
 * error of an element is at most k·u·Σ|aₚ||bₚ| to first order (N. J. Higham, Accuracy and Stability of Numerical
 * Algorithms, 2nd ed. 2002, section 3.5). NaN and infinities are not looked for: they propagate as in the naive loop.
 */
import { ArgumentError, ShapeError } from "../errors.ts";
import { Matrix } from "./matrix.ts";
import { planBlocks, runProduct } from "./product-kernel.ts";
import { isSmallProduct, runSmallProductInFours } from "./small-product.ts";
import { requireMatrixSpace, requireVectorSpace } from "./result-space.ts";
import { transposedVectorProduct, vectorProduct } from "./vector-product.ts";

/** How the operands of a product are read, and where the result goes. */
export interface MultiplyOptions {
  /** Read `a` as its transpose; default false. */
  readonly transposeA?: boolean;
  /** Read `b` as its transpose; default false. */
  readonly transposeB?: boolean;
  /** Overwritten with the product and returned; by default a new matrix. Must not share memory with an operand. */
  readonly out?: Matrix;
}

/**
 * The product op(a)·op(b), [m, k] by [k, n]. Throws ShapeError when sizes do not fit, ArgumentError when `out` is one of
 * the operands. See `planProduct` for the same without allocation.
 *
 * @example multiply(Matrix.fromRows([[1, 2]]), Matrix.fromRows([[3], [4]])).toRows() // [[11]]
 */
export function multiply(a: Matrix, b: Matrix, options: MultiplyOptions = {}): Matrix {
  const { transposeA = false, transposeB = false } = options;
  const [rows, inner] = transposeA ? [a.columns, a.rows] : [a.rows, a.columns];
  const [innerB, columns] = transposeB ? [b.columns, b.rows] : [b.rows, b.columns];
  if (inner !== innerB)
    throw new ShapeError(
      `multiply: the product of ${rows} × ${inner} and ${innerB} × ${columns} does not exist; the inner sizes must agree.`,
    );
  const { out = new Matrix(rows, columns) } = options;
  requireMatrixSpace(out, rows, columns, "multiply: out", "the product");
  if (out.data === a.data || out.data === b.data) throw overlapping("multiply");
  planProduct({ rows, columns, inner, transposeA, transposeB })(a.data, 0, b.data, 0, out.data, 0);
  return out;
}

/** How the matrix is read, and where the result goes. */
export interface MultiplyVectorOptions {
  /** Multiply by the transpose; default false. */
  readonly transpose?: boolean;
  /** Overwritten with the product and returned; by default a new array. Must not share memory with `a` or `x`. */
  readonly out?: Float64Array;
}

/**
 * The vector a·x, or aᵀ·x with `transpose`; with `out`, nothing is allocated. Throws ShapeError when sizes do not fit,
 * ArgumentError when `out` is an operand.
 *
 * @example multiplyVector(Matrix.fromRows([[1, 2]]), Float64Array.of(3, 4)) // [11]
 */
export function multiplyVector(a: Matrix, x: Float64Array, options: MultiplyVectorOptions = {}): Float64Array {
  const { transpose = false } = options;
  const { rows, columns, data } = a;
  const [length, inner] = transpose ? [columns, rows] : [rows, columns];
  if (x.length !== inner)
    throw new ShapeError(`multiplyVector: the vector has ${x.length} elements; the matrix needs ${inner}.`);
  const { out = new Float64Array(length) } = options;
  requireVectorSpace(out, length, "multiplyVector: out", "the product");
  if (out === x || out === data) throw overlapping("multiplyVector");
  if (transpose) transposedVectorProduct(rows, columns, data, 0, columns, x, 0, out, 0, false);
  else vectorProduct(rows, columns, data, 0, columns, x, 0, out, 0, false);
  return out;
}

/** How `gram` reads its argument, and where the result goes. */
export interface GramOptions {
  /** a·aᵀ instead of aᵀ·a; default false. */
  readonly transpose?: boolean;
  /** Add to `out`, of which the upper triangle is read, instead of overwriting it; default false. */
  readonly accumulate?: boolean;
  /** Overwritten with the result and returned; by default a new matrix. */
  readonly out?: Matrix;
}

/**
 * The symmetric matrix aᵀ·a, or a·aᵀ with `transpose` (the symmetric rank-k update), the same bits as by `multiply` for
 * about half the work. Throws ShapeError for `out` of another size, ArgumentError when it is `a`.
 *
 * @example gram(Matrix.fromRows([[1, 2]])).toRows() // [[1, 2], [2, 4]]
 */
export function gram(a: Matrix, options: GramOptions = {}): Matrix {
  const { transpose = false, accumulate = false } = options;
  const { columns: stride, data } = a;
  const [n, inner] = transpose ? [a.rows, a.columns] : [a.columns, a.rows];
  const { out = new Matrix(n, n) } = options;
  requireMatrixSpace(out, n, n, "gram: out", "the product");
  if (out.data === data) throw overlapping("gram");
  const plan = planBlocks({
    rows: n,
    columns: n,
    inner,
    transposeA: !transpose,
    transposeB: transpose,
    accumulate,
    upperOnly: true,
    strideA: stride,
    strideB: stride,
    strideC: n,
  });
  runProduct(plan, data, 0, data, 0, out.data, 0);
  mirror(out.data, 0, n, n);
  return out;
}

/** Copies what is above the diagonal to the places below it. */
function mirror(data: Float64Array, offset: number, stride: number, n: number): void {
  for (let i = 1; i < n; i++) for (let j = 0; j < i; j++) data[offset + i * stride + j] = data[offset + j * stride + i];
}

/** The sizes of a planned product, and how its operands lie in memory. */
export interface ProductDescription {
  /** m, the rows of the product. */
  readonly rows: number;
  /** n, its columns. */
  readonly columns: number;
  /** k, the length of the sums. */
  readonly inner: number;
  /** `a` is stored k × m instead of m × k; default false. */
  readonly transposeA?: boolean;
  /** `b` is stored n × k instead of k × n; default false. */
  readonly transposeB?: boolean;
  /** Add the product to `c` instead of overwriting it; default false. */
  readonly accumulate?: boolean;
  /** The distance between the starts of stored rows of `a`; by default their length: no gaps. */
  readonly strideA?: number;
  readonly strideB?: number;
  readonly strideC?: number;
}

/** c = op(a)·op(b), each matrix row-major in its array from its offset on. `c` must not overlap an operand. */
export type PlannedProduct = (
  a: Float64Array,
  aOffset: number,
  b: Float64Array,
  bOffset: number,
  c: Float64Array,
  cOffset: number,
) => void;

/**
 * Prepares a product of fixed sizes to be run many times on pieces of flat arrays. The plan owns its workspace, at most
 * 1 MB: running it allocates nothing. With `accumulate`, each sum starts from the element of `c`. Running it checks
 * nothing: the pieces must lie within their arrays.
 *
 * Throws ArgumentError for sizes that are not whole numbers of at least 0 and for strides that let rows overlap.
 *
 * @example planProduct({ rows: 1, columns: 1, inner: 1 })(Float64Array.of(2), 0, Float64Array.of(3), 0, new Float64Array(1), 0) // undefined
 */
export function planProduct(description: ProductDescription): PlannedProduct {
  return plannedProduct(description, false);
}

/**
 * The same where the product, rows × rows, is known to be symmetric, as that of a matrix and its transpose is: what is on and above the
 * diagonal is computed, and read with `accumulate`, and copied to the places below. The same bits for about half the work.
 */
export function planSymmetricProduct(description: Omit<ProductDescription, "columns">): PlannedProduct {
  const { rows, strideC = rows } = description;
  const product = plannedProduct({ ...description, columns: rows }, true);
  return (a, aOffset, b, bOffset, c, cOffset) => {
    product(a, aOffset, b, bOffset, c, cOffset);
    mirror(c, cOffset, strideC, rows);
  };
}

/** `upperOnly`, what is below the diagonal may be anything. */
function plannedProduct(description: ProductDescription, upperOnly: boolean): PlannedProduct {
  const { rows, columns, inner, transposeA = false, transposeB = false, accumulate = false } = description;
  const [lengthA, lengthB] = [transposeA ? rows : inner, transposeB ? inner : columns];
  const { strideA = lengthA, strideB = lengthB, strideC = columns } = description;
  requireSize("rows", rows);
  requireSize("columns", columns);
  requireSize("inner", inner);
  requireStride("strideA", strideA, lengthA);
  requireStride("strideB", strideB, lengthB);
  requireStride("strideC", strideC, columns);
  if (isSmallProduct(rows, columns, inner)) {
    const [rowStepA, innerStepA] = transposeA ? [1, strideA] : [strideA, 1];
    const [innerStepB, columnStepB] = transposeB ? [1, strideB] : [strideB, 1];
    const small = { rows, columns, inner, rowStepA, innerStepA, innerStepB, columnStepB, strideC, accumulate };
    return (a, aOffset, b, bOffset, c, cOffset) => runSmallProductInFours(small, a, aOffset, b, bOffset, c, cOffset);
  }
  // A single column or row has no tiles to fill: it is a product with a vector, if the vector's elements lie side by side.
  if (columns === 1 && (transposeB || strideB === 1) && strideC === 1) {
    const run = transposeA ? transposedVectorProduct : vectorProduct;
    const [storedRows, storedColumns] = transposeA ? [inner, rows] : [rows, inner];
    return (a, aOffset, b, bOffset, c, cOffset) =>
      run(storedRows, storedColumns, a, aOffset, strideA, b, bOffset, c, cOffset, accumulate);
  }
  if (rows === 1 && (!transposeA || strideA === 1)) {
    const run = transposeB ? vectorProduct : transposedVectorProduct;
    const [storedRows, storedColumns] = transposeB ? [columns, inner] : [inner, columns];
    return (a, aOffset, b, bOffset, c, cOffset) =>
      run(storedRows, storedColumns, b, bOffset, strideB, a, aOffset, c, cOffset, accumulate);
  }
  const plan = planBlocks({
    rows,
    columns,
    inner,
    transposeA,
    transposeB,
    accumulate,
    upperOnly,
    strideA,
    strideB,
    strideC,
  });
  return (a, aOffset, b, bOffset, c, cOffset) => runProduct(plan, a, aOffset, b, bOffset, c, cOffset);
}

function requireSize(name: string, size: number): void {
  if (!Number.isSafeInteger(size) || size < 0)
    throw new ArgumentError(`planProduct: ${name} is ${size}; expected a whole number of at least 0.`);
}

function requireStride(name: string, stride: number, length: number): void {
  if (!Number.isSafeInteger(stride) || stride < length)
    throw new ArgumentError(`planProduct: ${name} is ${stride}; expected a whole number of at least ${length}.`);
}

function overlapping(what: string): ArgumentError {
  return new ArgumentError(`${what}: out is one of the operands, which are still read while it is written.`);
}
