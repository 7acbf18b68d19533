import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { integerPower } from "../../src/optim/integer-power.ts";

describe("integerPower", () => {
  it("is exact for powers of two", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), (exponent) => {
        expect(integerPower(2, exponent)).toBe(2 ** exponent);
      }),
    );
  });

  it("keeps 1 - base^n to 1e-12 for the bases of running averages", () => {
    for (const base of [0.9, 0.99, 0.999, 0.9999])
      for (const exponent of [1, 2, 3, 7, 10, 99, 1000, 12_345, 1e6, 1e9]) {
        const expected = -Math.expm1(exponent * Math.log(base));
        expect(Math.abs(1 - integerPower(base, exponent) - expected)).toBeLessThan(1e-12 * expected);
      }
  });

  it("has the edges right", () => {
    expect([integerPower(0, 0), integerPower(0, 5), integerPower(0.5, 1)]).toEqual([1, 0, 0.5]);
  });
});
