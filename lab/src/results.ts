/** What an experiment found, as plain data: the table, the JSON document, the report and the figure are drawn from it. */
import type { BasisName, OptimizerName, TaskName } from "./choices.ts";

/** One optimizer in one basis at its best learning rate. */
export interface RunResult {
  readonly optimizer: OptimizerName;
  readonly basis: BasisName;
  readonly learningRate: number;
  /** losses[t] is the training loss after t steps; steps + 1 numbers. */
  readonly losses: readonly number[];
  /** The first step at which the loss is at most the final loss of the same optimizer in original coordinates, or null. */
  readonly stepsToTarget: number | null;
  /** Of this run alone, plus the estimate and the decomposition where the basis comes from EGOP. */
  readonly seconds: number;
  /** The part of `seconds` that went into the basis. */
  readonly basisSeconds: number;
  /** Null where a task has no test. */
  readonly testAccuracy: number | null;
  /** Rates of the grid at which the run did not stay finite. */
  readonly diverged: readonly number[];
  /** The end of the grid at which the best rate stands, if any. */
  readonly edge: "lowest" | "highest" | undefined;
  /** False for original coordinates that were only run to have a target. */
  readonly requested: boolean;
}

/** What the gradients said. */
export interface EgopResult {
  readonly samples: number;
  /** Of the estimate and its eigendecomposition. */
  readonly seconds: number;
  readonly stableRank: number;
  readonly rootStableRank: number;
  /** ‖v₁‖₁²/d of the leading eigenvector: 1/d along an axis, about 0.64 for a random direction. */
  readonly density: number;
  /** Descending. */
  readonly eigenvalues: readonly number[];
}

export interface Results {
  readonly task: TaskName;
  readonly title: string;
  readonly description: string;
  readonly citation: string;
  readonly parameters: number;
  /** How starts are drawn. */
  readonly start: string;
  readonly trainingRows: number | undefined;
  readonly testRows: number | undefined;
  readonly seed: number;
  readonly steps: number;
  readonly threads: number;
  readonly learningRates: Readonly<Record<OptimizerName, readonly number[]>>;
  readonly egop: EgopResult;
  /** By optimizer, then by basis, original coordinates first. */
  readonly runs: readonly RunResult[];
  /** Of the whole experiment by the clock on the wall. */
  readonly seconds: number;
}

/** The runs that were asked for. */
export function requestedRuns({ runs }: Results): readonly RunResult[] {
  return runs.filter(({ requested }) => requested);
}

/** The run of an optimizer in a basis; undefined when it was not made. */
export function runOf({ runs }: Results, optimizer: OptimizerName, basis: BasisName): RunResult | undefined {
  return runs.find((run) => run.optimizer === optimizer && run.basis === basis);
}

export function finalLoss({ losses }: RunResult): number {
  return losses[losses.length - 1];
}

/** The steps at which tables show the loss: an eighth, a quarter, half and all of them, without repetition. */
export function milestones(steps: number): readonly number[] {
  return [...new Set([8, 4, 2, 1].map((part) => Math.max(1, Math.round(steps / part))))];
}

/** The document that --json prints. All numbers are finite. */
export function toJson(results: Results): string {
  const { samples, seconds, stableRank, eigenvalues } = results.egop;
  return JSON.stringify({
    task: results.task,
    parameters: results.parameters,
    egop: { samples, seconds, stableRank, eigenvalues },
    runs: requestedRuns(results).map((run) => ({
      optimizer: run.optimizer,
      basis: run.basis,
      learningRate: run.learningRate,
      losses: run.losses,
      stepsToTarget: run.stepsToTarget,
      seconds: run.seconds,
      testAccuracy: run.testAccuracy,
    })),
  });
}
