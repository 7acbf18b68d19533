/**
 * The checks of hyperparameters at construction, so that a mistake is reported where it is made and not 400 steps later.
 * All throw ArgumentError with the option's name, the value and the allowed range.
 */
import { ArgumentError } from "../errors.ts";

/** Refuses a negative number, NaN, an infinity, and what is no number. */
export function requireNonnegative(option: string, value: number): void {
  if (!(Number.isFinite(value) && value >= 0))
    throw new ArgumentError(`The option ${option} is ${value}; expected a finite number at or above 0.`);
}

/** Refuses what is outside [0, 1): the range of the decay rates of running averages. */
export function requireDecayRate(option: string, value: number): void {
  if (!(Number.isFinite(value) && value >= 0 && value < 1))
    throw new ArgumentError(`The option ${option} is ${value}; expected a number in [0, 1).`);
}

/** Refuses options that `owner` does not have: `adam({ lr: 0.1 })` would otherwise run with the default rate. */
export function requireKnown(owner: string, options: object, known: readonly string[]): void {
  for (const option of Object.keys(options))
    if (!known.includes(option))
      throw new ArgumentError(`${owner} has no option "${option}"; its options are ${known.join(", ")}.`);
}

/** Refuses all but finite numbers above 0. */
export function requirePositive(option: string, value: number): void {
  if (!(Number.isFinite(value) && value > 0))
    throw new ArgumentError(`The option ${option} is ${value}; expected a finite number above 0.`);
}

/** Refuses all but whole numbers at or above `least`. */
export function requireWhole(option: string, value: number, least: number): void {
  if (!(Number.isSafeInteger(value) && value >= least))
    throw new ArgumentError(`The option ${option} is ${value}; expected a whole number at or above ${least}.`);
}

/**
 * An ε for denominators, checked. 1e-160 instead of 0 turns 0/0 into 0 and is lost in rounding beside every root above
 * 1e-144.
 */
export function positiveFloor(epsilon: number): number {
  requireNonnegative("epsilon", epsilon);
  return Math.max(epsilon, 1e-160);
}

/** β₁ and β₂, checked, and ε as `positiveFloor`, of the optimizers that are built as Adam is; by default 0.9, 0.999 and 1e-8. */
export function averagingRates(
  options: { readonly beta1?: number; readonly beta2?: number; readonly epsilon?: number },
  defaultEpsilon = 1e-8,
): { readonly beta1: number; readonly beta2: number; readonly floor: number } {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = defaultEpsilon } = options;
  requireDecayRate("beta1", beta1);
  requireDecayRate("beta2", beta2);
  return { beta1, beta2, floor: positiveFloor(epsilon) };
}
