/**
 * The learning rate range test: a short run in which the rate grows from far too small to far too large.
 *
 * Cost: one evaluation and one update a step. Source: L. N. Smith, "Cyclical Learning Rates for Training Neural Networks"
 * (2017), section 3.3; the smoothed form and the stop are those of S. Gugger's learning rate finder (fast.ai, 2018).
 */
import { ArgumentError, DivergedError } from "../errors.ts";
import { pow } from "../math/elementary.ts";
import type { Key } from "../math/random.ts";
import { requireKnown, requirePositive, requireWhole } from "./hyperparameters.ts";
import { minimize } from "./minimize.ts";
import type { StochasticObjective } from "./objective.ts";
import type { GradientTransformation, Schedule } from "./transformation.ts";

export interface LearningRateRangeOptions {
  /** The parameters to start from, in original coordinates; only read. */
  readonly start: Float64Array;
  /** Makes the optimizer for a schedule: `(learningRate) => adam({ learningRate })`. */
  readonly optimizer: (learningRate: Schedule) => GradientTransformation;
  /** The first and the last rate, 0 < from < to. Default 1e-7 and 10. */
  readonly from?: number;
  readonly to?: number;
  /** The number of steps, at least 2. Default 100. */
  readonly steps?: number;
  /** Feeds a stochastic objective. Default `random(0)`. */
  readonly key?: Key;
  /** The test ends when the smoothed loss is so many times the lowest one (above it for negative ones). Default 4. */
  readonly divergence?: number;
}

export interface LearningRateRange {
  /** The rate of each step that was taken. */
  readonly rates: Float64Array;
  /** The loss after each. */
  readonly losses: Float64Array;
  /** The losses as a running average with decay rate 0.9, corrected for its start. */
  readonly smoothed: Float64Array;
  /** The rate at which the smoothed loss falls fastest per factor of the rate: a good one. */
  readonly suggestion: number;
}

/**
 * Runs an optimizer with a rate that grows by a constant factor each step, until the loss explodes or `steps` are taken.
 *
 * Throws ArgumentError for an option out of its range, and when fewer than two steps stayed finite; what `minimize` throws
 * for the start passes through.
 *
 * @example learningRateRange(objective, { start, optimizer: (learningRate) => sgd({ learningRate }) }).suggestion
 */
export function learningRateRange(
  objective: StochasticObjective,
  options: LearningRateRangeOptions,
): LearningRateRange {
  requireKnown("learningRateRange", options, ["start", "optimizer", "from", "to", "steps", "key", "divergence"]);
  const { start, optimizer, from = 1e-7, to = 10, steps = 100, key, divergence = 4 } = options;
  requirePositive("from", from);
  requirePositive("to", to);
  requirePositive("divergence", divergence);
  requireWhole("steps", steps, 2);
  if (!(from < to)) throw new ArgumentError(`The options from and to are ${from} and ${to}; expected from below to.`);
  const rateAt = (step: number): number => from * pow(to / from, Math.min(step, steps - 1) / (steps - 1));
  let average = 0;
  let weight = 0;
  let lowest = Infinity;
  const smoothed: number[] = [];
  function losses(): Float64Array {
    try {
      return minimize(objective, {
        start,
        optimizer: optimizer(rateAt),
        steps,
        ...(key === undefined ? {} : { key }),
        onStep({ value }) {
          average = 0.9 * average + 0.1 * value;
          weight = 0.9 * weight + 0.1;
          const now = average / weight;
          smoothed.push(now);
          lowest = Math.min(lowest, now);
          return now > lowest + (divergence - 1) * Math.abs(lowest) && smoothed.length > 2 ? "stop" : undefined;
        },
      }).losses;
    } catch (error) {
      if (error instanceof DivergedError) return error.losses;
      throw error;
    }
  }
  const all = losses();
  const taken = all.length - 1;
  if (taken < 2)
    throw new ArgumentError(`learningRateRange: the loss was finite for ${taken} steps only; expected a smaller from.`);
  const rates = Float64Array.from({ length: taken }, (_v, t) => rateAt(t));
  // The step with rate t leads from loss t to loss t + 1; central differences where there are two neighbors.
  let steepest = 0;
  let slope = Infinity;
  for (let t = 0; t < taken; t++) {
    const change = (smoothed[t + 1] - smoothed[Math.max(t - 1, 0)]) / (t === 0 ? 1 : 2);
    if (change < slope) {
      slope = change;
      steepest = t;
    }
  }
  return {
    rates,
    losses: all.slice(1),
    smoothed: Float64Array.from(smoothed.slice(1, taken + 1)),
    suggestion: rates[steepest],
  };
}
