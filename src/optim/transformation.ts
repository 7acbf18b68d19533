/**
 * Gradient transformations: the pieces from which optimizers are made (the idea is optax's; see its transform.py).
 *
 * A transformation owns no data. `init` makes its state for a layout, as plain data; `update` turns a gradient into a
 * step, in place, reading and writing that state. The last transformation of an optimizer has scaled by minus the
 * learning rate, so `parameters[i] += step[i]` ends every optimizer's iteration.
 */
import type { Layout } from "../linalg/layout.ts";

/**
 * What every state has in common: which transformation wrote it and in which version, so that a state read from
 * storage can be refused when it belongs elsewhere. All fields are numbers, strings, Float64Arrays, or arrays and plain
 * objects of these; `init` decides which there are and how long, and `update` only changes what they hold.
 */
export interface TransformationState {
  readonly kind: string;
  readonly version: number;
}

/** Two functions and a name; see the head of this file for the contract. */
export interface GradientTransformation<State extends TransformationState = TransformationState> {
  /** For messages: "adam", "clipByNorm". */
  readonly name: string;
  /** The state before the first step, for parameters that lie in memory as `layout` says. */
  init(layout: Layout): State;
  /**
   * Overwrites `gradient` with the step, updates `state` in place, and only reads `parameters`. All three belong to the
   * caller; nothing is allocated. Throws NotFiniteError for a gradient with NaN or an infinity, StateError or ShapeError
   * for a state or lengths that do not fit, and has then changed nothing. With `checked`, the caller vouches for all of
   * that (`chain` does, for its parts) and it is not looked at again. Those that some chains spare a pass with
   * (fused-chain.ts) multiply their step by `factor`, 1 by default, as they write it.
   */
  update(gradient: Float64Array, state: State, parameters: Float64Array, checked?: boolean, factor?: number): void;
  /**
   * For transformations that train at other parameters than those that they recommend (averages, schedule-free methods):
   * overwrites `out` with the parameters to evaluate or to keep, in this state and at these training parameters, both of
   * which are only read. Left out when they are the same. What `minimize` and `train` return as `parameters`.
   */
  evaluationParameters?(state: State, parameters: Float64Array, out: Float64Array): void;
  /**
   * For transformations that react to the loss (`reduceOnPlateau`): told the objective's value at the parameters from
   * which an update was made, after that update. Never throws.
   */
  observe?(value: number, state: State): void;
  /** True for a transformation that takes gradients with NaN or infinities (`skipNotFinite`), instead of refusing them. */
  readonly toleratesNotFinite?: boolean;
  /**
   * Throws what `update` would throw with the same arguments, and changes nothing. Optional; `chain` checks all its
   * parts before it updates the first, so that an update that throws leaves every state as it was.
   */
  check?(gradient: Float64Array, state: State, parameters: Float64Array): void;
  /**
   * True for a transformation whose `update` may throw what `check` does not foresee, as those do that evaluate a model (K-FAC,
   * natural gradients) or for which a check would be dear. What is made of it puts back what it has changed until then.
   */
  readonly mayThrow?: boolean;
  /**
   * For `carryState`: the fields of the state that turn along when the coordinates do. Left out when the state has no
   * vectors, or when they mean nothing in other coordinates (such a state cannot be carried, only restarted).
   */
  readonly moments?: Moments;
  /**
   * For `carryState`, instead of `moments`, for a state that turns in a way of its own: overwrites it by that in other
   * coordinates, or throws ArgumentError that says why this cannot be. Not called for a restart.
   */
  turn?(state: State, change: CoordinateChange): void;
  /** Of a chain: what it is made of; part k keeps its state in the state's `parts[k]`. */
  readonly parts?: readonly GradientTransformation[];
  /**
   * For `carryState`, instead of `moments`: overwrites the state by that in other coordinates. Transformations made of
   * others have it, to hand the change on to their parts by `carryPart` (which is `carryState`).
   */
  carry?(state: State, change: CoordinateChange, carryPart: CarryPart): void;
}

/** `carryState`, as a transformation made of others is handed it. */
type CarryPart = (part: GradientTransformation, state: TransformationState, change: CoordinateChange) => void;

/** Which fields of a state, each a Float64Array as long as the parameters, turn in which way with the coordinates. */
export interface Moments {
  /** Those that are linear in the gradients, as a momentum is. */
  readonly first?: readonly string[];
  /** Those that are sums or averages of squared gradients, or their maxima. */
  readonly second?: readonly string[];
  /** Those that are sizes along the coordinates (maxima of gradients, step sizes): they turn as the roots of their squares. */
  readonly sizes?: readonly string[];
}

/** A linear change of coordinates x' = R·x between coordinates of equal number, as optimizer states see it. */
export interface CoordinateChange {
  /** The layout of the new coordinates. */
  readonly layout: Layout;
  /** Overwrites a vector in old coordinates, which turns as the gradient does, with R·vector. */
  rotate(vector: Float64Array): void;
  /** Overwrites averages of squares along the old coordinates with what is known of them along the new ones. */
  rotateSquares(vector: Float64Array): void;
  /** True: states with vectors begin anew instead (with their step counts); schedules go on. */
  readonly restart: boolean;
}

/**
 * A number that may change with the step, counted from 0: `(step) => 0.1 / (1 + step)`. A pure function: it may be asked
 * for the same step more than once.
 */
export type Schedule = (step: number) => number;
