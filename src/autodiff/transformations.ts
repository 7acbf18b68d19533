/**
 * Functions of tensors turned into their derivatives and into functions of many examples. Each transformation takes and
 * gives ordinary functions to be called inside a trace, so they nest in any order: a gradient of a gradient, `vmap` of a
 * gradient (one gradient per example), a Hessian-vector product of a batched loss.
 *
 * The differentiated argument is always the first: a tensor, a list of tensors or tensors by name (such as the
 * parameters of a model); derivatives come in the same form. Everything else is taken as constant, also what the
 * function uses from outside, even where that depends on the first argument.
 */
import { ArgumentError } from "../errors.ts";
import { equal } from "./comparisons.ts";
import { batchOver } from "./batching.ts";
import { variableOf } from "./custom.ts";
import { pushForward } from "./forward.ts";
import { range } from "./repetition.ts";
import { gradients, pullBack } from "./reverse.ts";
import { reshape, transpose } from "./structure.ts";
import { axisOf, requireTensor, shapeError, type Tensor } from "./tensor.ts";
import { leaves, pairedLeaves, rebuild, type Tensors } from "./tree.ts";

/** A function of tensors; what comes after the first argument is passed through. */
type Function<At extends Tensors, Rest extends readonly unknown[], Result> = (at: At, ...rest: Rest) => Result;

/** Calls a function with its first argument's tensors under fresh names. */
function call<At extends Tensors, Result>(caller: string, f: (at: At) => Result, at: At): [Result, Tensor[]] {
  const given = leaves(at, caller);
  if (given.length === 0) throw new ArgumentError(`${caller}: there is no tensor to differentiate in.`);
  const variables = given.map(variableOf);
  return [f(rebuild(at, variables)), variables];
}

/**
 * The function that gives the gradient of a scalar function in its first argument, in that argument's form.
 * It throws ShapeError when the result is no scalar, ArgumentError for a derivative through whole numbers.
 *
 * @example compiled(model, {}, (p) => gradient((b) => sum(square(b)))(p.b)).on({})(new Float64Array(8).fill(1)) // [2, 2]
 */
export function gradient<At extends Tensors, Rest extends readonly unknown[]>(
  f: Function<At, Rest, Tensor>,
): Function<At, Rest, At> {
  return (at, ...rest) => valueAndGradient(f)(at, ...rest).gradient;
}

/**
 * `gradient` together with the value, which is computed on the way.
 *
 * @example compiled(model, {}, (p) => valueAndGradient((b) => sum(square(b)))(p.b).value).on({})(new Float64Array(8).fill(3)) // [18]
 */
export function valueAndGradient<At extends Tensors, Rest extends readonly unknown[]>(
  f: Function<At, Rest, Tensor>,
): Function<At, Rest, { readonly value: Tensor; readonly gradient: At }> {
  return (at, ...rest) => {
    const [value, variables] = call("gradient", (own: At) => f(own, ...rest), at);
    requireTensor(value, "gradient");
    return { value, gradient: rebuild(at, gradients(value, variables)) };
  };
}

/**
 * The value of a function at a point and the derivative there along a direction (of the point's form and shapes), by
 * forward mode: about twice the cost of the function, however many results it has.
 * Throws ShapeError when point and direction differ in shape, ArgumentError when they differ in form.
 *
 * @example compiled(model, {}, (p) => jvp(square, p.b, p.b).tangent).on({})(new Float64Array(8).fill(3)) // [18, 18]
 */
export function jvp<At extends Tensors, Result extends Tensors>(
  f: (at: At) => Result,
  at: At,
  direction: At,
): { readonly value: Result; readonly tangent: Result } {
  const [, directions] = pairedLeaves(at, direction, "jvp");
  const [value, variables] = call("jvp", f, at);
  return { value, tangent: rebuild(value, pushForward(leaves(value, "jvp"), variables, directions)) };
}

/**
 * The value of a function at a point and its transposed derivative there: `pullback` takes a cotangent of the value's
 * form and shapes and gives one of the point's, by reverse mode: a small constant times the cost of the function,
 * however many arguments it has. `pullback` throws ShapeError when the cotangent has another shape than the value.
 *
 * @example compiled(model, {}, (p) => vjp(square, p.b).pullback(p.b)).on({})(new Float64Array(8).fill(3)) // [18, 18]
 */
export function vjp<At extends Tensors, Result extends Tensors>(
  f: (at: At) => Result,
  at: At,
): { readonly value: Result; readonly pullback: (cotangent: Result) => At } {
  const [value, variables] = call("vjp", f, at);
  const pullback = (cotangent: Result): At => {
    const [outputs, cotangents] = pairedLeaves(value, cotangent, "vjp");
    outputs.forEach((output, k) => {
      if (output.shape.join() !== cotangents[k].shape.join())
        throw shapeError("vjp", [output, cotangents[k]], "a value and its cotangent must have the same shape.");
    });
    return rebuild(at, pullBack(outputs, cotangents, variables));
  };
  return { value, pullback };
}

