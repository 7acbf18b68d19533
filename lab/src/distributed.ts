/**
 * The package egop-distributed as the lab uses it. It depends on the lab, not the other way round: the lab loads it when a
 * command needs a queue, and does without Redis and BullMQ otherwise.
 */
import { UsageError } from "./errors.ts";
import type { TimedJobs } from "./jobs.ts";
import type { Pool } from "./pool.ts";
import type { TaskSource } from "./tasks/load.ts";

/** Where the queue is. */
export interface QueueAddress {
  /** redis://[user:password@]host[:port] */
  readonly redis: string;
  readonly prefix?: string;
}

/** The part of the package that commands use. */
export interface DistributedPackage {
  /** Works until SIGTERM or SIGINT. */
  runWorker(
    options: QueueAddress & {
      /** The folder of objectives. */
      readonly root: string;
      readonly data: string;
      readonly concurrency?: number;
      /** Milliseconds. */
      readonly lockDuration?: number;
      readonly mostStalls?: number;
      readonly healthSeconds?: number;
      readonly write: (line: string) => void;
    },
  ): Promise<void>;
  /** The state of the queue, for people or as JSON. */
  queueStatus(address: QueueAddress, as: "text" | "json"): Promise<string>;
  /** What does the jobs of `compare` instead of threads. */
  startSweepPool(address: QueueAddress, source: TaskSource): Promise<Pool<TimedJobs>>;
}

/** Loads the package. Throws UsageError where it is not installed or not built. */
export async function distributedPackage(): Promise<DistributedPackage> {
  // Not a literal: the compiler would look for the package, which is built after the lab.
  const name = "egop-distributed";
  try {
    return (await import(name)) as DistributedPackage;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND")
      throw new UsageError("This needs the package egop-distributed, which is not installed or not built.");
    throw error;
  }
}
