/**
 * Bases: linear changes of coordinates θ = V θ̃, applied without being formed where they have structure. A Basis is all
 * that `reparameterize` knows, so every basis works with every objective and optimizer.
 *
 * | basis                              | operations to apply     | numbers kept        |
 * | ---------------------------------- | ----------------------- | ------------------- |
 * | identityBasis                      | none                    | none                |
 * | denseBasis, randomBasis            | 2d²                     | d²                  |
 * | blockBasis (one block a tensor)    | Σ 2n²                   | Σ n²                |
 * | kroneckerBasis, convolutionBasis   | Σ 2·rows·cols·(rows + cols) | Σ rows² + cols² |
 * | the same of p and q directions     | Σ 4·rows·cols·(p + q)   | Σ rows·p + cols·q   |
 * | reducedBasis                       | 2d·r                    | d·r                 |
 * | auxiliaryBasis, householderBasis   | 4d·r                    | d·r                 |
 * | hadamardBasis                      | 2d·log₂ d               | 4d                  |
 * | productBasis, unionBasis           | the sum of their parts' | the sum             |
 */
import { ShapeError } from "../errors.ts";
import { requireFinite } from "../linalg/finite.ts";
import { layout, type Layout } from "../linalg/layout.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { randomOrthogonal } from "../linalg/random-orthogonal.ts";
import { vectorProducts } from "../linalg/vector-products.ts";
import type { Key } from "../math/random.ts";
import { layoutData, matrixData, readLayout, readMatrix, type BasisData } from "./basis-data.ts";
import { forLayout } from "./basis-tensors.ts";

/** What a basis costs. */
export interface BasisCost {
  /** Additions and multiplications of one `toOriginal`, or of one `pullGradient`; a step takes one of each. */
  readonly operations: number;
  /** Bytes of what is kept, workspace left out. */
  readonly bytes: number;
}

/** A linear change of coordinates. All functions overwrite `out` and only read their argument; the two must differ. */
export interface Basis {
  /** "dense", "householder", …; for messages and for `basisFromJSON`. */
  readonly kind: string;
  /** The length of an original vector. */
  readonly dimension: number;
  /** The length of a rotated vector; `dimension`, but for reduced and auxiliary bases. */
  readonly rotatedDimension: number;
  /** The tensors of a rotated vector; those that a basis mixes are one. */
  readonly rotatedLayout: Layout;
  /** The tensors of an original vector, where the basis knows them: what it is used with must have the same. */
  readonly originalLayout?: Layout;
  /** θ̃ = Vᵀ θ: coordinates of θ (of its projection, in a reduced basis). */
  toRotated(original: Float64Array, out: Float64Array): void;
  /** θ = V θ̃ (plus the part that stays fixed, in a reduced basis). */
  toOriginal(rotated: Float64Array, out: Float64Array): void;
  /** V times a direction: what `toOriginal` adds when `direction` is added to its argument. */
  pushDirection(direction: Float64Array, out: Float64Array): void;
  /** The gradient in rotated coordinates, Vᵀ ∇f(V θ̃), of a gradient in original ones: the transpose of `pushDirection`. */
  pullGradient(gradient: Float64Array, out: Float64Array): void;
  /** For bases that stand side by side: each with the place where its own rotated vector begins. */
  readonly parts?: readonly PlacedBasis[];
  /** The matrices with orthonormal columns that it is made of, always in the same order. */
  readonly matrices: readonly Matrix[];
  readonly cost: BasisCost;
  /** Plain data for JSON.stringify; `basisFromJSON` reads it back, to the bit but for the sign of zeros. */
  toJSON(): BasisData;
}

/** A basis for a piece of a rotated vector. */
export interface PlacedBasis {
  readonly offset: number;
  readonly basis: Basis;
}

/** A basis whose coordinates are the transpose of its directions, as all are that keep nothing fixed. */
export interface LinearBasis extends Omit<Basis, "toRotated" | "toOriginal" | "rotatedDimension"> {
  readonly rotatedDimension?: number;
}

/** Fills in what follows from `pushDirection` and `pullGradient`. */
export function linearBasis(parts: LinearBasis): Basis {
  const { pushDirection, pullGradient, rotatedLayout } = parts;
  return { ...parts, rotatedDimension: rotatedLayout.size, toRotated: pullGradient, toOriginal: pushDirection };
}

/** Throws ShapeError unless both vectors have the lengths that a basis needs. */
export function checkVectors(
  what: string,
  from: Float64Array,
  out: Float64Array,
  fromLength: number,
  outLength: number,
): void {
  if (from.length !== fromLength || out.length !== outLength)
    throw new ShapeError(
      `${what}: the vectors have ${from.length} and ${out.length} elements; expected ${fromLength} and ${outLength}.`,
    );
}

/** No change of coordinates. Cost to apply: a copy. @example identityBasis(layout({ w: [3] })).rotatedDimension // 3 */
export function identityBasis(original: Layout): Basis {
  const copy = (from: Float64Array, out: Float64Array): void => {
    checkVectors("identityBasis", from, out, original.size, original.size);
    out.set(from);
  };
  return linearBasis({
    kind: "identity",
    dimension: original.size,
    rotatedLayout: original,
    originalLayout: original,
    pushDirection: copy,
    pullGradient: copy,
    matrices: [],
    cost: { operations: 0, bytes: 0 },
    toJSON: () => ({ kind: "identity", version: 1, layout: layoutData(original) }),
  });
}

/** Reads what the identity's `toJSON` wrote. */
export function identityFromData(data: BasisData): Basis {
  return identityBasis(readLayout(data, "layout"));
}

/**
 * The coordinates with respect to the columns of an orthonormal d × d matrix, which is kept and must not change any more. Cost to apply
 * 2d², and memory d²; from 46 parameters on, once more as much in the WebAssembly kernels' memory from the first application on. The
 * orthonormality is the caller's promise. Throws ShapeError for a matrix that is not square, NotFiniteError naming an entry
 * that is NaN or infinite.
 *
 * @example denseBasis(Matrix.identity(3)).rotatedDimension // 3
 */
export function denseBasis(columns: Matrix): Basis {
  const size = columns.rows;
  if (columns.columns !== size)
    throw new ShapeError(`denseBasis: the matrix is ${size} × ${columns.columns}; expected a square one.`);
  requireFinite(columns, "denseBasis");
  const products = vectorProducts(columns);
  return linearBasis({
    kind: "dense",
    dimension: size,
    rotatedLayout: layout({ rotated: [size] }),
    pushDirection(direction, out): void {
      checkVectors("denseBasis", direction, out, size, size);
      products.multiply(direction, out);
    },
    pullGradient(gradient, out): void {
      checkVectors("denseBasis", gradient, out, size, size);
      products.multiplyTransposed(gradient, out);
    },
    matrices: [columns],
    cost: { operations: 2 * size * size, bytes: 8 * size * size },
    toJSON: () => ({ kind: "dense", version: 1, columns: matrixData(columns) }),
  });
}

/** Reads what a dense basis' `toJSON` wrote. */
export function denseFromData(data: BasisData): Basis {
  return denseBasis(readMatrix(data, "columns"));
}

/**
 * A rotation drawn from the Haar (uniform) distribution, as a control: what EGOP gains, a random basis must not.
 * Cost to make: d³, to apply: d². @example randomBasis(layout({ w: [3] }), random(0)).dimension // 3
 */
export function randomBasis(original: Layout, key: Key): Basis {
  return forLayout(denseBasis(randomOrthogonal(original.size, key)), original);
}
