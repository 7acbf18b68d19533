/**
 * K-FAC: the natural gradient with a Fisher matrix that is a Kronecker product for each dense layer, x W + b, of a network.
 * With the rows ā = (x, 1) that enter the layer, the derivatives s behind it, and W̄ = W on top of b,
 *
 *   A ← εA + (1 − ε) E[āᵀā]        S ← εS + (1 − ε) E[sᵀs]        ε = min(1 − 1/k, decay) for the k-th statistics
 *   step = (A + π√λ I)⁻¹ ∇W̄ (S + √λ/π I)⁻¹        π = √((tr A / dim A) / (tr S / dim S))
 *
 * where (A + π√λ I) ⊗ (S + √λ/π I) stands for A ⊗ S + λI (factored Tikhonov damping), and E is over the rows and over the
 * labels that the model predicts. Tensors that belong to no layer keep their gradient.
 *
 * Cost for a layer with m inputs and n outputs: 2mn(m + n) operations a step; 2(rows·m² + signalRows·n²) for new statistics,
 * beside the model's own work; and 2(m³ + n³) for new inverses. Memory 2(m² + n²).
 *
 * Source: J. Martens, R. Grosse, Optimizing Neural Networks with Kronecker-factored Approximate Curvature, 2015: sections 3
 * and 4.2 (block-diagonal), 5 (averages) and 6.3 (damping). Without the rescaling of steps, momentum and adaptation of λ of
 * sections 6.4 to 7: `damping` and `learningRate` may be schedules. Defaults of λ and the averages: gpauloski/kfac-pytorch.
 */
import { ArgumentError, NotFiniteError, NotPositiveDefiniteError, StateError } from "../../errors.ts";
import { Cholesky } from "../../linalg/cholesky.ts";
import { choleskyInPlace } from "../../linalg/cholesky-columns.ts";
import type { Layout } from "../../linalg/layout.ts";
import { Matrix } from "../../linalg/matrix.ts";
import { planProduct, planSymmetricProduct, type PlannedProduct } from "../../linalg/product.ts";
import { fold, random, type Key } from "../../math/random.ts";
import { addWeightDecay } from "../add-weight-decay.ts";
import { requireDecayRate, requireKnown, requirePositive, requireWhole } from "../hyperparameters.ts";
import { namedChain, type ChainState } from "../named-chain.ts";
import { scaleByLearningRate } from "../scale-by-learning-rate.ts";
import { checkLengths, checkState } from "../state.ts";
import { flushed } from "../subnormal.ts";
import { trace } from "../trace.ts";
import { undoing } from "../undo.ts";
import type { GradientTransformation, Schedule } from "../transformation.ts";
import { checkFactor, requireTame } from "./blocks.ts";
import { refuseCarrying, requireSameTensors, type DenseLayer, type LayerSource } from "./fisher-source.ts";

export interface ScaleByKfacOptions {
  /** λ, above 0, or a function of the step. Default 1e-3. */
  readonly damping?: number | Schedule;
  /** The most that ε, the part of A and S that is kept, rises to, in [0, 1). Default 0.95. */
  readonly decay?: number;
  /** New statistics are taken every so many steps, from the first on. Default 1. */
  readonly statisticsInterval?: number;
  /** The inverses are made anew every so many steps, from the first on. Default 1. */
  readonly inverseInterval?: number;
  /** Feeds a source that draws its rows, which gets `fold(key, t)` in step t. Default `random(0)`. */
  readonly key?: Key;
}

/** A layer with its averages and the inverses with damping, each row by row. */
interface KfacBlock {
  /** Where the layer's tensors lie; a layer without bias has it at −1. */
  readonly slots: {
    readonly weights: number;
    readonly bias: number;
    readonly inputs: number;
    readonly outputs: number;
  };
  /** A, of side inputs, and one more with a bias, which is its last row and column. */
  readonly activations: Float64Array;
  /** S, of side outputs. */
  readonly signals: Float64Array;
  readonly activationsInverse: Float64Array;
  readonly signalsInverse: Float64Array;
}

export interface ScaleByKfacState {
  readonly kind: "scaleByKfac";
  readonly version: 1;
  /** The number of updates so far. */
  step: number;
  /** The number of parameters. */
  readonly slots: { readonly size: number };
  readonly blocks: readonly KfacBlock[];
}

