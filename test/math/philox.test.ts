import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { philox } from "../../src/math/philox.ts";
import { philoxReference } from "./philox-reference.ts";

type Counter = readonly [number, number, number, number];
type PhiloxKey = readonly [number, number];

function block([c0, c1, c2, c3]: Counter, [k0, k1]: PhiloxKey): number[] {
  const out = new Uint32Array(4);
  philox(c0, c1, c2, c3, k0, k1, out);
  return [...out];
}

describe("philox", () => {
  it("is the paper's function for every counter and key", () => {
    const word = fc.oneof(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.constantFrom(0, 0xffff, 0x10000, 0xffffffff));
    fc.assert(
      fc.property(fc.tuple(word, word, word, word), fc.tuple(word, word), (counter, key) => {
        expect(block(counter, key)).toEqual(philoxReference(counter, key));
      }),
      { numRuns: 2000 },
    );
  });

  const all = 0xffffffff;
  // Random123 1.14, tests/kat_vectors, lines philox4x32 10.
  const known: readonly (readonly [Counter, PhiloxKey, readonly number[]])[] = [
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [all, all, all, all],
      [all, all],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ];
  it.each(known)("gives Random123's known answer for counter %o", (counter, key, answer) => {
    expect(block(counter, key)).toEqual(answer);
    expect(philoxReference(counter, key)).toEqual(answer);
  });
});
