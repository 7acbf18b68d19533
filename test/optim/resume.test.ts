/**
 * Runs of the methods that search, and of what is put around optimizers: resumed from their text with the same bits, refused
 * where they do not belong. (The ready-made chains: bad-input.test.ts.)
 */
import { describe, expect, it } from "vitest";
import { EgopError, StateError } from "../../src/errors.ts";
import { layout } from "../../src/linalg/layout.ts";
import * as optim from "../../src/optim/index.ts";
import type { DescentMethod, GradientTransformation, Objective, ResidualProblem } from "../../src/optim/index.ts";
import { jittery } from "./problems.ts";

const valley: Objective = {
  dimension: 2,
  valueAndGradient([x, y], out) {
    out[0] = -2 * (1 - x) - 400 * x * (y - x * x);
    out[1] = 200 * (y - x * x);
    return (1 - x) * (1 - x) + 100 * (y - x * x) * (y - x * x);
  },
  hessianVector([x, y], [u, v], out) {
    out[0] = (2 - 400 * (y - 3 * x * x)) * u - 400 * x * v;
    out[1] = -400 * x * u + 200 * v;
  },
};
const residuals: ResidualProblem = {
  dimension: 2,
  residuals: 2,
  valueAndJacobian([x, y], r, j) {
    r.set([10 * (y - x * x), 1 - x]);
    j.set([-20 * x, 10, -1, 0]);
  },
};
const start = Float64Array.of(-1.2, 1);
const steps = 9;
const formats = ["base64", "numbers"] as const;

/** A run of so many steps from the start or from a text. */
type RunOf = (steps: number, resume?: string) => { readonly state: optim.RunState; readonly parameters: Float64Array };

function searching<Problem extends optim.DescentProblem>(
  problem: Problem,
  method: () => DescentMethod<Problem>,
): RunOf {
  return (count, resume) => optim.descend<Problem>(problem, { start, resume, method: method(), steps: count });
}
function stepping(optimizer: () => GradientTransformation): RunOf {
  return (count, resume) => optim.minimize(jittery, { start, resume, optimizer: optimizer(), steps: count });
}
const sgd = (): GradientTransformation => optim.sgd({ learningRate: 0.1, momentum: 0.5 });

const runs: Readonly<Record<string, RunOf>> = {
  lbfgs: searching(valley, () => optim.lbfgs({ memory: 3 })),
  "lbfgs, Hager–Zhang": searching(valley, () => optim.lbfgs({ lineSearch: optim.hagerZhang() })),
  bfgs: searching(valley, () => optim.bfgs()),
  conjugateGradient: searching(valley, () => optim.conjugateGradient()),
  "conjugateGradient, Polak–Ribière": searching(valley, () => optim.conjugateGradient({ update: "polakRibiere" })),
  newton: searching(valley, () => optim.newton()),
  levenbergMarquardt: searching(residuals, () => optim.levenbergMarquardt({ factor: 0.5 })),
  gaussNewton: searching(residuals, () => optim.gaussNewton()),
  nelderMead: searching<optim.ValueFunction | Objective>(valley, () => optim.nelderMead()),
  polyakAverage: stepping(() => optim.chain(sgd(), optim.polyakAverage({ from: 2 }))),
  exponentialAverage: stepping(() => optim.chain(sgd(), optim.exponentialAverage(0.8))),
  reduceOnPlateau: stepping(() => optim.chain(sgd(), optim.reduceOnPlateau({ patience: 1 }))),
  accumulateGradients: stepping(() => optim.accumulateGradients(optim.adam(), 3)),
  skipNotFinite: stepping(() => optim.skipNotFinite(optim.adam())),
  byTensor: stepping(() => optim.byTensor(() => "all", { all: optim.adam() })),
  masked: stepping(() =>
    optim.chain(
      optim.scaleByAdam(),
      optim.masked(sgd(), () => true),
    ),
  ),
  withHyperparameters: stepping(() =>
    optim.withHyperparameters((h) => optim.adam(h), { learningRate: (t) => 0.1 / (1 + t), beta1: 0.8 }),
  ),
  clipping: stepping(() =>
    optim.chain(optim.clipByValue(1), optim.clipByNorm(1), optim.clipByTensorNorm(1), optim.lion()),
  ),
};

