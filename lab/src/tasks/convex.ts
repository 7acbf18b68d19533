/** Two convex losses over data with a decaying spectrum: log-sum-exp, and logistic regression. */
import {
  differentiable,
  fold,
  gaussian,
  layout,
  logSumExp,
  matmul,
  mean,
  multiply,
  negate,
  softplus,
  subtract,
  type Key,
} from "egop";
import { normal } from "egop/math";
import { decayingMatrix } from "./decaying.ts";
import { minimumOf } from "./minimum.ts";
import type { Task } from "./task.ts";

const width = 40;
const rows = 400;

/** f(θ) = log Σᵢ exp(aᵢᵀθ − bᵢ), the rows aᵢ decaying as k⁻¹ in random directions. */
export function logSumExpTask(_folder: string, key: Key): Task {
  const data = decayingMatrix(rows, width, 1, fold(key, 0));
  const offsets = normal(fold(key, 1), new Float64Array(rows));
  const model = layout({ theta: [width] });
  const loss = differentiable(model, { a: [rows, width], b: [rows] }, (p, { a, b }) =>
    logSumExp(subtract(matmul(a, p.theta), b)),
  );
  const objective = loss.on({ a: data.data, b: offsets });
  return {
    title: "Log-sum-exp, 40 parameters",
    description: `log Σ exp(aᵢᵀθ − bᵢ) over ${rows} rows whose singular values decay as k⁻¹`,
    citation: "made by key",
    model,
    objective,
    points: gaussian({ mean: new Float64Array(width), standardDeviation: 1 }),
    start: "standard normal parameters; EGOP samples from the same distribution",
    gradientOperations: 4 * rows * width,
    trainingRows: rows,
    // EGOP = Aᵀ E[ℓ′ℓ′ᵀ] A inherits at least the decay of AᵀA, the square of that of the singular values.
    decay: 2,
    minimum: minimumOf(objective),
  };
}

/** Mean log(1 + exp(−yᵢ aᵢᵀθ)), the labels drawn from a model of the same form, so that no plane separates them. */
export function logisticTask(_folder: string, key: Key): Task {
  const data = decayingMatrix(rows, width, 1, fold(key, 0));
  const truth = normal(fold(key, 1), new Float64Array(width));
  const noise = normal(fold(key, 2), new Float64Array(rows));
  const labels = Float64Array.from({ length: rows }, (_value, i) => {
    const score = data.row(i).reduce((total, entry, k) => total + entry * truth[k], 0);
    return score + 1.5 * noise[i] > 0 ? 1 : -1;
  });
  const model = layout({ theta: [width] });
  const loss = differentiable(model, { a: [rows, width], y: [rows] }, (p, { a, y }) =>
    mean(softplus(negate(multiply(y, matmul(a, p.theta))))),
  );
  const objective = loss.on({ a: data.data, y: labels });
  return {
    title: "Logistic regression, 40 parameters",
    description: `mean logistic loss over ${rows} rows whose singular values decay as k⁻¹, noisy labels`,
    citation: "made by key",
    model,
    objective,
    points: gaussian({ mean: new Float64Array(width), standardDeviation: 1 }),
    start: "standard normal parameters; EGOP samples from the same distribution",
    gradientOperations: 4 * rows * width,
    trainingRows: rows,
    // EGOP = Aᵀ E[ℓ′ℓ′ᵀ] A inherits at least the decay of AᵀA, the square of that of the singular values.
    decay: 2,
    minimum: minimumOf(objective),
  };
}
