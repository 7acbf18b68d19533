/** What the lab knows of a learning problem: its objective, where gradients are sampled, and how it is judged. */
import type { Key, Layout, Objective, SamplingDistribution, StochasticObjective } from "egop";

/** A learning problem with its data. */
export interface Task {
  /** For people: "UCI digits, 64 → 16 ReLU → 10". */
  readonly title: string;
  /** What the loss is, on which rows. */
  readonly description: string;
  /** Where the data comes from, with its license; how it was made, where it was made. */
  readonly citation: string;
  readonly model: Layout;
  /** The training loss, over all rows. */
  readonly objective: Objective;
  /** Its value alone, to the bit, where that is cheaper than with the gradient. */
  loss?(parameters: Float64Array): number;
  /** What runs train on, where that is not the whole loss: mini-batches drawn by key. */
  readonly batches?: StochasticObjective;
  /** How starts are drawn, in words. */
  readonly start: string;
  /** The distribution of starts, from which EGOP samples its points too, unless there are other `samplingPoints`. */
  readonly points: SamplingDistribution;
  readonly samplingPoints?: SamplingDistribution;
  /** What one gradient of what runs train on costs, about, in floating-point operations. */
  readonly gradientOperations: number;
  /** The rows behind the loss; none for a function that is no mean over rows. */
  readonly trainingRows?: number;
  readonly testRows?: number;
  /** Tensors whose rows are units or filters of one kind, which one basis of their columns can serve. */
  readonly sharedByRows?: readonly string[];
  /** What `objective` measures, for the axis of pictures; "training loss" unless it says otherwise. */
  readonly measure?: string;
  /** p, where theory says that the k-th eigenvalue of the EGOP falls at least as fast as k^−p. */
  readonly decay?: number;
  /** For points in the plane: what the classifier makes of them. */
  readonly plane?: Plane;
  /** The smallest value of the loss where it is known and not 0: curves show what lies above it. */
  readonly minimum?: number;
  /** The share of test rows whose class is predicted rightly, 0 to 1. */
  testAccuracy?(parameters: Float64Array): number;
}

/** A classifier of points in the plane, to be drawn. */
export interface Plane {
  /** Pictures show −extent to extent, both ways. */
  readonly extent: number;
  /** Some points of each class, x and y alternating. */
  readonly samples: { readonly positive: Float64Array; readonly negative: Float64Array };
  /** The score of each point (x and y alternating): positive means the first class. */
  scores(parameters: Float64Array, points: Float64Array): Float64Array;
  /** The score of the best classifier there is, where it is known. */
  readonly best?: (x: number, y: number) => number;
}

/** Reads the data of a task from a folder, or makes it, and builds the task; `key` draws all that is drawn. */
export type TaskLoader = (folder: string, key: Key) => Task;

/** What `initialization` does, in words. */
export const usualStart =
  "weights normal with variance 1 / inputs, biases 0; EGOP samples its points from the same distribution";

/** About how many operations the gradient of a network takes: each weight is used once forward and twice backward. */
export function networkOperations(model: Layout, rows: number): number {
  const weights = model.tensors.filter(({ shape }) => shape.length >= 2);
  return 6 * rows * weights.reduce((sum, { size }) => sum + size, 0);
}

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
