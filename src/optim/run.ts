/**
 * A run of `minimize` as data: what goes in, what is seen on the way, what comes out, and what is saved in between.
 */
import { ArgumentError, NotFiniteError, ShapeError } from "../errors.ts";
import type { Layout } from "../linalg/layout.ts";
import type { Key } from "../math/random.ts";
import { indexOfNotFinite } from "../linalg/finite.ts";
import { placeOf } from "./place.ts";
import { requireKnown, requireNonnegative } from "./hyperparameters.ts";
import { parseState } from "./state-text.ts";
import { slotsOf, type Slot } from "./slots.ts";
import { restoreState } from "./state.ts";
import type { GradientTransformation, TransformationState } from "./transformation.ts";

export interface MinimizeOptions {
  /** The parameters to start from, in original coordinates; only read. Not looked at when there is a `resume`. */
  readonly start?: Float64Array;
  /**
   * The state of an earlier run to go on from, or its text from `stateToText`; only read. Give the same `key` and
   * optimizer as that run had.
   */
  readonly resume?: RunState | string | undefined;
  /** `adam({ learningRate: 0.1 })`, or any other transformation that ends in a step of descent. */
  readonly optimizer: GradientTransformation;
  /** The number of steps to take in this call: a whole number, at or above 0. */
  readonly steps: number;
  /** Feeds a stochastic objective, which gets `fold(key, t)` after t steps. Default `random(0)`. */
  readonly key?: Key;
  /** Reasons to stop before `steps`. */
  readonly stop?: StopCriteria;
  /**
   * Called with every evaluation, the one at the start included. Return "stop" to end the run there. The progress object
   * is the same one every time.
   */
  // A callback that returns nothing is the usual one, and its type is void.
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type
  readonly onStep?: (progress: StepProgress) => void | "stop";
  /** An AbortSignal or anything like it; read once a step, after `onStep`. */
  readonly signal?: { readonly aborted: boolean } | undefined;
}

export interface StopCriteria {
  /** Stop when the value is at or below this. */
  readonly value?: number;
  /** Stop when the Euclidean norm of the gradient, in the objective's own coordinates, is at or below this. */
  readonly gradientNorm?: number;
}

/** Where a run is. */
export interface StepProgress {
  /** The number of steps behind this point, counted from the very start, also in a resumed run. */
  readonly step: number;
  /** The objective's value at this point. */
  readonly value: number;
  /** This point in original coordinates, in a new array or in `out`. Costs nothing unless called. */
  parameters(out?: Float64Array): Float64Array;
  /** What the run would return if it ended here: an averaging optimizer's average, for all others this point. */
  evaluationParameters(out?: Float64Array): Float64Array;
}

/** Why a run ended; where several reasons hold at once, the first in the order value, gradient, callback, aborted, steps. */
export type StopReason = "value" | "gradient" | "callback" | "aborted" | "steps";

/** What `minimize` returns. */
export interface Run {
  /** The parameters after the last step, in original coordinates; with an averaging optimizer, its average. */
  readonly parameters: Float64Array;
  /** The value there. */
  readonly value: number;
  /** `losses[t]` is the value after t steps of this call: `steps + 1` values. */
  readonly losses: Float64Array;
  /** The number of steps taken in this call. */
  readonly steps: number;
  readonly stopped: StopReason;
  /** Plain data that `resume` takes, now or after a way through storage. */
  readonly state: RunState;
}

/** All that a run needs to go on with the same bits. Plain data: structuredClone copies it, `stateToText` writes it. */
export interface RunState {
  readonly kind: "run";
  readonly version: 1;
  /** The number of steps so far. */
  readonly step: number;
  /** In the objective's own coordinates. */
  readonly parameters: Float64Array;
  /** The tensors in them, by place and as matrices: a run with others is refused. */
  readonly slots: readonly Slot[];
  readonly optimizer: TransformationState;
}

/** Throws ArgumentError for what is wrong with `options` whatever the objective. */
export function checkOptions(options: MinimizeOptions): void {
  const known = ["start", "resume", "optimizer", "steps", "key", "stop", "onStep", "signal"];
  requireKnown("minimize", options, known);
  const { steps, stop = {} } = options;
  if (!(Number.isSafeInteger(steps) && steps >= 0))
    throw new ArgumentError(`The option steps is ${String(steps)}; expected a whole number at or above 0.`);
  requireKnown("minimize: stop", stop, ["value", "gradientNorm"]);
  if (Number.isNaN(stop.value)) throw new ArgumentError("The option stop.value is NaN; expected a number.");
  if (stop.gradientNorm !== undefined) requireNonnegative("stop.gradientNorm", stop.gradientNorm);
}

/** Throws unless `start` is there, has `dimension` entries, and all are finite; `layout` names the first that is not. */
export function checkStart(
  start: Float64Array | undefined,
  dimension: number,
  layout: Layout | undefined,
  owner = "minimize",
): asserts start is Float64Array {
  if (start === undefined)
    throw new ArgumentError(`${owner}: there is neither start nor resume; expected one of them.`);
  if (start.length !== dimension)
    throw new ShapeError(`${owner}: start has ${start.length} elements; the objective needs ${dimension}.`);
  const index = indexOfNotFinite(start);
  if (index >= 0) {
    const place = layout === undefined ? `element ${index}` : placeOf(index, layout);
    throw new NotFiniteError(`${owner}: start is ${start[index]} in ${place}.`);
  }
}

/** Reads a saved run into a fresh one, in place, and returns its step. Throws StateError when it belongs elsewhere. */
export function restoreRun(
  saved: RunState | string,
  layout: Layout,
  point: Float64Array,
  optimizer: TransformationState,
): number {
  const fresh = { kind: "run", version: 1, step: 0, parameters: point, slots: slotsOf(layout), optimizer };
  restoreState(fresh, typeof saved === "string" ? parseState(saved) : saved, "run");
  return fresh.step;
}
