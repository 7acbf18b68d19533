/** How an estimate is split into jobs: consecutive ranges of samples, each a whole number of the accumulator's blocks. */
import { ArgumentError } from "egop";
import type { SampleRange } from "./payload.ts";

/** Samples in a job on a queue, unless told otherwise: few enough to share out, many enough that sending their state costs little. */
export const usualSamplesPerJob = 256;
const blockSize = 64;
/** The most blocks in a job of a thread. */
const mostBlocks = 32;

/**
 * Samples in a job on threads, unless told otherwise: equal shares, for threads of one machine are equally fast, as few as
 * there can be, because each costs a copy and a merge of its state, and of 2048 samples at most.
 */
export function evenShare(samples: number, workers: number): number {
  const blocks = Math.ceil(samples / blockSize);
  const rounds = Math.max(1, Math.ceil(blocks / (workers * mostBlocks)));
  return blockSize * Math.max(1, Math.ceil(blocks / (workers * rounds)));
}

/** The ranges of a plan, made when asked for: their number may be large. */
export interface SamplePlan extends SampleRange {
  /** The number of ranges. */
  readonly count: number;
  /** Range number `index`, ascending. */
  range(index: number): SampleRange;
  /** The ranges that lie wholly within [from, to). */
  within(range: SampleRange): readonly number[];
}

/**
 * Splits [from, to) at the multiples of `samplesPerJob`. Throws ArgumentError unless that is a multiple of 64: within a job
 * blocks are complete then, and no rows have to be sent but at the ends.
 */
export function planSamples(from: number, to: number, samplesPerJob: number): SamplePlan {
  if (![from, to].every(Number.isSafeInteger) || from < 0 || from >= to)
    throw new ArgumentError(`The samples are ${from} to ${to}; expected whole numbers, 0 ≤ from < to.`);
  if (!Number.isSafeInteger(samplesPerJob) || samplesPerJob < blockSize || samplesPerJob % blockSize !== 0)
    throw new ArgumentError(`samplesPerJob is ${samplesPerJob}; expected a multiple of ${blockSize}.`);
  const first = Math.floor(from / samplesPerJob);
  const count = Math.ceil(to / samplesPerJob) - first;
  const range = (index: number): SampleRange => ({
    from: Math.max(from, (first + index) * samplesPerJob),
    to: Math.min(to, (first + index + 1) * samplesPerJob),
  });
  return {
    ...{ from, to, count, range },
    within(outer): readonly number[] {
      const indices: number[] = [];
      const start = Math.max(0, Math.floor(outer.from / samplesPerJob) - first);
      for (let index = start; index < count && range(index).to <= outer.to; index++)
        if (range(index).from >= outer.from) indices.push(index);
      return indices;
    },
  };
}
