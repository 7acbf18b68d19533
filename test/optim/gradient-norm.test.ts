import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gradientNorm } from "../../src/optim/gradient-norm.ts";

describe("gradientNorm", () => {
  it("is the Euclidean norm", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true })), (entries) => {
        const expected = Math.hypot(...entries);
        expect(Math.abs(gradientNorm(Float64Array.from(entries)) - expected)).toBeLessThanOrEqual(1e-14 * expected);
      }),
    );
  });

  it.each([1e300, 1e-300, 1])("does not mind entries of size %d", (size) => {
    expect(gradientNorm(Float64Array.of(3 * size, -4 * size)) / (5 * size)).toBeCloseTo(1, 14);
  });

  it("is 0 for zeros", () => {
    expect(gradientNorm(new Float64Array(3))).toBe(0);
  });
});
