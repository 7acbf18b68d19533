/** The doers of an estimate's jobs on a queue: hands out ranges of samples, never too far beyond the first gap. */
import { dispatch, type QueueOptions } from "./dispatch.ts";
import { requireGoingOn, type Gathering } from "./gathering.ts";
import { jobId, readResult, usualLimits, writeJob } from "./payload.ts";

export interface EstimateQueueOptions extends QueueOptions {
  /** How far ahead of the first gap ranges are handed out; default 1024. What comes early waits in the journal. */
  readonly window?: number;
}

/** Does what is missing of an estimate. Throws QueueError, and what `fail` throws. */
export async function gatherFromQueue(options: EstimateQueueOptions, gathering: Gathering): Promise<void> {
  const { window = 1024 } = options;
  const { run, plan, merge, empty, sampling, signal, report, fail } = gathering;
  const limits = { ...usualLimits, ...options.limits };
  const indices = new Map<string, number>();
  let handedOut = merge.next;
  const indexOf = (id: string): number => indices.get(id) ?? -1;
  await dispatch(options, {
    ...{ run, name: "estimate" },
    finished() {
      requireGoingOn(signal);
      return merge.next >= plan.count;
    },
    fresh() {
      const ids: string[] = [];
      for (; handedOut < Math.min(plan.count, merge.next + window); handedOut++) {
        if (merge.has(handedOut)) continue;
        const id = jobId(run, plan.range(handedOut));
        indices.set(id, handedOut);
        ids.push(id);
      }
      return ids;
    },
    payload: (id) => writeJob({ ...sampling, ...plan.range(indexOf(id)), run }, limits),
    take(id, text) {
      const index = indexOf(id);
      const result = readResult(text, { ...plan.range(index), run }, empty);
      merge.take(index, result.state, result.text);
      indices.delete(id);
      report();
    },
    fail(id, reason) {
      fail(indexOf(id), reason);
      indices.delete(id);
      report();
    },
    note: () => ({
      ...{ kind: "estimate", objective: sampling.objective.module },
      ...{ samples: merge.samples, total: plan.to - plan.from, jobs: plan.count, missing: merge.missing.length },
      done: Math.min(plan.count, Math.round((merge.samples / (plan.to - plan.from)) * plan.count)),
    }),
  });
}
