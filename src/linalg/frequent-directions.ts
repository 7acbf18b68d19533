/**
 * Frequent Directions: a sketch B with at most 2ℓ rows of a matrix A whose rows come one after the other and are not kept,
 * such that BᵀB is near AᵀA in every direction.
 *
 * When the buffer of 2ℓ rows is full, its singular values are lowered to √(σᵢ² − σ²_{ℓ+1}), which leaves ℓ rows. What is
 * lost is known: 0 ≤ xᵀ(AᵀA − BᵀB)x ≤ `shrinkage`·xᵀx, and shrinkage ≤ ‖A − Aₖ‖²_F / (ℓ + 1 − k) for every k ≤ ℓ.
 * Merging adds the rows and the shrinkages, and keeps both bounds. Cost: O(dℓ) flops per row of length d, amortized; 2dℓ
 * numbers of memory. Source: E. Liberty, KDD 2013; M. Ghashami, E. Liberty, J. Phillips and D. Woodruff, Frequent
 * Directions: Simple and Deterministic Matrix Sketching, SIAM J. Comput. 45, 2016 (theorem 1.1; fast and mergeable).
 */
import { ArgumentError, NotFiniteError, ShapeError, StateError } from "../errors.ts";
import { indexOfNotFinite, requireFinite } from "./finite.ts";
import { singularValueDecomposition } from "./singular-value-decomposition.ts";
import { Matrix } from "./matrix.ts";

const kind = "frequentDirections";
const version = 1;

/** The sketch: plain data that survives structuredClone. Made by `frequentDirections`, changed by the functions here. */
export interface FrequentDirections {
  readonly kind: typeof kind;
  readonly version: typeof version;
  /** d, the length of the rows. */
  readonly dimension: number;
  /** ℓ, the rows that a compression leaves. */
  readonly size: number;
  /** 2ℓ rows of length d, of which the first `filled` are B's. */
  readonly rows: Float64Array;
  filled: number;
  /** How many rows A has had. */
  count: number;
  /** The most that AᵀA has in any direction beyond BᵀB. */
  shrinkage: number;
  /** ‖A‖²_F, the trace of AᵀA, known exactly (to round-off). */
  squaredNorm: number;
}

/**
 * An empty sketch. Throws ArgumentError for sizes that are not whole numbers of at least 1.
 *
 * @example frequentDirections({ dimension: 3, size: 2 }).rows.length // 12
 */
export function frequentDirections(options: { readonly dimension: number; readonly size: number }): FrequentDirections {
  const { dimension, size } = options;
  for (const [name, value] of Object.entries({ dimension, size }))
    if (!Number.isSafeInteger(value) || value < 1)
      throw new ArgumentError(`frequentDirections: ${name} is ${value}; expected a whole number of at least 1.`);
  const rows = new Float64Array(2 * size * dimension);
  return { kind, version, dimension, size, rows, filled: 0, count: 0, shrinkage: 0, squaredNorm: 0 };
}

/**
 * Adds rows (m × d, or one as a Float64Array) to what is sketched, in place, each times `weight` (default 1). Throws
 * ShapeError for other lengths, NotFiniteError for entries that are NaN or infinite, or whose squares overflow; the sketch
 * is unchanged then.
 *
 * @example addRows(frequentDirections({ dimension: 2, size: 1 }), Float64Array.of(3, 4)).squaredNorm // 25
 */
export function addRows(
  sketch: FrequentDirections,
  rows: Matrix | Float64Array,
  options: { readonly weight?: number } = {},
): FrequentDirections {
  checkKind(sketch);
  const { weight = 1 } = options;
  const matrix = rows instanceof Matrix ? rows : new Matrix(1, rows.length, rows);
  const { dimension } = sketch;
  if (matrix.columns !== dimension)
    throw new ShapeError(`addRows: the rows have ${matrix.columns} elements; the sketch is of rows with ${dimension}.`);
  if (!Number.isFinite(weight)) throw new ArgumentError(`addRows: weight is ${weight}; expected a finite number.`);
  requireFinite(matrix, "addRows");
  let squaredNorm = sketch.squaredNorm;
  for (const entry of matrix.data) squaredNorm += entry * weight * (entry * weight);
  if (squaredNorm === Infinity) throw new NotFiniteError("addRows: the sum of the rows' squares overflows.");
  for (let i = 0; i < matrix.rows; i++) {
    if ((sketch.filled + 1) * dimension > sketch.rows.length) compress(sketch);
    const start = sketch.filled * dimension;
    for (let j = 0; j < dimension; j++) sketch.rows[start + j] = weight * matrix.data[i * dimension + j];
    sketch.filled += 1;
  }
  sketch.count += matrix.rows;
  sketch.squaredNorm = squaredNorm;
  return sketch;
}