/**
 * K-FAC without the learning rate: (A + π√λ I)⁻¹ ∇W̄ (S + √λ/π I)⁻¹ for every dense layer of the source; the formula is at
 * the head of this file. Ends in an ascent direction: put `scaleByLearningRate` behind it.
 *
 * Throws ArgumentError for an option out of its range, a source without layers, and when made for tensors that do not fit;
 * NotFiniteError for a gradient or statistics with NaN, infinities or entries beyond 1e150; the state is then as it was.
 * Source: Martens and Grosse, "Optimizing Neural Networks with Kronecker-factored Approximate Curvature" (2015).
 *
 * @example const optimizer = chain(scaleByKfac({ layers: [{ weights: "W", bias: "b" }], rows: 1, signalRows: 1, layerStatistics: () => undefined }), scaleByLearningRate(0.1));
 */
export function scaleByKfac(
  source: LayerSource,
  options: ScaleByKfacOptions = {},
): GradientTransformation<ScaleByKfacState> {
  requireKnown("scaleByKfac", options, ["damping", "decay", "statisticsInterval", "inverseInterval", "key"]);
  const { damping = 1e-3, decay = 0.95, statisticsInterval = 1, inverseInterval = 1, key = random(0) } = options;
  if (typeof damping !== "function") requirePositive("damping", damping);
  requireDecayRate("decay", decay);
  requireWhole("statisticsInterval", statisticsInterval, 1);
  requireWhole("inverseInterval", inverseInterval, 1);
  if (source.layers.length === 0)
    throw new ArgumentError("scaleByKfac: the source has no dense layers; expected at least one.");
  const workspaces = new WeakMap<ScaleByKfacState, readonly Workspace[]>();

  function dampingAt(step: number): number {
    if (typeof damping === "number") return damping;
    const value = damping(step);
    requirePositive(`damping at step ${step}`, value);
    return value;
  }
  function check(gradient: Float64Array, state: ScaleByKfacState, parameters: Float64Array): void {
    checkState(state, "scaleByKfac");
    checkLengths("scaleByKfac", state.slots.size, gradient, parameters);
    requireTame("scaleByKfac", gradient);
    if (state.blocks.length !== source.layers.length)
      throw new StateError(
        `scaleByKfac: the state has ${state.blocks.length} layers, the source ${source.layers.length}.`,
      );
    for (const { slots, activations, signals, activationsInverse, signalsInverse } of state.blocks) {
      const end = Math.max(slots.weights + slots.inputs * slots.outputs, slots.bias + slots.outputs);
      if (!(end <= gradient.length))
        throw new StateError(`scaleByKfac: a layer ends at ${end}; there are ${gradient.length} parameters.`);
      for (const factor of [activations, activationsInverse]) checkFactor("scaleByKfac", factor, sideOf(slots));
      for (const factor of [signals, signalsInverse]) checkFactor("scaleByKfac", factor, slots.outputs);
    }
    if (state.step % inverseInterval === 0) dampingAt(state.step);
  }
  return {
    name: "scaleByKfac",
    mayThrow: true,
    init(layout) {
      requireSameTensors("scaleByKfac", source.layout, layout);
      const blocks = source.layers.map((layer) => blockOf(layer, layout));
      return { kind: "scaleByKfac", version: 1, step: 0, slots: { size: layout.size }, blocks };
    },
    check,
    update(gradient, state, parameters) {
      check(gradient, state, parameters);
      let own = workspaces.get(state);
      if (own === undefined) {
        own = state.blocks.map((block) => workspaceOf(block, source));
        workspaces.set(state, own);
      }
      if (state.step % statisticsInterval === 0) {
        const batch = own.map(({ rows }) => rows);
        const signals = own.map(({ signals: behind }) => behind);
        source.layerStatistics(parameters, batch, signals, fold(key, state.step));
        const count = Math.floor(state.step / statisticsInterval) + 1;
        for (let k = 0; k < own.length; k++) renew(state.blocks[k], own[k], source, Math.min(1 - 1 / count, decay));
      }
      const renewed = state.step % inverseInterval === 0;
      if (renewed) for (let k = 0; k < own.length; k++) invert(state.blocks[k], own[k], dampingAt(state.step));
      // All that may fail is behind.
      for (let k = 0; k < own.length; k++) {
        keep(state.blocks[k], own[k]);
        precondition(gradient, state.blocks[k], own[k]);
      }
      state.step += 1;
    },
    carry: () => refuseCarrying("scaleByKfac"),
  };
}

