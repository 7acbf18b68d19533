/**
 * The coordinator of an estimate on BullMQ. It asks rather than listens: in a loop it hands out ranges (never more than
 * `window` beyond the first gap), fetches what has come in, looks for jobs that have failed, and from time to time hands
 * out again what has not come: the queue takes a job it knows already for the same one. So whatever is lost between (a
 * message, a connection, what Redis had not yet written when it died) is made good, and nothing counts twice.
 *
 * Results lie in a hash of the run; each is taken into the journal before it is deleted there.
 */
import { Queue, type Job } from "bullmq";
import type { Redis } from "ioredis";
import { connect, keysLike, lifetime, queueKeys, queueName, usualPrefix, type QueueAddress } from "./connection.ts";
import { messageOf, QueueError } from "./errors.ts";
import { requireGoingOn, type Gathering } from "./gathering.ts";
import { jobId, readResult, usualLimits, writeJob, type SizeLimits } from "./payload.ts";

/** How the coordinator uses the queue. None of it changes a bit. */
export interface QueueOptions extends QueueAddress {
  /** How far ahead of the first gap ranges are handed out; default 1024. What comes early waits in the journal. */
  readonly window?: number;
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

/** A range that has been handed out. */
interface Outstanding {
  readonly index: number;
  /** Results of it that could not be used. */
  unusable: number;
}

/** Does what is missing of an estimate. Throws QueueError, and what `fail` throws. */
export async function gatherFromQueue(options: QueueOptions, gathering: Gathering): Promise<void> {
  const client = await connect(options);
  const { prefix = usualPrefix } = options;
  const queue = new Queue(queueName, { connection: client, prefix });
  // Each failed command rejects where it was asked for; this is said besides.
  queue.on("error", () => {});
  try {
    await new Coordinator(options, gathering, client, queue).gather();
  } finally {
    await atMost(1000, queue.close());
    client.disconnect();
  }
}

class Coordinator {
  readonly #options: QueueOptions;
  readonly #work: Gathering;
  readonly #client: Redis;
  readonly #queue: Queue;
  readonly #limits: SizeLimits;
  readonly #keys: ReturnType<typeof queueKeys>;
  readonly #outstanding = new Map<string, Outstanding>();
  #handedOut: number;
  #lastNews = Date.now();

  constructor(options: QueueOptions, work: Gathering, client: Redis, queue: Queue) {
    this.#options = options;
    this.#work = work;
    this.#client = client;
    this.#queue = queue;
    this.#limits = { ...usualLimits, ...options.limits };
    this.#keys = queueKeys(options.prefix ?? usualPrefix);
    this.#handedOut = work.merge.next;
  }

