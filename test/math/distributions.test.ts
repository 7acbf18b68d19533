import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../src/errors.ts";
import { categorical, choice, exponential, gamma } from "../../src/math/distributions.ts";
import { exp } from "../../src/math/exponential.ts";
import { lgamma } from "../../src/math/log-gamma.ts";
import { log } from "../../src/math/logarithm.ts";
import { fold, random, type Key } from "../../src/math/random.ts";
import { chiSquare, correlation, kolmogorovSmirnov } from "./statistics.ts";

const key = fc.tuple(fc.maxSafeNat(), fc.maxSafeNat()).map(([seed, child]) => fold(random(seed), child));
const count = 20_000;
const perKey = (draw: (key: Key) => number, seed: number, size: number = count): Float64Array =>
  Float64Array.from({ length: size }, (_, i) => draw(fold(random(seed), i)));
/** A moment's sample mean, in standard errors from what it should be; 3.3 is exceeded in size with probability 0.001. */
const deviation = (sample: Float64Array, expected: number, variance: number): number =>
  (sample.reduce((sum, x) => sum + x, 0) / sample.length - expected) / Math.sqrt(variance / sample.length);

/** The regularized lower incomplete gamma function by its power series (Abramowitz and Stegun 6.5.29). */
function gammaDistribution(shape: number, x: number): number {
  if (x <= 0) return 0;
  let term = 1 / shape;
  let sum = term;
  for (let n = 1; n < 400; n++) {
    term *= x / (shape + n);
    sum += term;
  }
  return Math.min(1, sum * exp(shape * log(x) - x - lgamma(shape)));
}

describe("exponential and gamma numbers", () => {
  it("depend on the key and the place alone", () => {
    fc.assert(
      fc.property(key, fc.integer({ min: 1, max: 20 }), (k, n) => {
        expect(exponential(k, new Float64Array(n))).toEqual(exponential(k, new Float64Array(30)).slice(0, n));
        expect(gamma(k, 0.7, new Float64Array(n))).toEqual(gamma(k, 0.7, new Float64Array(30)).slice(0, n));
      }),
      { numRuns: 20 },
    );
  });

  it("exponential: have their distribution, element by element and key by key", () => {
    const distribution = (x: number): number => 1 - exp(-x);
    expect(kolmogorovSmirnov(exponential(random(1), new Float64Array(count)), distribution)).toBeLessThan(1.95);
    const one = new Float64Array(1);
    expect(
      kolmogorovSmirnov(
        perKey((k) => exponential(k, one)[0], 2),
        distribution,
      ),
    ).toBeLessThan(1.95);
  });

  it("exponential: have the mean and the second moment, to a thousandth", () => {
    const one = new Float64Array(1);
    // A scale that is off by 2 % is off by 20 and, key by key, by 6 standard errors.
    const many = exponential(random(11), new Float64Array(1_000_000));
    expect(Math.abs(deviation(many, 1, 1))).toBeLessThan(3.3);
    const squares = many.map((x) => x * x);
    expect(Math.abs(deviation(squares, 2, 20))).toBeLessThan(3.3);
    const ofKeys = perKey((k) => exponential(k, one)[0], 12, 100_000);
    expect(Math.abs(deviation(ofKeys, 1, 1))).toBeLessThan(3.3);
  });

  it.each([0.05, 0.5, 1, 2.5, 30])("gamma: have their distribution for shape %d", (shape) => {
    const sample = gamma(random(3), shape, new Float64Array(count));
    expect(kolmogorovSmirnov(sample, (x) => gammaDistribution(shape, x))).toBeLessThan(1.95);
    const many = gamma(random(13), shape, new Float64Array(5 * count));
    expect(Math.abs(deviation(many, shape, shape))).toBeLessThan(3.3);
  });

  it("are independent across split keys and neighbors", () => {
    const of = (seed: number): Float64Array => gamma(fold(random(5), seed), 2, new Float64Array(count));
    expect(Math.abs(correlation(of(0), of(1)))).toBeLessThan(3.29);
    expect(Math.abs(correlation(of(0).slice(1), of(0).slice(0, -1)))).toBeLessThan(3.29);
    const left = exponential(fold(random(6), 0), new Float64Array(count));
    const right = exponential(fold(random(6), 1), new Float64Array(count));
    expect(Math.abs(correlation(left, right))).toBeLessThan(3.29);
  });

  it("want a positive shape", () => {
    for (const shape of [0, -1, NaN, Infinity])
      expect(() => gamma(random(0), shape, new Float64Array(1))).toThrow(
        new ArgumentError(`gamma: shape is ${shape}; expected a positive finite number.`),
      );
  });
});

