/**
 * The loop around a problem and a deterministic method: the counterpart of `minimize` for methods that search.
 *
 * A step costs as many evaluations as its method needs (`evaluations` counts them all) and one look at the stopping rules.
 * Deterministic: the result depends on nothing but the arguments, and a run resumed from its state goes on with the same
 * bits.
 */
import { ArgumentError, NotFiniteError, ShapeError } from "../../errors.ts";
import { layout } from "../../linalg/layout.ts";
import { indexOfNotFinite } from "../../linalg/finite.ts";
import { placeOf } from "../place.ts";
import { gradientNorm } from "../gradient-norm.ts";
import { requireKnown, requireNonnegative } from "../hyperparameters.ts";
import { slotsOf } from "../slots.ts";
import { checkStart, restoreRun, type Run, type RunState, type StepProgress, type StopReason } from "../run.ts";
import type { DescentMethod, DescentProblem, Iterate } from "./descent.ts";

export interface DescendOptions<Problem extends DescentProblem> {
  /** The parameters to start from, in original coordinates; only read. Not looked at when there is a `resume`. */
  readonly start?: Float64Array;
  /** The state of an earlier run of the same method to go on from, or its text from `stateToText`; only read. */
  readonly resume?: RunState | string | undefined;
  /** `lbfgs()`, `newton()`, `levenbergMarquardt()`, … */
  readonly method: DescentMethod<Problem>;
  /** The number of steps to take at most in this call: a whole number, at or above 0. */
  readonly steps: number;
  /** Reasons to stop before `steps`. */
  readonly stop?: DescentStopCriteria;
  /** Called with every step's result, the start included; return "stop" to end there. One object for all calls. */
  // A callback that returns nothing is the usual one, and its type is void.
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type
  readonly onStep?: (progress: StepProgress) => void | "stop";
  /** An AbortSignal or anything like it; read once a step, after `onStep`. */
  readonly signal?: { readonly aborted: boolean } | undefined;
}

export interface DescentStopCriteria {
  /** Stop when the value is at or below this. */
  readonly value?: number;
  /** Stop when the Euclidean norm of the gradient, in the problem's own coordinates, is at or below this. */
  readonly gradientNorm?: number;
  /** Stop when a step has lowered the value by no more than this share of its size. */
  readonly relativeDecrease?: number;
  /** Stop after the step that has used up this many evaluations. */
  readonly evaluations?: number;
}

/**
 * Why a run ended; where several reasons hold at once, the first in the order value, gradient, decrease, callback,
 * aborted, evaluations, steps. "stalled": floating point shows no better point, which is how a run to the bottom ends.
 */
export type DescentStopReason = StopReason | "decrease" | "evaluations" | "stalled";

/** What `descend` returns: a run as of `minimize`, with the evaluations that it took. */
export interface DescentRun extends Omit<Run, "stopped"> {
  readonly stopped: DescentStopReason;
  /** The number of evaluations in this call, the one at the start included. */
  readonly evaluations: number;
}

/**
 * Minimizes a deterministic problem by a method that searches, from a start or from the state of an earlier run. The
 * method says which kind of problem: an Objective (`lbfgs`, `bfgs`, `conjugateGradient`, `newton`), residuals
 * (`levenbergMarquardt`, `gaussNewton`), or a mere function (`nelderMead`).
 *
 * `start` and the returned parameters are in original coordinates. `losses[t]` is the value after t steps. A trial point
 * where the value is NaN or infinite counts as a bad one, and the search backs off from it. Throws, before any work,
 * ArgumentError, ShapeError, NotFiniteError or StateError for bad options, and NotFiniteError when the value or gradient
 * at the start is not finite. What the objective or the callback throws passes through unchanged.
 *
 * @example descend(objective, { start, method: lbfgs(), steps: 50, stop: { gradientNorm: 1e-8 } }).stopped // "gradient"
 */