describe.each(Object.keys(runs))("%s", (name) => {
  const run = runs[name];
  it("goes on with the same bits from its text, wherever it was stopped", () => {
    const whole = run(steps);
    for (let stop = 0; stop <= steps; stop++)
      for (const arrays of formats) {
        const rest = run(steps - stop, optim.stateToText(run(stop).state, { arrays }));
        expect(rest.state).toEqual(whole.state);
        expect(rest.parameters).toEqual(whole.parameters);
      }
  });

  it("refuses unknown versions, other shapes, and the state of another optimizer", () => {
    const text = optim.stateToText(run(4).state, { arrays: "numbers" });
    const versions = [...text.matchAll(/"version":1/g)].map(({ index }) => index);
    expect(versions.length).toBeGreaterThan(1);
    for (const at of versions) {
      const other = `${text.slice(0, at)}"version":2${text.slice(at + '"version":1'.length)}`;
      expect(() => run(1, other)).toThrow(StateError);
    }
    for (const [another, its] of Object.entries(runs)) {
      const belongs = another === name || (name.split(",")[0] === another.split(",")[0] && !name.startsWith("lbfgs"));
      if (!belongs) expect(() => run(1, optim.stateToText(its(2).state)), another).toThrow(StateError);
    }
    const three = { dimension: 3, layout: layout({ p: [3] }) };
    const flat = { ...three, valueAndGradient: ([x, y, z]: Float64Array) => x + y + z };
    const longer = optim.minimize(flat, { start: new Float64Array(3), optimizer: optim.adam(), steps: 1 }).state;
    expect(() => run(1, optim.stateToText(longer))).toThrow(StateError);
  });

  it("comes to no harm by numbers changed in its text: refused, or a run that ends", () => {
    const text = optim.stateToText(run(5).state, { arrays: "numbers" });
    const numbers = [...text.matchAll(/[:[,](-?[0-9][0-9.e+-]*)/g)];
    for (const { 0: whole, 1: digits, index } of numbers)
      for (const other of ["-1", "0.5", "1e15", "-1e300", "1e999", "null"]) {
        const at = index + whole.length - digits.length;
        const spoiled = text.slice(0, at) + other + text.slice(at + digits.length);
        try {
          expect([...run(3, spoiled).parameters].every(Number.isFinite)).toBe(true);
        } catch (error) {
          if (!(error instanceof EgopError)) throw error;
        }
      }
  });
});

describe("a run that has skipped a loss that is not finite", () => {
  /** The third evaluation is NaN. */
  const flaky = (): typeof jittery => {
    let evaluations = 0;
    return {
      ...jittery,
      valueAndGradient(point, out, key) {
        const value = jittery.valueAndGradient(point, out, key);
        if (++evaluations !== 3) return value;
        out[1] = NaN;
        return NaN;
      },
    };
  };
  const optimizer = () => optim.chain(optim.skipNotFinite(sgd()), optim.reduceOnPlateau({ window: 4, patience: 0 }));

  it("goes on from its text, in the middle of a plateau's window", () => {
    const whole = optim.minimize(flaky(), { start, optimizer: optimizer(), steps: 12 });
    for (const stop of [3, 4, 5]) {
      const first = optim.minimize(flaky(), { start, optimizer: optimizer(), steps: stop });
      const resume = optim.stateToText(first.state);
      const rest = optim.minimize(jittery, { resume, optimizer: optimizer(), steps: 12 - stop });
      expect(rest.state).toEqual(whole.state);
    }
    // Three steps of the window of four are behind, as the loss that was NaN does not count.
    expect(optim.minimize(flaky(), { start, optimizer: optimizer(), steps: 4 }).state.optimizer).toMatchObject({
      parts: [{}, { count: 3 }],
    });
  });

  it("goes on from its text, in the middle of an epoch", () => {
    const options = { epochs: 3, stepsPerEpoch: 5 };
    const whole = optim.train(flaky(), { ...options, start, optimizer: optimizer() });
    let taken = 0;
    const first = optim.train(flaky(), {
      ...options,
      start,
      optimizer: optimizer(),
      onStep: () => (++taken === 4 ? "stop" : undefined),
    });
    const rest = optim.train(jittery, { ...options, resume: optim.stateToText(first.state), optimizer: optimizer() });
    expect(rest.state).toEqual(whole.state);
    expect(whole.epochs.map(({ loss }) => Number.isNaN(loss))).toEqual([true, false, false]);
    expect(rest.epochs).toEqual(whole.epochs);
  });
});
