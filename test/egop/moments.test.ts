/** Accumulating gradients: the same bits however the samples are split, and the second moment that each form promises. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, NotFiniteError, ShapeError, StateError } from "../../src/errors.ts";
import {
  accumulate,
  coveredSamples,
  emptyMoments,
  estimateOf,
  gaussian,
  mergeMoments,
  type MomentForm,
  type MomentState,
} from "../../src/egop/index.ts";
import { layout } from "../../src/linalg/layout.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { gram, multiply } from "../../src/linalg/product.ts";
import { symmetricEigen } from "../../src/linalg/symmetric-eigen.ts";
import { normal, permutation, random } from "../../src/math/random.ts";
import type { StochasticObjective } from "../../src/optim/index.ts";

const model = layout({ W: [2, 3], b: [2], K: [2, 1, 2] });
const d = model.size;
const points = gaussian({ mean: new Float64Array(d).fill(0.2), standardDeviation: 1 });

/** Gradients of very different sizes, that depend on point and key; not finite at a share of the points. */
function noisy(shareNotFinite = 0): StochasticObjective {
  return {
    dimension: d,
    layout: model,
    valueAndGradient(point, gradient, key): number {
      const noise = normal(key, new Float64Array(d));
      for (let i = 0; i < d; i++) gradient[i] = (point[i] + 0.3 * noise[i] + 0.5 * point[(i + 1) % d]) / (1 + i);
      return Math.abs(noise[0]) < shareNotFinite ? NaN : 1;
    },
  };
}

const forms: Readonly<Record<string, MomentForm>> = {
  samples: { kind: "samples" },
  exact: { kind: "exact" },
  "exact, exponentially weighted": { kind: "exact", decay: 0.98 },
  "samples, exponentially weighted": { kind: "samples", decay: 0.98 },
  "Frequent Directions": { kind: "frequentDirections", rank: 5 },
  "Frequent Directions, exponentially weighted": { kind: "frequentDirections", rank: 5, decay: 0.99 },
  randomized: { kind: "randomized", rank: 3, oversampling: 2, key: random(5) },
  blocks: { kind: "blocks", blocks: [["W", "K"], ["b"]] },
  kronecker: { kind: "kronecker", tensors: ["W", "K"] },
};

describe("a state of samples", () => {
  for (const [name, form] of Object.entries(forms))
    it(`${name}: is the same bits for any split into ranges, merged in any order`, () => {
      fc.assert(
        fc.property(
          fc.integer({ min: 1, max: 300 }),
          fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 6 }),
          fc.nat(),
          (total, cuts, seed) => {
            const objective = noisy(0.1);
            const common = { points, key: random(seed), form, notFinite: "skip" } as const;
            const whole = accumulate(objective, { ...common, to: total });
            const ends = [...new Set([0, total, ...cuts.filter((cut) => cut < total)])].sort((a, b) => a - b);
            const ranges = ends.slice(1).map((to, k) => accumulate(objective, { ...common, from: ends[k], to }));
            const order = permutation(random(seed), ranges.length);
            // Two by two, in a random order: a tree as often as a chain.
            const parts = Array.from(order, (k) => ranges[k]);
            while (parts.length > 1) {
              const [a, b] = parts.splice(0, 2);
              parts.push(mergeMoments(a, b));
            }
            expect(parts[0]).toEqual(whole);
            expect(coveredSamples(parts[0])).toEqual([[0, total]]);
          },
        ),
        { numRuns: 25 },
      );
    });

  it("is only read when it is merged or gone on with, and goes on with the same bits after a stop", () => {
    for (const form of Object.values(forms)) {
      const signal = { aborted: false };
      const onProgress = ({ done }: { done: number }): void => void (signal.aborted = done === 130);
      const stopped = accumulate(noisy(), { points, to: 200, form, signal, onProgress });
      expect(coveredSamples(stopped)).toEqual([[0, 130]]);
      const copy = structuredClone(stopped);
      const seen: number[] = [];
      const resumed = accumulate(noisy(), {
        points,
        to: 200,
        resume: copy,
        onProgress: ({ done, total }) => seen.push(done / total),
      });
      expect(resumed).toEqual(accumulate(noisy(), { points, to: 200, form }));
      mergeMoments(copy, accumulate(noisy(), { points, from: 130, to: 300, form }));
      expect(copy).toEqual(stopped);
      expect([seen.length, seen[69]]).toEqual([70, 1]);
    }
  });

  it("knows its gaps, and what was skipped", () => {
    const state = mergeMoments(
      accumulate(noisy(0.3), { points, from: 3, to: 70, form: forms["exact"], notFinite: "skip" }),
      accumulate(noisy(0.3), { points, from: 100, to: 200, form: forms["exact"], notFinite: "skip" }),
    );
    expect(coveredSamples(state)).toEqual([
      [3, 70],
      [100, 200],
    ]);
    expect(state.skipped.length).toBeGreaterThan(5);
    expect(estimateOf(state).samples).toBe(167 - state.skipped.length);
    expect(estimateOf(state).skipped).toBe(state.skipped.length);
  });
});

