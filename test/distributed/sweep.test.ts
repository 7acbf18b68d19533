/** Sweeps of the lab on a queue: the numbers of a local run, also when a worker is killed. */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Queue } from "bullmq";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DistributedPackage } from "../../lab/src/distributed.ts";
import { dataHash } from "../../distributed/dist/sweep-payload.js";
import * as distributed from "../../distributed/dist/index.js";
import { commandPath, start, startWorkerProcess } from "./processes.ts";
import { noRedis, startRedis, type RedisServer } from "./redis.ts";

// What the lab expects of the package is what the package has: a check for the compiler.
distributed satisfies DistributedPackage;

const data = fileURLToPath(new URL("../../lab/data", import.meta.url));
const flags = ["compare", "--task", "wine", "--steps", "40", "--learning-rate", "0.01,0.1", "--json"];

/** The document without what the clock says. */
function numbersOf(document: string): unknown {
  return JSON.parse(document, (name, value: unknown) => (name === "seconds" ? undefined : value));
}

async function compare(...more: readonly string[]): Promise<unknown> {
  const process = start(commandPath, [...flags, ...more]);
  const status = await process.end();
  expect(status, process.output()).toBe(0);
  return numbersOf(process.stdout());
}

describe.skipIf(noRedis !== undefined)("egop compare --redis", () => {
  const root = mkdtempSync(join(tmpdir(), "egop-sweep-"));
  let redis: RedisServer;
  let queue: Queue;
  beforeAll(async () => {
    redis = await startRedis();
    queue = new Queue("jobs", { connection: { url: redis.url, maxRetriesPerRequest: null }, prefix: "egop" });
  });
  afterAll(async () => {
    await queue.close();
    await redis.stop();
    rmSync(root, { recursive: true });
  });

  it("gives the bits of a local run, though a worker is killed at its job", async () => {
    const workers = [await startWorkerProcess(redis.url, { data, mostStalls: 100 })];
    const local = compare();
    const remote = compare("--redis", redis.url);
    while ((await queue.getActiveCount()) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await workers[0].end("SIGKILL");
    workers.push(await startWorkerProcess(redis.url, { data, mostStalls: 100, concurrency: 2 }));
    expect(await remote).toEqual(await local);
    const { runs } = await distributed.readStatus({ redis: redis.url });
    expect(runs.map(({ kind, objective, done, jobs }) => [kind, objective, done === jobs])).toEqual([
      ["sweep", "wine", true],
    ]);
    await workers[1].end("SIGTERM");
  });

  it("is refused by workers with other data, or with none", async () => {
    const changed = join(root, "data");
    cpSync(data, changed, { recursive: true });
    writeFileSync(join(changed, "wine.csv"), "");
    const options = { refusalPause: 20, mostRefusals: 3 };
    for (const [folder, reason] of [
      [changed, /The data here is other: sha256:.{64}; the job is for sha256:.{64}\./],
      [undefined, /This worker takes no sweeps: it has no folder with data\./],
    ] as const) {
      const worker = await startWorkerProcess(redis.url, {
        ...options,
        ...(folder === undefined ? {} : { data: folder }),
      });
      const process = start(commandPath, [...flags, "--redis", redis.url]);
      expect(await process.end()).toBe(1);
      expect(process.output()).toMatch(/^egop: Job [0-9a-f]{16}-\d+ failed: Refused \d+ times: /m);
      expect(process.output()).toMatch(reason);
      await worker.end("SIGTERM");
    }
  });

  it("fails malformed jobs and results at once", async () => {
    const worker = await startWorkerProcess(redis.url, { data });
    const hash = dataHash(data);
    const job = { format: "egop sweep", version: 1, library: "0.1.0", run: "0123456789abcdef", job: 0, task: "wine" };
    const whole = { ...job, seed: 0, data: hash, kind: "sample", input: { samples: 3 } };
    const cases: readonly (readonly [unknown, string])[] = [
      [{ ...whole, task: "../wine" }, 'The job\'s task is "../wine"; expected one of'],
      [{ ...whole, kind: "constructor" }, 'The job\'s kind is "constructor"; expected one of'],
      [{ ...whole, input: { samples: -3 } }, "The job's input.samples is -3; expected a whole number"],
      [{ ...whole, kind: "rotate", input: {} }, "The job's input is not null"],
      [{ ...whole, kind: "run", input: { optimizer: "eval" } }, 'The job\'s input has no field "learningRate".'],
      [
        { ...whole, kind: "decompose", input: { gradients: { matrix: hash, rows: 2, columns: 2 } } },
        `The matrix ${hash} is not there, or is not 2 × 2.`,
      ],
      [
        { ...whole, kind: "decompose", input: { gradients: { matrix: hash, rows: 1e6, columns: 1e6 } } },
        "A matrix has 8000000000000 bytes; expected at most",
      ],
    ];
    for (const [payload, message] of cases) {
      const { id } = await queue.add("sweep", payload, { attempts: 2 });
      let reason: string | undefined;
      while (reason === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        reason = ((await queue.getJob(id ?? "")) as { failedReason?: string }).failedReason;
      }
      expect(reason).toContain(message);
    }
    await worker.end("SIGTERM");
  });
});
