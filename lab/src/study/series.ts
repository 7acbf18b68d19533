/** What a study has of one optimizer in one basis: before it is summed up, and after. */
import type { BoundaryOutput } from "./boundary.ts";
import type { StudiedBasis } from "./bases.ts";
import type { StudiedOptimizer } from "./optimizers.ts";
import type { RunOutput } from "./run-job.ts";
import type { Tuning } from "./tune.ts";

/** One optimizer in one basis: its tuning, and its runs at the best rate, one per seed. */
export interface Series {
  readonly optimizer: StudiedOptimizer;
  readonly basis: StudiedBasis;
  readonly tuning: Tuning;
  readonly runs: readonly RunOutput[];
  /** What the first seed's run has learned, where that can be drawn. */
  readonly boundary: BoundaryOutput;
}

/** Median and quartiles over the seeds. */
interface Band {
  readonly lower: readonly number[];
  readonly median: readonly number[];
  readonly upper: readonly number[];
}

/** One optimizer in one basis. */
export interface SeriesSummary {
  readonly optimizer: StudiedOptimizer;
  readonly basis: StudiedBasis;
  readonly learningRate: number;
  /** False when the grid had to end before its best rate lay inside it. */
  readonly interior: boolean;
  /** Median final loss over the tuning seeds at each rate that was tried; null where runs diverged. */
  readonly tuned: readonly { readonly rate: number; readonly loss: number | null }[];
  /** The loss over the steps of `curveSteps`, over the seeds whose runs stayed finite. */
  readonly band: Band;
  /** The final loss for each seed; null where the run diverged. */
  readonly finalLosses: readonly (number | null)[];
  /** The median of the first kept steps at which runs reach the final loss of the same seed in original coordinates. */
  readonly stepsToTarget: number | null;
  /** How many times fewer steps than in original coordinates, in the median over the seeds; see gain.ts. */
  readonly gain: number | null;
  readonly testAccuracy: number | null;
  /** What the basis keeps, and the gradients that it was made of. */
  readonly basisBytes: number;
  readonly sampleBytes: number;
  /** Scores of the first seed's classifier on a grid of the plane. */
  readonly boundary?: readonly number[];
  /** Medians; they differ from run to run and machine to machine. */
  readonly seconds: number;
  readonly basisSeconds: number;
}
