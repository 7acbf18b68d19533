/** Optimizers in bases that change on the way: what is carried, what stays to the bit. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, NotFiniteError, ShapeError, StateError } from "../../src/errors.ts";
import {
  basisDrift,
  changeOfBasis,
  denseBasis,
  egop,
  gaussian,
  householderBasis,
  identityBasis,
  inBasis,
  kroneckerBasis,
  minimizeWithRefresh,
  reparameterize,
  type Basis,
  type EgopEstimate,
  type RefreshOptions,
  type RefreshState,
} from "../../src/egop/index.ts";
import { layout } from "../../src/linalg/layout.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { multiply } from "../../src/linalg/product.ts";
import { randomOrthogonal } from "../../src/linalg/random-orthogonal.ts";
import { normal, random } from "../../src/math/random.ts";
import {
  adam,
  adamw,
  carryState,
  minimize,
  parseState,
  stateToText,
  type GradientTransformation,
} from "../../src/optim/index.ts";
import { common, largestDifference, optimizers, signedPermutation, start, valley } from "./valley.ts";
import { allBases, d, directions, matrixOf, model, orthonormalBases } from "./bases.ts";

const seeds = fc.integer({ min: 0, max: 2 ** 31 });
describe("inBasis", () => {
  for (const [name, make] of Object.entries(orthonormalBases))
    it(`${name}: makes the path of the reparameterized objective, one changed line in a loop`, () => {
      for (const optimizer of Object.values(optimizers)) {
        const basis = make(3);
        const inside = minimize(reparameterize(valley, basis), { start, optimizer: optimizer(), steps: 30 });
        const outside = minimize(valley, { start, optimizer: inBasis(basis, optimizer()), steps: 30 });
        expect(largestDifference(inside.parameters, outside.parameters)).toBeLessThan(1e-11);
      }
    });

  it("goes on from its saved state, and refuses other states and sizes", () => {
    const optimizer = inBasis(denseBasis(randomOrthogonal(d, random(1))), adam({ learningRate: 0.05 }));
    const whole = minimize(valley, { start, optimizer, steps: 20 });
    const half = minimize(valley, { start, optimizer, steps: 10 });
    const resumed = minimize(valley, { resume: stateToText(half.state), optimizer, steps: 10 });
    expect(resumed.parameters).toEqual(whole.parameters);
    expect(() => optimizer.init(layout({ w: [3] }))).toThrow(ShapeError);
    expect(() => optimizer.init(layout({ w: [3] }))).toThrow("the basis is for 14 parameters; there are 3");
    const wrong = adam().init(model) as never;
    expect(() => optimizer.update(new Float64Array(d), wrong, start)).toThrow(StateError);
  });

  it("with parameters: false shows the optimizer zeros: no decay, the same path without one", () => {
    const basis = denseBasis(randomOrthogonal(d, random(1)));
    const run = (optimizer: GradientTransformation): Float64Array =>
      minimize(valley, { start, optimizer, steps: 20 }).parameters;
    const blind = run(inBasis(basis, adamw({ learningRate: 0.05, weightDecay: 0.3 }), { parameters: false }));
    expect(blind).toEqual(run(inBasis(basis, adamw({ learningRate: 0.05, weightDecay: 0 }))));
  });
});

describe("a change of basis", () => {
  const squareOf = (r: Matrix, v: Float64Array): Float64Array =>
    Float64Array.from({ length: r.rows }, (_x, i) => r.row(i).reduce((sum, entry, j) => sum + entry * entry * v[j], 0));

  for (const [name, make] of Object.entries(allBases))
    it(`${name}: turns vectors by R = V_newᵀ V_old and squares by R∘R, exactly or without bias`, () => {
      const [from, to] = [make(1), make(2)];
      const r = multiply(matrixOf(to), matrixOf(from), { transposeA: true });
      const change = changeOfBasis(from, to);
      const vector = normal(random(3), new Float64Array(from.rotatedDimension));
      const turned = vector.slice();
      change.rotate(turned);
      r.toRows().forEach((row, i) =>
        expect(turned[i]).toBeCloseTo(
          row.reduce((sum, entry, j) => sum + entry * vector[j], 0),
          12,
        ),
      );
      const squares = vector.map((value) => value * value);
      const carried = squares.slice();
      change.rotateSquares(carried);
      const expected = squareOf(r, squares);
      const exact =
        ["identity", "dense", "random", "block", "kronecker", "convolution"].includes(name) ||
        name.startsWith("householder");
      const scale = Math.max(...squares);
      expect(largestDifference(carried, expected)).toBeLessThan(exact ? 1e-13 * scale : 0.5 * scale);
      expect(Math.min(...carried)).toBeGreaterThanOrEqual(0);
      if (name in orthonormalBases) {
        const sum = (values: Float64Array): number => values.reduce((a, b) => a + b);
        expect(sum(carried) / sum(squares)).toBeCloseTo(1, 12);
      }
    });

  for (const [name, make] of Object.entries(optimizers))
    it(`${name}: carried through any order and signs of the directions, a run goes on as if nothing had happened`, () => {
      fc.assert(
        fc.property(seeds, fc.boolean(), (seed, alongAxes) => {
          const old = alongAxes ? signedPermutation(d, seed + 1) : randomOrthogonal(d, random(seed));
          const fresh = multiply(old, signedPermutation(d, seed));
          const [before, after] = [denseBasis(old), denseBasis(fresh)];
          const change = changeOfBasis(before, after);
          expect(change.onlyPermutesAndFlips).toBe(true);
          const whole = minimize(reparameterize(valley, before), { start, optimizer: make(), steps: 30 });
          const half = minimize(reparameterize(valley, before), { start, optimizer: make(), steps: 15 });
          const parameters = half.state.parameters.slice();
          change.rotate(parameters);
          carryState(make(), half.state.optimizer, change);
          const resume = { ...half.state, parameters };
          const rest = minimize(reparameterize(valley, after), { resume, optimizer: make(), steps: 15 });
          // Along the axes no sum has more than one term, and every bit stays.
          const difference = largestDifference(rest.parameters, whole.parameters);
          expect(difference).toBeLessThanOrEqual(alongAxes ? 0 : 1e-11);
        }),
        { numRuns: 20 },
      );
    });

  it("knows when only order and signs change, in blocks, factors and completed bases too", () => {
    const only = (from: Basis, to: Basis): boolean => changeOfBasis(from, to).onlyPermutesAndFlips;
    const v = directions(d, 4, 1);
    const p = signedPermutation(4, 2);
    expect(only(householderBasis(v), householderBasis(multiply(v, p)))).toBe(true);
    expect(only(householderBasis(v), householderBasis(directions(d, 4, 2)))).toBe(false);
    const [left, right] = [randomOrthogonal(3, random(1)), randomOrthogonal(2, random(2))];
    const kronecker = (l: Matrix, r: Matrix): Basis => kroneckerBasis(model, new Map([["W", { left: l, right: r }]]));
    const turned = multiply(right, signedPermutation(2, 3));
    expect(only(kronecker(left, right), kronecker(multiply(left, signedPermutation(3, 1)), turned))).toBe(true);
    expect(only(kronecker(left, right), kronecker(randomOrthogonal(3, random(7)), turned))).toBe(false);
    const tilted = Matrix.fromRows([
      [Math.cos(1e-9), -1e-9],
      [1e-9, Math.cos(1e-9)],
    ]);
    expect(only(denseBasis(Matrix.identity(2)), denseBasis(tilted))).toBe(false);
    expect(only(identityBasis(model), identityBasis(model))).toBe(true);
  });

  it("keeps or restarts squares on request, and refuses other sizes", () => {
    const [from, to] = [1, 2].map((seed) => denseBasis(randomOrthogonal(d, random(seed))));
    const squares = new Float64Array(d).fill(2);
    changeOfBasis(from, to, { squares: "keep" }).rotateSquares(squares);
    expect(squares).toEqual(new Float64Array(d).fill(2));
    expect(changeOfBasis(from, to, { squares: "restart" }).restart).toBe(true);
    expect(() => changeOfBasis(from, to, { squares: "x" as "keep" })).toThrow('squares is "x"');
    expect(() => changeOfBasis(from, denseBasis(Matrix.identity(3)))).toThrow("expected as many");
    expect(() => changeOfBasis(from, to).rotate(new Float64Array(3))).toThrow(ShapeError);
  });
});

const refreshed = (
  options: Partial<RefreshOptions> & Pick<RefreshOptions, "optimizer">,
): ReturnType<typeof minimizeWithRefresh> => minimizeWithRefresh(valley, { ...common, ...options });

describe("minimizing with a refreshed basis", () => {
  for (const [name, make] of Object.entries(optimizers)) {
    it(`${name}: a refresh that only permutes and flips leaves every bit of the run`, () => {
      for (const keep of [(v: Matrix) => denseBasis(v), (v: Matrix) => householderBasis(v)]) {
        const vectors = directions(d, d, 3);
        let calls = 0;
        const basis = (): Basis => keep(calls++ === 0 ? vectors : multiply(vectors, signedPermutation(d, calls)));
        const run = refreshed({ optimizer: make(), basis });
        expect(run.refreshes.map(({ step, outcome }) => [step, outcome])).toEqual(
          [7, 14, 21, 28].map((step) => [step, "same directions"]),
        );
        const objective = reparameterize(valley, keep(vectors));
        const plain = minimize(objective, { start, optimizer: make(), steps: 30, key: random(4) });
        expect(run.parameters).toEqual(plain.parameters);
        expect(run.losses).toEqual(plain.losses);
      }
    });

    it(`${name}: does not depend on the order and the signs in which eigenvectors come`, () => {
      let calls = 0;
      const shuffled = (estimate: EgopEstimate): Basis =>
        denseBasis(multiply(estimate.eigenvectors, signedPermutation(d, calls++)));
      const [plain, other] = [refreshed({ optimizer: make() }), refreshed({ optimizer: make(), basis: shuffled })];
      expect(plain.refreshes.every(({ outcome }) => outcome === "renewed")).toBe(true);
      expect(largestDifference(plain.parameters, other.parameters)).toBeLessThan(1e-9);
    });
  }

  it("goes on from its saved state with the same bits, wherever it was stopped", () => {
    for (const cut of [3, 7, 20]) {
      const optimizer = adam({ learningRate: 0.05 });
      const whole = refreshed({ optimizer });
      const first = refreshed({ optimizer, steps: cut });
      const resume = parseState(stateToText(first.state)) as RefreshState;
      const rest = refreshed({ optimizer, resume, steps: 30 - cut });
      expect(rest.parameters).toEqual(whole.parameters);
      expect([...first.losses, ...rest.losses.subarray(1)]).toEqual([...whole.losses]);
      expect([...first.refreshes, ...rest.refreshes]).toEqual(whole.refreshes);
    }
  });

  it("keeps the previous basis when a refresh fails", () => {
    let calls = 0;
    const basis = (estimate: EgopEstimate): Basis => {
      if (calls++ > 0) throw new NotFiniteError("no basis today.");
      return estimate.basis();
    };
    const optimizer = adam({ learningRate: 0.05 });
    const run = refreshed({ optimizer, basis });
    expect(run.refreshes[0]).toEqual({ step: 7, outcome: "failed", reason: "no basis today." });
    const kept = reparameterize(valley, run.basis);
    const plain = minimize(kept, { start, optimizer, steps: 30, key: random(4) });
    expect(run.parameters).toEqual(plain.parameters);
  });

  it("renews only when the basis has drifted, if it is asked to", () => {
    const optimizer = adam({ learningRate: 0.05 });
    // Sampled around the same place, the moment stays what it was.
    const still = (): ReturnType<RefreshOptions["points"]> => gaussian({ mean: start, standardDeviation: 0.3 });
    const settled = refreshed({ optimizer, points: still, samples: 400, drift: 0.7, driftSamples: 200 });
    expect(settled.refreshes.every(({ outcome, drift = 1 }) => outcome === "settled" && drift < 0.7)).toBe(true);
    const moving = refreshed({ optimizer, drift: 0, driftSamples: 50 });
    expect(moving.refreshes.some(({ outcome, drift = 0 }) => outcome === "renewed" && drift > 0)).toBe(true);
  });

  it("measures drift as the moment's distance from diagonal, few gradients or many", () => {
    const estimate = egop(valley, { points: gaussian({ mean: start, standardDeviation: 0.3 }), samples: 1000 });
    expect(basisDrift(estimate.basis(), estimate.gradients)).toBeLessThan(0.1);
    const moment = multiply(estimate.gradients, estimate.gradients, { transposeA: true });
    const squares = moment.data.map((value) => value * value);
    const diagonal = squares.filter((_value, k) => k % (d + 1) === 0).reduce((a, b) => a + b);
    const expected = Math.sqrt(1 - diagonal / squares.reduce((a, b) => a + b));
    const drift = basisDrift(identityBasis(model), estimate.gradients);
    expect(Math.abs(drift - expected)).toBeLessThan(0.02);
    const few = new Matrix(40, d, estimate.gradients.data.slice(0, 40 * d));
    expect(Math.abs(basisDrift(identityBasis(model), few) - expected)).toBeLessThan(0.2);
    expect(basisDrift(identityBasis(model), new Matrix(2, d))).toBe(0);
    expect(() => basisDrift(identityBasis(model), new Matrix(1, d))).toThrow("there are 1 gradients");
    const huge = new Matrix(
      40,
      d,
      few.data.map((entry) => entry * 2 ** 400),
    );
    expect(basisDrift(identityBasis(model), huge)).toBeCloseTo(basisDrift(identityBasis(model), few), 12);
    few.data[3] = NaN;
    expect(() => basisDrift(identityBasis(model), few)).toThrow("basisDrift: a gradient is not finite");
  });

  it("refuses options out of their range and states from elsewhere", () => {
    const optimizer = adam();
    expect(() => refreshed({ optimizer, every: 0 })).toThrow("every is 0");
    expect(() => refreshed({ optimizer, samples: 0 })).toThrow("minimizeWithRefresh: samples is 0");
    expect(() => refreshed({ optimizer, drift: 1 })).toThrow("drift is 1");
    expect(() => refreshed({ optimizer, driftSamples: 1 })).toThrow("driftSamples is 1");
    const { points, samples } = common;
    expect(() => minimizeWithRefresh(valley, { points, samples, optimizer, every: 1, steps: 1 })).toThrow(
      ArgumentError,
    );
    const good = refreshed({ optimizer, steps: 1 }).state;
    for (const bad of [{}, { ...good, version: 2 }, { ...good, basis: "{" }, { ...good, basis: "{}" }])
      expect(() => refreshed({ optimizer, resume: bad as RefreshState })).toThrow(StateError);
    expect(() => refreshed({ optimizer, resume: null as never })).toThrow("the state to resume from is no object");
    const odd = { ...good, lookedAt: 0.5 };
    expect(() => refreshed({ optimizer, resume: odd })).toThrow("lookedAt of the state is no whole number");
  });
});
