/** Every ready-made optimizer that is a chain: bad options and gradients are refused; runs go on from text bit for bit. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, NotFiniteError, ShapeError, StateError } from "../../src/errors.ts";
import { layout } from "../../src/linalg/layout.ts";
import * as optim from "../../src/optim/index.ts";
import type { GradientTransformation, StochasticObjective } from "../../src/optim/index.ts";
import { jittery } from "./problems.ts";

type Make = (options: never) => GradientTransformation;
type Options = Readonly<Record<string, unknown>>;

/** The optimizers, with the options that they need and their decay rates. */
const optimizers: Readonly<Record<string, readonly [make: Make, needs: Options, rates: readonly string[]]>> = {
  sgd: [optim.sgd, { learningRate: 0.1, momentum: 0.9 }, ["momentum"]],
  signDescent: [optim.signDescent, { learningRate: 0.1 }, []],
  signum: [optim.signum, { learningRate: 0.1 }, ["momentum"]],
  lars: [optim.lars, { learningRate: 0.1 }, ["momentum"]],
  adagrad: [optim.adagrad, {}, []],
  adagradNorm: [optim.adagradNorm, {}, []],
  rmsprop: [optim.rmsprop, { momentum: 0.5, centered: true }, ["decay", "momentum"]],
  adadelta: [optim.adadelta, {}, ["rho"]],
  adam: [optim.adam, {}, ["beta1", "beta2"]],
  adamw: [optim.adamw, {}, ["beta1", "beta2"]],
  amsgrad: [optim.amsgrad, {}, ["beta1", "beta2"]],
  adamax: [optim.adamax, {}, ["beta1", "beta2"]],
  nadam: [optim.nadam, {}, ["beta1", "beta2"]],
  radam: [optim.radam, {}, ["beta1", "beta2"]],
  adabelief: [optim.adabelief, {}, ["beta1", "beta2"]],
  yogi: [optim.yogi, {}, ["beta1", "beta2"]],
  lion: [optim.lion, {}, ["beta1", "beta2"]],
  adan: [optim.adan, {}, ["beta1", "beta2", "beta3"]],
  lamb: [optim.lamb, {}, ["beta1", "beta2"]],
  scalarAdam: [optim.scalarAdam, {}, ["beta1", "beta2"]],
  rprop: [optim.rprop, {}, []],
  adafactor: [optim.adafactor, {}, []],
  scheduleFreeAdamw: [optim.scheduleFreeAdamw, {}, ["beta1", "beta2"]],
  prodigy: [optim.prodigy, {}, ["beta1", "beta2"]],
  fullAdagrad: [optim.fullAdagrad, {}, []],
  ggt: [optim.ggt, { window: 3 }, []],
  shampoo: [optim.shampoo, { momentum: 0.5, interval: 3 }, ["momentum"]],
  soap: [optim.soap, { interval: 3 }, ["beta1", "beta2"]],
  muon: [optim.muon, {}, ["momentum", "beta1", "beta2"]],
};
const noDecay = ["rprop", "fullAdagrad", "ggt"];
const cases = Object.entries(optimizers).map(([name, [make, needs, rates]]) => ({
  name,
  rates,
  make: (options: Options = {}) => (make as (options: Options) => GradientTransformation)({ ...needs, ...options }),
}));
const model = layout({ W: [1, 2], b: [] });

