/** What a study has of one optimizer in one basis, before it is summed up. */
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
}
