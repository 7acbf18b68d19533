/** A valley whose curvature changes from place to place, with runs down it, for tests of bases that change on the way. */
import { gaussian } from "../../src/egop/index.ts";
import type { Layout } from "../../src/linalg/layout.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { fold, normal, permutation, random, uniform } from "../../src/math/random.ts";
import { adagrad, adam, adamw, sgd, type GradientTransformation, type Objective } from "../../src/optim/index.ts";
import { d, model } from "./bases.ts";

export const start = normal(random(5), new Float64Array(d));

/** Σ log(1 + (aᵢ·x)²) + 0.05 ‖x‖² with rows of very different lengths: curvature that changes from place to place. */
export function valleyOf(seed: number, tensors: Layout): Objective {
  const { size: d } = tensors;
  const slopes = normal(random(seed), new Float64Array(d * d)).map((value, k) => value / (1 + Math.floor(k / d)));
  return {
    dimension: d,
    layout: tensors,
    valueAndGradient(x, gradient): number {
      let value = 0;
      gradient.fill(0);
      for (let i = 0; i < d; i++) {
        const row = slopes.subarray(i * d, (i + 1) * d);
        const inner = row.reduce((sum, slope, j) => sum + slope * x[j], 0);
        value += Math.log(1 + inner * inner) + 0.05 * x[i] * x[i];
        row.forEach((slope, j) => (gradient[j] += (2 * inner * slope) / (1 + inner * inner)));
        gradient[i] += 0.1 * x[i];
      }
      return value;
    },
  };
}

export const valley: Objective = valleyOf(8, model);

export const optimizers: Readonly<Record<string, () => GradientTransformation>> = {
  momentum: () => sgd({ learningRate: 0.02, momentum: 0.9 }),
  adagrad: () => adagrad({ learningRate: 0.1 }),
  adam: () => adam({ learningRate: 0.05 }),
  adamw: () => adamw({ learningRate: 0.05, weightDecay: 0.2 }),
};

export function signedPermutation(size: number, seed: number): Matrix {
  const matrix = new Matrix(size, size);
  const signs = uniform(random(seed), new Float64Array(size));
  permutation(fold(random(seed), 1), size).forEach((to, from) => matrix.set(to, from, signs[from] < 0.5 ? -1 : 1));
  return matrix;
}

export const largestDifference = (a: Float64Array, b: Float64Array): number =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i])));

/** Where and how refreshed runs of it go. */
export const common = {
  ...{ start, steps: 30, every: 7, samples: 30, key: random(4) },
  points: (at: Float64Array) => gaussian({ mean: at, standardDeviation: 0.3 }),
};
