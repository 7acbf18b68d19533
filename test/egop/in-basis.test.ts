/** Weight decay, clipping and schedules in rotated coordinates: what means the same there and what does not. */
import { describe, expect, it } from "vitest";
import {
  denseBasis,
  inBasis,
  kroneckerBasis,
  householderBasis,
  reparameterize,
  type Basis,
} from "../../src/egop/index.ts";
import { ArgumentError } from "../../src/errors.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { randomOrthogonal } from "../../src/linalg/random-orthogonal.ts";
import { normal, random } from "../../src/math/random.ts";
import {
  adam,
  adamw,
  addWeightDecay,
  chain,
  clipByNorm,
  clipByTensorNorm,
  clipByValue,
  cosineSchedule,
  minimize,
  polyakAverage,
  reduceOnPlateau,
  scaleByAdam,
  scaleByLearningRate,
  scheduleFreeAdamw,
  sgd,
  skipNotFinite,
  trace,
  type GradientTransformation,
  type Objective,
} from "../../src/optim/index.ts";
import { d, directions, model } from "./bases.ts";

const start = normal(random(5), new Float64Array(d));
const bowl: Objective = {
  dimension: d,
  layout: model,
  valueAndGradient(x, gradient): number {
    x.forEach((value, i) => (gradient[i] = (i + 1) * (value - i / 5)));
    return x.reduce((sum, value, i) => sum + ((i + 1) * (value - i / 5) ** 2) / 2, 0);
  },
};
const bases: Readonly<Record<string, Basis>> = {
  dense: denseBasis(randomOrthogonal(d, random(1))),
  householder: householderBasis(directions(d, 4, 2)),
  kronecker: kroneckerBasis(
    model,
    new Map([["W", { left: randomOrthogonal(3, random(3)), right: Matrix.identity(2) }]]),
  ),
};
const end = (optimizer: GradientTransformation): Float64Array =>
  minimize(bowl, { start, optimizer, steps: 25 }).parameters;
const difference = (a: GradientTransformation, b: GradientTransformation): number => {
  const [x, y] = [end(a), end(b)];
  return Math.max(...x.map((value, i) => Math.abs(value - y[i])));
};
const same = 1e-11;
const learningRate = 0.03;

describe.each(Object.entries(bases))("in a %s basis", (_name, basis) => {
  it("clipping by norm is what it is outside; clipping by value is not", () => {
    const clipped = chain(clipByNorm(2), sgd({ learningRate }));
    expect(difference(inBasis(basis, clipped), clipped)).toBeLessThan(same);
    // Before an adaptive scaling too: the norm of the rotated gradient is that of the gradient.
    const inside = inBasis(basis, chain(clipByNorm(2), adam({ learningRate })));
    expect(difference(inside, chain(clipByNorm(2), inBasis(basis, adam({ learningRate }))))).toBeLessThan(same);
    const byValue = chain(clipByValue(0.5), sgd({ learningRate }));
    expect(difference(inBasis(basis, byValue), byValue)).toBeGreaterThan(1e-3);
  });

  it("decoupled decay pulls the parameters themselves to zero; coupled decay does without a scaling by coordinates", () => {
    const decay = 0.2;
    const inside = inBasis(basis, adamw({ learningRate, weightDecay: decay }));
    const outside = chain(inBasis(basis, scaleByAdam()), addWeightDecay(decay), scaleByLearningRate(learningRate));
    expect(difference(inside, outside)).toBeLessThan(same);
    const descent = chain(addWeightDecay(decay), sgd({ learningRate }));
    expect(difference(inBasis(basis, descent), descent)).toBeLessThan(same);
    const coupled = inBasis(basis, chain(addWeightDecay(decay), adam({ learningRate })));
    expect(difference(coupled, inside)).toBeGreaterThan(1e-3);
  });

  it("a schedule sees the same steps", () => {
    const schedule = cosineSchedule({ rate: 0.1, steps: 25 });
    const inside = inBasis(basis, chain(scaleByAdam(), scaleByLearningRate(schedule)));
    const outside = chain(inBasis(basis, scaleByAdam()), scaleByLearningRate(schedule));
    expect(difference(inside, outside)).toBeLessThan(same);
  });

  it.each<[string, () => GradientTransformation]>([
    ["schedule-free", () => scheduleFreeAdamw({ learningRate })],
    ["averaged", () => chain(adam({ learningRate }), polyakAverage({ from: 3 }))],
    ["at plateaus", () => chain(sgd({ learningRate }), reduceOnPlateau({ patience: 0, threshold: 0.9 }))],
  ])("what reacts to losses or averages is what it is for the reparameterized objective: %s", (_kind, make) => {
    const there = minimize(reparameterize(bowl, basis), { start, optimizer: make(), steps: 25 });
    const here = minimize(bowl, { start, optimizer: inBasis(basis, make()), steps: 25 });
    expect(Math.max(...here.parameters.map((x, i) => Math.abs(x - there.parameters[i])))).toBeLessThan(same);
    expect(here.value).toBeCloseTo(there.value, 10);
  });

  it("skips what is to be skipped, and checks before a chain begins", () => {
    const skipping = inBasis(basis, skipNotFinite(adam({ learningRate })));
    const gradient = new Float64Array(d).fill(1);
    gradient[1] = NaN;
    skipping.update(gradient, skipping.init(model), start);
    expect([...gradient].every((x) => x === 0)).toBe(true);
    expect(skipping.toleratesNotFinite).toBe(true);
    const optimizer = chain(trace({ momentum: 0.5 }), inBasis(basis, sgd({ learningRate: (t) => 0.1 - t })));
    const state = optimizer.init(model);
    optimizer.update(new Float64Array(d).fill(1), state, start);
    const before = structuredClone(state);
    expect(() => optimizer.update(new Float64Array(d).fill(1), state, start)).toThrow(ArgumentError);
    expect(state).toEqual(before);
    expect(() => inBasis(basis, scheduleFreeAdamw(), { parameters: false })).toThrow(
      new ArgumentError(
        "inBasis: scheduleFreeAdamw chooses the parameters to evaluate; expected parameters true, so that it sees them.",
      ),
    );
  });
});

describe("in a basis that mixes tensors", () => {
  it("what is said of tensors is said of the rotated ones", () => {
    const clipped = chain(clipByTensorNorm(2), sgd({ learningRate }));
    // Kronecker keeps the tensors and their norms; a dense basis makes one of them.
    expect(difference(inBasis(bases["kronecker"], clipped), clipped)).toBeLessThan(same);
    expect(difference(inBasis(bases["dense"], clipped), clipped)).toBeGreaterThan(1e-3);
    expect(difference(inBasis(bases["dense"], clipped), chain(clipByNorm(2), sgd({ learningRate })))).toBeLessThan(
      same,
    );
  });
});
