import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, NotFiniteError, ShapeError, StateError } from "../../src/errors.ts";
import {
  auxiliaryBasis,
  basisFromJSON,
  blockBasis,
  convolutionBasis,
  denseBasis,
  hadamardBasis,
  householderBasis,
  identityBasis,
  kroneckerBasis,
  productBasis,
  projectLeak,
  randomBasis,
  reducedBasis,
  reparameterize,
  unionBasis,
} from "../../src/egop/index.ts";
import { singularValues } from "../../src/linalg/singular-value-decomposition.ts";
import { layout } from "../../src/linalg/layout.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { multiply, multiplyVector } from "../../src/linalg/product.ts";
import { normal, random } from "../../src/math/random.ts";
import {
  adam,
  adamw,
  chain,
  minimize,
  sgd,
  type GradientTransformation,
  type Objective,
} from "../../src/optim/index.ts";
import { allBases, d, directions, matrixOf, model, orthonormalBases } from "./bases.ts";

const dot = (x: Float64Array, y: Float64Array): number => x.reduce((sum, value, i) => sum + value * y[i], 0);
const seeds = fc.integer({ min: 0, max: 2 ** 31 });

describe("every basis", () => {
  for (const [name, make] of Object.entries(orthonormalBases))
    it(`${name}: there and back is the identity, and it is orthonormal to a few units of round-off`, () => {
      fc.assert(
        fc.property(seeds, (seed) => {
          const basis = make(seed);
          const x = normal(random(seed), new Float64Array(d));
          const [rotated, back] = [0, 0].map(() => new Float64Array(d));
          basis.toRotated(x, rotated);
          basis.toOriginal(rotated, back);
          back.forEach((value, i) => expect(value).toBeCloseTo(x[i], 13));
          const columns = matrixOf(basis);
          const identity = multiply(columns, columns, { transposeA: true });
          Matrix.identity(d).data.forEach((value, k) => expect(Math.abs(identity.data[k] - value)).toBeLessThan(3e-15));
        }),
        { numRuns: 20 },
      );
    });

  it("hadamard: every axis is spread over all others, at sizes that are powers of two and at those that are not", () => {
    for (const size of [14, 16, 100, 257])
      for (const seed of [1, 2, 3]) {
        const columns = matrixOf(hadamardBasis(layout({ w: [size] }), random(seed)));
        const identity = multiply(columns, columns, { transposeA: true });
        Matrix.identity(size).data.forEach((value, k) =>
          expect(Math.abs(identity.data[k] - value)).toBeLessThan(1e-14),
        );
        // Σ v⁴ of a column is 1 on an axis, and about 3/size for directions drawn at random.
        let fourths = 0;
        for (const entry of columns.data) fourths += entry ** 4 / size;
        expect(fourths).toBeLessThan(8 / size);
      }
  });

  for (const [name, make] of Object.entries(allBases))
    it(`${name}: gradients are pulled by the exact transpose, and directions pushed by what is linear in toOriginal`, () => {
      fc.assert(
        fc.property(seeds, (seed) => {
          const basis = make(seed);
          const x = normal(random(seed + 1), new Float64Array(d));
          const [y, z] = [2, 3].map((k) => normal(random(seed + k), new Float64Array(basis.rotatedDimension)));
          const [forward, from, to] = [0, 0, 0].map(() => new Float64Array(d));
          const pulled = new Float64Array(basis.rotatedDimension);
          basis.pushDirection(y, forward);
          basis.pullGradient(x, pulled);
          expect(dot(forward, x)).toBeCloseTo(dot(y, pulled), 12);
          basis.toOriginal(z, from);
          z.forEach((value, k) => (z[k] = value + y[k]));
          basis.toOriginal(z, to);
          to.forEach((value, i) => expect(value - from[i]).toBeCloseTo(forward[i], 12));
          expect(basis.rotatedLayout.size).toBe(basis.rotatedDimension);
          for (const matrix of basis.matrices) expect(matrix.columns).toBeLessThanOrEqual(matrix.rows);
        }),
        { numRuns: 20 },
      );
    });

  for (const [name, make] of Object.entries(allBases))
    it(`${name}: comes back from JSON with the same bits`, () => {
      const basis = make(7);
      const copy = basisFromJSON(JSON.parse(JSON.stringify(basis)));
      const rotated = normal(random(1), new Float64Array(basis.rotatedDimension));
      const original = normal(random(2), new Float64Array(d));
      const results = [basis, copy].map((each) => {
        const [point, gradient] = [d, basis.rotatedDimension].map((length) => new Float64Array(length));
        each.toOriginal(rotated, point);
        each.pullGradient(original, gradient);
        return { point, gradient, tensors: each.rotatedLayout.tensors, cost: each.cost, kind: each.kind };
      });
      expect(results[1]).toEqual(results[0]);
    });

  it("states its cost", () => {
    const cost = (name: string): readonly number[] => {
      const { operations, bytes } = allBases[name](0).cost;
      return [operations, bytes];
    };
    expect(cost("identity")).toEqual([0, 0]);
    expect(cost("dense")).toEqual([2 * d * d, 8 * d * d]);
    expect(cost("block")).toEqual([2 * 36 * 2, 8 * 36 * 2]);
    expect(cost("kronecker")).toEqual([2 * 6 * 5 + 2 * 6 * 2, 8 * (9 + 4 + 4)]);
    expect(cost("householder, rank 4")).toEqual([4 * d * 4, 8 * d * 4]);
    expect(cost("reduced")).toEqual([2 * d * 4, 8 * d * 4]);
    expect(cost("reduced, with a start")).toEqual([2 * d * 4, 8 * d * 5]);
    expect(cost("auxiliary")).toEqual([4 * d * 4, 8 * d * 4]);
    expect(cost("hadamard")).toEqual([2 * d * 4, 24 * d]);
    expect(cost("product")).toEqual([2 * d * d + 2 * d * 4, 8 * d * d + 24 * d]);
  });
});

