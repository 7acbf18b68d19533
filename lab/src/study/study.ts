/**
 * Runs an experiment: for every optimizer in every basis the learning rate is tuned alike, on the first seeds, and then
 * all seeds run at the best. Runs are jobs on worker threads; each is a function of the experiment and its seed, so the
 * numbers do not depend on the threads, nor on whether the study was interrupted in between.
 */
import type { Experiment } from "../experiments/experiment.ts";
import { startPool, type Pool } from "../pool.ts";
import type { Progress } from "../progress.ts";
import { loadTask } from "../tasks/load.ts";
import { optimizerChoices, type StudiedOptimizer } from "./optimizers.ts";
import { studiedBasisTitles, type StudiedBasis } from "./bases.ts";
import { rateOf, tune, untuned, type RateIndex } from "./tune.ts";
import { curveSteps, type RunInput, type RunOutput } from "./run-job.ts";
import { median } from "./statistics.ts";
import type { Series } from "./series.ts";
import type { Store } from "./store.ts";
import { summarize, type StudySummary } from "./summary.ts";

/** How a study is carried out; none of it changes a number but `seeds` and `steps`. */
export interface StudyOptions {
  readonly threads: number;
  /** The folder with the CSV files. */
  readonly folder: string;
  /** Fewer or more than the experiment declares. */
  readonly seeds?: number | undefined;
  readonly steps?: number | undefined;
}

/** The seeds on which rates are tuned. */
const mostTuningSeeds = 3;

interface StudyJobs {
  readonly [kind: string]: { readonly input: unknown; readonly output: unknown };
  readonly run: { readonly input: RunInput; readonly output: RunOutput };
}

/** What the numbers of its runs depend on, as one line: a run folder of another line is not this study's. */
export function identityOf(experiment: Experiment, options: StudyOptions): string {
  const { name, task, samplesPerParameter } = experiment;
  const { steps = experiment.steps } = options;
  return JSON.stringify({ format: 1, name, task, samplesPerParameter, steps });
}

/** Runs the experiment, taking finished jobs from the store. WorkerError and OutputError pass through. */
export async function runStudy(
  experiment: Experiment,
  options: StudyOptions,
  store: Store,
  progress: Progress,
): Promise<StudySummary> {
  const { threads, folder } = options;
  const { seeds = experiment.seeds, steps = experiment.steps } = options;
  const { task: taskName, samplesPerParameter } = experiment;
  const task = loadTask({ name: taskName, seed: 0, folder });
  const pairs = [
    ...experiment.optimizers.flatMap((optimizer) => experiment.bases.map((basis) => ({ optimizer, basis }))),
    ...experiment.baselines.map((optimizer) => ({ optimizer, basis: "original" as const })),
  ];
  const tuningSeeds = Math.min(mostTuningSeeds, seeds);
  const usualTrials = 7;
  progress.say(
    `${experiment.title}: ${task.model.size} parameters, ${pairs.length} optimizers and bases, ${seeds} seeds`,
  );
  progress.plan(pairs.length * (usualTrials * tuningSeeds + seeds - tuningSeeds));
  if (store.found > 0) progress.say(`${store.found} finished runs found`);

  const pool: Pool<StudyJobs> = startPool<StudyJobs>(threads, "./study/worker.js", undefined);
  const run = async (
    optimizer: StudiedOptimizer,
    basis: StudiedBasis,
    rate: number,
    seed: number,
  ): Promise<RunOutput> => {
    const key = JSON.stringify([optimizer, basis, rate, seed]);
    const item = progress.add(`${optimizer} ${basis} ${rate}`, 1);
    const known = store.find(key) as RunOutput | undefined;
    if (known !== undefined) {
      item.onEnd();
      return known;
    }
    const input = { ...{ task: taskName, folder, seed, optimizer, basis, rate, steps, samplesPerParameter } };
    const output = await pool.do("run", input, item, String(seed));
    store.keep(key, output);
    item.onEnd();
    return output;
  };
  const series = async (optimizer: StudiedOptimizer, basis: StudiedBasis): Promise<Series> => {
    const chosen = optimizerChoices[optimizer];
    const { title } = chosen;
    const score = async (index: RateIndex): Promise<number> => {
      const trials = range(tuningSeeds).map((seed) => run(optimizer, basis, rateOf(index), seed));
      return median((await Promise.all(trials)).map(({ finalLoss }) => finalLoss ?? Infinity));
    };
    const tuning = "method" in chosen ? await untuned(score) : await tune(chosen.center, score);
    const runs = await Promise.all(range(seeds).map((seed) => run(optimizer, basis, rateOf(tuning.best), seed)));
    const loss = median(runs.map(({ finalLoss }) => finalLoss ?? Infinity));
    progress.say(
      `${title}, ${studiedBasisTitles[basis]}: median loss ${loss.toExponential(1)} at learning rate ${rateOf(tuning.best)}`,
    );
    return { optimizer, basis, tuning, runs };
  };
  try {
    // All promises meet here, so that the first to fail is heard and none fails unheard.
    const all = await Promise.all(pairs.map(({ optimizer, basis }) => series(optimizer, basis)));
    return summarize(experiment, { seeds, steps, curveSteps: curveSteps(steps) }, task, all);
  } finally {
    progress.end();
    await pool.close();
  }
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_value, index) => index);
}
