/** One job of a sweep on a worker, from the payload to the result in Redis. */
import type { TaskName } from "egop-lab/dist/tasks/load.js";
import type { JobKind, TimedJobs } from "egop-lab/dist/jobs.js";
import { startPool, type Pool } from "egop-lab/dist/pool.js";
import { lifetime } from "./connection.ts";
import { PayloadError, RefusedError } from "./errors.ts";
import { dataHash, readInput, readSweepJob, writeSweepResult } from "./sweep-payload.ts";
import { recent, type JobDone, type Workshop } from "./workshop.ts";

/** Throws PayloadError for a job that cannot be done, RefusedError for one that is not for this worker. */
export async function doSweepJob(
  payload: unknown,
  workshop: Workshop,
  onProgress: (fraction: number) => void,
): Promise<JobDone> {
  const { data: folder, client, keys, limits, matrices } = workshop;
  const job = readSweepJob(payload);
  if (folder === undefined) throw new RefusedError("This worker takes no sweeps: it has no folder with data.");
  const hash = dataHash(folder);
  if (hash !== job.data) throw new RefusedError(`The data here is other: ${hash}; the job is for ${job.data}.`);
  const input = await readInput(job.kind, job.input, matrices);
  const pool = poolFor(job.task, job.seed, folder, workshop);
  const done = await pool.do<JobKind>(job.kind, input, { onStart() {}, onProgress });
  const result = await writeSweepResult(job, done, matrices);
  const bytes = Buffer.byteLength(result);
  if (bytes > limits.result)
    throw new PayloadError(`The result has ${bytes} bytes; expected at most ${limits.result}.`);
  await client
    .multi()
    .hset(keys.results(job.run), `${job.run}-${job.job}`, result)
    .expire(keys.results(job.run), lifetime)
    .exec();
  return { samples: 0, bytes };
}

/** The lab's threads of a task and a seed. */
function poolFor(name: TaskName, seed: number, folder: string, workshop: Workshop): Pool<TimedJobs> {
  const { sweepPools, concurrency } = workshop;
  const start = (): Pool<TimedJobs> => startPool<TimedJobs>(concurrency, "./worker.js", { name, seed, folder });
  return recent(sweepPools, `${name} ${seed}`, start, concurrency);
}
