/**
 * One run of an optimizer on a task, in a basis: what the command line and the studies both measure. Curves show the loss
 * over all rows, less the task's minimum where that is known.
 */
import {
  descend,
  minimize,
  minimizeWithRefresh,
  reparameterize,
  type Basis,
  type DescentMethod,
  type GradientTransformation,
  type Key,
  type Objective,
  type SamplingDistribution,
  type SquaresRule,
  type StepProgress,
} from "egop";
import type { Task } from "./tasks/task.ts";

/** How a run is made. */
export interface TrainingOptions {
  readonly optimizer: GradientTransformation;
  /** Undefined is the original coordinates. */
  readonly basis?: Basis | undefined;
  /** In the place of a basis: EGOP's, renewed on the way. */
  readonly renewal?: Renewal | undefined;
  readonly steps: number;
  /** Draws the start. */
  readonly startKey: Key;
  /** Draws the mini-batches, where the task has such. */
  readonly batchKey: Key;
  readonly onProgress?: (fraction: number) => void;
}

/** A basis that is made at the start and again every so many steps, from gradients around where the run is. */
export interface Renewal {
  readonly every: number;
  readonly samples: number;
  /** What becomes of the optimizer's averages of squares. */
  readonly squares: SquaresRule;
}

/** What came of it. */
export interface Training {
  /** losses[t] is the loss after t steps; with mini-batches it is looked at where `curveSteps` says, and stays as it was between. */
  readonly losses: Float64Array;
  readonly parameters: Float64Array;
}

/** Points of a curve that are kept, the start aside. */
const curvePoints = 80;

/** The steps at which a curve of so many steps is kept: 0, then about evenly, and the last. */
export function curveSteps(steps: number): number[] {
  const count = Math.min(curvePoints, steps);
  return [...new Set(Array.from({ length: count + 1 }, (_value, k) => Math.round((k * steps) / count)))];
}

/** Draws the start of a run. */
export function startOf(task: Task, key: Key): Float64Array {
  const start = new Float64Array(task.model.size);
  task.points.draw(key, start, 0);
  return start;
}

/** The same for a method that finds its own steps; it always sees all rows. A run that ends early stays where it is. */
export function trainByDescent(
  task: Task,
  options: Omit<TrainingOptions, "optimizer" | "batchKey" | "renewal"> & { readonly method: DescentMethod<Objective> },
): Training {
  const { method, basis, steps, startKey, onProgress } = options;
  const objective = basis === undefined ? task.objective : reparameterize(task.objective, basis);
  const run = descend(objective, {
    start: startOf(task, startKey),
    method,
    steps,
    onStep: ({ step }) => onProgress?.(step / steps),
  });
  const { minimum = 0 } = task;
  const last = run.losses[run.losses.length - 1];
  const losses = Float64Array.from({ length: steps + 1 }, (_value, t) => (run.losses[t] ?? last) - minimum);
  return { losses, parameters: run.parameters };
}

/** Makes one run. DivergedError, when something is not finite, passes through. */
export function train(task: Task, options: TrainingOptions): Training {
  const { optimizer, basis, renewal, steps, startKey, batchKey, onProgress } = options;
  const trained = task.batches ?? task.objective;
  const whole = new Float64Array(task.batches === undefined ? 0 : steps + 1);
  const looks = new Set(curveSteps(steps));
  const point = new Float64Array(task.model.size);
  const unused = new Float64Array(task.model.size);
  const lossAt = (parameters: Float64Array): number =>
    task.loss?.(parameters) ?? task.objective.valueAndGradient(parameters, unused);
  const run = {
    start: startOf(task, startKey),
    optimizer,
    steps,
    key: batchKey,
    onStep: (progress: StepProgress) => {
      const { step } = progress;
      if (whole.length > 0) whole[step] = looks.has(step) ? lossAt(progress.parameters(point)) : whole[step - 1];
      onProgress?.(step / steps);
    },
  };
  const { losses, parameters } =
    renewal === undefined
      ? minimize(basis === undefined ? trained : reparameterize(trained, basis), run)
      : minimizeWithRefresh(trained, {
          ...run,
          every: renewal.every,
          samples: renewal.samples,
          squares: renewal.squares,
          points: (parameters) => around(parameters, task),
        });
  const { minimum = 0 } = task;
  return { losses: (whole.length > 0 ? whole : losses).map((loss) => loss - minimum), parameters };
}

/** The task's own draws, moved to where a run is: what the paper samples when it renews a basis. */
function around(parameters: Float64Array, { points }: Task): SamplingDistribution {
  return {
    dimension: points.dimension,
    draw(key, out, index): void {
      points.draw(key, out, index);
      for (let i = 0; i < out.length; i++) out[i] += parameters[i];
    },
  };
}