describe("a Householder-completed basis", () => {
  it("has the given directions as its first columns, and complements close to the axes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: d }), seeds, (rank, seed) => {
        const given = directions(d, rank, seed);
        const columns = matrixOf(householderBasis(given));
        for (let i = 0; i < d; i++)
          for (let k = 0; k < rank; k++) expect(Math.abs(columns.get(i, k) - given.get(i, k))).toBeLessThan(2e-15);
        // It differs from a diagonal of signs by a matrix of rank r: d − 2r eigenvectors at least stay where they are.
        const difference = columns.data.map((value, at) => value - (at % (d + 1) === 0 ? 1 : 0));
        const moved = singularValues(new Matrix(d, d, difference)).filter((value) => value > 1e-12).length;
        expect(moved).toBeLessThanOrEqual(2 * rank);
      }),
    );
  });
});

describe("a reduced basis", () => {
  it("keeps the start, or not, and moves in the span alone", () => {
    const given = directions(d, 4, 1);
    const start = normal(random(3), new Float64Array(d));
    const [z, back, within] = [4, d, d].map((length) => new Float64Array(length));
    const kept = reducedBasis(given, { start });
    kept.toRotated(start, z);
    kept.toOriginal(z, back);
    back.forEach((value, i) => expect(value).toBeCloseTo(start[i], 14));
    reducedBasis(given).toOriginal(z, within);
    const again = new Float64Array(4);
    kept.toRotated(within, again);
    again.forEach((value, k) => expect(value).toBeCloseTo(z[k], 14));
    expect(Math.hypot(...within)).toBeLessThan(Math.hypot(...start));
    const bowlRun = minimize(reparameterize(bowl, kept), { start, optimizer: sgd({ learningRate: 0.01 }), steps: 3 });
    const step = bowlRun.parameters.map((value, i) => value - start[i]);
    const projected = multiplyVector(given, multiplyVector(given, step, { transpose: true }));
    step.forEach((value, i) => expect(value).toBeCloseTo(projected[i], 13));
  });
});

/** A bowl of different stiffness in every direction, with its minimum off the origin. */
const bowl: Objective = {
  dimension: d,
  layout: model,
  valueAndGradient(x, gradient): number {
    x.forEach((value, i) => (gradient[i] = (i + 1) * (value - i / 5)));
    return x.reduce((sum, value, i) => sum + ((i + 1) * (value - i / 5) * (value - i / 5)) / 2, 0);
  },
};
const start = normal(random(5), new Float64Array(d));
const pathOf = (objective: Objective, optimizer: GradientTransformation, steps = 40): Float64Array[] => {
  const points: Float64Array[] = [];
  minimize(objective, { start, optimizer, steps, onStep: (at) => void points.push(at.parameters()) });
  return points;
};
const expectSamePaths = (a: Float64Array[], b: Float64Array[], digits: number): void =>
  a.forEach((point, t) => point.forEach((value, i) => expect(value, `step ${t}`).toBeCloseTo(b[t][i], digits)));

