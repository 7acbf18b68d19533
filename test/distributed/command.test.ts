/** The commands of the queue as processes: a worker that is told to stop, the status, a wrong password. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { estimateDistributed, readStatus, startWorker, type QueueStatus } from "../../distributed/dist/index.js";
import { commandPath, digest, inOneProcess, objectives, start } from "./processes.ts";
import { noRedis, startRedis, type RedisServer } from "./redis.ts";

describe.skipIf(noRedis !== undefined)("egop worker and egop status", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis("secret-word");
  });
  afterAll(() => redis.stop());

  it("work, say how they do, end their job when told to, and leave the rest to others", async () => {
    const flags = ["worker", "--redis", redis.url, "--objectives", objectives, "--concurrency", "2", "--health", "1"];
    const worker = start(commandPath, flags);
    await worker.says("2 jobs at a time");
    const options = {
      samples: 12_000,
      form: { kind: "exact" },
      samplesPerJob: 512,
      interval: 20,
      root: objectives,
    } as const;
    const estimate = estimateDistributed("slow.js", { ...options, redis: redis.url });
    await worker.says(" %");
    expect(await worker.end("SIGTERM")).toBe(0);
    const ended = worker.output();
    // Lines of health may stand between.
    expect(ended).toMatch(
      /ending; [12] jobs at work\n(.*\n)*[0-9a-f]{16}-\d+-\d+: done, \d+ bytes\n(.*\n)*worker .*: closed\n$/,
    );
    expect(ended).not.toContain("given back");
    expect(ended).toMatch(/alive, \d+ jobs, \d+ samples, [\d.]+ samples\/s, 0 failed, 0 refused, .* at \d+ %/);
    const next = start(commandPath, flags);
    const whole = await inOneProcess("small.js", { to: 12_000, form: { kind: "exact" } });
    expect(digest((await estimate).estimate.state)).toBe(digest(whole));
    const [json, text] = [
      start(commandPath, ["status", "--redis", redis.url, "--json"]),
      start(commandPath, ["status"], { EGOP_REDIS: redis.url }),
    ];
    expect([await json.end(), await text.end()]).toEqual([0, 0]);
    const { workers, runs, jobs } = JSON.parse(json.output()) as QueueStatus;
    expect(workers.map(({ concurrency }) => concurrency)).toEqual([2]);
    expect([runs[0].samples, runs[0].total, jobs.done, jobs.failed]).toEqual([12_000, 12_000, 24, 0]);
    expect(text.output()).toMatch(
      /^jobs {6}24 done, 0 waiting, 0 active, 0 failed\nworkers {3}1 alive, [\d.]+ samples\/s\n {2}[0-9a-f]{8} /,
    );
    expect(text.output()).toMatch(/\nrun [0-9a-f]{16} {2}slow.js: 12000 of 12000 samples\n$/);
    expect(await next.end("SIGINT")).toBe(0);
    expect(`${ended}${next.output()}${json.output()}${text.output()}`).not.toContain("secret-word");
  });

  it("give their job back when they are told twice", async () => {
    const worker = start(commandPath, ["worker", "--redis", redis.url, "--objectives", objectives]);
    await worker.says("jobs at a time");
    const options = {
      samples: 20_000,
      form: { kind: "exact" },
      samplesPerJob: 20_032,
      interval: 20,
      root: objectives,
    } as const;
    const stop = new AbortController();
    const estimate = estimateDistributed("slow.js", { ...options, redis: redis.url, signal: stop.signal });
    while ((await readStatus({ redis: redis.url })).jobs.active === 0);
    worker.child.kill("SIGTERM");
    await worker.says("ending; 1 jobs at work");
    expect(await worker.end("SIGTERM")).toBe(0);
    expect(worker.output()).toContain(": given back\n");
    stop.abort();
    await expect(estimate).rejects.toThrow("The estimate was stopped before all samples had come.");
  });

  it("say in one line, without the password, that Redis cannot be used", async () => {
    const wrong = redis.url.replace("secret-word", "wrong-word");
    const address = `127.0.0.1:${redis.port}`;
    const outcomes = await Promise.all(
      [wrong, redis.url.replace(":secret-word@", ""), "redis://127.0.0.1:1"].flatMap((url) =>
        ["worker", "status"].map(async (command) => {
          const process = start(commandPath, [command, "--redis", url]);
          return { status: await process.end(), output: process.output() };
        }),
      ),
    );
    expect(outcomes.map(({ status }) => status)).toEqual([1, 1, 1, 1, 1, 1]);
    for (const { output } of outcomes) {
      expect(output).toMatch(
        /^egop: Redis at redis:\/\/127.0.0.1:\d+ cannot be used \((WRONGPASS|NOAUTH|connect ECONNREFUSED).*\)\.\n$/,
      );
      expect(output).not.toMatch(/wrong-word|secret-word/);
    }
    await expect(estimateDistributed("small.js", { samples: 64, root: objectives, redis: wrong })).rejects.toThrow(
      `Redis at redis://${address} cannot be used (WRONGPASS`,
    );
    await expect(startWorker({ redis: "http://secret@x" })).rejects.toThrow(/^redis is no address; expected redis:/);
    await expect(startWorker({ redis: redis.url, prefix: "a b" })).rejects.toThrow('prefix is "a b"');
    await expect(startWorker({ redis: redis.url, concurrency: 0 })).rejects.toThrow("concurrency is 0; expected");
  });

  it("give up, when asked to, where nobody works", async () => {
    const options = { samples: 64, root: objectives, redis: redis.url, prefix: "nobody", patience: 300, interval: 20 };
    await expect(estimateDistributed("small.js", options)).rejects.toThrow(
      "No worker is alive and no result has come for 0.3 seconds.",
    );
  });
});

describe("the commands", () => {
  it("need an address", async () => {
    for (const command of ["worker", "status"]) {
      const process = start(commandPath, [command], { EGOP_REDIS: undefined });
      expect([await process.end(), process.output()]).toEqual([2, `egop: ${command} needs --redis URL.\n`]);
    }
    const help = start(commandPath, ["worker", "--help"]);
    expect(await help.end()).toBe(0);
    expect(help.output()).toContain("Usage: egop worker --redis URL [options]");
  });
});
