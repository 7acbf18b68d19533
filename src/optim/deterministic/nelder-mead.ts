/**
 * The simplex method of Nelder and Mead, for functions without a gradient: of d + 1 points, the worst is replaced by a better
 * one on the line through it and the center of the others.
 *
 * One or two evaluations a step, d + 1 where the simplex shrinks and at the first; O(d²) operations and memory. The factors
 * for reflection, expansion, contraction and shrinking depend on the dimension, 1, 1 + 2/d, ¾ − 1/(2d), 1 − 1/d (for d ≥ 2),
 * which are the usual ones for d = 2. Heuristic: it may stop at a point that is no minimum, and is slow beyond ten or twenty
 * parameters. Values that are not finite count as infinitely bad. Stalls when the simplex has shrunk to round-off.
 *
 * Source: J. Nelder and R. Mead, A Simplex Method for Function Minimization, Computer Journal 7, 1965, as ordered by
 * J. Lagarias and others, SIAM J. Optim. 9, 1998; F. Gao and L. Han, Implementing the Nelder–Mead Simplex Algorithm with
 * Adaptive Parameters, Comput. Optim. Appl. 51, 2012.
 */
import { ArgumentError } from "../../errors.ts";
import { requireKnown } from "../hyperparameters.ts";
import type { Objective } from "../objective.ts";
import { checkState } from "../state.ts";
import type { DescentMethod, DescentProblem, Iterate } from "./descent.ts";

/** A function without a gradient. */
export interface ValueFunction extends DescentProblem {
  /** The value at `point`, which is not kept. */
  value(point: Float64Array): number;
}

export interface NelderMeadOptions {
  /** The edge of the first simplex along each coordinate, as a share of its size, above 0. Default 0.05. */
  readonly relativeEdge?: number;
  /** The edge along coordinates that are 0 at the start, above 0. Default 0.00025. */
  readonly edgeAtZero?: number;
}

export interface NelderMeadState {
  readonly kind: "nelderMead";
  readonly version: 1;
  /** 1 once the simplex is there, 0 before the first step. */
  begun: number;
  /** The d + 1 points, row by row, best first. */
  readonly simplex: Float64Array;
  /** Their values, ascending. */
  readonly values: Float64Array;
}

const roundoff = 2.220446049250313e-16;

/**
 * Nelder–Mead for `descend`, on functions without a gradient; an Objective will do too, its gradient is not looked at.
 * Throws ArgumentError for an option out of its range. Source: Nelder and Mead, "A Simplex Method for Function
 * Minimization" (1965), with the factors of Gao and Han (2012).
 *
 * @example descend({ dimension: 1, value: ([x]) => (x - 3) * (x - 3) }, { start: Float64Array.of(1), method: nelderMead(), steps: 100 }).parameters[0] // 3.00000
 */
export function nelderMead(options: NelderMeadOptions = {}): DescentMethod<ValueFunction | Objective, NelderMeadState> {
  requireKnown("nelderMead", options, ["relativeEdge", "edgeAtZero"]);
  const { relativeEdge = 0.05, edgeAtZero = 0.00025 } = options;
  for (const [name, edge] of Object.entries({ relativeEdge, edgeAtZero }))
    if (!(edge > 0 && edge < Infinity))
      throw new ArgumentError(`The option ${name} is ${String(edge)}; expected a finite number above 0.`);
  return {
    name: "nelderMead",
    init: (dimension) => ({
      kind: "nelderMead",
      version: 1,
      begun: 0,
      simplex: new Float64Array((dimension + 1) * dimension),
      values: new Float64Array(dimension + 1),
    }),
    on(problem) {
      const n = problem.dimension;
      const value = valueOf(problem);
      const at: Iterate = { point: new Float64Array(n), value: 0, gradient: new Float64Array(0) };
      let evaluations = 0;
      function evaluate(point: Float64Array): number {
        evaluations += 1;
        const result = value(point);
        return Number.isFinite(result) ? result : Infinity;
      }
      return {
        at: () => at,
        evaluations: () => evaluations,
        begin(point) {
          evaluations += 1;
          at.point.set(point);
          at.value = value(at.point);
        },
        step(state) {
          checkState(state, "nelderMead");
          const simplex = state.simplex.slice();
          const values = state.values.slice();
          if (state.begun === 0) firstSimplex(at, simplex, values, relativeEdge, edgeAtZero, evaluate);
          if (isCollapsed(simplex, values, n)) return false;
          replaceWorst(simplex, values, n, evaluate);
          state.begun = 1;
          state.simplex.set(simplex);
          state.values.set(values);
          at.point.set(simplex.subarray(0, n));
          at.value = values[0];
          return true;
        },
      };
    },
  };
}

