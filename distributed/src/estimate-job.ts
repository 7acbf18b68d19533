/** One job of an estimate, from the payload to the result in Redis. */
import type { Redis } from "ioredis";
import { PayloadError } from "./errors.ts";
import { lifetime, type queueKeys } from "./connection.ts";
import { verifyReference, type ObjectiveReference } from "./objective-reference.ts";
import { jobId, readJob, writeResult, type SizeLimits } from "./payload.ts";
import { startSamplePool, type SamplePool } from "./sample-pool.ts";

/** What a worker works with. */
export interface Workshop {
  readonly root: string;
  /** The folder with the data of the lab's tasks. */
  readonly data: string | undefined;
  readonly concurrency: number;
  readonly client: Redis;
  readonly keys: ReturnType<typeof queueKeys>;
  readonly limits: SizeLimits;
  /** Threads by the hash of their objective, the one last used at the end. */
  readonly pools: Map<string, SamplePool>;
}

export interface JobDone {
  readonly samples: number;
  /** Of the result. */
  readonly bytes: number;
}

/** Objectives whose threads are kept. */
const poolsKept = 2;

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
  const pool = poolFor(objective, workshop);
  const request = { from, to, key, form, notFinite, as: "text" } as const;
  const state = await pool.do("text", request, { onStart() {}, onProgress });
  const result = writeResult(run, job, state);
  const bytes = Buffer.byteLength(result);
  if (bytes > limits.result)
    throw new PayloadError(`The result has ${bytes} bytes; expected at most ${limits.result}: choose another form.`);
  await client.multi().hset(keys.results(run), jobId(run, job), result).expire(keys.results(run), lifetime).exec();
  return { samples: to - from, bytes };
}

/** The threads of an objective. Those of a third one are ended; their jobs are long done, or have failed. */
function poolFor(reference: ObjectiveReference, { pools, root, concurrency }: Workshop): SamplePool {
  const { hash } = reference;
  const pool = pools.get(hash) ?? startSamplePool(concurrency, { reference, root });
  pools.delete(hash);
  pools.set(hash, pool);
  for (const oldest of [...pools.keys()].slice(0, -Math.max(poolsKept, concurrency))) {
    void pools.get(oldest)?.close();
    pools.delete(oldest);
  }
  return pool;
}
