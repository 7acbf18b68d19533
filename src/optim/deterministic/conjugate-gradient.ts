/**
 * Nonlinear conjugate gradients: directions d ← −g₊ + β d, in 4 vectors of memory and O(d) operations a step beside the
 * evaluations of the line search. With y = g₊ − g,
 *
 *   Hager–Zhang:     β = max((y − 2 d yᵀy / dᵀy)ᵀ g₊ / dᵀy, η dᵀg / dᵀd), η = 0.4
 *   Polak–Ribière+:  β = max(yᵀg₊ / gᵀg, 0)
 *
 * Hager and Zhang's directions always descend; where Polak and Ribière's does not, the search starts anew along −g₊.
 *
 * Source: W. Hager and H. Zhang, A New Conjugate Gradient Method with Guaranteed Descent and an Efficient Line Search,
 * SIAM J. Optim. 16, 2005, with the bound of β from their The Limited Memory Conjugate Gradient Method, SIAM J. Optim. 23,
 * 2013; J. Nocedal and S. Wright, Numerical Optimization, 2nd ed. 2006, §5.2.
 */
import { ArgumentError } from "../../errors.ts";
import { requireKnown } from "../hyperparameters.ts";
import type { Objective } from "../objective.ts";
import { checkState } from "../state.ts";
import type { DescentMethod, Iterate } from "./descent.ts";
import { hagerZhang } from "./hager-zhang.ts";
import { SmoothPath, type LineSearch } from "./smooth-path.ts";
import { dot } from "./vectors.ts";

export interface ConjugateGradientOptions {
  /** Which β: "hagerZhang", the default, or "polakRibiere" (the non-negative form). */
  readonly update?: "hagerZhang" | "polakRibiere";
  /** Default `hagerZhang({ curvature: 0.1 })`: conjugate directions want a search closer to the minimum than quasi-Newton's. */
  readonly lineSearch?: LineSearch;
}

export interface ConjugateGradientState {
  readonly kind: "conjugateGradient";
  readonly version: 1;
  /** The length of the last step in multiples of its direction; 0 before the first step. */
  stepLength: number;
  /** The slope along the last direction at its start. */
  slope: number;
  /** d, the direction of the next step; not in use before the first. */
  readonly direction: Float64Array;
}

/** β of Hager and Zhang is at least this share of dᵀg / ‖d‖² (η of the paper). */
const leastShare = 0.4;

/**
 * Nonlinear conjugate gradients for `descend`: d ← −g₊ + βd. Throws ArgumentError for an unknown update. Source: Hager and
 * Zhang, "A New Conjugate Gradient Method with Guaranteed Descent and an Efficient Line Search" (2005).
 *
 * @example descend(objective, { start, method: conjugateGradient(), steps: 50, stop: { gradientNorm: 1e-6 } }).stopped // "gradient"
 */
export function conjugateGradient(
  options: ConjugateGradientOptions = {},
): DescentMethod<Objective, ConjugateGradientState> {
  requireKnown("conjugateGradient", options, ["update", "lineSearch"]);
  const { update = "hagerZhang", lineSearch = hagerZhang({ curvature: 0.1 }) } = options;
  const beta = new Map<string, Beta>([
    ["hagerZhang", hagerZhangBeta],
    ["polakRibiere", polakRibiereBeta],
  ]).get(update);
  if (beta === undefined)
    throw new ArgumentError(`The option update is "${update}"; expected "hagerZhang" or "polakRibiere".`);
  return {
    name: "conjugateGradient",
    init: (dimension) => ({
      kind: "conjugateGradient",
      version: 1,
      stepLength: 0,
      slope: 0,
      direction: new Float64Array(dimension),
    }),
    on(objective) {
      const path = new SmoothPath(objective);
      const direction = new Float64Array(objective.dimension);
      return {
        at: () => path.at,
        evaluations: () => path.evaluations,
        begin: (point) => path.begin(point),
        step(state) {
          checkState(state, "conjugateGradient");
          direction.set(state.direction);
          let slope = state.stepLength === 0 ? 0 : dot(direction, path.at.gradient);
          let line = path.line(direction, slope);
          // The first step to try is the one that would change the value, to first order, as the last did.
          if (!(slope < 0 && lineSearch(line, (state.stepLength * state.slope) / slope))) {
            for (let i = 0; i < direction.length; i++) direction[i] = -path.at.gradient[i];
            slope = dot(direction, path.at.gradient);
            line = path.line(direction, slope);
            if (!(slope < 0 && lineSearch(line, path.firstStep()))) return false;
          }
          const wanted = beta(path.at, path.next, direction);
          // Not so where squares over- or underflow.
          const factor = Number.isFinite(wanted) ? wanted : 0;
          for (let i = 0; i < direction.length; i++)
            state.direction[i] = -path.next.gradient[i] + factor * direction[i];
          state.stepLength = line.step;
          state.slope = slope;
          path.accept();
          return true;
        },
      };
    },
  };
}

/** β from the iterates before and after a step along `direction`; 0 where round-off leaves no curvature to see. */
type Beta = (before: Iterate, after: Iterate, direction: Float64Array) => number;

const hagerZhangBeta: Beta = (before, after, direction) => {
  let [dy, yy, yg, dg, dd, dgBefore] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < direction.length; i++) {
    const g = after.gradient[i];
    const y = g - before.gradient[i];
    const d = direction[i];
    dy += d * y;
    yy += y * y;
    yg += y * g;
    dg += d * g;
    dd += d * d;
    dgBefore += d * before.gradient[i];
  }
  if (!(dy > 0)) return 0;
  return Math.max((yg - (2 * dg * yy) / dy) / dy, (leastShare * dgBefore) / dd);
};

const polakRibiereBeta: Beta = (before, after) => {
  let [yg, gg] = [0, 0];
  for (let i = 0; i < before.gradient.length; i++) {
    const g = before.gradient[i];
    yg += (after.gradient[i] - g) * after.gradient[i];
    gg += g * g;
  }
  return gg > 0 ? Math.max(yg / gg, 0) : 0;
};
