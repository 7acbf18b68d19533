/**
 * The end of every optimizer: a direction of ascent becomes a step of descent.
 *
 *   step = −η g, with η a number or a function of the number of steps so far
 *
 * One pass, O(size), one rounding an element.
 */
import { define } from "./define.ts";
import { requireNonnegative } from "./hyperparameters.ts";
import type { GradientTransformation, Schedule } from "./transformation.ts";

export interface ScaleByLearningRateState {
  readonly kind: "scaleByLearningRate";
  readonly version: 1;
  /** The number of updates so far; a schedule is asked with it, so its first argument is 0. */
  step: number;
}

/**
 * Multiplies by minus the learning rate: step = −η g, or −η(t) g with t = 0, 1, … for a schedule.
 *
 * Throws ArgumentError unless a number is finite and at or above 0; a schedule that returns anything else throws at that
 * step and leaves gradient and state as they were. Reference implementation: optax, scale_by_learning_rate.
 *
 * @example const descent = scaleByLearningRate((step) => 0.1 / (1 + 0.01 * step));
 */
export function scaleByLearningRate(learningRate: number | Schedule): GradientTransformation<ScaleByLearningRateState> {
  if (typeof learningRate !== "function") requireNonnegative("learningRate", learningRate);

  function rateAt(step: number): number {
    if (typeof learningRate === "number") return learningRate;
    const rate = learningRate(step);
    requireNonnegative(`learningRate at step ${step}`, rate);
    return rate;
  }

  return define<ScaleByLearningRateState>({
    kind: "scaleByLearningRate",
    fields: { step: 0 },
    refuse: ({ step }) => rateAt(step),
    apply(gradient, state) {
      const factor = -rateAt(state.step);
      state.step += 1;
      for (let i = 0; i < gradient.length; i++) gradient[i] *= factor;
    },
  });
}
