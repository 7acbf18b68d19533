/**
 * The front of automatic differentiation: a loss written once with tensors becomes an objective with an exact gradient.
 * The function is traced over fixed shapes, differentiated as a graph and compiled; evaluating it allocates nothing.
 */
import { ArgumentError, NotFiniteError, ShapeError } from "../errors.ts";
import { sizeOf, type Layout, type Shape } from "../linalg/layout.ts";
import { subset, type Key } from "../math/random.ts";
import { compile, type Program } from "./compile.ts";
import { gradients } from "./reverse.ts";
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

/** A loss with its data: an Objective. */
export interface BoundLoss {
  readonly dimension: number;
  readonly layout: Layout;
  valueAndGradient(point: Float64Array, gradientOut: Float64Array): number;
}

/** A loss that draws its rows by key: a StochasticObjective. */
export interface SampledLoss {
  readonly dimension: number;
  readonly layout: Layout;
  valueAndGradient(point: Float64Array, gradientOut: Float64Array, key: Key): number;
}

/** A traced loss, before it has its data. */
export interface DifferentiableLoss<Inputs extends InputShapes> {
  readonly layout: Layout;
  /**
   * The loss on this data, whose lengths must be those of the declared shapes. The numbers are copied.
   * Throws ShapeError for another length, NotFiniteError for NaN or an infinity, naming input and place.
   */
  on(data: Data<Inputs>): BoundLoss;
  /**
   * The loss on rows drawn from larger data: if the shapes declare 32 rows (their first axis), each evaluation draws 32
   * distinct rows by its key, the same rows of every input. The numbers are copied. Throws as `on` does, and ShapeError
   * when the inputs declare different numbers of rows or the data has fewer.
   */
  onBatches(data: Data<Inputs>): SampledLoss;
}

/**
 * Traces a loss over the parameters of a layout and inputs of fixed shapes. The function runs once, here; it must build
 * a scalar from its tensors with this library's operations.
 *
 * Throws ShapeError for an empty input (a zero length), for operations whose shapes do not fit, and for a result that is
 * no scalar.
 *
 * @example differentiable(layout({ w: [3] }), { x: [8, 3] }, (p, { x }) => mean(square(matmul(x, p.w)))).layout.size // 3
 */
export function differentiable<Name extends string, const Inputs extends InputShapes>(
  parameters: Layout<Name>,
  inputs: Inputs,
  loss: Traced<Name, Inputs>,
): DifferentiableLoss<Inputs> {
  const traced = trace("differentiable", parameters, inputs, loss);
  if (traced.output.shape.length > 0)
    throw new ShapeError(
      `differentiable: the loss has shape [${traced.output.shape.join(", ")}]; expected a scalar (take its mean).`,
    );
  const outputs = [traced.output, ...gradients(traced.output, traced.parameters)];
  traced.graph.close();
  const newProgram = (): Program => compile([...traced.parameters, ...traced.inputs], outputs);
  return {
    layout: parameters,
    on(data: Data<Inputs>): BoundLoss {
      const program = newProgram();
      placeData(program, parameters, inputs, (name, shape) => checkedCopy(name, shape, data[name]));
      return { dimension: parameters.size, layout: parameters, valueAndGradient: evaluator(program, parameters) };
    },
    onBatches(data: Data<Inputs>): SampledLoss {
      const program = newProgram();
      const names = Object.keys(inputs);
      const next = batchDrawer(inputs, data, (name) =>
        program.ownInput(parameters.tensors.length + names.indexOf(name)),
      );
      const evaluate = evaluator(program, parameters);
      const valueAndGradient = (point: Float64Array, gradientOut: Float64Array, key: Key): number => {
        next(key);
        return evaluate(point, gradientOut);
      };
      return { dimension: parameters.size, layout: parameters, valueAndGradient };
    },
  };
}

/** A traced function of any shape, before it has its data. */
export interface CompiledFunction<Inputs extends InputShapes> {
  /** The shape of the result. */
  readonly shape: Shape;
  /** The function on this data: parameters in, the result's elements (row-major, a new array or `out`) back. */
  on(data: Data<Inputs>): (parameters: Float64Array, out?: Float64Array) => Float64Array;
}

/**
 * Traces a function that needs no gradient, such as a model's predictions; for the rest see `differentiable`.
 *
 * @example compiled(layout({ w: [2] }), { x: [1, 2] }, (p, { x }) => matmul(x, p.w)).on({ x: [3, 4] })(new Float64Array([1, 1]))[0] // 7
 */
