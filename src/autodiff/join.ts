/** Primitives that put several tensors into one: concatenation along an axis, and stacking along a new one. */
import { ArgumentError, ShapeError } from "../errors.ts";
import { sizeOf, type Shape } from "../linalg/layout.ts";
import { copyRows } from "./copy-elements.ts";
import { repeated, zerosLike } from "./repetition.ts";
import { reshape, slice } from "./structure.ts";
import { applyTo, axisOf, requireTensor, shapeError, type Primitive, type Tensor } from "./tensor.ts";

const concatenatePrimitive = (axis: number): Primitive => ({
  name: "concatenate",
  attributes: { axis },
  shape(shapes): Shape {
    const [first] = shapes;
    for (const shape of shapes)
      if (shape.length !== first.length || shape.some((length, a) => a !== axis && length !== first[a]))
        throw new ShapeError(`only the lengths of axis ${axis} may differ.`);
    const total = shapes.reduce((length, shape) => length + shape[axis], 0);
    return first.map((length, a) => (a === axis ? total : length));
  },
  kernel(inputs, output): () => void {
    const outer = sizeOf(output.shape.slice(0, axis));
    const inner = sizeOf(output.shape.slice(axis));
    return () => {
      let start = 0;
      for (const input of inputs) {
        const width = input.size / outer;
        copyRows(input, 0, width, output, start, inner, width, outer);
        start += width;
      }
    };
  },
  jvp: (inputs, _output, tangents) =>
    concatenate(
      inputs.map((input, k) => tangents[k] ?? zerosLike(input)),
      axis,
    ),
  pullback(inputs, _output, cotangent): readonly Tensor[] {
    let end = 0;
    return inputs.map(({ shape }) => slice(cotangent, axis, end, (end += shape[axis])));
  },
  batch: (inputs, batched, size) => concatenate(repeated(inputs, batched, size), axis + 1),
});

/**
 * Tensors one behind the other along an axis (a negative one counts from the last); all other lengths are equal.
 * Throws ShapeError where they differ, ArgumentError for an empty list.
 *
 * @example compiled(model, {}, (p) => concatenate([p.W, p.W], 0)).shape // [6, 2]
 */
export function concatenate(tensors: readonly Tensor[], axis: number): Tensor {
  const first = firstOf("concatenate", tensors);
  const at = axisOf("concatenate", first, axis);
  return tensors.length === 1 ? first : applyTo(concatenatePrimitive(at), tensors);
}

/**
 * Tensors of one shape along a new axis of the result (by default the first; a negative one counts from the last).
 * Throws ShapeError where shapes differ or the result has no such axis, ArgumentError for an empty list.
 *
 * @example compiled(model, {}, (p) => stack([p.b, p.b, p.b])).shape // [3, 2]
 */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  const { shape } = firstOf("stack", tensors);
  const at = axis < 0 ? axis + shape.length + 1 : axis;
  if (!Number.isInteger(at) || at < 0 || at > shape.length)
    throw shapeError("stack", tensors, `the result has no axis ${axis}.`);
  if (tensors.some((tensor) => tensor.shape.join() !== shape.join()))
    throw shapeError("stack", tensors, "expected tensors of one shape.");
  const parts = tensors.map((tensor) => reshape(tensor, [...shape.slice(0, at), 1, ...shape.slice(at)]));
  return concatenate(parts, at);
}

function firstOf(caller: string, tensors: readonly Tensor[]): Tensor {
  for (const tensor of tensors) requireTensor(tensor, caller);
  const first = tensors.at(0);
  if (first === undefined) throw new ArgumentError(`${caller}: there are no tensors; expected at least one.`);
  return first;
}