/** Σ wₘ gₘ gₘᵀ / Σ wₘ, entry by entry. */
function secondMoment(gradients: Matrix, decay = 1): Matrix {
  const moment = new Matrix(d, d);
  let total = 0;
  for (let m = 0; m < gradients.rows; m++) {
    const weight = decay ** (gradients.rows - 1 - m);
    total += weight;
    for (let i = 0; i < d; i++)
      for (let j = 0; j < d; j++) moment.data[i * d + j] += weight * (gradients.row(m)[i] * gradients.row(m)[j]);
  }
  moment.data.forEach((value, k) => (moment.data[k] = value / total));
  return moment;
}

const difference = (a: Matrix, b: Matrix): Matrix =>
  new Matrix(
    a.rows,
    a.columns,
    a.data.map((value, k) => value - b.data[k]),
  );
const largest = (matrix: Matrix): number => Math.max(...matrix.data.map(Math.abs));
const trace = (matrix: Matrix): number => symmetricEigen(matrix).values.reduce((a, b) => a + b);

/** The moment of all parameters as the estimate has it. */
function wholeOf(state: MomentState): Matrix {
  const moment = estimateOf(state).moment.whole();
  if (moment.kind === "matrix") return moment.matrix;
  const matrix = gram(moment.rows);
  return new Matrix(
    d,
    d,
    matrix.data.map((value) => value / moment.weight),
  );
}

