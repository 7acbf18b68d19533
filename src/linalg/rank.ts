/** When a number that computation gives is a zero: the decision that all rank-revealing routines share. */
import { ArgumentError } from "../errors.ts";

/** How small is nothing. */
export interface RankOptions {
  /** Singular values (or what stands for them) up to this part of the largest are zeros; default max(m, n)·2⁻⁵². */
  readonly tolerance?: number;
}

/** The tolerance asked for. Throws ArgumentError for a negative number and NaN. */
export function rankTolerance(rows: number, columns: number, options: RankOptions, what: string): number {
  const { tolerance = Math.max(rows, columns) * 2.220446049250313e-16 } = options;
  if (!(tolerance >= 0))
    throw new ArgumentError(`${what}: tolerance is ${tolerance}; expected a number of at least 0.`);
  return tolerance;
}

/** How many of the values, which descend and are not negative, are more than `tolerance` times the first. */
export function numericalRank(values: Float64Array, tolerance: number): number {
  let rank = 0;
  while (rank < values.length && values[rank] > 0 && values[rank] > tolerance * values[0]) rank++;
  return rank;
}
