/**
 * The pool of a sweep on a queue: what `egop compare --redis URL` uses instead of threads. Jobs are the same and depend on
 * the same, so the numbers are those of a local run, to the bit.
 */
import { randomBytes } from "node:crypto";
import type { Redis } from "ioredis";
import type { JobKind, Jobs, Timed, TimedJobs } from "egop-lab/dist/jobs.js";
import type { Pool } from "egop-lab/dist/pool.js";
import type { TaskSource } from "egop-lab/dist/tasks/load.js";
import { usualPrefix } from "./connection.ts";
import { dispatch, type QueueOptions } from "./dispatch.ts";
import { QueueError } from "./errors.ts";
import { matrixStore } from "./matrix-store.ts";
import { usualLimits } from "./payload.ts";
import {
  dataHash,
  readSweepResult,
  writeInput,
  writeSweepJob,
  type MatrixStore,
  type SweepJob,
} from "./sweep-payload.ts";

interface Waiting {
  readonly job: SweepJob;
  readonly resolve: (output: Timed<Jobs[JobKind]["output"]>) => void;
  readonly reject: (error: Error) => void;
}

/** Opens a pool. Throws QueueError where Redis cannot be used; jobs that fail for good reject with QueueError. */
export async function startSweepPool(options: QueueOptions, source: TaskSource): Promise<Pool<TimedJobs>> {
  const run = randomBytes(8).toString("hex");
  const origin = { task: source.name, seed: source.seed, data: dataHash(source.folder) };
  const limits = { ...usualLimits, ...options.limits };
  const waiting = new Map<string, Waiting>();
  let fresh: string[] = [];
  let given = 0;
  let done = 0;
  let closed = false;
  let ended: Error | undefined;
  let opened: (store: MatrixStore) => void = () => {};
  const store = new Promise<MatrixStore>((resolve) => (opened = resolve));
  const end = (error: Error): void => {
    ended ??= error;
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };
  const dispatching = dispatch(
    { interval: 50, ...options },
    {
      ...{ run, name: "sweep" },
      finished: () => closed,
      fresh() {
        const ids = fresh;
        fresh = [];
        return ids;
      },
      payload: (id) => {
        const found = waiting.get(id);
        return found === undefined ? null : writeSweepJob(found.job);
      },
      async take(id, text) {
        const found = waiting.get(id);
        if (found === undefined) return;
        found.resolve(await readSweepResult(text, found.job, await store));
        waiting.delete(id);
        done++;
      },
      fail(id, reason) {
        waiting.get(id)?.reject(new QueueError(`Job ${id} failed: ${reason}`));
        waiting.delete(id);
      },
      note: () => ({
        ...{ kind: "sweep", objective: origin.task, samples: done, total: given, done, jobs: given, missing: 0 },
      }),
    },
    (client: Redis) => opened(matrixStore(client, options.prefix ?? usualPrefix, limits.result)),
  );
  dispatching.catch((error: unknown) => end(error instanceof Error ? error : new QueueError(String(error))));
  await Promise.race([store, dispatching]);
  return {
    async do(kind, input, listener) {
      if (ended !== undefined) throw ended;
      const number = given++;
      const wire = await writeInput(kind, input, await store);
      const id = `${run}-${number}`;
      return await new Promise((resolve, reject) => {
        const settle = resolve as Waiting["resolve"];
        waiting.set(id, { job: { ...origin, run, job: number, kind, input: wire }, resolve: settle, reject });
        fresh.push(id);
        listener.onStart();
      });
    },
    async close() {
      closed = true;
      await dispatching.catch(() => {});
    },
  };
}
