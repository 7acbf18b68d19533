/** One run of a study as plain data in and out, for a worker thread. It depends on its input alone. */
import { performance } from "node:perf_hooks";
import { DivergedError, type Basis, type EgopEstimate } from "egop";
import { keysOf } from "../tasks/keys.ts";
import { loadTask } from "../tasks/load.ts";
import type { TaskName } from "../choices.ts";
import type { Task } from "../tasks/task.ts";
import { train, trainByDescent } from "../training.ts";
import { estimateOf, makeBasis, type Origin, type StudiedBasis } from "./bases.ts";
import { optimizerChoices, type StudiedOptimizer } from "./optimizers.ts";

/** All that a run depends on. */
export interface RunInput {
  readonly task: TaskName;
  readonly folder: string;
  readonly seed: number;
  readonly optimizer: StudiedOptimizer;
  readonly basis: StudiedBasis;
  readonly rate: number;
  readonly steps: number;
  readonly samplesPerParameter: number;
}

/** What is kept of a run. */
export interface RunOutput {
  /** The loss at the steps of `curveSteps`; up to where it was finite, for a run that diverged. */
  readonly curve: readonly number[];
  /** The loss after the last step; null when the run diverged. */
  readonly finalLoss: number | null;
  readonly testAccuracy: number | null;
  /** Of the run alone. */
  readonly seconds: number;
  /** Of the estimate and the basis, measured once per thread and seed. */
  readonly basisSeconds: number;
}

/** Points of a curve that are kept. */
const curvePoints = 80;

/** The steps at which a curve of so many steps is kept: 0, then about evenly, and the last. */
export function curveSteps(steps: number): number[] {
  const count = Math.min(curvePoints, steps);
  return [...new Set(Array.from({ length: count + 1 }, (_value, k) => Math.round((k * steps) / count)))];
}

/** What a thread keeps between runs of one seed. */
interface Prepared {
  readonly origin: Origin;
  readonly bases: Map<StudiedBasis, { readonly basis: Basis | undefined; readonly seconds: number }>;
}

/** Makes the function that does runs; it remembers tasks and bases of the last seeds. */
export function runner(): (input: RunInput, onProgress: (fraction: number) => void) => RunOutput {
  const seedsKept = 2;
  const prepared = new Map<string, Prepared>();
  return (input, onProgress) => {
    const name = JSON.stringify([input.task, input.folder, input.seed, input.samplesPerParameter]);
    const known = prepared.get(name) ?? prepare(input);
    prepared.delete(name);
    prepared.set(name, known);
    for (const oldest of [...prepared.keys()].slice(0, -seedsKept)) prepared.delete(oldest);
    return run(input, known, onProgress);
  };
}

function prepare({ task: name, folder, seed, samplesPerParameter }: RunInput): Prepared {
  const task: Task = loadTask({ name, seed, folder });
  const keys = keysOf(seed);
  const samples = Math.max(1, Math.round(samplesPerParameter * task.model.size));
  let estimate: EgopEstimate | undefined;
  const origin = { task, keys, samples, estimate: () => (estimate ??= estimateOf({ task, keys, samples })) };
  return { origin, bases: new Map() };
}

function run(input: RunInput, { origin, bases }: Prepared, onProgress: (fraction: number) => void): RunOutput {
  const { optimizer, rate, steps } = input;
  const made = bases.get(input.basis) ?? timed(() => makeBasis(input.basis, origin));
  bases.set(input.basis, made);
  const { task, keys } = origin;
  const begin = performance.now();
  const seconds = (): number => (performance.now() - begin) / 1000;
  try {
    const chosen = optimizerChoices[optimizer];
    const common = { basis: made.basis, steps, startKey: keys.start, onProgress };
    const { losses, parameters } =
      "method" in chosen
        ? trainByDescent(task, { ...common, method: chosen.method() })
        : train(task, { ...common, optimizer: chosen.make(rate), batchKey: keys.batches });
    return {
      curve: curveSteps(steps).map((step) => losses[step]),
      finalLoss: losses[steps],
      testAccuracy: task.testAccuracy?.(parameters) ?? null,
      ...{ seconds: seconds(), basisSeconds: made.seconds },
    };
  } catch (error) {
    if (!(error instanceof DivergedError)) throw error;
    const curve = curveSteps(steps).filter((step) => step < error.losses.length);
    const { minimum = 0 } = task;
    return {
      curve: curve.map((step) => error.losses[step] - minimum),
      ...{ finalLoss: null, testAccuracy: null, seconds: seconds(), basisSeconds: made.seconds },
    };
  }
}

function timed(make: () => Basis | undefined): { readonly basis: Basis | undefined; readonly seconds: number } {
  const begin = performance.now();
  const basis = make();
  return { basis, seconds: (performance.now() - begin) / 1000 };
}
