import fc from "fast-check";
import { describe, it } from "vitest";
import { addSmaller, multiply, ratio, squareRoot } from "../../src/math/double-double.ts";
import { agree, bits, fixed, fixedPair } from "./fixed-point.ts";

const number = fc.double({ min: 2 ** -10, max: 2 ** 10, noNaN: true });
const pair = fc
  .tuple(number, fc.double({ min: -(2 ** -54), max: 2 ** -54, noNaN: true }))
  .map(([high, t]) => ({ high, low: high * t }));

describe("pairs of doubles", () => {
  it("add, multiply, divide and take roots with about 100 binary places", () => {
    fc.assert(
      fc.property(pair, pair, (a, b) => {
        const [larger, smaller] = a.high >= b.high ? [a, b] : [b, a];
        const product = (fixedPair(a) * fixedPair(b)) >> BigInt(bits);
        const root = fixedPair(squareRoot(a));
        return (
          agree(fixedPair(addSmaller(larger, smaller)), fixedPair(a) + fixedPair(b), 100) &&
          agree(fixedPair(multiply(a, b)), product, 100) &&
          agree(fixedPair(ratio(a.high, b.high)), (fixed(a.high) << BigInt(bits)) / fixed(b.high), 100) &&
          agree((root * root) >> BigInt(bits), fixedPair(a), 99)
        );
      }),
    );
  });
});
