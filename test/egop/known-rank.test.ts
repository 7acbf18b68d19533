/** Fewer samples than directions that are asked for, in every form: what is not known is not made up. */
import { describe, expect, it } from "vitest";
import {
  accumulate,
  estimateOf,
  gaussian,
  kroneckerMarginals,
  tensorBlocks,
  type BasisOptions,
  type EgopEstimate,
  type MomentForm,
} from "../../src/egop/index.ts";
import { ArgumentError } from "../../src/errors.ts";
import { layout } from "../../src/linalg/layout.ts";
import { random } from "../../src/math/random.ts";
import type { Objective } from "../../src/optim/index.ts";

const model = layout({ W: [2, 5], b: [2] });
const d = model.size;
const identity: Objective = {
  dimension: d,
  layout: model,
  valueAndGradient(x, gradient): number {
    gradient.set(x);
    return 0;
  },
};
const points = gaussian({ mean: new Float64Array(d).fill(0.2), standardDeviation: 1 });
const randomized: MomentForm = { kind: "randomized", rank: 4, oversampling: 2, key: random(1) };
const estimate = (samples: number, form: MomentForm): EgopEstimate =>
  estimateOf(accumulate(identity, { points, to: samples, form }));

describe.each<[string, MomentForm]>([
  ["samples", { kind: "samples" }],
  ["exact", { kind: "exact" }],
  ["exact, weighted", { kind: "exact", decay: 0.9 }],
  ["randomized", randomized],
  ["Frequent Directions", { kind: "frequentDirections", rank: 6 }],
])("three samples of twelve parameters, %s", (_name, form) => {
  const three = estimate(3, form);

  it("tell three directions", () => {
    expect(three.knownRank).toBe(3);
    expect(three.leading(3).values.every((value) => value > 0)).toBe(true);
    expect([...three.eigenvalues].slice(3)).toEqual(Array.from({ length: d - 3 }, () => 0));
    // Also when the whole has been decomposed before.
    expect(three.eigenvectors.columns).toBe(d);
    expect([...three.eigenvalues].slice(3)).toEqual(Array.from({ length: d - 3 }, () => 0));
    const unknown = "the rank is 4; expected a whole number from 1 to 3, the number of samples (take more of them).";
    expect(() => three.leading(4)).toThrow(ArgumentError);
    expect(() => three.leading(4)).toThrow(unknown);
    expect(() => three.leading(1.5)).toThrow(ArgumentError);
    expect(() => three.basis({ rank: 4 })).toThrow(unknown);
    expect(() => three.basis({ rank: 30 })).toThrow(ArgumentError);
    expect(() => three.basis({ by: [["W"]], rank: 4 })).toThrow(unknown);
  });

  it("give eigenvectors whose largest entries are positive", () => {
    for (let j = 0; j < 3; j++) {
      let largest = 0;
      for (let i = 0; i < d; i++) {
        const entry = three.eigenvectors.get(i, j);
        if (Math.abs(entry) > Math.abs(largest)) largest = entry;
      }
      expect(largest).toBeGreaterThan(0);
    }
  });

  it("give no more to a choice", () => {
    for (const rank of [{ energy: 0.999999 }, { gap: 12 }, { bytes: 1e6 }])
      for (const by of ["all", "tensor"] as const)
        expect(three.basis({ by, rank }).matrices[0].columns).toBeLessThanOrEqual(3);
    expect(three.basis({ rank: { bytes: 1e6 } }).matrices[0].columns).toBe(3);
    // A rank beyond the dimension of a basis means all of it.
    expect(three.basis({ by: [["b"]], rank: 30 }).matrices[0].columns).toBe(2);
  });
});

describe("what samples tell", () => {
  it("of a block is as many directions as there are samples", () => {
    const two = estimate(2, tensorBlocks(model));
    expect(two.basis({ by: "tensor", rank: 2 }).matrices[0].columns).toBe(2);
    expect(() => two.basis({ by: "tensor", rank: 3 })).toThrow("the rank is 3; expected a whole number from 1 to 2");
    expect(two.basis({ by: "tensor", rank: { bytes: 1e6 } }).matrices[0].columns).toBe(2);
  });

  it.each<[string, MomentForm]>([
    ["samples", { kind: "samples" }],
    ["exact", { kind: "exact" }],
    ["marginals", kroneckerMarginals(model)],
  ])("of a side of a matrix is as many times the other side: %s", (_name, form) => {
    // One gradient 2 × 5 tells both directions of the rows and two of the columns.
    const one = estimate(1, form);
    const shapes = (options: Omit<BasisOptions, "by">): readonly number[] =>
      one.basis({ by: "kronecker", ...options }).matrices.map(({ columns }) => columns);
    expect(shapes({ rank: 4 })).toEqual([2, 2]);
    const unknown =
      "the rank is 5; so few samples tell 4 of the 10 directions of a Kronecker basis (take more of them).";
    expect(() => shapes({ rank: 5 })).toThrow(ArgumentError);
    expect(() => shapes({ rank: 5 })).toThrow(unknown);
    expect(() => shapes({ rank: 30 })).toThrow(ArgumentError);
    for (const rank of [{ energy: 1 }, { gap: 10 }, { bytes: 1e6 }]) expect(shapes({ rank })[1]).toBeLessThan(3);
    const windows = one.basis({ by: "convolution", rank: 2 }).matrices;
    expect(windows.map(({ columns }) => columns)).toEqual([2]);
    expect(() => one.basis({ by: "convolution", rank: 3 })).toThrow(ArgumentError);
    expect(
      estimate(3, form)
        .basis({ by: "kronecker", rank: 30 })
        .matrices.map(({ columns }) => columns),
    ).toEqual([2, 5]);
  });

  it("of a sketch is no more than its rows", () => {
    const many = estimate(50, randomized);
    expect(many.knownRank).toBe(6);
    expect(() => many.leading(7)).toThrow(
      "expected a whole number from 1 to 6, the number of rows of the sketch (make one of a larger rank).",
    );
    expect(estimate(50, { kind: "exact" }).knownRank).toBe(d);
  });
});
