/**
 * The worker: takes jobs from the queue, has threads do them, and brings the results back. It opens no module outside its
 * own folder, runs nothing that has other contents than the job says, and evaluates nothing that it was sent.
 *
 * A job that is of no use to anybody (malformed, too large) fails at once; one that is only not for this worker (another
 * version of the library, other contents of the module) goes back for others, a limited number of times. The result is
 * in Redis before the job counts as done, so that a worker may die at any moment.
 */
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { DelayedError, UnrecoverableError, WaitingError, Worker, type Job } from "bullmq";
import type { Redis } from "ioredis";
import { ArgumentError } from "egop";
import { connect, keysLike, lifetime, queueKeys, queueName, usualPrefix, type QueueAddress } from "./connection.ts";
import { messageOf, PayloadError, RefusedError } from "./errors.ts";
import { doEstimateJob } from "./estimate-job.ts";
import { matrixStore } from "./matrix-store.ts";
import { usualLimits, type SizeLimits } from "./payload.ts";
import { doSweepJob } from "./sweep-job.ts";
import type { JobDone, Workshop } from "./workshop.ts";

export interface WorkerOptions extends QueueAddress {
  /** The folder of objectives; default the current one. */
  readonly root?: string;
  /** The folder with the data of the lab's tasks, for sweeps; without it the worker takes no sweeps. */
  readonly data?: string;
  /** Jobs at a time, each on a thread of its own; default 1. */
  readonly concurrency?: number;
  /** Milliseconds after which a job whose worker is silent goes to another; default 30,000. */
  readonly lockDuration?: number;
  /** How often a job may lose its worker before it has failed for good; default 5. */
  readonly mostStalls?: number;
  /** A job that has been refused so often, and by every worker alive, has failed for good; default 20. */
  readonly mostRefusals?: number;
  /** Milliseconds until a refused job is offered again; default 1000. */
  readonly refusalPause?: number;
  readonly limits?: Partial<SizeLimits>;
  /** Told of what happens, one line at a time. */
  readonly onLine?: (line: string) => void;
}

/** How a worker does, as the status command shows it. */
export interface WorkerHealth {
  readonly id: string;
  readonly host: string;
  readonly process: number;
  readonly concurrency: number;
  /** Jobs and samples done since the worker began. */
  readonly jobs: number;
  readonly samples: number;
  readonly failed: number;
  readonly refused: number;
  /** Jobs being done, with the share that is done of each. */
  readonly active: readonly { readonly job: string; readonly fraction: number }[];
  /** Over the last half minute. */
  readonly samplesPerSecond: number;
}

export interface RunningWorker {
  readonly id: string;
  health(): WorkerHealth;
  /** Gives the jobs at work back to the queue. What their threads are at is not stopped, but counts for nothing. */
  giveBack(): void;
  /**
   * Takes no further jobs, and ends when those at work are done; what is not done after `grace` milliseconds (default
   * 30,000) goes back to the queue.
   */
  close(grace?: number): Promise<void>;
}

const beat = 1000;
/** A worker that has not been heard of for so long counts as gone. */
const silence = 5 * beat;
const rateSpan = 30_000;

/** Starts a worker. Throws ArgumentError for options that make no sense, QueueError where Redis cannot be used. */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { concurrency = 1, lockDuration = 30_000, mostStalls = 5, prefix = usualPrefix, onLine = ignore } = options;
  for (const [name, value] of Object.entries({ concurrency, lockDuration, mostStalls }))
    if (!Number.isSafeInteger(value) || value < 1)
      throw new ArgumentError(`${name} is ${value}; expected a whole number of at least 1.`);
  const client = await connect(options);
  const id = randomBytes(4).toString("hex");
  const state = new WorkerState(options, id, client);
  const worker = new Worker(queueName, (job, token) => state.process(job, token), {
    ...{ connection: client, prefix, concurrency, name: id },
    ...{ lockDuration, maxStalledCount: mostStalls, stalledInterval: Math.max(50, Math.floor(lockDuration / 2)) },
  });
  worker.on("error", (error) => onLine(`queue: ${error.message}`));
  await worker.waitUntilReady();
  const timer = setInterval(() => void state.beat(), beat);
  await state.beat();
  onLine(`worker ${id}: ready`);
  return {
    id,
    health: () => state.health(),
    giveBack: () => state.giveBack(),
    async close(grace = 30_000) {
      const giveBack = setTimeout(() => state.giveBack(), grace);
      try {
        await worker.close();
      } finally {
        clearTimeout(giveBack);
        clearInterval(timer);
        await state.close();
        client.disconnect();
        onLine(`worker ${id}: closed`);
      }
    },
  };
}

function ignore(): void {}