/** The problem's value; an Objective's gradient is thrown away. */
function valueOf(problem: ValueFunction | Objective): (point: Float64Array) => number {
  if ("value" in problem) return (point) => problem.value(point);
  const unused = new Float64Array(problem.dimension);
  return (point) => problem.valueAndGradient(point, unused);
}

function firstSimplex(
  at: Iterate,
  simplex: Float64Array,
  values: Float64Array,
  relativeEdge: number,
  edgeAtZero: number,
  evaluate: (point: Float64Array) => number,
): void {
  const n = at.point.length;
  simplex.set(at.point);
  values[0] = at.value;
  for (let k = 1; k <= n; k++) {
    const row = simplex.subarray(k * n, (k + 1) * n);
    row.set(at.point);
    row[k - 1] += row[k - 1] === 0 ? edgeAtZero : relativeEdge * row[k - 1];
    values[k] = evaluate(row);
    settle(simplex, values, n, k);
  }
}

/** Moves point k, the only one out of order, to its place; equals keep their order. */
function settle(simplex: Float64Array, values: Float64Array, n: number, k: number): void {
  const value = values[k];
  const point = simplex.slice(k * n, (k + 1) * n);
  let place = k;
  for (; place > 0 && values[place - 1] > value; place--) {
    values[place] = values[place - 1];
    simplex.copyWithin(place * n, (place - 1) * n, place * n);
  }
  values[place] = value;
  simplex.set(point, place * n);
}

/** Whether all points agree with the best to round-off. */
function isCollapsed(simplex: Float64Array, values: Float64Array, n: number): boolean {
  if (values[n] - values[0] > roundoff * Math.abs(values[0])) return false;
  for (let i = n; i < simplex.length; i++) {
    const best = simplex[i % n];
    if (Math.abs(simplex[i] - best) > 4 * roundoff * Math.abs(best)) return false;
  }
  return true;
}

/** One step: reflect, and expand, contract or shrink. */
function replaceWorst(
  simplex: Float64Array,
  values: Float64Array,
  n: number,
  evaluate: (point: Float64Array) => number,
): void {
  const spread = Math.max(n, 2);
  const [expansion, contraction, shrinkage] = [1 + 2 / spread, 0.75 - 0.5 / spread, 1 - 1 / spread];
  const center = new Float64Array(n);
  for (let k = 0; k < n; k++) for (let j = 0; j < n; j++) center[j] += simplex[k * n + j] / n;
  const worst = simplex.slice(n * n);
  const along = (share: number): Float64Array => center.map((c, j) => c + share * (c - worst[j]));
  function replace(point: Float64Array, value: number): void {
    simplex.set(point, n * n);
    values[n] = value;
    settle(simplex, values, n, n);
  }

  const reflected = along(1);
  const reflectedValue = evaluate(reflected);
  if (reflectedValue < values[0]) {
    const expanded = along(expansion);
    const expandedValue = evaluate(expanded);
    if (expandedValue < reflectedValue) replace(expanded, expandedValue);
    else replace(reflected, reflectedValue);
    return;
  }
  if (reflectedValue < values[n - 1]) {
    replace(reflected, reflectedValue);
    return;
  }
  const outside = reflectedValue < values[n];
  const contracted = along(outside ? contraction : -contraction);
  const contractedValue = evaluate(contracted);
  if (outside ? contractedValue <= reflectedValue : contractedValue < values[n]) {
    replace(contracted, contractedValue);
    return;
  }
  const best = simplex.slice(0, n);
  for (let k = 1; k <= n; k++) {
    const row = simplex.subarray(k * n, (k + 1) * n);
    for (let j = 0; j < n; j++) row[j] = best[j] + shrinkage * (row[j] - best[j]);
    values[k] = evaluate(row);
    settle(simplex, values, n, k);
  }
}
