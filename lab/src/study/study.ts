/**
 * Carries out an experiment: for every optimizer in every basis the learning rate is tuned alike, on the first seeds, and
 * then all seeds run at the best. Runs are jobs; each is a function of the experiment and its seed, so the numbers do not
 * depend on where or in which order they are done, nor on whether the study was interrupted in between.
 *
 * `carryOut` knows nothing of threads: it asks `execute` for the jobs that the store does not have. `runStudy` is the same
 * with worker threads of this process.
 */
import type { Experiment } from "../experiments/experiment.ts";
import { startPool } from "../pool.ts";
import type { Progress, ProgressItem } from "../progress.ts";
import { loadTask } from "../tasks/load.ts";
import { curveSteps } from "../training.ts";
import type { BoundaryOutput } from "./boundary.ts";
import type { StudyJob, StudyJobs } from "./jobs.ts";
import { optimizerChoices, type StudiedOptimizer } from "./optimizers.ts";
import { studiedBasisTitles, type StudiedBasis } from "./bases.ts";
import { rateOf, tune, untuned, type RateIndex } from "./tune.ts";
import type { RunInput, RunOutput } from "./run-job.ts";
import { mean, median } from "./statistics.ts";
import type { Series } from "./series.ts";
import type { Store } from "./store.ts";
import { summarize, type StudySummary } from "./summary.ts";

/** How a study is carried out; none of it changes a number but `seeds`, `firstSeed` and `steps`. */
export interface StudyOptions {
  /** The folder with the CSV files. */
  readonly folder: string;
  /** Fewer or more than the experiment declares. */
  readonly seeds?: number | undefined;
  /** The first of the seeds; 0 unless it is said. */
  readonly firstSeed?: number | undefined;
  readonly steps?: number | undefined;
}

/** Does a job somewhere; `group` names jobs that share what is expensive to prepare. Rejects when the job fails. */
export type Execute = (job: StudyJob, item: ProgressItem, group: string) => Promise<unknown>;

/** The seeds on which rates are tuned, unless the experiment says otherwise. */
const usualTuningSeeds = 3;
const usualTrials = 7;

/** What the numbers of its runs depend on, as one line: a run folder of another line is not this study's. */
export function identityOf(experiment: Experiment, options: StudyOptions): string {
  const { name, task, samplesPerParameter } = experiment;
  const { steps = experiment.steps } = options;
  return JSON.stringify({ format: 3, name, task, samplesPerParameter, steps });
}

/** Every optimizer with every basis in which it runs, in the order of the report. */
function pairsOf(
  experiment: Experiment,
): readonly { readonly optimizer: StudiedOptimizer; readonly basis: StudiedBasis }[] {
  return [
    ...experiment.optimizers.flatMap((optimizer) => experiment.bases.map((basis) => ({ optimizer, basis }))),
    ...experiment.baselines.map((optimizer) => ({ optimizer, basis: "original" as const })),
  ];
}

/** About how many runs a study takes: the grids may grow. */
export function expectedRuns(experiment: Experiment, { seeds = experiment.seeds }: StudyOptions): number {
  const tuningSeeds = Math.min(experiment.tuningSeeds ?? usualTuningSeeds, seeds);
  return pairsOf(experiment).length * (usualTrials * tuningSeeds + seeds - tuningSeeds);
}

