/**
 * The line search of Moré and Thuente: a step with sufficient decrease and a small slope (the strong Wolfe conditions),
 *
 *   φ(α) ≤ φ(0) + c₁ α φ′(0)        |φ′(α)| ≤ c₂ |φ′(0)|
 *
 * by safeguarded cubic and quadratic interpolation in a shrinking interval that contains one.
 *
 * Cost: one or two evaluations a search near a solution with a good direction; never more than `evaluations`, but for
 * one: where round-off or the bound ends the search early, the best step so far is taken if it has decreased the value at
 * all, and evaluated again where another came after it.
 * A step to where the function is not finite is halved towards the best one.
 *
 * Source: J. Moré and D. Thuente, Line Search Algorithms with Guaranteed Sufficient Decrease, ACM TOMS 20, 1994. Reference
 * implementation: MINPACK-2, dcsrch and dcstep.
 */
import { ArgumentError } from "../../errors.ts";
import { requireKnown } from "../hyperparameters.ts";
import type { Line, LineSearch } from "./smooth-path.ts";

export interface StrongWolfeOptions {
  /** c₁, in (0, 1): the share of the decrease that the slope at the start promises. Default 1e-4. */
  readonly decrease?: number;
  /** c₂, in (c₁, 1): the share of the slope that may be left. Default 0.9; 0.1 is usual for conjugate gradients. */
  readonly curvature?: number;
  /** The largest number of evaluations in a search, but for one more of the best step where that was not the last. Default 30. */
  readonly evaluations?: number;
}

/** The largest step, in multiples of the direction. */
const largestStep = 1e10;
/** The interval is small enough to give up at this relative width. */
const smallestWidth = 1e-14;

/** An end of the interval: a step with its value and slope. */
interface End {
  step: number;
  value: number;
  slope: number;
}

/**
 * The strong-Wolfe line search of Moré and Thuente: φ(α) ≤ φ(0) + c₁αφ′(0) and |φ′(α)| ≤ c₂|φ′(0)|.
 *
 * Throws ArgumentError for options out of their ranges. Source: Moré and Thuente, "Line Search Algorithms with Guaranteed
 * Sufficient Decrease" (1994).
 *
 * @example lbfgs({ lineSearch: strongWolfe({ curvature: 0.5 }) }).name // "lbfgs"
 */
export function strongWolfe(options: StrongWolfeOptions = {}): LineSearch {
  requireKnown("strongWolfe", options, ["decrease", "curvature", "evaluations"]);
  const { decrease = 1e-4, curvature = 0.9, evaluations = 30 } = options;
  if (!(decrease > 0 && decrease < curvature && curvature < 1))
    throw new ArgumentError(
      `strongWolfe: decrease is ${String(decrease)} and curvature ${String(curvature)}; expected 0 < decrease < curvature < 1.`,
    );
  if (!(Number.isSafeInteger(evaluations) && evaluations > 0))
    throw new ArgumentError(`strongWolfe: evaluations is ${String(evaluations)}; expected a whole number above 0.`);
  return (line, initialStep) => search(line, initialStep, decrease, curvature, evaluations);
}

function search(line: Line, initialStep: number, decrease: number, curvature: number, evaluations: number): boolean {
  const { startValue, startSlope } = line;
  if (!(startSlope < 0 && initialStep > 0 && initialStep < Infinity)) return false;
  const promised = decrease * startSlope;
  const best: End = { step: 0, value: startValue, slope: startSlope };
  const other: End = { step: 0, value: startValue, slope: startSlope };
  let bracketed = false;
  let ceiling = largestStep;
  /** Until a step with enough decrease and a rising slope is seen, the search is for φ minus the promised decrease. */
  let seekingDecrease = true;
  let width = Infinity;
  let widthBefore = Infinity;
  let step = Math.min(initialStep, ceiling);
  let [lowest, highest] = [0, 5 * step];
  for (let count = 0; count < evaluations; count++) {
    line.evaluate(step);
    if (line.value === Infinity) {
      ceiling = step;
      step = best.step + 0.5 * (step - best.step);
      if (step === best.step || step === ceiling) break;
      continue;
    }
    const bound = startValue + step * promised;
    if (line.value <= bound && Math.abs(line.slope) <= -curvature * startSlope) return true;
    if (seekingDecrease && line.value <= bound && line.slope >= 0) seekingDecrease = false;
    if (bracketed && (step <= lowest || step >= highest || highest - lowest <= smallestWidth * highest)) break;
    if (step === ceiling && line.value <= bound && line.slope <= promised) break;

    const trial: End = { step, value: line.value, slope: line.slope };
    const shift = seekingDecrease && line.value <= best.value && line.value > bound ? promised : 0;
    for (const end of [best, other, trial]) tilt(end, -shift);
    const chosen = nextStep(best, other, trial, bracketed, lowest, highest);
    bracketed = chosen.bracketed;
    update(best, other, trial);
    for (const end of [best, other]) tilt(end, shift);
    step = chosen.step;

    if (bracketed) {
      const length = Math.abs(other.step - best.step);
      if (length >= 0.66 * widthBefore) step = best.step + 0.5 * (other.step - best.step);
      widthBefore = width;
      width = length;
      lowest = Math.min(best.step, other.step);
      highest = Math.max(best.step, other.step);
    } else {
      lowest = step + 1.1 * (step - best.step);
      highest = step + 4 * (step - best.step);
    }
    step = Math.max(0, Math.min(step, ceiling));
    if (bracketed && (step <= lowest || step >= highest || highest - lowest <= smallestWidth * highest))
      step = best.step;
    if (step === 0) break;
  }
  return settle(line, best);
}

