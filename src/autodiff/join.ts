/**
 * Primitives that take a tensor apart along an axis and put several together: slicing with its transpose, padding by
 * zeros, concatenation, and stacking along a new axis.
 */
import { ArgumentError, ShapeError } from "../errors.ts";
import { sizeOf, type Shape } from "../linalg/layout.ts";
import { copyRows } from "./copy-elements.ts";
import { linear } from "./linear.ts";
import { broadcastTo, constant, repeated, zerosLike } from "./repetition.ts";
import { reshape } from "./structure.ts";
import {
  apply,
  applyTo,
  axisOf,
  requireTensor,
  shapeError,
  type Operand,
  type Primitive,
  type Tensor,
} from "./tensor.ts";

/** A range of one axis, seen as [outer, from the axis, inner] blocks of contiguous elements. */
interface AxisRange {
  readonly outer: number;
  readonly innerOfWhole: number;
  readonly innerOfPart: number;
  readonly skipped: number;
}

function axisRange(whole: Shape, axis: number, start: number, end: number): AxisRange {
  const inner = sizeOf(whole.slice(axis + 1));
  return {
    outer: sizeOf(whole.slice(0, axis)),
    innerOfWhole: inner * whole[axis],
    innerOfPart: inner * (end - start),
    skipped: inner * start,
  };
}

function withLength(shape: Shape, axis: number, length: number): Shape {
  return shape.map((old, a) => (a === axis ? length : old));
}

const slicePrimitive = (axis: number, start: number, end: number): Primitive =>
  linear({
    name: "slice",
    attributes: { axis, start, end },
    shape([shape]): Shape {
      if (start < 0 || end <= start || end > shape[axis])
        throw new ShapeError(`the range ${start} to ${end} is not inside axis ${axis}, or is empty.`);
      return withLength(shape, axis, end - start);
    },
    kernel([x], output): () => void {
      const range = axisRange(x.shape, axis, start, end);
      return () => copyPart(range, x, output);
    },
    transpose: (cotangent, x) => pad(cotangent, axis, start, x.shape[axis] - end),
    batch: ([x]) => slice(x, axis + 1, start, end),
  });

function copyPart({ outer, innerOfWhole, innerOfPart, skipped }: AxisRange, whole: Operand, part: Operand): void {
  copyRows(whole, skipped, innerOfWhole, part, 0, innerOfPart, innerOfPart, outer);
}

const padPrimitive = (axis: number, before: number, after: number): Primitive =>
  linear({
    name: "pad",
    attributes: { axis, before, after },
    shape([shape]): Shape {
      if (before < 0 || after < 0) throw new ShapeError(`cannot pad by ${before} and ${after} elements.`);
      return withLength(shape, axis, before + shape[axis] + after);
    },
    kernel([x], output): () => void {
      const range = axisRange(output.shape, axis, before, before + x.shape[axis]);
      return () => {
        output.array.fill(0, output.offset, output.offset + output.size);
        pastePart(range, x, output);
      };
    },
    transpose: (cotangent, x) => slice(cotangent, axis, before, before + x.shape[axis]),
    batch: ([x]) => pad(x, axis + 1, before, after),
    total: joined,
  });

function pastePart({ outer, innerOfWhole, innerOfPart, skipped }: AxisRange, part: Operand, whole: Operand): void {
  copyRows(part, 0, innerOfPart, whole, skipped, innerOfWhole, innerOfPart, outer);
}

/**
 * The elements `start` (included) to `end` (excluded) of one axis; a negative axis counts from the last.
 * Throws ShapeError for an axis that x does not have or a range that is empty or not inside it.
 *
 * @example compiled(model, {}, (p) => slice(p.W, 0, 1, 3)).shape // [2, 2]
 */
export function slice(x: Tensor, axis: number, start: number, end: number): Tensor {
  const at = axisOf("slice", x, axis);
  return start === 0 && end === x.shape[at] ? x : apply(slicePrimitive(at, start, end), x);
}

/**
 * Zeros before and after the elements of one axis: the transpose of `slice`. Throws ShapeError for an axis that x does
 * not have and for a negative number of zeros. @example compiled(model, {}, (p) => pad(p.b, 0, 1, 2)).shape // [5]
 */
export function pad(x: Tensor, axis: number, before: number, after: number): Tensor {
  const at = axisOf("pad", x, axis);
  return before === 0 && after === 0 ? x : apply(padPrimitive(at, before, after), x);
}

/**
 * The sum of tensors that are zero but for stretches of one axis which do not overlap (the cotangents of a sequence's
 * elements, of a layer's gates), as one concatenation; else undefined. To add up each one with its zeros would take time
 * quadratic in their number.
 */
function joined(parts: readonly Tensor[]): Tensor | undefined {
  const stretches: { readonly before: number; readonly part: Tensor }[] = [];
  const axis = Number(parts[0].node.primitive?.attributes?.["axis"]);
  for (const { node } of parts) {
    const { primitive, inputs } = node;
    if (primitive?.name !== "pad" || primitive.attributes?.["axis"] !== axis) return undefined;
    stretches.push({ before: Number(primitive.attributes["before"]), part: inputs[0] });
  }
  stretches.sort((a, b) => a.before - b.before);
  const { shape, graph } = parts[0];
  const pieces: Tensor[] = [];
  let end = 0;
  const fillTo = (start: number): void => {
    if (start > end)
      pieces.push(
        broadcastTo(
          constant(graph, 0),
          shape.map((n, a) => (a === axis ? start - end : n)),
        ),
      );
  };
  for (const { before, part } of stretches) {
    if (before < end) return undefined;
    fillTo(before);
    pieces.push(part);
    end = before + part.shape[axis];
  }
  fillTo(shape[axis]);
  return concatenate(pieces, axis);
}

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
