import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { median, quantile, rankCorrelation } from "../../lab/src/study/statistics.ts";
import { rateOf, tune } from "../../lab/src/study/tune.ts";

describe("tune", () => {
  it("finds the minimum of any valley within three decades of the first grid, inside what was tried", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: -15, max: 15 }), async (valley) => {
        const asked: number[] = [];
        const { best, tried, interior } = await tune(0, (index) => {
          asked.push(index);
          return Promise.resolve(Math.abs(index - valley));
        });
        expect([best, interior]).toEqual([valley, true]);
        expect(new Set(asked).size).toBe(asked.length);
        expect(tried.map(({ rate }) => rate)).toEqual(asked.sort((a, b) => a - b).map(rateOf));
      }),
    );
  });

  it("gives up beyond, and says so", async () => {
    const { best, interior } = await tune(0, (index) => Promise.resolve(-index));
    expect([best, interior]).toEqual([17, false]);
    const lost = await tune(0, () => Promise.resolve(Infinity));
    expect(lost.interior).toBe(false);
  });

  it("has rates with three digits, four to the decade", () => {
    expect([-4, -3, -2, -1, 0, 1].map(rateOf)).toEqual([0.1, 0.178, 0.316, 0.562, 1, 1.78]);
  });
});

describe("statistics", () => {
  it("interpolates quantiles, also beside infinities", () => {
    expect([0, 0.25, 0.5, 1].map((share) => quantile([4, 1, 3, 2], share))).toEqual([1, 1.75, 2.5, 4]);
    expect(median([Infinity, Infinity, 1])).toBe(Infinity);
    expect(quantile([], 0.5)).toBeNaN();
  });

  it("correlates ranks: 1 for any increasing relation, −1 for any decreasing one, ties at their mean", () => {
    const x = [0.1, 5, 2, 40];
    expect(rankCorrelation(x, x.map(Math.exp))).toBeCloseTo(1, 14);
    expect(rankCorrelation(x, x.map((value) => -value))).toBeCloseTo(-1, 14); // prettier-ignore
    // scipy.stats.spearmanr([1, 2, 2, 4], [1, 3, 2, 4]) = 0.9486832980505138
    expect(rankCorrelation([1, 2, 2, 4], [1, 3, 2, 4])).toBeCloseTo(0.9486832980505138, 14);
  });
});
