/**
 * The coordinator's side of the queue, for estimates and sweeps alike. It asks rather than listens: in a loop it hands out
 * jobs, fetches what has come in, looks for jobs that have failed, and from time to time hands out again what has not
 * come: the queue takes a job it knows already for the same one. So whatever is lost between (a message, a connection,
 * what Redis had not yet written when it died) is made good, and nothing counts twice.
 *
 * Results lie in a hash of the run; each is deleted there only after it has been taken in.
 */
import { Queue, type Job } from "bullmq";
import type { Redis } from "ioredis";
import { connect, keysLike, lifetime, queueKeys, queueName, usualPrefix, type QueueAddress } from "./connection.ts";
import { PayloadError, QueueError, RefusedError } from "./errors.ts";
import { usualLimits, type SizeLimits } from "./payload.ts";
import type { RunNote } from "./status.ts";

/** How a coordinator uses the queue. None of it changes a bit. */
export interface QueueOptions extends QueueAddress {
  /** How often a job is tried before it has failed for good; default 3. */
  readonly attempts?: number;
  /** Milliseconds between a failure and the next attempt; default 1000. */
  readonly pause?: number;
  /** Milliseconds between two looks at the queue while nothing comes; default 250. */
  readonly interval?: number;
  /** Milliseconds after which what has not come is handed out again, in case it was lost; default 10,000. */
  readonly renewal?: number;
  /** Milliseconds without any result, and without any worker alive, before giving up; default 600,000. */
  readonly patience?: number;
  readonly limits?: Partial<SizeLimits>;
}

/** What is dispatched, and what becomes of it. */
export interface Dispatched {
  readonly run: string;
  /** The name that BullMQ keeps with the jobs. */
  readonly name: string;
  /** Whether there is nothing more to wait for. Throws to stop. */
  finished(): boolean;
  /** The ids of jobs that can be handed out now and have not been. */
  fresh(): readonly string[];
  /** The payload of a job. */
  payload(id: string): unknown;
  /** Takes a result in. Throws PayloadError or RefusedError when it cannot be used; other errors stop everything. */
  take(id: string, text: string): void | Promise<void>;
  /** Told of a job that has failed for good. Throws to stop. */
  fail(id: string, reason: string): void;
  /** What the status command shows; see RunNote. */
  note(): Omit<RunNote, "run" | "secondsLeft" | "updated">;
}

/** Dispatches on a connection of its own until all is finished. `prepare` is given the connection first. */
export async function dispatch(
  options: QueueOptions,
  work: Dispatched,
  prepare: (client: Redis) => void = () => {},
): Promise<void> {
  const client = await connect(options);
  const queue = new Queue(queueName, { connection: client, prefix: options.prefix ?? usualPrefix });
  // Each command that fails rejects where it was asked for; this is said besides.
  queue.on("error", () => {});
  try {
    prepare(client);
    await new Dispatcher(options, work, client, queue).run();
  } finally {
    await atMost(1000, queue.close());
    client.disconnect();
  }
}

class Dispatcher {
  readonly #options: QueueOptions;
  readonly #work: Dispatched;
  readonly #client: Redis;
  readonly #queue: Queue;
  readonly #limits: SizeLimits;
  readonly #keys: ReturnType<typeof queueKeys>;
  /** Jobs that have been handed out, with the number of their results that could not be used. */
  readonly #outstanding = new Map<string, number>();
  #lastNews = Date.now();
  readonly #begun: { readonly samples: number; readonly at: number };

  constructor(options: QueueOptions, work: Dispatched, client: Redis, queue: Queue) {
    this.#options = options;
    this.#work = work;
    this.#client = client;
    this.#queue = queue;
    this.#limits = { ...usualLimits, ...options.limits };
    this.#keys = queueKeys(options.prefix ?? usualPrefix);
    this.#begun = { samples: work.note().samples, at: Date.now() };
  }

