/**
 * The Levenberg–Marquardt method for least squares, ½ Σ rᵢ(x)²: each step solves min ‖Jp + r‖ within the trust region
 * ‖Dp‖ ≤ Δ, where the diagonal D holds the largest norms that the columns of J have had, so that the run does not depend
 * on the units of the parameters.
 *
 * By a QR factorization with column pivoting of J, never by the normal equations: JᵀJ is not formed, and a rank-deficient J
 * does no harm. Cost of a step: 2mn² operations, and O(n³) for each damping tried, beside one evaluation of r and J for each
 * trial point (rejected ones included). Quadratic convergence where the residuals are small at the solution. Trial points
 * where r is not finite are bad ones.
 *
 * Source: J. Moré, The Levenberg–Marquardt Algorithm: Implementation and Theory, in Numerical Analysis, Lecture Notes in
 * Mathematics 630, 1978. Reference implementation: MINPACK, lmder.
 */
import { ArgumentError } from "../../errors.ts";
import { strideNorm } from "../../linalg/householder.ts";
import { Matrix } from "../../linalg/matrix.ts";
import { pivotedQR } from "../../linalg/pivoted-qr.ts";
import { indexOfNotFinite } from "../../linalg/finite.ts";
import { gradientNorm } from "../gradient-norm.ts";
import { requireKnown } from "../hyperparameters.ts";
import { checkState } from "../state.ts";
import { dampedStep, type TriangularLeastSquares } from "./damped-least-squares.ts";
import type { DescentMethod } from "./descent.ts";
import { evaluateResiduals, newResidualIterate, type ResidualProblem } from "./residual-problem.ts";

export interface LevenbergMarquardtOptions {
  /** The first Δ as a multiple of ‖Dx‖ (or of 1, where that is 0), above 0. Default 100. */
  readonly factor?: number;
}

export interface LevenbergMarquardtState {
  readonly kind: "levenbergMarquardt";
  readonly version: 1;
  /** Δ; 0 before the first step. */
  radius: number;
  /** λ of the last step, from which the search for the next begins. */
  damping: number;
  /** D, as long as the parameters; 0 before the first step. */
  readonly scales: Float64Array;
}

/** Trials in one step before it is given up: Δ has then shrunk by at least 2⁶⁰. */
const maximumTrials = 60;
const roundoff = 2.220446049250313e-16;

/**
 * Levenberg–Marquardt for `descend`, on residuals with a Jacobian; the losses are half the sums of squares. A run to the
 * bottom ends as "stalled". Throws ArgumentError for an option out of its range. Source: Moré, "The Levenberg–Marquardt
 * Algorithm: Implementation and Theory" (1978).
 *
 * @example descend({ dimension: 1, residuals: 1, valueAndJacobian: (x, r, j) => { r[0] = x[0] * x[0] - 2; j[0] = 2 * x[0]; } }, { start: Float64Array.of(1), method: levenbergMarquardt(), steps: 50 }).parameters[0] // 1.414214
 */
