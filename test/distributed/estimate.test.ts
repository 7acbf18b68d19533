/** Estimates on threads and on a queue: the bits of one process, in every form, for every split. */
import { layout, random, tensorBlocks, kroneckerMarginals, type MomentForm } from "egop";
import { estimateDistributed } from "../../distributed/dist/index.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { digest, inOneProcess, objectives, startWorkerProcess, type Process } from "./processes.ts";
import { noRedis, startRedis, type RedisServer } from "./redis.ts";

const model = layout({ W: [3, 2], b: [2] });
const forms: readonly MomentForm[] = [
  { kind: "exact" },
  { kind: "samples" },
  { kind: "frequentDirections", rank: 3 },
  { kind: "randomized", rank: 2, oversampling: 2, key: random(5) },
  tensorBlocks(model),
  kroneckerMarginals(model),
  { kind: "exact", decay: 0.999 },
];
const range = { from: 100, samples: 1000, key: random(7) };

describe("on threads", () => {
  for (const form of forms)
    it(`gives the bits of one process: ${JSON.stringify(form).slice(0, 60)}`, async () => {
      const whole = await inOneProcess("small.js", { from: 100, to: 1100, key: random(7), form });
      for (const [workers, samplesPerJob] of [
        [1, 64],
        [2, 192],
      ]) {
        const { estimate, missing } = await estimateDistributed("small.js", {
          ...{ ...range, form, root: objectives, workers, samplesPerJob },
        });
        expect(digest(estimate.state)).toBe(digest(whole));
        expect(missing).toEqual([]);
      }
    });
});

describe.skipIf(noRedis !== undefined)("on a queue", () => {
  let redis: RedisServer;
  let workers: Process[];
  beforeAll(async () => {
    redis = await startRedis();
    workers = await Promise.all([startWorkerProcess(redis.url), startWorkerProcess(redis.url, { concurrency: 2 })]);
  });
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.end("SIGTERM")));
    await redis.stop();
  });

  for (const form of forms)
    it(`gives the bits of one process: ${JSON.stringify(form).slice(0, 60)}`, async () => {
      const whole = await inOneProcess("small.js", { from: 100, to: 1100, key: random(7), form });
      const { estimate } = await estimateDistributed("small.js", {
        ...{ ...range, form, root: objectives, redis: redis.url, samplesPerJob: 64 },
      });
      expect(digest(estimate.state)).toBe(digest(whole));
    });
});
