/**
 * Forward-mode differentiation of a graph (A. Griewank and A. Walther, Evaluating Derivatives, 2nd ed., SIAM 2008,
 * ch. 3): tangents are pushed from variables to outputs, node by node. Cost: at most about twice that of the function,
 * whatever the number of outputs.
 */
import { sameShape, zerosLike } from "./repetition.ts";
import { dependents, requireContinuous } from "./reverse.ts";
import { shapeError, type Node, type Tensor } from "./tensor.ts";

/**
 * The Jacobian of `outputs` with respect to `variables`, applied to one tangent for each variable (of its shape): one
 * tangent for each output, zeros where it does not depend on any.
 *
 * Throws ShapeError for a tangent of another shape than its variable's, ArgumentError when a variable reaches an output
 * through whole numbers.
 */
export function pushForward(
  outputs: readonly Tensor[],
  variables: readonly Tensor[],
  tangents: readonly Tensor[],
): Tensor[] {
  variables.forEach((variable, k) => {
    if (!sameShape(variable.shape, tangents[k].shape))
      throw shapeError("jvp", [variable, tangents[k]], "a point and its direction must have the same shape.");
  });
  const first = Math.min(...variables.map((variable) => variable.id));
  const last = Math.max(...outputs.map((output) => output.id));
  const { nodes } = outputs[0].graph;
  const reached = dependents(nodes, variables, last);
  const needed = ancestors(outputs, last, ({ primitive }) => primitive?.piecewiseConstant !== true);
  const found = new Map(variables.map((variable, k) => [variable.id, tangents[k]]));
  for (let id = first; id <= last; id++) {
    const { primitive, inputs, output } = nodes[id];
    if (!reached[id] || !needed[id] || primitive === undefined || found.has(id)) continue;
    requireContinuous(nodes[id], reached);
    const tangent = primitive.jvp(
      inputs,
      output,
      inputs.map((input) => found.get(input.id)),
    );
    if (tangent !== undefined) found.set(id, tangent);
  }
  return outputs.map((output) => found.get(output.id) ?? zerosLike(output));
}

/** Which nodes an output needs, through nodes that pass. */
export function ancestors(
  outputs: readonly Tensor[],
  last: number,
  passes: (node: Node) => boolean = () => true,
): boolean[] {
  const { nodes } = outputs[0].graph;
  const needed = new Array<boolean>(last + 1).fill(false);
  for (const output of outputs) needed[output.id] = true;
  for (let id = last; id >= 0; id--)
    if (needed[id] && passes(nodes[id])) for (const input of nodes[id].inputs) needed[input.id] = true;
  return needed;
}