/** Takes the best step when it is lower than the start, evaluating it again where something else came after it. */
function settle(line: Line, best: End): boolean {
  if (!(best.value < line.startValue && best.step > 0)) return line.step > 0 && line.value < line.startValue;
  if (line.step !== best.step) line.evaluate(best.step);
  return line.value < line.startValue;
}

/** Adds to an end's value and slope those of a line through the origin. */
function tilt(end: End, slope: number): void {
  end.value += end.step * slope;
  end.slope += slope;
}

/** The interval after the trial: it keeps a minimizer between its ends. */
function update(best: End, other: End, trial: End): void {
  if (trial.value > best.value) Object.assign(other, trial);
  else {
    if (trial.slope * Math.sign(best.slope) < 0) Object.assign(other, best);
    Object.assign(best, trial);
  }
}

/** The next step from the values and slopes at three: the four cases of section 4 of the paper. */
function nextStep(
  best: End,
  other: End,
  trial: End,
  bracketed: boolean,
  lowest: number,
  highest: number,
): { step: number; bracketed: boolean } {
  const opposite = trial.slope * Math.sign(best.slope) < 0;
  const toBest = best.step - trial.step;
  const cubic = cubicMinimizer(best, trial);
  const secant = trial.step + (trial.slope / (trial.slope - best.slope)) * toBest;
  if (trial.value > best.value) {
    const fall = best.value - trial.value;
    const quadratic = best.step + (best.slope / (fall / -toBest + best.slope) / 2) * -toBest;
    const nearer = Math.abs(cubic - best.step) < Math.abs(quadratic - best.step);
    return { step: nearer ? cubic : cubic + (quadratic - cubic) / 2, bracketed: true };
  }
  if (opposite)
    return { step: Math.abs(cubic - trial.step) > Math.abs(secant - trial.step) ? cubic : secant, bracketed: true };
  if (Math.abs(trial.slope) < Math.abs(best.slope)) {
    // The cubic may have no minimizer beyond the trial; then the search goes as far as it may in that direction.
    const away = Number.isFinite(cubic) && (cubic - trial.step) * toBest < 0;
    const far = away ? cubic : trial.step > best.step ? highest : lowest;
    if (!bracketed) {
      const step = Math.abs(far - trial.step) > Math.abs(secant - trial.step) ? far : secant;
      return { step: Math.max(lowest, Math.min(step, highest)), bracketed };
    }
    const step = Math.abs(far - trial.step) < Math.abs(secant - trial.step) ? far : secant;
    const limit = trial.step + 0.66 * (other.step - trial.step);
    return { step: trial.step > best.step ? Math.min(limit, step) : Math.max(limit, step), bracketed };
  }
  if (bracketed) return { step: cubicMinimizer(other, trial), bracketed };
  return { step: trial.step > best.step ? highest : lowest, bracketed };
}

/** The minimizer of the cubic through the values and slopes at two steps, scaled against overflow; NaN without one. */
function cubicMinimizer(from: End, to: End): number {
  const theta = (3 * (from.value - to.value)) / (to.step - from.step) + from.slope + to.slope;
  const scale = Math.max(Math.abs(theta), Math.abs(from.slope), Math.abs(to.slope));
  const square = (theta / scale) * (theta / scale) - (from.slope / scale) * (to.slope / scale);
  const root = scale * Math.sqrt(Math.max(0, square)) * (to.step > from.step ? 1 : -1);
  const share = (to.slope + root - theta) / (to.slope - from.slope + 2 * root);
  return to.step - share * (to.step - from.step);
}
