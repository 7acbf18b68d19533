/** The loop of a worker thread: does the jobs that it is sent, one at a time, and says how far it is. */
import { performance } from "node:perf_hooks";
import { parentPort } from "node:worker_threads";
import type { Reply, Request } from "./pool.ts";

/** Milliseconds between two reports of progress. */
const interval = 50;

/**
 * Answers every request with what `perform` makes of it, or promises. Call once, on a worker thread. `given` names the
 * buffers of a result that are handed over rather than copied.
 */
export function serve<Result>(
  perform: (request: Request, onProgress: (fraction: number) => void) => Result | Promise<Result>,
  given: (result: Result) => readonly ArrayBuffer[] = () => [],
): void {
  const port = parentPort;
  if (port === null) throw new Error("serve: this is no worker thread.");
  const reply = (message: Reply, buffers: readonly ArrayBuffer[] = []): void => port.postMessage(message, [...buffers]);
  const answer = async (request: Request): Promise<void> => {
    let lastReport = performance.now();
    const onProgress = (fraction: number): void => {
      const now = performance.now();
      if (now - lastReport < interval) return;
      lastReport = now;
      reply({ kind: "progress", fraction });
    };
    try {
      const result = await perform(request, onProgress);
      reply({ kind: "done", result }, given(result));
    } catch (error) {
      // An error loses its class on the way to another thread: send what is said of it.
      reply({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
    }
  };
  port.on("message", (request: Request) => void answer(request));
}
