import { describe, expect, it } from "vitest";
import { rootsOfTwo, stepHigh, stepLow, stepsPerUnit } from "../../src/math/roots-of-two.ts";
import { agree, bits, fixed, fixedPair } from "./fixed-point.ts";

describe("the roots of two", () => {
  it("have 2^j as 128th power, with the correction, to 90 binary places", () => {
    for (let j = 0; j < 128; j++) {
      const root = fixed(rootsOfTwo[2 * j]);
      const one = 1n << BigInt(bits);
      let power = (root * (one + fixed(rootsOfTwo[2 * j + 1]))) >> BigInt(bits);
      for (let squaring = 0; squaring < 7; squaring++) power = (power * power) >> BigInt(bits);
      expect(agree(power, one << BigInt(j), 90)).toBe(true);
    }
  });

  it("come with a step that is (ln 2)/128 to 92 binary places, the upper part short", () => {
    let ln2 = 0n;
    for (let odd = 1n, power = (2n << BigInt(bits)) / 3n; power > 0n; odd += 2n, power /= 9n) ln2 += power / odd;
    expect(agree(128n * fixedPair({ high: stepHigh, low: stepLow }), ln2, 92)).toBe(true);
    expect(Number.isInteger(stepHigh * 2 ** 43)).toBe(true);
    expect(Math.abs(stepsPerUnit * stepHigh - 1)).toBeLessThan(1e-11);
  });
});
