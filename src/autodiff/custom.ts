/**
 * Nodes that compute nothing and change how derivatives are taken: a fresh name for a tensor, a tensor without
 * derivative, a function with its user's derivative, and one that is recomputed instead of stored.
 */
import { ArgumentError } from "../errors.ts";
import { sum } from "./arithmetic.ts";
import { batchOver } from "./batching.ts";
import { callerLine } from "./caller-line.ts";
import { ancestors } from "./forward.ts";
import { repeated, sameShape, zerosLike } from "./repetition.ts";
import { pullBack } from "./reverse.ts";
import { apply, applyTo, requireTensor, shapeError, type Graph, type Primitive, type Tensor } from "./tensor.ts";

/** A number that no earlier node of the graph has taken as an attribute. */
function freshNumber(graph: Graph): number {
  return graph.nodes.length;
}

const view = {
  view: true,
  shape: ([shape]: readonly (readonly number[])[]) => shape,
  kernel: () => () => undefined,
} as const;

const variablePrimitive = (number: number): Primitive => ({
  ...view,
  name: "variable",
  attributes: { number },
  jvp: (_inputs, _output, [tangent]) => tangent,
  pullback: (_inputs, _output, cotangent) => [cotangent],
  batch: ([x]) => apply(variablePrimitive(number), x),
});

/**
 * The same value under a fresh name. Differentiating in it leaves all that was computed from the tensor before a
 * constant, which is what makes nested derivatives of functions right.
 */
export function variableOf(x: Tensor): Tensor {
  return apply(variablePrimitive(freshNumber(x.graph)), x);
}

const stopPrimitive: Primitive = {
  ...view,
  name: "stopGradient",
  piecewiseConstant: true,
  jvp: () => undefined,
  pullback: () => [undefined],
  batch: ([x]) => apply(stopPrimitive, x),
};

/**
 * The same value, taken as a constant by every derivative.
 *
 * @example compiled(model, {}, (p) => gradient((b) => sum(multiply(b, stopGradient(b))))(p.b)).on({})(new Float64Array(8).fill(3)) // [3, 3]
 */
export function stopGradient(x: Tensor): Tensor {
  return apply(stopPrimitive, x);
}

/** The transposed derivative of a user's function: the cotangent of each argument (`undefined` for zeros). */
export type PullbackRule = (
  inputs: readonly Tensor[],
  output: Tensor,
  cotangent: Tensor,
) => readonly (Tensor | undefined)[];

/** Input 0 is the value, the others are what the rule differentiates it in. */
const customPrimitive = (name: string, number: number, rule: PullbackRule): Primitive => {
  const checked: PullbackRule = (inputs, output, cotangent) => {
    const cotangents = rule(inputs, output, cotangent);
    inputs.forEach((input, k) => {
      const given = cotangents[k];
      if (given !== undefined && !sameShape(given.shape, input.shape))
        throw shapeError(name, [input, given], `the rule's cotangent of argument ${k} has not its shape.`);
    });
    return cotangents;
  };
  return {
    ...view,
    name,
    attributes: { number },
    jvp: ([, ...inputs], output, [, ...tangents]) => transposedTwice(checked, inputs, output, tangents),
    pullback: ([, ...inputs], output, cotangent) => [undefined, ...checked(inputs, output, cotangent)],
    batch(inputs, batched, size): Tensor {
      const [value] = repeated(inputs.slice(0, 1), batched, size);
      const fresh = freshNumber(value.graph);
      const all = [value, ...inputs.slice(1)];
      return applyTo(customPrimitive(name, fresh, batchedRule(checked, batched.slice(1), size)), all);
    },
  };
};

/**
 * The forward rule that belongs to a transposed one: the transposed derivative is linear in the cotangent, and
 * transposing it (by reverse mode, in a cotangent whose value does not matter) gives the derivative.
 */
function transposedTwice(
  rule: PullbackRule,
  inputs: readonly Tensor[],
  output: Tensor,
  tangents: readonly (Tensor | undefined)[],
): Tensor | undefined {
  const cotangent = variableOf(zerosLike(output));
  const cotangents = rule(inputs, output, cotangent);
  const pairs = tangents.flatMap((tangent, k) => {
    const given = cotangents[k];
    return tangent === undefined || given === undefined ? [] : [{ tangent, given }];
  });
  if (pairs.length === 0) return undefined;
  return pullBack(
    pairs.map(({ given }) => given),
    pairs.map(({ tangent }) => tangent),
    [cotangent],
  )[0];
}

/** The rule for all examples at once; `batched` says which arguments have them along their first axis. */
function batchedRule(rule: PullbackRule, batched: readonly boolean[], size: number): PullbackRule {
  return (inputs, output, cotangent) => {
    const { graph } = output;
    const example = (tensor: Tensor): Tensor => graph.input("example", tensor.shape.slice(1));
    const ownInputs = inputs.map((input, k) => (batched[k] ? example(input) : input));
    const ownOutput = example(output);
    const ownCotangent = example(cotangent);
    const placeholders = [ownOutput, ownCotangent, ...ownInputs.filter((_input, k) => batched[k])];
    const examples = [output, cotangent, ...inputs.filter((_input, k) => batched[k])];
    return rule(ownInputs, ownOutput, ownCotangent).map((one, k) => {
      if (one === undefined) return undefined;
      const [all] = batchOver([one], placeholders, examples, size);
      return batched[k] ? all : sum(all, 0);
    });
  };
}