class WorkerState {
  readonly #options: WorkerOptions;
  readonly #id: string;
  readonly #client: Redis;
  readonly #workshop: Workshop;
  readonly #active = new Map<string, number>();
  readonly #finished: { readonly at: number; readonly samples: number }[] = [];
  /** What gives each job at work back. */
  readonly #giveBacks = new Set<() => void>();
  readonly #begin = Date.now();
  #counts = { jobs: 0, samples: 0, failed: 0, refused: 0 };

  constructor(options: WorkerOptions, id: string, client: Redis) {
    const { root = process.cwd(), data, concurrency = 1, limits, prefix = usualPrefix } = options;
    this.#options = options;
    this.#id = id;
    this.#client = client;
    const sizes = { ...usualLimits, ...limits };
    this.#workshop = {
      ...{ root, data, concurrency, client, keys: queueKeys(prefix), limits: sizes },
      ...{ pools: new Map(), sweepPools: new Map(), matrices: matrixStore(client, prefix, sizes.result) },
    };
  }

  async process(job: Job, token: string | undefined): Promise<unknown> {
    const { onLine = ignore } = this.#options;
    const name = job.id ?? "";
    this.#active.set(name, 0);
    try {
      const done = await this.#orReturned(
        (job.name === "sweep" ? doSweepJob : doEstimateJob)(job.data as unknown, this.#workshop, (fraction) =>
          this.#active.set(name, fraction),
        ),
      );
      if (done === undefined) {
        await job.moveToWait(token);
        onLine(`${name}: given back`);
        throw new WaitingError();
      }
      this.#counts.jobs++;
      this.#counts.samples += done.samples;
      this.#finished.push({ at: Date.now(), samples: done.samples });
      onLine(`${name}: done, ${done.bytes} bytes`);
      return { bytes: done.bytes };
    } catch (error) {
      if (error instanceof WaitingError) throw error;
      onLine(`${name}: ${messageOf(error)}`);
      if (error instanceof RefusedError) return await this.#refuse(job, token, error);
      this.#counts.failed++;
      if (error instanceof PayloadError) throw new UnrecoverableError(error.message);
      throw error;
    } finally {
      this.#active.delete(name);
    }
  }

  /** What is done, or undefined when the job is to be given back before that. */
  async #orReturned(work: Promise<JobDone>): Promise<JobDone | undefined> {
    let giveBack = ignore;
    const given = new Promise<undefined>((resolve) => (giveBack = (): void => resolve(undefined)));
    this.#giveBacks.add(giveBack);
    try {
      return await Promise.race([work, given]);
    } finally {
      this.#giveBacks.delete(giveBack);
      work.catch(ignore);
    }
  }

  /** Leaves a job to others; it fails when it has been offered often and every worker alive has refused its run. */
  async #refuse(job: Job, token: string | undefined, error: RefusedError): Promise<never> {
    const { mostRefusals = 20, refusalPause = 1000, prefix = usualPrefix } = this.#options;
    const keys = queueKeys(prefix);
    this.#counts.refused++;
    const refused = keys.refused((job.id ?? "").split("-")[0]);
    await this.#client.multi().sadd(refused, this.#id).expire(refused, lifetime).exec();
    if (job.attemptsStarted >= mostRefusals) {
      const by = new Set(await this.#client.smembers(refused));
      const alive = await keysLike(this.#client, keys.worker("*"));
      if (alive.every((key) => by.has(key.slice(keys.worker("").length))))
        throw new UnrecoverableError(`Refused ${job.attemptsStarted} times: ${error.message}`);
    }
    await job.moveToDelayed(Date.now() + refusalPause, token);
    throw new DelayedError();
  }

  giveBack(): void {
    for (const give of this.#giveBacks) give();
  }

  health(): WorkerHealth {
    const now = Date.now();
    while (this.#finished.length > 0 && this.#finished[0].at < now - rateSpan) this.#finished.shift();
    const samples = this.#finished.reduce((sum, done) => sum + done.samples, 0);
    const seconds = Math.min(rateSpan, Math.max(1, now - this.#begin)) / 1000;
    return {
      ...{ id: this.#id, host: hostname(), process: process.pid, concurrency: this.#workshop.concurrency },
      ...this.#counts,
      active: [...this.#active].map(([job, fraction]) => ({ job, fraction })),
      samplesPerSecond: samples / seconds,
    };
  }

  /** Says that the worker is alive. A Redis that is away is no reason to stop. */
  async beat(): Promise<void> {
    const { prefix = usualPrefix } = this.#options;
    const key = queueKeys(prefix).worker(this.#id);
    await this.#client.set(key, JSON.stringify(this.health()), "PX", silence).catch(ignore);
  }

  async close(): Promise<void> {
    const { prefix = usualPrefix } = this.#options;
    const gone = this.#client.del(queueKeys(prefix).worker(this.#id)).catch(ignore);
    await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 1000))]);
    await Promise.all(
      [...this.#workshop.pools.values(), ...this.#workshop.sweepPools.values()].map((pool) => pool.close()),
    );
  }
}
