/**
 * Handwritten digits: 8 × 8 pixels, ten classes, a network with hidden layers of ReLUs, softmax cross-entropy averaged
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
import { firstRows, type Partition } from "../partition.ts";
import { networkOperations, shareOfLargest, usualStart, type Task } from "./task.ts";

const side = 8;
const brightest = 16;
const trainingRows = 1437;

/** Weights W1, b1, W2, b2, …: an affine map for each layer, ReLUs between. */
function scores(p: Readonly<Record<string, Tensor>>, x: Tensor, layers: number): Tensor {
  const inner = Array.from({ length: layers - 1 }, (_v, k) => k + 1);
  const hidden = inner.reduce((value, k) => relu(affine(value, p[`W${k}`], p[`b${k}`])), x);
  return affine(hidden, p[`W${layers}`], p[`b${layers}`]);
}

/** What tells one network on the digits from another. */
export interface DigitsNetwork {
  /** The hidden layers' units. */
  readonly hidden: readonly number[];
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

/** The two parts of the rows of digits.csv, pixels divided by `divisor`. Throws DataSetError where there are too few. */
export function digitsParts(data: DataSet, divisor: number): Partition & { readonly citation: string } {
  if (data.rows <= trainingRows)
    throw new DataSetError(
      `digits.csv has ${data.rows} rows; the first ${trainingRows} train, and the test needs more.`,
    );
  return {
    ...firstRows({ ...data, features: data.features.map((v) => v / divisor) }, trainingRows),
    citation:
      "E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits, " +
      "UCI Machine Learning Repository, 1998 (its test set), CC BY 4.0",
  };
}

/** The task of a network on the rows of digits.csv. Throws DataSetError where there are too few. */
export function digitsTask({ hidden, divisor, batch, scheme }: DigitsNetwork, data: DataSet): Task {
  const { training, test, citation } = digitsParts(data, divisor);
  const widths = [side * side, ...hidden, 10];
  const layers = widths.length - 1;
  const shapes = widths
    .slice(1)
    .flatMap((width, k) => [[`W${k + 1}`, [widths[k], width]] as const, [`b${k + 1}`, [width]] as const]);
  const model = layout(Object.fromEntries<readonly number[]>(shapes));
  type Rows = { readonly x: Tensor; readonly label: Tensor };
  const meanLoss = (p: Readonly<Record<string, Tensor>>, { x, label }: Rows): Tensor =>
    mean(softmaxCrossEntropy(scores(p, x, layers), label));
  const lossOn = (rows: number): DifferentiableLoss<{ x: [number, number]; label: [number] }> =>
    differentiable(model, { x: [rows, 64], label: [rows] }, meanLoss);
  const predict = compiled(model, { x: [test.rows, 64] }, (p, { x }) => scores(p, x, layers)).on({
    x: test.features,
  });
  const rows = { x: training.features, label: training.labels };
  /** Runs on mini-batches look at the whole loss now and then. */
  const wholeLoss = (): ((parameters: Float64Array) => number) => {
    const forward = compiled(model, { x: [training.rows, 64], label: [training.rows] }, meanLoss).on(rows);
    return (parameters) => forward(parameters)[0];
  };
  const batches = batch === undefined ? "full batch" : `mini-batches of ${batch}`;
  return {
    title: `UCI digits, 64 → ${hidden.map((units) => `${units} ReLU → `).join("")}10`,
    description:
      `mean softmax cross-entropy on ${training.rows} rows, ${batches}; ` +
      (divisor === 1 ? "raw pixels" : `pixels divided by ${divisor}`),
    citation,
    model,
    objective: lossOn(training.rows).on(rows),
    ...(batch === undefined ? {} : { batches: lossOn(batch).onBatches(rows), loss: wholeLoss() }),
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
export const digitsNetwork: DigitsNetwork = { hidden: [16], divisor: brightest, scheme: "lecun" };

/** The paper's network and settings: 32 hidden units, raw pixels, mini-batches of 300, Xavier's start. */
export const digitsPaperNetwork: DigitsNetwork = { hidden: [32], divisor: 1, batch: 300, scheme: "glorot" };

/** Two hidden layers, 50,826 parameters: too many for a dense basis. */
export const digitsLargeNetwork: DigitsNetwork = {
  ...{ hidden: [256, 128], divisor: brightest, batch: 256, scheme: "lecun" },
};
