/**
 * An EGOP estimate in parts: its samples are split by their numbers into jobs, which threads of this process or workers on
 * a queue do, and the accumulator states that come back are merged. The result is that of `accumulate` in one process, to
 * the bit, whatever the number of workers, their speed, or their deaths.
 *
 * Cost: the gradients are shared out; merging costs one pass over a state for each job, here. Memory: the merged state
 * (see moment-state.ts) and one more, with a journal; without one also `2 · workers` states on their way.
 */
import {
  ArgumentError,
  emptyMoments,
  estimateOf,
  layoutOf,
  random,
  type EgopEstimate,
  type Key,
  type MomentForm,
} from "egop";
import { MissingSamplesError, type MissingSamples } from "./errors.ts";
import { gatherFromQueue, type EstimateQueueOptions } from "./gather-from-queue.ts";
import { gatherFromThreads } from "./gather-from-threads.ts";
import type { Gathering } from "./gathering.ts";
import { openJournal, temporaryJournal, type Journal } from "./journal.ts";
import { loadObjective } from "./load-objective.ts";
import { objectiveReference, verifyReference, type ObjectiveReference } from "./objective-reference.ts";
import { orderedMerge, type OrderedMerge } from "./ordered-merge.ts";
import type { Sampling } from "./payload.ts";
import { startSamplePool } from "./sample-pool.ts";
import { evenShare, planSamples, usualSamplesPerJob } from "./sample-ranges.ts";

/** Threads of one process. */
const mostWorkers = 256;

/** How far an estimate is. */
export interface EstimateProgress {
  /** Samples that have come, of `total`. */
  readonly samples: number;
  readonly total: number;
  readonly samplesPerSecond: number;
  /** Of the rest at this rate; undefined before the first samples have come. */
  readonly secondsLeft: number | undefined;
}

/** What does not depend on who does the work. */
export interface EstimateOptions {
  /** The number of gradients. */
  readonly samples: number;
  /** The first sample's number; default 0. */
  readonly from?: number;
  /** Default `random(0)`; see `accumulate`. */
  readonly key?: Key;
  /** What is kept of the gradients; default all of them. */
  readonly form?: MomentForm;
  /** What to do where the objective or its gradient is not finite: see `accumulate`. */
  readonly notFinite?: "throw" | "skip";
  /** A multiple of 64; default 256 on a queue, and equal shares on threads. It changes no bit. */
  readonly samplesPerJob?: number;
  /** The folder of objectives; default the current one. */
  readonly root?: string;
  /** A file that keeps what has come in: with it an estimate that was interrupted goes on where it was. */
  readonly journal?: string;
  /** What to do when a job has failed for good: throw MissingSamplesError (default), or go on and report it. */
  readonly failed?: "stop" | "report";
  readonly onProgress?: (progress: EstimateProgress) => void;
  readonly signal?: AbortSignal;
}

/** Either threads of this process or workers on a queue. */
export type DistributedOptions = EstimateOptions &
  ({ readonly workers: number; readonly redis?: never } | ({ readonly workers?: never } & EstimateQueueOptions));

export interface DistributedEstimate {
  readonly estimate: EgopEstimate;
  /** The samples that are not in it; empty unless `failed: "report"`. */
  readonly missing: readonly MissingSamples[];
}

/**
 * Estimates an EGOP with several workers. `objective` is the path of a module (see loadObjective), or a reference to one.
 *
 * Throws ArgumentError for options that make no sense, PayloadError and ModuleError for a module that does not keep to the
 * contract, JournalError for a journal of another estimate, QueueError where Redis cannot be used, MissingSamplesError
 * when a job has failed for good.
 */
export async function estimateDistributed(
  objective: string | ObjectiveReference,
  options: DistributedOptions,
): Promise<DistributedEstimate> {
  const { samples, from = 0, key = random(0), form = { kind: "samples" }, notFinite = "throw" } = options;
  const { root = process.cwd(), failed = "stop", signal } = options;
  if (options.redis === undefined) requireWorkers(options.workers);
  const usual = options.redis === undefined ? evenShare(samples, options.workers) : usualSamplesPerJob;
  const { samplesPerJob = usual } = options;
  const plan = planSamples(from, from + samples, samplesPerJob);
  const reference = typeof objective === "string" ? objectiveReference(objective, { root }) : objective;
  const module = verifyReference(reference, root);
  // The threads load the objective while this one does.
  const workers = Math.min(options.workers ?? 0, plan.count);
  const pool = options.redis === undefined ? startSamplePool(workers, { reference, root }) : undefined;
  let journal: Journal | undefined;
  try {
    const { objective: loaded } = await loadObjective(module);
    const empty = emptyMoments(form, layoutOf(loaded));
    const sampling: Sampling = { objective: reference, key, form, notFinite };
    const identity = JSON.stringify({ ...sampling, from, samples, samplesPerJob, tensors: empty.tensors });
    journal = journalFor(options, identity);
    const merge = orderedMerge(plan, empty, journal);
    const gathering: Gathering = {
      ...{ run: journal?.run ?? "", root, sampling, plan, empty, merge, signal },
      report: reporter(merge, samples, options.onProgress),
      fail(index, reason) {
        const range = plan.range(index);
        if (failed === "stop")
          throw new MissingSamplesError(`The samples ${range.from} to ${range.to} failed: ${reason}`, [
            { ...range, reason },
          ]);
        merge.miss(index, reason);
      },
    };
    if (options.redis !== undefined) await gatherFromQueue(options, gathering);
    else if (pool !== undefined) await gatherFromThreads(pool, workers, gathering);
    return { estimate: estimateOf(merge.state), missing: [...merge.missing].sort((a, b) => a.from - b.from) };
  } finally {
    journal?.close();
    await pool?.close();
  }
}

/** On a queue there always is one, so that what arrives early need not wait in memory. */
function journalFor({ journal, redis }: DistributedOptions, identity: string): Journal | undefined {
  if (journal !== undefined) return openJournal(journal, identity);
  return redis === undefined ? undefined : temporaryJournal(identity);
}

function reporter(merge: OrderedMerge, total: number, onProgress: EstimateOptions["onProgress"]): () => void {
  const begin = performance.now();
  const already = merge.samples;
  return () => {
    const seconds = (performance.now() - begin) / 1000;
    const samplesPerSecond = seconds > 0 ? (merge.samples - already) / seconds : 0;
    const secondsLeft = samplesPerSecond > 0 ? (total - merge.samples) / samplesPerSecond : undefined;
    onProgress?.({ samples: merge.samples, total, samplesPerSecond, secondsLeft });
  };
}

function requireWorkers(workers: number): void {
  if (!Number.isSafeInteger(workers) || workers < 1 || workers > mostWorkers)
    throw new ArgumentError(`workers is ${workers}; expected a whole number from 1 to ${mostWorkers}.`);
}
