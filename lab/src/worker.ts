/** The thread of a worker: builds the task once, then does the jobs that it is sent, one at a time. */
import { performance } from "node:perf_hooks";
import { parentPort, workerData } from "node:worker_threads";
import { perform } from "./jobs.ts";
import type { Reply, Request } from "./pool.ts";
import { keysOf, loadTask, type TaskSource } from "./tasks/load.ts";

/** Milliseconds between two reports of progress. */
const interval = 50;

const source = workerData as TaskSource;
const port = parentPort;
if (port === null) throw new Error("worker.ts runs on a worker thread only.");

const reply = (message: Reply): void => port.postMessage(message);

function lazily<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}
// Built with the first job, so that an error in it is that job's.
const task = lazily(() => loadTask(source));

port.on("message", ({ kind, input }: Request) => {
  let lastReport = performance.now();
  const onProgress = (fraction: number): void => {
    const now = performance.now();
    if (now - lastReport < interval) return;
    lastReport = now;
    reply({ kind: "progress", fraction });
  };
  try {
    reply({ kind: "done", result: perform(kind, input, { task: task(), keys: keysOf(source.seed), onProgress }) });
  } catch (error) {
    // An error loses its class on the way to another thread: send what is said of it.
    reply({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
  }
});
