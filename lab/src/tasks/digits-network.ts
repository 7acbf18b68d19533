/**
 * Handwritten digits: 8 × 8 pixels, ten classes, a network with one hidden layer of ReLUs, softmax cross-entropy averaged
 * over the rows. The first 1,437 rows train and the other 360 test. Nothing here touches a file, so that a page in a
 * browser builds the very same task.
 */
import {
  affine,
  compiled,
  differentiable,
  initialization,
  layout,
  mean,
  relu,
  softmaxCrossEntropy,
  type DifferentiableLoss,
  type Tensor,
} from "egop";
import type { DataSet, DataSetDescription } from "../data-set-text.ts";
import { DataSetError } from "../errors.ts";
import { firstRows } from "../partition.ts";
import { networkOperations, shareOfLargest, usualStart, type Task } from "./task.ts";

const side = 8;
const brightest = 16;
const trainingRows = 1437;

type Weights = Readonly<Record<"W1" | "b1" | "W2" | "b2", Tensor>>;

function scores(p: Weights, x: Tensor): Tensor {
  return affine(relu(affine(x, p.W1, p.b1)), p.W2, p.b2);
}

/** What tells one network on the digits from another. */
export interface DigitsNetwork {
  readonly hidden: number;
  /** Pixels are divided by this. */
  readonly divisor: number;
  /** Rows in a mini-batch; without it, runs train on the full batch. */
  readonly batch?: number;
  readonly scheme: "lecun" | "glorot";
}

/** The columns of digits.csv. */
export const digitsColumns: DataSetDescription = {
  features: Array.from({ length: side * side }, (_, i) => `pixel_${Math.floor(i / side)}_${i % side}`),
  label: "digit",
  classes: 10,
};

/** The task of a network on the rows of digits.csv. Throws DataSetError where there are too few. */
export function digitsTask({ hidden, divisor, batch, scheme }: DigitsNetwork, data: DataSet): Task {
  if (data.rows <= trainingRows)
    throw new DataSetError(
      `digits.csv has ${data.rows} rows; the first ${trainingRows} train, and the test needs more.`,
    );
  const { training, test } = firstRows({ ...data, features: data.features.map((v) => v / divisor) }, trainingRows);

  const model = layout({ W1: [64, hidden], b1: [hidden], W2: [hidden, 10], b2: [10] });
  const lossOn = (rows: number): DifferentiableLoss<{ x: [number, number]; label: [number] }> =>
    differentiable(model, { x: [rows, 64], label: [rows] }, (p, { x, label }) =>
      mean(softmaxCrossEntropy(scores(p, x), label)),
    );
  const predict = compiled(model, { x: [test.rows, 64] }, (p, { x }) => scores(p, x)).on({ x: test.features });
  const rows = { x: training.features, label: training.labels };
  const batches = batch === undefined ? "full batch" : `mini-batches of ${batch}`;
  return {
    title: `UCI digits, 64 → ${hidden} ReLU → 10`,
    description:
      `mean softmax cross-entropy on ${training.rows} rows, ${batches}; ` +
      (divisor === 1 ? "raw pixels" : `pixels divided by ${divisor}`),
    citation:
      "E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits, " +
      "UCI Machine Learning Repository, 1998 (its test set), CC BY 4.0",
    model,
    objective: lossOn(training.rows).on(rows),
    ...(batch === undefined ? {} : { batches: lossOn(batch).onBatches(rows) }),
    points: initialization(model, { scheme }),
    start:
      scheme === "lecun" ? usualStart : "Glorot's normal weights, biases 0; EGOP samples from the same distribution",
    gradientOperations: networkOperations(model, batch ?? training.rows),
    trainingRows: training.rows,
    testRows: test.rows,
    testAccuracy: (parameters) => shareOfLargest(predict(parameters), test.labels),
  };
}

/** The main job: 16 hidden units (1,210 parameters), full batch, pixels divided by 16. */
export const digitsNetwork: DigitsNetwork = { hidden: 16, divisor: brightest, scheme: "lecun" };

/** The paper's network and settings: 32 hidden units, raw pixels, mini-batches of 300, Xavier's start. */
export const digitsPaperNetwork: DigitsNetwork = { hidden: 32, divisor: 1, batch: 300, scheme: "glorot" };
