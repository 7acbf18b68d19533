/**
 * Primitives that are linear in their only input: the forward rule is the primitive itself, applied to the tangent, and
 * the reverse rule is its transpose.
 */
import { applyTo, type Primitive, type Tensor } from "./tensor.ts";

/** What is left to say of a linear primitive of one tensor. */
export interface LinearDescription extends Omit<Primitive, "jvp" | "pullback"> {
  /** The transpose applied to the output's cotangent: the input's. */
  readonly transpose: (cotangent: Tensor, input: Tensor) => Tensor;
}

/** A primitive with one input, linear in it. */
export function linear({ transpose, ...description }: LinearDescription): Primitive {
  const primitive: Primitive = {
    ...description,
    jvp: (_inputs, _output, [tangent]) => (tangent === undefined ? undefined : applyTo(primitive, [tangent])),
    pullback: ([input], _output, cotangent) => [transpose(cotangent, input)],
  };
  return primitive;
}
