/**
 * Reverse-mode differentiation of a graph (A. Griewank and A. Walther, Evaluating Derivatives, 2nd ed., SIAM 2008,
 * ch. 3). The cotangents are tensors of the same graph, made by the primitives' own rules, so the result can be
 * differentiated again. Cost: a small constant (below 5) times that of the function, whatever the number of inputs.
 */
import { ShapeError } from "../errors.ts";
import { add, broadcastTo, constant } from "./arithmetic.ts";
import type { Tensor } from "./tensor.ts";

/**
 * The gradients of a scalar tensor with respect to others of its trace, one per entry of `variables`, each of that
 * variable's shape; zeros where the output does not depend on it. Cotangents that meet are added in the order of the
 * nodes, last first.
 *
 * Throws ShapeError when `output` is not a scalar. @example const [dW] = gradients(loss, [p.W])
 */
export function gradients(output: Tensor, variables: readonly Tensor[]): Tensor[] {
  if (output.shape.length > 0)
    throw new ShapeError(
      `gradients: the output has shape [${output.shape.join(", ")}]; expected a scalar (take its sum or mean).`,
    );
  const { graph } = output;
  const reached = dependents(output, variables);
  const cotangents = new Map<number, Tensor>([[output.id, constant(graph, 1)]]);
  for (let id = output.id; id >= 0; id--) {
    const cotangent = cotangents.get(id);
    const { primitive, inputs, output: tensor } = graph.nodes[id];
    if (cotangent === undefined || primitive === undefined || !inputs.some((input) => reached[input.id])) continue;
    primitive.pullback(inputs, tensor, cotangent).forEach((contribution, index) => {
      const input = inputs[index];
      if (contribution === undefined || !reached[input.id]) return;
      const others = cotangents.get(input.id);
      cotangents.set(input.id, others === undefined ? contribution : add(others, contribution));
    });
  }
  return variables.map((variable) => cotangents.get(variable.id) ?? broadcastTo(constant(graph, 0), variable.shape));
}

/** Which nodes up to the output depend on a variable: only these need cotangents. */
function dependents(output: Tensor, variables: readonly Tensor[]): boolean[] {
  const reached = new Array<boolean>(output.id + 1).fill(false);
  for (const variable of variables) reached[variable.id] = true;
  for (let id = 0; id <= output.id; id++)
    if (!reached[id]) reached[id] = output.graph.nodes[id].inputs.some((input) => reached[input.id]);
  return reached;
}
