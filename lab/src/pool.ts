/**
 * A fixed number of worker threads and one queue: a job goes to the first free thread, in the order of arrival. Results
 * come back as promises, so a job that needs another's result is queued when that one is done.
 */
import { Worker } from "node:worker_threads";
import { WorkerError } from "./errors.ts";
import type { JobKind, Jobs, Timed } from "./jobs.ts";
import type { TaskSource } from "./tasks/load.ts";

/** What a worker is sent. */
export interface Request {
  readonly kind: JobKind;
  /** That of the kind: only `Pool.do` makes requests, and it takes the two together. */
  readonly input: never;
}

/** What a worker sends. */
export type Reply =
  | { readonly kind: "progress"; readonly fraction: number }
  | { readonly kind: "done"; readonly result: Timed<unknown> }
  | { readonly kind: "failed"; readonly message: string };

/** What a waiting job wants to be told. */
interface JobListener {
  readonly onStart: () => void;
  readonly onProgress: (fraction: number) => void;
}

export interface Pool {
  /** Queues a job. Rejects with WorkerError when it throws or its thread ends. */
  do<Kind extends JobKind>(
    kind: Kind,
    input: Jobs[Kind]["input"],
    listener: JobListener,
  ): Promise<Timed<Jobs[Kind]["output"]>>;
  /** Ends all threads, whatever they are doing. Jobs that are not done stay pending. */
  close(): Promise<void>;
}

interface Waiting {
  readonly request: { readonly kind: JobKind; readonly input: unknown };
  readonly listener: JobListener;
  readonly resolve: (result: Timed<unknown>) => void;
  readonly reject: (error: WorkerError) => void;
}

/** Starts the threads. Each builds the task for itself, from `source`, with its first job. */
export function startPool(threads: number, source: TaskSource): Pool {
  const queue: Waiting[] = [];
  const busy = new Map<Worker, Waiting>();
  const workers = Array.from({ length: threads }, () => {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { workerData: source });
    worker.on("message", (reply: Reply) => receive(worker, reply));
    worker.on("error", (error: Error) => fail(worker, error.message));
    worker.on("exit", (status) => fail(worker, `A worker thread ended with status ${status} before its job was done.`));
    return worker;
  });

  function receive(worker: Worker, reply: Reply): void {
    if (reply.kind === "progress") busy.get(worker)?.listener.onProgress(reply.fraction);
    else if (reply.kind === "failed") fail(worker, reply.message);
    else {
      const waiting = busy.get(worker);
      busy.delete(worker);
      waiting?.resolve(reply.result);
      dispatch();
    }
  }

  function fail(worker: Worker, message: string): void {
    const waiting = busy.get(worker);
    busy.delete(worker);
    waiting?.reject(new WorkerError(message));
  }

  function dispatch(): void {
    for (const worker of workers) {
      if (queue.length === 0) return;
      if (busy.has(worker)) continue;
      const waiting = queue.shift();
      if (waiting === undefined) return;
      busy.set(worker, waiting);
      waiting.listener.onStart();
      worker.postMessage(waiting.request);
    }
  }

  return {
    do<Kind extends JobKind>(kind: Kind, input: Jobs[Kind]["input"], listener: JobListener) {
      return new Promise<Timed<Jobs[Kind]["output"]>>((resolve, reject) => {
        queue.push({
          request: { kind, input },
          listener,
          // A worker answers a job with that kind's output.
          resolve: (result) => resolve(result as Timed<Jobs[Kind]["output"]>),
          reject,
        });
        dispatch();
      });
    },
    async close() {
      queue.length = 0;
      busy.clear();
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