function blockOf({ weights, bias }: DenseLayer, layout: Layout): KfacBlock {
  const matrix = layout.slot(weights);
  if (matrix.shape.length !== 2)
    throw new ArgumentError(
      `scaleByKfac: the weights "${weights}" have shape [${matrix.shape.join(", ")}]; expected [in, out].`,
    );
  const [inputs, outputs] = matrix.shape;
  const vector = bias === undefined ? undefined : layout.slot(bias);
  if (vector !== undefined && vector.size !== outputs)
    throw new ArgumentError(`scaleByKfac: the bias "${vector.name}" has ${vector.size} elements; expected ${outputs}.`);
  const slots = { weights: matrix.offset, bias: vector?.offset ?? -1, inputs, outputs };
  const side = sideOf(slots);
  return {
    slots,
    activations: new Float64Array(side * side),
    signals: new Float64Array(outputs * outputs),
    activationsInverse: new Float64Array(side * side),
    signalsInverse: new Float64Array(outputs * outputs),
  };
}

/** The side of A. */
function sideOf({ bias, inputs }: KfacBlock["slots"]): number {
  return bias < 0 ? inputs : inputs + 1;
}

/** What a step needs beside the state, for one layer. */
interface Workspace {
  /** The rows x and s, as the source gives them, and ā. */
  readonly rows: Float64Array;
  readonly signals: Float64Array;
  readonly augmented: Float64Array;
  /** The state's arrays to be. */
  readonly next: Omit<KfacBlock, "slots">;
  readonly sumActivations: PlannedProduct;
  readonly sumSignals: PlannedProduct;
  readonly applyLeft: PlannedProduct;
  readonly applyRight: PlannedProduct;
  /** W̄ and A⁻¹W̄. */
  readonly gradient: Float64Array;
  readonly between: Float64Array;
}

function workspaceOf({ slots, ...averages }: KfacBlock, { rows, signalRows }: LayerSource): Workspace {
  const { inputs, outputs } = slots;
  const side = sideOf(slots);
  return {
    rows: new Float64Array(rows * inputs),
    signals: new Float64Array(signalRows * outputs),
    augmented: new Float64Array(rows * side),
    next: {
      activations: averages.activations.slice(),
      signals: averages.signals.slice(),
      activationsInverse: averages.activationsInverse.slice(),
      signalsInverse: averages.signalsInverse.slice(),
    },
    sumActivations: planSymmetricProduct({ rows: side, inner: rows, transposeA: true }),
    sumSignals: planSymmetricProduct({ rows: outputs, inner: signalRows, transposeA: true }),
    applyLeft: planProduct({ rows: side, columns: outputs, inner: side }),
    applyRight: planProduct({ rows: side, columns: outputs, inner: outputs }),
    gradient: new Float64Array(side * outputs),
    between: new Float64Array(side * outputs),
  };
}

/** Puts the new averages into the workspace; throws when they are not finite. */
function renew({ slots, activations, signals }: KfacBlock, own: Workspace, source: LayerSource, kept: number): void {
  const { inputs } = slots;
  const side = sideOf(slots);
  for (let row = 0; row < source.rows; row++) {
    for (let j = 0; j < inputs; j++) own.augmented[row * side + j] = own.rows[row * inputs + j];
    if (side > inputs) own.augmented[row * side + inputs] = 1;
  }
  own.sumActivations(own.augmented, 0, own.augmented, 0, own.next.activations, 0);
  own.sumSignals(own.signals, 0, own.signals, 0, own.next.signals, 0);
  blend(activations, own.next.activations, kept, (1 - kept) / source.rows);
  blend(signals, own.next.signals, kept, (1 - kept) / source.rows);
}

/** Overwrites `fresh` with kept · before + gain · fresh. */
function blend(before: Float64Array, fresh: Float64Array, kept: number, gain: number): void {
  for (let i = 0; i < fresh.length; i++) {
    const value = flushed(kept * before[i] + gain * fresh[i]);
    if (!Number.isFinite(value))
      throw new NotFiniteError(`scaleByKfac: the statistics of a layer hold ${value}; expected finite numbers.`);
    fresh[i] = value;
  }
}