/**
 * A function with its user's own derivative: `rule(inputs, output, cotangent)` gives the cotangent of each argument for
 * that of the result, `undefined` for zeros, written with this library's operations and linear in the cotangent. Forward
 * mode and batching follow from it. Useful where the derivative of the formula is inaccurate, or meant to be another.
 *
 * The returned function throws ArgumentError when `f` uses a tensor that is not among its arguments (its derivative
 * would be lost), ShapeError when the rule's cotangent has another shape than its argument.
 *
 * @example compiled(model, {}, (p) => gradient((b) => sum(customDerivative(sign, (_x, _y, by) => [by])(b)))(p.b)).on({})(new Float64Array(8)) // [1, 1]
 */
export function customDerivative<Inputs extends readonly Tensor[]>(
  f: (...inputs: Inputs) => Tensor,
  rule: PullbackRule,
): (...inputs: Inputs) => Tensor {
  return (...inputs) => {
    const own = namedAnew("customDerivative", inputs);
    const value = f(...(own as readonly Tensor[] as Inputs));
    requireTensor(value, "customDerivative");
    if (usedFromOutside(value, own).length > 0)
      throw new ArgumentError(
        `customDerivative: the function uses tensors that are not among its arguments.${callerLine()}`,
      );
    const primitive = customPrimitive("customDerivative", freshNumber(value.graph), rule);
    return applyTo(primitive, [value, ...inputs]);
  };
}

/**
 * The same function, whose intermediate values are computed again when its derivative needs them instead of being kept:
 * less memory for one more evaluation. Values and derivatives are the same bits. Tensors from outside that the function
 * uses are differentiated too.
 *
 * @example compiled(model, {}, (p) => checkpoint((b) => exp(tanh(b)))(p.b)).shape // [2]
 */
export function checkpoint<Inputs extends readonly Tensor[]>(
  f: (...inputs: Inputs) => Tensor,
): (...inputs: Inputs) => Tensor {
  return (...inputs) => {
    const own = namedAnew("checkpoint", inputs);
    const value = f(...(own as readonly Tensor[] as Inputs));
    requireTensor(value, "checkpoint");
    const outside = usedFromOutside(value, own);
    const from = [...own, ...outside];
    const again: PullbackRule = (all, _output, cotangent) => {
      const fresh = all.map(variableOf);
      return pullBack([computedAgain(value, from, fresh)], [cotangent], fresh);
    };
    const primitive = customPrimitive("checkpoint", freshNumber(value.graph), again);
    return applyTo(primitive, [value, ...inputs, ...outside]);
  };
}

function namedAnew(caller: string, inputs: readonly Tensor[]): Tensor[] {
  if (inputs.length === 0) throw new ArgumentError(`${caller}: the function needs at least one tensor as argument.`);
  for (const input of inputs) requireTensor(input, caller);
  return inputs.map(variableOf);
}

/** The older tensors, other than fixed numbers, that a function's value was computed from beside its arguments. */
function usedFromOutside(value: Tensor, own: readonly Tensor[]): Tensor[] {
  const first = own[0].id;
  const used = new Map<number, Tensor>();
  const seen = new Set<number>();
  const pending = [value];
  for (let tensor = pending.pop(); tensor !== undefined; tensor = pending.pop()) {
    if (seen.has(tensor.id) || own.includes(tensor)) continue;
    seen.add(tensor.id);
    const { primitive, inputs } = tensor.node;
    if (tensor.id >= first) pending.push(...inputs);
    else if (primitive === undefined || inputs.length > 0) used.set(tensor.id, tensor);
  }
  return [...used.values()].sort((a, b) => a.id - b.id);
}

/** The nodes between `from` and the value applied once more, to other tensors. */
function computedAgain(value: Tensor, from: readonly Tensor[], to: readonly Tensor[]): Tensor {
  const replaced = new Map(from.map((tensor, k) => [tensor.id, to[k]]));
  const compute = (tensor: Tensor): Tensor => {
    const known = replaced.get(tensor.id);
    if (known !== undefined) return known;
    const { primitive, inputs } = tensor.node;
    if (primitive === undefined || inputs.length === 0) return tensor;
    throw new ArgumentError(`checkpoint: tensor ${tensor.id} is used before it is computed.`);
  };
  const first = Math.min(...from.map((tensor) => tensor.id));
  const needed = ancestors([value], value.id);
  for (let id = first; id <= value.id; id++) {
    const { primitive, inputs } = value.graph.nodes[id];
    if (!needed[id] || replaced.has(id) || primitive === undefined || inputs.length === 0) continue;
    replaced.set(id, applyTo(primitive, inputs.map(compute)));
  }
  return compute(value);
}
