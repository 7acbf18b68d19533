/**
 * Images of 28 × 28 pixels in ten classes, from the usual IDX files when the user has them (MNIST, Fashion-MNIST): the
 * network 784 → 100 ReLU → 10 of the low-rank follow-up (79,510 parameters), mini-batches of 300, normal weights.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  affine,
  compiled,
  differentiable,
  gaussian,
  layout,
  mean,
  relu,
  softmaxCrossEntropy,
  type DifferentiableLoss,
  type Tensor,
} from "egop";
import { DataSetError } from "../errors.ts";
import { readIdx } from "../idx.ts";
import { networkOperations, shareOfLargest, type Task } from "./task.ts";

const hidden = 100;
const batch = 300;
/** The whole training loss is judged on this many rows. */
const judgedRows = 3000;
const classes = 10;
const brightest = 255;

interface Images {
  readonly rows: number;
  readonly width: number;
  readonly pixels: Float64Array;
  readonly labels: Float64Array;
}

function readImages(folder: string, name: "train" | "t10k"): Images {
  const find = (part: string): string => {
    const path = join(folder, `${name}-${part}`);
    return existsSync(path) ? path : `${path}.gz`;
  };
  const images = readIdx(find("images-idx3-ubyte"), 3);
  const labels = readIdx(find("labels-idx1-ubyte"), 1);
  const [rows, height, width] = images.shape;
  if (labels.shape[0] !== rows)
    throw new DataSetError(`${name}: there are ${rows} images but ${labels.shape[0]} labels.`);
  const wrong = labels.data.findIndex((label) => label >= classes);
  if (wrong >= 0) throw new DataSetError(`${name}: label ${wrong} is ${labels.data[wrong]}; expected 0 to 9.`);
  return {
    ...{ rows, width: height * width },
    pixels: Float64Array.from(images.data, (value) => value / brightest),
    labels: Float64Array.from(labels.data),
  };
}

/** A data set in `subfolder` of the data folder. Throws DataSetError when its files are not there or are wrong. */
export function images(title: string, subfolder: string): (folder: string) => Task {
  return (folder) => {
    const place = join(folder, subfolder);
    if (!existsSync(place))
      throw new DataSetError(
        `${title} does not come with the lab: put its four IDX files (train-images-idx3-ubyte, …) into ${place}.`,
      );
    const training = readImages(place, "train");
    const test = readImages(place, "t10k");
    if (training.width !== test.width || training.rows < batch)
      throw new DataSetError(`${subfolder}: ${training.rows} rows of ${training.width} pixels do not fit the test's.`);
    const model = layout({ W1: [training.width, hidden], b1: [hidden], W2: [hidden, classes], b2: [classes] });
    const scores = (p: Readonly<Record<"W1" | "b1" | "W2" | "b2", Tensor>>, x: Tensor): Tensor =>
      affine(relu(affine(x, p.W1, p.b1)), p.W2, p.b2);
    const lossOn = (rows: number): DifferentiableLoss<{ x: [number, number]; label: [number] }> =>
      differentiable(model, { x: [rows, training.width], label: [rows] }, (p, { x, label }) =>
        mean(softmaxCrossEntropy(scores(p, x), label)),
      );
    const judged = Math.min(judgedRows, training.rows);
    const predict = compiled(model, { x: [test.rows, test.width] }, (p, { x }) => scores(p, x)).on({ x: test.pixels });
    return {
      title: `${title}, ${training.width} → ${hidden} ReLU → ${classes}`,
      description: `mean softmax cross-entropy, mini-batches of ${batch}; curves over the first ${judged} rows`,
      citation: `${title}, from the user's own files`,
      model,
      objective: lossOn(judged).on({
        x: training.pixels.subarray(0, judged * training.width),
        label: training.labels.subarray(0, judged),
      }),
      batches: lossOn(batch).onBatches({ x: training.pixels, label: training.labels }),
      points: gaussian({ mean: new Float64Array(model.size), standardDeviation: 1 }),
      start: "standard normal weights and biases; EGOP samples from the same distribution",
      gradientOperations: networkOperations(model, batch),
      trainingRows: training.rows,
      testRows: test.rows,
      testAccuracy: (parameters) => shareOfLargest(predict(parameters), test.labels),
    };
  };
}
