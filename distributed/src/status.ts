/** How the queue does: jobs, workers, runs, what has failed and why, and when it will be done. */
import { Queue, type Job } from "bullmq";
import { connect, keysLike, queueName, usualPrefix, type QueueAddress } from "./connection.ts";
import { PayloadError } from "./errors.ts";
import { readChoice, readCount, readList, readNumber, readRecord, readText } from "./read-fields.ts";
import type { WorkerHealth } from "./worker.ts";

/** An estimate or a sweep, as its coordinator last noted it. */
export interface RunNote {
  readonly run: string;
  readonly kind: "estimate" | "sweep";
  /** The module of the objective, or the task. */
  readonly objective: string;
  /** Samples of an estimate, jobs of a sweep: those that have come, and all. */
  readonly samples: number;
  readonly total: number;
  readonly done: number;
  readonly jobs: number;
  /** Ranges that have failed for good. */
  readonly missing: number;
  /** At the pace of this run since its coordinator began; null before anything has come. Jobs of a sweep are counted as they are made. */
  readonly secondsLeft: number | null;
  /** Milliseconds since 1970. */
  readonly updated: number;
}

export interface QueueStatus {
  readonly jobs: {
    readonly done: number;
    readonly waiting: number;
    readonly active: number;
    /** Waiting for their next attempt. */
    readonly delayed: number;
    readonly failed: number;
  };
  readonly workers: readonly WorkerHealth[];
  readonly runs: readonly RunNote[];
  readonly failures: readonly { readonly job: string; readonly attempts: number; readonly reason: string }[];
  /** Of all workers together, over the last half minute. */
  readonly samplesPerSecond: number;
  /** Undefined when nothing is left, or nobody works. */
  readonly secondsLeft: number | undefined;
}

/** Failures that are shown. */
const mostFailures = 20;
const longestReason = 500;

/** Looks at the queue. Throws QueueError where Redis cannot be used. */
export async function readStatus(address: QueueAddress): Promise<QueueStatus> {
  const client = await connect(address);
  const { prefix = usualPrefix } = address;
  const queue = new Queue(queueName, { connection: client, prefix });
  queue.on("error", () => {});
  const notes = async <Note>(kind: string, read: (value: unknown, name: string) => Note): Promise<Note[]> => {
    const found: Note[] = [];
    for (const key of await keysLike(client, `${prefix}:${kind}:*`)) {
      const text = await client.get(key);
      if (text !== null) found.push(...readNote(text, key.split(":").at(-1) ?? "", read));
    }
    return found;
  };
  try {
    const counts = await queue.getJobCounts("waiting", "active", "delayed", "failed");
    const failedJobs = (await queue.getFailed(0, mostFailures - 1)) as (Job | undefined)[];
    const runs = (await notes("run", readRun)).sort((a, b) => b.updated - a.updated);
    const workers = (await notes("worker", readHealth)).sort((a, b) => (a.id < b.id ? -1 : 1));
    const samplesPerSecond = workers.reduce((sum, worker) => sum + worker.samplesPerSecond, 0);
    const left = runs.filter(({ kind }) => kind === "estimate").reduce((sum, run) => sum + run.total - run.samples, 0);
    return {
      jobs: {
        done: runs.reduce((sum, run) => sum + run.done, 0),
        ...{ waiting: counts["waiting"] ?? 0, active: counts["active"] ?? 0 },
        ...{ delayed: counts["delayed"] ?? 0, failed: counts["failed"] ?? 0 },
      },
      ...{ workers, runs },
      failures: failedJobs.flatMap((job) =>
        job === undefined
          ? []
          : [{ job: job.id ?? "", attempts: job.attemptsMade, reason: job.failedReason.slice(0, longestReason) }],
      ),
      samplesPerSecond,
      secondsLeft: left > 0 && samplesPerSecond > 0 ? left / samplesPerSecond : undefined,
    };
  } finally {
    await queue.close();
    client.disconnect();
  }
}