/** Puts the inverses of A + π√λ I and S + √λ/π I into the workspace. */
function invert({ slots }: KfacBlock, { next }: Workspace, damping: number): void {
  const side = sideOf(slots);
  const left = traceOf(next.activations, side) / side;
  const right = traceOf(next.signals, slots.outputs) / slots.outputs;
  // A factor that is 0 has no scale to compare with.
  const balance = left > 0 && right > 0 ? Math.sqrt(left / right) : 1;
  const root = Math.sqrt(damping);
  invertShifted(next.activations, side, balance * root, next.activationsInverse);
  invertShifted(next.signals, slots.outputs, root / balance, next.signalsInverse);
}

function keep(block: KfacBlock, { next }: Workspace): void {
  block.activations.set(next.activations);
  block.signals.set(next.signals);
  block.activationsInverse.set(next.activationsInverse);
  block.signalsInverse.set(next.signalsInverse);
}

function traceOf(matrix: Float64Array, side: number): number {
  let sum = 0;
  for (let i = 0; i < side; i++) sum += matrix[i * side + i];
  return sum;
}

function invertShifted(matrix: Float64Array, side: number, shift: number, out: Float64Array): void {
  const shifted = matrix.slice();
  for (let i = 0; i < side; i++) shifted[i * side + i] += shift;
  const place = choleskyInPlace(shifted, side);
  if (place >= 0)
    throw new NotPositiveDefiniteError(
      `scaleByKfac: a factor with ${shift} added is not positive definite to round-off; expected a larger damping.`,
      place,
    );
  out.set(new Cholesky(new Matrix(side, side, shifted), 1).inverse().data);
}

/** Overwrites the layer's part of the gradient. */
function precondition(gradient: Float64Array, block: KfacBlock, own: Workspace): void {
  const { weights, bias, inputs, outputs } = block.slots;
  for (let i = 0; i < inputs * outputs; i++) own.gradient[i] = gradient[weights + i];
  if (bias >= 0) for (let j = 0; j < outputs; j++) own.gradient[inputs * outputs + j] = gradient[bias + j];
  own.applyLeft(block.activationsInverse, 0, own.gradient, 0, own.between, 0);
  own.applyRight(own.between, 0, block.signalsInverse, 0, own.gradient, 0);
  for (let i = 0; i < inputs * outputs; i++) gradient[weights + i] = own.gradient[i];
  if (bias >= 0) for (let j = 0; j < outputs; j++) gradient[bias + j] = own.gradient[inputs * outputs + j];
}

export interface KfacOptions extends ScaleByKfacOptions {
  /** η, at or above 0, or a function of the step. Default 0.1. */
  readonly learningRate?: number | Schedule;
  /** μ, in [0, 1): momentum of the scaled gradients. Default 0.9. */
  readonly momentum?: number;
  /** Weight decay, at or above 0, added to the gradient. Default 0. */
  readonly weightDecay?: number;
}

/**
 * K-FAC: W̄ ← W̄ − ηb with b ← μb + (A + π√λ I)⁻¹ ∇W̄ (S + √λ/π I)⁻¹ for the dense layers of a network, whose activations and
 * signals come from `source` (`fisherInformation`). The formula is at the head of this file.
 *
 * Throws ArgumentError for an option out of its range. Source: Martens and Grosse, "Optimizing Neural Networks with
 * Kronecker-factored Approximate Curvature" (2015).
 *
 * @example kfac(fisherInformation(model, { x: [2, 3] }, (p, { x }, dense) => dense(x, "W", "b"), { outputs: "softmax" }).on({ x: [1, 2, 3, 4, 5, 6] })).name // "kfac"
 */
export function kfac(source: LayerSource, options: KfacOptions = {}): GradientTransformation<ChainState> {
  const { learningRate = 0.1, momentum = 0.9, weightDecay = 0, ...scaling } = options;
  requireDecayRate("momentum", momentum);
  const parts: GradientTransformation[] = [addWeightDecay(weightDecay), scaleByKfac(source, scaling)];
  if (momentum > 0) parts.push(trace({ momentum }));
  parts.push(scaleByLearningRate(learningRate));
  return undoing(namedChain("kfac", parts), parts);
}
