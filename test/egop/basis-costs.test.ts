/** What bases cost, in words. */
import { describe, expect, it } from "vitest";
import { costsOf } from "../../src/egop/basis-costs.ts";
import { estimateFrom } from "../../src/egop/index.ts";
import { layout } from "../../src/linalg/layout.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { normal, random } from "../../src/math/random.ts";

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

describe("the cost of a basis in numbers", () => {
  const costsAt = (shapes: Readonly<Record<string, readonly number[]>>): Record<string, readonly number[]> =>
    Object.fromEntries(
      costsOf(layout(shapes), 1).map(({ name, gradients, making, applying }) => [
        name,
        [gradients, making, applying.operations, applying.bytes],
      ]),
    );

  it("counts gradients, operations to make and to apply it, and bytes", () => {
    const lowRank = 2 * 4 * 4 * 8 + 10 * 64 + 4 * 8;
    expect(costsAt({ W: [3, 2], b: [2] })).toEqual({
      dense: [8, 11 * 512, 128, 512],
      tensor: [6, 11 * 216, 72, 288],
      householder: [4, lowRank, 32, 64],
      auxiliary: [4, lowRank, 32, 64],
      reduced: [4, lowRank, 16, 64],
      kronecker: [6, 2 * 3 * 60 + 10 * (27 + 8), 60, 8 * (9 + 4)],
    });
  });

  it("has one basis for the windows of filters, where there are any", () => {
    const { convolution } = costsAt({ K: [4, 2, 3], W: [2, 5], b: [4] });
    expect(convolution).toEqual([
      2 * 6,
      2 * 6 * (2 * 4 * 36 + 2 * 2 * 25) + 10 * (216 + 125),
      2 * 4 * 36 + 2 * 2 * 25,
      8 * (36 + 25),
    ]);
    expect(Object.keys(costsAt({ W: [2, 5], b: [4] }))).not.toContain("convolution");
  });

  it("is what the basis itself says", () => {
    const model = layout({ K: [4, 2, 3], W: [2, 5], b: [4] });
    const gradients = new Matrix(40, model.size);
    normal(random(1), gradients.data);
    const estimate = estimateFrom(gradients, model);
    for (const { options, applying } of costsOf(model, 3)) expect(estimate.basis(options).cost).toEqual(applying);
  });
});
