/**
 * Reverse-mode differentiation of a graph (A. Griewank and A. Walther, Evaluating Derivatives, 2nd ed., SIAM 2008,
 * ch. 3). The cotangents are tensors of the same graph, made by the primitives' own rules, so the result can be
 * differentiated again. Cost: a small constant (below 5) times that of the function, whatever the number of inputs.
 */
import { ArgumentError } from "../errors.ts";
import { add } from "./arithmetic.ts";
import { callerLine } from "./caller-line.ts";
import { constant, zerosLike } from "./repetition.ts";
import { shapeError, type Node, type Tensor } from "./tensor.ts";

/**
 * The gradients of a scalar tensor with respect to others of its trace, one per entry of `variables`, each of that
 * variable's shape; zeros where the output does not depend on it. Cotangents that meet are added in the order of the
 * nodes, last first. Everything between is differentiated, so what depends on a variable is no constant; `gradient`
 * differentiates a function in its argument.
 *
 * Throws ShapeError when `output` is not a scalar, ArgumentError when a variable reaches it through whole numbers (the
 * labels of a cross-entropy, argmax).
 *
 * @example compiled(model, {}, (p) => gradients(sum(square(p.b)), [p.b])[0]).on({})(new Float64Array(8).fill(1)) // [2, 2]
 */
export function gradients(output: Tensor, variables: readonly Tensor[]): Tensor[] {
  if (output.shape.length > 0)
    throw shapeError("gradients", [output], "the output has axes; expected a scalar (take its sum or mean).");
  return pullBack([output], [constant(output.graph, 1)], variables);
}

/**
 * The transposed Jacobian of `outputs` with respect to `variables`, applied to one cotangent for each output (`undefined`
 * for zeros). Throws ArgumentError as `gradients` does.
 */
export function pullBack(
  outputs: readonly Tensor[],
  outputCotangents: readonly (Tensor | undefined)[],
  variables: readonly Tensor[],
): Tensor[] {
  const last = Math.max(...outputs.map((output) => output.id));
  const { nodes } = outputs[0].graph;
  const reached = dependents(nodes, variables, last);
  const contributions = new Map<number, Tensor[]>();
  const accumulate = (tensor: Tensor, contribution: Tensor | undefined): void => {
    if (contribution === undefined || !reached[tensor.id]) return;
    const others = contributions.get(tensor.id);
    if (others === undefined) contributions.set(tensor.id, [contribution]);
    else others.push(contribution);
  };
  outputs.forEach((output, k) => accumulate(output, outputCotangents[k]));
  for (let id = last; id >= 0; id--) {
    const parts = contributions.get(id);
    const { primitive, inputs, output } = nodes[id];
    if (parts === undefined || primitive === undefined || !inputs.some((input) => reached[input.id])) continue;
    if (primitive.piecewiseConstant === true) continue;
    requireContinuous(nodes[id], reached);
    const cotangent = total(parts);
    primitive.pullback(inputs, output, cotangent).forEach((contribution, index) => {
      accumulate(inputs[index], contribution);
    });
  }
  return variables.map((variable) => {
    const parts = contributions.get(variable.id);
    return parts === undefined ? zerosLike(variable) : total(parts);
  });
}

/** The sum of cotangents, first to last, unless the operation that made the first knows better. */
function total(parts: readonly Tensor[]): Tensor {
  const known = parts.length > 1 ? parts[0].node.primitive?.total?.(parts) : undefined;
  return known ?? parts.reduce((sum, part) => add(sum, part));
}

/** Which nodes up to `last` have a derivative in a variable. */
export function dependents(nodes: readonly Node[], variables: readonly Tensor[], last: number): boolean[] {
  return reachedFrom(nodes, variables, last, ({ primitive }) => primitive?.piecewiseConstant !== true);
}

/** Which nodes up to `last` a tensor enters, through nodes that let it pass. */
export function reachedFrom(
  nodes: readonly Node[],
  variables: readonly Tensor[],
  last: number,
  passes: (node: Node) => boolean = () => true,
): boolean[] {
  const reached = new Array<boolean>(last + 1).fill(false);
  for (const variable of variables) reached[variable.id] = true;
  for (let id = 0; id <= last; id++)
    if (!reached[id]) reached[id] = passes(nodes[id]) && nodes[id].inputs.some((input) => reached[input.id]);
  return reached;
}

/** Throws ArgumentError when a derivative would have to pass through whole numbers. */
export function requireContinuous({ primitive, inputs }: Node, reached: readonly boolean[]): void {
  const bad = primitive?.discrete?.find((index) => reached[inputs[index].id]);
  if (primitive !== undefined && bad !== undefined)
    throw new ArgumentError(
      `${primitive.name}: cannot differentiate through argument ${bad}, which is read as whole numbers; use ` +
        `stopGradient where no derivative is meant.${callerLine()}`,
    );
}
