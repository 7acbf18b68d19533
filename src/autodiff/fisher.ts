/**
 * The Fisher information of a network whose outputs are the parameters of a distribution, for natural gradients and K-FAC:
 *
 *   F = 1/rows · Σ Jᵣᵀ Λᵣ Jᵣ        Jᵣ = ∂(outputs of row r)/∂parameters
 *   softmax: Λ = diag(p) − ppᵀ, p the probabilities of the classes        gaussian: Λ = I, outputs with variance 1
 *
 * the expectation over the labels that the network itself predicts, exactly: no label is drawn, none is needed. For these
 * distributions F is also the generalized Gauss–Newton matrix of the mean of the losses (cross-entropy; half the sum of
 * squared errors of a row).
 *
 * F times a direction is forward mode to the outputs, Λ, and reverse mode back: about as much as two gradients, and no
 * matrix. What K-FAC needs is what enters each dense layer and what reverse mode brings back to behind it: Λ is split into
 * BᵀB, and every row of B is pulled back, all at once: as much as a gradient of `classes` times the rows.
 *
 * Source: J. Martens, New Insights and Perspectives on the Natural Gradient Method, JMLR 21, 2020, sections 5 and 9;
 * N. Schraudolph, Fast Curvature Matrix-Vector Products for Second-Order Gradient Descent, Neural Computation 14, 2002.
 */
import { ArgumentError, ShapeError } from "../errors.ts";
import type { Layout } from "../linalg/layout.ts";
import type { Key } from "../math/random.ts";
import { add, multiply, subtract, sum } from "./arithmetic.ts";
import { batchOver } from "./batching.ts";
import { softmax } from "./classification.ts";
import { equal } from "./comparisons.ts";
import { compile, type Program } from "./compile.ts";
import { batchDrawer, checkedCopy, placeData, rowSelector, type RowBatches } from "./data.ts";
import { pushForward } from "./forward.ts";
import { sqrt } from "./functions.ts";
import { affine, matmul } from "./matmul.ts";
import { broadcastTo, range } from "./repetition.ts";
import { pullBack } from "./reverse.ts";
import { reshape, transpose } from "./structure.ts";
import type { Tensor } from "./tensor.ts";
import { placeParameters, trace, type Data, type InputShapes, type Trace } from "./trace.ts";

/** What the rows of outputs say: logits of classes, or means of independent normal variables with variance 1. */
export type OutputDistribution = "softmax" | "gaussian";

/** A dense layer by the names of its parameters: x W + b, or x W. */
export interface NamedDenseLayer {
  readonly weights: string;
  readonly bias?: string;
}

/** x W + b, or x W without a bias, of rows x; `weights` ([in, out]) and `bias` ([out]) are names of parameters. */
export type DenseMaker<Name extends string> = (x: Tensor, weights: Name, bias?: Name) => Tensor;

/** A network as `fisherInformation` traces it: outputs [rows, classes] from parameters and inputs. */
export type TracedNetwork<Name extends string, Inputs extends InputShapes> = (
  parameters: Readonly<Record<Name, Tensor>>,
  inputs: Readonly<Record<keyof Inputs, Tensor>>,
  dense: DenseMaker<Name>,
) => Tensor;

/**
 * The Fisher information of a network with its data, for `naturalGradient` and `kfac`. What draws its rows by key takes the
 * key as the last argument.
 */
export interface BoundFisher<Draw extends readonly unknown[] = []> {
  readonly dimension: number;
  readonly layout: Layout;
  /** Overwrites `out` with F(point)·direction, all of length `dimension`. */
  fisherVector(point: Float64Array, direction: Float64Array, out: Float64Array, ...key: Draw): void;
  /** The layers that were made by `dense`, in the order in which they were. */
  readonly layers: readonly NamedDenseLayer[];
  /** The number of rows of the network's inputs, and of the signals behind each layer. */
  readonly rows: number;
  readonly signalRows: number;
  /**
   * Overwrites for each layer `activations` (rows × in) with what enters it, and `signals` (signalRows × out) with
   * derivatives in what it gives, S, such that SᵀS is the sum over the rows of the expected outer products.
   */
  layerStatistics(
    point: Float64Array,
    activations: readonly Float64Array[],
    signals: readonly Float64Array[],
    ...key: Draw
  ): void;
}

/** The same on rows drawn by key. */
export type SampledFisher = BoundFisher<[key: Key]>;

/** The same on the rows that `batches` are pointed at. */
export interface FisherOnRows extends BoundFisher {
  readonly batches: RowBatches;
}

