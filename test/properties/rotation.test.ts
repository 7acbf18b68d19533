/**
 * The two central claims. An algorithm is rotation equivariant when its path on f(Qθ̃) from Qᵀθ₀ is Qᵀ times its path on f
 * from θ₀, for every orthogonal Q: gradient descent is, diagonal methods are not (but under signed permutations they are,
 * exactly). And every algorithm *with* EGOP reparameterization is, for the EGOP transforms as a tensor.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { denseBasis, egop, gaussian, listedPoints, reparameterize, type Basis } from "../../src/egop/index.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { gram, multiply } from "../../src/linalg/product.ts";
import { randomOrthogonal } from "../../src/linalg/random-orthogonal.ts";
import { fold, normal, permutation, random, uniform } from "../../src/math/random.ts";
import {
  adadelta,
  adagrad,
  adam,
  adamax,
  adamw,
  lion,
  minimize,
  rmsprop,
  sgd,
  type GradientTransformation,
  type Objective,
} from "../../src/optim/index.ts";

const dimension = 8;
const steps = 50;

/** Two classes of functions: a smooth non-convex one with random curvature, and a least-squares problem's. */
function randomObjective(seed: number): Objective {
  const numbers = normal(random(seed), new Float64Array(dimension * dimension));
  const scales = uniform(fold(random(seed), 1), new Float64Array(dimension));
  return {
    dimension,
    valueAndGradient(x, gradient): number {
      gradient.fill(0);
      let value = 0;
      for (let i = 0; i < dimension; i++) {
        // log(1 + (aᵢ·x)²) with rows aᵢ of very different lengths.
        let inner = 0;
        for (let j = 0; j < dimension; j++) inner += numbers[i * dimension + j] * (0.1 + scales[i]) * x[j];
        value += Math.log(1 + inner * inner);
        const slope = (2 * inner) / (1 + inner * inner);
        for (let j = 0; j < dimension; j++) gradient[j] += slope * numbers[i * dimension + j] * (0.1 + scales[i]);
      }
      for (let j = 0; j < dimension; j++) {
        value += 0.05 * x[j] * x[j];
        gradient[j] += 0.1 * x[j];
      }
      return value;
    },
  };
}

/** The objective with relative errors of the given size in its gradients, others at each call. */
function withNoise(objective: Objective, size: number): Objective {
  let calls = 0;
  return {
    dimension,
    valueAndGradient(x, gradient): number {
      const value = objective.valueAndGradient(x, gradient);
      const errors = normal(random(calls++), new Float64Array(dimension));
      for (let i = 0; i < dimension; i++) gradient[i] *= 1 + size * errors[i];
      return value;
    },
  };
}

const startOf = (seed: number): Float64Array => normal(fold(random(seed), 2), new Float64Array(dimension));

/** A signed permutation: the coordinate changes under which diagonal methods must not change at all. */
function signedPermutation(seed: number): Matrix {
  const order = permutation(fold(random(seed), 3), dimension);
  const signs = uniform(fold(random(seed), 4), new Float64Array(dimension));
  const matrix = new Matrix(dimension, dimension);
  order.forEach((to, from) => matrix.set(to, from, signs[from] < 0.5 ? -1 : 1));
  return matrix;
}

/** The largest difference of the paths on f and on f in another basis, both in original coordinates. */
function pathDifference(
  objective: Objective,
  basis: Basis,
  start: Float64Array,
  make: () => GradientTransformation,
): number {
  const path = (f: Objective): Float64Array[] => {
    const points: Float64Array[] = [];
    minimize(f, { start, optimizer: make(), steps, onStep: (at) => void points.push(at.parameters()) });
    return points;
  };
  const rotated = path(reparameterize(objective, basis));
  return Math.max(...path(objective).map((point, t) => Math.max(...point.map((x, i) => Math.abs(x - rotated[t][i])))));
}

const equivariant: Readonly<Record<string, () => GradientTransformation>> = {
  "gradient descent": () => sgd({ learningRate: 0.05 }),
  "gradient descent with a schedule": () => sgd({ learningRate: (step) => 0.1 / (1 + step) }),
  "heavy ball": () => sgd({ learningRate: 0.02, momentum: 0.8 }),
  Nesterov: () => sgd({ learningRate: 0.02, momentum: 0.8, nesterov: true }),
  "heavy ball, dampened, with weight decay": () =>
    sgd({ learningRate: 0.05, momentum: 0.8, dampening: 0.3, weightDecay: 0.01 }),
};
const diagonal: Readonly<Record<string, () => GradientTransformation>> = {
  Adagrad: () => adagrad({ learningRate: 0.2 }),
  Adam: () => adam({ learningRate: 0.05 }),
  "Adam with coupled weight decay": () => adam({ learningRate: 0.05, weightDecay: 0.1 }),
  AdamW: () => adamw({ learningRate: 0.05, weightDecay: 0.1 }),
  RMSProp: () => rmsprop({ learningRate: 0.02 }),
  Adamax: () => adamax({ learningRate: 0.05 }),
  Adadelta: () => adadelta({ learningRate: 1, epsilon: 1e-3 }),
  Lion: () => lion({ learningRate: 0.02 }),
};
const all = { ...equivariant, ...diagonal };
const seeds = fc.integer({ min: 0, max: 2 ** 31 });

