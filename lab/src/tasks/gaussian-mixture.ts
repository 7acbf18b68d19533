/**
 * Two classes in the plane, one a Gaussian, the other two of them, turned by an angle; a two-layer ReLU network whose
 * outer weights are fixed. The best boundary is bent. Unturned, Adam finds a bent one; turned, it tends to a straight one.
 *
 * Source: A. DePavia, V. Charisopoulos, R. Willett, How do simple rotations affect the implicit bias of Adam?, arXiv
 * 2510.23804; the mixture is that of B. Vasudeva et al., The Rich and the Simple, arXiv 2505.24022. The numbers below are
 * ours.
 */
import {
  compiled,
  differentiable,
  fold,
  gaussian,
  layout,
  matmul,
  mean,
  multiply,
  negate,
  relu,
  softplus,
  type Key,
  type Tensor,
} from "egop";
import { integers, normal } from "egop/math";
import type { Task } from "./task.ts";

const hidden = 40;
const rows = 1000;
const testRows = 4000;
/** Standard deviations of the parameters at the start: small, as where the bias of an optimizer shows. */
const startDeviation = 0.01;
const noise = [0.3, 0.2] as const;

interface Points {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** Class +1 around (0.5, 0), class −1 around (−0.5, 1) and (−0.5, −1), turned by `angle` radians. */
function mixturePoints(count: number, angle: number, key: Key): Points {
  const noises = normal(fold(key, 0), new Float64Array(2 * count));
  const choices = integers(fold(key, 1), 4, new Int32Array(count));
  const x = new Float64Array(2 * count);
  const y = new Float64Array(count);
  choices.forEach((choice, i) => {
    y[i] = choice < 2 ? 1 : -1;
    const first = 0.5 * y[i] + noise[0] * noises[2 * i];
    const second = (choice < 2 ? 0 : choice === 2 ? 1 : -1) + noise[1] * noises[2 * i + 1];
    x[2 * i] = Math.cos(angle) * first - Math.sin(angle) * second;
    x[2 * i + 1] = Math.sin(angle) * first + Math.cos(angle) * second;
  });
  return { x, y };
}

const model = layout({ W: [2, hidden] });
/** Half of the hidden units speak for each class. */
const outer = Array.from({ length: hidden }, (_value, k) => (k < hidden / 2 ? 1 : -1) / Math.sqrt(hidden));

function score(W: Tensor, x: Tensor, a: Tensor): Tensor {
  return matmul(relu(matmul(x, W)), a);
}

/** The network's scores at points of the plane: positive means class +1. */
function mixtureScores(parameters: Float64Array, points: Float64Array): Float64Array {
  const count = points.length / 2;
  return compiled(model, { x: [count, 2], a: [hidden] }, (p, { x, a }) => score(p.W, x, a)).on({
    x: points,
    a: outer,
  })(parameters);
}

export function gaussianMixture(degrees: number): (folder: string, key: Key) => Task {
  const angle = (degrees * Math.PI) / 180;
  return (_folder, key) => {
    const training = mixturePoints(rows, angle, fold(key, 0));
    const test = mixturePoints(testRows, angle, fold(key, 1));
    const loss = differentiable(model, { x: [rows, 2], y: [rows], a: [hidden] }, (p, { x, y, a }) =>
      mean(softplus(negate(multiply(y, score(p.W, x, a))))),
    );
    return {
      title: `Gaussian mixture turned by ${degrees}°, 2 → ${hidden} ReLU → 1`,
      description: `mean logistic loss on ${rows} points; outer weights fixed`,
      citation: "made by key; after arXiv 2510.23804 and arXiv 2505.24022",
      model,
      objective: loss.on({ x: training.x, y: training.y, a: outer }),
      points: gaussian({ mean: new Float64Array(model.size), standardDeviation: startDeviation }),
      start: "normal with deviation 0.01; EGOP samples from the same distribution",
      gradientOperations: 6 * rows * model.size,
      trainingRows: rows,
      testRows,
      testAccuracy(parameters): number {
        const right = mixtureScores(parameters, test.x).filter((value, i) => value * test.y[i] > 0);
        return right.length / testRows;
      },
    };
  };
}
