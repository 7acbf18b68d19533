/**
 * The limited-memory BFGS method: the direction −Hg, where H is the inverse Hessian that the last m steps s and changes of
 * the gradient y imply when one starts from γI,
 *
 *   H ← (I − ρ s yᵀ) H (I − ρ y sᵀ) + ρ s sᵀ,  ρ = 1/(yᵀs),  γ = sᵀy / yᵀy of the newest pair
 *
 * by the two-loop recursion: 4md operations a step and 2md numbers of memory, beside the evaluations of the line search.
 * Superlinear in practice, linear in theory. Pairs without curvature (sᵀy not above round-off of yᵀy) are left out.
 *
 * Source: J. Nocedal, Updating Quasi-Newton Matrices with Limited Storage, Math. Comp. 35, 1980; D. Liu and J. Nocedal, On
 * the Limited Memory BFGS Method for Large Scale Optimization, Math. Programming 45, 1989.
 */
import { StateError } from "../../errors.ts";
import { requireKnown, requireWhole } from "../hyperparameters.ts";
import type { Objective } from "../objective.ts";
import { checkState } from "../state.ts";
import type { DescentMethod } from "./descent.ts";
import { SmoothPath, type LineSearch } from "./smooth-path.ts";
import { strongWolfe } from "./strong-wolfe.ts";
import { addScaled, dot } from "./vectors.ts";

export interface LbfgsOptions {
  /** m, the number of pairs kept: a whole number above 0. Default 10. */
  readonly memory?: number;
  /** `strongWolfe()`, the default, or `hagerZhang()`. */
  readonly lineSearch?: LineSearch;
}

export interface LbfgsState {
  readonly kind: "lbfgs";
  readonly version: 1;
  /** The number of pairs held, at most m. */
  count: number;
  /** The row in which the next pair will lie. */
  next: number;
  /** s, m rows as long as the parameters: the steps. */
  readonly steps: Float64Array;
  /** y, m rows as long as the parameters: the changes of the gradient. */
  readonly changes: Float64Array;
  /** 1 / (yᵀs) of each row. */
  readonly reciprocals: Float64Array;
}

/** A pair enters when sᵀy is above this share of yᵀy, as in L-BFGS-B. */
const leastCurvature = 2.2e-16;

/**
 * L-BFGS for `descend`: d = −Hg with H from the last m steps. Throws ArgumentError for an option out of its range.
 * Source: Liu and Nocedal, "On the Limited Memory BFGS Method for Large Scale Optimization" (1989).
 *
 * @example descend(objective, { start, method: lbfgs({ memory: 5 }), steps: 50, stop: { gradientNorm: 1e-6 } }).stopped // "gradient"
 */
export function lbfgs(options: LbfgsOptions = {}): DescentMethod<Objective, LbfgsState> {
  requireKnown("lbfgs", options, ["memory", "lineSearch"]);
  const { memory = 10, lineSearch = strongWolfe() } = options;
  requireWhole("memory", memory, 1);
  return {
    name: "lbfgs",
    init: (dimension) => ({
      kind: "lbfgs",
      version: 1,
      count: 0,
      next: 0,
      steps: new Float64Array(memory * dimension),
      changes: new Float64Array(memory * dimension),
      reciprocals: new Float64Array(memory),
    }),
    on(objective) {
      const path = new SmoothPath(objective);
      const direction = new Float64Array(objective.dimension);
      const weights = new Float64Array(memory);

      /** Walks the line along `direction`, whose first step to try is given; false when it leads nowhere. */
      function walk(firstStep: number): boolean {
        const slope = dot(direction, path.at.gradient);
        return slope < 0 && lineSearch(path.line(direction, slope), firstStep);
      }
      function steepest(): boolean {
        for (let i = 0; i < direction.length; i++) direction[i] = -path.at.gradient[i];
        return walk(path.firstStep());
      }
      return {
        at: () => path.at,
        evaluations: () => path.evaluations,
        begin: (point) => path.begin(point),
        step(state) {
          checkState(state, "lbfgs");
          checkPlaces(state, memory);
          let fresh = state.count === 0;
          if (!fresh) {
            twoLoops(path.at.gradient, state, memory, weights, direction);
            fresh = !walk(1);
          }
          if (fresh && !steepest()) return false;
          if (fresh) state.count = state.next = 0;
          remember(path, state, memory);
          path.accept();
          return true;
        },
      };
    },
  };
}

/** Throws StateError unless the pairs' places are within the memory: a state may come from storage. */
function checkPlaces({ count, next }: LbfgsState, memory: number): void {
  const isPlace = (value: number, end: number): boolean => Number.isSafeInteger(value) && value >= 0 && value < end;
  if (!isPlace(count, memory + 1) || !isPlace(next, memory))
    throw new StateError(
      `lbfgs: the state holds ${count} pairs, the next in row ${next}; there is room for ${memory}.`,
    );
}

/** Overwrites out with −Hg. */
function twoLoops(
  gradient: Float64Array,
  { count, next, steps, changes, reciprocals }: LbfgsState,
  memory: number,
  weights: Float64Array,
  out: Float64Array,
): void {
  const size = gradient.length;
  const row = (rows: Float64Array, age: number): Float64Array => {
    const at = ((next - age + memory) % memory) * size;
    return rows.subarray(at, at + size);
  };
  out.set(gradient);
  for (let age = 1; age <= count; age++) {
    const weight = reciprocals[(next - age + memory) % memory] * dot(row(steps, age), out);
    weights[age - 1] = weight;
    addScaled(out, -weight, row(changes, age));
  }
  const y = row(changes, 1);
  const scale = 1 / (reciprocals[(next - 1 + memory) % memory] * dot(y, y));
  for (let i = 0; i < size; i++) out[i] *= scale;
  for (let age = count; age >= 1; age--) {
    const weight = reciprocals[(next - age + memory) % memory] * dot(row(changes, age), out);
    addScaled(out, weights[age - 1] - weight, row(steps, age));
  }
  for (let i = 0; i < size; i++) out[i] = -out[i];
}

/** Writes the pair of the step from `at` to `next` over the oldest one, unless it shows no curvature. */
function remember({ at, next }: SmoothPath, state: LbfgsState, memory: number): void {
  const size = at.point.length;
  let inner = 0;
  let square = 0;
  for (let i = 0; i < size; i++) {
    const y = next.gradient[i] - at.gradient[i];
    inner += y * (next.point[i] - at.point[i]);
    square += y * y;
  }
  if (!(inner > leastCurvature * square)) return;
  const start = state.next * size;
  for (let i = 0; i < size; i++) {
    state.steps[start + i] = next.point[i] - at.point[i];
    state.changes[start + i] = next.gradient[i] - at.gradient[i];
  }
  state.reciprocals[state.next] = 1 / inner;
  state.next = (state.next + 1) % memory;
  state.count = Math.min(state.count + 1, memory);
}
