/** The committed results: a small part of each is computed again, to the bit, and they show what they must. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { experiments } from "../../lab/src/experiments/experiments.ts";
import { quadraticSweep } from "../../lab/src/experiments/quadratics.ts";
import { isSweep } from "../../lab/src/study/carry-out.ts";
import { look } from "../../lab/src/study/look.ts";
import { readSummary } from "../../lab/src/study/read-summary.ts";
import { preparer, runner } from "../../lab/src/study/run-job.ts";
import type { StudySummary } from "../../lab/src/study/summary.ts";

const results = fileURLToPath(new URL("../../lab/results", import.meta.url));
const folder = fileURLToPath(new URL("../../lab/data", import.meta.url));
/** Those that take no more than a second or two. */
const quick = new Set([
  ...["quadratic", "logistic", "log-sum-exp", "breast-cancer", "wine", "factorization", "linear-network"],
  ...["mixture", "mixture-turned"],
]);

const summaries = readdirSync(results)
  .filter((name) => existsSync(join(results, name, "summary.json")))
  .map((name) => readSummary(join(results, name, "summary.json")));
const studies = summaries.filter((summary): summary is StudySummary => !isSweep(summary));

describe("lab/results", () => {
  it("has results, with the pictures and the overview that belong to them", () => {
    expect(studies.length).toBeGreaterThan(4);
    const overview = readFileSync(join(results, "README.md"), "utf8");
    for (const { experiment, title } of summaries) {
      expect(existsSync(join(results, experiment, "curves.svg")) || existsSync(join(results, experiment, "gains.svg"))).toBe(true); // prettier-ignore
      expect(overview).toContain(`### ${title}`);
    }
  });

  it("has every experiment whose data are shipped: ten seeds of all optimizers in all bases, best rates inside their grids", () => {
    for (const { name, optimizers, bases, baselines, userData } of experiments) {
      if (userData !== undefined) continue;
      const study = studies.find(({ experiment }) => experiment === name);
      const pairs = [
        ...optimizers.flatMap((optimizer) => bases.map((basis) => `${optimizer} ${basis}`)),
        ...baselines.map((optimizer) => `${optimizer} original`),
      ];
      expect([name, study?.seeds]).toEqual([name, 10]);
      expect(study?.series.map(({ optimizer, basis }) => `${optimizer} ${basis}`)).toEqual(pairs);
      expect(study?.series.filter(({ interior }) => !interior)).toEqual([]);
    }
  });

  for (const summary of studies.filter(({ experiment }) => quick.has(experiment)))
    it(`${summary.experiment}: the first seed of every optimizer in EGOP coordinates, and the look at the theory, to the bit`, () => {
      const experiment = experiments.find(({ name }) => name === summary.experiment);
      if (experiment === undefined) throw new Error(`there is no experiment ${summary.experiment}`);
      const { task, samplesPerParameter } = experiment;
      const prepare = preparer();
      const run = runner(prepare);
      for (const { optimizer, basis, learningRate, finalLosses } of summary.series.filter((s) => s.basis === "egop")) {
        const how = { task, folder, seed: 0, optimizer, basis, rate: learningRate, steps: summary.steps };
        expect(run({ ...how, samplesPerParameter }, () => undefined).finalLoss).toBe(finalLosses[0]);
      }
      const { claims, ...findings } = look(prepare({ task, folder, seed: 0, samplesPerParameter }));
      // As they come back from JSON.
      expect(JSON.parse(JSON.stringify(findings))).toEqual(summary.findings);
      expect(claims).toEqual(summary.claims.slice(0, claims.length));
    });

  for (const summary of summaries.filter(isSweep))
    it(`${summary.experiment}: the look at one of its points, to the bit`, () => {
      const { experiment } = quadraticSweep.cases[quadraticSweep.cases.length - 1];
      const { task, samplesPerParameter } = experiment;
      const { density, gain } = look(preparer()({ task, folder, seed: 0, samplesPerParameter }));
      const last = summary.points[summary.points.length - 1];
      expect([density, gain?.value]).toEqual([last.density, last.predictedGain]);
    });
});

describe("what the results must show", () => {
  const claimsOf = (experiment: string, words: string): readonly (boolean | null)[] =>
    studies
      .filter((study) => study.experiment === experiment)
      .flatMap(({ claims }) => claims.filter(({ claim }) => claim.includes(words)).map(({ holds }) => holds));

  it("where the spectrum decays in random directions, EGOP coordinates need fewer steps with Adagrad, Adam and AdamW", () => {
    for (const experiment of ["quadratic", "log-sum-exp", "logistic"].filter((name) =>
      studies.some((s) => s.experiment === name),
    ))
      // prettier-ignore
      expect([experiment, ...claimsOf(experiment, "EGOP coordinates need fewer steps")]).toEqual([
        ...[experiment, true, true, true],
      ]);
  });

  it("a random rotation of the quadratic makes the original worse and leaves EGOP unchanged", () => {
    expect(claimsOf("quadratic", "a random rotation is worse or no better")).toEqual([true, true, true]);
    expect(claimsOf("quadratic", "do not feel a random rotation")).toEqual([true, true, true]);
  });

  it("reduced coordinates of too small a rank stall, auxiliary ones do not", () => {
    expect(claimsOf("quadratic", "too small a rank stall")).toEqual([true, true, true]);
    expect(claimsOf("quadratic", "auxiliary coordinates do not")).toEqual([true, true, true]);
  });

  it("the more the spectrum decays and the denser its eigenvectors, the more Adagrad gains; along the axes it gains nothing", () => {
    const [grid] = summaries.filter(isSweep);
    const gain = (decay: number, spread: number): number =>
      grid.points.find((point) => point.decay === decay && point.spread === spread)?.gains.adagrad ?? NaN;
    for (const spread of [0.3, 1]) {
      expect(gain(0, spread)).toBeLessThan(1.1);
      expect(gain(2, spread)).toBeGreaterThan(gain(1, spread));
      expect(gain(1, spread)).toBeGreaterThan(gain(0.5, spread));
    }
    for (const decay of [0.5, 1, 1.5, 2]) expect(gain(decay, 0)).toBeLessThan(1);
  });

  it("Adam's boundary is as good as the bent one unturned, worse turned, and as good again with a basis that units share", () => {
    const accuracy = (experiment: string, basis: string): number =>
      studies
        .filter((study) => study.experiment === experiment)
        .flatMap(({ series }) => series)
        .find((each) => each.optimizer === "adam" && each.basis === basis)?.testAccuracy ?? NaN;
    expect(accuracy("mixture", "original") - accuracy("mixture-turned", "original")).toBeGreaterThan(0.02);
    expect(accuracy("mixture-turned", "shared") - accuracy("mixture-turned", "original")).toBeGreaterThan(0.02);
  });
});
