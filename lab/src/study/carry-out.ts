/** An experiment of the list, of either kind, by its name: from its declaration to the files of its folder. */
import { experiments } from "../experiments/experiments.ts";
import { quadraticSweep } from "../experiments/quadratics.ts";
import type { Progress } from "../progress.ts";
import type { Store } from "./store.ts";
import { identityOf, runStudy, type StudyOptions } from "./study.ts";
import type { StudySummary } from "./summary.ts";
import { identityOfSweep, runSweep, type SweepSummary } from "./sweep.ts";

/** An experiment as the commands see it. */
export interface NamedExperiment {
  readonly name: string;
  readonly title: string;
  readonly question: string;
  readonly task: string;
  readonly userData?: string | undefined;
  identity(options: StudyOptions): string;
  run(
    options: StudyOptions & { readonly threads: number },
    store: Store,
    progress: Progress,
  ): Promise<StudySummary | SweepSummary>;
}

/** All experiments, in the order in which they are reported. */
export const namedExperiments: readonly NamedExperiment[] = [
  {
    ...{ name: quadraticSweep.name, title: quadraticSweep.title, question: quadraticSweep.question },
    task: "quadratics",
    identity: (options) => identityOfSweep(quadraticSweep, options),
    run: (options, store, progress) => runSweep(quadraticSweep, options, store, progress),
  },
  ...experiments.map((experiment): NamedExperiment => {
    const { name, title, question, task, userData } = experiment;
    return {
      ...{ name, title, question, task, userData },
      identity: (options) => identityOf(experiment, options),
      run: (options, store, progress) => runStudy(experiment, options, store, progress),
    };
  }),
];

export function isSweep(summary: StudySummary | SweepSummary): summary is SweepSummary {
  return "points" in summary;
}
