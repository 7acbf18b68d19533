/**
 * Fault schedules: what happens to an estimate on a queue while it is being made, drawn from a seed. Each fault waits for
 * a number of samples to have come, so that it falls into the middle of the work.
 */
import { Queue, type Job } from "bullmq";
import { fold, random, type MomentForm } from "egop";
import { integers } from "egop/math";
import { estimateDistributed } from "../../distributed/dist/index.js";
import { digest, objectives, startCoordinator, startWorkerProcess, type Process } from "./processes.ts";
import { startRedis, type RedisServer } from "./redis.ts";

export const faults = [
  "kill a worker",
  "stall a worker",
  "deliver twice",
  "restart Redis",
  "kill the coordinator",
] as const;
type Fault = (typeof faults)[number];

export interface Schedule {
  readonly seed: number;
  readonly samples: number;
  readonly form: MomentForm;
  /** In the order of `after`, the samples that have come when they strike. */
  readonly faults: readonly { readonly fault: Fault; readonly after: number; readonly victim: number }[];
}

const samplesPerJob = 64;
const forms: readonly MomentForm[] = [{ kind: "exact" }, { kind: "samples" }, { kind: "frequentDirections", rank: 2 }];

/** The schedule of a seed: one to three faults; the first goes through all kinds with the seeds. */
export function scheduleOf(seed: number): Schedule {
  const draw = (index: number, below: number): number =>
    integers(fold(random(seed), index), below, new Int32Array(1))[0];
  const samples = 500 + draw(0, 400);
  const drawn = Array.from({ length: 1 + draw(1, 3) }, (_value, k) => ({
    fault: k === 0 ? faults[seed % faults.length] : faults[draw(10 + k, faults.length - 1)],
    after: draw(20 + k, samples - 2 * samplesPerJob),
    victim: draw(30 + k, 2),
  }));
  return { seed, samples, form: forms[draw(2, forms.length)], faults: drawn.sort((a, b) => a.after - b.after) };
}

/** A Redis with two workers, which survive from one schedule to the next unless they are killed. */
export interface Lane {
  readonly redis: RedisServer;
  readonly workers: Process[];
  readonly queue: Queue;
  /** How often a worker that was killed or stalled was at a job. */
  interruptions: number;
  /** Results of jobs that had been delivered before. */
  repetitions: number;
  close(): Promise<void>;
}

const workerOptions = { mostStalls: 10_000, lockDuration: 300 };

export async function startLane(): Promise<Lane> {
  const redis = await startRedis();
  const workers = await Promise.all([0, 1].map(() => startWorkerProcess(redis.url, workerOptions)));
  const queue = new Queue("jobs", { connection: { url: redis.url, maxRetriesPerRequest: null }, prefix: "egop" });
  queue.on("error", () => {});
  return {
    ...{ redis, workers, queue, interruptions: 0, repetitions: 0 },
    async close() {
      await queue.close();
      await Promise.all(workers.map((worker) => worker.end("SIGKILL")));
      await redis.stop();
    },
  };
}

const pauseOf = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Makes one fault happen, and comes back when it is over. */
async function strike(lane: Lane, fault: Fault, victim: number, delivered: readonly Job[]): Promise<void> {
  const worker = lane.workers[victim];
  switch (fault) {
    case "kill a worker":
      if ((await lane.queue.getActiveCount()) > 0) lane.interruptions++;
      await worker.end("SIGKILL");
      lane.workers[victim] = await startWorkerProcess(lane.redis.url, workerOptions);
      return;
    case "stall a worker":
      if ((await lane.queue.getActiveCount()) > 0) lane.interruptions++;
      worker.child.kill("SIGSTOP");
      // Long enough that another worker has the job, and has done it.
      await pauseOf(700);
      worker.child.kill("SIGCONT");
      return;
    case "deliver twice":
      for (const { id, name, data } of delivered)
        if (id !== undefined) {
          await lane.queue.add(name, data, { jobId: id, removeOnComplete: true });
          lane.repetitions++;
        }
      return;
    case "restart Redis":
      await lane.redis.restart(50);
      return;
    case "kill the coordinator":
      return;
  }
}

/** Makes the estimate of a schedule while its faults strike, and returns the digest of its state. */
export async function play(lane: Lane, schedule: Schedule, folder: string): Promise<string> {
  const { samples, form, seed } = schedule;
  const options = {
    ...{ samples, form, samplesPerJob, key: random(seed), root: objectives, redis: lane.redis.url },
    ...{ interval: 20, renewal: 700, attempts: 5, pause: 50, journal: `${folder}/${seed}.journal` },
  };
  const kills = schedule.faults.filter(({ fault }) => fault === "kill the coordinator");
  const others = schedule.faults.filter(({ fault }) => fault !== "kill the coordinator");
  const striking: Promise<void>[] = [];
  let first: readonly Job[] = [];
  let begun = false;
  const onProgress = (come: number): void => {
    if (!begun) {
      begun = true;
      striking.push(
        lane.queue.getWaiting(0, 3).then((jobs) => {
          first = jobs as readonly Job[];
        }),
      );
    }
    while (others.length > 0 && others[0].after <= come) {
      const next = others.shift();
      if (next !== undefined) striking.push(strike(lane, next.fault, next.victim, first));
    }
  };
  let result: string;
  if (kills.length === 0) {
    const { estimate } = await estimateDistributed("slow.js", {
      ...options,
      onProgress: ({ samples: come }) => onProgress(come),
    });
    result = digest(estimate.state);
  } else {
    const [{ after }] = kills;
    const coordinator = startCoordinator("slow.js", options, onProgress);
    await coordinator.reaches(after);
    await coordinator.process.end("SIGKILL");
    result = await startCoordinator("slow.js", options, onProgress).digest;
  }
  await Promise.all(striking);
  return result;
}