export function compiled<Name extends string, const Inputs extends InputShapes>(
  parameters: Layout<Name>,
  inputs: Inputs,
  body: Traced<Name, Inputs>,
): CompiledFunction<Inputs> {
  const traced = trace("compiled", parameters, inputs, body);
  traced.graph.close();
  const { shape, size } = traced.output;
  return {
    shape,
    on(data: Data<Inputs>) {
      const program = compile([...traced.parameters, ...traced.inputs], [traced.output]);
      placeData(program, parameters, inputs, (name, declared) => checkedCopy(name, declared, data[name]));
      return (point: Float64Array, out: Float64Array = new Float64Array(size)): Float64Array => {
        parameters.check(point, "compiled function");
        if (out.length !== size)
          throw new ShapeError(`compiled function: out has ${out.length} elements; needs ${size}.`);
        placeParameters(program, parameters, point);
        program.placeOutput(0, out, 0);
        program.run();
        return out;
      };
    },
  };
}

interface Trace {
  readonly graph: Graph;
  readonly parameters: readonly Tensor[];
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
}

function trace<Name extends string, Inputs extends InputShapes>(
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

/** Evaluates outputs [value, gradient of each tensor] of a program at a point. */
function evaluator(program: Program, parameters: Layout): (point: Float64Array, gradientOut: Float64Array) => number {
  const value = new Float64Array(1);
  program.placeOutput(0, value, 0);
  return (point, gradientOut) => {
    parameters.check(point, "valueAndGradient: point");
    parameters.check(gradientOut, "valueAndGradient: gradientOut");
    if (point === gradientOut) throw new ArgumentError("valueAndGradient: gradientOut is the point's own array.");
    placeParameters(program, parameters, point);
    for (let t = 0; t < parameters.tensors.length; t++)
      program.placeOutput(1 + t, gradientOut, parameters.tensors[t].offset);
    program.run();
    return value[0];
  };
}

function placeParameters(program: Program, parameters: Layout, point: Float64Array): void {
  for (let t = 0; t < parameters.tensors.length; t++) program.placeInput(t, point, parameters.tensors[t].offset);
}

function placeData(
  program: Program,
  parameters: Layout,
  inputs: InputShapes,
  array: (name: string, shape: Shape) => Float64Array,
): void {
  Object.entries(inputs).forEach(([name, shape], index) => {
    program.ownInput(parameters.tensors.length + index).set(array(name, shape));
  });
}

/** A copy of one input's numbers; `rows` replaces the first length of the shape where the data may have more rows. */
function checkedCopy(name: string, shape: Shape, given: ArrayLike<number> | undefined): Float64Array {
  const expected = sizeOf(shape);
  if (given?.length !== expected)
    throw new ShapeError(
      `The input "${name}" has ${given?.length ?? "no"} elements; its shape [${shape.join(", ")}] needs ${expected}.`,
    );
  const copy = Float64Array.from(given);
  const bad = copy.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new NotFiniteError(`The input "${name}" is ${copy[bad]} at ${placeIn(shape, bad)}.`);
  return copy;
}

/** A flat index as [i, j, ...] in a shape. */
function placeIn(shape: Shape, index: number): string {
  let rest = index;
  const place = shape.map((_length, axis) => {
    const stride = sizeOf(shape.slice(axis + 1));
    const here = Math.floor(rest / stride);
    rest -= here * stride;
    return here;
  });
  return `[${place.join(", ")}]`;
}

/** A function that copies rows drawn by key into the batch's arrays. */
function batchDrawer(
  shapes: InputShapes,
  data: Data<InputShapes>,
  batchOf: (name: string) => Float64Array,
): (key: Key) => void {
  const entries = Object.entries(shapes);
  const rows = entries.at(0)?.[1].at(0);
  if (rows === undefined || entries.some(([, shape]) => shape[0] !== rows))
    throw new ShapeError("onBatches: every input's first axis must be the same number of rows (the batch).");
  const inputs = entries.map(([name, shape]) => {
    const width = sizeOf(shape) / rows;
    const available = (data[name] as ArrayLike<number> | undefined)?.length ?? 0;
    const whole = checkedCopy(name, [Math.max(rows, Math.ceil(available / width)), ...shape.slice(1)], data[name]);
    return { name, width, whole, batch: batchOf(name), count: whole.length / width };
  });
  const population = inputs[0].count;
  for (const { name, count } of inputs)
    if (count !== population)
      throw new ShapeError(`onBatches: the input "${name}" has ${count} rows; "${inputs[0].name}" has ${population}.`);
  const draw = subset(population, rows);
  const chosen = new Int32Array(rows);
  return (key: Key): void => {
    draw(key, chosen);
    for (let k = 0; k < inputs.length; k++) gather(inputs[k].whole, inputs[k].width, chosen, inputs[k].batch);
  };
}

function gather(whole: Float64Array, width: number, chosen: Int32Array, batch: Float64Array): void {
  for (let row = 0; row < chosen.length; row++) {
    const from = chosen[row] * width;
    const to = row * width;
    for (let k = 0; k < width; k++) batch[to + k] = whole[from + k];
  }
}
