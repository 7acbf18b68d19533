/**
 * A Layout names the tensors that lie one behind the other in one flat Float64Array of parameters.
 *
 * Model, optimizer and basis all work on the same flat array: a diagonal optimizer never looks at the layout, a
 * matrix-aware one or a per-tensor basis finds its blocks in it. Nothing is copied: a tensor is a view of its part.
 */
import { ArgumentError, ShapeError } from "../errors.ts";

/** The lengths of a tensor's axes, outermost first (row-major); `[]` is a scalar. */
export type Shape = readonly number[];

/** The number of elements of a tensor of this shape; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const length of shape) size *= length;
  return size;
}

/** One tensor's place in the flat array: elements `offset` up to but not including `offset + size`, row-major. */
export interface TensorSlot<Name extends string = string> {
  readonly name: Name;
  readonly shape: Shape;
  readonly offset: number;
  readonly size: number;
}

function isShape(value: unknown): value is Shape {
  return Array.isArray(value) && value.every((length) => Number.isSafeInteger(length) && Number(length) > 0);
}

/** Names, shapes and offsets of the tensors in a flat array; they fill it without gaps, in the order of `tensors`. */
export class Layout<Name extends string = string> {
  readonly tensors: readonly TensorSlot<Name>[];
  /** The length of the flat array. */
  readonly size: number;

  /** Use `layout({...})`, which infers the names. */
  constructor(shapes: Readonly<Record<Name, Shape>>) {
    const tensors: TensorSlot<Name>[] = [];
    let offset = 0;
    for (const name of Object.keys(shapes) as Name[]) {
      const shape: unknown = shapes[name];
      if (!isShape(shape))
        throw new ShapeError(
          `Layout: the shape of "${name}" is ${JSON.stringify(shape)}; expected an array of positive whole numbers.`,
        );
      const size = sizeOf(shape);
      tensors.push(Object.freeze({ name, shape: Object.freeze([...shape]), offset, size }));
      offset += size;
    }
    if (tensors.length === 0) throw new ShapeError("Layout: no tensors; expected at least one named shape.");
    this.tensors = Object.freeze(tensors);
    this.size = offset;
    Object.freeze(this);
  }

  /** The place of one tensor. Throws ArgumentError for a name that the layout does not have. */
  slot(name: Name): TensorSlot<Name> {
    const slot = this.tensors.find((tensor) => tensor.name === name);
    if (slot === undefined)
      throw new ArgumentError(
        `Layout: no tensor is named "${name}"; there are ${this.tensors.map((t) => `"${t.name}"`).join(", ")}.`,
      );
    return slot;
  }

  /** A view (no copy) of one tensor's elements in `flat`, which must have the layout's size. */
  view(flat: Float64Array, name: Name): Float64Array {
    this.check(flat, "Layout.view");
    const { offset, size } = this.slot(name);
    return flat.subarray(offset, offset + size);
  }

  /** Throws ShapeError unless `flat` has the layout's size; `what` opens the message. */
  check(flat: Float64Array, what: string): void {
    if (flat.length !== this.size)
      throw new ShapeError(`${what}: the flat array has ${flat.length} elements; the layout needs ${this.size}.`);
  }
}

/**
 * Describes the parameters of a model: names and shapes, in the order in which they lie in the flat array.
 *
 * Names that look like whole numbers ("0", "1") come first, in ascending order, as in every JavaScript object. Throws
 * ShapeError for an empty object or a shape that is not made of positive whole numbers.
 *
 * @example layout({ W1: [64, 16], b1: [16], W2: [16, 10], b2: [10] }).size // 1210
 */
export function layout<const Shapes extends Readonly<Record<string, Shape>>>(
  shapes: Shapes,
): Layout<keyof Shapes & string> {
  return new Layout<keyof Shapes & string>(shapes);
}
