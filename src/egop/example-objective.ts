/**
 * Per-example gradients as samples: at each drawn point every example of the data gives a gradient of its own, all in one
 * pass by vmap. The second moment is then that of single examples, whose noise an optimizer with small batches sees.
 */
import { compiled } from "../autodiff/differentiable.ts";
import type { Data, InputShapes, Traced } from "../autodiff/trace.ts";
import { pad, reshape } from "../autodiff/structure.ts";
import { add } from "../autodiff/arithmetic.ts";
import { gradient, vmap } from "../autodiff/transformations.ts";
import type { Tensor } from "../autodiff/tensor.ts";
import { ShapeError } from "../errors.ts";
import { sizeOf, type Layout } from "../linalg/layout.ts";
import type { Coordinates } from "../optim/objective.ts";

/**
 * What gives a gradient for each of its examples. As samples of an estimate, sample m is example m mod `examples` at the
 * point that key and index ⌊m / examples⌋ draw.
 */
export interface ExampleObjective {
  readonly dimension: number;
  readonly layout?: Layout;
  readonly coordinates?: Coordinates;
  /** The number of examples. */
  readonly examples: number;
  /** Overwrites `out` (examples × dimension, row by row) with the gradient of each example's loss at `point`. */
  exampleGradients(point: Float64Array, out: Float64Array): void;
}

/**
 * The gradients of a loss of one example, for all examples of the data. `loss` is written for one example: it sees each
 * input without its first axis. Throws ShapeError when the inputs differ in their first length, and as `differentiable`.
 *
 * @example exampleObjective(layout({ w: [2] }), { x: [3, 2] }, { x: [1, 2, 3, 4, 5, 6] }, (p, { x }) => square(matmul(x, p.w))).examples // 3
 */
export function exampleObjective<Name extends string, const Inputs extends InputShapes>(
  parameters: Layout<Name>,
  inputs: Inputs,
  data: Data<Inputs>,
  loss: Traced<Name, Inputs>,
): ExampleObjective {
  const names = Object.keys(inputs);
  const examples = names.length === 0 ? undefined : inputs[names[0]].at(0);
  if (examples === undefined || names.some((name) => inputs[name][0] !== examples))
    throw new ShapeError("exampleObjective: every input's first axis must be the same number of examples.");
  const { size } = parameters;
  const rows = compiled(parameters, inputs, (p, given) => {
    const perExample = vmap(
      (own: Readonly<Record<string, Tensor>>) =>
        gradient((at: Readonly<Record<Name, Tensor>>) => loss(at, own as Readonly<Record<keyof Inputs, Tensor>>))(p),
      [0],
    )(given);
    return parameters.tensors
      .map((slot) => {
        const flat = reshape(perExample[slot.name], [examples, sizeOf(slot.shape)]);
        return pad(flat, 1, slot.offset, size - slot.offset - slot.size);
      })
      .reduce((sum, part) => add(sum, part));
  }).on(data);
  return {
    dimension: size,
    layout: parameters,
    examples,
    exampleGradients(point, out): void {
      rows(point, out);
    },
  };
}