/** A traced network, before it has its data. */
export interface FisherInformation<Inputs extends InputShapes> {
  readonly layout: Layout;
  /** On this data; see `differentiable`. */
  on(data: Data<Inputs>): BoundFisher;
  /** On rows of larger data that are drawn by key. */
  onBatches(data: Data<Inputs>): SampledFisher;
  /** On rows of larger data that `batches` are pointed at. */
  onRows(data: Data<Inputs>): FisherOnRows;
}

/**
 * Traces a network whose outputs, [rows, classes], are the logits of a softmax or the means of normal variables, for its
 * Fisher information. Write dense layers as `dense(x, "W", "b")`, the third argument of the function, for `kfac`;
 * `naturalGradient` does not need that.
 *
 * Throws ShapeError for outputs or layers of other shapes, and ArgumentError for weights that are used by two layers.
 *
 * @example fisherInformation(model, { x: [4, 3] }, (p, { x }, dense) => dense(x, "W", "b"), { outputs: "softmax" }).layout.size // 8
 */
export function fisherInformation<Name extends string, const Inputs extends InputShapes>(
  parameters: Layout<Name>,
  inputs: Inputs,
  network: TracedNetwork<Name, Inputs>,
  options: { readonly outputs: OutputDistribution },
): FisherInformation<Inputs> {
  const { outputs } = options;
  if (!["softmax", "gaussian"].includes(outputs))
    throw new ArgumentError(`The option outputs is "${outputs}"; expected "softmax" or "gaussian".`);
  const layers: TracedLayer[] = [];
  const traced = trace("fisherInformation", parameters, inputs, (p, x) =>
    network(p, x, (rows, weights, bias) => tappedLayer(layers, rows, p, weights, bias)),
  );
  const { shape } = traced.output;
  if (shape.length !== 2)
    throw new ShapeError(
      `fisherInformation: the outputs have shape [${shape.join(", ")}]; expected rows of outputs, [rows, outputs].`,
    );
  for (const { activation, names } of layers)
    if (activation.shape[0] !== shape[0])
      throw new ShapeError(
        `fisherInformation: the layer ${names.weights} reads ${activation.shape[0]} rows; the outputs have ${shape[0]}.`,
      );
  traced.graph.close();
  const graphs = { traced, layers, outputs };
  return {
    layout: parameters,
    on(data) {
      const arrays = Object.entries(inputs).map(([name, declared]) => [name, checkedCopy(name, declared, data[name])]);
      const copies = Object.fromEntries(arrays) as Readonly<Record<string, Float64Array>>;
      return bound<[]>(parameters, graphs, (program) => {
        placeData(program, parameters, inputs, (name) => copies[name]);
        return () => undefined;
      });
    },
    onBatches(data) {
      const drawInto = batchDrawer(inputs, data);
      return bound(parameters, graphs, (program) =>
        drawInto((index) => program.ownInput(parameters.tensors.length + index)),
      );
    },
    onRows(data) {
      const { batches, into } = rowSelector(inputs, data);
      const fisher = bound<[]>(parameters, graphs, (program) =>
        into((index) => program.ownInput(parameters.tensors.length + index)),
      );
      return { ...fisher, batches };
    },
  };
}

/** A dense layer in the trace. A tensor of zeros is added behind it: the derivative in it is the layer's signal. */
interface TracedLayer {
  readonly names: NamedDenseLayer;
  readonly activation: Tensor;
  readonly tap: Tensor;
}

function tappedLayer<Name extends string>(
  layers: TracedLayer[],
  activation: Tensor,
  parameters: Readonly<Record<Name, Tensor>>,
  weights: Name,
  bias?: Name,
): Tensor {
  if (layers.some(({ names }) => names.weights === weights || (bias !== undefined && names.bias === bias)))
    throw new ArgumentError(`fisherInformation: the parameters of the layer ${weights} are used by another layer.`);
  const w = parameters[weights];
  if (activation.shape.length !== 2 || w.shape.length !== 2)
    throw new ShapeError(
      `fisherInformation: the layer ${weights} has weights [${w.shape.join(", ")}] and reads ` +
        `[${activation.shape.join(", ")}]; expected two axes each.`,
    );
  const plain = bias === undefined ? matmul(activation, w) : affine(activation, w, parameters[bias]);
  const tap = activation.graph.input(`behind ${weights}`, plain.shape);
  layers.push({ names: bias === undefined ? { weights } : { weights, bias }, activation, tap });
  return add(plain, tap);
}

interface Graphs {
  readonly traced: Trace;
  readonly layers: readonly TracedLayer[];
  readonly outputs: OutputDistribution;
}