export function levenbergMarquardt(
  options: LevenbergMarquardtOptions = {},
): DescentMethod<ResidualProblem, LevenbergMarquardtState> {
  requireKnown("levenbergMarquardt", options, ["factor"]);
  const { factor = 100 } = options;
  if (!(factor > 0 && factor < Infinity))
    throw new ArgumentError(`The option factor is ${String(factor)}; expected a finite number above 0.`);
  return {
    name: "levenbergMarquardt",
    init: (dimension) => ({
      kind: "levenbergMarquardt",
      version: 1,
      radius: 0,
      damping: 0,
      scales: new Float64Array(dimension),
    }),
    on(problem) {
      const { dimension: n, residuals: m } = problem;
      let at = newResidualIterate(problem);
      let next = newResidualIterate(problem);
      let evaluations = 0;
      const scales = new Float64Array(n);
      const moved = new Float64Array(n);

      function evaluateNext(): void {
        evaluations += 1;
        evaluateResiduals(problem, next);
      }
      function accept(): void {
        [at, next] = [next, at];
      }
      /** The scaled length of a vector of parameters. */
      function scaledNorm(x: Float64Array): number {
        for (let j = 0; j < n; j++) moved[j] = scales[j] * x[j];
        return gradientNorm(moved);
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
          checkState(state, "levenbergMarquardt");
          const norm = gradientNorm(at.residuals);
          if (norm === 0) return false;
          for (let j = 0; j < n; j++) {
            const columnNorm = strideNorm(at.jacobian, j, n, m);
            // A column of zeros has no scale yet: any will do, and the step along it is 0.
            scales[j] = Math.max(state.scales[j], columnNorm === 0 && state.scales[j] === 0 ? 1 : columnNorm);
          }
          const length = scaledNorm(at.point);
          let radius = state.radius > 0 ? state.radius : factor * (length > 0 ? length : 1);
          let { damping } = state;
          const system = factored(at.jacobian, at.residuals, m, n);
          for (let trial = 0; trial < maximumTrials; trial++) {
            const solution = dampedStep(system, scales, radius, damping);
            damping = solution.damping;
            const stepLength = scaledNorm(solution.step);
            let still = true;
            for (let j = 0; j < n; j++) {
              next.point[j] = at.point[j] + solution.step[j];
              still &&= next.point[j] === at.point[j];
            }
            if (still) return false;
            // Of the first step, the length is the better guess of the region's size where the region is larger.
            if (state.radius === 0 && trial === 0) radius = Math.min(radius, stepLength);
            evaluateNext();

            // Relative to the squared norm of r, so that nothing overflows.
            const normThere = gradientNorm(next.residuals);
            const finite = normThere < Infinity && indexOfNotFinite(next.gradient) < 0;
            const share = normThere / norm;
            const actual = finite && 0.1 * normThere < norm ? (1 - share) * (1 + share) : -1;
            const linear = solution.linearNorm / norm;
            const damped = (Math.sqrt(damping) * stepLength) / norm;
            const predicted = linear * linear + 2 * damped * damped;
            const slope = -(linear * linear + damped * damped);
            const ratio = predicted > 0 ? actual / predicted : 0;
            if (ratio <= 0.25) {
              // The minimizer of the parabola through what is known along the step, between 0.1 and 0.5 of it.
              let shrink = actual >= 0 ? 0.5 : (0.5 * slope) / (slope + 0.5 * actual);
              if (!(0.1 * normThere < norm && shrink >= 0.1)) shrink = 0.1;
              radius = shrink * Math.min(radius, 10 * stepLength);
              damping /= shrink;
            } else if (damping === 0 || ratio >= 0.75) {
              radius = 2 * stepLength;
              damping *= 0.5;
            }
            if (ratio >= 1e-4 && actual > 0) {
              state.radius = radius;
              state.damping = damping;
              state.scales.set(scales);
              accept();
              return true;
            }
            if (Math.abs(actual) <= roundoff && predicted <= roundoff && ratio <= 2) return false;
            if (radius <= roundoff * length) return false;
          }
          return false;
        },
      };
    },
  };
}

/** R and Qᵀ(−r) of the pivoted factorization J P = Q R. */
function factored(jacobian: Float64Array, residuals: Float64Array, m: number, n: number): TriangularLeastSquares {
  const { factors, order } = pivotedQR(new Matrix(m, n, jacobian));
  const turned = factors.applyQTransposed(
    new Matrix(
      m,
      1,
      residuals.map((r) => -r),
    ),
  );
  // With fewer residuals than parameters R is padded with rows of zeros.
  const r = new Float64Array(n * n);
  const right = new Float64Array(n);
  const packedR = factors.r();
  r.set(packedR.data);
  right.set(turned.data.subarray(0, Math.min(m, n)));
  return { size: n, r, right, order };
}
