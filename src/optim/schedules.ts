/**
 * Learning rate schedules: pure functions of the step, counted from 0, so that a resumed run goes on with the same numbers.
 * `minimize` takes them wherever an optimizer has a learning rate, and they nest: each is a Schedule like any other.
 *
 * Each costs a few operations a step. Reference implementation: PyTorch 1.13, torch/optim/lr_scheduler.py, to a few rounding
 * errors (there, rates are products of ratios from step to step; here, each is computed from the step alone).
 */
import { ArgumentError } from "../errors.ts";
import { cos, pow } from "../math/elementary.ts";
import { requireKnown, requireNonnegative, requirePositive, requireWhole } from "./hyperparameters.ts";
import type { Schedule } from "./transformation.ts";

/**
 * The same rate at every step. Throws ArgumentError unless it is finite and at or above 0, as all schedules do.
 *
 * @example constantSchedule(0.1)(7) // 0.1
 */
export function constantSchedule(rate: number): Schedule {
  requireNonnegative("rate", rate);
  return () => rate;
}

/**
 * rate · factor^⌊step/every⌋: the rate falls by a factor (above 0) every so many steps. PyTorch's StepLR.
 *
 * @example stepSchedule({ rate: 8, every: 10, factor: 0.5 })(20) // 2
 */
export function stepSchedule(options: {
  readonly rate: number;
  readonly every: number;
  readonly factor: number;
}): Schedule {
  requireKnown("stepSchedule", options, ["rate", "every", "factor"]);
  const { rate, every, factor } = options;
  requireNonnegative("rate", rate);
  requireWhole("every", every, 1);
  requirePositive("factor", factor);
  return (step) => rate * pow(factor, Math.floor(step / every));
}

/**
 * rate · factor^(step/over): a factor (above 0) for every `over` steps, without jumps. With `over` 1 (the default) PyTorch's
 * ExponentialLR.
 *
 * @example exponentialSchedule({ rate: 1, factor: 0.25, over: 10 })(5) // 0.5
 */
export function exponentialSchedule(options: {
  readonly rate: number;
  readonly factor: number;
  readonly over?: number;
}): Schedule {
  requireKnown("exponentialSchedule", options, ["rate", "factor", "over"]);
  const { rate, factor, over = 1 } = options;
  requireNonnegative("rate", rate);
  requirePositive("factor", factor);
  requirePositive("over", over);
  return (step) => rate * pow(factor, step / over);
}

/**
 * final + (rate − final)(1 − step/steps)^power, and `final` from `steps` on; linear by default. PyTorch's PolynomialLR with
 * final 0 (the default).
 *
 * @example polynomialSchedule({ rate: 1, steps: 10, power: 2 })(5) // 0.25
 */
export function polynomialSchedule(options: {
  readonly rate: number;
  readonly steps: number;
  readonly power?: number;
  readonly final?: number;
}): Schedule {
  requireKnown("polynomialSchedule", options, ["rate", "steps", "power", "final"]);
  const { rate, steps, power = 1, final = 0 } = options;
  requireNonnegative("rate", rate);
  requireNonnegative("final", final);
  requireWhole("steps", steps, 1);
  requirePositive("power", power);
  return (step) => (step >= steps ? final : final + (rate - final) * pow(1 - step / steps, power));
}

/** Half a wave of the cosine: 1 at 0, 0 at 1. */
function cosineFall(share: number): number {
  return 0.5 * (1 + cos(Math.PI * share));
}

/**
 * final + ½(rate − final)(1 + cos(π step/steps)), and `final` from `steps` on. With `restarts`, the rate starts anew after
 * `steps` steps, and each period is `restarts` times (a whole number from 1) as long as the one before.
 *
 * Source: Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts" (2017), equation 5. PyTorch's
 * CosineAnnealingLR and CosineAnnealingWarmRestarts.
 *
 * @example cosineSchedule({ rate: 1, steps: 10 })(5) // 0.5
 */