/** A note that is not as it should be is left out: others should still be seen. */
function readNote<Note>(text: string, name: string, read: (value: unknown, name: string) => Note): Note[] {
  try {
    return [read(JSON.parse(text) as unknown, name)];
  } catch (error) {
    if (error instanceof PayloadError || error instanceof SyntaxError) return [];
    throw error;
  }
}

function readRun(value: unknown, run: string): RunNote {
  const fields = ["kind", "objective", "samples", "total", "done", "jobs", "missing", "secondsLeft", "updated"];
  const note = readRecord(value, "The note of a run", fields);
  const count = (name: string): number => readCount(note[name], `The run's ${name}`);
  return {
    ...{ run, kind: readChoice(note["kind"], "The run's kind", ["estimate", "sweep"]) },
    objective: readText(note["objective"], "The run's objective", 4096),
    ...{ samples: count("samples"), total: count("total"), done: count("done"), jobs: count("jobs") },
    ...{ missing: count("missing"), updated: count("updated") },
    secondsLeft: note["secondsLeft"] === null ? null : readNumber(note["secondsLeft"], "The run's secondsLeft"),
  };
}

function readHealth(value: unknown): WorkerHealth {
  const counts = ["process", "concurrency", "jobs", "samples", "failed", "refused"] as const;
  const note = readRecord(value, "The note of a worker", ["id", "host", "active", "samplesPerSecond", ...counts]);
  const count = (name: (typeof counts)[number]): number => readCount(note[name], `The worker's ${name}`);
  return {
    ...{ id: readText(note["id"], "The worker's id", 100), host: readText(note["host"], "The worker's host", 300) },
    ...{ process: count("process"), concurrency: count("concurrency"), jobs: count("jobs") },
    ...{ samples: count("samples"), failed: count("failed"), refused: count("refused") },
    active: readList(note["active"], "The worker's jobs", 10_000, (job, what) => {
      const fields = readRecord(job, what, ["job", "fraction"]);
      return { job: readText(fields["job"], what, 300), fraction: readNumber(fields["fraction"], what) };
    }),
    samplesPerSecond: readNumber(note["samplesPerSecond"], "The worker's rate"),
  };
}

/** The status for people, or as one line of JSON. Throws QueueError where Redis cannot be used. */
export async function queueStatus(address: QueueAddress, as: "text" | "json"): Promise<string> {
  const status = await readStatus(address);
  return as === "json" ? `${JSON.stringify(status)}\n` : renderStatus(status);
}

/** The status as lines for people. */
function renderStatus(status: QueueStatus): string {
  const { jobs, workers, runs, failures, samplesPerSecond, secondsLeft } = status;
  const left = secondsLeft === undefined ? "" : `, about ${Math.ceil(secondsLeft)} s left`;
  const lines = [
    `jobs      ${jobs.done} done, ${jobs.waiting + jobs.delayed} waiting, ${jobs.active} active, ${jobs.failed} failed`,
    `workers   ${workers.length} alive, ${samplesPerSecond.toFixed(1)} samples/s${left}`,
    ...workers.map(
      ({ id, host, process: number, concurrency, jobs: own, active }) =>
        `  ${id}  ${host} process ${number}, ${concurrency} at a time, ${own} jobs done` +
        active.map(({ job, fraction }) => `, ${job} at ${Math.floor(100 * fraction)} %`).join(""),
    ),
    ...runs.map(
      ({ run, objective, samples, total, kind, missing, secondsLeft: own }) =>
        `run ${run}  ${objective}: ${samples} of ${total} ${kind === "estimate" ? "samples" : "jobs"}` +
        (own !== null && samples < total ? `, about ${Math.ceil(own)} s left` : "") +
        (missing > 0 ? `, ${missing} ranges missing` : ""),
    ),
    ...failures.map(({ job, attempts, reason }) => `failed ${job} after ${attempts} attempts: ${reason}`),
  ];
  return `${lines.join("\n")}\n`;
}
