/**
 * Newton's method with a trust region: each step minimizes the quadratic model ½ pᵀ∇²f p + gᵀp within ‖p‖ ≤ Δ by conjugate
 * gradients from 0, which end at the boundary, at a direction of negative curvature (followed to the boundary), or when the
 * model's gradient is small enough for superlinear convergence.
 *
 * Only products of the Hessian with vectors are needed: one for each inner iteration, at most 2d in a step; 5 vectors of
 * memory. Δ grows where the model is good and shrinks where it is not; a trial point whose value is not finite is a bad one.
 * An evaluation counts one value and gradient; Hessian-vector products are not counted.
 *
 * Source: T. Steihaug, The Conjugate Gradient Method and Trust Regions in Large Scale Optimization, SIAM J. Numer. Anal. 20,
 * 1983; J. Nocedal and S. Wright, Numerical Optimization, 2nd ed. 2006, algorithms 4.1 and 7.2; against round-off in the
 * ratio: A. Conn, N. Gould, P. Toint, Trust-Region Methods, 2000, §17.4.2.
 */
import { ArgumentError } from "../../errors.ts";
import { gradientNorm } from "../gradient-norm.ts";
import { requireKnown } from "../hyperparameters.ts";
import type { Objective } from "../objective.ts";
import { checkState } from "../state.ts";
import type { DescentMethod } from "./descent.ts";
import { SmoothPath } from "./smooth-path.ts";
import { addScaled, dot } from "./vectors.ts";

export interface NewtonOptions {
  /** Δ of the first step, above 0. By default the length of the step along −g to the model's minimum. */
  readonly radius?: number;
  /** The share of the predicted decrease from which on a step is taken, in [0, ¼). Default 1e-4. */
  readonly acceptance?: number;
}

export interface NewtonState {
  readonly kind: "newton";
  readonly version: 1;
  /** Δ; 0 before the first step. */
  radius: number;
  /** ‖g‖ at the start of the run, against which the accuracy of later steps is measured; 0 before the first step. */
  firstNorm: number;
}

/** Trials in one step before it is given up: Δ has then shrunk by 4⁶⁰. */
const maximumTrials = 60;
/**
 * A step that ends so near to the boundary ends on it. The first Δ is the length of the first inner step, so without this
 * round-off would decide whether Δ grows.
 */
const tie = 1e-8;
/** What values are known to, relative to their size, with room for sums. */
const roundoff = 2.220446049250313e-15;

/**
 * Newton's method with a trust region for `descend`, for objectives with `hessianVector`. Throws ArgumentError for an option
 * out of its range or an objective without it. Source: Steihaug, "The Conjugate Gradient Method and Trust Regions in Large
 * Scale Optimization" (1983).
 *
 * @example descend(objective, { start, method: newton(), steps: 50, stop: { gradientNorm: 1e-6 } }).stopped // "gradient"
 */
export function newton(options: NewtonOptions = {}): DescentMethod<Objective, NewtonState> {
  requireKnown("newton", options, ["radius", "acceptance"]);
  const { radius: firstRadius, acceptance = 1e-4 } = options;
  if (firstRadius !== undefined && !(firstRadius > 0 && firstRadius < Infinity))
    throw new ArgumentError(`The option radius is ${String(firstRadius)}; expected a finite number above 0.`);
  if (!(acceptance >= 0 && acceptance < 0.25))
    throw new ArgumentError(`The option acceptance is ${String(acceptance)}; expected a number in [0, 0.25).`);
  return {
    name: "newton",
    init: () => ({ kind: "newton", version: 1, radius: 0, firstNorm: 0 }),
    on(objective) {
      if (objective.hessianVector === undefined)
        throw new ArgumentError("newton: the objective has no hessianVector; use lbfgs, or give it one.");
      const path = new SmoothPath(objective);
      const model = new TrustRegionModel(objective.dimension, (direction, out) =>
        objective.hessianVector?.(path.at.point, direction, out),
      );
      return {
        at: () => path.at,
        evaluations: () => path.evaluations,
        begin: (point) => path.begin(point),
        step(state) {
          checkState(state, "newton");
          const norm = gradientNorm(path.at.gradient);
          if (norm === 0) return false;
          const firstNorm = state.firstNorm > 0 ? state.firstNorm : norm;
          const tolerance = Math.min(0.5, Math.sqrt(norm / firstNorm)) * norm;
          let radius = state.radius > 0 ? state.radius : (firstRadius ?? model.firstRadius(path.at.gradient, norm));
          for (let trial = 0; trial < maximumTrials; trial++) {
            const predicted = model.solve(path.at.gradient, norm, radius, tolerance);
            if (!(predicted > 0)) return false;
            const { at, next } = path;
            let moved = false;
            for (let i = 0; i < next.point.length; i++) {
              next.point[i] = at.point[i] + model.step[i];
              moved ||= next.point[i] !== at.point[i];
            }
            if (!moved) return false;
            path.evaluateNext();
            const normThere = gradientNorm(next.gradient);
            const slack = roundoff * Math.abs(at.value);
            const finite = Number.isFinite(next.value) && Number.isFinite(normThere);
            const ratio = finite ? (at.value - next.value + slack) / (predicted + slack) : -1;
            // Below round-off the ratio says nothing: a step is then good when it lowers the gradient.
            const good = ratio > acceptance && (predicted > slack || normThere < norm);
            if (ratio < 0.25 || !good) radius = 0.25 * model.length;
            else if (ratio > 0.75 && model.atBoundary) radius = 2 * radius;
            if (!good) continue;
            state.radius = radius;
            state.firstNorm = firstNorm;
            path.accept();
            return true;
          }
          return false;
        },
      };
    },
  };
}

