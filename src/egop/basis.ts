/**
 * Bases: linear changes of coordinates θ = V θ̃ with orthonormal V, applied without being formed where they have
 * structure. A Basis is all that `reparameterize` knows, so every basis works with every objective and optimizer.
 */
import { ShapeError } from "../errors.ts";
import { layout, type Layout, type TensorSlot } from "../linalg/layout.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { multiplyVector } from "../linalg/product.ts";
import { randomOrthogonal } from "../linalg/random-orthogonal.ts";
import type { Key } from "../math/random.ts";

/** A linear change of coordinates. All functions overwrite `out` and only read their argument; the two must differ. */
export interface Basis {
  /** The length of an original vector. */
  readonly dimension: number;
  /** The length of a rotated vector. */
  readonly rotatedDimension: number;
  /** The tensors of a rotated vector; those that a basis mixes are one. */
  readonly rotatedLayout: Layout;
  /** θ̃ = Vᵀ θ. */
  toRotated(original: Float64Array, out: Float64Array): void;
  /** θ = V θ̃. */
  toOriginal(rotated: Float64Array, out: Float64Array): void;
  /** The gradient in rotated coordinates, Vᵀ ∇f(V θ̃), of a gradient in original ones. */
  pullGradient(gradient: Float64Array, out: Float64Array): void;
}

/** No change of coordinates. Cost to apply: d. @example identityBasis(layout({ w: [3] })).rotatedDimension // 3 */
export function identityBasis(original: Layout): Basis {
  const copy = (from: Float64Array, out: Float64Array): void => out.set(from);
  return {
    dimension: original.size,
    rotatedDimension: original.size,
    rotatedLayout: original,
    toRotated: copy,
    toOriginal: copy,
    pullGradient: copy,
  };
}

/**
 * The coordinates with respect to the columns of an orthonormal d × d matrix, which is kept, not copied. Cost to apply,
 * and memory: d². The orthonormality is the caller's promise. Throws ShapeError for a matrix that is not square.
 *
 * @example denseBasis(Matrix.identity(3)).rotatedDimension // 3
 */
export function denseBasis(columns: Matrix): Basis {
  const size = columns.rows;
  if (columns.columns !== size)
    throw new ShapeError(`denseBasis: the matrix is ${size} × ${columns.columns}; expected a square one.`);
  const transposed = (vector: Float64Array, out: Float64Array): void => {
    multiplyVector(columns, vector, { transpose: true, out });
  };
  return {
    dimension: size,
    rotatedDimension: size,
    rotatedLayout: layout({ rotated: [size] }),
    toRotated: transposed,
    toOriginal(rotated, out): void {
      multiplyVector(columns, rotated, { out });
    },
    pullGradient: transposed,
  };
}

/**
 * One orthonormal matrix per named tensor (n × n for a tensor of n elements, flattened row-major); tensors without one
 * stay as they are. Cost to apply, and memory: the sum of n² over the rotated tensors.
 * Throws ShapeError for a matrix of another size, ArgumentError for a name that the layout does not have.
 */
export function blockBasis(original: Layout, blocks: ReadonlyMap<string, Matrix>): Basis {
  const rotated = [...blocks].map(([name, columns]) => {
    const slot = original.slot(name);
    if (columns.rows !== slot.size || columns.columns !== slot.size)
      throw new ShapeError(
        `blockBasis: the block of "${name}" is ${columns.rows} × ${columns.columns}; its tensor has ${slot.size} elements.`,
      );
    return { slot, columns };
  });
  const kept = original.tensors.filter(({ name }) => !blocks.has(name));
  const applied =
    (transpose: boolean) =>
    (from: Float64Array, out: Float64Array): void => {
      original.check(from, "blockBasis");
      original.check(out, "blockBasis: out");
      for (const slot of kept) part(out, slot).set(part(from, slot));
      for (const { slot, columns } of rotated)
        multiplyVector(columns, part(from, slot), { transpose, out: part(out, slot) });
    };
  const shapes = original.tensors.map(({ name, shape, size }) => [name, blocks.has(name) ? [size] : shape] as const);
  return {
    dimension: original.size,
    rotatedDimension: original.size,
    rotatedLayout: layout(Object.fromEntries(shapes)),
    toRotated: applied(true),
    toOriginal: applied(false),
    pullGradient: applied(true),
  };
}

function part(flat: Float64Array, { offset, size }: TensorSlot): Float64Array {
  return flat.subarray(offset, offset + size);
}

/**
 * A rotation drawn from the Haar (uniform) distribution, as a control: what EGOP gains, a random basis must not.
 * Cost to make: d³, to apply: d². @example randomBasis(layout({ w: [3] }), random(0)).dimension // 3
 */
export function randomBasis(original: Layout, key: Key): Basis {
  return denseBasis(randomOrthogonal(original.size, key));
}
