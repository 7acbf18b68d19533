/**
 * Training in epochs: shuffled mini-batches, an evaluation after each epoch, an end when it no longer improves. As a loop
 * that returns when it is done, or as one that lets others run in between.
 *
 * A step costs one evaluation of the objective and what run-stepper.ts does, as in `minimize`. All that
 * is random depends on the key: epoch e shuffles by fold(fold(key, 0), e), step t draws by fold(fold(key, 1), t), whatever
 * came before. So a run stopped at any step and resumed from its state goes on with the same bits.
 */
import { ArgumentError, DivergedError, NotFiniteError } from "../errors.ts";
import { fold, permutation, random, type Key } from "../math/random.ts";
import { placeOf } from "./place.ts";
import { requireKnown, requireWhole } from "./hyperparameters.ts";
import { layoutOf, type StochasticObjective } from "./objective.ts";
import { checkStart } from "./run.ts";
import { parseState } from "./state-text.ts";
import { slotsOf, type Slot } from "./slots.ts";
import { restoreState } from "./state.ts";
import { runStepper } from "./run-stepper.ts";
import type { GradientTransformation, TransformationState } from "./transformation.ts";

/** Examples that an objective can be pointed at. */
export interface Batches {
  /** How many examples there are, and how many make a batch. What is left over sits the epoch out. */
  readonly examples: number;
  readonly size: number;
  /** Points the objective at these examples (`size` of them); the array is the same one every time. */
  select(rows: Int32Array): void;
}

export interface TrainOptions {
  /** The parameters to start from, in original coordinates; only read. Not looked at when there is a `resume`. */
  readonly start?: Float64Array;
  /** The state of an earlier run to go on from, or its text. Give the same key, optimizer and batches as that run had. */
  readonly resume?: TrainState | string | undefined;
  readonly optimizer: GradientTransformation;
  /** The number of epochs in all, those of a resumed run included. */
  readonly epochs: number;
  /** The examples, for an objective that is pointed at some; they are shuffled every epoch. */
  readonly batches?: Batches;
  /** The number of steps that make an epoch where there are no `batches`. Default 1. */
  readonly stepsPerEpoch?: number;
  /** Feeds the shuffles and the objective's own draws. Default `random(0)`. */
  readonly key?: Key;
  /** Called after every epoch with the parameters, in original coordinates; lower is better. */
  readonly evaluate?: (parameters: Float64Array) => number;
  /** Stop after so many epochs in a row without a new lowest evaluation. Needs `evaluate`. */
  readonly patience?: number;
  /** Called after every step. The object is the same one every time. Return "stop" to end the run there. */
  // A callback that returns nothing is the usual one, and its type is void.
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type
  readonly onStep?: (progress: TrainStep) => void | "stop";
  /** Called after every epoch, after its evaluation. Return "stop" to end the run there. */
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type
  readonly onEpoch?: (progress: TrainEpoch) => void | "stop";
  /** An AbortSignal or anything like it; read before every step. */
  readonly signal?: { readonly aborted: boolean } | undefined;
}

export interface TrainStep {
  /** The number of steps so far, in all epochs. */
  readonly step: number;
  /** The loss of the batch, before the step. */
  readonly loss: number;
}

export interface TrainEpoch {
  /** The number of epochs so far. */
  readonly epoch: number;
  /** The mean of the losses of the epoch's batches, each before its step. */
  readonly loss: number;
  /** What `evaluate` returned, or NaN without it. */
  readonly evaluation: number;
}

/** All that a training run needs to go on with the same bits; plain data. Parameters are in the objective's coordinates. */
export interface TrainState {
  readonly kind: "training";
  readonly version: 1;
  step: number;
  /** The sum of the losses of the epoch so far. */
  lossSum: number;
  /** The lowest evaluation so far, and the number of epochs since. */
  best: number;
  waited: number;
  readonly bestParameters: Float64Array;
  readonly parameters: Float64Array;
  /** The tensors in them, by place and as matrices: a run with others is refused. */
  readonly slots: readonly Slot[];
  readonly optimizer: TransformationState;
}

export interface TrainRun {
  /** The parameters of the lowest evaluation, or without `evaluate` the last ones; in original coordinates. */
  readonly parameters: Float64Array;
  /** The lowest evaluation, or NaN without `evaluate`. */
  readonly best: number;
  /** One entry for each epoch that ended in this call. */
  readonly epochs: readonly TrainEpoch[];
  /** The number of steps in all, those before a resume included. */
  readonly steps: number;
  readonly stopped: "epochs" | "patience" | "callback" | "aborted";
  readonly state: TrainState;
}

