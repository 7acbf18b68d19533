/** One run of a study as plain data in and out, for a worker thread. It depends on its input alone. */
import { performance } from "node:perf_hooks";
import { DivergedError, type EgopEstimate } from "egop";
import { keysOf } from "../tasks/keys.ts";
import { loadTask, type TaskName } from "../tasks/load.ts";
import type { Task } from "../tasks/task.ts";
import { curveSteps, train, trainByDescent, type Training } from "../training.ts";
import { estimateOf, makeCoordinates, type Origin, type StudiedBasis, type StudiedCoordinates } from "./bases.ts";
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
  /** What the basis keeps, and the gradients that it was made of. */
  readonly basisBytes: number;
  readonly sampleBytes: number;
}

/** What a thread keeps between runs of one seed. */
export interface Prepared {
  readonly origin: Origin;
  readonly coordinates: Map<string, TimedCoordinates>;
}

type TimedCoordinates = StudiedCoordinates & { readonly seconds: number };

/** The part of an input that says what can be kept for other runs. */
export type SeedInput = Pick<RunInput, "task" | "folder" | "seed" | "samplesPerParameter">;

/** Makes the function that prepares seeds; it remembers tasks and coordinates of the last two. */
export function preparer(): (input: SeedInput) => Prepared {
  const seedsKept = 2;
  const prepared = new Map<string, Prepared>();
  return (input) => {
    const name = JSON.stringify([input.task, input.folder, input.seed, input.samplesPerParameter]);
    const known = prepared.get(name) ?? prepare(input);
    prepared.delete(name);
    prepared.set(name, known);
    for (const oldest of [...prepared.keys()].slice(0, -seedsKept)) prepared.delete(oldest);
    return known;
  };
}

/** Makes the function that does runs, for `carryOut`; it may be told how to share what it prepares. */
export function runner(
  prepareSeed: (input: SeedInput) => Prepared = preparer(),
): (input: RunInput, onProgress: (fraction: number) => void) => RunOutput {
  return (input, onProgress) => run(input, prepareSeed(input), onProgress);
}

function prepare({ task: name, folder, seed, samplesPerParameter }: SeedInput): Prepared {
  const task: Task = loadTask({ name, seed, folder });
  const keys = keysOf(seed);
  const samples = Math.max(1, Math.round(samplesPerParameter * task.model.size));
  let estimate: EgopEstimate | undefined;
  const origin = { task, keys, samples, estimate: () => (estimate ??= estimateOf({ task, keys, samples })) };
  return { origin, coordinates: new Map() };
}

function run(input: RunInput, prepared: Prepared, onProgress: (fraction: number) => void): RunOutput {
  const { task } = prepared.origin;
  const { steps } = input;
  const { basis, renewal, seconds: basisSeconds } = coordinatesOf(input, prepared);
  // The basis, and the sampled gradients that it is made of.
  const bytes = memoryOf(input, prepared, basis?.cost.bytes ?? 0);
  const begin = performance.now();
  const seconds = (): number => (performance.now() - begin) / 1000;
  try {
    const { losses, parameters } = trained(input, prepared, { basis, renewal }, onProgress);
    return {
      curve: curveSteps(steps).map((step) => losses[step]),
      finalLoss: losses[steps],
      testAccuracy: task.testAccuracy?.(parameters) ?? null,
      ...{ seconds: seconds(), basisSeconds, ...bytes },
    };
  } catch (error) {
    if (!(error instanceof DivergedError)) throw error;
    // Where another measure than the trained loss is looked at, nothing is known of it up to there.
    const curve = curveSteps(steps).filter((step) => step < error.losses.length && task.batches === undefined);
    const { minimum = 0 } = task;
    return {
      curve: curve.map((step) => error.losses[step] - minimum),
      ...{ finalLoss: null, testAccuracy: null, seconds: seconds(), basisSeconds, ...bytes },
    };
  }
}

function coordinatesOf(input: RunInput, { origin, coordinates }: Prepared): TimedCoordinates {
  // Only renewed bases know of the steps.
  const name = `${input.basis} ${input.basis === "renewed" || input.basis === "restarted" ? input.steps : ""}`;
  const known = coordinates.get(name);
  if (known !== undefined) return known;
  const begin = performance.now();
  const made = makeCoordinates(input.basis, origin, input.steps);
  const timed = { ...made, seconds: (performance.now() - begin) / 1000 };
  coordinates.set(name, timed);
  return timed;
}

/** The run itself. DivergedError passes through. */
export function trained(
  { optimizer, rate, steps }: Pick<RunInput, "optimizer" | "rate" | "steps">,
  { origin: { task, keys } }: Prepared,
  coordinates: StudiedCoordinates,
  onProgress: (fraction: number) => void,
): Training {
  const chosen = optimizerChoices[optimizer];
  const common = { ...coordinates, steps, startKey: keys.start, onProgress };
  return "method" in chosen
    ? trainByDescent(task, { ...common, method: chosen.method() })
    : train(task, { ...common, optimizer: chosen.make(rate), batchKey: keys.batches });
}

function memoryOf(
  { basis }: RunInput,
  { origin: { task, samples } }: Prepared,
  basisBytes: number,
): { readonly basisBytes: number; readonly sampleBytes: number } {
  const sampled = basis !== "original" && basis !== "random";
  return { basisBytes, sampleBytes: sampled ? 8 * samples * task.model.size : 0 };
}