  async gather(): Promise<void> {
    const { interval = 250, renewal = 10_000 } = this.#options;
    const { merge, plan } = this.#work;
    let pause = 5;
    let renewed = Date.now();
    await this.#reach(this.#forgetFailures());
    await this.#note();
    try {
      while (merge.next < plan.count) {
        requireGoingOn(this.#work.signal);
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
        if (merge.next < plan.count) await sleep(pause);
      }
    } finally {
      await atMost(2000, this.#leave());
    }
  }

  /** Hands out ranges up to the window. */
  async #handOut(): Promise<void> {
    const { window = 1024 } = this.#options;
    const { merge, plan, run } = this.#work;
    const fresh: string[] = [];
    for (; this.#handedOut < Math.min(plan.count, merge.next + window); this.#handedOut++) {
      if (merge.has(this.#handedOut)) continue;
      const id = jobId(run, plan.range(this.#handedOut));
      this.#outstanding.set(id, { index: this.#handedOut, unusable: 0 });
      fresh.push(id);
    }
    await this.#add(fresh);
  }

  /** Puts jobs on the queue; those that are on it already stay as they are. */
  async #add(ids: readonly string[]): Promise<void> {
    const { attempts = 3, pause = 1000 } = this.#options;
    const { run, sampling, plan } = this.#work;
    const jobs = ids.map((id) => {
      const index = this.#outstanding.get(id)?.index ?? 0;
      const data = writeJob({ ...sampling, ...plan.range(index), run }, this.#limits);
      const backoff = { type: "fixed", delay: pause };
      return { name: "estimate", data, opts: { jobId: id, attempts, backoff, removeOnComplete: true } };
    });
    if (jobs.length > 0) await this.#queue.addBulk(jobs);
  }

  /** Takes in what has come; whether there was anything. */
  async #takeIn(): Promise<boolean> {
    const { run, merge, report } = this.#work;
    const key = this.#keys.results(run);
    let news = false;
    for (const id of await this.#client.hkeys(key)) {
      const known = this.#outstanding.get(id);
      // What has been taken in already has come a second time.
      if (known !== undefined) {
        const taken = await this.#read(key, id, known.index);
        if (taken === undefined) await this.#doAgain(id, known);
        else {
          merge.take(known.index, taken.state, taken.text);
          this.#outstanding.delete(id);
          news = true;
          report();
        }
      }
      await this.#client.hdel(key, id);
    }
    return news;
  }

  /** A result, or undefined when it cannot be used; why is then noted. */
  async #read(key: string, id: string, index: number): Promise<ReturnType<typeof readResult> | undefined> {
    const { run, plan, empty } = this.#work;
    try {
      // Its size is looked at before it is fetched.
      const bytes = await this.#client.hstrlen(key, id);
      if (bytes > this.#limits.result)
        throw new QueueError(`the result has ${bytes} bytes; expected at most ${this.#limits.result}.`);
      const text = await this.#client.hget(key, id);
      return readResult(text ?? "", { ...plan.range(index), run }, empty);
    } catch (error) {
      this.#lastProblem = messageOf(error);
      return undefined;
    }
  }
  #lastProblem = "";

  /** A result that could not be used is asked for again, as often as a job is tried. */
  async #doAgain(id: string, known: Outstanding): Promise<void> {
    known.unusable++;
    if (known.unusable >= (this.#options.attempts ?? 3)) {
      this.#outstanding.delete(id);
      this.#work.fail(known.index, this.#lastProblem);
      return;
    }
    await this.#remove(id);
    await this.#add([id]);
  }

  async #lookForFailures(): Promise<void> {
    for (const id of await this.#queue.getRanges(["failed"], 0, -1)) {
      const known = this.#outstanding.get(id);
      if (known === undefined) continue;
      const job = (await this.#queue.getJob(id)) as Job | undefined;
      if (job === undefined) continue;
      this.#outstanding.delete(id);
      this.#work.fail(known.index, job.failedReason);
      this.#work.report();
    }
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

  /** What the status command shows of the run. */
  async #note(): Promise<void> {
    const { run, plan, merge, sampling } = this.#work;
    const key = this.#keys.run(run);
    const note = {
      ...{ kind: "estimate", objective: sampling.objective.module },
      ...{ samples: merge.samples, total: plan.to - plan.from, jobs: plan.count, done: this.#doneJobs() },
      ...{ missing: merge.missing.length, updated: Date.now() },
    };
    await this.#reach(this.#client.multi().set(key, JSON.stringify(note), "EX", lifetime).exec());
  }

  #doneJobs(): number {
    const { merge, plan } = this.#work;
    return Math.min(plan.count, Math.round((merge.samples / (plan.to - plan.from)) * plan.count));
  }

  /** Takes back what nobody has begun, and the results of the run when it is over. */
  async #leave(): Promise<void> {
    const { merge, plan, run } = this.#work;
    await this.#note();
    for (const id of this.#outstanding.keys()) await this.#remove(id);
    if (merge.next === plan.count) await this.#client.del(this.#keys.results(run), this.#keys.refused(run));
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
    const { patience = 600_000, prefix = usualPrefix } = this.#options;
    if (Date.now() - this.#lastNews < patience) return;
    const alive = await this.#reach(keysLike(this.#client, queueKeys(prefix).worker("*")));
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