/**
 * Trains for a number of epochs. With `evaluate`, the returned parameters are those of the lowest evaluation, otherwise the
 * last ones (of an averaging optimizer, its average, which is also what is evaluated).
 *
 * Throws, before any work, ArgumentError, ShapeError, NotFiniteError or StateError for bad options; DivergedError when loss,
 * gradient or parameters are not finite (NotFiniteError in the first step). What callbacks throw passes through.
 *
 * @example train(objective, { start, optimizer: adam({ learningRate: 0.1 }), epochs: 3, stepsPerEpoch: 10 }).steps // 30
 */
export function train(objective: StochasticObjective, options: TrainOptions): TrainRun {
  const steps = training(objective, options);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

export interface TrainAsyncOptions extends TrainOptions {
  /**
   * Lets others run: a promise that is resolved by a later task of the event loop. ECMAScript alone has no such thing (a
   * resolved promise resumes before any event or repaint), so it comes from the platform: in pages, workers and Node
   * `() => new Promise((resume) => setTimeout(resume))`, or `() => scheduler.yield()` where there is one.
   */
  readonly pause: () => Promise<unknown>;
  /** The number of steps between pauses. Default 1. */
  readonly pauseEvery?: number;
}

/**
 * `train` for pages and servers that must stay alive: the same steps with the same bits, with pauses in between. All
 * errors come as rejections.
 *
 * @example trainAsync(objective, { start, optimizer: adam(), epochs: 2, pause: () => Promise.resolve() })
 */
export async function trainAsync(objective: StochasticObjective, options: TrainAsyncOptions): Promise<TrainRun> {
  const { pause, pauseEvery = 1, ...rest } = options;
  requireWhole("pauseEvery", pauseEvery, 1);
  // Callers without types may forget it.
  if (typeof (pause as unknown) !== "function")
    throw new ArgumentError(`The option pause is ${String(pause)}; expected a function that returns a promise.`);
  const steps = training(objective, rest);
  for (let taken = 1; ; taken++) {
    const { done, value } = steps.next();
    if (done === true) return value;
    if (taken % pauseEvery === 0) await pause();
  }
}

const optionNames = [
  ...["start", "resume", "optimizer", "epochs", "batches", "stepsPerEpoch", "key", "evaluate", "patience"],
  ...["onStep", "onEpoch", "signal"],
];

function checkOptions(options: TrainOptions): void {
  requireKnown("train", options, optionNames);
  const { epochs, batches, stepsPerEpoch, patience, evaluate } = options;
  requireWhole("epochs", epochs, 0);
  if (stepsPerEpoch !== undefined) requireWhole("stepsPerEpoch", stepsPerEpoch, 1);
  if (batches !== undefined) {
    requireWhole("batches.size", batches.size, 1);
    requireWhole("batches.examples", batches.examples, batches.size);
    if (stepsPerEpoch !== undefined)
      throw new ArgumentError("train: there are batches and stepsPerEpoch; expected one of them.");
  }
  if (patience !== undefined) {
    requireWhole("patience", patience, 0);
    if (evaluate === undefined)
      throw new ArgumentError("The option patience is given, but no evaluate; expected both.");
  }
}

/** The run, paused after every step. */
function* training(objective: StochasticObjective, options: TrainOptions): Generator<undefined, TrainRun, undefined> {
  checkOptions(options);
  const { optimizer, batches, key = random(0), evaluate, onStep, onEpoch, signal, resume } = options;
  const stepsPerEpoch =
    batches === undefined ? (options.stepsPerEpoch ?? 1) : Math.floor(batches.examples / batches.size);
  const { dimension, coordinates } = objective;
  const layout = layoutOf(objective);
  const originalDimension = coordinates?.originalDimension ?? dimension;
  const state: TrainState = {
    kind: "training",
    version: 1,
    step: 0,
    lossSum: 0,
    best: Infinity,
    waited: 0,
    bestParameters: new Float64Array(dimension),
    parameters: new Float64Array(dimension),
    slots: slotsOf(layout),
    optimizer: optimizer.init(layout),
  };
  if (resume !== undefined) restoreState(state, typeof resume === "string" ? parseState(resume) : resume, "training");
  else {
    checkStart(options.start, originalDimension, coordinates === undefined ? layout : undefined, "train");
    if (coordinates === undefined) state.parameters.set(options.start);
    else coordinates.toOwn(options.start, state.parameters);
    state.bestParameters.set(state.parameters);
  }
  const stepping = runStepper(optimizer, state.optimizer, state.parameters, options.epochs * stepsPerEpoch);
  const { gradient, points } = stepping;
  // Which of the points is the present one; the one before it is the last one, the one after it, which may be the same, the next.
  let present = 0;
  let parameters = points[0];
  const kept = new Float64Array(dimension);
  const tolerant = optimizer.toleratesNotFinite === true;
  const [shuffles, draws] = [fold(key, 0), fold(key, 1)];
  const batch = new Int32Array(batches?.size ?? 0);
  const order = (): Int32Array | undefined =>
    batches && permutation(fold(shuffles, Math.floor(state.step / stepsPerEpoch)), batches.examples);
  let rows = order();
  const progress = { step: 0, loss: 0 };
  const ended: TrainEpoch[] = [];

  function toOriginal(own: Float64Array): Float64Array {
    const out = new Float64Array(originalDimension);
    if (coordinates === undefined) out.set(own);
    else coordinates.toOriginal(own, out);
    return out;
  }
  function keep(): Float64Array {
    if (optimizer.evaluationParameters === undefined) kept.set(parameters);
    else optimizer.evaluationParameters(stepping.state, parameters, kept);
    return kept;
  }
  function result(stopped: TrainRun["stopped"]): TrainRun {
    const found = evaluate !== undefined && state.best < Infinity;
    return {
      parameters: toOriginal(found ? state.bestParameters : keep()),
      best: found ? state.best : NaN,
      epochs: ended,
      steps: state.step,
      stopped,
      state: { ...state, parameters: stepping.plain(parameters), optimizer: stepping.plain(stepping.state) },
    };
  }
  function notFinite(culprit: string, value: number, at: Float64Array): Error {
    if (state.step === 0) return new NotFiniteError(`train: in the first step, ${culprit}.`);
    const losses = Float64Array.from(ended, ({ loss }) => loss);
    return new DivergedError(
      `${optimizer.name} diverged at step ${state.step}: ${culprit}; try a smaller learning rate.`,
      {
        step: state.step,
        parameters: toOriginal(at),
        value,
        losses,
      },
    );
  }
  /** Says which entry is not finite, if one is. */
  function culpritOf(what: string, vector: Float64Array, index: number): string | undefined {
    return index < 0 ? undefined : `${what} is ${vector[index]} in ${placeOf(index, layout)}`;
  }

  /** Where everything was finite. */
  const lastPoint = (): Float64Array => points[(present + points.length - 1) % points.length];
  function requireFiniteGradient(index: number): void {
    const bad = culpritOf("the gradient", gradient, index);
    if (bad !== undefined && !tolerant) throw notFinite(bad, progress.loss, lastPoint());
  }

  const lastStep = options.epochs * stepsPerEpoch;
  while (state.step < lastStep) {
    if (signal?.aborted === true) return result("aborted");
    if (batches !== undefined && rows !== undefined) {
      const first = (state.step % stepsPerEpoch) * batches.size;
      for (let k = 0; k < batch.length; k++) batch[k] = rows[first + k];
      batches.select(batch);
    }
    const loss = objective.valueAndGradient(parameters, gradient, fold(draws, state.step));
    const next = (present + 1) % points.length;
    if (!Number.isFinite(loss) && !tolerant)
      throw notFinite(`the objective returned ${String(loss)}`, progress.loss, lastPoint());
    if (!stepping.looks) requireFiniteGradient(stepping.badGradient());
    try {
      stepping.step(present, next);
    } catch (error) {
      // A gradient that the optimizer refuses, as those do whose sums of squares it would break.
      if (error instanceof NotFiniteError && state.step > 0)
        throw notFinite(error.message.replace(/\.$/, ""), loss, parameters);
      throw error;
    }
    if (stepping.looks) requireFiniteGradient(stepping.badGradientOfStep());
    optimizer.observe?.(loss, stepping.state);
    const bad = culpritOf("the parameter", points[next], stepping.badPoint());
    if (bad !== undefined) throw notFinite(bad, loss, parameters);
    present = next;
    parameters = points[present];
    state.step += 1;
    state.lossSum += loss;
    progress.step = state.step;
    progress.loss = loss;
    let answer = onStep?.(progress);
    if (state.step % stepsPerEpoch === 0) {
      const evaluation = evaluate === undefined ? NaN : evaluate(toOriginal(keep()));
      if (evaluation < state.best) {
        state.best = evaluation;
        state.waited = 0;
        state.bestParameters.set(kept);
      } else state.waited += 1;
      const epoch = { epoch: state.step / stepsPerEpoch, loss: state.lossSum / stepsPerEpoch, evaluation };
      ended.push(epoch);
      state.lossSum = 0;
      if (onEpoch?.(epoch) === "stop") answer = "stop";
      if (options.patience !== undefined && state.waited > options.patience) return result("patience");
      rows = order();
    }
    if (answer === "stop") return result("callback");
    yield;
  }
  return result("epochs");
}
