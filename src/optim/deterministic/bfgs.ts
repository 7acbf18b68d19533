/**
 * The BFGS method: the direction −Hg, where H is a dense approximation of the inverse Hessian, updated by every step s and
 * change of the gradient y,
 *
 *   H ← (I − ρ s yᵀ) H (I − ρ y sᵀ) + ρ s sᵀ,  ρ = 1/(yᵀs)
 *
 * from H = (sᵀy / yᵀy) I at the first step. 6d² operations a step and d² numbers of memory, beside the evaluations of the
 * line search; superlinear convergence. Steps without curvature (sᵀy not above round-off of yᵀy) leave H as it is; where squares
 * over- or underflow, it begins anew.
 *
 * Source: J. Nocedal and S. Wright, Numerical Optimization, 2nd ed. 2006, algorithm 6.1 and equation 6.20.
 */
import { requireKnown } from "../hyperparameters.ts";
import type { Objective } from "../objective.ts";
import { checkState } from "../state.ts";
import type { DescentMethod } from "./descent.ts";
import { SmoothPath, type LineSearch } from "./smooth-path.ts";
import { strongWolfe } from "./strong-wolfe.ts";
import { dot } from "./vectors.ts";

export interface BfgsOptions {
  /** `strongWolfe()`, the default, or `hagerZhang()`. */
  readonly lineSearch?: LineSearch;
}

export interface BfgsState {
  readonly kind: "bfgs";
  readonly version: 1;
  /** The number of updates of H so far; 0 means that H is not in use yet. */
  updates: number;
  /** H, d × d, row by row: the inverse Hessian as the steps so far show it. */
  readonly inverse: Float64Array;
}

/** A step enters when sᵀy is above this share of yᵀy, as in L-BFGS-B. */
const leastCurvature = 2.2e-16;

/**
 * BFGS for `descend`: d = −Hg with a dense H from all steps. Source: Nocedal and Wright, "Numerical Optimization" (2006),
 * algorithm 6.1.
 *
 * @example descend(objective, { start, method: bfgs(), steps: 50, stop: { gradientNorm: 1e-6 } }).stopped // "gradient"
 */
export function bfgs(options: BfgsOptions = {}): DescentMethod<Objective, BfgsState> {
  requireKnown("bfgs", options, ["lineSearch"]);
  const { lineSearch = strongWolfe() } = options;
  return {
    name: "bfgs",
    init: (dimension) => ({
      kind: "bfgs",
      version: 1,
      updates: 0,
      inverse: new Float64Array(dimension * dimension),
    }),
    on(objective) {
      const path = new SmoothPath(objective);
      const size = objective.dimension;
      const direction = new Float64Array(size);
      const [s, y, product] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];

      function walk(firstStep: number): boolean {
        const slope = dot(direction, path.at.gradient);
        return slope < 0 && lineSearch(path.line(direction, slope), firstStep);
      }
      return {
        at: () => path.at,
        evaluations: () => path.evaluations,
        begin: (point) => path.begin(point),
        step(state) {
          checkState(state, "bfgs");
          let fresh = state.updates === 0;
          if (!fresh) {
            multiplySymmetric(state.inverse, path.at.gradient, direction);
            for (let i = 0; i < size; i++) direction[i] = -direction[i];
            fresh = !walk(1);
          }
          if (fresh) {
            for (let i = 0; i < size; i++) direction[i] = -path.at.gradient[i];
            if (!walk(path.firstStep())) return false;
            state.updates = 0;
          }
          const { at, next } = path;
          for (let i = 0; i < size; i++) {
            s[i] = next.point[i] - at.point[i];
            y[i] = next.gradient[i] - at.gradient[i];
          }
          updateInverse(state, s, y, product);
          path.accept();
          return true;
        },
      };
    },
  };
}

/** Overwrites out with H·x. */
function multiplySymmetric(matrix: Float64Array, x: Float64Array, out: Float64Array): void {
  const size = x.length;
  for (let i = 0; i < size; i++) {
    let sum = 0;
    for (let j = 0; j < size; j++) sum += matrix[i * size + j] * x[j];
    out[i] = sum;
  }
}

/** H ← H − ρ(s (Hy)ᵀ + (Hy) sᵀ) + ρ(1 + ρ yᵀHy) s sᵀ, which is the update multiplied out. */
function updateInverse(state: BfgsState, s: Float64Array, y: Float64Array, product: Float64Array): void {
  const size = s.length;
  const inner = dot(s, y);
  const square = dot(y, y);
  if (!(inner > leastCurvature * square)) return;
  const { inverse } = state;
  if (state.updates === 0) {
    inverse.fill(0);
    for (let i = 0; i < size; i++) inverse[i * size + i] = inner / square;
  }
  multiplySymmetric(inverse, y, product);
  const rho = 1 / inner;
  const gain = rho * (1 + rho * dot(y, product));
  /** Stays 0 as long as all is finite. */
  let lost = 0;
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) {
      const entry = inverse[i * size + j] + (gain * s[i] * s[j] - rho * (s[i] * product[j] + product[i] * s[j]));
      inverse[i * size + j] = entry;
      lost += 0 * entry;
    }
  state.updates += 1;
  if (lost === 0) return;
  // Squares have over- or underflowed: the next step begins anew.
  state.updates = 0;
  inverse.fill(0);
}
