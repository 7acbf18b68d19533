/** Schedules, plateaus and trajectories with options, against PyTorch 1.13 (test/golden/first-order.py). */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../src/errors.ts";
import { layout } from "../../src/linalg/layout.ts";
import {
  adadelta,
  adamax,
  amsgrad,
  constantSchedule,
  cosineSchedule,
  exponentialSchedule,
  learningRateRange,
  minimize,
  nadam,
  oneCycleSchedule,
  piecewiseSchedule,
  polynomialSchedule,
  radam,
  reduceOnPlateau,
  rmsprop,
  rprop,
  sgd,
  stepSchedule,
  warmup,
  type GradientTransformation,
  type Schedule,
} from "../../src/optim/index.ts";
import { distance, golden, goldenObjective, parabola } from "./problems.ts";

const reference = JSON.parse(readFileSync(new URL("../golden/first-order.json", import.meta.url), "utf8")) as {
  readonly trajectories: Readonly<Record<string, readonly (readonly number[])[]>>;
  readonly schedules: Readonly<Record<string, readonly number[]>>;
  readonly plateauLosses: readonly number[];
  readonly plateaus: Readonly<Record<string, readonly number[]>>;
};

const schedules: Readonly<Record<string, Schedule>> = {
  "step every=7 factor=0.3": stepSchedule({ rate: 1, every: 7, factor: 0.3 }),
  "exponential factor=0.9": exponentialSchedule({ rate: 1, factor: 0.9 }),
  "polynomial steps=30 power=2": polynomialSchedule({ rate: 1, steps: 30, power: 2 }),
  "cosine steps=39 final=0.1": cosineSchedule({ rate: 1, steps: 39, final: 0.1 }),
  "cosine steps=10 restarts=1": cosineSchedule({ rate: 1, steps: 10, restarts: 1 }),
  "cosine steps=5 restarts=2 final=0.1": cosineSchedule({ rate: 1, steps: 5, restarts: 2, final: 0.1 }),
  "one cycle steps=40": oneCycleSchedule({ rate: 1, steps: 40 }),
  "one cycle steps=50 rise=0.4 divisor=10 finalDivisor=100": oneCycleSchedule({
    rate: 1,
    steps: 50,
    rise: 0.4,
    divisor: 10,
    finalDivisor: 100,
  }),
  "pieces 10, 25 factor 0.1": piecewiseSchedule([10, 25], [1, 0.1, 0.01]),
  "warm-up 8 from 0.1, then exponential 0.9": warmup(8, exponentialSchedule({ rate: 1, factor: 0.9 }), 0.1),
};

describe("the schedules of PyTorch 1.13", () => {
  it.each(Object.keys(reference.schedules))("%s", (name) => {
    reference.schedules[name].forEach((rate, step) =>
      expect(Math.abs(schedules[name](step) - rate), `step ${step}`).toBeLessThan(1e-12),
    );
  });

  it("hold their last rate for ever", () => {
    expect(polynomialSchedule({ rate: 1, steps: 10, final: 0.5 })(1e9)).toBe(0.5);
    expect(cosineSchedule({ rate: 1, steps: 10, final: 0.5 })(1e9)).toBe(0.5);
    expect(oneCycleSchedule({ rate: 1, steps: 10 })(1e9)).toBeCloseTo(4e-6, 12);
    expect(constantSchedule(0.3)(1e9)).toBe(0.3);
    expect(cosineSchedule({ rate: 1, steps: 3, restarts: 1 })(3e9)).toBe(1);
  });

  it.each<[() => unknown, string]>([
    [() => constantSchedule(NaN), "The option rate is NaN; expected a finite number at or above 0."],
    [
      () => stepSchedule({ rate: 1, every: 0, factor: 1 }),
      "The option every is 0; expected a whole number at or above 1.",
    ],
    [() => exponentialSchedule({ rate: 1, factor: 0 }), "The option factor is 0; expected a finite number above 0."],
    [() => oneCycleSchedule({ rate: 1, steps: 9, rise: 1 }), "The option rise is 1; expected a number in (0, 1)."],
    [
      () => piecewiseSchedule([5, 5], [1, 1, 1]),
      "The option boundaries[1] is 5; expected a whole number at or above 6.",
    ],
    [() => piecewiseSchedule([5], [1]), "piecewiseSchedule: 1 schedules for 1 boundaries; expected one more."],
  ])("refuse bad options: %#", (make, message) => {
    expect(make).toThrow(new ArgumentError(message));
  });
});

