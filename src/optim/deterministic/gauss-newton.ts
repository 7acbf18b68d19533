/**
 * The Gauss–Newton method for least squares, ½ Σ rᵢ(x)²: along the minimizer p of ‖Jp + r‖, as far as a line search goes.
 *
 * p comes from a QR factorization with column pivoting of J (2mn² operations); where J is deficient in rank to round-off, the
 * dependent columns' parameters stand still in that step. Quadratic convergence where the residuals are small at the
 * solution, none to speak of where they are large and curved: `levenbergMarquardt` is the safer method.
 *
 * Source: J. Nocedal and S. Wright, Numerical Optimization, 2nd ed. 2006, §10.3.
 */
import { Matrix } from "../../linalg/matrix.ts";
import { pivotedQR } from "../../linalg/pivoted-qr.ts";
import { requireKnown } from "../hyperparameters.ts";
import { checkState } from "../state.ts";
import type { DescentMethod } from "./descent.ts";
import { evaluateResiduals, newResidualIterate, type ResidualProblem } from "./residual-problem.ts";
import { lineBetween, type LineSearch } from "./smooth-path.ts";
import { strongWolfe } from "./strong-wolfe.ts";
import { dot } from "./vectors.ts";

export interface GaussNewtonOptions {
  /** `strongWolfe()`, the default, or `hagerZhang()`. */
  readonly lineSearch?: LineSearch;
}

export interface GaussNewtonState {
  readonly kind: "gaussNewton";
  readonly version: 1;
}

/** Columns of J count as dependent when what they add is below this share of the largest. */
const dependence = 1e-14;

/**
 * Gauss–Newton with a line search for `descend`, on residuals with a Jacobian; the losses are half the sums of squares.
 * Source: Nocedal and Wright, "Numerical Optimization" (2006), section 10.3.
 *
 * @example descend({ dimension: 1, residuals: 1, valueAndJacobian: (x, r, j) => { r[0] = x[0] * x[0] - 2; j[0] = 2 * x[0]; } }, { start: Float64Array.of(1), method: gaussNewton(), steps: 50 }).parameters[0] // 1.414214
 */
export function gaussNewton(options: GaussNewtonOptions = {}): DescentMethod<ResidualProblem, GaussNewtonState> {
  requireKnown("gaussNewton", options, ["lineSearch"]);
  const { lineSearch = strongWolfe() } = options;
  return {
    name: "gaussNewton",
    init: () => ({ kind: "gaussNewton", version: 1 }),
    on(problem) {
      let at = newResidualIterate(problem);
      let next = newResidualIterate(problem);
      let evaluations = 0;
      function evaluateNext(): void {
        evaluations += 1;
        evaluateResiduals(problem, next);
      }
      function accept(): void {
        [at, next] = [next, at];
      }
      return {
        at: () => at,
        evaluations: () => evaluations,
        begin(point) {
          next.point.set(point);
          evaluateNext();
          accept();
        },
        step(state) {
          checkState(state, "gaussNewton");
          const direction = leastSquaresStep(at.jacobian, at.residuals, problem.dimension);
          const slope = dot(direction, at.gradient);
          if (!(slope < 0 && lineSearch(lineBetween(at, next, direction, slope, evaluateNext), 1))) return false;
          accept();
          return true;
        },
      };
    },
  };
}

/** The basic solution of min ‖Jp + r‖. */
function leastSquaresStep(jacobian: Float64Array, residuals: Float64Array, n: number): Float64Array {
  const m = residuals.length;
  const { factors, order } = pivotedQR(new Matrix(m, n, jacobian));
  const right = factors.applyQTransposed(
    new Matrix(
      m,
      1,
      residuals.map((r) => -r),
    ),
  ).data;
  const r = factors.packed.data;
  const limit = dependence * Math.abs(r[0]);
  let rank = 0;
  while (rank < Math.min(m, n) && Math.abs(r[rank * n + rank]) > limit) rank++;
  const step = new Float64Array(n);
  for (let i = rank - 1; i >= 0; i--) {
    let sum = right[i];
    for (let j = i + 1; j < rank; j++) sum -= r[i * n + j] * step[order[j]];
    step[order[i]] = sum / r[i * n + i];
  }
  return step;
}
