/**
 * What makes an elementwise primitive of its loop and of its derivative. The Jacobian of such an operation is diagonal,
 * its own transpose, so that one statement of it (how a tensor is multiplied by it) serves both modes; and examples of
 * a batch are only more elements.
 */
import type { Shape } from "../linalg/layout.ts";
import { broadcastShapes, planBroadcast, type BroadcastPlan } from "./broadcast.ts";
import { broadcastTo, sumTo, withRank } from "./repetition.ts";
import { applyTo, type BinaryLoop, type Operand, type Primitive, type Tensor, type UnaryLoop } from "./tensor.ts";

/** `by` times the derivative at x, where `output` = f(x). */
export type UnaryDerivative = (by: Tensor, x: Tensor, output: Tensor) => Tensor;

/** A function of one variable, applied to every element; constant piece by piece without a derivative. */
export function unary(name: string, loop: UnaryLoop, derivative?: UnaryDerivative): Primitive {
  const primitive: Primitive = {
    name,
    overwrites: [0],
    elementwise: { arity: 1, loop },
    shape: ([x]) => x,
    kernel([x], output): () => void {
      return () => loop(output.size, x.array, x.offset, output.array, output.offset);
    },
    piecewiseConstant: derivative === undefined,
    jvp: ([x], output, [tangent]) => tangent && derivative?.(tangent, x, output),
    pullback: ([x], output, cotangent) => [derivative?.(cotangent, x, output)],
    batch: ([x]) => applyTo(primitive, [x]),
  };
  return primitive;
}

/** `by` times one of the two partial derivatives at (a, b), where `output` = f(a, b). */
export type BinaryDerivative = (by: Tensor, a: Tensor, b: Tensor, output: Tensor) => Tensor | undefined;

/**
 * A function of two variables, applied to every pair of elements after broadcasting, and the way to `add` the tangents
 * that its two derivatives give; constant piece by piece without these.
 */
export function binary(
  name: string,
  loop: BinaryLoop,
  derivatives: readonly BinaryDerivative[] = [],
  add: (a: Tensor, b: Tensor) => Tensor = (a) => a,
): Primitive {
  const primitive: Primitive = {
    name,
    overwrites: [0, 1],
    piecewiseConstant: derivatives.length === 0,
    elementwise: { arity: 2, loop },
    shape: ([a, b]) => broadcastShapes(a, b),
    kernel([a, b], output): () => void {
      const plan = planBroadcast(output.shape, [a.shape, b.shape]);
      return () => runRows(loop, plan, a, b, output);
    },
    jvp([a, b], output, tangents): Tensor | undefined {
      const [one, other]: (Tensor | undefined)[] = derivatives.map((derivative, k) => {
        const tangent = tangents[k];
        return tangent === undefined ? undefined : derivative(tangent, a, b, output);
      });
      const total = one === undefined ? other : other === undefined ? one : add(one, other);
      return total && broadcastTo(total, output.shape);
    },
    pullback: (inputs, output, cotangent) =>
      derivatives.map((derivative, k) => {
        const full = derivative(cotangent, inputs[0], inputs[1], output);
        return full && sumTo(broadcastTo(full, output.shape), inputs[k].shape);
      }),
    batch: (inputs, batched) => applyTo(primitive, alignedExamples(inputs, batched)),
  };
  return primitive;
}

/** Examples along the first axis, and the other axes broadcast as those of single examples do. */
export function alignedExamples(inputs: readonly Tensor[], batched: readonly boolean[]): Tensor[] {
  const rank = Math.max(...inputs.map(({ shape }: { shape: Shape }, k) => shape.length - (batched[k] ? 1 : 0)));
  return inputs.map((input, k) => (batched[k] ? withRank(input, rank) : input));
}

function runRows(loop: BinaryLoop, plan: BroadcastPlan, a: Operand, b: Operand, output: Operand): void {
  const { rows, rowLength } = plan;
  const [startsA, startsB] = plan.starts;
  const [stepA, stepB] = plan.strides;
  let out = output.offset;
  for (let r = 0; r < rows; r++, out += rowLength)
    loop(rowLength, a.array, a.offset + startsA[r], stepA, b.array, b.offset + startsB[r], stepB, output.array, out);
}
