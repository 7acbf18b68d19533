/** What the pilot predicts, on quadratics where the answer is known in closed form. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, NotFiniteError, ShapeError } from "../../src/errors.ts";
import { advise, egop, gaussian, rankCorrelation, type Advice } from "../../src/egop/index.ts";
import { layout } from "../../src/linalg/layout.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { multiply, multiplyVector } from "../../src/linalg/product.ts";
import { randomOrthogonal } from "../../src/linalg/random-orthogonal.ts";
import { random } from "../../src/math/random.ts";
import type { Objective } from "../../src/optim/index.ts";

const d = 20;
const axes = Matrix.identity(d);
const decaying = Float64Array.from({ length: d }, (_v, i) => 1 / (1 + i) ** 2);
const flat = new Float64Array(d).fill(1).map((value, i) => value - i / 1000);

/** Q diag(h) Qᵀ. */
function hessianOf(h: Float64Array, q: Matrix): Matrix {
  const scaled = new Matrix(
    d,
    d,
    q.data.map((value, k) => value * h[k % d]),
  );
  return multiply(scaled, q, { transposeB: true });
}

function quadratic(hessian: Matrix, curvature = true): Objective {
  return {
    dimension: d,
    layout: layout({ W: [5, 3], b: [5] }),
    valueAndGradient(x, gradient): number {
      multiplyVector(hessian, x, { out: gradient });
      return x.reduce((sum, value, i) => sum + (value * gradient[i]) / 2, 0);
    },
    ...(curvature ? { hessianVector: (_x, direction, out) => void multiplyVector(hessian, direction, { out }) } : {}),
  };
}

const points = gaussian({ mean: new Float64Array(d), standardDeviation: 1 });
const adviceOn = (objective: Objective, samples = 400, columns = 200): Advice =>
  advise(objective, egop(objective, { points, samples }), { points, columns });
const entrySum = (matrix: Matrix): number => matrix.data.reduce((sum, value) => sum + Math.abs(value), 0);