describe.each(cases)("$name", ({ name, rates, make }) => {
  it("refuses options out of their range, and unknown ones", () => {
    for (const learningRate of [-1, NaN, Infinity])
      expect(() => make({ learningRate })).toThrow(
        new ArgumentError(`The option learningRate is ${learningRate}; expected a finite number at or above 0.`),
      );
    for (const rate of rates)
      for (const value of [1, -0.1, NaN])
        expect(() => make({ [rate]: value })).toThrow(
          new RegExp(`^The option ${rate} is ${value}; expected a number in .0, 1.\\.$`),
        );
    if (!noDecay.includes(name))
      expect(() => make({ weightDecay: -1 })).toThrow(
        new ArgumentError("The option weightDecay is -1; expected a finite number at or above 0."),
      );
    expect(() => make({ lr: 1 })).toThrow(ArgumentError);
  });

  it("refuses gradients and states that do not fit, and changes nothing", () => {
    const optimizer = make();
    const state = optimizer.init(model);
    const parameters = Float64Array.of(1, 2, 3);
    optimizer.update(Float64Array.of(1, -2, 3), state, parameters);
    const before = structuredClone(state);
    const refused = (kind: new (message: string) => Error, given: number[], at = parameters, own = state): void => {
      const gradient = Float64Array.from(given);
      expect(() => optimizer.update(gradient, own, at)).toThrow(kind);
      expect([...gradient]).toEqual(given);
      expect(state).toEqual(before);
    };
    refused(NotFiniteError, [1, NaN, 3]);
    refused(NotFiniteError, [1, 2, -Infinity]);
    refused(ShapeError, [1, 2, 3], new Float64Array(2));
    refused(StateError, [1, 2, 3], parameters, { kind: "other", version: 1 });
  });

  it("goes on with the same bits from its text, wherever it was stopped", () => {
    const start = Float64Array.of(3, -2);
    const whole = optim.minimize(jittery, { start, optimizer: make(), steps: 12 });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 12 }),
        fc.constantFrom("base64" as const, "numbers" as const),
        (stop, arrays) => {
          const first = optim.minimize(jittery, { start, optimizer: make(), steps: stop });
          const resume = optim.stateToText(first.state, { arrays });
          const second = optim.minimize(jittery, { resume, optimizer: make(), steps: 12 - stop });
          expect(second.state).toEqual(whole.state);
          expect(second.parameters).toEqual(whole.parameters);
        },
      ),
      { numRuns: 15 },
    );
  });

  it("lets what an objective throws pass", () => {
    const error = new Error("no data");
    const throwing: StochasticObjective = {
      dimension: 2,
      valueAndGradient() {
        throw error;
      },
    };
    expect(() => optim.minimize(throwing, { start: new Float64Array(2), optimizer: make(), steps: 1 })).toThrow(error);
  });
});

describe("the epsilons and other ranges", () => {
  it.each<[() => unknown, string]>([
    [() => optim.adadelta({ epsilon: 0 }), "The option epsilon is 0; expected a finite number above 0."],
    [() => optim.rprop({ shrink: 1 }), "The option shrink is 1; expected a number in (0, 1)."],
    [() => optim.rprop({ grow: 1 }), "The option grow is 1; expected a finite number above 1."],
    [() => optim.rprop({ bounds: [2, 1] }), "The option bounds is [2, 1]; expected finite numbers 0 ≤ least ≤ most."],
    [() => optim.scheduleFreeAdamw({ beta1: 0 }), "The option beta1 is 0; expected a number in (0, 1)."],
    [
      () => optim.scheduleFreeAdamw({ warmup: 0.5 }),
      "The option warmup is 0.5; expected a whole number at or above 0.",
    ],
    [
      () => optim.nadam({ momentumDecay: -1 }),
      "The option momentumDecay is -1; expected a finite number at or above 0.",
    ],
    [() => optim.adafactor({ clip: 0 }), "The option clip is 0; expected a finite number above 0."],
    [() => optim.exponentialAverage(1), "The option decay is 1; expected a number in [0, 1)."],
    [() => optim.polyakAverage({ from: -1 }), "The option from is -1; expected a whole number at or above 0."],
  ])("are checked: %#", (make, message) => {
    expect(make).toThrow(new ArgumentError(message));
  });

  it("are not read from what every object has", () => {
    expect(() => optim.muon({ scale: "constructor" as "rms" })).toThrow(
      new ArgumentError('The option scale is "constructor"; expected "spectral" or "rms".'),
    );
    expect(() => optim.conjugateGradient({ update: "toString" as "hagerZhang" })).toThrow(
      new ArgumentError('The option update is "toString"; expected "hagerZhang" or "polakRibiere".'),
    );
  });

  it("a negative rate is refused, also where it would be divided by a negative number", () => {
    for (const value of [-0.1, -100, NaN]) {
      const optimizer = optim.adan({ learningRate: () => value, weightDecay: 0.1 });
      expect(() => optimizer.update(new Float64Array(3), optimizer.init(model), new Float64Array(3))).toThrow(
        new ArgumentError(`The option learningRate at step 0 is ${value}; expected a finite number at or above 0.`),
      );
    }
  });

  it("a schedule that returns nonsense is refused at its step, and changes nothing", () => {
    const optimizer = optim.prodigy({ learningRate: (step) => (step < 2 ? 1 : -1) });
    const state = optimizer.init(model);
    const parameters = Float64Array.of(1, 2, 3);
    for (let t = 0; t < 2; t++) optimizer.update(Float64Array.of(1, 2, 3), state, parameters);
    const before = structuredClone(state);
    expect(() => optimizer.update(Float64Array.of(1, 2, 3), state, parameters)).toThrow(
      new ArgumentError("The learning rate's schedule returned -1 for step 2; expected a finite number at or above 0."),
    );
    expect(state).toEqual(before);
  });
});
