/**
 * The way of a method through an objective: where it stands, the point that it tries, and the line between them.
 *
 * An evaluation is one call of the objective. Values and slopes that are NaN or infinite are handed on as an infinite value,
 * which every line search takes for "too far".
 */
import type { Objective } from "../objective.ts";
import type { Iterate } from "./descent.ts";
import { gradientNorm } from "../gradient-norm.ts";
import { dot } from "./vectors.ts";

/**
 * The restriction φ(α) = f(x + αd) of an objective to a line. `evaluate(α)` overwrites `step`, `value` and `slope`; what a
 * search evaluates last is where it leads.
 */
export interface Line {
  /** φ(0) and φ′(0) < 0. */
  readonly startValue: number;
  readonly startSlope: number;
  /** The last α evaluated, φ(α) and φ′(α); the value is Infinity and the slope NaN where one of them is not finite. */
  step: number;
  value: number;
  slope: number;
  evaluate(step: number): void;
}

/**
 * Looks along a line from an initial step on, and returns whether it has found a step to take: the one evaluated last.
 * Evaluates a bounded number of times.
 */
export type LineSearch = (line: Line, initialStep: number) => boolean;

/** The line from `at` along a direction of the given slope; `evaluateNext` evaluates `next` at the point that it holds. */
export function lineBetween(
  at: Iterate,
  next: Iterate,
  direction: Float64Array,
  slope: number,
  evaluateNext: () => void,
): Line {
  return {
    startValue: at.value,
    startSlope: slope,
    step: 0,
    value: at.value,
    slope,
    evaluate(step: number): void {
      for (let i = 0; i < direction.length; i++) next.point[i] = at.point[i] + step * direction[i];
      evaluateNext();
      const slopeThere = dot(next.gradient, direction);
      const finite = Number.isFinite(next.value) && Number.isFinite(slopeThere);
      this.step = step;
      this.value = finite ? next.value : Infinity;
      this.slope = finite ? slopeThere : NaN;
    },
  };
}

/** Two iterates that change places: `at`, evaluated and finite, and `next`, on trial. */
export class SmoothPath {
  readonly objective: Objective;
  at: Iterate;
  next: Iterate;
  evaluations = 0;

  constructor(objective: Objective) {
    const { dimension } = objective;
    this.objective = objective;
    this.at = { point: new Float64Array(dimension), value: 0, gradient: new Float64Array(dimension) };
    this.next = { point: new Float64Array(dimension), value: 0, gradient: new Float64Array(dimension) };
  }

  /** Evaluates at a point and stands there. */
  begin(point: Float64Array): void {
    this.next.point.set(point);
    this.evaluateNext();
    this.accept();
  }

  /** Evaluates `next` at the point that it holds. */
  evaluateNext(): void {
    this.evaluations += 1;
    this.next.value = this.objective.valueAndGradient(this.next.point, this.next.gradient);
  }

  /** `next` becomes the place. */
  accept(): void {
    const left = this.at;
    this.at = this.next;
    this.next = left;
  }

  /** The line from `at` along a direction of the given slope. */
  line(direction: Float64Array, slope: number): Line {
    return lineBetween(this.at, this.next, direction, slope, () => this.evaluateNext());
  }

  /**
   * The first step along −g, of which no scale is known: one that moves by a tenth of ‖x‖, or of 1 where that is larger.
   * In units of the gradient, so it is the same for every multiple of the objective and in every rotation.
   */
  firstStep(): number {
    return (0.1 * Math.max(1, gradientNorm(this.at.point))) / gradientNorm(this.at.gradient);
  }
}