describe("advice", () => {
  it("has the smoothness sums within their error bars, after at least the nuclear norm and near it", () => {
    const hessian = hessianOf(decaying, randomOrthogonal(d, random(1)));
    const { smoothness, gain, directionsFor } = adviceOn(quadratic(hessian));
    const nuclear = decaying.reduce((a, b) => a + b);
    expect(smoothness).toBeDefined();
    if (smoothness === undefined) return;
    const { before, after } = smoothness;
    expect(Math.abs(before.value - entrySum(hessian))).toBeLessThan(4 * before.standardError);
    expect(after.value).toBeGreaterThan(nuclear - 4 * after.standardError);
    expect(after.value).toBeLessThan(1.5 * nuclear);
    expect(gain.value).toBeCloseTo(before.value / after.value, 12);
    expect([gain.from, gain.low < gain.value && gain.value < gain.high]).toEqual(["curvature", true]);
    expect(directionsFor.half).toBe(1);
    expect(directionsFor.most).toBeLessThanOrEqual(directionsFor.nearlyAll);
  });

  it("recommends a basis where the spectrum decays off the axes", () => {
    const { basis, recommendation } = adviceOn(quadratic(hessianOf(decaying, randomOrthogonal(d, random(1)))));
    expect(basis?.name).toBe("dense");
    expect(recommendation).toMatch(
      /^Worth it: the predicted gain is .* from the curvature in the dense basis\..*Take the dense basis: about 20 gradients/,
    );
  });

  it("says that it is not worth it, and why: along the axes, flat, zero", () => {
    const aligned = adviceOn(quadratic(hessianOf(decaying, axes)));
    expect(aligned.basis).toBeUndefined();
    expect(aligned.recommendation).toMatch(/^Not worth it: .* the leading eigenvector lies along the axes \(density/);
    const level = adviceOn(quadratic(hessianOf(flat, randomOrthogonal(d, random(2)))));
    expect(level.recommendation).toMatch(/^Not worth it: .* the spectrum is flat \(root stable rank/);
    const zero = adviceOn(quadratic(new Matrix(d, d)));
    expect(zero.recommendation).toMatch(
      /^Not worth it: every one of the 400 sampled gradients is zero, .* the identity/,
    );
    expect([zero.gain.value, zero.basis]).toEqual([1, undefined]);
  });

  it("is undecided where the gain would be worth it, but is not certain", () => {
    // Curvature that is large at few points: eight columns do not see enough of them.
    const hessian = hessianOf(decaying, randomOrthogonal(d, random(1)));
    const uneven: Objective = {
      ...quadratic(hessian),
      hessianVector(x, direction, out): void {
        multiplyVector(hessian, direction, { out });
        const size = x[0] ** 4;
        out.forEach((value, i) => (out[i] = size * value));
      },
    };
    const unsure = [8, 10, 12, 14, 16]
      .map((columns) => adviceOn(uneven, 400, columns))
      .filter(({ gain }) => gain.value > 1.5 && gain.low < 1);
    expect(unsure.length).toBeGreaterThan(0);
    const [{ basis, recommendation }] = unsure;
    expect(basis).toBeUndefined();
    expect(recommendation).toMatch(/^Undecided: the predicted gain is .*, which holds no gain at all too/);
  });

  it("foretells nothing where all Hessian-vector products are zero, and says so", () => {
    const flat: Objective = {
      dimension: 2,
      valueAndGradient(x, out) {
        out[0] = Math.sign(x[0]);
        out[1] = 3 * Math.sign(x[1]);
        return Math.abs(x[0]) + 3 * Math.abs(x[1]);
      },
      hessianVector: (_x, _direction, out) => void out.fill(0),
    };
    const points = gaussian({ mean: new Float64Array(2), standardDeviation: 1 });
    const { gain, basis, recommendation } = advise(flat, egop(flat, { points, samples: 50 }), { points });
    expect([gain.value, gain.low, gain.high, basis]).toEqual([NaN, 0, Infinity, undefined]);
    expect(recommendation).toMatch(/^Undecided: no curvature was met at the sampled points/);
  });

  it("foretells nothing where one side's Hessian-vector products are all zero, and says which", () => {
    const smooth = quadratic(hessianOf(decaying, randomOrthogonal(d, random(1))));
    const zeroFrom = (from: number, to: number): Advice => {
      let calls = 0;
      return adviceOn(
        {
          ...smooth,
          hessianVector(x, direction, out): void {
            smooth.hessianVector?.(x, direction, out);
            if (calls >= from && calls < to) out.fill(0);
            calls++;
          },
        },
        400,
        8,
      );
    };
    for (const [advice, words] of [
      [zeroFrom(8, 16), "curvature was met in original coordinates, but none in the dense basis"],
      [zeroFrom(0, 8), "curvature was met in the dense basis, but none in original coordinates"],
    ] as const) {
      const { gain, basis, recommendation } = advice;
      expect([gain.value, gain.low, gain.high, basis]).toEqual([NaN, 0, Infinity, undefined]);
      expect(recommendation).toBe(
        `Undecided: ${words}, so no gain can be foretold. Look at more columns of the Hessian.`,
      );
    }
  });

  it("leaves Hessian-vector products that are not finite out, counts them and says so", () => {
    const smooth = quadratic(hessianOf(decaying, randomOrthogonal(d, random(1))));
    let calls = 0;
    const holed: Objective = {
      ...smooth,
      hessianVector(x, direction, out): void {
        smooth.hessianVector?.(x, direction, out);
        if (++calls % 10 === 0) out[3] = calls % 20 === 0 ? NaN : Infinity;
      },
    };
    const [whole, some] = [smooth, holed].map((objective) => adviceOn(objective));
    expect([whole.smoothness?.skipped, some.smoothness?.skipped]).toEqual([0, 40]);
    expect(some.recommendation).toMatch(
      /^Worth it: .* 40 of 400 Hessian-vector products were not finite and are left out\.$/,
    );
    expect(whole.recommendation).not.toContain("left out");
    const before = some.smoothness?.before;
    expect(before?.standardError).toBeGreaterThan(0);
    expect(Math.abs((before?.value ?? NaN) / (whole.smoothness?.before.value ?? NaN) - 1)).toBeLessThan(0.1);
  });

  it("refuses where hardly a Hessian-vector product is finite, or their squares are not", () => {
    const smooth = quadratic(hessianOf(decaying, randomOrthogonal(d, random(1))));
    const filled = (value: (call: number) => number): (() => Advice) => {
      let calls = 0;
      const hessianVector = (_x: Float64Array, _direction: Float64Array, out: Float64Array): void =>
        void out.fill(value(calls++));
      return () => adviceOn({ ...smooth, hessianVector }, 400, 4);
    };
    const none = filled(() => NaN);
    expect(none).toThrow(NotFiniteError);
    expect(none).toThrow(
      "advise: 4 of 4 Hessian-vector products in original coordinates are not finite; expected at least 2 that are.",
    );
    expect(filled((call) => (call < 5 ? 1 : Infinity))).toThrow(
      "advise: 3 of 4 Hessian-vector products in the dense basis are not finite; expected at least 2 that are.",
    );
    const large = filled(() => 1e200);
    expect(large).toThrow(NotFiniteError);
    expect(large).toThrow("advise: the squares of the Hessian's columns overflow; divide the objective by a constant.");
  });

  it("without Hessian-vector products goes by the bound, which the curvature's gain is never below", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), fc.double({ min: 0.5, max: 3, noNaN: true }), (seed, power) => {
        const h = Float64Array.from({ length: d }, (_v, i) => 1 / (1 + i) ** power);
        const hessian = hessianOf(h, randomOrthogonal(d, random(seed)));
        const blind = adviceOn(quadratic(hessian, false), 2000);
        expect([blind.gain.from, "smoothness" in blind]).toEqual(["bound", false]);
        // Exactly, for H ⪰ 0: Σ|Hᵢⱼ| ≥ λ₁‖v₁‖₁² and the sum in the eigenbasis is tr H; here up to the sampling of V.
        const exact = entrySum(hessian) / h.reduce((a, b) => a + b);
        expect(blind.gain.value).toBeLessThan(1.2 * exact);
      }),
      { numRuns: 20 },
    );
  });

  it("warns of a pilot that is too small, and states the cost of every basis", () => {
    const objective = quadratic(hessianOf(flat, randomOrthogonal(d, random(2))));
    const { recommendation, costs } = adviceOn(objective, 3);
    expect(recommendation).toContain("The pilot's 3 gradients are few");
    const names = costs.map(({ name }) => name);
    expect(names).toEqual(["dense", "tensor", "householder", "auxiliary", "reduced", "kronecker"]);
    const estimate = egop(objective, { points, samples: 30 });
    for (const { options, applying } of costs) expect(estimate.basis(options).cost).toEqual(applying);
  });

  it("refuses what it cannot use", () => {
    const objective = quadratic(axes);
    expect(() => adviceOn(objective, 3, 1)).toThrow("columns is 1");
    const parts = egop(objective, { points, samples: 3, form: { kind: "kronecker", tensors: ["W"] } });
    expect(() => advise(objective, parts, { points })).toThrow(ArgumentError);
    expect(() => rankCorrelation([1], [1, 2])).toThrow("the lists have 1 and 2 numbers");
    const estimate = egop(objective, { points, samples: 3 });
    for (const rank of [NaN, 1.5, 0, -3]) {
      const refused = (): Advice => advise(objective, estimate, { points, rank });
      expect(refused).toThrow(ArgumentError);
      expect(refused).toThrow(`advise: rank is ${rank}; expected a whole number of at least 1.`);
    }
  });

  it("refuses points and estimates of other parameters, before any work", () => {
    let calls = 0;
    const own = quadratic(axes);
    const objective: Objective = { ...own, hessianVector: () => calls++ };
    const estimate = egop(own, { points, samples: 3 });
    for (const dimension of [d - 7, d + 1]) {
      const others = gaussian({ mean: new Float64Array(dimension), standardDeviation: 1 });
      const refused = (): Advice => advise(objective, estimate, { points: others });
      expect(refused).toThrow(ShapeError);
      expect(refused).toThrow(`advise: the points have dimension ${dimension}; the objective has 20.`);
    }
    const small = gaussian({ mean: new Float64Array(5), standardDeviation: 1 });
    const five: Objective = { dimension: 5, valueAndGradient: () => 0, hessianVector: () => calls++ };
    const ofFive = (): Advice => advise(five, estimate, { points: small });
    expect(ofFive).toThrow(ShapeError);
    expect(ofFive).toThrow("advise: the estimate has gradients of 20 parameters; the objective has 5.");
    const turned = (): Advice => advise({ ...objective, layout: layout({ W: [3, 5], b: [5] }) }, estimate, { points });
    expect(turned).toThrow(ShapeError);
    expect(turned).toThrow(
      'advise: the estimate is of the tensors "W" [5, 3], "b" [5]; the objective has "W" [3, 5], "b" [5].',
    );
    expect(calls).toBe(0);
    // What does not know its tensors cannot be told from another.
    const unknown: Objective = {
      dimension: d,
      valueAndGradient: (x, out) => own.valueAndGradient(x, out),
      hessianVector(_x, direction, out): void {
        out.set(direction);
      },
    };
    expect(advise(unknown, estimate, { points }).dimension).toBe(d);
    expect(advise(own, egop(unknown, { points, samples: 3 }), { points }).dimension).toBe(d);
  });
});

describe("Spearman's rank correlation", () => {
  it("is 1 for any increasing relation, −1 for a decreasing one, and shares ranks among ties", () => {
    expect(rankCorrelation([1, 2, 3, 10], [0, 5, 6, 7])).toBeCloseTo(1, 14);
    expect(rankCorrelation([1, 2, 3, 10], [9, 5, 2, 1])).toBeCloseTo(-1, 14);
    // scipy.stats.spearmanr([1, 2, 2, 3], [1, 3, 2, 4]) = 0.9486832980505138
    expect(rankCorrelation([1, 2, 2, 3], [1, 3, 2, 4])).toBeCloseTo(0.9486832980505138, 14);
  });
});
