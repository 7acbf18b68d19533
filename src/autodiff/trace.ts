/**
 * Tracing: calls a user's function once with tensors that stand for its parameters and data, and keeps the graph that
 * the call leaves behind.
 */
import { ArgumentError, ShapeError } from "../errors.ts";
import type { Layout, Shape } from "../linalg/layout.ts";
import type { Program } from "./compile.ts";
import { Graph, Tensor } from "./tensor.ts";

/** Names and shapes of the data that a function reads beside the parameters. */
export type InputShapes = Readonly<Record<string, Shape>>;
/** The data itself, row-major: an array of numbers for each name. */
export type Data<Inputs extends InputShapes> = Readonly<Record<keyof Inputs, ArrayLike<number>>>;
/** What a traced function receives: the parameter tensors by name, and the input tensors by name. */
export type Traced<Name extends string, Inputs extends InputShapes> = (
  parameters: Readonly<Record<Name, Tensor>>,
  inputs: Readonly<Record<keyof Inputs, Tensor>>,
) => Tensor;

/** The graph of one call, and the tensors in it that went in and came out. */
export interface Trace {
  readonly graph: Graph;
  readonly parameters: readonly Tensor[];
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
}

/**
 * Traces a function; `caller` opens the messages. Throws ShapeError for an input shape with a length that is not a
 * positive whole number, ArgumentError when the function returns no tensor of the trace.
 */
export function trace<Name extends string, Inputs extends InputShapes>(
  caller: string,
  parameters: Layout<Name>,
  shapes: Inputs,
  body: Traced<Name, Inputs>,
): Trace {
  const graph = new Graph();
  const byName = Object.fromEntries(parameters.tensors.map(({ name, shape }) => [name, graph.input(name, shape)]));
  const inputs = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      if (!shape.every((length) => Number.isSafeInteger(length) && length > 0))
        throw new ShapeError(
          `${caller}: the input "${name}" has shape [${shape.join(", ")}]; every length must be a positive whole number ` +
            `(an empty batch has no loss).`,
        );
      return [name, graph.input(name, shape)];
    }),
  );
  const output = body(byName as Record<Name, Tensor>, inputs as Record<keyof Inputs, Tensor>);
  if (!(output instanceof Tensor) || output.graph !== graph)
    throw new ArgumentError(`${caller}: the traced function must return a tensor made from its arguments.`);
  return { graph, parameters: Object.values(byName), inputs: Object.values(inputs), output };
}

/** The trace of a scalar function; further throws ShapeError for a result with axes. */
export function traceLoss<Name extends string, Inputs extends InputShapes>(
  caller: string,
  parameters: Layout<Name>,
  shapes: Inputs,
  loss: Traced<Name, Inputs>,
): Trace {
  const traced = trace(caller, parameters, shapes, loss);
  if (traced.output.shape.length > 0)
    throw new ShapeError(
      `${caller}: the loss has shape [${traced.output.shape.join(", ")}]; expected a scalar (take its mean).`,
    );
  return traced;
}

/** The point's array holds the parameters from now on. */
export function placeParameters(program: Program, parameters: Layout, point: Float64Array): void {
  for (let t = 0; t < parameters.tensors.length; t++) program.placeInput(t, point, parameters.tensors[t].offset);
}
