/**
 * The QR factorization A = Q R by Householder reflectors: Q orthonormal, R upper triangular.
 *
 * Cost: 2n²(m − n/3) flops for m ≥ n, in panels whose reflectors are applied to the rest as matrix products. Accuracy:
 * ‖A − QR‖ and ‖I − QᵀQ‖ are a few units of round-off, columnwise, so badly scaled columns do no harm. R's diagonal has
 * either sign. Source: G. Golub and C. Van Loan, Matrix Computations, 4th ed. 2013, §5.2; LAPACK's dgeqrf.
 */
import { ShapeError, SingularMatrixError } from "../errors.ts";
import { requireFinite } from "./finite.ts";
import {
  applyReflector,
  applyReflectors,
  gatherReflectors,
  makeReflector,
  reflectorBlock,
  smallTarget,
  type ReflectorBlock,
} from "./householder.ts";
import { Matrix } from "./matrix.ts";
import { estimateCondition } from "./norm-estimate.ts";
import { copyRows } from "./product-panels.ts";
import { plainWorkspace, reflectorWorkspace, type ReflectorWorkspace } from "./reflector-workspace.ts";
import { oneNorm } from "./entry-norms.ts";
import { copyInRange, unscaleUpper } from "./range.ts";
import { matrixSpace, requireApart, requireMatrixSpace, requireVectorSpace } from "./result-space.ts";
import { solvedLike } from "./right-hand-side.ts";
import { scaledProduct } from "./scaled-product.ts";
import { backSubstitute, forwardSubstituteTransposed } from "./triangular-rows.ts";

/** A = Q R as reflectors, with what one does with it. Made by `householderQR`. */
export class HouseholderQR {
  /** m × n: R on and above the diagonal, the reflectors' vectors (without their leading 1) below. */
  readonly packed: Matrix;
  /** τ of each reflector, min(m, n) of them. */
  readonly scales: Float64Array;

  constructor(packed: Matrix, scales: Float64Array) {
    this.packed = packed;
    this.scales = scales;
  }

  /** R, min(m, n) × n, upper triangular (trapezoidal for wide A), with zeros below the diagonal; in `out`, if given. Throws ShapeError. */
  r(options: { readonly out?: Matrix } = {}): Matrix {
    const { columns, data } = this.packed;
    const { length: rows } = this.scales;
    const { out } = options;
    const result = matrixSpace(out, rows, columns, "HouseholderQR.r: out", "R");
    if (out !== undefined) requireApart(this.packed, out.data, "HouseholderQR.r");
    for (let i = 0; i < rows; i++) {
      const [row, diagonal, end] = [i * columns, i * columns + i, (i + 1) * columns];
      if (out !== undefined) for (let at = row; at < diagonal; at++) result.data[at] = 0;
      for (let at = diagonal; at < end; at++) result.data[at] = data[at];
    }
    return result;
  }

