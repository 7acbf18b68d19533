/** The committed results: a small part of each is computed again, to the bit. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { experiments } from "../../lab/src/experiments/experiments.ts";
import { runner } from "../../lab/src/study/run-job.ts";
import type { StudySummary } from "../../lab/src/study/summary.ts";

const results = fileURLToPath(new URL("../../lab/results", import.meta.url));
const folder = fileURLToPath(new URL("../../lab/data", import.meta.url));
const quick = new Set([
  "quadratic",
  "logistic",
  "log-sum-exp",
  "breast-cancer",
  "wine",
  "factorization",
  "linear-network",
]);

describe("lab/results", () => {
  const names = existsSync(results) ? readdirSync(results) : [];
  it("has results", () => {
    expect(names.length).toBeGreaterThan(0);
  });
  for (const name of names.filter((each) => quick.has(each)))
    it(`${name}: the first seed of every optimizer in EGOP coordinates ends at the same bits`, () => {
      const summary = JSON.parse(readFileSync(join(results, name, "summary.json"), "utf8")) as StudySummary;
      const experiment = experiments.find((each) => each.name === name);
      if (experiment === undefined) throw new Error(`there is no experiment ${name}`);
      const { task, samplesPerParameter } = experiment;
      const run = runner();
      for (const { optimizer, basis, learningRate, finalLosses } of summary.series.filter((s) => s.basis === "egop")) {
        const how = { task, folder, seed: 0, optimizer, basis, rate: learningRate, steps: summary.steps };
        expect(run({ ...how, samplesPerParameter }, () => undefined).finalLoss).toBe(finalLosses[0]);
      }
    });
});