describe("the second moment", () => {
  const to = 200;
  const samples = accumulate(noisy(), { points, to });
  const gradients = new Matrix(to, d, samples.rows);
  const state = (form: MomentForm): MomentState => accumulate(noisy(), { points, to, form });

  it("of an exact form is that of the samples, exponentially weighted too", () => {
    for (const decay of [1, 0.97])
      for (const kind of ["exact", "samples"] as const) {
        const expected = secondMoment(gradients, decay);
        const estimate = estimateOf(state({ kind, decay }));
        expect(largest(difference(wholeOf(estimate.state), expected))).toBeLessThan(1e-14 * largest(expected));
        expect(estimate.trace / trace(expected)).toBeCloseTo(1, 13);
      }
  });

  it("exponentially weighted is that of the weighted samples in sketches, blocks and marginals, over several blocks", () => {
    const decay = 0.97;
    const whole = secondMoment(gradients, decay);
    const size = largest(whole);
    // A sketch of as many rows as parameters loses nothing to its shrinking but what it says.
    for (const form of [
      { kind: "frequentDirections", rank: d },
      { kind: "frequentDirections", rank: 5 },
    ] as const) {
      const sketched = state({ ...form, decay });
      const { values } = symmetricEigen(difference(whole, wholeOf(sketched)));
      const { sketchError, trace: own } = estimateOf(sketched);
      expect(values[d - 1]).toBeGreaterThan(-1e-13 * size);
      expect(values[0]).toBeLessThan(sketchError + 1e-13 * size);
      expect(sketchError).toBeLessThan(trace(whole) / (form.rank + 1) + 1e-13 * size);
      expect(own / trace(whole)).toBeCloseTo(1, 13);
    }
    const products = state({ kind: "randomized", rank: d, oversampling: 0, key: random(5), decay });
    expect(largest(difference(wholeOf(products), whole))).toBeLessThan(1e-7 * size);
    const blocks = estimateOf(state({ kind: "blocks", blocks: [["W"]], decay })).moment;
    const part = blocks.ofGroup({ slots: [model.slot("W")], size: 6 });
    if (part.kind !== "matrix") expect.unreachable();
    for (let i = 0; i < 6; i++)
      for (let j = 0; j < 6; j++) expect(part.matrix.get(i, j)).toBeCloseTo(whole.get(i, j), 13);
    const sides = estimateOf(state({ kind: "kronecker", tensors: ["W"], decay })).moment.marginals(model.slot("W"));
    for (let i = 0; i < 2; i++)
      for (let j = 0; j < 2; j++)
        expect(sides.left.get(i, j)).toBeCloseTo(
          [0, 1, 2].reduce((sum, k) => sum + whole.get(3 * i + k, 3 * j + k), 0),
          13,
        );
    for (let k = 0; k < 3; k++)
      for (let l = 0; l < 3; l++)
        expect(sides.right.get(k, l)).toBeCloseTo(
          [0, 1].reduce((sum, i) => sum + whole.get(3 * i + k, 3 * i + l), 0),
          13,
        );
  });

  it("in blocks and in marginals is that of its parts, from every form that has them", () => {
    const whole = secondMoment(gradients);
    const at = [...model.tensors].flatMap(({ name, offset, size }) =>
      name === "b" ? [] : Array.from({ length: size }, (_v, k) => offset + k),
    );
    const group = { slots: [model.slot("W"), model.slot("K")], size: at.length };
    for (const form of [forms["blocks"], forms["exact"], forms["samples"]]) {
      const part = estimateOf(state(form)).moment.ofGroup(group);
      const matrix = part.kind === "matrix" ? part.matrix : gram(part.rows);
      const factor = part.kind === "matrix" ? 1 : part.weight;
      at.forEach((i, k) => at.forEach((j, l) => expect(matrix.get(k, l) / factor).toBeCloseTo(whole.get(i, j), 13)));
    }
    // E[G Gᵀ] and E[Gᵀ G] of the 2 × 3 matrix W.
    for (const form of [forms["kronecker"], forms["exact"], forms["samples"]]) {
      const { left, right } = estimateOf(state(form)).moment.marginals(model.slot("W"));
      for (let i = 0; i < 2; i++)
        for (let j = 0; j < 2; j++)
          expect(left.get(i, j)).toBeCloseTo(
            [0, 1, 2].reduce((sum, k) => sum + whole.get(3 * i + k, 3 * j + k), 0),
            13,
          );
      for (let k = 0; k < 3; k++)
        for (let l = 0; l < 3; l++)
          expect(right.get(k, l)).toBeCloseTo(
            [0, 1].reduce((sum, i) => sum + whole.get(3 * i + k, 3 * i + l), 0),
            13,
          );
    }
  });

  it("of Frequent Directions exceeds its sketch by no more than it says, and that by no more than the theorem", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: d }), fc.integer({ min: 1, max: 300 }), fc.nat(), (rank, count, seed) => {
        const common = { points, to: count, key: random(seed) };
        const sampled = accumulate(noisy(), common);
        const exact = secondMoment(new Matrix(count, d, sampled.rows));
        const sketched = accumulate(noisy(), { ...common, form: { kind: "frequentDirections", rank } });
        const { values } = symmetricEigen(difference(exact, wholeOf(sketched)));
        const { values: spectrum } = symmetricEigen(exact);
        const { sketchError } = estimateOf(sketched);
        const roundoff = 1e-13 * spectrum[0];
        expect(values[d - 1]).toBeGreaterThan(-roundoff);
        expect(values[0]).toBeLessThan(sketchError + roundoff);
        for (let k = 0; k <= rank; k++) {
          const tail = spectrum.slice(k).reduce((a, b) => a + b, 0);
          expect(sketchError).toBeLessThan(tail / (rank + 1 - k) + roundoff);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("of a randomized form is never exceeded, misses no more than it says, and is exact up to its rank", () => {
    const exact = secondMoment(gradients);
    const sketched = state({ kind: "randomized", rank: 4, oversampling: 2, key: random(1) });
    const { values } = symmetricEigen(difference(exact, wholeOf(sketched)));
    const { sketchError, eigenvalues } = estimateOf(sketched);
    expect(values[d - 1]).toBeGreaterThan(-1e-7 * eigenvalues[0]);
    expect(values[0]).toBeLessThan(sketchError * (1 + 1e-9));
    expect(sketchError).toBeLessThan(0.2 * eigenvalues[0]);
    const few = { points, to: 4 };
    const lowRank = accumulate(noisy(), {
      ...few,
      form: { kind: "randomized", rank: 4, oversampling: 2, key: random(2) },
    });
    const whole = secondMoment(new Matrix(4, d, accumulate(noisy(), few).rows));
    expect(largest(difference(whole, wholeOf(lowRank)))).toBeLessThan(1e-7 * largest(whole));
  });

  it("has leading eigenvectors that diagonalize it, from more and from fewer samples than parameters", () => {
    for (const count of [4, 7, 100]) {
      const estimate = estimateOf(accumulate(noisy(), { points, to: count }));
      const moment = secondMoment(estimate.gradients);
      const { values, vectors } = estimate.leading(4);
      const turned = multiply(vectors, multiply(moment, vectors), { transposeA: true });
      for (let i = 0; i < 4; i++)
        for (let j = 0; j < 4; j++)
          expect(Math.abs(turned.get(i, j) - (i === j ? values[i] : 0))).toBeLessThan(1e-14 * values[0]);
      expect([...estimate.eigenvalues.subarray(0, 4)]).toEqual([...values]);
    }
  });
});

describe("what is not in order", () => {
  const refused = (action: () => unknown, kind: new (message: string) => Error, message: string): void => {
    expect(action).toThrow(kind);
    expect(action).toThrow(message);
  };
  const exact = accumulate(noisy(), { points, to: 70, form: { kind: "exact" } });

  it("is refused: ranges, forms, ranks", () => {
    refused(() => accumulate(noisy(), { points, from: 3, to: 2 }), ArgumentError, "the samples are 3 to 2");
    refused(() => accumulate(noisy(), { points, to: 0.5 }), ArgumentError, "0 ≤ from ≤ to");
    refused(
      () => accumulate(noisy(), { points, to: 1, notFinite: "keep" as "skip" }),
      ArgumentError,
      'notFinite is "keep"',
    );
    const form = (bad: object): (() => unknown) => {
      return () => emptyMoments(bad as MomentForm, model);
    };
    refused(form({ kind: "all" }), ArgumentError, 'form.kind is "all"');
    refused(form({ kind: "exact", decay: 0 }), ArgumentError, "form.decay is 0");
    refused(form({ kind: "frequentDirections", rank: 13 }), ArgumentError, "form.rank is 13");
    refused(form({ kind: "randomized", rank: 1, oversampling: -1 }), ArgumentError, "form.oversampling is -1");
    refused(form({ kind: "blocks", blocks: [["W"], ["W"]] }), ArgumentError, 'the tensor "W" stands twice');
    refused(form({ kind: "blocks", blocks: [[]] }), ArgumentError, "a group names no tensor");
    refused(form({ kind: "kronecker", tensors: ["V"] }), ArgumentError, 'no tensor is named "V"');
    refused(() => estimateOf(emptyMoments({ kind: "exact" }, model)), ArgumentError, "there is no sample");
    refused(
      () => estimateOf(accumulate(noisy(10), { points, to: 2, notFinite: "skip" })),
      ArgumentError,
      "there is no sample in the estimate (2 were not finite)",
    );
    const three = estimateOf(accumulate(noisy(), { points, to: 3 }));
    refused(() => three.leading(4), ArgumentError, "the rank is 4; expected a whole number from 1 to 3, the number of");
    refused(() => estimateOf(exact).leading(13), ArgumentError, "from 1 to 12, the number of parameters");
  });

  it("throws at a sample that is not finite unless told to skip it", () => {
    refused(() => accumulate(noisy(10), { points, to: 2 }), NotFiniteError, "the objective is NaN at sample 0");
  });

  it("does not count a sample twice", () => {
    const again = (from: number, to: number): (() => unknown) => {
      return () => mergeMoments(exact, accumulate(noisy(), { points, from, to, form: { kind: "exact" } }));
    };
    refused(again(69, 71), ArgumentError, "sample 69 is in both states");
    refused(again(63, 64), ArgumentError, "sample 63 is in both states");
    refused(again(0, 128), ArgumentError, "is in both states");
    refused(() => mergeMoments(exact, exact), ArgumentError, "is in both states");
  });

  it("does not mix forms, layouts or objectives", () => {
    const other = emptyMoments({ kind: "exact" }, layout({ w: [d] }));
    refused(() => mergeMoments(exact, emptyMoments({ kind: "samples" }, model)), ArgumentError, "expected the same");
    refused(() => mergeMoments(exact, other), ArgumentError, "the states are of other layouts");
    refused(
      () => accumulate(noisy(), { points, to: 1, resume: other }),
      StateError,
      "egop: the state to resume is of the tensors w [12]; the objective has W [2, 3], b [2], K [2, 1, 2].",
    );
    // Also where its form names tensors that the objective does not have.
    const named = emptyMoments({ kind: "kronecker", tensors: ["V"] }, layout({ V: [4, 3] }));
    refused(() => accumulate(noisy(), { points, to: 1, resume: named }), StateError, "is of the tensors V [4, 3]");
    const asked = { points, to: 1, resume: exact, form: { kind: "samples" } } as const;
    refused(
      () => accumulate(noisy(), asked),
      StateError,
      'egop: the state to resume is of the form {"kind":"exact"}; expected {"kind":"samples"}.',
    );
    const small = emptyMoments({ kind: "exact" }, layout({ w: [2] }));
    refused(() => accumulate(noisy(), { points, to: 1, resume: small }), StateError, "has gradients of 2");
    const few = gaussian({ mean: new Float64Array(2), standardDeviation: 1 });
    refused(() => accumulate(noisy(), { points: few, to: 1 }), ShapeError, "the points have dimension 2");
  });

  it("of parts that were not kept, does not speak", () => {
    const blocks = estimateOf(accumulate(noisy(), { points, to: 3, form: forms["blocks"] }));
    refused(() => blocks.eigenvalues, ArgumentError, "has not kept the moment of all parameters");
    refused(() => blocks.gradients, ArgumentError, "has not kept the gradients themselves");
    refused(() => blocks.moment.marginals(model.slot("W")), ArgumentError, 'has not kept the moment of "W"');
    const kronecker = estimateOf(accumulate(noisy(), { points, to: 3, form: forms["kronecker"] }));
    refused(() => kronecker.moment.marginals(model.slot("b")), ArgumentError, 'has not kept the marginals of "b"');
  });

  it("from storage is refused with a StateError, whatever it is", () => {
    const node = exact.nodes[0];
    const spoiled: readonly unknown[] = [
      null,
      [],
      {},
      { ...exact, version: 2 },
      { ...exact, kind: "run" },
      { ...exact, tensors: [{ name: "W", shape: [1e308, 1e308] }] },
      { ...exact, tensors: [] },
      { ...exact, tensors: [{ name: 3 }] },
      { ...exact, form: { kind: "exact", decay: 2 } },
      { ...exact, form: null },
      { ...exact, nodes: {} },
      { ...exact, nodes: [{ ...node, first: 1 }] },
      { ...exact, nodes: [{ ...node, blocks: 3 }] },
      { ...exact, nodes: [{ ...node, weight: NaN }] },
      { ...exact, nodes: [{ ...node, arrays: [new Float64Array(5)] }] },
      { ...exact, nodes: [{ ...node, arrays: [new Float64Array(78).fill(NaN)] }] },
      { ...exact, nodes: [node, node] },
      { ...exact, rows: new Float64Array(3) },
      { ...exact, rows: [...exact.rows] },
      { ...exact, rows: exact.rows.map(() => Infinity) },
      { ...exact, indices: [...exact.indices].reverse() },
      { ...exact, indices: exact.indices.map((index) => index + 0.5) },
      { ...exact, indices: exact.indices.map((index) => index - 64) },
      { ...exact, skipped: [-1] },
      JSON.parse('{"__proto__": {"kind": "moments", "version": 1}}'),
    ];
    const refuse = (state: MomentState, message: string): void => refused(() => estimateOf(state), StateError, message);
    const sampled = accumulate(noisy(), { points, to: 70 });
    refuse(
      { ...sampled, nodes: [{ ...node, first: 128, arrays: [new Float64Array(d)] }] },
      "egop: the state has 1 nodes; expected none, as its form keeps samples as rows.",
    );
    refuse(
      { ...exact, nodes: [{ ...node, weight: 0 }] },
      "egop: the state's node from sample 0 on has samples, and their weight is 0.",
    );
    // A block that was skipped as a whole has no weight, and is in order.
    const nothing = accumulate(noisy(10), { points, to: 64, form: { kind: "exact" }, notFinite: "skip" });
    expect(nothing.nodes[0].weight).toBe(0);
    const rest = accumulate(noisy(), { points, from: 64, to: 67, form: { kind: "exact" } });
    expect(estimateOf(mergeMoments(nothing, rest)).samples).toBe(3);
    spoiled.forEach((state, k) => {
      const merged = (): unknown => mergeMoments(state as MomentState, emptyMoments({ kind: "exact" }, model));
      expect(merged, `spoiled state ${k}`).toThrow(StateError);
    });
  });
});
