/** What a study came to, as plain data: the numbers that are committed, drawn and compared. */
import type { Experiment } from "../experiments/experiment.ts";
import type { Plane, Task } from "../tasks/task.ts";
import { gridPoints } from "./boundary.ts";
import { claimsOfRuns } from "./claims-of-runs.ts";
import { gainOver } from "./gain.ts";
import type { Findings } from "./look.ts";
import { rateOf } from "./tune.ts";
import { median, quantile } from "./statistics.ts";
import type { Series, SeriesSummary } from "./series.ts";

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
  readonly firstSeed: number;
  /** What the losses are: "training loss". */
  readonly measure: string;
  readonly curveSteps: readonly number[];
  readonly series: readonly SeriesSummary[];
  /** The spectrum, the predicted gain, and the claims about the task alone. */
  readonly findings: Omit<Findings, "claims">;
  /** All claims: those of the task, then those that the runs bear out or not. */
  readonly claims: Findings["claims"];
  /** The plane that boundaries are drawn in. */
  readonly plane?: DrawnPlane;
}

/** What of a plane is drawn beside what runs have learned. */
export interface DrawnPlane {
  readonly extent: number;
  readonly positive: readonly number[];
  readonly negative: readonly number[];
  /** The best classifier's scores on the grid. */
  readonly best: readonly number[] | null;
}

/** What a study has found, before it is summed up. */
export interface Found {
  readonly task: Task;
  readonly findings: Findings;
  readonly series: readonly Series[];
}

/** Medians, quartiles and targets of all series. */
export function summarize(
  experiment: Experiment,
  how: Pick<StudySummary, "seeds" | "firstSeed" | "steps" | "curveSteps">,
  { task, findings, series: all }: Found,
): StudySummary {
  const series = all.map((each) => summaryOf(each, all, how.curveSteps));
  const { claims, ...rest } = findings;
  return {
    ...{ experiment: experiment.name, title: experiment.title, question: experiment.question, task: task.title },
    ...{ description: task.description, citation: task.citation, start: task.start, parameters: task.model.size },
    ...{ samplesPerParameter: experiment.samplesPerParameter, measure: task.measure ?? "training loss", ...how },
    series,
    findings: rest,
    claims: [...claims, ...claimsOfRuns(series, rest)],
    ...(task.plane === undefined ? {} : { plane: drawn(task.plane) }),
  };
}

function drawn({ extent, samples, best }: Plane): DrawnPlane {
  const rounded = (values: Float64Array): number[] => Array.from(values, (value) => Number(value.toFixed(3)));
  const grid = gridPoints(extent);
  return {
    extent,
    positive: rounded(samples.positive),
    negative: rounded(samples.negative),
    best:
      best === undefined
        ? null
        : Array.from({ length: grid.length / 2 }, (_value, i) =>
            Number(best(grid[2 * i], grid[2 * i + 1]).toPrecision(3)),
          ),
  };
}

function summaryOf(series: Series, all: readonly Series[], steps: readonly number[]): SeriesSummary {
  const { optimizer, basis, tuning, runs, boundary } = series;
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
    gain: original === undefined ? null : gainOver(original.runs, runs, steps),
    testAccuracy: accuracies.length === 0 ? null : median(accuracies),
    basisBytes: runs[0].basisBytes,
    sampleBytes: runs[0].sampleBytes,
    ...(boundary === null ? {} : { boundary }),
    seconds: median(runs.map((run) => run.seconds)),
    basisSeconds: median(runs.map((run) => run.basisSeconds)),
  };
}

/** The summary without what clocks say: equal for equal settings, on every machine. */
export function withoutClocks(summary: StudySummary): StudySummary {
  return { ...summary, series: summary.series.map((series) => ({ ...series, seconds: 0, basisSeconds: 0 })) };
}
