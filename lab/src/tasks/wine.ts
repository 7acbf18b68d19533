/**
 * Wines: 13 chemical measurements, three cultivars, a network 13 → 5 tanh → 3 (88 parameters), softmax cross-entropy
 * averaged over the full batch. Measurements are standardized by the training rows, four fifths drawn by key.
 */
import { join } from "node:path";
import {
  affine,
  compiled,
  differentiable,
  initialization,
  layout,
  mean,
  softmaxCrossEntropy,
  tanh,
  type Key,
  type Tensor,
} from "egop";
import { readDataSet } from "../data-set.ts";
import { randomRows, standardize } from "../partition.ts";
import { networkOperations, shareOfLargest, usualStart, type Task } from "./task.ts";

const measurements = [
  ...["alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids"],
  ...["nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue", "od280_od315", "proline"],
];

type Weights = Readonly<Record<"W1" | "b1" | "W2" | "b2", Tensor>>;

function scores(p: Weights, x: Tensor): Tensor {
  return affine(tanh(affine(x, p.W1, p.b1)), p.W2, p.b2);
}

/** Loads the wines. Throws DataSetError for a bad file. */
export function wine(folder: string, key: Key): Task {
  const data = readDataSet(join(folder, "wine.csv"), { features: measurements, label: "cultivar", classes: 3 });
  const { training, test } = standardize(randomRows(data, key));

  const model = layout({ W1: [13, 5], b1: [5], W2: [5, 3], b2: [3] });
  const loss = differentiable(model, { x: [training.rows, 13], label: [training.rows] }, (p, { x, label }) =>
    mean(softmaxCrossEntropy(scores(p, x), label)),
  );
  const predict = compiled(model, { x: [test.rows, 13] }, (p, { x }) => scores(p, x)).on({ x: test.features });
  return {
    title: "Wine, 13 → 5 tanh → 3",
    description: `mean softmax cross-entropy on ${training.rows} rows, full batch; standardized measurements`,
    citation: "S. Aeberhard, M. Forina, Wine, UCI Machine Learning Repository, 1992, CC BY 4.0",
    model,
    objective: loss.on({ x: training.features, label: training.labels }),
    points: initialization(model),
    start: usualStart,
    gradientOperations: networkOperations(model, training.rows),
    trainingRows: training.rows,
    testRows: test.rows,
    testAccuracy: (parameters) => shareOfLargest(predict(parameters), test.labels),
  };
}