  async run(): Promise<void> {
    const { interval = 250, renewal = 10_000 } = this.#options;
    let pause = 5;
    let renewed = Date.now();
    await this.#reach(this.#forgetFailures());
    await this.#note();
    let over = false;
    try {
      while (!(over = this.#work.finished())) {
        await this.#reach(this.#handOut());
        const news = await this.#reach(this.#takeIn());
        await this.#reach(this.#lookForFailures());
        if (news) {
          this.#lastNews = Date.now();
          await this.#note();
        }
        if (Date.now() - renewed > renewal) {
          await this.#reach(this.#add([...this.#outstanding.keys()]));
          renewed = Date.now();
        }
        await this.#requirePatience();
        pause = news ? 5 : Math.min(interval, 2 * pause);
        if (!(over = this.#work.finished())) await sleep(pause);
      }
    } finally {
      await atMost(2000, this.#leave(over));
    }
  }

  async #handOut(): Promise<void> {
    const fresh = this.#work.fresh();
    for (const id of fresh) this.#outstanding.set(id, 0);
    await this.#add(fresh);
  }

  /** Puts jobs on the queue; those that are on it already stay as they are. */
  async #add(ids: readonly string[]): Promise<void> {
    const { attempts = 3, pause = 1000 } = this.#options;
    const backoff = { type: "fixed", delay: pause };
    const jobs = ids.map((id) => ({
      name: this.#work.name,
      data: this.#work.payload(id),
      opts: { jobId: id, attempts, backoff, removeOnComplete: true },
    }));
    if (jobs.length > 0) await this.#queue.addBulk(jobs);
  }

  /** Takes in what has come; whether there was anything. */
  async #takeIn(): Promise<boolean> {
    const key = this.#keys.results(this.#work.run);
    let news = false;
    for (const id of await this.#client.hkeys(key)) {
      // What has been taken in already has come a second time.
      if (this.#outstanding.has(id)) {
        const problem = await this.#take(key, id);
        if (problem === undefined) {
          this.#outstanding.delete(id);
          news = true;
        } else await this.#doAgain(id, problem);
      }
      await this.#client.hdel(key, id);
    }
    return news;
  }

  /** Takes one result in; or says why it cannot be used. */
  async #take(key: string, id: string): Promise<string | undefined> {
    // Its size is looked at before it is fetched.
    const bytes = await this.#client.hstrlen(key, id);
    if (bytes > this.#limits.result) return `The result has ${bytes} bytes; expected at most ${this.#limits.result}.`;
    const text = await this.#client.hget(key, id);
    try {
      await this.#work.take(id, text ?? "");
      return undefined;
    } catch (error) {
      if (error instanceof PayloadError || error instanceof RefusedError) return error.message;
      throw error;
    }
  }

  /** A result that could not be used is asked for again, as often as a job is tried. */
  async #doAgain(id: string, problem: string): Promise<void> {
    const unusable = (this.#outstanding.get(id) ?? 0) + 1;
    this.#outstanding.set(id, unusable);
    if (unusable >= (this.#options.attempts ?? 3)) this.#fail(id, problem);
    else {
      await this.#remove(id);
      await this.#add([id]);
    }
  }

  async #lookForFailures(): Promise<void> {
    for (const id of await this.#queue.getRanges(["failed"], 0, -1)) {
      if (!this.#outstanding.has(id)) continue;
      const job = (await this.#queue.getJob(id)) as Job | undefined;
      if (job !== undefined) this.#fail(id, job.failedReason);
    }
  }

  #fail(id: string, reason: string): void {
    this.#outstanding.delete(id);
    this.#work.fail(id, reason);
  }

  /** Jobs of this run that failed before are tried again when it is resumed. */
  async #forgetFailures(): Promise<void> {
    for (const id of await this.#queue.getRanges(["failed"], 0, -1))
      if (id.startsWith(`${this.#work.run}-`)) await this.#remove(id);
  }

  async #remove(id: string): Promise<void> {
    const job = (await this.#queue.getJob(id)) as Job | undefined;
    // One that a worker is at cannot be removed, and need not be: it will bring another result.
    await job?.remove().catch(() => {});
  }

  async #note(): Promise<void> {
    const progress = this.#work.note();
    const updated = Date.now();
    const come = progress.samples - this.#begun.samples;
    const pace = (updated - this.#begun.at) / 1000 / come;
    const secondsLeft = come > 0 ? pace * (progress.total - progress.samples) : null;
    const note = JSON.stringify({ ...progress, secondsLeft, updated });
    await this.#reach(this.#client.set(this.#keys.run(this.#work.run), note, "EX", lifetime));
  }

  /** Takes back what nobody has begun, and what is left of the run when it is over. */
  async #leave(over: boolean): Promise<void> {
    const { run } = this.#work;
    await this.#note();
    for (const id of this.#outstanding.keys()) await this.#remove(id);
    if (over) await this.#client.del(this.#keys.results(run), this.#keys.refused(run));
  }

  /** Waits for Redis, but not longer than `patience`. */
  async #reach<Result>(action: Promise<Result>): Promise<Result> {
    const { patience = 600_000 } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      const give = (): void => reject(new QueueError(`Redis has not answered for ${patience / 1000} seconds.`));
      timer = setTimeout(give, patience);
    });
    try {
      return await Promise.race([action, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #requirePatience(): Promise<void> {
    const { patience = 600_000 } = this.#options;
    if (this.#outstanding.size === 0) this.#lastNews = Date.now();
    if (Date.now() - this.#lastNews < patience) return;
    const alive = await this.#reach(keysLike(this.#client, this.#keys.worker("*")));
    if (alive.length === 0)
      throw new QueueError(`No worker is alive and no result has come for ${patience / 1000} seconds.`);
    this.#lastNews = Date.now();
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Tidying up, which may fail, and for which nobody waits forever. */
async function atMost(milliseconds: number, action: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)));
  await Promise.race([action.then(() => {}).catch(() => {}), late]);
  clearTimeout(timer);
}