export function cosineSchedule(options: {
  readonly rate: number;
  readonly steps: number;
  readonly final?: number;
  readonly restarts?: number;
}): Schedule {
  requireKnown("cosineSchedule", options, ["rate", "steps", "final", "restarts"]);
  const { rate, steps, final = 0, restarts } = options;
  requireNonnegative("rate", rate);
  requireNonnegative("final", final);
  requireWhole("steps", steps, 1);
  if (restarts !== undefined) requireWhole("restarts", restarts, 1);
  return (step) => {
    let since = step;
    let period = steps;
    if (restarts === undefined) since = Math.min(step, steps);
    else if (restarts === 1) since = step % steps;
    else
      while (since >= period) {
        since -= period;
        period *= restarts;
      }
    return final + (rate - final) * cosineFall(since / period);
  };
}

/**
 * One cycle: from rate/divisor up to `rate` in the first `rise` of the steps and down to rate/(divisor · finalDivisor) in
 * the rest, along cosines; there it stays.
 *
 * Source: Smith and Topin, "Super-Convergence" (2018). PyTorch's OneCycleLR, whose defaults these are: rise 0.3, divisor 25,
 * finalDivisor 1e4.
 *
 * @example oneCycleSchedule({ rate: 1, steps: 101 })(100) // 0.000004
 */
export function oneCycleSchedule(options: {
  readonly rate: number;
  readonly steps: number;
  readonly rise?: number;
  readonly divisor?: number;
  readonly finalDivisor?: number;
}): Schedule {
  requireKnown("oneCycleSchedule", options, ["rate", "steps", "rise", "divisor", "finalDivisor"]);
  const { rate, steps, rise = 0.3, divisor = 25, finalDivisor = 1e4 } = options;
  requireNonnegative("rate", rate);
  requireWhole("steps", steps, 2);
  requirePositive("divisor", divisor);
  requirePositive("finalDivisor", finalDivisor);
  if (!(rise > 0 && rise < 1))
    throw new ArgumentError(`The option rise is ${String(rise)}; expected a number in (0, 1).`);
  const top = rise * steps - 1;
  const initial = rate / divisor;
  const final = initial / finalDivisor;
  return (step) => {
    if (step >= steps - 1) return final;
    // A cycle may begin at its top.
    if (step <= top) return rate + (initial - rate) * cosineFall(top > 0 ? step / top : 1);
    return final + (rate - final) * cosineFall((step - top) / (steps - 1 - top));
  };
}

/**
 * A linear rise in front of any schedule: `from` · schedule(0) (default 0) at step 0, up to schedule(0) at step `steps`, then
 * the schedule from its beginning.
 *
 * @example warmup(4, constantSchedule(0.1))(1) // 0.025
 */
export function warmup(steps: number, schedule: Schedule, from = 0): Schedule {
  requireWhole("steps", steps, 1);
  requireNonnegative("from", from);
  return (step) => (step < steps ? schedule(0) * (from + (1 - from) * (step / steps)) : schedule(step - steps));
}

/**
 * One schedule after the other: the k-th holds up to but not including `boundaries[k]`, and counts its steps from where it
 * begins. One schedule more than boundaries, which rise. Numbers are constant schedules.
 *
 * Throws ArgumentError otherwise. PyTorch's SequentialLR, and with numbers MultiStepLR.
 *
 * @example piecewiseSchedule([10, 20], [0.1, 0.01, 0.001])(15) // 0.01
 */
export function piecewiseSchedule(boundaries: readonly number[], schedules: readonly (number | Schedule)[]): Schedule {
  boundaries.forEach((boundary, k) => requireWhole(`boundaries[${k}]`, boundary, k === 0 ? 1 : boundaries[k - 1] + 1));
  if (schedules.length !== boundaries.length + 1)
    throw new ArgumentError(
      `piecewiseSchedule: ${schedules.length} schedules for ${boundaries.length} boundaries; expected one more.`,
    );
  schedules.forEach((schedule, k) => {
    if (typeof schedule === "number") requireNonnegative(`schedules[${k}]`, schedule);
  });
  return (step) => {
    let piece = 0;
    while (piece < boundaries.length && step >= boundaries[piece]) piece++;
    const schedule = schedules[piece];
    return typeof schedule === "number" ? schedule : schedule(step - (piece === 0 ? 0 : boundaries[piece - 1]));
  };
}
