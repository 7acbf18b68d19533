/**
 * The line search of Hager and Zhang: the Wolfe conditions or, near a minimum, where values differ by no more than
 * round-off, the approximate ones, which need slopes only,
 *
 *   φ(α) ≤ φ(0) + δ α φ′(0) and φ′(α) ≥ σ φ′(0)      or      (2δ − 1) φ′(0) ≥ φ′(α) ≥ σ φ′(0) and φ(α) ≤ φ(0) + ε |φ(0)|
 *
 * by an interval whose ends have slopes of opposite signs, shrunk by secant steps (twice a round) and, where these are too
 * slow, by bisection.
 *
 * So a minimum is found to full precision of the gradient, where a search by values ends at the root of round-off. The value
 * may rise by ε |φ(0)| in a step. Cost: one or two evaluations with a good direction; never more than `evaluations`, after
 * which the lowest end is taken if it is lower than the start (and evaluated again where it was not the last). Steps to where the function is not finite are halved.
 *
 * Source: W. Hager and H. Zhang, Algorithm 851: CG_DESCENT, ACM TOMS 32, 2006, section 3.
 */
import { ArgumentError } from "../../errors.ts";
import { requireKnown, requireNonnegative } from "../hyperparameters.ts";
import type { Line, LineSearch } from "./smooth-path.ts";

export interface HagerZhangOptions {
  /** δ, in (0, ½): the share of the decrease that the slope at the start promises. Default 0.1. */
  readonly decrease?: number;
  /** σ, in [δ, 1): the share of the slope that may be left. Default 0.9. */
  readonly curvature?: number;
  /** ε, at or above 0: how much the value may rise, as a share of it. Default 1e-6. */
  readonly tolerance?: number;
  /** The largest number of evaluations in a search, but for one more of the best step where that was not the last. Default 50. */
  readonly evaluations?: number;
}

/** The growth of the step while no minimum is bracketed (ρ of the paper). */
const expansion = 5;
/** The interval shrinks at least by this a round (γ of the paper), or is bisected. */
const shrinkage = 0.66;

/** An end of the interval: a step with its value and slope. */
interface End {
  readonly step: number;
  readonly value: number;
  readonly slope: number;
}

/**
 * The line search of Hager and Zhang, with the approximate Wolfe conditions (2δ − 1)φ′(0) ≥ φ′(α) ≥ σφ′(0).
 *
 * Throws ArgumentError for options out of their ranges. Source: Hager and Zhang, "Algorithm 851: CG_DESCENT" (2006).
 *
 * @example conjugateGradient({ lineSearch: hagerZhang({ curvature: 0.5 }) }).name // "conjugateGradient"
 */
export function hagerZhang(options: HagerZhangOptions = {}): LineSearch {
  requireKnown("hagerZhang", options, ["decrease", "curvature", "tolerance", "evaluations"]);
  const { decrease = 0.1, curvature = 0.9, tolerance = 1e-6, evaluations = 50 } = options;
  if (!(decrease > 0 && decrease < 0.5 && decrease <= curvature && curvature < 1))
    throw new ArgumentError(
      `hagerZhang: decrease is ${String(decrease)} and curvature ${String(curvature)}; ` +
        "expected 0 < decrease < 0.5 and decrease <= curvature < 1.",
    );
  requireNonnegative("tolerance", tolerance);
  if (!(Number.isSafeInteger(evaluations) && evaluations > 0))
    throw new ArgumentError(`hagerZhang: evaluations is ${String(evaluations)}; expected a whole number above 0.`);
  return (line, initialStep) =>
    new IntervalSearch(line, decrease, curvature, tolerance * Math.abs(line.startValue), evaluations).run(initialStep);
}

/** How a search has ended; undefined while it goes on. */
type Outcome = "accepted" | "exhausted" | undefined;

/** One search. Invariant of the interval: slope < 0 and a value of no note at `low`, slope ≥ 0 at `high`. */
class IntervalSearch {
  readonly #line: Line;
  readonly #decrease: number;
  readonly #curvature: number;
  readonly #rise: number;
  readonly #start: End;
  #left: number;
  #best: End;
  #outcome: Outcome;

  constructor(line: Line, decrease: number, curvature: number, rise: number, evaluations: number) {
    this.#line = line;
    this.#decrease = decrease;
    this.#curvature = curvature;
    this.#rise = rise;
    this.#left = evaluations;
    this.#start = { step: 0, value: line.startValue, slope: line.startSlope };
    this.#best = this.#start;
    this.#outcome = undefined;
  }

