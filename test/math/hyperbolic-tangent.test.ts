import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expm1 } from "../../src/math/exponential.ts";
import { tanh } from "../../src/math/hyperbolic-tangent.ts";
import { neighbor } from "./reference.ts";

describe("tanh", () => {
  it("has the values of IEEE 754 where they are exact", () => {
    expect(tanh(0)).toBe(0);
    expect(tanh(-0)).toBe(-0);
    expect(tanh(Infinity)).toBe(1);
    expect(tanh(-Infinity)).toBe(-1);
    expect(tanh(NaN)).toBeNaN();
    expect(tanh(Number.MIN_VALUE)).toBe(Number.MIN_VALUE);
    expect(tanh(1e-200)).toBe(1e-200);
    expect(tanh(19.1)).toBe(1);
    expect(tanh(-700)).toBe(-1);
    expect(tanh(Number.MAX_VALUE)).toBe(1);
  });

  it("reaches 1 where the true value rounds to it", () => {
    expect(tanh(19)).toBe(neighbor(1, -1));
    expect(tanh(19.0616)).toBe(1);
  });

  it("is odd, bit by bit", () => {
    fc.assert(fc.property(fc.double({ noNaN: true }), (x) => Object.is(tanh(-x), -tanh(x))));
    fc.assert(fc.property(fc.double({ min: -25, max: 25, noNaN: true }), (x) => Object.is(tanh(-x), -tanh(x))));
  });

  it("stays between −1 and 1 and does not fall from an argument to the next", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -25, max: 25, noNaN: true }),
        fc.integer({ min: 1, max: 100 }),
        (x, steps) => -1 <= tanh(x) && tanh(x) <= tanh(neighbor(x, steps)) && tanh(x) <= 1,
      ),
      { numRuns: 5000 },
    );
  });

  it("does not fall where one formula hands over to the other", () => {
    for (let k = -2000; k < 2000; k++) expect(tanh(neighbor(0.55, k))).toBeLessThanOrEqual(tanh(neighbor(0.55, k + 1)));
  });

  it("is expm1(2x)/(expm1(2x) + 2)", () => {
    fc.assert(
      fc.property(fc.double({ min: -19, max: 19, noNaN: true }), (x) => {
        const t = expm1(2 * x);
        return Math.abs(tanh(x) - t / (t + 2)) <= 5e-16 * Math.abs(tanh(x));
      }),
    );
  });
});
