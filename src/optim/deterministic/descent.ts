/**
 * The contract between `descend` and the deterministic methods (L-BFGS, Newton, Levenberg–Marquardt, …).
 *
 * A gradient transformation sees one gradient and answers with a step. The methods of this folder decide where to evaluate
 * next: they search lines and trust regions, so they hold the problem, while `descend` holds the run. As there, a method
 * owns no data: `init` makes its state, plain and versioned, and `step` only changes the state when it has succeeded.
 */
import type { Layout } from "../../linalg/layout.ts";
import type { Coordinates } from "../objective.ts";
import type { TransformationState } from "../transformation.ts";

/** What `descend` itself needs of a problem; the rest is between the problem and the method. */
export interface DescentProblem {
  readonly dimension: number;
  readonly layout?: Layout;
  readonly coordinates?: Coordinates;
}

/** A point with what an evaluation has found there. */
export interface Iterate {
  readonly point: Float64Array;
  value: number;
  /** As long as the point; empty for a method that works without gradients. */
  readonly gradient: Float64Array;
}

/** A method for problems of one kind: `lbfgs()`, `newton()`, `levenbergMarquardt()`, …; see the head of this file. */
export interface DescentMethod<
  Problem extends DescentProblem,
  State extends TransformationState = TransformationState,
> {
  /** For messages: "lbfgs". */
  readonly name: string;
  /** The state before the first step. */
  init(dimension: number): State;
  /** Binds the method to a problem; all memory that steps need is allocated here. */
  on(problem: Problem): Descent<State>;
}

/** A method at work on a problem. */
export interface Descent<State extends TransformationState = TransformationState> {
  /** Where it stands. */
  at(): Iterate;
  /** The number of evaluations so far. */
  evaluations(): number;
  /** Evaluates at `point`, which is copied, and stands there. */
  begin(point: Float64Array): void;
  /**
   * Moves on to a better point, or returns false when none can be found in floating point: the run has come to its end.
   * When it throws or returns false, state and place are as they were.
   */
  step(state: State): boolean;
}