describe("reduceOnPlateau is PyTorch's", () => {
  const options = {
    default: {},
    "patience=3 factor=0.5": { patience: 3, factor: 0.5 },
    "patience=2 cooldown=4 least=0.2 factor=0.5": { patience: 2, cooldown: 4, least: 0.2, factor: 0.5 },
    "threshold=0.2 patience=1 least=1e-6": { threshold: 0.2, patience: 1, least: 1e-6 },
  };
  it.each(Object.entries(options))("%s", (name, chosen) => {
    const transformation = reduceOnPlateau(chosen);
    const state = transformation.init(layout({ p: [1] }));
    reference.plateauLosses.forEach((loss, t) => {
      transformation.observe?.(loss, state);
      expect(state.scale).toBeCloseTo(reference.plateaus[name][t], 14);
    });
  });

  it("averages over a window, and refuses bad options", () => {
    const transformation = reduceOnPlateau({ window: 2, patience: 0 });
    const state = transformation.init(layout({ p: [1] }));
    for (const loss of [1, 3, 2, 2]) transformation.observe?.(loss, state);
    expect(state).toMatchObject({ best: 2, scale: 0.1 });
    expect(() => reduceOnPlateau({ factor: 1 })).toThrow(
      new ArgumentError("The option factor is 1; expected a number in (0, 1)."),
    );
    expect(() => reduceOnPlateau({ threshold: 1 })).toThrow(
      new ArgumentError("The option threshold is 1; expected a number in [0, 1)."),
    );
  });
});

const optimizers: Readonly<Record<string, GradientTransformation>> = {
  "rmsprop weightDecay=0.1": rmsprop({ learningRate: 0.02, weightDecay: 0.1 }),
  "adadelta lr=0.5 rho=0.8 eps=1e-5 weightDecay=0.1": adadelta({
    learningRate: 0.5,
    rho: 0.8,
    epsilon: 1e-5,
    weightDecay: 0.1,
  }),
  "amsgrad beta1=0.5 beta2=0.6 weightDecay=0.1": amsgrad({
    learningRate: 0.05,
    beta1: 0.5,
    beta2: 0.6,
    weightDecay: 0.1,
  }),
  "adamax beta1=0.5 beta2=0.6 weightDecay=0.1": adamax({
    learningRate: 0.05,
    beta1: 0.5,
    beta2: 0.6,
    weightDecay: 0.1,
  }),
  "nadam beta1=0.5 beta2=0.6 momentumDecay=0.1 weightDecay=0.1": nadam({
    learningRate: 0.05,
    beta1: 0.5,
    beta2: 0.6,
    momentumDecay: 0.1,
    weightDecay: 0.1,
  }),
  "radam beta1=0.5 beta2=0.9 weightDecay=0.1": radam({ learningRate: 0.05, beta1: 0.5, beta2: 0.9, weightDecay: 0.1 }),
  "radam beta2=0.6": radam({ learningRate: 0.05, beta2: 0.6 }),
  "rprop lr=0.3 etas=[0.3,1.5] bounds=[0.01,0.4]": rprop({
    learningRate: 0.3,
    shrink: 0.3,
    grow: 1.5,
    bounds: [0.01, 0.4],
  }),
};

describe("the trajectory of PyTorch 1.13, with options", () => {
  it.each(Object.keys(reference.trajectories))("%s", (name) => {
    const expected = reference.trajectories[name];
    minimize(goldenObjective, {
      start: Float64Array.from(golden.start),
      optimizer: optimizers[name],
      steps: 40,
      onStep(at) {
        if (at.step > 0)
          expect(distance(at.parameters(), expected[at.step - 1]), `step ${at.step}`).toBeLessThan(1e-10);
      },
    });
  });
});

describe("learningRateRange", () => {
  it("stops after the explosion and suggests a rate that descends", () => {
    const start = Float64Array.of(3, -2);
    const optimizer = (learningRate: Schedule) => sgd({ learningRate });
    const found = learningRateRange(parabola([10, 1]), { start, optimizer, from: 1e-5, to: 100, steps: 60 });
    expect(found.rates[0]).toBe(1e-5);
    expect(found.rates.length).toBeLessThan(60);
    expect(found.losses).toHaveLength(found.rates.length);
    expect(found.smoothed).toHaveLength(found.rates.length);
    expect(found.suggestion).toBeGreaterThan(1e-3);
    expect(found.suggestion).toBeLessThan(0.2);
    expect(() => learningRateRange(parabola([1]), { start, optimizer, from: 2, to: 1 })).toThrow(
      new ArgumentError("The options from and to are 2 and 1; expected from below to."),
    );
  });
});

describe("the top of a cycle", () => {
  it("may be the first step", () => {
    for (const [steps, rise] of [
      [10, 0.1],
      [4, 0.25],
      [5, 0.2],
    ])
      expect(oneCycleSchedule({ rate: 0.5, steps, rise })(0)).toBe(0.5);
  });
});