describe("an auxiliary basis", () => {
  it("equals the plain optimizer at r = 0, bit for bit", () => {
    const plain = pathOf(bowl, adam({ learningRate: 0.05 }));
    const auxiliary = pathOf(reparameterize(bowl, auxiliaryBasis(new Matrix(d, 0))), adam({ learningRate: 0.05 }));
    expect(auxiliary).toEqual(plain);
  });

  it("equals dense EGOP at r = d", () => {
    const whole = directions(d, d, 2);
    const dense = pathOf(reparameterize(bowl, denseBasis(whole)), adam({ learningRate: 0.05 }));
    const auxiliary = pathOf(reparameterize(bowl, auxiliaryBasis(whole)), adam({ learningRate: 0.05 }));
    expectSamePaths(auxiliary, dense, 12);
  });

  it("equals the original at the start, and gradient descent all the way", () => {
    for (const rank of [1, 5, d]) {
      const basis = auxiliaryBasis(directions(d, rank, 3));
      const optimizer = sgd({ learningRate: 0.05 });
      expectSamePaths(pathOf(reparameterize(bowl, basis), optimizer), pathOf(bowl, optimizer), 12);
    }
  });

  it("leaks under Adam, which projectLeak takes back: without weight decay on the same path", () => {
    const basis = auxiliaryBasis(directions(d, 3, 4));
    const objective = reparameterize(bowl, basis);
    const outside = (rotated: Float64Array): number => {
      const inSpan = multiplyVector(basis.matrices[0], rotated.subarray(3), { transpose: true });
      return Math.hypot(...inSpan);
    };
    const run = (optimizer: GradientTransformation): { parameters: Float64Array; leak: number } => {
      const { parameters, state } = minimize(objective, { start, optimizer, steps: 40 });
      return { parameters, leak: outside(state.parameters) };
    };
    const [leaking, projected] = [
      adam({ learningRate: 0.05 }),
      chain(adam({ learningRate: 0.05 }), projectLeak(basis)),
    ].map((optimizer) => run(optimizer));
    expect(leaking.leak).toBeGreaterThan(0.1);
    expect(projected.leak).toBeLessThan(1e-13);
    projected.parameters.forEach((value, i) => expect(value).toBeCloseTo(leaking.parameters[i], 12));
    // Decoupled decay shrinks what the loss sees and what it does not alike; coupled decay mixes them in Adam's moments.
    const decayed = (make: typeof adam): number => {
      const options = { learningRate: 0.05, weightDecay: 0.5 };
      const [a, b] = [make(options), chain(make(options), projectLeak(basis))].map((optimizer) => run(optimizer));
      expect(b.leak).toBeLessThan(1e-13);
      return Math.max(...a.parameters.map((value, i) => Math.abs(value - b.parameters[i])));
    };
    expect(decayed(adamw)).toBeLessThan(1e-12);
    expect(decayed(adam)).toBeGreaterThan(1e-3);
  });
});

describe.each([
  ["singles", "single", 4, 1e-10, 1e-6],
  ["thirds of doubles", "third", 8 / 3, 1e-5, 1e-2],
] as const)("directions kept as %s", (_name, precision, bytes, least, most) => {
  it("take less memory, and stay near those given", () => {
    const given = directions(d, 4, 8);
    for (const make of [householderBasis, auxiliaryBasis, reducedBasis]) {
      const [rounded, double] = ([precision, "double"] as const).map((each) => make(given, { precision: each }));
      expect(rounded.cost).toEqual({ ...double.cost, bytes: Math.ceil(bytes * d * 4) });
      const [a, b] = [rounded, double].map(matrixOf);
      const difference = Math.max(...a.data.map((value, k) => Math.abs(value - b.data[k])));
      expect(difference).toBeGreaterThan(least);
      expect(difference).toBeLessThan(most);
    }
  });
});

