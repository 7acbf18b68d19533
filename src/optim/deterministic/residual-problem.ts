/**
 * Least squares: problems that are given by residuals r(x), with the value ½ Σ rᵢ², and the objective behind them.
 */
import type { Layout } from "../../linalg/layout.ts";
import type { Coordinates, Objective } from "../objective.ts";
import type { Iterate } from "./descent.ts";

/** Residuals with their Jacobian: what `levenbergMarquardt` and `gaussNewton` minimize half the sum of squares of. */
export interface ResidualProblem {
  /** n, the number of parameters. */
  readonly dimension: number;
  /** m, the number of residuals; at least one. */
  readonly residuals: number;
  readonly layout?: Layout;
  readonly coordinates?: Coordinates;
  /**
   * Overwrites `residualsOut` (length m) with r(point), and `jacobianOut` (m × n, row by row) with ∂rᵢ/∂xⱼ; keeps no array.
   */
  valueAndJacobian(point: Float64Array, residualsOut: Float64Array, jacobianOut: Float64Array): void;
}

/** An iterate with the residuals and the Jacobian there; the value is ½ Σ rᵢ², the gradient Jᵀr. */
export interface ResidualIterate extends Iterate {
  readonly residuals: Float64Array;
  readonly jacobian: Float64Array;
}

/** Room for an evaluation. */
export function newResidualIterate({ dimension, residuals }: ResidualProblem): ResidualIterate {
  return {
    point: new Float64Array(dimension),
    value: 0,
    gradient: new Float64Array(dimension),
    residuals: new Float64Array(residuals),
    jacobian: new Float64Array(residuals * dimension),
  };
}

/** Evaluates at the point that the iterate holds: residuals, Jacobian, value and gradient. */
export function evaluateResiduals(problem: ResidualProblem, at: ResidualIterate): void {
  problem.valueAndJacobian(at.point, at.residuals, at.jacobian);
  const { residuals, jacobian, gradient } = at;
  const { dimension } = problem;
  gradient.fill(0);
  let sum = 0;
  for (let i = 0; i < residuals.length; i++) {
    const r = residuals[i];
    sum += r * r;
    for (let j = 0; j < dimension; j++) gradient[j] += jacobian[i * dimension + j] * r;
  }
  at.value = 0.5 * sum;
}

/**
 * Half the sum of squared residuals as an Objective, with the gradient Jᵀr, for methods that know nothing of residuals.
 * Residuals and Jacobian are evaluated together: m(n + 1) numbers of memory.
 *
 * @example sumOfSquares({ dimension: 1, residuals: 1, valueAndJacobian: (x, r, j) => { r[0] = x[0] - 3; j[0] = 1; } }).valueAndGradient(Float64Array.of(1), new Float64Array(1)) // 2
 */
export function sumOfSquares(problem: ResidualProblem): Objective {
  const at = newResidualIterate(problem);
  const { dimension, layout, coordinates } = problem;
  return {
    dimension,
    ...(layout === undefined ? {} : { layout }),
    ...(coordinates === undefined ? {} : { coordinates }),
    valueAndGradient(point, gradientOut) {
      at.point.set(point);
      evaluateResiduals(problem, at);
      gradientOut.set(at.gradient);
      return at.value;
    },
  };
}
