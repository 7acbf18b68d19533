/**
 * Two classes in the plane, one a Gaussian, the other two of them, turned by an angle; a two-layer ReLU network whose
 * outer weights are fixed, trained on the correlation −y f(x), as in the theory of the companion paper. The best boundary
 * is bent. Unturned, Adam finds a bent one; turned, it tends to a straighter one. Curves show the share of training points
 * that are on the wrong side: the correlation itself has no lower bound.
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
  type Key,
  type Tensor,
} from "egop";
import { integers, normal } from "egop/math";
import type { Plane, Task } from "./task.ts";

const hidden = 40;
const rows = 2000;
const testRows = 4000;
/** Standard deviations of the parameters at the start: small, as where the bias of an optimizer shows. */
const startDeviation = 0.01;
/** Class +1 lies around (0.4, 0), class −1 around (−0.4, 0.4) and (−0.4, −0.4), each with this deviation. */
const distance = 0.4;
const deviation = 0.3;
const drawnPoints = 150;
const extent = 1.4;

interface Points {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

function mixturePoints(count: number, angle: number, key: Key): Points {
  const noises = normal(fold(key, 0), new Float64Array(2 * count));
  const choices = integers(fold(key, 1), 4, new Int32Array(count));
  const x = new Float64Array(2 * count);
  const y = new Float64Array(count);
  choices.forEach((choice, i) => {
    y[i] = choice < 2 ? 1 : -1;
    const first = distance * y[i] + deviation * noises[2 * i];
    const second = distance * (choice < 2 ? 0 : choice === 2 ? 1 : -1) + deviation * noises[2 * i + 1];
    x[2 * i] = Math.cos(angle) * first - Math.sin(angle) * second;
    x[2 * i + 1] = Math.sin(angle) * first + Math.cos(angle) * second;
  });
  return { x, y };
}

/** The logarithm of the ratio of the classes' densities: Bayes' boundary is where it is zero. */
function bayesScore(x: number, y: number, angle: number): number {
  const first = Math.cos(angle) * x + Math.sin(angle) * y;
  const second = -Math.sin(angle) * x + Math.cos(angle) * y;
  const density = (a: number, b: number): number =>
    Math.exp(-((first - a) ** 2 + (second - b) ** 2) / (2 * deviation ** 2));
  const negative = 0.5 * (density(-distance, distance) + density(-distance, -distance));
  return Math.log(density(distance, 0)) - Math.log(negative);
}

/** One row for each hidden unit. */
const model = layout({ W: [hidden, 2] });
/** Half of the hidden units speak for each class. */
const outer = Array.from({ length: hidden }, (_value, k) => (k < hidden / 2 ? 1 : -1) / Math.sqrt(hidden));

function score(W: Tensor, x: Tensor, a: Tensor): Tensor {
  return matmul(relu(matmul(x, W, { transposeB: true })), a);
}

/** The network's scores at so many points: positive means class +1. */
function scorer(count: number): (parameters: Float64Array, points: Float64Array) => Float64Array {
  const network = compiled(model, { x: [count, 2], a: [hidden] }, (p, { x, a }) => score(p.W, x, a));
  return (parameters, points) => network.on({ x: points, a: outer })(parameters);
}

function planeOf({ x, y }: Points, angle: number): Plane {
  const drawn = Array.from(y.subarray(0, drawnPoints), (side, i) => ({ side, at: [x[2 * i], x[2 * i + 1]] }));
  const ofSide = (wanted: number): Float64Array =>
    Float64Array.from(drawn.filter(({ side }) => side === wanted).flatMap(({ at }) => at));
  return {
    extent,
    samples: { positive: ofSide(1), negative: ofSide(-1) },
    scores: (parameters, points) => scorer(points.length / 2)(parameters, points),
    best: (first, second) => bayesScore(first, second, angle),
  };
}

export function gaussianMixture(degrees: number): (folder: string, key: Key) => Task {
  const angle = (degrees * Math.PI) / 180;
  return (_folder, key) => {
    const training = mixturePoints(rows, angle, fold(key, 0));
    const test = mixturePoints(testRows, angle, fold(key, 1));
    const correlation = differentiable(model, { x: [rows, 2], y: [rows], a: [hidden] }, (p, { x, y, a }) =>
      negate(mean(multiply(y, score(p.W, x, a)))),
    );
    const wrongSide = ({ x, y }: Points): ((parameters: Float64Array) => number) => {
      const scores = compiled(model, { x: [y.length, 2], a: [hidden] }, (p, inputs) => score(p.W, inputs.x, inputs.a));
      const own = scores.on({ x, a: outer });
      return (parameters) => own(parameters).filter((value, i) => !(value * y[i] > 0)).length / y.length;
    };
    const [trainingErrors, testErrors] = [wrongSide(training), wrongSide(test)];
    return {
      title: `Gaussian mixture turned by ${degrees}°, 2 → ${hidden} ReLU → 1`,
      description: `mean of −y f(x) on ${rows} points; outer weights fixed; curves show the share on the wrong side`,
      citation: "made by key; after arXiv 2510.23804 and arXiv 2505.24022",
      model,
      objective: {
        dimension: model.size,
        valueAndGradient(point, gradientOut): number {
          gradientOut.fill(0);
          return trainingErrors(point);
        },
      },
      batches: correlation.on({ x: training.x, y: training.y, a: outer }),
      points: gaussian({ mean: new Float64Array(model.size), standardDeviation: startDeviation }),
      start: "normal with deviation 0.01; EGOP samples from the same distribution",
      gradientOperations: 6 * rows * model.size,
      trainingRows: rows,
      testRows,
      sharedByRows: ["W"],
      measure: "training error",
      plane: planeOf(training, angle),
      testAccuracy: (parameters) => 1 - testErrors(parameters),
    };
  };
}
