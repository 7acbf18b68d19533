/**
 * The errors that the library throws. Each names the culprit, says what was expected and, where it helps, what to do.
 * They form one small family so that a caller can tell a mistake in a call (ShapeError, ArgumentError) from bad data
 * (NotFiniteError) and from a computation that could not finish (NotConvergedError, DivergedError).
 */

/** The common ancestor: `error instanceof EgopError` tells this library's errors from all others. */
export class EgopError extends Error {
  override readonly name: string = "EgopError";
}

/** A vector, matrix or tensor has other sizes than the call needs. */
export class ShapeError extends EgopError {
  override readonly name: string = "ShapeError";
}

/** An option or argument is outside its allowed range (a negative learning rate, zero samples, an unknown name). */
export class ArgumentError extends EgopError {
  override readonly name: string = "ArgumentError";
}

/** NaN or an infinity was handed in, or came out of a user's function. */
export class NotFiniteError extends EgopError {
  override readonly name: string = "NotFiniteError";
}

/** An iteration reached its documented bound. `iterations` and `residual` say how far it had come. */
export class NotConvergedError extends EgopError {
  override readonly name: string = "NotConvergedError";
  readonly iterations: number;
  readonly residual: number;

  constructor(message: string, iterations: number, residual: number) {
    super(message);
    this.iterations = iterations;
    this.residual = residual;
  }
}

/** A matrix that has to be inverted is singular. `pivot` counts the pivots found before, so it is the rank found so far. */
export class SingularMatrixError extends EgopError {
  override readonly name: string = "SingularMatrixError";
  readonly pivot: number;

  constructor(message: string, pivot: number) {
    super(message);
    this.pivot = pivot;
  }
}

/** A matrix that has to be positive definite is not: the pivot (or eigenvalue) with index `pivot` is not positive. */
export class NotPositiveDefiniteError extends EgopError {
  override readonly name: string = "NotPositiveDefiniteError";
  readonly pivot: number;

  constructor(message: string, pivot: number) {
    super(message);
    this.pivot = pivot;
  }
}

/** A saved state was written by another transformation, in another version, or for parameters of another size. */
export class StateError extends EgopError {
  override readonly name: string = "StateError";
}

/** What is left of a run that diverged: everything up to and including the last finite evaluation. */
export interface LastFinite {
  /** The number of steps after which something was not finite any more. */
  readonly step: number;
  /** The last parameters at which value and gradient were finite, in original coordinates. */
  readonly parameters: Float64Array;
  /** The value there. */
  readonly value: number;
  /** All finite values so far; the last one is `value`. */
  readonly losses: Float64Array;
}

/** A minimization ran off to NaN or an infinity. The fields hold the run up to its last finite evaluation. */
export class DivergedError extends EgopError implements LastFinite {
  override readonly name: string = "DivergedError";
  readonly step: number;
  readonly parameters: Float64Array;
  readonly value: number;
  readonly losses: Float64Array;

  constructor(message: string, last: LastFinite) {
    super(message);
    this.step = last.step;
    this.parameters = last.parameters;
    this.value = last.value;
    this.losses = last.losses;
  }
}
