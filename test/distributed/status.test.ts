/** What the status of a queue says of notes that coordinators and workers leave in Redis. */
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { queueStatus, readStatus } from "../../distributed/dist/index.js";
import { noRedis, startRedis, type RedisServer } from "./redis.ts";

const worker = {
  ...{ id: "w1", host: "here", process: 12, concurrency: 2, jobs: 3, samples: 768, failed: 0, refused: 0 },
  ...{ active: [{ job: "run1-768-1024", fraction: 0.519 }], samplesPerSecond: 30 },
};
const run = {
  ...{ kind: "estimate", objective: "digits.js", samples: 1000, total: 2500, done: 4, jobs: 10, missing: 1 },
  ...{ secondsLeft: 20.2, updated: 1000 },
};

describe.skipIf(noRedis !== undefined)("the status of a queue", () => {
  let server: RedisServer;
  let redis: Redis;
  const at = (prefix: string): { redis: string; prefix: string } => ({ redis: server.url, prefix });
  const note = (key: string, value: unknown): Promise<unknown> =>
    redis.set(key, typeof value === "string" ? value : JSON.stringify(value));
  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  it("of nobody and nothing says so", async () => {
    expect(await queueStatus(at("empty"), "text")).toBe(
      "jobs      0 done, 0 waiting, 0 active, 0 failed\nworkers   0 alive, 0.0 samples/s\n",
    );
  });

  it("adds up what workers do in a second, and divides what is left by it", async () => {
    await note("sum:worker:w1", worker);
    await note("sum:worker:w2", { ...worker, id: "w2", samplesPerSecond: 20, active: [] });
    await note("sum:run:run1", run);
    await note("sum:run:run2", { ...run, samples: 2000, secondsLeft: null, updated: 2000, missing: 0 });
    await note("sum:run:run3", {
      ...{ kind: "sweep", objective: "wine", samples: 6, total: 8, done: 6, jobs: 8, missing: 0 },
      ...{ secondsLeft: 3, updated: 500 },
    });
    const status = await readStatus(at("sum"));
    expect(status.samplesPerSecond).toBe(50);
    // 1500 samples of the first run and 500 of the second, at 50 a second; jobs of a sweep are no samples.
    expect(status.secondsLeft).toBe(40);
    expect(status.jobs.done).toBe(4 + 4 + 6);
    expect(JSON.parse(await queueStatus(at("sum"), "json"))).toEqual(status);
    expect(await queueStatus(at("sum"), "text")).toBe(
      [
        "jobs      14 done, 0 waiting, 0 active, 0 failed",
        "workers   2 alive, 50.0 samples/s, about 40 s left",
        "  w1  here process 12, 2 at a time, 3 jobs done, run1-768-1024 at 51 %",
        "  w2  here process 12, 2 at a time, 3 jobs done",
        "run run2  digits.js: 2000 of 2500 samples",
        "run run1  digits.js: 1000 of 2500 samples, about 21 s left, 1 ranges missing",
        "run run3  wine: 6 of 8 jobs, about 3 s left",
        "",
      ].join("\n"),
    );
  });

  it("leaves out notes that are not as they should be, and shows the others", async () => {
    await note("odd:worker:w0", "{");
    await note("odd:worker:w1", worker);
    await note("odd:worker:w2", { ...worker, samplesPerSecond: "many" });
    await note("odd:run:run1", { ...run, secondsLeft: "soon" });
    await note("odd:run:run2", { ...run, samples: -1 });
    const { workers, runs, secondsLeft } = await readStatus(at("odd"));
    expect(workers.map(({ id }) => id)).toEqual(["w1"]);
    expect(runs).toEqual([]);
    expect(secondsLeft).toBeUndefined();
  });
});