  /** Q with orthonormal columns: m × min(m, n), or all m × m with `full`; in `out`, if given. Throws ShapeError. */
  q(options: { readonly full?: boolean; readonly out?: Matrix } = {}): Matrix {
    const { rows } = this.packed;
    const { full = false, out } = options;
    const columns = full ? rows : this.scales.length;
    const result = matrixSpace(out, rows, columns, "HouseholderQR.q: out", "Q");
    if (out !== undefined) {
      requireApart(this.packed, out.data, "HouseholderQR.q");
      for (let at = 0; at < out.data.length; at++) out.data[at] = 0;
    }
    for (let i = 0; i < columns; i++) result.data[i * columns + i] = 1;
    if (result.data.length <= smallTarget) return this.#appliedSingly(result, false, true);
    // Backwards, a block changes only the columns from its first on: the others are still columns of the identity.
    for (const { first, block } of this.#blocks().reverse())
      applyReflectors(block, false, result.data, first * columns + first, columns, columns - first);
    return result;
  }

  /** Q·B for an m × p matrix, in a new one, without forming Q. Throws ShapeError for other sizes. */
  applyQ(matrix: Matrix): Matrix {
    return this.#applied(matrix, false);
  }

  /** Qᵀ·B for an m × p matrix, in a new one, without forming Q. Throws ShapeError for other sizes. */
  applyQTransposed(matrix: Matrix): Matrix {
    return this.#applied(matrix, true);
  }

  /**
   * The x that minimizes ‖A x − b‖, for A with m ≥ n of full rank (n × n: A⁻¹b), and a vector b or each column of a matrix.
   * Throws ShapeError for m < n or another length of b, SingularMatrixError with the place of a zero on R's diagonal,
   * NotFiniteError. `leastSquares` serves any shape and rank.
   */
  solve(b: Matrix): Matrix;
  solve(b: Float64Array): Float64Array;
  solve(b: Matrix | Float64Array): Matrix | Float64Array {
    const { rows, columns, data } = this.packed;
    if (rows < columns)
      throw new ShapeError(`HouseholderQR.solve: the matrix is ${rows} × ${columns}; expected at least as many rows.`);
    for (let i = 0; i < columns; i++)
      if (data[i * columns + i] === 0)
        throw new SingularMatrixError(`HouseholderQR.solve: the matrix is singular: pivot ${i} of ${columns} is 0.`, i);
    return solvedLike(b, rows, "HouseholderQR.solve", (right) => {
      const rotated = this.applyQTransposed(right).data.slice(0, columns * right.columns);
      const x = new Matrix(columns, right.columns, rotated);
      backSubstitute(this.packed, x);
      return x;
    });
  }

  /** The determinant of a square A; no intermediate overflow. Throws ShapeError for another shape. */
  determinant(): number {
    const { packed, scales } = this;
    const { rows, columns, data } = packed;
    if (rows !== columns)
      throw new ShapeError(`HouseholderQR.determinant: the matrix is ${rows} × ${columns}; expected a square one.`);
    // Each reflector that is not the identity turns the sign.
    return scaledProduct(Float64Array.from(scales, (scale, i) => (scale === 0 ? 1 : -1) * data[i * columns + i]));
  }

  /**
   * An estimate from below of ‖R‖₁‖R⁻¹‖₁, rarely off by more than 3, which is within a factor n of the same for a square A;
   * Infinity for a zero on R's diagonal, and for a norm beyond the largest number; 1 for n = 0. Cost O(n²). Throws ShapeError for m < n.
   */
  conditionNumber(): number {
    const { rows, columns: n, data } = this.packed;
    if (rows < n)
      throw new ShapeError(
        `HouseholderQR.conditionNumber: the matrix is ${rows} × ${n}; expected at least as many rows.`,
      );
    for (let i = 0; i < n; i++) if (data[i * n + i] === 0) return Infinity;
    return estimateCondition(
      n,
      oneNorm(this.r()),
      (x) => backSubstitute(this.packed, new Matrix(n, 1, x)),
      (x) => forwardSubstituteTransposed(this.packed, new Matrix(n, 1, x)),
    );
  }

  /** A = Q R, up to round-off. */
  reconstruct(): Matrix {
    const { rows, columns } = this.packed;
    const upper = new Matrix(rows, columns);
    upper.data.set(this.r().data);
    return this.applyQ(upper);
  }

  #applied(matrix: Matrix, transposed: boolean): Matrix {
    if (matrix.rows !== this.packed.rows)
      throw new ShapeError(`HouseholderQR: the matrix has ${matrix.rows} rows; Q has ${this.packed.rows}.`);
    const { columns } = matrix;
    const result = new Matrix(matrix.rows, matrix.columns, matrix.data.slice());
    if (result.data.length <= smallTarget) return this.#appliedSingly(result, transposed);
    const blocks = this.#blocks();
    if (!transposed) blocks.reverse();
    for (const { first, block } of blocks)
      applyReflectors(block, transposed, result.data, first * columns, columns, columns);
    return result;
  }

  /** Q or its transpose times a small matrix, which is overwritten; Q times columns of the identity with `fromIdentity`. */
  #appliedSingly(matrix: Matrix, transposed: boolean, fromIdentity = false): Matrix {
    const { packed, scales } = this;
    const { rows, columns, data } = matrix;
    const stride = packed.columns;
    const kernel = reflectorWorkspace(packed.data, 0, stride, rows, stride, data.length);
    const target = kernel === undefined ? 0 : kernel.start + packed.data.length;
    if (kernel !== undefined) copyRows(data, 0, columns, kernel.array, target, columns, rows, columns);
    for (let k = 0; k < scales.length; k++) {
      const j = transposed ? k : scales.length - 1 - k;
      // Columns before j are still columns of the identity.
      const left = fromIdentity ? j : 0;
      const [start, first] = [j * stride + j, target + j * columns + left];
      if (kernel === undefined)
        applyReflector(packed.data, start, stride, rows - j, scales[j], data, first, columns, columns - left);
      else kernel.apply(kernel.start + start, stride, rows - j, scales[j], first, columns, columns - left);
    }
    if (kernel !== undefined) copyRows(kernel.array, target, columns, data, 0, columns, rows, columns);
    return matrix;
  }

  #blocks(): { first: number; block: ReflectorBlock }[] {
    const { packed, scales } = this;
    const blocks: { first: number; block: ReflectorBlock }[] = [];
    for (let first = 0; first < scales.length; first += reflectorBlock) {
      const count = Math.min(reflectorBlock, scales.length - first);
      blocks.push({ first, block: blockAt(packed, scales, first, count) });
    }
    return blocks;
  }
}