/** Carries out the experiment, taking finished jobs from the store. What `execute` and the store throw passes through. */
export async function carryOut(
  experiment: Experiment,
  options: StudyOptions,
  { store, progress, execute }: { readonly store: Store; readonly progress: Progress; readonly execute: Execute },
): Promise<StudySummary> {
  const { folder, firstSeed = 0 } = options;
  const { seeds = experiment.seeds, steps = experiment.steps } = options;
  const { task: taskName, samplesPerParameter } = experiment;
  const task = loadTask({ name: taskName, seed: firstSeed, folder });
  const pairs = pairsOf(experiment);
  const tuningSeeds = Math.min(experiment.tuningSeeds ?? usualTuningSeeds, seeds);
  progress.say(
    `${experiment.title}: ${task.model.size} parameters, ${pairs.length} optimizers and bases, ${seeds} seeds`,
  );

  async function done<Kind extends StudyJob["kind"]>(
    kind: Kind,
    name: readonly unknown[],
    input: StudyJobs[Kind]["input"] & { readonly seed: number },
    label: string,
  ): Promise<StudyJobs[Kind]["output"]> {
    const key = JSON.stringify(name);
    const item = progress.add(label, kind === "run" ? 1 : 0);
    const known = store.find(key) as StudyJobs[Kind]["output"] | undefined;
    if (known !== undefined) {
      item.onEnd();
      return known;
    }
    const output = await execute({ kind, input } as StudyJob, item, `${experiment.name} ${input.seed}`);
    store.keep(key, output);
    item.onEnd();
    return output as StudyJobs[Kind]["output"];
  }
  const inputOf = (optimizer: StudiedOptimizer, basis: StudiedBasis, rate: number, seed: number): RunInput => ({
    ...{ task: taskName, folder, seed, optimizer, basis, rate, steps, samplesPerParameter },
  });
  const run = (optimizer: StudiedOptimizer, basis: StudiedBasis, rate: number, seed: number): Promise<RunOutput> =>
    done(
      "run",
      [optimizer, basis, rate, seed],
      inputOf(optimizer, basis, rate, seed),
      `${optimizerChoices[optimizer].title}, ${studiedBasisTitles[basis]}, rate ${rate}, seed ${seed}`,
    );
  const series = async (optimizer: StudiedOptimizer, basis: StudiedBasis): Promise<Series> => {
    const chosen = optimizerChoices[optimizer];
    const { title } = chosen;
    const score = async (index: RateIndex): Promise<number> => {
      const trials = range(tuningSeeds, firstSeed).map((seed) => run(optimizer, basis, rateOf(index), seed));
      return mean((await Promise.all(trials)).map(({ finalLoss }) => finalLoss ?? Infinity));
    };
    const tuning = "method" in chosen ? await untuned(score) : await tune(chosen.center, score);
    const rate = rateOf(tuning.best);
    const runs = await Promise.all(range(seeds, firstSeed).map((seed) => run(optimizer, basis, rate, seed)));
    const input = inputOf(optimizer, basis, rate, firstSeed);
    const boundary: BoundaryOutput =
      task.plane === undefined
        ? null
        : await done("boundary", ["boundary", optimizer, basis, rate, firstSeed], input, `${title}: boundary`);
    const loss = median(runs.map(({ finalLoss }) => finalLoss ?? Infinity));
    progress.say(
      `${title}, ${studiedBasisTitles[basis]}: median loss ${loss.toExponential(1)} at learning rate ${rate}`,
    );
    return { optimizer, basis, tuning, runs, boundary };
  };
  const seedInput = { task: taskName, folder, seed: firstSeed, samplesPerParameter };
  // All promises meet here, so that the first to fail is heard and none fails unheard.
  const [findings, ...all] = await Promise.all([
    done("look", ["look", firstSeed], seedInput, "claims of the theory"),
    ...pairs.map(({ optimizer, basis }) => series(optimizer, basis)),
  ]);
  return summarize(
    experiment,
    { seeds, firstSeed, steps, curveSteps: curveSteps(steps) },
    { task, findings, series: all },
  );
}

/** Does work with worker threads of this process, which end with it. */
export async function withThreads<Result>(
  threads: number,
  work: (execute: Execute) => Promise<Result>,
): Promise<Result> {
  const pool = startPool<StudyJobs>(threads, "./study/worker.js", undefined);
  try {
    return await work(({ kind, input }, item, group) => pool.do(kind, input, item, group));
  } finally {
    await pool.close();
  }
}

/** Carries out the experiment on worker threads. WorkerError and OutputError pass through. */
export async function runStudy(
  experiment: Experiment,
  options: StudyOptions & { readonly threads: number },
  store: Store,
  progress: Progress,
): Promise<StudySummary> {
  progress.plan(expectedRuns(experiment, options));
  if (store.found > 0) progress.say(`${store.found} finished runs found`);
  try {
    return await withThreads(options.threads, (execute) => carryOut(experiment, options, { store, progress, execute }));
  } finally {
    progress.end();
  }
}

function range(count: number, first: number): number[] {
  return Array.from({ length: count }, (_value, index) => first + index);
}
