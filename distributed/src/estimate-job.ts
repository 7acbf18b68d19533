/** One job of an estimate, from the payload to the result in Redis. */
import { PayloadError } from "./errors.ts";
import { lifetime } from "./connection.ts";
import { verifyReference } from "./objective-reference.ts";
import { jobId, readJob, writeResult } from "./payload.ts";
import { startSamplePool, type SamplePool } from "./sample-pool.ts";
import { recent, type JobDone, type Workshop } from "./workshop.ts";

/** Throws PayloadError for a job that cannot be done, RefusedError for one that is not for this worker. */
export async function doEstimateJob(
  data: unknown,
  workshop: Workshop,
  onProgress: (fraction: number) => void,
): Promise<JobDone> {
  const { root, client, keys, limits } = workshop;
  const job = readJob(data, limits);
  const { run, objective, from, to, key, form, notFinite } = job;
  verifyReference(objective, root);
  const start = (): SamplePool => startSamplePool(workshop.concurrency, { reference: objective, root });
  const pool = recent(workshop.pools, objective.hash, start, workshop.concurrency);
  const request = { from, to, key, form, notFinite, as: "text" } as const;
  const state = await pool.do("text", request, { onStart() {}, onProgress });
  const result = writeResult(run, job, state);
  const bytes = Buffer.byteLength(result);
  if (bytes > limits.result)
    throw new PayloadError(`The result has ${bytes} bytes; expected at most ${limits.result}: choose another form.`);
  await client.multi().hset(keys.results(run), jobId(run, job), result).expire(keys.results(run), lifetime).exec();
  return { samples: to - from, bytes };
}
