/**
 * The loop around an objective and an optimizer: evaluate, look whether to stop, step.
 *
 * A step costs one evaluation, one update, and three further passes over the parameters (one that adds the step, two that
 * look for NaN and infinities), or one in all (run-stepper.ts); a stop by the gradient's norm is one more. Nothing is allocated in a step except its key.
 * The run's result is exact in the sense that it depends on nothing but its arguments: resumed from a saved state, it
 * goes on with the same bits.
 */
import { DivergedError, NotFiniteError, ShapeError } from "../errors.ts";
import type { Layout } from "../linalg/layout.ts";
import { fold, random } from "../math/random.ts";
import { placeOf } from "./place.ts";
import { gradientNorm } from "./gradient-norm.ts";
import { layoutOf, type StochasticObjective } from "./objective.ts";
import {
  checkOptions,
  checkStart,
  restoreRun,
  type MinimizeOptions,
  type Run,
  type StepProgress,
  type StopReason,
} from "./run.ts";
import { runStepper } from "./run-stepper.ts";
import { slotsOf } from "./slots.ts";

/**
 * Minimizes an objective from a start, or goes on from the state of an earlier run.
 *
 * `start` and the returned parameters are in original coordinates: an objective that has others of its own is used like
 * the one behind it. `losses[t]` is the value after t steps; with the evaluation at the end, a run of T steps makes
 * T + 1. A stochastic objective gets `fold(key, t)` for its evaluation after t steps. With an optimizer that averages, the
 * returned parameters are the average and `value` is taken there, by one more evaluation; `losses` are those of training.
 *
 * Throws, before any work, ArgumentError, ShapeError, NotFiniteError or StateError for bad options; NotFiniteError when
 * value or gradient at the start are not finite; DivergedError, with the run up to there, when value, gradient or
 * parameters are not finite later, or the optimizer refuses the gradient as too large. What the objective, a schedule or the callback throws passes through unchanged.
 *
 * @example const { parameters, losses } = minimize(objective, { start, optimizer: adam({ learningRate: 0.1 }), steps: 400 });
 */
