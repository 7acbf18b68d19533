/**
 * A gradient against central differences, for people who wrote theirs by hand.
 *
 * Cost: 2d + 1 evaluations. Accuracy: where the function is smooth on the scale of the step and its value no larger than
 * its gradient times the size of the point, a right gradient agrees to about 1e-8 of the largest entry, a wrong one does
 * not agree to 1e-3. Source: J. Nocedal and S. Wright, Numerical
 * Optimization, 2nd ed. 2006, §8.1: the step that balances truncation and round-off is the cube root of the latter.
 */
import { NotFiniteError, ShapeError } from "../errors.ts";
import type { Objective } from "./objective.ts";

/** ε^(1/3) for double precision. */
const cubeRootOfRoundoff = 6.055454452393343e-6;

/** Where a gradient and its central differences differ most. */
export interface GradientCheck {
  /** The largest difference, relative to the largest entry of the gradient (or to 1, where that is larger). */
  readonly error: number;
  /** The index of the entry where it occurs. */
  readonly index: number;
  /** The gradient's entry there, and what the differences say. */
  readonly gradient: number;
  readonly difference: number;
}

/**
 * Compares the gradient of an objective at a point (only read) with central differences in every coordinate.
 * Throws ShapeError for a point of another length, NotFiniteError when a value or a gradient entry is not finite.
 *
 * @example checkGradient(objective, start).error < 1e-6 // true
 */
export function checkGradient(objective: Objective, point: Float64Array): GradientCheck {
  const { dimension } = objective;
  if (point.length !== dimension)
    throw new ShapeError(`checkGradient: the point has ${point.length} elements; the objective needs ${dimension}.`);
  const gradient = new Float64Array(dimension);
  const unused = new Float64Array(dimension);
  const moved = point.slice();
  objective.valueAndGradient(moved, gradient);
  let size = 1;
  for (let k = 0; k < dimension; k++) {
    if (!Number.isFinite(gradient[k]))
      throw new NotFiniteError(`checkGradient: the gradient at coordinate ${k} is ${gradient[k]}.`);
    size = Math.max(size, Math.abs(gradient[k]));
  }
  let worst: GradientCheck = { error: 0, index: 0, gradient: gradient[0], difference: gradient[0] };
  for (let k = 0; k < dimension; k++) {
    const step = cubeRootOfRoundoff * Math.max(1, Math.abs(point[k]));
    const above = point[k] + step;
    const below = point[k] - step;
    moved[k] = above;
    const upper = objective.valueAndGradient(moved, unused);
    moved[k] = below;
    const lower = objective.valueAndGradient(moved, unused);
    moved[k] = point[k];
    const difference = (upper - lower) / (above - below);
    const error = Math.abs(difference - gradient[k]) / size;
    if (!Number.isFinite(error))
      throw new NotFiniteError(
        `checkGradient: around coordinate ${k} the values are ${lower} and ${upper}; expected finite ones.`,
      );
    if (error > worst.error) worst = { error, index: k, gradient: gradient[k], difference };
  }
  return worst;
}
