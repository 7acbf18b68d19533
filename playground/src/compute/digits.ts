/**
 * The digits network, trained live: the very task, keys and optimizers of the lab's `compare`, so that the losses are those
 * of the command line to the bit. The work is cut into short pieces, between which a worker can hear what the page wants;
 * how it is cut changes no number, for a resumed estimate or run goes on with the same bits.
 */
import {
  accumulate,
  DivergedError,
  estimateOf,
  minimize,
  randomBasis,
  reparameterize,
  type Basis,
  type EgopEstimate,
  type MomentState,
  type Objective,
} from "egop";
import { basisNames, optimizerNames, type BasisName, type OptimizerName } from "../../../lab/src/choices.ts";
import { parseDataSet } from "../../../lab/src/data-set-text.ts";
import { optimizerChoices } from "../../../lab/src/study/optimizers.ts";
import { digitsColumns, digitsNetwork, digitsTask } from "../../../lab/src/tasks/digits-network.ts";
import { keysOf, type ExperimentKeys } from "../../../lab/src/tasks/keys.ts";
import type { Task } from "../../../lab/src/tasks/task.ts";
import { startOf } from "../../../lab/src/training.ts";

export interface DigitsSettings {
  readonly seed: number;
  readonly steps: number;
  /** Gradients in the estimate. */
  readonly samples: number;
  /** Of all runs. */
  readonly rate: number;
  /** In the order of the lab's; the original coordinates and EGOP's are always there. */
  readonly bases: readonly BasisName[];
}

/** Which run of a page something belongs to. */
export interface DigitsRun {
  readonly optimizer: OptimizerName;
  readonly basis: BasisName;
}

/** The runs of a page, in the order of the command line's table. */
export function digitsRuns({ bases }: Pick<DigitsSettings, "bases">): readonly DigitsRun[] {
  return optimizerNames.flatMap((optimizer) =>
    basisNames.filter((basis) => bases.includes(basis)).map((basis) => ({ optimizer, basis })),
  );
}

/** The command that prints the same numbers. */
export function digitsCommand({ seed, steps, samples, rate, bases }: DigitsSettings): string {
  const chosen = basisNames.filter((basis) => bases.includes(basis)).map((basis) => `--basis ${basis}`);
  return (
    `npm start -- --task digits --seed ${seed} --steps ${steps} --samples ${samples} --learning-rate ${rate} ` +
    `${chosen.join(" ")} --json`
  );
}

/** What is known of the gradients. */
interface DigitsSpectrum {
  readonly eigenvalues: Float64Array;
  readonly stableRank: number;
  readonly density: number;
  /** The leading eigenvectors, one behind the other. */
  readonly leading: Float64Array;
}

/** What happens, in the order in which it happens. */
export type DigitsEvent =
  | { readonly kind: "stage"; readonly stage: "sampling" | "eigenvectors"; readonly fraction: number }
  | ({ readonly kind: "spectrum" } & DigitsSpectrum)
  | {
      readonly kind: "trained";
      /** A number in `digitsRuns`. */
      readonly run: number;
      /** The step of losses[0]. */
      readonly from: number;
      readonly losses: Float64Array;
      /** The first layer's weights, 64 × 16, in the original coordinates. */
      readonly weights: Float64Array;
      readonly divergedAt: number | undefined;
    }
  /** The shares of test digits that are told rightly at the end, by run; NaN where it diverged. */
  | { readonly kind: "finished"; readonly accuracies: Float64Array };

/** How many leading eigenvectors are shown. */
export const leadingCount = 6;
const samplesAtOnce = 24;
const stepsAtOnce = 5;

/** The task, from the text of lab/data/digits.csv. */
export function digitsFrom(text: string): Task {
  return digitsTask(digitsNetwork, parseDataSet("digits.csv", text, digitsColumns));
}

