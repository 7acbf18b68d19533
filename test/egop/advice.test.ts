/** What the pilot predicts, on quadratics where the answer is known in closed form. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../src/errors.ts";
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
      /^Worth it: the predicted gain is .* from the curvature\..*Take the dense basis: about 20 gradients/,
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
    expect([gain.value, basis]).toEqual([NaN, undefined]);
    expect(recommendation).toMatch(/^Undecided: no curvature was met at the sampled points/);
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
