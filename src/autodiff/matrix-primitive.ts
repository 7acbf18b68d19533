/**
 * What the decompositions have in common: they work on the last two axes and take those before as a batch, compute
 * several results side by side in one packed matrix, and state their derivative forward only; the reverse rule is its
 * transpose, by reverse mode through the (linear) forward rule.
 */
import { ShapeError } from "../errors.ts";
import { sizeOf, type Shape } from "../linalg/layout.ts";
import { Matrix } from "../linalg/matrix.ts";
import { variableOf } from "./custom.ts";
import { repeated, zerosLike } from "./repetition.ts";
import { pullBack } from "./reverse.ts";
import { applyTo, type Primitive, type Tensor } from "./tensor.ts";

/** The forward rule of a matrix function. */
export type MatrixRule = (
  inputs: readonly Tensor[],
  output: Tensor,
  tangents: readonly (Tensor | undefined)[],
) => Tensor | undefined;

/** What is to say of a function of matrices. */
export interface MatrixDescription {
  readonly name: string;
  /** The sizes of the packed result for those of the inputs; throws ShapeError. */
  readonly sizes: (inputs: readonly (readonly [number, number])[]) => readonly [number, number];
  /** The packed result of one matrix of each input. It may allocate: decompositions are linalg's. */
  readonly compute: (...inputs: Matrix[]) => Matrix;
  readonly jvp: MatrixRule;
  /** Needed where the forward rule applies the primitive itself; by default that rule transposed. */
  readonly pullback?: Primitive["pullback"];
}

/** A primitive over matrices on the last two axes; all inputs have the same axes before. */
export function matrixPrimitive({ name, sizes, compute, jvp, pullback }: MatrixDescription): Primitive {
  const primitive: Primitive = {
    name,
    shape(shapes): Shape {
      const [batch] = shapes.map((shape) => shape.slice(0, -2));
      const matrices = shapes.map((shape): readonly [number, number] => {
        if (shape.length < 2) throw new ShapeError("expected matrices on the last two axes.");
        if (shape.slice(0, -2).join() !== batch.join()) throw new ShapeError("the batches differ.");
        return [shape[shape.length - 2], shape[shape.length - 1]];
      });
      return [...batch, ...sizes(matrices)];
    },
    kernel(inputs, output): () => void {
      const one = sizeOf(output.shape.slice(-2));
      const sides = inputs.map(({ shape }) => shape.slice(-2));
      return () => {
        for (let k = 0; k < output.size / one; k++) {
          const matrices = inputs.map(({ array, offset }, i) => {
            const [rows, columns] = sides[i];
            const start = offset + k * rows * columns;
            return new Matrix(rows, columns, array.slice(start, start + rows * columns));
          });
          output.array.set(compute(...matrices).data, output.offset + k * one);
        }
      };
    },
    jvp,
    pullback: pullback ?? ((inputs, output, cotangent) => transposed(jvp, inputs, output, cotangent)),
    batch: (inputs, batched, size) => applyTo(primitive, repeated(inputs, batched, size)),
  };
  return primitive;
}

/** The forward rule transposed: each input's tangent is a variable in which what is pushed from it is linear. */
function transposed(
  jvp: MatrixRule,
  inputs: readonly Tensor[],
  output: Tensor,
  cotangent: Tensor,
): (Tensor | undefined)[] {
  return inputs.map((input, k) => {
    const tangent = variableOf(zerosLike(input));
    const tangents = inputs.map((_input, other) => (other === k ? tangent : undefined));
    const pushed = jvp(inputs, output, tangents);
    return pushed && pullBack([pushed], [cotangent], [tangent])[0];
  });
}

/** The size of square matrices. Throws ShapeError for others. */
export function squareSize([rows, columns]: readonly [number, number]): number {
  if (rows !== columns) throw new ShapeError(`expected square matrices, not ${rows} × ${columns}.`);
  return rows;
}

/** Matrices of equal width one below the other. */
export function packedBelow(...parts: readonly Matrix[]): Matrix {
  const [{ columns }] = parts;
  const rows = parts.reduce((total, part) => total + part.rows, 0);
  const packed = new Matrix(rows, columns);
  let start = 0;
  for (const part of parts) {
    packed.data.set(part.data, start);
    start += part.data.length;
  }
  return packed;
}