/** Everything, in pieces of a few hundredths of a second (but for the eigenvectors, which take a second or two). */
export function* trainDigits(task: Task, settings: DigitsSettings): Generator<DigitsEvent, void> {
  const keys = keysOf(settings.seed);
  const estimate = yield* sample(task, settings, keys);
  yield { kind: "stage", stage: "eigenvectors", fraction: 0 };
  const { eigenvalues, eigenvectors, stableRank } = estimate;
  const size = task.model.size;
  const leading = Float64Array.from({ length: leadingCount * size }, (_value, k) =>
    eigenvectors.get(k % size, Math.floor(k / size)),
  );
  yield { kind: "spectrum", eigenvalues, stableRank, density: estimate.density(), leading };

  const objectives = new Map<BasisName, Objective>();
  for (const basis of settings.bases) {
    const made = basisOf(basis, task, keys, estimate);
    objectives.set(basis, made === undefined ? task.objective : reparameterize(task.objective, made));
    yield { kind: "stage", stage: "eigenvectors", fraction: objectives.size / settings.bases.length };
  }
  const start = startOf(task, keys.start);
  const runs = digitsRuns(settings).map(({ optimizer, basis }, run) =>
    trainOne(objectives.get(basis) ?? task.objective, run, { ...settings, optimizer, start, keys }),
  );
  const parameters: (Float64Array | undefined)[] = runs.map(() => undefined);
  for (let going = true; going;) {
    going = false;
    for (const [run, training] of runs.entries()) {
      const next = training.next();
      if (next.done === true) parameters[run] = next.value;
      else {
        going = true;
        yield next.value;
      }
    }
  }
  const accuracies = parameters.map((each) => (each === undefined ? NaN : (task.testAccuracy?.(each) ?? NaN)));
  yield { kind: "finished", accuracies: Float64Array.from(accuracies) };
}

function* sample(
  { objective, points }: Task,
  { samples }: DigitsSettings,
  keys: ExperimentKeys,
): Generator<DigitsEvent, EgopEstimate> {
  let state: MomentState | undefined;
  for (let from = 0; from < samples; from += samplesAtOnce) {
    const to = Math.min(samples, from + samplesAtOnce);
    state = accumulate(objective, {
      ...{ points, from, to, key: keys.samples },
      ...(state === undefined ? {} : { resume: state }),
    });
    yield { kind: "stage", stage: "sampling", fraction: to / samples };
  }
  if (state === undefined) throw new RangeError(`There are ${samples} samples; expected at least 1.`);
  return estimateOf(state);
}

function basisOf(name: BasisName, task: Task, keys: ExperimentKeys, estimate: EgopEstimate): Basis | undefined {
  switch (name) {
    case "original":
      return undefined;
    case "random":
      return randomBasis(task.model, keys.rotation);
    case "egop":
      return estimate.basis();
    case "egop-by-tensor":
      return estimate.basis({ by: "tensor" });
  }
}

/** One run, a few steps at a time; returns the parameters at its end, nothing when it diverged. */
function* trainOne(
  objective: Objective,
  run: number,
  options: {
    readonly optimizer: OptimizerName;
    readonly rate: number;
    readonly steps: number;
    readonly start: Float64Array;
    readonly keys: ExperimentKeys;
  },
): Generator<DigitsEvent, Float64Array | undefined> {
  const { rate, steps, start, keys } = options;
  const choice = optimizerChoices[options.optimizer];
  if ("method" in choice) throw new RangeError(`${choice.title} has no learning rate.`);
  let parameters = start;
  let resume: ReturnType<typeof minimize>["state"] | undefined;
  for (let from = 0; from < steps; from += stepsAtOnce) {
    const here = { optimizer: choice.make(rate), key: keys.batches, steps: Math.min(stepsAtOnce, steps - from) };
    try {
      const made = minimize(objective, { ...here, ...(resume === undefined ? { start } : { resume }) });
      ({ parameters, state: resume } = made);
      // The value at the start of a piece is the one at the end of the piece before.
      const losses = from === 0 ? made.losses : made.losses.slice(1);
      yield {
        kind: "trained",
        run,
        from: from === 0 ? 0 : from + 1,
        losses,
        ...firstLayer(parameters),
        divergedAt: undefined,
      };
    } catch (error) {
      if (!(error instanceof DivergedError)) throw error;
      const losses = from === 0 ? error.losses : error.losses.slice(1);
      const { step: divergedAt } = error;
      yield {
        kind: "trained",
        run,
        from: from === 0 ? 0 : from + 1,
        losses,
        ...firstLayer(error.parameters),
        divergedAt,
      };
      return undefined;
    }
  }
  return parameters;
}

function firstLayer(parameters: Float64Array): { readonly weights: Float64Array } {
  return { weights: parameters.slice(0, firstLayerSize) };
}

/** The first layer has 64 × 16 weights, which come first among the parameters. */
export const firstLayerSize: number = 64 * digitsNetwork.hidden[0];