  run(initialStep: number): boolean {
    const line = this.#line;
    if (!(this.#start.slope < 0 && initialStep > 0 && initialStep < Infinity)) return false;
    let interval = this.#bracket(initialStep);
    while (!this.#isOver() && interval !== undefined) {
      const [low, high] = interval;
      const width = high.step - low.step;
      let [a, b] = this.#secantTwice(low, high);
      if (!this.#isOver() && b.step - a.step > shrinkage * width) [a, b] = this.#probe(a, b, middle(a, b));
      if (!(b.step - a.step < width) || b.step - a.step <= 1e-15 * b.step) break;
      interval = [a, b];
    }
    if (this.#outcome === "accepted") return true;
    const best = this.#best;
    if (!(best.step > 0 && best.value < this.#start.value)) return false;
    if (line.step !== best.step) line.evaluate(best.step);
    return line.value < this.#start.value;
  }

  #isOver(): boolean {
    return this.#outcome !== undefined;
  }

  /** Evaluates, and notes whether the search may end here. */
  #evaluate(step: number): End {
    const line = this.#line;
    if (this.#left === 0) {
      this.#outcome ??= "exhausted";
      return this.#best;
    }
    this.#left -= 1;
    line.evaluate(step);
    const { value, slope } = line;
    const { value: value0, slope: slope0 } = this.#start;
    const flat = slope >= this.#curvature * slope0;
    const wolfe = value <= value0 + this.#decrease * step * slope0;
    const approximate = slope <= (2 * this.#decrease - 1) * slope0 && value <= value0 + this.#rise;
    if (flat && (wolfe || approximate)) this.#outcome = "accepted";
    const end = { step, value, slope };
    if (value < this.#best.value) this.#best = end;
    return end;
  }

  /** Grows the step until a minimum lies behind it: B0 to B3 of the paper. */
  #bracket(initialStep: number): readonly [End, End] | undefined {
    let low = this.#start;
    let step = initialStep;
    let ceiling = Infinity;
    while (!this.#isOver()) {
      const end = this.#evaluate(step);
      if (this.#isOver()) return undefined;
      if (end.value === Infinity) {
        ceiling = step;
        step = low.step + 0.5 * (step - low.step);
        if (step === low.step || step === ceiling) return undefined;
      } else if (end.slope >= 0) return [low, end];
      else if (end.value > this.#start.value + this.#rise) return this.#descend(low, end);
      else {
        low = end;
        step = Math.min(expansion * step, 0.5 * (step + ceiling));
        if (!(step > low.step && step < 1e100)) return undefined;
      }
    }
    return undefined;
  }

  /** A high value with a falling slope: a minimum lies before it, found by bisection (U3 of the paper). */
  #descend(from: End, to: End): readonly [End, End] {
    let low = from;
    let high = to;
    for (;;) {
      const end = this.#evaluate(middle(low, high));
      if (this.#isOver() || end.slope >= 0) return [low, end];
      if (end.step <= low.step || end.step >= high.step) return [low, end];
      if (end.value <= this.#start.value + this.#rise) low = end;
      else high = end;
    }
  }

  /** The interval after a look at a step inside it (the procedure "update" of the paper). */
  #probe(low: End, high: End, step: number): readonly [End, End] {
    if (!(step > low.step && step < high.step)) return [low, high];
    const end = this.#evaluate(step);
    if (this.#isOver() || end.slope >= 0) return [low, end];
    if (end.value <= this.#start.value + this.#rise) return [end, high];
    return this.#descend(low, end);
  }

  /** Two secant steps, the second from the end that the first has moved (secant² of the paper). */
  #secantTwice(low: End, high: End): readonly [End, End] {
    const step = secant(low, high);
    const [a, b] = this.#probe(low, high, step);
    if (this.#isOver()) return [a, b];
    if (b.step === step) return this.#probe(a, b, secant(high, b));
    if (a.step === step) return this.#probe(a, b, secant(low, a));
    return [a, b];
  }
}

function secant(a: End, b: End): number {
  return (a.step * b.slope - b.step * a.slope) / (b.slope - a.slope);
}

function middle(a: End, b: End): number {
  return a.step + 0.5 * (b.step - a.step);
}
