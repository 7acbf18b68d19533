/** What an experiment declares. The machinery in `study/` does the rest, the same for all of them. */
import type { StudiedBasis } from "../study/bases.ts";
import type { StudiedOptimizer } from "../study/optimizers.ts";
import type { TaskName } from "../tasks/load.ts";

export interface Experiment {
  /** As on the command line: "digits". */
  readonly name: string;
  readonly title: string;
  /** The question that it answers, in a sentence. */
  readonly question: string;
  readonly task: TaskName;
  /** Optimizers that run in every basis of `bases`. */
  readonly optimizers: readonly StudiedOptimizer[];
  readonly bases: readonly StudiedBasis[];
  /** Optimizers that run in original coordinates only, beside them. */
  readonly baselines: readonly StudiedOptimizer[];
  readonly steps: number;
  /** Runs per optimizer and basis, each with a seed of its own: 0, 1, 2, … */
  readonly seeds: number;
  /** The first so many seeds tune the learning rates; 3 unless it is said. */
  readonly tuningSeeds?: number;
  /** EGOP samples as a multiple of the number of parameters. */
  readonly samplesPerParameter: number;
  /** A folder inside the data folder that the user has to fill; where it is not there, `reproduce` leaves this out. */
  readonly userData?: string;
}
