/**
 * Breast cancer, benign or malignant: logistic regression on 30 measurements of cell nuclei (31 parameters), the loss
 * mean softplus(−s(xᵀw + c)) + 0.0005 ‖w‖² with s = ±1, full batch. Measurements are standardized by the training rows,
 * four fifths drawn by key. A plane separates the training rows of some draws, so that without the second term there is
 * no minimum, and the best learning rate is the largest.
 */
import { join } from "node:path";
import {
  add,
  affine,
  compiled,
  differentiable,
  initialization,
  layout,
  mean,
  multiply,
  negate,
  softplus,
  square,
  sum,
  type Key,
} from "egop";
import { readDataSet } from "../data-set.ts";
import { randomRows, standardize } from "../partition.ts";
import { minimumOf } from "./minimum.ts";
import { networkOperations, usualStart, type Task } from "./task.ts";

/** Half of the weight decay. */
const penalty = 5e-4;
const properties = [
  ...["radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave_points"],
  ...["symmetry", "fractal_dimension"],
];
const measurements = ["mean", "se", "worst"].flatMap((kind) => properties.map((property) => `${kind}_${property}`));

/** Loads the tumors. Throws DataSetError for a bad file. */
export function breastCancer(folder: string, key: Key): Task {
  const file = join(folder, "breast-cancer.csv");
  const data = readDataSet(file, { features: measurements, label: "benign", classes: 2 });
  const { training, test } = standardize(randomRows(data, key));

  const model = layout({ w: [30, 1], c: [1] });
  const loss = differentiable(model, { x: [training.rows, 30], side: [training.rows, 1] }, (p, { x, side }) =>
    add(mean(softplus(negate(multiply(side, affine(x, p.w, p.c))))), multiply(penalty, sum(square(p.w)))),
  );
  const predict = compiled(model, { x: [test.rows, 30] }, (p, { x }) => affine(x, p.w, p.c)).on({ x: test.features });
  const objective = loss.on({ x: training.features, side: training.labels.map((label) => 2 * label - 1) });
  return {
    title: "Breast cancer Wisconsin, logistic regression",
    description: `mean logistic loss and a penalty on the weights, above its least value, on ${training.rows} rows, full batch; standardized measurements`,
    citation:
      "W. Wolberg, O. Mangasarian, N. Street, W. Street, Breast Cancer Wisconsin (Diagnostic), " +
      "UCI Machine Learning Repository, 1993, CC BY 4.0",
    model,
    objective,
    points: initialization(model),
    start: usualStart,
    gradientOperations: networkOperations(model, training.rows),
    trainingRows: training.rows,
    testRows: test.rows,
    minimum: minimumOf(objective),
    testAccuracy(parameters): number {
      const right = predict(parameters).filter((score, row) => score > 0 === (test.labels[row] === 1));
      return right.length / test.rows;
    },
  };
}
