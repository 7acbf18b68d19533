/**
 * An experiment: the EGOP estimate once, and every optimizer × basis × learning rate as a job on worker threads. Runs in
 * original and random coordinates go on while the estimate is made; runs in an EGOP basis begin when it is there. The
 * numbers (but not the seconds) are those of a single thread, whatever the schedule.
 */
import { performance } from "node:perf_hooks";
import { basisNames, basisTitles, optimizerTitles, type BasisName, type OptimizerName } from "./choices.ts";
import { formatRate, formatSeconds } from "./format.ts";
import type { BasisData, Decomposition, FinishedRun, JobKind, Jobs, SharedMatrix, Timed, TimedJobs } from "./jobs.ts";
import { chooseBest, learningRates, mostExtensions, rateBeyond, type Choice, type Trial } from "./learning-rates.ts";
import type { Options } from "./options.ts";
import { startPool, type Pool } from "./pool.ts";
import type { Progress } from "./progress.ts";
import { finalLoss, type Results, type RunResult } from "./results.ts";
import { loadTask, type TaskSource } from "./tasks/load.ts";
import { workOf, type Work } from "./work.ts";

/** Queues a job under a label for people, with the operations that it takes. */
type DoJob = <Kind extends JobKind>(
  kind: Kind,
  input: Jobs[Kind]["input"],
  label: string,
  operations: number,
) => Promise<Timed<Jobs[Kind]["output"]>>;

/** A set of coordinates to run in, and the seconds that it cost to know them. */
interface Coordinates {
  readonly basis: BasisData | undefined;
  readonly seconds: number;
}

/** The best run of an optimizer in a basis. */
interface BestRun {
  readonly optimizer: OptimizerName;
  readonly basis: BasisName;
  readonly basisSeconds: number;
  readonly choice: Choice<FinishedRun & { readonly seconds: number }>;
}

/** Opens what does the jobs of an experiment. */
export type OpenPool = (threads: number, source: TaskSource) => Pool<TimedJobs> | Promise<Pool<TimedJobs>>;

const openThreads: OpenPool = (threads, source) => startPool<TimedJobs>(threads, "./worker.js", source);

/**
 * Runs the whole experiment, on threads or on what else does its jobs. Throws DataSetError for bad data, AllDivergedError when no learning rate of an optimizer
 * stays finite in some basis, WorkerError when a job fails otherwise.
 */
export async function runExperiment(
  options: Options,
  progress: Progress,
  openPool: OpenPool = openThreads,
): Promise<Results> {
  const begin = performance.now();
  const { optimizers, steps, seed, threads } = options;
  const source = { name: options.task, seed, folder: options.data };
  const task = loadTask(source);
  const samples = options.samples ?? task.model.size;
  const work = workOf(task, samples, steps);
  const grids = { ...learningRates };
  for (const optimizer of optimizers) grids[optimizer] = options.learningRates ?? learningRates[optimizer];
  // Everything is compared with the original coordinates, so they run even when nobody asked to see them.
  const bases = basisNames.filter((basis) => basis === "original" || options.bases.includes(basis));
  const count = bases.length * optimizers.reduce((sum, optimizer) => sum + grids[optimizer].length, 0);
  progress.say(
    `${task.title}: ${task.model.size} parameters, ${count} runs of ${steps} steps, ` +
      `${threads} ${threads === 1 ? "thread" : "threads"}`,
  );
  progress.plan(plannedOperations(work, optimizers, bases, grids));

  const pool = await openPool(threads, source);
  const job: DoJob = async (kind, input, label, operations) => {
    const item = progress.add(label, operations);
    const result = await pool.do(kind, input, item);
    item.onEnd();
    return result;
  };
  try {
    const sampled = job("sample", { samples }, "sampling gradients", work.sample);
    const decomposed = sampled.then(({ output: gradients }) =>
      job("decompose", { gradients }, "eigenvectors", work.decompose),
    );
    const coordinates = prepareCoordinates(job, work, bases, sampled, decomposed);
    const bestRun = async (optimizer: OptimizerName, basis: BasisName): Promise<BestRun> => {
      const { basis: data, seconds: basisSeconds } = await coordinates[basis];
      const trial = async (learningRate: number): Promise<Trial<BestRun["choice"]["run"]>> => {
        const input = { optimizer, learningRate, steps, basis: data };
        const label = `${optimizerTitles[optimizer]}, ${basisTitles[basis]}, rate ${formatRate(learningRate)}`;
        const { output, seconds } = await job("run", input, label, work.run[basis]);
        return "divergedAt" in output ? { learningRate, ...output } : { learningRate, run: { ...output, seconds } };
      };
      const trials = await Promise.all(grids[optimizer].map(trial));
      let choice = chooseBest(trials, optimizer, basis);
      for (let k = 0; k < mostExtensions && choice.edge !== undefined && options.learningRates === undefined; k++) {
        const rates = trials.map(({ learningRate }) => learningRate);
        const next = await trial(rateBeyond(rates, choice.edge));
        // Ascending, so that a tie goes to the lower rate.
        if (choice.edge === "lowest") trials.unshift(next);
        else trials.push(next);
        choice = chooseBest(trials, optimizer, basis);
      }
      const { losses, seconds } = choice.run;
      progress.say(
        `${optimizerTitles[optimizer]}, ${basisTitles[basis]}: loss ${losses[losses.length - 1].toExponential(1)} at ` +
          `learning rate ${formatRate(choice.learningRate)}, a run takes ${formatSeconds(seconds)}`,
      );
      return { optimizer, basis, basisSeconds, choice };
    };
    // All promises meet here, so that the first to fail is heard and none fails unheard.
    const [bestRuns, gradients, decomposition] = await Promise.all([
      Promise.all(optimizers.flatMap((optimizer) => bases.map((basis) => bestRun(optimizer, basis)))),
      sampled,
      decomposed,
    ]);
    const { stableRank, rootStableRank, density, eigenvalues } = decomposition.output;
    const { title, description, citation, trainingRows, testRows, model, start } = task;
    return {
      ...{ task: options.task, title, description, citation, parameters: model.size, start },
      ...{ trainingRows, testRows },
      ...{ seed, steps, threads, learningRates: grids },
      egop: {
        samples,
        seconds: gradients.seconds + decomposition.seconds,
        ...{ stableRank, rootStableRank, density },
        eigenvalues: [...eigenvalues],
      },
      runs: toResults(bestRuns, options.bases),
      seconds: (performance.now() - begin) / 1000,
    };
  } finally {
    progress.end();
    await pool.close();
  }
}

