/**
 * A linear network of three layers without biases, 10 → 10 → 10 → 10 (300 parameters), that learns a linear map from
 * inputs whose singular values decay as i⁻²: the first experiment of the paper. Y = X M with a Gaussian M; squared loss.
 *
 * The paper has 10,000 rows. The loss depends on X through XᵀX alone, which the number of rows only scales, so 64 rows
 * give the same function.
 */
import { differentiable, fold, initialization, layout, matmul, mean, square, subtract, sum, type Key } from "egop";
import { multiply } from "egop/linalg";
import { decayingMatrix, gaussianMatrix } from "./decaying.ts";
import { networkOperations, type Task } from "./task.ts";

const width = 10;
const rows = 64;

export function linearNetwork(_folder: string, key: Key): Task {
  const inputs = decayingMatrix(rows, width, 2, fold(key, 0));
  const targets = multiply(inputs, gaussianMatrix(width, width, fold(key, 1)));
  const model = layout({ W1: [width, width], W2: [width, width], W3: [width, width] });
  const loss = differentiable(model, { x: [rows, width], y: [rows, width] }, (p, { x, y }) =>
    mean(sum(square(subtract(matmul(matmul(matmul(x, p.W1), p.W2), p.W3), y)), -1)),
  );
  return {
    title: "Linear network, 10 → 10 → 10 → 10",
    description: "squared error over inputs with singular values i⁻²; three layers without biases",
    citation: "made by key, as in arXiv 2502.01594, section 5 (X = U diag(i⁻²) Wᵀ, Y = X M)",
    model,
    objective: loss.on({ x: inputs.data, y: targets.data }),
    points: initialization(model, { scheme: "glorot" }),
    start: "weights normal with variance 2 / (inputs + outputs); EGOP samples from the same distribution",
    gradientOperations: networkOperations(model, rows),
    trainingRows: rows,
  };
}
