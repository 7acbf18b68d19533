import { describe, expect, it } from "vitest";
import { powersOfTwo, zeroExponent } from "../../src/math/powers-of-two.ts";
import { exactly } from "./reference.ts";

describe("the powers of two", () => {
  it("are all there and exact", () => {
    for (let e = -1074; e < 1024; e++) {
      const { mantissa, exponent } = exactly(powersOfTwo[e + zeroExponent]);
      expect(mantissa.toString(2).replace(/0*$/, "")).toBe("1");
      expect(mantissa.toString(2).length - 1 + exponent).toBe(e);
    }
    expect(powersOfTwo.length).toBe(2098);
  });
});