/** The two programs on data, each compiled when first used. */
function bound<Draw extends readonly unknown[]>(
  parameters: Layout,
  { traced, layers, outputs }: Graphs,
  bind: (program: Program) => (...key: Draw) => void,
): BoundFisher<Draw> {
  const { graph } = traced;
  const [rows, classes] = traced.output.shape;
  const taps = layers.map(({ tap }) => tap);
  const firstExtra = traced.parameters.length + traced.inputs.length;

  /** Compiles a graph that reads the taps, zeros, and then `more`. */
  function start(
    more: readonly Tensor[],
    results: readonly Tensor[],
  ): { program: Program; next: (...key: Draw) => void } {
    const program = compile([...traced.parameters, ...traced.inputs, ...taps, ...more], results);
    taps.forEach((_tap, k) => program.ownInput(firstExtra + k).fill(0));
    return { program, next: bind(program) };
  }
  let products: ReturnType<typeof start> | undefined;
  function startProducts(): ReturnType<typeof start> {
    const { directions, results } = graph.extend(() => {
      const directions = traced.parameters.map((tensor) => graph.input("direction", tensor.shape));
      const [tangent] = pushForward([traced.output], traced.parameters, directions);
      const cotangent = multiply(1 / rows, outputCurvature(outputs, traced.output, tangent));
      return { directions, results: pullBack([traced.output], [cotangent], traced.parameters) };
    });
    return start(directions, results);
  }
  let statistics: ReturnType<typeof start> | undefined;
  function startStatistics(): ReturnType<typeof start> {
    const signals = graph.extend(() => {
      const cotangent = graph.input("cotangent", [rows, classes]);
      const pulled = pullBack([traced.output], [cotangent], taps);
      const all = batchOver(pulled, [cotangent], [curvatureRoots(outputs, traced.output)], classes);
      return all.map((signal) => reshape(signal, [classes * rows, signal.shape[2]]));
    });
    return start([], [...layers.map(({ activation }) => activation), ...signals]);
  }
  return {
    dimension: parameters.size,
    layout: parameters,
    layers: layers.map(({ names }) => names),
    rows,
    signalRows: rows * classes,
    fisherVector(point, direction, out, ...key) {
      parameters.check(point, "fisherVector: point");
      parameters.check(direction, "fisherVector: direction");
      parameters.check(out, "fisherVector: out");
      if (out === point || out === direction)
        throw new ArgumentError("fisherVector: out is the point's or the direction's own array.");
      const { program, next } = (products ??= startProducts());
      next(...key);
      placeParameters(program, parameters, point);
      parameters.tensors.forEach(({ offset }, t) => {
        program.placeInput(firstExtra + taps.length + t, direction, offset);
        program.placeOutput(t, out, offset);
      });
      program.run();
    },
    layerStatistics(point, activations, signals, ...key) {
      parameters.check(point, "layerStatistics: point");
      layers.forEach(({ activation, tap, names }, k) => {
        requireLength(`activations of ${names.weights}`, activations.at(k), activation.size);
        requireLength(`signals of ${names.weights}`, signals.at(k), classes * tap.size);
      });
      const { program, next } = (statistics ??= startStatistics());
      next(...key);
      placeParameters(program, parameters, point);
      layers.forEach((_layer, k) => {
        program.placeOutput(k, activations[k], 0);
        program.placeOutput(layers.length + k, signals[k], 0);
      });
      program.run();
    },
  };
}

function requireLength(what: string, array: Float64Array | undefined, length: number): void {
  if (array?.length !== length)
    throw new ShapeError(`layerStatistics: the ${what} have ${array?.length ?? "no"} elements; expected ${length}.`);
}

/** Λ times a tangent of the outputs, row by row. */
function outputCurvature(outputs: OutputDistribution, z: Tensor, tangent: Tensor): Tensor {
  if (outputs === "gaussian") return tangent;
  const p = softmax(z);
  const mean = reshape(sum(multiply(p, tangent), 1), [z.shape[0], 1]);
  return multiply(p, subtract(tangent, mean));
}

/** B with BᵀB = Λ for each row, [classes, rows, classes]: √p_c (e_c − p) of the softmax, since Λ = Σ_c p_c (e_c − p)(e_c − p)ᵀ. */
function curvatureRoots(outputs: OutputDistribution, z: Tensor): Tensor {
  const [rows, classes] = z.shape;
  const places = range(z.graph, classes);
  const units = reshape(equal(reshape(places, [classes, 1]), places), [classes, 1, classes]);
  if (outputs === "gaussian") return broadcastTo(units, [classes, rows, classes]);
  const p = softmax(z);
  return multiply(reshape(sqrt(transpose(p)), [classes, rows, 1]), subtract(units, p));
}