/** Begins to make every basis that is asked for. */
function prepareCoordinates(
  job: DoJob,
  work: Work,
  bases: readonly BasisName[],
  sampled: Promise<Timed<SharedMatrix>>,
  decomposed: Promise<Timed<Decomposition>>,
): Readonly<Record<BasisName, Promise<Coordinates>>> {
  const none = Promise.resolve({ basis: undefined, seconds: 0 });
  return {
    original: none,
    // A control that nobody would use to save time: what it costs to draw is not counted.
    random: !bases.includes("random")
      ? none
      : job("rotate", undefined, "random rotation", work.rotate).then(({ output }) => ({ basis: output, seconds: 0 })),
    egop: Promise.all([sampled, decomposed]).then(([gradients, { output, seconds }]) => ({
      basis: output.basis,
      seconds: gradients.seconds + seconds,
    })),
    "egop-by-tensor": !bases.includes("egop-by-tensor")
      ? none
      : sampled.then(async (gradients) => {
          const input = { gradients: gradients.output };
          const blocks = await job("decomposeByTensor", input, "eigenvectors by tensor", work.decomposeByTensor);
          return { basis: blocks.output, seconds: gradients.seconds + blocks.seconds };
        }),
  };
}

function plannedOperations(
  work: Work,
  optimizers: readonly OptimizerName[],
  bases: readonly BasisName[],
  grids: Readonly<Record<OptimizerName, readonly number[]>>,
): number {
  const runs = bases.reduce((sum, basis) => sum + work.run[basis], 0);
  const preparations =
    work.sample +
    work.decompose +
    (bases.includes("random") ? work.rotate : 0) +
    (bases.includes("egop-by-tensor") ? work.decomposeByTensor : 0);
  return preparations + optimizers.reduce((sum, optimizer) => sum + grids[optimizer].length * runs, 0);
}

function toResults(bestRuns: readonly BestRun[], requested: readonly BasisName[]): readonly RunResult[] {
  const targets = new Map<OptimizerName, number>();
  const results = bestRuns.map(({ optimizer, basis, basisSeconds, choice }): RunResult => {
    const { learningRate, diverged, edge, run } = choice;
    const { losses, seconds, testAccuracy } = run;
    const result = {
      ...{ optimizer, basis, learningRate, losses: [...losses], stepsToTarget: null },
      ...{ seconds: seconds + basisSeconds, basisSeconds, testAccuracy, diverged, edge },
      requested: requested.includes(basis),
    };
    if (basis === "original") targets.set(optimizer, finalLoss(result));
    return result;
  });
  return results.map((result) => {
    const target = targets.get(result.optimizer) ?? -Infinity;
    const step = result.losses.findIndex((loss) => loss <= target);
    return { ...result, stepsToTarget: step < 0 ? null : step };
  });
}
