/** What a study came to, as plain data: the numbers that are committed, drawn and compared. */
import type { Experiment } from "../experiments/experiment.ts";
import type { Task } from "../tasks/task.ts";
import type { StudiedBasis } from "./bases.ts";
import type { StudiedOptimizer } from "./optimizers.ts";
import { rateOf } from "./tune.ts";
import { median, quantile } from "./statistics.ts";
import type { Series } from "./series.ts";

/** Median and quartiles over the seeds. */
interface Band {
  readonly lower: readonly number[];
  readonly median: readonly number[];
  readonly upper: readonly number[];
}

/** One optimizer in one basis. */
export interface SeriesSummary {
  readonly optimizer: StudiedOptimizer;
  readonly basis: StudiedBasis;
  readonly learningRate: number;
  /** False when the grid had to end before its best rate lay inside it. */
  readonly interior: boolean;
  /** Median final loss over the tuning seeds at each rate that was tried; null where runs diverged. */
  readonly tuned: readonly { readonly rate: number; readonly loss: number | null }[];
  /** The loss over the steps of `curveSteps`, over the seeds whose runs stayed finite. */
  readonly band: Band;
  /** The final loss for each seed; null where the run diverged. */
  readonly finalLosses: readonly (number | null)[];
  /** The median of the first kept steps at which runs reach the final loss of the same seed in original coordinates. */
  readonly stepsToTarget: number | null;
  readonly testAccuracy: number | null;
  /** Medians; they differ from run to run and machine to machine. */
  readonly seconds: number;
  readonly basisSeconds: number;
}

export interface StudySummary {
  readonly experiment: string;
  readonly title: string;
  readonly question: string;
  readonly task: string;
  readonly description: string;
  readonly citation: string;
  readonly start: string;
  readonly parameters: number;
  readonly samplesPerParameter: number;
  readonly steps: number;
  readonly seeds: number;
  readonly curveSteps: readonly number[];
  readonly series: readonly SeriesSummary[];
}

/** Medians, quartiles and targets of all series. */
export function summarize(
  experiment: Experiment,
  how: { readonly seeds: number; readonly steps: number; readonly curveSteps: readonly number[] },
  task: Task,
  all: readonly Series[],
): StudySummary {
  return {
    ...{ experiment: experiment.name, title: experiment.title, question: experiment.question, task: task.title },
    ...{ description: task.description, citation: task.citation, start: task.start, parameters: task.model.size },
    ...{ samplesPerParameter: experiment.samplesPerParameter, steps: how.steps, seeds: how.seeds },
    curveSteps: how.curveSteps,
    series: all.map((series) => summaryOf(series, all, how.curveSteps)),
  };
}

function summaryOf(series: Series, all: readonly Series[], steps: readonly number[]): SeriesSummary {
  const { optimizer, basis, tuning, runs } = series;
  const original = all.find((other) => other.optimizer === optimizer && other.basis === "original");
  const finished = runs.filter(({ finalLoss }) => finalLoss !== null);
  const reached = runs.map(({ curve }, seed) => {
    const target = original?.runs[seed].finalLoss ?? null;
    const place = target === null ? -1 : curve.findIndex((loss) => loss <= target);
    return place < 0 ? Infinity : steps[place];
  });
  const stepsToTarget = median(reached);
  const accuracies = finished.flatMap(({ testAccuracy }) => (testAccuracy === null ? [] : [testAccuracy]));
  const at = (share: number): number[] =>
    steps.map((_step, place) => quantile(finished.map(({ curve }) => curve[place]), share)); // prettier-ignore
  return {
    optimizer,
    basis,
    learningRate: rateOf(tuning.best),
    interior: tuning.interior,
    tuned: tuning.tried.map(({ rate, score }) => ({ rate, loss: Number.isFinite(score) ? score : null })),
    band:
      finished.length === 0
        ? { lower: [], median: [], upper: [] }
        : { lower: at(0.25), median: at(0.5), upper: at(0.75) },
    finalLosses: runs.map(({ finalLoss }) => finalLoss),
    stepsToTarget: Number.isFinite(stepsToTarget) ? stepsToTarget : null,
    testAccuracy: accuracies.length === 0 ? null : median(accuracies),
    seconds: median(runs.map((run) => run.seconds)),
    basisSeconds: median(runs.map((run) => run.basisSeconds)),
  };
}

/** The summary without what clocks say: equal for equal settings, on every machine. */
export function withoutClocks(summary: StudySummary): StudySummary {
  return { ...summary, series: summary.series.map((series) => ({ ...series, seconds: 0, basisSeconds: 0 })) };
}