export function descend<Problem extends DescentProblem>(
  problem: NoInfer<Problem>,
  options: DescendOptions<Problem>,
): DescentRun {
  checkDescendOptions(options);
  const { method, steps, stop = {}, onStep, signal, resume } = options;
  const { dimension, coordinates } = problem;
  const originalDimension = coordinates?.originalDimension ?? dimension;
  const names = problem.layout ?? layout({ parameters: [dimension] });
  const state = method.init(dimension);
  const first = new Float64Array(dimension);
  let firstStep = 0;
  if (resume !== undefined) {
    firstStep = restoreRun(resume, names, first, state);
  } else {
    checkStart(options.start, originalDimension, coordinates === undefined ? names : undefined);
    if (coordinates === undefined) first.set(options.start);
    else coordinates.toOwn(options.start, first);
  }
  const descent = method.on(problem);
  descent.begin(first);
  requireFiniteStart(method.name, descent.at(), (index) => placeOf(index, names));
  if (stop.gradientNorm !== undefined && descent.at().gradient.length === 0)
    throw new ArgumentError(`${method.name} works without a gradient: it cannot stop at a gradientNorm.`);

  function toOriginal(out: Float64Array = new Float64Array(originalDimension)): Float64Array {
    if (out.length !== originalDimension)
      throw new ShapeError(`descend: out has ${out.length} elements; the parameters have ${originalDimension}.`);
    if (coordinates === undefined) out.set(descent.at().point);
    else coordinates.toOriginal(descent.at().point, out);
    return out;
  }

  const losses: number[] = [];
  const progress = { step: 0, value: 0, parameters: toOriginal, evaluationParameters: toOriginal };
  for (let taken = 0, moved = true; ; taken++) {
    const { value, gradient, point } = descent.at();
    if (moved) {
      losses.push(value);
      progress.step = firstStep + taken;
      progress.value = value;
    } else taken -= 1;
    const answer = moved ? onStep?.(progress satisfies StepProgress) : undefined;
    let stopped: DescentStopReason | undefined;
    if (value <= (stop.value ?? -Infinity)) stopped = "value";
    else if (stop.gradientNorm !== undefined && gradientNorm(gradient) <= stop.gradientNorm) stopped = "gradient";
    else if (!moved) stopped = "stalled";
    else if (taken > 0 && losses[taken - 1] - value <= (stop.relativeDecrease ?? -Infinity) * Math.abs(value))
      stopped = "decrease";
    else if (answer === "stop") stopped = "callback";
    else if (signal?.aborted === true) stopped = "aborted";
    else if (descent.evaluations() >= (stop.evaluations ?? Infinity)) stopped = "evaluations";
    else if (taken === steps) stopped = "steps";
    if (stopped !== undefined)
      return {
        parameters: toOriginal(),
        value,
        losses: Float64Array.from(losses),
        steps: taken,
        stopped,
        evaluations: descent.evaluations(),
        state: {
          kind: "run",
          version: 1,
          slots: slotsOf(names),
          step: firstStep + taken,
          parameters: point.slice(),
          optimizer: state,
        },
      };
    moved = descent.step(state);
  }
}

function checkDescendOptions<Problem extends DescentProblem>(options: DescendOptions<Problem>): void {
  requireKnown("descend", options, ["start", "resume", "method", "steps", "stop", "onStep", "signal"]);
  const { steps, stop = {} } = options;
  if (!(Number.isSafeInteger(steps) && steps >= 0))
    throw new ArgumentError(`The option steps is ${String(steps)}; expected a whole number at or above 0.`);
  requireKnown("descend: stop", stop, ["value", "gradientNorm", "relativeDecrease", "evaluations"]);
  if (Number.isNaN(stop.value)) throw new ArgumentError("The option stop.value is NaN; expected a number.");
  if (stop.gradientNorm !== undefined) requireNonnegative("stop.gradientNorm", stop.gradientNorm);
  if (stop.relativeDecrease !== undefined) requireNonnegative("stop.relativeDecrease", stop.relativeDecrease);
  if (stop.evaluations !== undefined) requireNonnegative("stop.evaluations", stop.evaluations);
}

function requireFiniteStart(method: string, { value, gradient }: Iterate, place: (index: number) => string): void {
  if (!Number.isFinite(value))
    throw new NotFiniteError(`${method}: at the start, the objective returned ${String(value)}.`);
  const index = indexOfNotFinite(gradient);
  if (index >= 0)
    throw new NotFiniteError(`${method}: at the start, the gradient is ${gradient[index]} in ${place(index)}.`);
}
