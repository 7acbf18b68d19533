/** The journal and what is merged from it; references to objectives; reading fields. */
import { appendFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { accumulate, emptyMoments, layoutOf, stateToText } from "egop";
import { afterAll, describe, expect, it } from "vitest";
import type { SampledObjective } from "../../distributed/src/load-objective.ts";
import { openJournal } from "../../distributed/dist/journal.js";
import { orderedMerge } from "../../distributed/dist/ordered-merge.js";
import { readJob, readResult, usualLimits } from "../../distributed/dist/payload.js";
import { planSamples } from "../../distributed/dist/sample-ranges.js";
import { estimateDistributed, objectiveReference, PayloadError, RefusedError } from "../../distributed/dist/index.js";
import { digest, objectives } from "./processes.ts";

const root = mkdtempSync(join(tmpdir(), "egop-journal-"));
afterAll(() => {
  rmSync(root, { recursive: true });
});

const { objective, points } = (await import(`${objectives}/small.js`)) as SampledObjective;
const form = { kind: "exact" } as const;
const empty = emptyMoments(form, layoutOf(objective));
const stateOf = (from: number, to: number): ReturnType<typeof accumulate> =>
  accumulate(objective, { points, form, from, to });

describe("openJournal", () => {
  it("finds again what was kept, without a line that was cut off", () => {
    const path = join(root, "kept");
    const first = openJournal(path, "estimate 1");
    first.keep({ from: 64, to: 128, state: "b\n" });
    first.keep({ from: 0, to: 64, state: "a" });
    first.close();
    appendFileSync(path, '{"from":128,"to":192,"sta');
    const second = openJournal(path, "estimate 1");
    expect(second.run).toBe(first.run);
    expect(second.ranges.map(({ from, to }) => [from, to])).toEqual([
      [64, 128],
      [0, 64],
    ]);
    expect([second.read({ from: 64, to: 128 }), second.read({ from: 0, to: 64 })]).toEqual(["b\n", "a"]);
    second.keep({ from: 128, to: 192, state: "c" });
    expect(second.read({ from: 128, to: 192 })).toBe("c");
    expect(() => second.read({ from: 1, to: 2 })).toThrow("holds no samples 1 to 2.");
    second.replace({ from: 0, to: 128, state: "ab" });
    expect(second.ranges.map(({ from, to }) => [from, to])).toEqual([
      [0, 128],
      [128, 192],
    ]);
    second.close();
    const third = openJournal(path, "estimate 1");
    expect([third.read({ from: 0, to: 128 }), third.read({ from: 128, to: 192 })]).toEqual(["ab", "c"]);
    third.close();
  });

  it("refuses a journal in use, another estimate's, and where nothing can be written; not one of a dead process", () => {
    const path = join(root, "refused");
    const open = openJournal(path, "estimate 1");
    expect(() => openJournal(path, "estimate 1")).toThrow("is in use by another coordinator.");
    open.close();
    expect(() => openJournal(path, "estimate 2")).toThrow("is the journal of another estimate, or of another version");
    expect(() => openJournal(join(path, "inside"), "1")).toThrow(/^Cannot use the journal .*inside \(ENOTDIR/);
    writeFileSync(`${path}.lock`, "cut o");
    openJournal(path, "estimate 1").close();
    expect(existsSync(`${path}.lock`)).toBe(false);
  });
});

describe("orderedMerge", () => {
  it("has the bits of one process for any order of arrival, any repetition, and any interruption", () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], { minLength: 10 }),
        fc.integer({ min: 0, max: 10 }),
        fc.constantFrom(0, 2 ** 26),
        (order, killed, compactAbove) => {
          const plan = planSamples(100, 700, 64);
          expect(plan.count).toBe(10);
          const path = join(root, `merge-${order.join("")}-${killed}-${compactAbove}`);
          const play = (indices: readonly number[]): string => {
            const journal = openJournal(path, "1");
            const merge = orderedMerge(plan, empty, journal, compactAbove);
            for (const index of [...indices, ...indices.slice(0, 2)]) {
              const { from, to } = plan.range(index);
              merge.take(index, stateOf(from, to));
            }
            expect(merge.next === plan.count).toBe(indices.length === 10);
            if (indices.length === 10) expect(merge.samples).toBe(600);
            const found = digest(merge.state);
            journal.close();
            return found;
          };
          play(order.slice(0, Math.min(killed, 9)));
          expect(play(order)).toBe(digest(stateOf(100, 700)));
        },
      ),
      { numRuns: 25 },
    );
  });

  it("keeps the journal short by writing the merged state in the place of its ranges", () => {
    const journal = openJournal(join(root, "short"), "1");
    const plan = planSamples(0, 64 * 400, 64);
    const merge = orderedMerge(plan, empty, journal, 20_000);
    let most = 0;
    for (let index = 0; index < plan.count; index++) {
      const { from, to } = plan.range(index);
      merge.take(index, stateOf(from, to));
      most = Math.max(most, journal.bytes);
    }
    expect(digest(merge.state)).toBe(digest(stateOf(0, 64 * 400)));
    expect(most).toBeLessThan(25_000);
    journal.close();
  });

  it("goes on without what is missing", () => {
    const plan = planSamples(0, 192, 64);
    const merge = orderedMerge(plan, empty);
    merge.take(2, stateOf(128, 192));
    merge.miss(1, "no");
    merge.take(1, stateOf(64, 128));
    expect([merge.next, merge.has(1), merge.has(0)]).toEqual([0, true, false]);
    merge.take(0, stateOf(0, 64));
    expect([merge.next, merge.missing]).toEqual([3, [{ from: 64, to: 128, reason: "no" }]]);
  });
});