describe("bases refuse", () => {
  it("what does not fit", () => {
    expect(() => denseBasis(new Matrix(2, 3))).toThrow(ShapeError);
    expect(() => denseBasis(new Matrix(2, 3))).toThrow("the matrix is 2 × 3; expected a square one");
    expect(() => blockBasis(model, new Map([["W", Matrix.identity(5)]]))).toThrow(
      'the block of "W" is 5 × 5; its tensor has 6 elements',
    );
    expect(() => blockBasis(model, new Map([["V", Matrix.identity(6)]]))).toThrow(ArgumentError);
    expect(() => householderBasis(new Matrix(2, 3))).toThrow(
      "householderBasis: the matrix is 2 × 3; orthonormal columns",
    );
    expect(() => reducedBasis(new Matrix(2, 0))).toThrow("the matrix has no columns");
    expect(() => reducedBasis(Matrix.identity(2), { start })).toThrow(ShapeError);
    expect(() => kroneckerBasis(model, new Map([["W", { left: Matrix.identity(2) }]]))).toThrow(
      "the left factor is 2 × 2; expected 3 × 3",
    );
    expect(() => convolutionBasis(model, new Map([["b", Matrix.identity(1)]]))).toThrow('"b" has 1 axes');
    expect(() => productBasis(denseBasis(Matrix.identity(2)), denseBasis(Matrix.identity(3)))).toThrow(
      "the inner basis has dimension 3; the outer one has 2 coordinates",
    );
    const two = denseBasis(Matrix.identity(2));
    expect(() => unionBasis(model, [{ tensors: ["W", "b"], basis: two }])).toThrow(
      'the basis for "W+b" has dimension 2; its tensors have 8 elements',
    );
    expect(() =>
      unionBasis(model, [
        { tensors: ["b"], basis: two },
        { tensors: ["b"], basis: two },
      ]),
    ).toThrow('the tensor "b" stands twice');
    for (const make of [householderBasis, auxiliaryBasis, reducedBasis])
      expect(() => make(directions(d, 2, 1), { precision: "half" as "single" })).toThrow(
        'precision is "half"; expected "double", "single" or "third"',
      );
    const spoiled = Matrix.identity(2);
    spoiled.set(1, 0, NaN);
    for (const make of [denseBasis, householderBasis, auxiliaryBasis, reducedBasis])
      expect(() => make(spoiled)).toThrow(NotFiniteError);
    expect(() => denseBasis(spoiled)).toThrow("denseBasis: element (1, 0) is NaN");
    expect(() => auxiliaryBasis(spoiled)).toThrow("auxiliaryBasis: element (1, 0) is NaN");
    expect(() => reducedBasis(spoiled)).toThrow("reducedBasis: element (1, 0) is NaN");
    expect(() => reducedBasis(Matrix.identity(2), { start: Float64Array.of(0, Infinity) })).toThrow(
      "reducedBasis: start: element 1 is Infinity",
    );
    const odd = layout({ a: [2], c: [2], "a+c": [2] });
    expect(() => unionBasis(odd, [{ tensors: ["a", "c"], basis: denseBasis(Matrix.identity(4)) }])).toThrow(
      "cannot be one layout in this order",
    );
  });

  for (const [name, make] of Object.entries(allBases))
    it(`${name}: vectors of other lengths`, () => {
      const basis = make(0);
      const [seven, rotated] = [7, basis.rotatedDimension].map((length) => new Float64Array(length));
      expect(() => basis.toRotated(seven, rotated)).toThrow(ShapeError);
      expect(() => basis.pullGradient(seven, rotated)).toThrow(ShapeError);
      expect(() => basis.toOriginal(rotated, seven)).toThrow(ShapeError);
      expect(() => basis.pushDirection(rotated, seven)).toThrow(ShapeError);
    });

  it("data that is no basis, with a StateError", () => {
    const matrix = { rows: 1, columns: 1, data: [1] };
    let deep: unknown = { kind: "dense", version: 1, columns: matrix };
    for (let k = 0; k < 20; k++) deep = { kind: "product", version: 1, outer: deep, inner: deep };
    const spoiled: readonly unknown[] = [
      null,
      3,
      [],
      { kind: "dense", version: 2, columns: matrix },
      { kind: "sparse", version: 1 },
      { kind: "dense", version: 1 },
      { kind: "dense", version: 1, columns: { ...matrix, rows: 2 } },
      { kind: "dense", version: 1, columns: { rows: 1, columns: 2, data: [1, 2] } },
      { kind: "dense", version: 1, columns: { ...matrix, data: [null] } },
      { kind: "dense", version: 1, columns: { rows: 1e9, columns: 1e9, data: [] } },
      { kind: "householder", version: 1, vectors: { rows: 1, columns: 2, data: [1, 2] } },
      { kind: "reduced", version: 1, vectors: matrix, outside: [1, 2] },
      { kind: "reduced", version: 1, vectors: matrix, outside: "1" },
      { kind: "householder", version: 1, precision: "half", vectors: matrix },
      { kind: "hadamard", version: 1, layout: [{ name: "w", shape: [2] }], key: { words: [1, 2, 3] } },
      { kind: "hadamard", version: 1, layout: [{ name: "w", shape: [2] }], key: { words: [1, 2, 3, -4] } },
      { kind: "identity", version: 1, layout: [] },
      { kind: "identity", version: 1, layout: {} },
      { kind: "identity", version: 1, layout: [{ name: "w", shape: ["2"] }] },
      { kind: "union", version: 1, layout: [{ name: "w", shape: [2] }], parts: [{ tensors: ["v"], basis: deep }] },
      { kind: "union", version: 1, layout: [{ name: "w", shape: [2] }], parts: [{ tensors: [1] }] },
      { kind: "union", version: 1, layout: [{ name: "w", shape: [2] }], parts: [3] },
      { kind: "union", version: 1, layout: [{ name: "w", shape: [2] }], parts: {} },
      deep,
      JSON.parse('{"kind": "dense", "version": 1, "__proto__": {"columns": {"rows": 1, "columns": 1, "data": [1]}}}'),
    ];
    spoiled.forEach((data, k) => expect(() => basisFromJSON(data), `data ${k}`).toThrow(StateError));
  });
});

