import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exp, expm1 } from "../../src/math/exponential.ts";
import { neighbor } from "./reference.ts";

const finite = (limit: number): fc.Arbitrary<number> =>
  fc.double({ min: -limit, max: limit, noNaN: true, noDefaultInfinity: true });

describe("exp", () => {
  it("has the values of IEEE 754 where they are exact", () => {
    expect(exp(0)).toBe(1);
    expect(exp(-0)).toBe(1);
    expect(exp(Infinity)).toBe(Infinity);
    expect(exp(-Infinity)).toBe(0);
    expect(exp(NaN)).toBeNaN();
    expect(exp(Number.MIN_VALUE)).toBe(1);
    expect(exp(2 ** -60)).toBe(1);
    expect(exp(Number.MAX_VALUE)).toBe(Infinity);
    expect(exp(-Number.MAX_VALUE)).toBe(0);
  });

  it("overflows and underflows where the true value does", () => {
    // The largest arguments with a finite, and with a zero, rounded result (IEEE 754 double, from mpmath).
    expect(exp(709.782712893384)).toBe(1.7976931348622732e308);
    expect(exp(neighbor(709.782712893384, 1))).toBe(Infinity);
    expect(exp(-745.1332191019411)).toBe(Number.MIN_VALUE);
    expect(exp(neighbor(-745.1332191019411, -1))).toBe(0);
    expect(exp(-708.3964185322641)).toBe(2.2250738585072626e-308);
  });

  it("does not fall from an argument to the next", () => {
    fc.assert(
      fc.property(finite(746), fc.integer({ min: 1, max: 1000 }), (x, steps) => exp(x) <= exp(neighbor(x, steps))),
      { numRuns: 5000 },
    );
  });

  it("is the inverse of itself at −x", () => {
    fc.assert(fc.property(finite(700), (x) => Math.abs(exp(x) * exp(-x) - 1) < 4e-16));
  });
});

describe("expm1", () => {
  it("has the values of IEEE 754 where they are exact", () => {
    expect(expm1(0)).toBe(0);
    expect(expm1(-0)).toBe(-0);
    expect(expm1(Infinity)).toBe(Infinity);
    expect(expm1(-Infinity)).toBe(-1);
    expect(expm1(NaN)).toBeNaN();
    expect(expm1(Number.MIN_VALUE)).toBe(Number.MIN_VALUE);
    expect(expm1(-Number.MIN_VALUE)).toBe(-Number.MIN_VALUE);
    expect(expm1(1e-300)).toBe(1e-300);
    expect(expm1(-50)).toBe(-1);
    expect(expm1(710)).toBe(Infinity);
  });

  it("does not fall from an argument to the next, around 0", () => {
    fc.assert(
      fc.property(finite(1), fc.integer({ min: 1, max: 100 }), (x, steps) => expm1(x) <= expm1(neighbor(x, steps))),
      { numRuns: 5000 },
    );
  });

  it("is exp − 1 where nothing cancels", () => {
    fc.assert(
      fc.property(fc.double({ min: 3, max: 709, noNaN: true }), (x) => Math.abs(expm1(x) / (exp(x) - 1) - 1) < 4e-16),
    );
  });
});