describe("categorical numbers", () => {
  it("occur in proportion to their weights, and never with weight 0", () => {
    const counts = [0, 0, 0, 0, 0, 0];
    // Twelve cells of equal probability, as a number k with weight w stands for w of them.
    const weights = [0, 1, 2, 0, 3, 6];
    for (const k of categorical(random(8), weights, new Int32Array(12 * count))) counts[k]++;
    expect(counts[0]).toBe(0);
    expect(counts[3]).toBe(0);
    const cells = counts.flatMap((n, k) => (weights[k] === 0 ? [] : [n / weights[k]]));
    // Pearson's statistic over cells of unequal probability, against its 0.999 quantile for three degrees of freedom.
    const statistic = cells.reduce(
      (sum, n, i) => sum + (weights.filter((w) => w > 0)[i] * (n - count) ** 2) / count,
      0,
    );
    expect(statistic).toBeLessThan(16.27);
  });

  it("want weights", () => {
    const draw = (weights: number[]) => () => categorical(random(0), weights, new Int32Array(1));
    expect(draw([1, -1])).toThrow(
      new ArgumentError("categorical: weight 1 is -1; expected a finite number of at least 0."),
    );
    expect(draw([NaN])).toThrow(ArgumentError);
    expect(draw([])).toThrow(new ArgumentError("categorical: the weights sum to 0; expected a positive finite sum."));
    expect(draw([1e308, 1e308])).toThrow(ArgumentError);
  });
});

describe("choice", () => {
  it("without replacement holds different places of the list, every pair in order equally likely", () => {
    fc.assert(
      fc.property(key, fc.integer({ min: 0, max: 9 }), (k, n) => {
        const chosen = choice(k, "abcdefghi", n);
        expect(new Set(chosen).size).toBe(n);
        expect(chosen.every((letter) => "abcdefghi".includes(letter))).toBe(true);
      }),
    );
    const counts = new Map<string, number>();
    for (let i = 0; i < count; i++) {
      const pair = choice(fold(random(9), i), ["a", "b", "c", "d"], 2).join("");
      counts.set(pair, (counts.get(pair) ?? 0) + 1);
    }
    expect(counts.size).toBe(12);
    expect(chiSquare([...counts.values()])).toBeLessThan(1);
  });

  it("with replacement chooses all equally often", () => {
    const counts = [0, 0, 0, 0, 0];
    for (const k of choice(random(10), [0, 1, 2, 3, 4], count, { replace: true })) counts[k]++;
    expect(chiSquare(counts)).toBeLessThan(1);
  });

  it("wants a count that there is", () => {
    expect(() => choice(random(0), [1, 2], 3)).toThrow(
      new ArgumentError("choice: cannot choose 3 of 2 items without replacement."),
    );
    expect(() => choice(random(0), [], 1, { replace: true })).toThrow(
      new ArgumentError("choice: cannot choose 1 of 0 items."),
    );
    expect(() => choice(random(0), [1], 0.5)).toThrow(
      new ArgumentError("choice: count is 0.5; expected a whole number from 0 to 2^31 - 1."),
    );
    expect(choice(random(0), [], 0)).toEqual([]);
  });
});
