/**
 * The handwritten digits by a small convolutional network: four filters of 3 × 3 without padding, ReLU, the mean of each
 * 2 × 2, and one dense layer to the ten classes (410 parameters). Full batch, pixels divided by 16.
 */
import {
  add,
  affine,
  averagePool,
  compiled,
  conv2d,
  differentiable,
  initialization,
  layout,
  mean,
  relu,
  reshape,
  softmaxCrossEntropy,
  type Tensor,
} from "egop";
import { digitsParts } from "./digits-network.ts";
import { readDigits } from "./digits.ts";
import { shareOfLargest, usualStart, type Task } from "./task.ts";

const filters = 4;
const window = 3;
/** Pixels of a side of the picture, of what the filters make of it, and of that after pooling. */
const side = 8;
const filtered = side - window + 1;
const pooled = filtered / 2;

const model = layout({
  ...{ K: [filters, 1, window, window], c: [filters, 1, 1] },
  ...{ W: [filters * pooled * pooled, 10], b: [10] },
});

function scores(p: Readonly<Record<"K" | "c" | "W" | "b", Tensor>>, x: Tensor, rows: number): Tensor {
  const features = averagePool(relu(add(conv2d(x, p.K), p.c)), { window: 2 });
  return affine(reshape(features, [rows, filters * pooled * pooled]), p.W, p.b);
}

/** Loads the digits. Throws DataSetError for a bad file. */
export function digitsConvolution(folder: string): Task {
  const { training, test, citation } = digitsParts(readDigits(folder), 16);
  const shapeOf = (rows: number): [number, number, number, number] => [rows, 1, side, side];
  const inputs = { x: shapeOf(training.rows), label: [training.rows] as [number] };
  const loss = differentiable(model, inputs, (p, { x, label }) =>
    mean(softmaxCrossEntropy(scores(p, x, training.rows), label)),
  );
  const predict = compiled(model, { x: shapeOf(test.rows) }, (p, { x }) => scores(p, x, test.rows));
  const predicted = predict.on({ x: test.features });
  return {
    title: `UCI digits, ${filters} filters of ${window} × ${window} → 10`,
    description: `mean softmax cross-entropy on ${training.rows} rows, full batch; pixels divided by 16`,
    citation,
    model,
    objective: loss.on({ x: training.features, label: training.labels }),
    points: initialization(model),
    start: usualStart,
    gradientOperations: 6 * training.rows * filters * (filtered * filtered * window * window + 10 * pooled * pooled),
    trainingRows: training.rows,
    testRows: test.rows,
    sharedByRows: ["K"],
    testAccuracy: (parameters) => shareOfLargest(predicted(parameters), test.labels),
  };
}
