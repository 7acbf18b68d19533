/** Which learning rate a study takes, with runs whose losses are made up. */
import { expect, it } from "vitest";
import type { Experiment } from "../../lab/src/experiments/experiment.ts";
import { performer } from "../../lab/src/study/jobs.ts";
import type { RunOutput } from "../../lab/src/study/run-job.ts";
import { carryOut, type Execute } from "../../lab/src/study/study.ts";
import { dataFolder } from "../../lab/src/surroundings.ts";

const experiment: Experiment = {
  ...{ name: "made-up", title: "Made up", question: "Which rate?", task: "quadratic", samplesPerParameter: 1 },
  ...{ optimizers: ["adam"], bases: ["original"], baselines: [], steps: 1, seeds: 4, tuningSeeds: 3 },
};
const silent = { onStart: () => undefined, onProgress: () => undefined, onEnd: () => undefined };

/** A study of runs whose final loss is a function of rate and seed. */
async function rateOf(lossOf: (rate: number, seed: number) => number | null): Promise<number | null | undefined> {
  const perform = performer();
  const execute: Execute = (job) => {
    if (job.kind !== "run") return Promise.resolve(perform(job, () => undefined));
    const finalLoss = lossOf(job.input.rate, job.input.seed);
    const clocks = { seconds: 0, basisSeconds: 0, basisBytes: 0, sampleBytes: 0 };
    const output: RunOutput = { curve: [1, finalLoss ?? 1], finalLoss, testAccuracy: null, ...clocks };
    return Promise.resolve(output);
  };
  const store = { found: 0, find: () => undefined, keep: () => undefined, close: () => undefined };
  const progress = { say: () => undefined, plan: () => undefined, add: () => silent, end: () => undefined };
  const { series } = await carryOut(experiment, { folder: dataFolder() }, { store, progress, execute });
  return series[0].learningRate;
}

it("takes the rate that serves all starts that tune, not one that most of them like", async () => {
  // At 0.1 every start ends at 1e-3; at 0.316 two end at 0 and one at 0.5, or nowhere.
  for (const unlucky of [0.5, null]) {
    const rate = await rateOf((rate, seed) => {
      if (rate === 0.316) return seed === 1 ? unlucky : 0;
      return rate === 0.1 ? 1e-3 : 1;
    });
    expect(rate).toBe(0.1);
  }
});

it("does not ask the starts that do not tune", async () => {
  expect(await rateOf((rate, seed) => (rate === 0.316 ? (seed === 3 ? null : 0) : rate === 0.1 ? 1e-3 : 1))).toBe(
    0.316,
  );
});
