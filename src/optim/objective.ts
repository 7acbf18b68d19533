/**
 * The Objective contract: a function of a flat parameter vector with a gradient oracle. It is the only thing that the
 * optimizers and EGOP know of a model, so a user with a hand-written gradient needs nothing else of this library.
 */
import { ShapeError } from "../errors.ts";
import { layout, type Layout } from "../linalg/layout.ts";
import type { Key } from "../math/random.ts";

/**
 * A function whose value and gradient depend on a random draw (a mini-batch): the same point and key give the same
 * bits. Every Objective is also a StochasticObjective (one that ignores the key), so what accepts this accepts both.
 */
export interface StochasticObjective {
  /** The length of the points and gradients. */
  readonly dimension: number;
  /** The tensors in a point, for optimizers and bases that treat them apart; without it a point is one vector. */
  readonly layout?: Layout;
  /** Present when the objective's coordinates are not those in which its user wrote the parameters. */
  readonly coordinates?: Coordinates;
  /** Returns the value at `point` and overwrites `gradientOut` (both of length `dimension`); keeps neither array. */
  valueAndGradient(point: Float64Array, gradientOut: Float64Array, key: Key): number;
  /**
   * Overwrites `out` with ∇²f(point)·direction (all of length `dimension`). Optional: what needs curvature says so, and
   * throws ArgumentError for an objective without it.
   */
  hessianVector?(point: Float64Array, direction: Float64Array, out: Float64Array, key: Key): void;
}

/** A deterministic function with a gradient oracle. */
export interface Objective extends StochasticObjective {
  /** Returns the value at `point` and overwrites `gradientOut` (both of length `dimension`); keeps neither array. */
  valueAndGradient(point: Float64Array, gradientOut: Float64Array): number;
  /** Overwrites `out` with ∇²f(point)·direction; see StochasticObjective. */
  hessianVector?(point: Float64Array, direction: Float64Array, out: Float64Array): void;
}

/**
 * The way back from an objective's own coordinates to its user's (the original ones). `minimize` starts from and
 * returns original parameters, so a reparameterized objective is used exactly like the one behind it.
 */
export interface Coordinates {
  readonly originalDimension: number;
  /** Overwrites `out` (length `dimension`) with the objective's own coordinates of an original point. */
  toOwn(original: Float64Array, out: Float64Array): void;
  /** Overwrites `out` (length `originalDimension`) with the original point of own coordinates. */
  toOriginal(own: Float64Array, out: Float64Array): void;
}

/** The objective's layout, or that of one vector named "parameters" where it has none. Throws ShapeError on a mismatch. */
export function layoutOf(objective: Pick<StochasticObjective, "dimension" | "layout">): Layout {
  const { layout: given, dimension } = objective;
  if (given === undefined) return layout({ parameters: [dimension] });
  if (given.size !== dimension)
    throw new ShapeError(`The objective has dimension ${dimension}, but its layout has ${given.size} elements.`);
  return given;
}
