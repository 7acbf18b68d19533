import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { layout } from "../../src/linalg/layout.ts";
import { indexOfNotFinite, placeOf } from "../../src/optim/finite.ts";

describe("indexOfNotFinite", () => {
  it("finds the first entry that is not finite, wherever it is", () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { maxLength: 12 }), (entries) => {
        expect(indexOfNotFinite(Float64Array.from(entries))).toBe(entries.findIndex((x) => !Number.isFinite(x)));
      }),
      { numRuns: 1000 },
    );
  });

  it("is not misled by sums that overflow or cancel", () => {
    expect(indexOfNotFinite(new Float64Array(9).fill(Number.MAX_VALUE))).toBe(-1);
    expect(indexOfNotFinite(Float64Array.of(1, Infinity, 2, -Infinity, 3))).toBe(1);
  });
});

describe("placeOf", () => {
  it("names the tensor and the element in it", () => {
    const model = layout({ W: [2, 3], b: [2] });
    expect(placeOf(5, model)).toBe('element 5 of "W"');
    expect(placeOf(6, model)).toBe('element 0 of "b"');
    expect(placeOf(8, model)).toBe("element 8");
  });
});