/**
 * The Jacobian of a function from tensor to tensor: an entry for each element of the result and of the argument, shape
 * [...result, ...argument]. Forward mode pushes one direction per element of the argument, reverse mode pulls one
 * cotangent per element of the result, all at once; by default the fewer.
 *
 * @example compiled(model, {}, (p) => jacobian(square)(p.b)).on({})(new Float64Array(8).fill(3)) // [6, 0, 0, 6]
 */
export function jacobian<Rest extends readonly unknown[]>(
  f: Function<Tensor, Rest, Tensor>,
  options: { readonly mode?: "forward" | "reverse" } = {},
): Function<Tensor, Rest, Tensor> {
  return (at, ...rest) => {
    const [value, [variable]] = call("jacobian", (own: Tensor) => f(own, ...rest), at);
    requireTensor(value, "jacobian");
    const { mode = value.size < at.size ? "reverse" : "forward" } = options;
    const { graph } = variable;
    const shape = [...value.shape, ...at.shape];
    if (mode === "reverse") {
      const cotangent = graph.input("cotangent", value.shape);
      const pulled = pullBack([value], [cotangent], [variable]);
      return reshape(batchOver(pulled, [cotangent], [basis(value)], value.size)[0], shape);
    }
    const tangent = graph.input("tangent", at.shape);
    const pushed = pushForward([value], [variable], [tangent]);
    const [columns] = batchOver(pushed, [tangent], [basis(at)], at.size);
    return reshape(transpose(reshape(columns, [at.size, value.size])), shape);
  };
}

/** The unit tensors of a tensor's shape, one for each element, along a new first axis. */
function basis(like: Tensor): Tensor {
  const places = range(like.graph, like.size);
  return reshape(equal(reshape(places, [like.size, 1]), places), [like.size, ...like.shape]);
}

/**
 * The Hessian of a scalar function of one tensor, shape [...argument, ...argument]: the Jacobian, by forward mode, of the
 * gradient.
 *
 * @example compiled(model, {}, (p) => hessian((b) => sum(square(b)))(p.b)).on({})(new Float64Array(8)) // [2, 0, 0, 2]
 */
export function hessian<Rest extends readonly unknown[]>(
  f: Function<Tensor, Rest, Tensor>,
): Function<Tensor, Rest, Tensor> {
  return jacobian(gradient(f), { mode: "forward" });
}

/**
 * The Hessian of a scalar function times a direction, without forming it: forward mode through the gradient, a small
 * constant times the cost of the function. Point and direction are of one form. Throws as `jvp` and `gradient`.
 *
 * @example compiled(model, {}, (p) => hessianVector((b) => sum(square(b)))(p.b, p.b)).on({})(new Float64Array(8).fill(3)) // [6, 6]
 */
export function hessianVector<At extends Tensors, Rest extends readonly unknown[]>(
  f: Function<At, Rest, Tensor>,
): (at: At, direction: At, ...rest: Rest) => At {
  return (at, direction, ...rest) => jvp((own: At) => gradient(f)(own, ...rest), at, direction).tangent;
}

/** Along which axis each argument holds the examples; null for an argument that serves them all. */
export type ExampleAxes = readonly (number | null)[];

/**
 * A function of one example made a function of many: each argument (a tensor, a list, or tensors by name) holds the
 * examples along the axis that `axes` names for it (by default 0 for all), null for one that is shared; the results have
 * them along their first axis. What the function uses from outside is shared. The examples are computed together, by
 * the primitives' batching rules, and not in a loop.
 *
 * The returned function throws ArgumentError when no argument has examples, ShapeError when their numbers differ.
 *
 * @example compiled(model, {}, (p) => vmap((row) => sum(square(row)))(p.W)).on({})(new Float64Array(8).fill(1)) // [2, 2, 2]
 */
export function vmap<Arguments extends readonly Tensors[], Result extends Tensors>(
  f: (...inputs: Arguments) => Result,
  axes?: ExampleAxes,
): (...inputs: Arguments) => Result {
  return (...inputs) => {
    const placeholders: Tensor[] = [];
    const examples: Tensor[] = [];
    const own = inputs.map((input, k) => {
      const axis = axes === undefined ? 0 : axes.at(k);
      const tensors = leaves(input, "vmap");
      if (axis === null) return input;
      if (axis === undefined)
        throw new ArgumentError(`vmap: the axes name ${axes?.length ?? 0} arguments; argument ${k} was given.`);
      const placed = tensors.map((tensor) => {
        const at = axisOf("vmap", tensor, axis);
        const others = tensor.shape.map((_length, a) => a).filter((a) => a !== at);
        const moved = transpose(tensor, [at, ...others]);
        const placeholder = tensor.graph.input("example", moved.shape.slice(1));
        placeholders.push(placeholder);
        examples.push(moved);
        return placeholder;
      });
      return rebuild(input, placed);
    });
    const size = commonSize(examples);
    const result = f(...(own as readonly Tensors[] as Arguments));
    return rebuild(result, batchOver(leaves(result, "vmap"), placeholders, examples, size));
  };
}

function commonSize(examples: readonly Tensor[]): number {
  const size = examples.at(0)?.shape[0];
  if (size === undefined) throw new ArgumentError("vmap: no argument holds examples; name an axis for at least one.");
  if (examples.some((tensor) => tensor.shape[0] !== size))
    throw shapeError("vmap", examples, "the arguments hold different numbers of examples.");
  return size;
}
