/**
 * The front of automatic differentiation: a loss written once with tensors becomes an objective with an exact gradient.
 * The function is traced over fixed shapes, differentiated as a graph and compiled; evaluating it allocates nothing.
 */
import { ArgumentError, ShapeError } from "../errors.ts";
import type { Layout, Shape } from "../linalg/layout.ts";
import type { Key } from "../math/random.ts";
import { compile, type Program } from "./compile.ts";
import { curvatureEvaluator, traceCurvature, type Curvature } from "./curvature.ts";
import { batchDrawer, checkedCopy, placeData, rowSelector, type RowBatches } from "./data.ts";
import { perExampleLoss, type PerExampleLoss } from "./per-example.ts";
import { gradients } from "./reverse.ts";
import { placeParameters, trace, traceLoss, type Data, type InputShapes, type Traced } from "./trace.ts";

/** A loss with its data: an Objective. */
export interface BoundLoss {
  readonly dimension: number;
  readonly layout: Layout;
  valueAndGradient(point: Float64Array, gradientOut: Float64Array): number;
  /** What computes value and gradient, for `describeProgram`. */
  readonly program: Program;
  /** Overwrites `out` with ∇²f(point)·direction; its program is traced and compiled at the first call. */
  hessianVector(point: Float64Array, direction: Float64Array, out: Float64Array): void;
}

/** A loss that draws its rows by key: a StochasticObjective. */
export interface SampledLoss {
  readonly dimension: number;
  readonly layout: Layout;
  valueAndGradient(point: Float64Array, gradientOut: Float64Array, key: Key): number;
  /** What computes value and gradient of a batch, for `describeProgram`. */
  readonly program: Program;
  /** Overwrites `out` with ∇²f(point)·direction of the loss on the rows of this key. */
  hessianVector(point: Float64Array, direction: Float64Array, out: Float64Array, key: Key): void;
}

/** A loss on the rows of its data that it is pointed at: an Objective with what `train` needs for epochs. */
export interface LossOnRows extends BoundLoss {
  readonly batches: RowBatches;
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
   *
   * `options.key` names an input of shape [4] that has no data but is given the words of a new key at each evaluation, for
   * `dropout`.
   */
  onBatches<KeyName extends keyof Inputs = never>(
    data: Data<Omit<Inputs, KeyName>>,
    options?: { readonly key?: KeyName },
  ): SampledLoss;
  /**
   * The loss on rows of larger data that its `batches` are pointed at: if the shapes declare 32 rows (their first axis), 32
   * at once. For `train`, which shuffles them: `train(loss, { batches: loss.batches, … })`. The numbers are copied. Throws as
   * `on` does, and ShapeError when the inputs declare different numbers of rows or the data has fewer.
   */
  onRows(data: Data<Inputs>): LossOnRows;
  /**
   * The loss of each single example of this data: what the function gives on inputs of one row (first axis of length 1),
   * for any number of rows. The inputs named in `shared` serve every example whole. The function is traced once more,
   * here. The numbers are copied. Throws as `on` does, and ShapeError when inputs have different numbers of rows.
   */
  perExample(data: Data<Inputs>, options?: { readonly shared?: readonly (keyof Inputs)[] }): PerExampleLoss;
}

export interface DifferentiableOptions {
  /**
   * Look at every value of an evaluation as soon as it is computed: value and gradient then throw NotFiniteError, which
   * names the first operation that made NaN or an infinity. Default false, which costs nothing; several times slower.
   */
  readonly checkFinite?: boolean;
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
  options: DifferentiableOptions = {},
): DifferentiableLoss<Inputs> {
  const traced = traceLoss("differentiable", parameters, inputs, loss);
  const gradient = gradients(traced.output, traced.parameters);
  const outputs = [traced.output, ...gradient];
  traced.graph.close();
  let known: Curvature | undefined;
  const curvature = (): Curvature => (known ??= traceCurvature(traced, gradient));
  const newProgram = (fixedInputs?: ReadonlyMap<number, Float64Array>): Program =>
    compile([...traced.parameters, ...traced.inputs], outputs, { ...options, ...(fixedInputs && { fixedInputs }) });
  return {
    layout: parameters,
    on(data: Data<Inputs>): BoundLoss {
      const arrays = Object.entries(inputs).map(
        ([name, shape]) => [name, checkedCopy(name, shape, data[name])] as const,
      );
      const copies = Object.fromEntries(arrays) as Readonly<Record<string, Float64Array>>;
      const first = parameters.tensors.length;
      const program = newProgram(new Map(arrays.map(([, numbers], index) => [first + index, numbers])));
      const bind = (target: Program): (() => void) => {
        placeData(target, parameters, inputs, (name) => copies[name]);
        return () => undefined;
      };
      bind(program);
      const multiply = curvatureEvaluator<undefined>(traced, parameters, curvature, bind);
      return {
        dimension: parameters.size,
        layout: parameters,
        program,
        valueAndGradient: evaluator(program, parameters),
        hessianVector: (point, direction, out) => multiply(point, direction, out, undefined),
      };
    },
    onBatches(data, options = {}): SampledLoss {
      const program = newProgram();
      const drawInto = batchDrawer(inputs, data, options.key as string | undefined);
      const bind = (target: Program): ((key: Key) => void) =>
        drawInto((index) => target.ownInput(parameters.tensors.length + index));
      const next = bind(program);
      const evaluate = evaluator(program, parameters);
      const valueAndGradient = (point: Float64Array, gradientOut: Float64Array, key: Key): number => {
        next(key);
        return evaluate(point, gradientOut);
      };
      const hessianVector = curvatureEvaluator(traced, parameters, curvature, bind);
      return { dimension: parameters.size, layout: parameters, program, valueAndGradient, hessianVector };
    },
    onRows(data): LossOnRows {
      const program = newProgram();
      const { batches, into } = rowSelector(inputs, data);
      const bind = (target: Program): (() => void) =>
        into((index) => target.ownInput(parameters.tensors.length + index));
      const next = bind(program);
      const evaluate = evaluator(program, parameters);
      const multiply = curvatureEvaluator<undefined>(traced, parameters, curvature, bind);
      return {
        dimension: parameters.size,
        layout: parameters,
        program,
        batches,
        valueAndGradient(point, gradientOut) {
          next();
          return evaluate(point, gradientOut);
        },
        hessianVector: (point, direction, out) => multiply(point, direction, out, undefined),
      };
    },
    perExample: (data, options = {}) => perExampleLoss(parameters, inputs, loss, data, options.shared ?? []),
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
