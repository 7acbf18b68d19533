import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gainOver } from "../../lab/src/study/gain.ts";
import type { RunOutput } from "../../lab/src/study/run-job.ts";

const steps = [0, 10, 20, 30];

function runOf(curve: readonly number[]): RunOutput {
  const finalLoss = curve[curve.length - 1];
  return { curve, finalLoss, testAccuracy: null, seconds: 0, basisSeconds: 0, basisBytes: 0, sampleBytes: 0 };
}

describe("gainOver", () => {
  it("is how many times fewer steps it takes to the worse of both final losses", () => {
    // The second reaches 1 after 10 steps, where the first needs 30.
    expect(gainOver([runOf([1000, 100, 10, 1])], [runOf([1000, 1, 0.1, 0.01])], steps)).toBeCloseTo(3, 12);
    // Half of the way between 100 and 1 on the logarithmic scale is 10.
    expect(gainOver([runOf([100, 50, 20, 10])], [runOf([100, 1, 1, 1])], steps)).toBeCloseTo(6, 12);
  });

  it("turns over when the runs change places, and is 1 for equal runs", () => {
    const falling = fc
      .array(fc.double({ min: 0.1, max: 5, noNaN: true }), { minLength: 3, maxLength: 3 })
      .map((drops) => drops.reduce((curve, drop) => [...curve, curve[curve.length - 1] * Math.exp(-drop)], [1]));
    fc.assert(
      fc.property(falling, falling, (a, b) => {
        const [first, second] = [[runOf(a)], [runOf(b)]];
        expect(gainOver(first, first, steps)).toBeCloseTo(1, 12);
        expect((gainOver(first, second, steps) ?? NaN) * (gainOver(second, first, steps) ?? NaN)).toBeCloseTo(1, 9);
      }),
    );
  });

  it("leaves out seeds that diverged; null when all did", () => {
    const lost = { ...runOf([1, 2, 3, 4]), finalLoss: null };
    expect(gainOver([runOf([8, 4, 2, 1])], [lost], steps)).toBeNull();
    expect(gainOver([runOf([8, 4, 2, 1]), lost], [runOf([8, 4, 2, 1]), lost], steps)).toBe(1);
  });
});
