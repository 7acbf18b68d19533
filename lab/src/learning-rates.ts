/**
 * The learning rates that are tried, the same in every basis, and the choice among them. Where the best of the usual grid
 * is its lowest or highest, rates beyond it are tried, until the best lies inside.
 */
import { optimizerTitles, type BasisName, type OptimizerName } from "./choices.ts";
import { AllDivergedError } from "./errors.ts";
import { formatRate } from "./format.ts";

/** The grid of each optimizer, ascending. */
export const learningRates: Readonly<Record<OptimizerName, readonly number[]>> = {
  adam: [0.01, 0.03, 0.1, 0.3, 1],
  adagrad: [0.01, 0.03, 0.1, 0.3, 1],
};

/** How often the usual grid grows at most: three decades. */
export const mostExtensions = 6;

/** The rate beyond an end of a grid whose ends are 1 or 3 times a power of ten. */
export function rateBeyond(rates: readonly number[], edge: "lowest" | "highest"): number {
  const [digit, exponent] = (edge === "lowest" ? Math.min(...rates) : Math.max(...rates)).toExponential(0).split("e");
  const place = 2 * Number(exponent) + (digit === "1" ? 0 : 1) + (edge === "lowest" ? -1 : 1);
  return Number(`${place % 2 === 0 ? 1 : 3}e${Math.floor(place / 2)}`);
}

/** A run at one learning rate: what became of its training loss, or the step at which it was not finite any more. */
export type Trial<Run extends { readonly losses: Float64Array }> =
  { readonly learningRate: number; readonly run: Run } | { readonly learningRate: number; readonly divergedAt: number };

/** The best trial, and what a reader should know of the others. */
export interface Choice<Run> {
  readonly learningRate: number;
  readonly run: Run;
  /** Rates that were left out because the run did not stay finite. */
  readonly diverged: readonly number[];
  /** The end of the grid at which the best one stands: a wider grid might do better. Never set on a grid of one. */
  readonly edge: "lowest" | "highest" | undefined;
}

/**
 * The trial with the lowest last training loss, at a tie the one that comes first. Throws AllDivergedError, naming
 * optimizer and basis, when no trial stayed finite.
 */
export function chooseBest<Run extends { readonly losses: Float64Array }>(
  trials: readonly Trial<Run>[],
  optimizer: OptimizerName,
  basis: BasisName,
): Choice<Run> {
  const rates = trials.map(({ learningRate }) => learningRate);
  const diverged = trials.filter((trial) => "divergedAt" in trial).map(({ learningRate }) => learningRate);
  const finished = trials.filter((trial) => "run" in trial);
  if (finished.length === 0)
    throw new AllDivergedError(
      `${optimizerTitles[optimizer]} diverged in the basis "${basis}" at every learning rate of the grid ` +
        `(${rates.map(formatRate).join(", ")}); try smaller ones with --learning-rate.`,
    );
  const last = ({ losses }: Run): number => losses[losses.length - 1];
  const best = finished.reduce((winner, trial) => (last(trial.run) < last(winner.run) ? trial : winner));
  const edge = trials.length < 2 ? undefined : edgeOf(best.learningRate, rates);
  return { learningRate: best.learningRate, run: best.run, diverged, edge };
}

function edgeOf(rate: number, grid: readonly number[]): "lowest" | "highest" | undefined {
  if (rate === Math.min(...grid)) return "lowest";
  return rate === Math.max(...grid) ? "highest" : undefined;
}