/** The quadratic model at the current point, minimized within a ball by Steihaug's conjugate gradients. */
class TrustRegionModel {
  /** p, the last solution, its length, and whether it lies on the boundary. */
  readonly step: Float64Array;
  length = 0;
  atBoundary = false;
  readonly #multiply: (direction: Float64Array, out: Float64Array) => void;
  readonly #residual: Float64Array;
  readonly #direction: Float64Array;
  readonly #product: Float64Array;

  constructor(dimension: number, multiply: (direction: Float64Array, out: Float64Array) => void) {
    this.#multiply = multiply;
    this.step = new Float64Array(dimension);
    this.#residual = new Float64Array(dimension);
    this.#direction = new Float64Array(dimension);
    this.#product = new Float64Array(dimension);
  }

  /** The length of the step along −g to the minimum of the model; where there is none, 1. */
  firstRadius(gradient: Float64Array, norm: number): number {
    this.#multiply(gradient, this.#product);
    const curvature = dot(gradient, this.#product);
    const length = norm * ((norm * norm) / curvature);
    return curvature > 0 && Number.isFinite(length) ? length : 1;
  }

  /** Solves for `step` and returns the decrease of the model; NaN when a product is not finite. */
  solve(gradient: Float64Array, norm: number, radius: number, tolerance: number): number {
    const { step } = this;
    const [r, d, product] = [this.#residual, this.#direction, this.#product];
    step.fill(0);
    this.length = 0;
    this.atBoundary = false;
    r.set(gradient);
    for (let i = 0; i < d.length; i++) d[i] = -gradient[i];
    let square = norm * norm;
    let decrease = 0;
    for (let iteration = 0; iteration < 2 * d.length; iteration++) {
      this.#multiply(d, product);
      const curvature = dot(d, product);
      if (!Number.isFinite(curvature)) return NaN;
      const alpha = square / curvature;
      const toBoundary = this.#reach(radius);
      if (curvature <= 0 || alpha >= (1 - tie) * toBoundary) {
        addScaled(step, toBoundary, d);
        this.length = radius;
        this.atBoundary = true;
        // Along d the model falls by τ rᵀr − ½τ² dᵀ∇²f d, as rᵀd = −rᵀr.
        return decrease + toBoundary * square - 0.5 * toBoundary * toBoundary * curvature;
      }
      addScaled(step, alpha, d);
      addScaled(r, alpha, product);
      decrease += 0.5 * alpha * square;
      const squareThere = dot(r, r);
      if (Math.sqrt(squareThere) <= tolerance) break;
      const beta = squareThere / square;
      square = squareThere;
      for (let i = 0; i < d.length; i++) d[i] = -r[i] + beta * d[i];
    }
    this.length = gradientNorm(step);
    return decrease;
  }

  /** τ ≥ 0 with ‖p + τd‖ = radius. */
  #reach(radius: number): number {
    const { step } = this;
    const d = this.#direction;
    const dd = dot(d, d);
    const pd = dot(step, d);
    const gap = radius * radius - dot(step, step);
    const root = Math.sqrt(Math.max(0, pd * pd + dd * gap));
    // Of the two forms of the root, the one without cancellation.
    return pd > 0 ? Math.max(0, gap) / (pd + root) : (root - pd) / dd;
  }
}
