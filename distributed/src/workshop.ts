/** What a worker works with: its folders, its connection, its threads. */
import type { Redis } from "ioredis";
import type { TimedJobs } from "egop-lab/dist/jobs.js";
import type { Pool } from "egop-lab/dist/pool.js";
import type { queueKeys } from "./connection.ts";
import type { SizeLimits } from "./payload.ts";
import type { SamplePool } from "./sample-pool.ts";
import type { MatrixStore } from "./sweep-payload.ts";

export interface Workshop {
  readonly root: string;
  /** The folder with the data of the lab's tasks. */
  readonly data: string | undefined;
  readonly concurrency: number;
  readonly client: Redis;
  readonly keys: ReturnType<typeof queueKeys>;
  readonly limits: SizeLimits;
  /** Threads by the hash of their objective, the one last used at the end. */
  readonly pools: Map<string, SamplePool>;
  /** The lab's threads by task and seed. */
  readonly sweepPools: Map<string, Pool<TimedJobs>>;
  readonly matrices: MatrixStore;
}

export interface JobDone {
  readonly samples: number;
  /** Of the result. */
  readonly bytes: number;
}

/** Groups of threads that are kept when they have nothing to do. */
const groupsKept = 2;

/**
 * The threads under a key, started if there are none. Those that have not been used for longest are ended; as there are no
 * more jobs at a time than groups that stay, none of them is at work.
 */
export function recent<Group extends { close(): Promise<void> }>(
  groups: Map<string, Group>,
  key: string,
  start: () => Group,
  concurrency: number,
): Group {
  const group = groups.get(key) ?? start();
  groups.delete(key);
  groups.set(key, group);
  for (const oldest of [...groups.keys()].slice(0, -Math.max(groupsKept, concurrency))) {
    void groups.get(oldest)?.close();
    groups.delete(oldest);
  }
  return group;
}
