/**
 * Handwritten digits: 8 × 8 pixels, ten classes, a network 64 → 16 ReLU → 10 (1,210 parameters), softmax cross-entropy
 * averaged over the full batch. Pixels are divided by 16; the first 1,437 rows train and the other 360 test.
 */
import { join } from "node:path";
import {
  affine,
  compiled,
  differentiable,
  initialization,
  layout,
  mean,
  relu,
  softmaxCrossEntropy,
  type Tensor,
} from "egop";
import { readDataSet } from "../data-set.ts";
import { DataSetError } from "../errors.ts";
import { firstRows } from "../partition.ts";
import { shareOfLargest, type Task } from "./task.ts";

const side = 8;
const brightest = 16;
const trainingRows = 1437;

type Weights = Readonly<Record<"W1" | "b1" | "W2" | "b2", Tensor>>;

function scores(p: Weights, x: Tensor): Tensor {
  return affine(relu(affine(x, p.W1, p.b1)), p.W2, p.b2);
}

/** Loads the digits. Throws DataSetError for a bad file. */
export function digits(folder: string): Task {
  const pixels = Array.from({ length: side * side }, (_, i) => `pixel_${Math.floor(i / side)}_${i % side}`);
  const data = readDataSet(join(folder, "digits.csv"), { features: pixels, label: "digit", classes: 10 });
  if (data.rows <= trainingRows)
    throw new DataSetError(
      `digits.csv has ${data.rows} rows; the first ${trainingRows} train, and the test needs more.`,
    );
  const { training, test } = firstRows({ ...data, features: data.features.map((v) => v / brightest) }, trainingRows);

  const model = layout({ W1: [64, 16], b1: [16], W2: [16, 10], b2: [10] });
  const loss = differentiable(model, { x: [training.rows, 64], label: [training.rows] }, (p, { x, label }) =>
    mean(softmaxCrossEntropy(scores(p, x), label)),
  );
  const predict = compiled(model, { x: [test.rows, 64] }, (p, { x }) => scores(p, x)).on({ x: test.features });
  return {
    title: "UCI digits, 64 → 16 ReLU → 10",
    description: `mean softmax cross-entropy on ${training.rows} rows, full batch; pixels divided by ${brightest}`,
    citation:
      "E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits, " +
      "UCI Machine Learning Repository, 1998 (its test set), CC BY 4.0",
    model,
    objective: loss.on({ x: training.features, label: training.labels }),
    points: initialization(model),
    trainingRows: training.rows,
    testRows: test.rows,
    testAccuracy: (parameters) => shareOfLargest(predict(parameters), test.labels),
  };
}