describe("estimateDistributed on threads", () => {
  it("goes on from its journal and draws no sample twice", async () => {
    const journal = join(root, "threads");
    const options = { samples: 640, samplesPerJob: 64, form, root: objectives, workers: 2, journal } as const;
    const stop = new AbortController();
    const onProgress = ({ samples }: { samples: number }): void => {
      if (samples >= 192) stop.abort();
    };
    await expect(estimateDistributed("small.js", { ...options, signal: stop.signal, onProgress })).rejects.toThrow(
      "The estimate was stopped before all samples had come.",
    );
    const seen: number[] = [];
    const { estimate } = await estimateDistributed("small.js", {
      ...options,
      onProgress: ({ samples }) => seen.push(samples),
    });
    expect(seen[0]).toBeGreaterThan(192);
    expect(digest(estimate.state)).toBe(digest(stateOf(0, 640)));
    await expect(estimateDistributed("small.js", { ...options, samples: 704 })).rejects.toThrow(
      "is the journal of another estimate",
    );
  });

  it("refuses options that make no sense, and reports what its threads say", async () => {
    const options = { samples: 64, root: objectives, workers: 1 } as const;
    const message = (more: object, module = "small.js"): Promise<string> =>
      estimateDistributed(module, { ...options, ...more }).then(
        () => "",
        (error: unknown) => (error as Error).message,
      );
    expect(await message({ workers: 0 })).toBe("workers is 0; expected a whole number from 1 to 256.");
    expect(await message({ samplesPerJob: 100 })).toBe("samplesPerJob is 100; expected a multiple of 64.");
    expect(await message({ samples: 0 })).toBe("The samples are 0 to 0; expected whole numbers, 0 ≤ from < to.");
    expect(await message({}, "curvature.js")).toMatch(/curvature.js: the export "dimension" is undefined/);
    expect(await message({}, "no.js")).toMatch(/^"no.js" cannot be opened here \(ENOENT/);
    expect(await message({}, "../processes.ts")).toMatch(/lies outside the folder of objectives/);
    expect(await message({ samples: 192 }, "failing.js")).toBe("The samples 0 to 192 failed: there is no point 128");
  });
});

describe("objectiveReference", () => {
  it("covers what the module imports and what it is told to, and nothing else", () => {
    const folder = join(root, "objectives");
    cpSync(objectives, folder, { recursive: true });
    const hash = (files: readonly string[] = []): string => objectiveReference("slow.js", { root: folder, files }).hash;
    const before = [hash(), hash(["data.csv"].filter((name) => existsSync(join(folder, name))))];
    writeFileSync(join(folder, "data.csv"), "1");
    expect(hash()).toBe(before[0]);
    const withData = hash(["data.csv"]);
    expect(withData).not.toBe(before[0]);
    writeFileSync(join(folder, "data.csv"), "2");
    expect(hash(["data.csv"])).not.toBe(withData);
    expect(objectiveReference("slow.js", { root: folder }).hash).toBe(
      objectiveReference("slow.js", { root: objectives }).hash,
    );
    const curvature = join(folder, "curvature.js");
    writeFileSync(curvature, `${readFileSync(curvature, "utf8")}\n`);
    expect(hash()).not.toBe(before[0]);
  });
});

describe("what comes over the wire", () => {
  it("is read, or refused with a typed error, whatever it is", () => {
    const job = {
      ...{
        format: "egop job",
        version: 1,
        library: "0.1.0",
        run: "0123456789abcdef",
        from: 0,
        to: 64,
        notFinite: "skip",
      },
      ...{ objective: objectiveReference("small.js", { root: objectives }), key: [1, 2, 3, 4], form },
    };
    const { objective: named, ...rest } = readJob(structuredClone(job), usualLimits);
    expect([named, rest.key.words, rest.form, rest.to]).toEqual([job.objective, job.key, form, 64]);
    const refused = (read: () => unknown): void => {
      try {
        read();
      } catch (error) {
        if (!(error instanceof PayloadError || error instanceof RefusedError)) throw error;
        return;
      }
      expect.fail("it was read");
    };
    fc.assert(fc.property(fc.jsonValue(), (value) => refused(() => readJob(value, usualLimits))));
    const fields = fc.constantFrom(...(Object.keys(job) as (keyof typeof job)[]));
    fc.assert(
      fc.property(fields, fc.jsonValue(), (field, value) => {
        fc.pre(JSON.stringify(value) !== JSON.stringify(job[field]));
        fc.pre(!(field === "to" || field === "from") || typeof value !== "number" || !Number.isSafeInteger(value));
        fc.pre(!(field === "key" && Array.isArray(value) && value.length === 4));
        refused(() => readJob({ ...job, [field]: value }, usualLimits));
      }),
    );
    fc.assert(
      fc.property(fc.string(), (text) => refused(() => readResult(text, { run: job.run, from: 0, to: 64 }, empty))),
    );
    // Any change of one character of a result is refused, or changes a digit of a number and nothing else.
    const head = { format: "egop result", version: 1, library: "0.1.0", run: job.run, from: 0, to: 64 };
    const text = JSON.stringify({ ...head, state: stateToText(stateOf(0, 64)) });
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom("0", "x", '"', "{", "-"), (at, letter) => {
        const changed = text.slice(0, at) + letter + text.slice(at + 1);
        try {
          const { state } = readResult(changed, { run: job.run, from: 0, to: 64 }, empty);
          expect(state.nodes.length).toBe(1);
        } catch (error) {
          if (!(error instanceof PayloadError || error instanceof RefusedError)) throw error;
        }
      }),
    );
  });
});