function blockAt({ data, rows, columns }: Matrix, scales: Float64Array, first: number, count: number): ReflectorBlock {
  return gatherReflectors(data, columns, first, first, rows - 1, count, scales, first);
}

/**
 * Factors an m × n matrix (any m and n, 0 included), which is not changed. `out`, an earlier factorization of the same shape, is overwritten and
 * returned: for up to 1024 entries nothing is allocated then.
 *
 * Throws NotFiniteError naming the entry that is NaN or infinite, or for an R beyond the largest number, ShapeError for `out` of another
 * shape, ArgumentError where it has the matrix's elements.
 *
 * @example householderQR(Matrix.fromRows([[3], [4]])).r().toRows() // [[-5]]
 */
export function householderQR(matrix: Matrix, options: { readonly out?: HouseholderQR } = {}): HouseholderQR {
  requireFinite(matrix, "householderQR");
  const { out } = options;
  if (out !== undefined) requireFactorsFor(matrix, out, "householderQR", "out");
  const { copy: packed, scale, rest } = copyInRange(matrix, Math.min(matrix.rows, matrix.columns), out?.packed);
  const scales = out?.scales ?? rest;
  if (packed.data.length <= smallTarget) factorSingly(packed, scales);
  else factorInBlocks(packed, scales);
  unscaleUpper(packed, scale, "householderQR");
  return out ?? new HouseholderQR(packed, scales);
}

/** Throws ShapeError or ArgumentError where the factors, an argument's part of that name, cannot take those of the matrix. */
export function requireFactorsFor(matrix: Matrix, { packed, scales }: HouseholderQR, what: string, name: string): void {
  const { rows, columns } = matrix;
  requireMatrixSpace(packed, rows, columns, `${what}: ${name}.packed`, "the factorization");
  requireVectorSpace(scales, Math.min(rows, columns), `${what}: ${name}.scales`, "the factorization");
  requireApart(matrix, packed.data, what);
  requireApart(matrix, scales, what);
}

function factorSingly({ rows, columns, data }: Matrix, scales: Float64Array): void {
  const kernel = reflectorWorkspace(data, 0, columns, rows, columns);
  factorPanel(kernel ?? plainWorkspace(data), rows, columns, scales, 0, scales.length);
  if (kernel !== undefined) copyRows(kernel.array, kernel.start, columns, data, 0, columns, rows, columns);
}

/** Reflectors for the first columns of a workspace's rows of `width` numbers, each applied to the columns right of its own. */
function factorPanel(
  { array, start, apply }: ReflectorWorkspace,
  rows: number,
  width: number,
  scales: Float64Array,
  firstScale: number,
  count: number,
): void {
  for (let j = 0; j < count; j++) {
    const diagonal = start + j * width + j;
    const scale = makeReflector(array, diagonal, width, rows - j);
    apply(diagonal, width, rows - j, scale, diagonal + 1, width, width - j - 1);
    scales[firstScale + j] = scale;
  }
}

function factorInBlocks(packed: Matrix, scales: Float64Array): void {
  const { rows, columns, data } = packed;
  for (let first = 0; first < scales.length; first += reflectorBlock) {
    const count = Math.min(reflectorBlock, scales.length - first);
    // By themselves: rows that lie far apart are slow to reach.
    const [corner, height] = [first * columns + first, rows - first];
    const panel =
      reflectorWorkspace(data, corner, columns, height, count) ?? plainPanel(data, corner, columns, height, count);
    factorPanel(panel, height, count, scales, first, count);
    copyRows(panel.array, panel.start, count, data, corner, columns, height, count);
    const right = first + count;
    if (right < columns)
      applyReflectors(
        blockAt(packed, scales, first, count),
        true,
        data,
        first * columns + right,
        columns,
        columns - right,
      );
  }
}

/** Applies reflector j, whose vector lies in column j, to the columns right of it. */
export function reflectColumns(data: Float64Array, stride: number, j: number, rows: number, scale: number): void {
  const diagonal = j * stride + j;
  applyReflector(data, diagonal, stride, rows - j, scale, data, diagonal + 1, stride, stride - j - 1);
}

/** A copy of rows of a matrix as a workspace. */
function plainPanel(data: Float64Array, from: number, stride: number, rows: number, width: number): ReflectorWorkspace {
  const panel = new Float64Array(rows * width);
  copyRows(data, from, stride, panel, 0, width, rows, width);
  return plainWorkspace(panel);
}
