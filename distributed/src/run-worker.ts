/** The worker as a command: until it is told to stop, with a line of health now and then. */
import { publicAddress } from "./connection.ts";
import { startWorker, type WorkerHealth, type WorkerOptions } from "./worker.ts";

export interface RunWorkerOptions extends Omit<WorkerOptions, "onLine"> {
  /** Seconds between two lines of health; default 30. */
  readonly healthSeconds?: number;
  /** Milliseconds that jobs have to end in after SIGTERM or SIGINT; default 30,000. A second signal means: at once. */
  readonly grace?: number;
  readonly write: (line: string) => void;
}

/** Works until SIGTERM or SIGINT; then ends its jobs, or gives them back. Throws as startWorker. */
export async function runWorker(options: RunWorkerOptions): Promise<void> {
  const { healthSeconds = 30, grace = 30_000, write, ...rest } = options;
  const worker = await startWorker({ ...rest, onLine: write });
  write(`worker ${worker.id}: at ${publicAddress(options.redis)}, ${rest.concurrency ?? 1} jobs at a time`);
  const timer = setInterval(() => write(healthLine(worker.health())), 1000 * healthSeconds);
  const signals = ["SIGTERM", "SIGINT"] as const;
  let again = (): void => {};
  await new Promise<void>((resolve) => {
    let first = true;
    again = () => {
      // The second signal gives the jobs back at once: `close` has been called, so this only shortens its grace.
      if (!first) worker.giveBack();
      first = false;
      resolve();
    };
    for (const signal of signals) process.on(signal, again);
  });
  write(`worker ${worker.id}: ending; ${worker.health().active.length} jobs at work`);
  await worker.close(grace);
  clearInterval(timer);
  for (const signal of signals) process.off(signal, again);
}

/** "worker 1a2b: alive, 12 jobs, 3072 samples, 51.2 samples/s, 0 failed, 0 refused, at work on …". */
function healthLine({ id, jobs, samples, samplesPerSecond, failed, refused, active }: WorkerHealth): string {
  const work = active.map(({ job, fraction }) => `, ${job} at ${Math.floor(100 * fraction)} %`).join("");
  const counts = `${jobs} jobs, ${samples} samples, ${samplesPerSecond.toFixed(1)} samples/s`;
  return `worker ${id}: alive, ${counts}, ${failed} failed, ${refused} refused${work}`;
}