export function minimize(objective: StochasticObjective, options: MinimizeOptions): Run {
  checkOptions(options);
  const { optimizer, steps, key = random(0), stop = {}, onStep, signal, resume } = options;
  const { dimension, coordinates } = objective;
  const originalDimension = coordinates?.originalDimension ?? dimension;
  const layout = layoutOf(objective);
  const first = optimizer.init(layout);
  const from = new Float64Array(dimension);
  let firstStep = 0;
  if (resume !== undefined) {
    firstStep = restoreRun(resume, layout, from, first);
  } else {
    const { start } = options;
    checkStart(start, originalDimension, coordinates === undefined ? layout : undefined);
    if (coordinates === undefined) from.set(start);
    else coordinates.toOwn(start, from);
  }
  const stepping = runStepper(optimizer, first, from, steps);
  const { state, gradient, points } = stepping;
  let point = points[0];
  /** The point before, where everything was finite. */
  let previous = points[points.length - 1];

  function toOriginal(own: Float64Array, out: Float64Array = new Float64Array(originalDimension)): Float64Array {
    if (out.length !== originalDimension)
      throw new ShapeError(`minimize: out has ${out.length} elements; the parameters have ${originalDimension}.`);
    if (coordinates === undefined) out.set(own);
    else coordinates.toOriginal(own, out);
    return out;
  }

  const losses = new Float64Array(steps + 1);
  const stopValue = stop.value ?? -Infinity;
  const stopNorm = stop.gradientNorm ?? -1;
  const tolerant = optimizer.toleratesNotFinite === true;
  /** Whether the step itself may look for NaN in the gradient: when nobody sees the point or the gradient before. */
  const looksInStep = stepping.looks && onStep === undefined && stopNorm < 0;
  /** The parameters to keep, in own coordinates: an average of the optimizer's, or the point itself. */
  function evaluationPoint(): Float64Array {
    if (optimizer.evaluationParameters === undefined) return point;
    const kept = new Float64Array(dimension);
    optimizer.evaluationParameters(state, point, kept);
    return kept;
  }
  const progress = {
    step: 0,
    value: 0,
    parameters: (out?: Float64Array) => toOriginal(point, out),
    evaluationParameters: (out?: Float64Array) => toOriginal(evaluationPoint(), out),
  };

  /** What to throw when something is not finite after `taken` steps of this call, and was at `last` before. */
  function notFinite(culprit: string, taken: number, last: Float64Array): NotFiniteError | DivergedError {
    if (taken === 0) return new NotFiniteError(`minimize: at the start, ${culprit}.`);
    const step = firstStep + taken;
    const value = losses[taken - 1];
    return new DivergedError(
      `${optimizer.name} diverged at step ${step}: ${culprit}. The last finite value was ${value}, at step ${step - 1}; ` +
        "try a smaller learning rate.",
      { step, parameters: toOriginal(last), value, losses: losses.slice(0, taken) },
    );
  }

  function requireFiniteGradient(bad: number, taken: number): void {
    const culprit = culpritOf("the gradient", gradient, bad, layout);
    if (culprit !== undefined && !tolerant) throw notFinite(culprit, taken, previous);
  }

  for (let taken = 0; ; taken++) {
    const value = objective.valueAndGradient(point, gradient, fold(key, firstStep + taken));
    if (!Number.isFinite(value) && !tolerant)
      throw notFinite(`the objective returned ${String(value)}`, taken, previous);
    if (!looksInStep) requireFiniteGradient(stepping.badGradient(), taken);
    losses[taken] = value;

    progress.step = firstStep + taken;
    progress.value = value;
    const answer = onStep?.(progress satisfies StepProgress);
    let stopped: StopReason | undefined;
    if (value <= stopValue) stopped = "value";
    else if (stopNorm >= 0 && gradientNorm(gradient) <= stopNorm) stopped = "gradient";
    else if (answer === "stop") stopped = "callback";
    else if (signal?.aborted === true) stopped = "aborted";
    else if (taken === steps) stopped = "steps";
    if (stopped !== undefined) {
      if (looksInStep) requireFiniteGradient(stepping.badGradient(), taken);
      const kept = evaluationPoint();
      return {
        parameters: toOriginal(kept),
        value: kept === point ? value : objective.valueAndGradient(kept, gradient, fold(key, firstStep + taken)),
        losses: taken === steps ? losses : losses.slice(0, taken + 1),
        steps: taken,
        stopped,
        state: {
          kind: "run",
          version: 1,
          slots: slotsOf(layout),
          step: firstStep + taken,
          parameters: stepping.plain(point),
          optimizer: stepping.plain(state),
        },
      };
    }

    const next = (taken + 1) % points.length;
    try {
      stepping.step(taken % points.length, next);
    } catch (error) {
      // A gradient that the optimizer refuses, as those do whose sums of squares it would break.
      if (taken > 0 && error instanceof NotFiniteError)
        throw notFinite(error.message.replace(/\.$/, ""), taken + 1, point);
      throw error;
    }
    if (looksInStep) requireFiniteGradient(stepping.badGradientOfStep(), taken);
    optimizer.observe?.(value, state);
    const badPoint = culpritOf("the parameter", points[next], stepping.badPoint(), layout);
    if (badPoint !== undefined) throw notFinite(badPoint, taken + 1, point);
    previous = point;
    point = points[next];
  }
}

/** Says which entry of `vector` is not finite: `the gradient is NaN in element 3 of "W1"`; undefined when all are. */
function culpritOf(what: string, vector: Float64Array, index: number, layout: Layout): string | undefined {
  return index < 0 ? undefined : `${what} is ${vector[index]} in ${placeOf(index, layout)}`;
}