describe("rotation equivariance", () => {
  for (const [name, make] of Object.entries(equivariant))
    it(`${name}: holds for every rotation`, () => {
      fc.assert(
        fc.property(seeds, (seed) => {
          const basis = denseBasis(randomOrthogonal(dimension, random(seed)));
          expect(pathDifference(randomObjective(seed), basis, startOf(seed), make)).toBeLessThan(1e-11);
        }),
        { numRuns: 30 },
      );
    });

  for (const [name, make] of Object.entries(diagonal))
    it(`${name}: does not hold, a counterexample is found`, () => {
      const holds = fc.property(seeds, (seed) => {
        const basis = denseBasis(randomOrthogonal(dimension, random(seed)));
        return pathDifference(randomObjective(seed), basis, startOf(seed), make) < 0.1;
      });
      const { failed, counterexample } = fc.check(holds, { numRuns: 30 });
      expect(failed, "no counterexample").toBe(true);
      expect(counterexample).not.toBeNull();
    });

  for (const [name, make] of Object.entries(all))
    it(`${name}: is exact under signed permutations`, () => {
      fc.assert(
        fc.property(seeds, (seed) => {
          // The objective sees the very same point, so every bit agrees (−0 and 0 are equal).
          const basis = denseBasis(signedPermutation(seed));
          expect(pathDifference(randomObjective(seed), basis, startOf(seed), make)).toBe(0);
        }),
        { numRuns: 30 },
      );
    });
});

describe("EGOP", () => {
  const points = gaussian({ mean: new Float64Array(dimension).fill(0.4), standardDeviation: 0.8 });
  const samples = 24;

  it("transforms as a tensor: EGOP(f∘Q, Qᵀρ) = Qᵀ EGOP(f, ρ) Q", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const objective = randomObjective(seed);
        const rotation = randomOrthogonal(dimension, random(seed));
        const moment = gram(egop(objective, { points, samples, key: random(seed) }).gradients);
        // The points are drawn in original coordinates: the samples rotate along.
        const rotated = egop(reparameterize(objective, denseBasis(rotation)), { points, samples, key: random(seed) });
        const expected = multiply(rotation, multiply(moment, rotation), { transposeA: true });
        const norm = Math.max(...moment.data.map(Math.abs));
        gram(rotated.gradients).data.forEach((value, k) =>
          expect(Math.abs(value - expected.data[k])).toBeLessThan(1e-13 * norm),
        );
      }),
      { numRuns: 50 },
    );
  });

  for (const [name, make] of Object.entries(all))
    it(`makes ${name} equivariant to every rotation`, () => {
      fc.assert(
        fc.property(seeds, (seed) => {
          const objective = randomObjective(seed);
          const rotated = reparameterize(objective, denseBasis(randomOrthogonal(dimension, random(seed))));
          const run = (f: Objective, noise = 0): Float64Array => {
            const estimate = egop(f, { points, samples, key: random(seed) });
            const { eigenvalues } = estimate;
            // Nearly repeated eigenvalues leave the basis undetermined: the claim is for simple spectra.
            for (let k = 1; k < dimension; k++) fc.pre(eigenvalues[k - 1] - eigenvalues[k] > 1e-3 * eigenvalues[k - 1]);
            const target = reparameterize(noise === 0 ? f : withNoise(f, noise), estimate.basis());
            return minimize(target, { start: startOf(seed), optimizer: make(), steps }).parameters;
          };
          const plain = run(objective);
          // A run that amplifies small errors of its gradients says nothing of the law: it amplifies rounding alike.
          // Adadelta, which sets its own step length, does so in three cases of a hundred, the others in three of a thousand at most.
          const noise = 1e-9;
          const noisy = run(objective, noise);
          fc.pre(Math.max(...noisy.map((value, i) => Math.abs(value - plain[i]))) < 1e3 * noise);
          run(rotated).forEach((value, i) => expect(Math.abs(value - plain[i])).toBeLessThan(1e-8));
        }),
        { numRuns: 30 },
      );
    });

  it("with repeated eigenvalues does not: the basis within the eigenspace is arbitrary", () => {
    // A quadratic sampled at ± the axes scaled so that all gradients are ± axes of one length: EGOP = I / d.
    const stiffness = Float64Array.from({ length: dimension }, (_v, i) => 1 + i);
    const quadratic: Objective = {
      dimension,
      valueAndGradient(x, gradient): number {
        x.forEach((value, i) => (gradient[i] = stiffness[i] * value));
        return x.reduce((sum, value, i) => sum + (stiffness[i] * value * value) / 2, 0);
      },
    };
    const axes = listedPoints(
      Matrix.fromRows(
        Array.from({ length: dimension }, (_r, i) => Array.from(stiffness, (s, j) => (i === j ? 1 / s : 0))),
      ),
    );
    const rotated = reparameterize(quadratic, denseBasis(randomOrthogonal(dimension, random(1))));
    const [plain, other] = [quadratic, rotated].map((f) => {
      const estimate = egop(f, { points: axes, samples: dimension });
      expect(estimate.eigenvalues[dimension - 1]).toBeCloseTo(estimate.eigenvalues[0], 12);
      const optimizer = adam({ learningRate: 0.05 });
      return minimize(reparameterize(f, estimate.basis()), { start: startOf(1), optimizer, steps }).parameters;
    });
    expect(Math.max(...plain.map((value, i) => Math.abs(value - other[i])))).toBeGreaterThan(0.01);
  });
});
