/** What the lab knows of a learning problem: its objective, where gradients are sampled, and how it is judged. */
import type { Key, Layout, Objective, SamplingDistribution } from "egop";

/** A learning problem with its data. */
export interface Task {
  /** For people: "UCI digits, 64 → 16 ReLU → 10". */
  readonly title: string;
  /** What the loss is, on which rows. */
  readonly description: string;
  /** Where the data comes from, with its license. */
  readonly citation: string;
  readonly model: Layout;
  /** The training loss. */
  readonly objective: Objective;
  /** The distribution of starts, from which EGOP samples its points too. */
  readonly points: SamplingDistribution;
  readonly trainingRows: number;
  readonly testRows: number;
  /** The share of test rows whose class is predicted rightly, 0 to 1. */
  testAccuracy(parameters: Float64Array): number;
}

/** Reads the data of a task from a folder and builds it; `key` draws the partition where the task has none of its own. */
export type TaskLoader = (folder: string, key: Key) => Task;

/** The share of rows in which the largest of the row's scores stands at the label's place. */
export function shareOfLargest(scores: Float64Array, labels: Float64Array): number {
  const classes = scores.length / labels.length;
  let right = 0;
  labels.forEach((label, row) => {
    const own = scores.subarray(row * classes, (row + 1) * classes);
    if (own.indexOf(own.reduce((largest, score) => Math.max(largest, score), -Infinity)) === label) right++;
  });
  return right / labels.length;
}
