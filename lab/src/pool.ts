/**
 * A fixed number of worker threads and one queue: a job goes to the first free thread, in the order of arrival, except
 * that a thread goes on with jobs of the group that it last worked on, because it still has what they share. Results come
 * back as promises, so a job that needs another's result is queued when that one is done.
 */
import { Worker } from "node:worker_threads";
import { WorkerError } from "./errors.ts";

/** What each kind of job takes and gives, as plain data. */
export type JobTable = Readonly<Record<string, { readonly input: unknown; readonly output: unknown }>>;

/** What a worker is sent. */
export interface Request {
  readonly kind: string;
  /** That of the kind: only `Pool.do` makes requests, and it takes the two together. */
  readonly input: never;
}

/** What a worker sends. */
export type Reply =
  | { readonly kind: "progress"; readonly fraction: number }
  | { readonly kind: "done"; readonly result: unknown }
  | { readonly kind: "failed"; readonly message: string };

/** What a waiting job wants to be told. */
interface JobListener {
  readonly onStart: () => void;
  readonly onProgress: (fraction: number) => void;
}

export interface Pool<Table extends JobTable> {
  /** Queues a job. Rejects with WorkerError when it throws or its thread ends. */
  do<Kind extends keyof Table & string>(
    kind: Kind,
    input: Table[Kind]["input"],
    listener: JobListener,
    group?: string,
  ): Promise<Table[Kind]["output"]>;
  /** Ends all threads, whatever they are doing. Jobs that are not done stay pending. */
  close(): Promise<void>;
}

interface Waiting {
  readonly request: { readonly kind: string; readonly input: unknown };
  readonly listener: JobListener;
  readonly group: string | undefined;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: WorkerError) => void;
}

/**
 * Starts threads that run `script` (a module beside this one, or a URL) and hands `data` to each. A thread that ends is
 * replaced when there is work for it.
 */
export function startPool<Table extends JobTable>(threads: number, script: string, data: unknown): Pool<Table> {
  const queue: Waiting[] = [];
  const busy = new Map<Worker, Waiting>();
  const lastGroup = new Map<Worker, string | undefined>();
  const workers = Array.from({ length: threads }, start);

  function start(): Worker {
    const worker = new Worker(new URL(script, import.meta.url), { workerData: data });
    worker.on("message", (reply: Reply) => receive(worker, reply));
    worker.on("error", (error: Error) => lose(worker, error.message));
    worker.on("exit", (status) => lose(worker, `A worker thread ended with status ${status} before its job was done.`));
    return worker;
  }

  function lose(worker: Worker, message: string): void {
    lastGroup.delete(worker);
    if (workers.includes(worker)) workers.splice(workers.indexOf(worker), 1);
    fail(worker, message);
    dispatch();
  }

  function receive(worker: Worker, reply: Reply): void {
    if (reply.kind === "progress") busy.get(worker)?.listener.onProgress(reply.fraction);
    else if (reply.kind === "failed") {
      fail(worker, reply.message);
      dispatch();
    } else {
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

  /** The next job for a thread: of its own group, else of one that no thread is at, else any. */
  function next(worker: Worker): Waiting | undefined {
    const taken = [...busy.values()].map(({ group }) => group);
    const own = queue.findIndex(({ group }) => group !== undefined && group === lastGroup.get(worker));
    const fresh = own >= 0 ? own : queue.findIndex(({ group }) => group === undefined || !taken.includes(group));
    return queue.splice(Math.max(0, fresh), 1).at(0);
  }

  function dispatch(): void {
    while (queue.length > 0 && workers.length < threads) workers.push(start());
    for (const worker of workers) {
      if (busy.has(worker)) continue;
      const waiting = next(worker);
      if (waiting === undefined) return;
      busy.set(worker, waiting);
      lastGroup.set(worker, waiting.group);
      waiting.listener.onStart();
      worker.postMessage(waiting.request);
    }
  }

  return {
    do<Kind extends keyof Table & string>(
      kind: Kind,
      input: Table[Kind]["input"],
      listener: JobListener,
      group?: string,
    ) {
      return new Promise<Table[Kind]["output"]>((resolve, reject) => {
        queue.push({ request: { kind, input }, listener, group, resolve, reject });
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
