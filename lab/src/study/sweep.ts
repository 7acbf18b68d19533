/** A grid of small experiments that differ in their numbers, and how the gain depends on these. */
import type { Sweep } from "../experiments/quadratics.ts";
import type { Progress } from "../progress.ts";
import type { StudiedOptimizer } from "./optimizers.ts";
import type { Store } from "./store.ts";
import { carryOut, expectedRuns, withThreads, type StudyOptions } from "./study.ts";

/** One point of the grid. */
export interface SweepPoint {
  readonly decay: number;
  readonly spread: number;
  /** Of the leading eigenvector. */
  readonly density: number;
  readonly rootStableRank: number;
  readonly predictedGain: number | null;
  readonly gains: Readonly<Partial<Record<StudiedOptimizer, number | null>>>;
}

export interface SweepSummary {
  readonly experiment: string;
  readonly title: string;
  readonly question: string;
  readonly optimizers: readonly StudiedOptimizer[];
  readonly parameters: number;
  readonly steps: number;
  readonly seeds: number;
  readonly firstSeed: number;
  readonly points: readonly SweepPoint[];
}

/** As `identityOf` for a study. */
export function identityOfSweep({ name, cases }: Sweep, { steps }: StudyOptions): string {
  const { samplesPerParameter, steps: declared } = cases[0].experiment;
  return JSON.stringify({ format: 2, name, samplesPerParameter, steps: steps ?? declared });
}

/** Runs all of its cases on worker threads. */
export async function runSweep(
  sweep: Sweep,
  options: StudyOptions & { readonly threads: number },
  store: Store,
  progress: Progress,
): Promise<SweepSummary> {
  const { name, title, question, optimizers, cases } = sweep;
  progress.say(`${title}: ${cases.length} of them`);
  progress.plan(cases.reduce((sum, { experiment }) => sum + expectedRuns(experiment, options), 0));
  if (store.found > 0) progress.say(`${store.found} finished runs found`);
  const quiet = { ...progress, say: () => undefined };
  try {
    const summaries = await withThreads(options.threads, (execute) =>
      Promise.all(
        cases.map(({ experiment }) =>
          carryOut(experiment, options, { store: within(store, experiment.name), progress: quiet, execute }),
        ),
      ),
    );
    const { parameters, steps, seeds, firstSeed } = summaries[0];
    return {
      ...{ experiment: name, title, question, optimizers, parameters, steps, seeds, firstSeed },
      points: summaries.map(({ findings, series }, index) => ({
        decay: cases[index].decay,
        spread: cases[index].spread,
        density: findings.density,
        rootStableRank: findings.rootStableRank,
        predictedGain: findings.gain?.value ?? null,
        gains: Object.fromEntries(
          series.filter(({ basis }) => basis === "egop").map(({ optimizer, gain }) => [optimizer, gain]),
        ),
      })),
    };
  } finally {
    progress.end();
  }
}

/** A part of a store, for keys of its own. */
function within(store: Store, part: string): Store {
  return {
    find: (key) => store.find(`${part} ${key}`),
    keep: (key, result) => store.keep(`${part} ${key}`, result),
    found: 0,
    close: () => undefined,
  };
}
