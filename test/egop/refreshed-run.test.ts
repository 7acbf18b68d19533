/** Refreshed runs: what they do not depend on, and what goes on when one stops or a refresh fails. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StateError } from "../../src/errors.ts";
import {
  auxiliaryBasis,
  denseBasis,
  gaussian,
  householderBasis,
  identityBasis,
  minimizeWithRefresh,
  productBasis,
  reducedBasis,
  reparameterize,
  type Basis,
  type EgopEstimate,
  type RefreshOptions,
  type RefreshState,
  type SamplingDistribution,
} from "../../src/egop/index.ts";
import { layout } from "../../src/linalg/layout.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { multiply } from "../../src/linalg/product.ts";
import { randomOrthogonal } from "../../src/linalg/random-orthogonal.ts";
import { random } from "../../src/math/random.ts";
import {
  adadelta,
  adam,
  adamax,
  lion,
  rmsprop,
  sgd,
  type GradientTransformation,
  type Objective,
} from "../../src/optim/index.ts";
import { d } from "./bases.ts";
import { common, largestDifference, optimizers, signedPermutation, start, valley } from "./valley.ts";

describe("a refreshed run", () => {
  it("keeps the previous basis when the samples do not give what is asked for", () => {
    let made = 0;
    const basis = (estimate: EgopEstimate): Basis =>
      estimate.basis({ rank: made++ === 1 ? { energy: 1 - 1e-9 } : 4, form: "householder" });
    const form = { kind: "frequentDirections", rank: 6 } as const;
    const run = minimizeWithRefresh(valley, { ...common, optimizer: adam({ learningRate: 0.05 }), form, basis });
    expect(run.refreshes.map(({ outcome }) => outcome)).toEqual(["failed", "renewed", "renewed", "renewed"]);
    expect(run.refreshes[0].reason).toContain("rank.energy");
    expect(run.steps).toBe(common.steps);
  });

  const ranks = 4;
  const order = (size: number, seed: number): Matrix =>
    seed === 0 ? Matrix.identity(size) : signedPermutation(size, seed);
  /** Bases of an estimate with its directions in an order, and with signs, by the seed: 0 for as they are. */
  const inAnyOrder: Readonly<Record<string, (estimate: EgopEstimate, seed: number, at: Float64Array) => Basis>> = {
    dense: (estimate, seed) => denseBasis(multiply(estimate.eigenvectors, order(d, seed))),
    auxiliary: (estimate, seed) => auxiliaryBasis(multiply(estimate.leading(ranks).vectors, order(ranks, seed))),
    reduced: (estimate, seed, at) =>
      reducedBasis(multiply(estimate.leading(ranks).vectors, order(ranks, seed)), { start: at }),
    product: (estimate, seed) =>
      productBasis(denseBasis(multiply(estimate.eigenvectors, order(d, seed))), identityBasis(layout({ p: [d] }))),
    "householder, signs alone": (estimate, seed) => {
      const flipped = Matrix.identity(ranks);
      for (let k = 0; k < ranks; k++) if (seed !== 0 && (seed + k) % 2 === 0) flipped.set(k, k, -1);
      return householderBasis(multiply(estimate.leading(ranks).vectors, flipped));
    },
  };
  const everyOptimizer: Readonly<Record<string, () => GradientTransformation>> = {
    ...optimizers,
    rmsprop: () => rmsprop({ learningRate: 0.01 }),
    adamax: () => adamax({ learningRate: 0.02 }),
    adadelta: () => adadelta({ learningRate: 1, epsilon: 1e-3 }),
    lion: () => lion({ learningRate: 0.001 }),
  };
  it.each(Object.entries(inAnyOrder))(
    "%s: no order and no signs of directions matter, whatever is carried",
    (name, make) => {
      fc.assert(
        fc.property(
          fc.constantFrom(...Object.keys(everyOptimizer)),
          fc.integer({ min: 1, max: 1000 }),
          // Whoever keeps squares where they are keeps them in an order.
          fc.constantFrom("overlap", "restart" as const),
          (optimizer, seed, squares) => {
            const run = (own: boolean): Float64Array => {
              let looks = 0;
              const basis = (estimate: EgopEstimate, at: Float64Array): Basis =>
                make(estimate, own ? seed + looks++ : 0, at);
              return minimizeWithRefresh(valley, {
                ...common,
                steps: 20,
                optimizer: everyOptimizer[optimizer](),
                squares,
                basis,
              }).parameters;
            };
            expect(largestDifference(run(false), run(true)), `${name}, ${optimizer}`).toBeLessThan(1e-9);
          },
        ),
        { numRuns: 16 },
      );
    },
  );

  it("begins moments anew at each renewal when it is asked to", () => {
    const run = (squares: "overlap" | "restart"): RefreshState =>
      minimizeWithRefresh(valley, { ...common, steps: 15, optimizer: adam({ learningRate: 0.05 }), squares }).state;
    // Adam's own count of steps.
    const counts = (state: RefreshState): number[] =>
      Array.from(JSON.stringify(state.run.optimizer).matchAll(/"step":(\d+)/g), ([, count]) => Number(count));
    expect(counts(run("restart"))).toContain(1);
    expect(counts(run("overlap"))).not.toContain(1);
  });

  it("samples around the parameters of an objective that is in a basis itself", () => {
    const turned = reparameterize(valley, denseBasis(randomOrthogonal(d, random(77))));
    const centers: Float64Array[] = [];
    const options: RefreshOptions = { ...common, optimizer: adam({ learningRate: 0.05 }) };
    const points = (at: Float64Array): SamplingDistribution => {
      centers.push(at);
      return common.points(at);
    };
    const [plain, within] = [valley, turned].map((objective) => minimizeWithRefresh(objective, { ...options, points }));
    expect(largestDifference(plain.parameters, within.parameters)).toBeLessThan(1e-9);
    const looks = centers.length / 2;
    for (let k = 0; k < looks; k++) expect(largestDifference(centers[k], centers[k + looks])).toBeLessThan(1e-9);
    expect(() => minimizeWithRefresh(turned, { ...options, start: start.slice(1) })).toThrow(
      "minimizeWithRefresh: start has 13 elements; expected 14.",
    );
  });

  it("goes on with the same bits when it was stopped right behind a renewal", () => {
    for (const form of ["auxiliary", "householder"] as const) {
      const basis = (estimate: EgopEstimate): Basis => estimate.basis({ rank: 4, form });
      const options = { ...common, basis };
      const whole = minimizeWithRefresh(valley, { ...options, optimizer: adam({ learningRate: 0.05 }) });
      const signal = { aborted: false };
      const onRefresh = ({ step }: { step: number }): void => {
        if (step === 14) signal.aborted = true;
      };
      const first = minimizeWithRefresh(valley, {
        ...options,
        optimizer: adam({ learningRate: 0.05 }),
        signal,
        onRefresh,
      });
      expect([first.steps, first.stopped]).toEqual([14, "aborted"]);
      const rest = minimizeWithRefresh(valley, {
        ...options,
        ...{ optimizer: adam({ learningRate: 0.05 }), resume: first.state, steps: common.steps - 14 },
      });
      expect(rest.parameters).toEqual(whole.parameters);
      expect([...first.refreshes, ...rest.refreshes]).toEqual(whole.refreshes);
    }
  });

  it("has room for the losses of any number of steps between two looks", () => {
    const line: Objective = {
      dimension: 1,
      valueAndGradient(x, gradient): number {
        gradient[0] = x[0];
        return (x[0] * x[0]) / 2;
      },
    };
    const run = minimizeWithRefresh(line, {
      ...{
        start: Float64Array.of(1),
        optimizer: sgd({ learningRate: 1e-6 }),
        steps: 150_000,
        every: 150_000,
        samples: 1,
      },
      points: (at) => gaussian({ mean: at, standardDeviation: 0.1 }),
    });
    expect(run.losses.length).toBe(150_001);
  });

  it("keeps the result where a basis is too large for a text", () => {
    const basis = (estimate: EgopEstimate): Basis => ({
      ...estimate.basis(),
      toJSON(): never {
        throw new RangeError("Invalid string length");
      },
    });
    const run = minimizeWithRefresh(valley, { ...common, optimizer: adam({ learningRate: 0.05 }), basis });
    expect(run.steps).toBe(common.steps);
    expect(() => run.state).toThrow(StateError);
    expect(() => run.state).toThrow("the dense basis of 14 parameters is too large to be written as text");
  });
});