/**
 * Adds all that `other` has sketched to `sketch`, in place; `other` is only read. The bounds hold for the union, whatever
 * the tree of merges; the numbers depend on it. Throws ShapeError for sketches of rows of different lengths.
 *
 * @example mergeSketches(frequentDirections({ dimension: 2, size: 1 }), frequentDirections({ dimension: 2, size: 3 })).count // 0
 */
export function mergeSketches(sketch: FrequentDirections, other: FrequentDirections): FrequentDirections {
  checkKind(other);
  if (sketch === other) throw new ArgumentError("mergeSketches: a sketch cannot be merged into itself.");
  const { count, squaredNorm, shrinkage, filled, dimension } = other;
  const [countBefore, normBefore] = [sketch.count, sketch.squaredNorm];
  if (normBefore + squaredNorm === Infinity)
    throw new NotFiniteError("mergeSketches: the sum of the rows' squares overflows.");
  addRows(sketch, new Matrix(filled, dimension, other.rows.subarray(0, filled * dimension)));
  sketch.count = countBefore + count;
  sketch.squaredNorm = normBefore + squaredNorm;
  sketch.shrinkage += shrinkage;
  return sketch;
}

/**
 * The eigenvalues of BᵀB (descending, at most ℓ) and its eigenvectors as columns (d × as many), with signs as in
 * `singularValueDecomposition`: approximations from below of AᵀA's, within `shrinkage`. Compresses the sketch to ℓ rows
 * when it has more, which may add to `shrinkage`.
 *
 * @example sketchEigen(addRows(frequentDirections({ dimension: 2, size: 1 }), Float64Array.of(3, 4))).values // [25.0]
 */
export function sketchEigen(sketch: FrequentDirections): { readonly values: Float64Array; readonly vectors: Matrix } {
  checkKind(sketch);
  if (sketch.filled > sketch.size) compress(sketch);
  const { values, v } = singularValueDecomposition(rowsOf(sketch));
  return { values: values.map((value) => value * value), vectors: v };
}

/**
 * A copy of a sketch that comes from storage, after a check of every field. Throws StateError naming the first that is
 * wrong.
 *
 * @example restoreSketch(structuredClone(frequentDirections({ dimension: 2, size: 1 }))).size // 1
 */
export function restoreSketch(saved: FrequentDirections): FrequentDirections {
  checkKind(saved);
  const { dimension, size, rows, filled, count, shrinkage, squaredNorm } = saved;
  for (const [name, value, least, most] of [
    ["dimension", dimension, 1, Number.MAX_SAFE_INTEGER],
    ["size", size, 1, Number.MAX_SAFE_INTEGER],
    ["filled", filled, 0, 2 * size],
    ["count", count, 0, Number.MAX_SAFE_INTEGER],
  ] as const)
    if (!Number.isSafeInteger(value) || value < least || value > most)
      throw new StateError(`restoreSketch: ${name} is ${value}; expected a whole number from ${least} to ${most}.`);
  for (const [name, value] of Object.entries({ shrinkage, squaredNorm }))
    if (!(value >= 0 && value < Infinity))
      throw new StateError(`restoreSketch: ${name} is ${value}; expected a finite number of at least 0.`);
  if (Object.prototype.toString.call(rows) !== "[object Float64Array]" || rows.length !== 2 * size * dimension)
    throw new StateError(`restoreSketch: rows is no Float64Array of length ${2 * size * dimension}.`);
  const bad = indexOfNotFinite(rows);
  if (bad >= 0) throw new StateError(`restoreSketch: rows[${bad}] is ${rows[bad]}; expected finite numbers.`);
  return { kind, version, dimension, size, rows: rows.slice(), filled, count, shrinkage, squaredNorm };
}

function checkKind(sketch: { readonly kind: string; readonly version: number }): void {
  if (sketch.kind !== kind || sketch.version !== version)
    throw new StateError(
      `${kind}: the sketch is of kind "${sketch.kind}", version ${sketch.version}; expected "${kind}", version ${version}.`,
    );
}

function rowsOf({ rows, filled, dimension }: FrequentDirections): Matrix {
  return new Matrix(filled, dimension, rows.subarray(0, filled * dimension));
}

/** Leaves at most ℓ rows, orthogonal to each other. */
function compress(sketch: FrequentDirections): void {
  const { size, dimension, rows } = sketch;
  const { values, v } = singularValueDecomposition(rowsOf(sketch));
  const kept = Math.min(size, values.length);
  const floor = values.length > size ? values[size] : 0;
  rows.fill(0);
  for (let i = 0; i < kept; i++) {
    const length = Math.sqrt(values[i] - floor) * Math.sqrt(values[i] + floor);
    for (let j = 0; j < dimension; j++) rows[i * dimension + j] = length * v.data[j * v.columns + i];
  }
  sketch.filled = kept;
  sketch.shrinkage += floor * floor;
}
