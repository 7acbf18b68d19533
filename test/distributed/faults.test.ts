/** What must not go through: jobs for others, jobs that always fail, payloads that are malformed, too large or hostile. */
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Queue, type Job } from "bullmq";
import { Redis } from "ioredis";
import { mergeMoments } from "egop";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  estimateDistributed,
  MissingSamplesError,
  objectiveReference,
  readStatus,
} from "../../distributed/dist/index.js";
import { digest, inOneProcess, objectives, startWorkerProcess, type Process } from "./processes.ts";
import { noRedis, startRedis, type RedisServer } from "./redis.ts";

const root = mkdtempSync(join(tmpdir(), "egop-faults-"));
const marker = join(root, "evaluated");

describe.skipIf(noRedis !== undefined)("on a queue", () => {
  let redis: RedisServer;
  let worker: Process;
  let queue: Queue;
  let client: Redis;
  beforeAll(async () => {
    redis = await startRedis();
    symlinkSync(fileURLToPath(new URL("../../node_modules", import.meta.url)), join(root, "node_modules"));
    worker = await startWorkerProcess(redis.url, { refusalPause: 20, mostRefusals: 5, limits: { result: 20_000 } });
    queue = new Queue("jobs", { connection: { url: redis.url, maxRetriesPerRequest: null }, prefix: "egop" });
    client = new Redis(redis.url);
  });
  afterAll(async () => {
    client.disconnect();
    await queue.close();
    await worker.end("SIGKILL");
    await redis.stop();
    rmSync(root, { recursive: true });
  });

  const quick = { interval: 20, pause: 20, samplesPerJob: 64 };
  const on = (): { root: string; redis: string } & typeof quick => ({ root: objectives, redis: redis.url, ...quick });
  /** The reason for which a job of this payload has failed, once it has. */
  const failure = async (data: unknown): Promise<string> => {
    const { id } = await queue.add("estimate", data, { attempts: 2 });
    for (;;) {
      const job = (await queue.getJob(id ?? "")) as Job;
      // Read before it was looked up: there is a reason only then.
      if (typeof job.failedReason === "string" && (await job.isFailed())) return job.failedReason;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const payload = (change: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
    ...{ format: "egop job", version: 1, library: "0.1.0", run: "0123456789abcdef", from: 0, to: 64 },
    ...{ objective: objectiveReference("small.js", { root: objectives }), key: [0, 0, 0, 0] },
    ...{ form: { kind: "exact" }, notFinite: "throw" },
    ...change,
  });

  it("refuses a job for other contents of the module, and leaves it to a worker that has them", async () => {
    const folder = join(root, "changed");
    cpSync(objectives, folder, { recursive: true });
    writeFileSync(join(folder, "curvature.js"), "export const curvature = (i) => 9 ** -i;\n");
    const estimate = (): Promise<unknown> =>
      estimateDistributed("small.js", { samples: 200, form: { kind: "exact" }, ...on(), root: folder });
    await expect(estimate()).rejects.toThrow(
      /^The samples \d+ to \d+ failed: Refused 5 times: small.js has other contents here: sha256:.{64}; the job is for sha256:.{64}\.$/,
    );
    const right = await startWorkerProcess(redis.url, { root: folder });
    const one = await startWorkerProcess(redis.url, { root: folder });
    await estimate();
    expect(worker.output()).toContain("has other contents here");
    await Promise.all([right.end("SIGTERM"), one.end("SIGTERM")]);
  });

  it("refuses a job of another version of the library", async () => {
    expect(await failure(payload({ library: "0.0.9" }))).toBe(
      "Refused 5 times: The job is of version 0.0.9 of egop; here is 0.1.0.",
    );
  });

  it("stops at a job that always fails, naming its samples and the reason, or goes on without them, as asked", async () => {
    const options = { samples: 400, form: { kind: "exact" }, ...on() } as const;
    const stopped = estimateDistributed("failing.js", options);
    await expect(stopped).rejects.toThrow("The samples 128 to 192 failed: there is no point 128");
    await expect(stopped).rejects.toBeInstanceOf(MissingSamplesError);
    const { estimate, missing } = await estimateDistributed("failing.js", { ...options, failed: "report" });
    expect(missing).toEqual([{ from: 128, to: 192, reason: "there is no point 128" }]);
    const form = { kind: "exact" } as const;
    const [before, after] = await Promise.all([
      inOneProcess("small.js", { from: 0, to: 128, form }),
      inOneProcess("small.js", { from: 192, to: 400, form }),
    ]);
    expect(digest(estimate.state)).toBe(digest(mergeMoments(before, after)));
    const { failures, jobs } = await readStatus({ redis: redis.url });
    expect(jobs.failed).toBeGreaterThan(0);
    expect(
      failures.filter(({ reason }) => reason === "there is no point 128").map(({ attempts }) => attempts),
    ).toContain(3);
  });

  it("fails malformed jobs at once, saying what is wrong, and goes on", async () => {
    const objective = objectiveReference("small.js", { root: objectives });
    const cases: readonly (readonly [unknown, string | RegExp])[] = [
      ["text", 'The job is "text"; expected an object.'],
      [null, "The job is null; expected an object."],
      [{}, 'The job has no field "format".'],
      [payload({ format: "egop" }), 'The job is not of the format "egop job", version 1.'],
      [payload({ version: 2 }), 'The job is not of the format "egop job", version 1.'],
      [payload({ extra: 1 }), 'The job has a field "extra", which is not known.'],
      [payload({ from: -1 }), "The job's samples, from is -1; expected a whole number from 0 to 9007199254740991."],
      [payload({ to: 0 }), "The job's samples, to is 0; expected a whole number from 1 to 16777216."],
      [payload({ to: 1e300 }), "The job's samples, to is 1e+300; expected a whole number from 1 to 16777216."],
      [payload({ key: [0, 0, 0] }), "The job's key has 3 words; expected 4."],
      [payload({ key: [0, 0, 0, -1] }), "The job's key[3] is -1; expected a whole number from 0 to 4294967295."],
      [payload({ run: "x" }), 'The job\'s run is "x", which is not of its form.'],
      [payload({ form: { kind: "huge" } }), /^The job's form.kind is "huge"; expected one of "exact", /],
      [payload({ form: { kind: "exact", rank: 2 } }), 'The job\'s form has a field "rank", which is not known.'],
      [
        payload({ form: { kind: "frequentDirections", rank: 99 } }),
        "egop: form.rank is 99; expected a whole number from 1 to 8.",
      ],
      [payload({ notFinite: "ignore" }), 'The job\'s notFinite is "ignore"; expected one of "throw", "skip".'],
      [
        payload({ objective: { ...objective, hash: "sha256:0" } }),
        'The objective\'s hash is "sha256:0", which is not of its form.',
      ],
      [
        payload({ objective: { ...objective, files: ["no.csv"] } }),
        /^Refused 5 times: "no.csv" cannot be opened here \(ENOENT/,
      ],
    ];
    for (const [data, message] of cases) expect(await failure(data)).toMatch(message);
    expect(worker.child.exitCode).toBeNull();
  });

  it("fails a job and a result that are too large, without taking them", async () => {
    const tensors = Array.from({ length: 50_000 }, (_value, k) => `a name that takes some room ${k}`);
    expect(await failure(payload({ form: { kind: "kronecker", tensors } }))).toMatch(
      /^The job has \d+ bytes; expected at most 1048576\.$/,
    );
    await expect(
      estimateDistributed("small.js", {
        samples: 64,
        form: { kind: "kronecker", tensors: ["W"] },
        ...on(),
        limits: { job: 100 },
      }),
    ).rejects.toThrow(/^A job takes \d+ bytes; expected at most 100\.$/);
    await expect(
      estimateDistributed("small.js", { samples: 1024, form: { kind: "samples" }, ...on(), samplesPerJob: 1024 }),
    ).rejects.toThrow(
      /^The samples 0 to 1024 failed: The result has \d+ bytes; expected at most 20000: choose another form\.$/,
    );
  });

  it("takes no result that is malformed, too large, of another version, or of other samples", async () => {
    const whole = await inOneProcess("small.js", { to: 640, form: { kind: "exact" } });
    const id = (run: string): string => `${run}-64-128`;
    const head = { format: "egop result", version: 1, library: "0.1.0", from: 64, to: 128 };
    const wrong: readonly ((run: string) => string)[] = [
      () => "no JSON",
      () => "x".repeat(50_000),
      (run) =>
        JSON.stringify({
          ...head,
          run,
          state: '{"format":"egop state","version":1,"state":{"kind":"moments","version":1}}',
        }),
      (run) => JSON.stringify({ ...head, library: "0.0.9", run, state: "" }),
      (run) => JSON.stringify({ ...head, from: 0, to: 64, run, state: "" }),
    ];
    for (const result of wrong) {
      worker.child.kill("SIGSTOP");
      let planted = false;
      const estimate = estimateDistributed("small.js", {
        ...{ samples: 640, form: { kind: "exact" }, ...on(), limits: { result: 20_000 } },
      });
      while (!planted) {
        const runs = await Promise.all(
          (await client.keys("egop:run:*")).map(async (key) => [key, await client.get(key)] as const),
        );
        const open = runs.find(([, note]) => note?.includes('"samples":0,"total":640') === true);
        if (open !== undefined) {
          const name = open[0].split(":")[2];
          await client.hset(`egop:results:${name}`, id(name), result(name));
          planted = true;
        }
      }
      while ((await client.keys("egop:results:*")).length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
      worker.child.kill("SIGCONT");
      expect(digest((await estimate).estimate.state)).toBe(digest(whole));
    }
  });

  it("evaluates nothing that it is sent", async () => {
    const code = `import("node:fs").then((fs) => fs.writeFileSync(${JSON.stringify(marker)}, ""))`;
    const outside = join(root, "outside.js");
    writeFileSync(outside, code);
    symlinkSync(outside, join(root, "link.js"));
    const inside = mkdtempSync(join(root, "inside-"));
    symlinkSync(outside, join(inside, "link.js"));
    const own = await startWorkerProcess(redis.url, { root: inside, refusalPause: 20, mostRefusals: 5 });
    const { hash } = objectiveReference("outside.js", { root });
    const modules = [
      ...[`data:text/javascript,${code}`, `data:text/javascript;base64,${btoa(code)}`, "node:child_process"],
      ...[outside, `file://${outside}`, "../outside.js", "a/../../outside.js", "link.js", "..\\outside.js", "", "\0"],
      ...["http://127.0.0.1/a.js", code, `\${${code}}`],
    ];
    for (const module of modules)
      expect(await failure(payload({ objective: { module, files: [], hash } }))).toMatch(
        /expected a path below|lies outside|cannot be opened|Refused 5 times/,
      );
    const strings = [code, `(() => ${code})()`, `function () { ${code} }`, `{"toString":"${code}"}`];
    for (const text of strings) {
      for (const field of ["format", "library", "run", "notFinite", "form", "key", "from"])
        expect(await failure(payload({ [field]: text }))).not.toBe("");
      expect(await failure(payload({ form: { kind: "blocks", blocks: [[text]] } }))).toMatch(/tensor|Refused/);
    }
    const polluting = JSON.parse(
      `{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}`,
    ) as object;
    expect(await failure({ ...payload(), ...polluting })).toMatch(/which is not known/);
    expect(await failure(payload({ form: polluting }))).toMatch(/which is not known/);
    await own.end("SIGTERM");
    expect(existsSync(marker)).toBe(false);
  });
});
