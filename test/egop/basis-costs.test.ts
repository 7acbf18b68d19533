/** What bases cost, in words. */
import { describe, expect, it } from "vitest";
import { costsOf } from "../../src/egop/basis-costs.ts";
import { layout } from "../../src/linalg/layout.ts";

const wordsOf = (shapes: Readonly<Record<string, readonly number[]>>, rank: number): Record<string, string> =>
  Object.fromEntries(costsOf(layout(shapes), rank).map(({ name, words }) => [name, words]));

describe("the cost of a basis in words", () => {
  it("is in units that fit its size", () => {
    expect(wordsOf({ p: [2] }, 1)["dense"]).toBe(
      "about 2 gradients to estimate it, 8 operations to apply, 32 bytes to keep",
    );
    expect(wordsOf({ p: [10] }, 1)["dense"]).toBe(
      "about 10 gradients to estimate it, 200 operations to apply, 800 bytes to keep",
    );
    expect(wordsOf({ p: [2410] }, 64)["dense"]).toBe(
      "about 2410 gradients to estimate it, 12 million operations to apply, 46 MB to keep",
    );
    expect(wordsOf({ p: [2410] }, 64)["reduced"]).toBe(
      "about 256 gradients to estimate it, 310 thousand operations to apply, 1.2 MB to keep",
    );
    expect(wordsOf({ p: [50826] }, 64)["dense"]).toBe(
      "about 50826 gradients to estimate it, 5.2 billion operations to apply, 21 GB to keep",
    );
  });

  it("goes over to the next unit where it is rounded up to one, and knows none beyond the last", () => {
    expect(wordsOf({ p: [499] }, 1)["reduced"]).toContain("1 thousand operations to apply, 4 kB to keep");
    expect(wordsOf({ p: [2e7] }, 1)["dense"]).toContain("800 trillion operations to apply, 3200 TB to keep");
  });
});