describe("reparameterize", () => {
  it("turns Hessian-vector products along with the gradient", () => {
    const weights = Float64Array.from({ length: d }, (_v, i) => 1 + i);
    const quadratic: Objective = {
      dimension: d,
      valueAndGradient(x, out): number {
        x.forEach((value, i) => (out[i] = weights[i] * value));
        return dot(x, out) / 2;
      },
      hessianVector(_x, direction, out): void {
        direction.forEach((value, i) => (out[i] = weights[i] * value));
      },
    };
    for (const make of Object.values(allBases)) {
      const basis = make(4);
      const rotated = reparameterize(quadratic, basis);
      const [x, direction] = [9, 10].map((k) => normal(random(k), new Float64Array(basis.rotatedDimension)));
      const [before, after, product] = [0, 0, 0].map(() => new Float64Array(basis.rotatedDimension));
      // The gradient of a quadratic is linear: its differences are products with the Hessian.
      rotated.valueAndGradient(x, before);
      rotated.hessianVector?.(x, direction, product);
      direction.forEach((value, k) => (x[k] += value));
      rotated.valueAndGradient(x, after);
      product.forEach((value, k) => expect(value).toBeCloseTo(after[k] - before[k], 11));
    }
    expect("hessianVector" in reparameterize(bowl, allBases["dense"](4))).toBe(false);
  });

  it("keeps the value at the start and returns original parameters, through two bases too", () => {
    const once = reparameterize(bowl, randomBasis(model, random(1)));
    const twice = reparameterize(once, randomBasis(model, random(2)));
    const plain = minimize(bowl, { start, optimizer: sgd({ learningRate: 0.1 }), steps: 30 });
    for (const objective of [once, twice]) {
      const run = minimize(objective, { start, optimizer: sgd({ learningRate: 0.1 }), steps: 30 });
      expect(run.losses[0]).toBeCloseTo(plain.losses[0], 11);
      run.parameters.forEach((value, i) => expect(value).toBeCloseTo(plain.parameters[i], 12));
    }
  });

  it("has the rotated layout, so that per-tensor settings still find the tensors a block basis keeps apart", () => {
    const rotated = reparameterize(bowl, allBases["union of tensors that do not lie together"](3));
    expect(rotated.layout?.tensors.map(({ name, size }) => [name, size])).toEqual([
      ["b", 2],
      ["K+W", 12],
    ]);
  });

  it("refuses a basis of another dimension or for another layout", () => {
    expect(() => reparameterize(bowl, denseBasis(Matrix.identity(3)))).toThrow(
      "the basis is for 3 parameters; the objective has 14",
    );
    const other = identityBasis(layout({ W: [2, 3], b: [2], K: [2, 1, 3] }));
    expect(() => reparameterize(bowl, other)).toThrow(ShapeError);
    expect(() => reparameterize(bowl, other)).toThrow(
      "the basis is for the tensors W [2, 3], b [2], K [2, 1, 3]; the objective has W [3, 2], b [2], K [2, 1, 3]",
    );
  });
});
