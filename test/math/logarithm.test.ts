import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exp } from "../../src/math/exponential.ts";
import { log, log1p } from "../../src/math/logarithm.ts";
import { neighbor } from "./reference.ts";

const positive = fc.double({ min: Number.MIN_VALUE, noNaN: true, noDefaultInfinity: true });

describe("log", () => {
  it("has the values of IEEE 754 where they are exact", () => {
    expect(log(1)).toBe(0);
    expect(log(0)).toBe(-Infinity);
    expect(log(-0)).toBe(-Infinity);
    expect(log(Infinity)).toBe(Infinity);
    expect(log(-Number.MIN_VALUE)).toBeNaN();
    expect(log(-1)).toBeNaN();
    expect(log(-Infinity)).toBeNaN();
    expect(log(NaN)).toBeNaN();
  });

  it("has the values of mpmath at the ends of the range and at the end of subnormal numbers", () => {
    expect(log(Number.MAX_VALUE)).toBe(709.782712893384);
    expect(log(Number.MIN_VALUE)).toBe(-744.4400719213812);
    expect(log(2.2250738585072014e-308)).toBe(-708.3964185322641);
    expect(log(neighbor(2.2250738585072014e-308, -1))).toBe(-708.3964185322641);
    expect(log(neighbor(1, -1))).toBe(-(2 ** -53));
    expect(log(neighbor(1, 1))).toBe(neighbor(2 ** -52, -1));
  });

  it("does not fall from an argument to the next", () => {
    fc.assert(
      fc.property(positive, fc.integer({ min: 1, max: 1000 }), (x, steps) => !(log(x) > log(neighbor(x, steps)))),
      { numRuns: 5000 },
    );
  });

  it("undoes exp", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -700, max: 700, noNaN: true }),
        (x) => Math.abs(log(exp(x)) - x) <= 2 ** -52 * Math.max(1, Math.abs(x)),
      ),
    );
  });

  it("changes sign, bit by bit, with the sign of a power of two's exponent", () => {
    for (let k = 1; k < 1023; k++) expect(log(2 ** -k)).toBe(-log(2 ** k));
  });
});

describe("log1p", () => {
  it("has the values of IEEE 754 where they are exact", () => {
    expect(log1p(0)).toBe(0);
    expect(log1p(-0)).toBe(-0);
    expect(log1p(-1)).toBe(-Infinity);
    expect(log1p(Infinity)).toBe(Infinity);
    expect(log1p(neighbor(-1, -1))).toBeNaN();
    expect(log1p(-Infinity)).toBeNaN();
    expect(log1p(NaN)).toBeNaN();
    expect(log1p(Number.MIN_VALUE)).toBe(Number.MIN_VALUE);
    expect(log1p(-1e-300)).toBe(-1e-300);
    expect(log1p(Number.MAX_VALUE)).toBe(709.782712893384);
  });

  it("is log(1 + x) where 1 + x is exact", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -(2 ** 30) + 1, max: 2 ** 31 - 1 }),
        (k) => log1p(k / 2 ** 30) === log(1 + k / 2 ** 30),
      ),
    );
  });

  it("does not fall from an argument to the next", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1, max: 1e6, noNaN: true }),
        fc.integer({ min: 1, max: 100 }),
        (x, steps) => log1p(x) <= log1p(neighbor(x, steps)),
      ),
      { numRuns: 5000 },
    );
  });
});
