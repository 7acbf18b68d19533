import { describe, expect, it } from "vitest";
import { DivergedError, NotFiniteError, ShapeError } from "../../src/errors.ts";
import { layout } from "../../src/linalg/layout.ts";
import { fold, random, type Key } from "../../src/math/random.ts";
import { adam } from "../../src/optim/adam.ts";
import { minimize } from "../../src/optim/minimize.ts";
import { shampoo } from "../../src/optim/matrix/shampoo.ts";
import type { Objective, StochasticObjective } from "../../src/optim/objective.ts";
import { sgd } from "../../src/optim/sgd.ts";
import { caught, jittery, parabola, rosenbrock } from "./problems.ts";

const bowl = parabola([10, 1]);
const start = Float64Array.of(3, -2);
const descent = sgd({ learningRate: 0.05 });

describe("minimize", () => {
  it("returns the last point, and the loss after every step", () => {
    const run = minimize(bowl, { start, optimizer: descent, steps: 30 });
    const x = Float64Array.from(start);
    const gradient = new Float64Array(2);
    for (let t = 0; t <= 30; t++) {
      expect(run.losses[t]).toBe(bowl.valueAndGradient(x, gradient));
      if (t < 30) gradient.forEach((g, i) => (x[i] += -0.05 * g));
    }
    expect(run).toMatchObject({ parameters: x, value: run.losses[30], steps: 30, stopped: "steps" });
    expect(run.losses).toHaveLength(31);
    expect(start).toEqual(Float64Array.of(3, -2));
  });

  it("only evaluates when it may take no step", () => {
    const run = minimize(bowl, { start, optimizer: descent, steps: 0 });
    expect(run).toMatchObject({ parameters: start, steps: 0, stopped: "steps", losses: Float64Array.of(24.5) });
  });

  it("gives a stochastic objective the key of its step, and random(0) by default", () => {
    const seen: Key[] = [];
    const watching: StochasticObjective = {
      ...jittery,
      valueAndGradient(point, gradientOut, key) {
        seen.push(key);
        return jittery.valueAndGradient(point, gradientOut, key);
      },
    };
    minimize(watching, { start, optimizer: descent, steps: 3, key: random(7) });
    expect(seen).toEqual([0, 1, 2, 3].map((t) => fold(random(7), t)));
    seen.length = 0;
    minimize(watching, { start, optimizer: descent, steps: 0 });
    expect(seen).toEqual([fold(random(0), 0)]);
  });

  it("gives the optimizer the objective's layout", () => {
    const seen: unknown[] = [];
    const optimizer = {
      ...descent,
      init: (given: Parameters<typeof descent.init>[0]) => (seen.push(given), descent.init(given)),
    };
    minimize(rosenbrock, { start, optimizer, steps: 0 });
    expect(seen).toEqual([rosenbrock.layout]);
  });
});

describe("stopping", () => {
  it("happens at the value", () => {
    const run = minimize(bowl, { start, optimizer: descent, steps: 1000, stop: { value: 0.1 } });
    expect(run.stopped).toBe("value");
    expect(run.losses).toHaveLength(run.steps + 1);
    expect(run.value).toBeLessThanOrEqual(0.1);
    expect(run.losses.at(-2)).toBeGreaterThan(0.1);
    const exact = minimize(bowl, { start, optimizer: descent, steps: 1000, stop: { value: run.losses[5] } });
    expect(exact).toMatchObject({ stopped: "value", steps: 5 });
  });

  it("happens at the gradient's norm", () => {
    const run = minimize(bowl, { start, optimizer: descent, steps: 1000, stop: { gradientNorm: 0.1 } });
    const gradientNormAt = (point: Float64Array) => {
      const gradient = new Float64Array(2);
      bowl.valueAndGradient(point, gradient);
      return Math.hypot(...gradient);
    };
    expect(run.stopped).toBe("gradient");
    expect(gradientNormAt(run.parameters)).toBeLessThanOrEqual(0.1);
    const before = minimize(bowl, { start, optimizer: descent, steps: run.steps - 1 });
    expect(gradientNormAt(before.parameters)).toBeGreaterThan(0.1);
  });

  it("with a norm of 0 waits for a gradient of exactly 0", () => {
    const optimizer = sgd({ learningRate: 1 });
    const run = minimize(parabola([1, 1]), { start, optimizer, steps: 9, stop: { gradientNorm: 0 } });
    expect(run).toMatchObject({ stopped: "gradient", steps: 1, parameters: Float64Array.of(1, 1) });
  });

  it("happens when the callback says so", () => {
    const run = minimize(bowl, {
      start,
      optimizer: descent,
      steps: 1000,
      onStep: ({ step }) => (step === 7 ? "stop" : undefined),
    });
    expect(run).toMatchObject({ stopped: "callback", steps: 7 });
    expect(run.parameters).toEqual(minimize(bowl, { start, optimizer: descent, steps: 7 }).parameters);
  });

  it("happens when the signal is aborted", () => {
    const controller = new AbortController();
    const run = minimize(bowl, {
      start,
      optimizer: descent,
      steps: 1000,
      signal: controller.signal,
      onStep: ({ step }) => {
        if (step === 4) controller.abort();
      },
    });
    expect(run).toMatchObject({ stopped: "aborted", steps: 4 });
    const again = minimize(bowl, { start, optimizer: descent, steps: 9, signal: controller.signal });
    expect(again).toMatchObject({ stopped: "aborted", steps: 0, parameters: start });
  });

  it("names the first reason of several", () => {
    const reasons = { value: Infinity, gradientNorm: 1e9 };
    const common = { start, optimizer: descent, steps: 0, signal: { aborted: true }, onStep: () => "stop" as const };
    expect(minimize(bowl, { ...common, stop: reasons }).stopped).toBe("value");
    expect(minimize(bowl, { ...common, stop: { gradientNorm: 1e9 } }).stopped).toBe("gradient");
    expect(minimize(bowl, common).stopped).toBe("callback");
    expect(minimize(bowl, { ...common, onStep: () => undefined }).stopped).toBe("aborted");
  });
});

describe("progress", () => {
  it("is one object, for the start and every step", () => {
    const objects = new Set<object>();
    const seen: [number, number][] = [];
    const run = minimize(bowl, {
      start,
      optimizer: descent,
      steps: 5,
      onStep: (progress) => {
        objects.add(progress);
        seen.push([progress.step, progress.value]);
      },
    });
    expect(objects.size).toBe(1);
    expect(seen).toEqual(Array.from(run.losses, (loss, t) => [t, loss]));
  });

  it("hands out copies of the parameters, or fills what it is given", () => {
    const own = new Float64Array(2);
    const run = minimize(bowl, {
      start,
      optimizer: descent,
      steps: 5,
      onStep: (progress) => {
        progress.parameters().fill(NaN);
        expect(progress.parameters(own)).toBe(own);
        expect(() => progress.parameters(new Float64Array(3))).toThrow(
          new ShapeError("minimize: out has 3 elements; the parameters have 2."),
        );
      },
    });
    expect(run.parameters).toEqual(own);
    expect(run).toEqual(minimize(bowl, { start, optimizer: descent, steps: 5 }));
  });
});

describe("coordinates", () => {
  /** The bowl in a rotated frame of which only one direction moves: dimension 1 inside dimension 2. */
  const axis = [0.6, 0.8];
  const line: Objective = {
    dimension: 1,
    coordinates: {
      originalDimension: 2,
      toOwn: (original, out) => (out[0] = axis[0] * original[0] + axis[1] * original[1]),
      toOriginal: (own, out) => axis.forEach((a, i) => (out[i] = a * own[0])),
    },
    valueAndGradient(point, gradientOut) {
      const there = new Float64Array(2);
      const gradient = new Float64Array(2);
      axis.forEach((a, i) => (there[i] = a * point[0]));
      const value = bowl.valueAndGradient(there, gradient);
      gradientOut[0] = axis[0] * gradient[0] + axis[1] * gradient[1];
      return value;
    },
  };

  it("are the user's at the start, on the way and at the end, and the objective's own in the state", () => {
    const seen: Float64Array[] = [];
    const run = minimize(line, {
      start: Float64Array.of(3, -1),
      optimizer: descent,
      steps: 200,
      onStep: (progress) => {
        seen.push(progress.parameters());
      },
    });
    expect(seen[0][0]).toBeCloseTo(0.6, 14);
    expect(seen[0][1]).toBeCloseTo(0.8, 14);
    expect(seen.at(-1)).toEqual(run.parameters);
    expect(run.state.parameters).toHaveLength(1);
    const gradient = new Float64Array(2);
    bowl.valueAndGradient(run.parameters, gradient);
    expect(axis[0] * gradient[0] + axis[1] * gradient[1]).toBeCloseTo(0, 6);
  });

  it("are the user's in messages and errors", () => {
    const tooLong = sgd({ learningRate: 1e3 });
    const error = caught(DivergedError, () =>
      minimize(line, { start: Float64Array.of(3, -1), optimizer: tooLong, steps: 1000 }),
    );
    expect(error.parameters).toHaveLength(2);
    expect(() => minimize(line, { start: Float64Array.of(1), optimizer: descent, steps: 1 })).toThrow(
      new ShapeError("minimize: start has 1 elements; the objective needs 2."),
    );
    expect(() => minimize(line, { start: Float64Array.of(1, NaN), optimizer: descent, steps: 1 })).toThrow(
      new NotFiniteError("minimize: start is NaN in element 1."),
    );
  });
});

describe("divergence", () => {
  const cubic: Objective = {
    dimension: 1,
    layout: layout({ w: [1] }),
    valueAndGradient(point, gradientOut) {
      gradientOut[0] = 3 * point[0] ** 2;
      return point[0] ** 3;
    },
  };

  it("throws an error that holds the run up to the last finite evaluation", () => {
    const losses: number[] = [];
    const points: Float64Array[] = [];
    const error = caught(DivergedError, () =>
      minimize(cubic, {
        start: Float64Array.of(-1),
        optimizer: descent,
        steps: 1000,
        onStep: (progress) => {
          losses.push(progress.value);
          points.push(progress.parameters());
        },
      }),
    );
    expect(error.losses).toEqual(Float64Array.from(losses));
    expect(error.value).toBe(losses.at(-1));
    expect(error.parameters).toEqual(points.at(-1));
    expect(error.step).toBe(losses.length);
    expect(error.message).toBe(
      `sgd diverged at step ${error.step}: the objective returned -Infinity. ` +
        `The last finite value was ${error.value}, at step ${error.step - 1}; try a smaller learning rate.`,
    );
  });

  /** A parabola of two tensors that spoils its answer at its n-th evaluation. */
  function spoiledAt(n: number, spoil: (gradientOut: Float64Array) => number): Objective {
    let evaluations = 0;
    return {
      ...parabola([1, 1, 1]),
      layout: layout({ W: [2], b: [] }),
      valueAndGradient(point, gradientOut) {
        const value = parabola([1, 1, 1]).valueAndGradient(point, gradientOut);
        return evaluations++ === n ? spoil(gradientOut) : value;
      },
    };
  }
  const zeros = new Float64Array(3);

  it("names the entry of the gradient", () => {
    const spoiled = spoiledAt(2, (gradientOut) => {
      gradientOut[2] = -Infinity;
      return 1;
    });
    const error = caught(DivergedError, () => minimize(spoiled, { start: zeros, optimizer: adam(), steps: 9 }));
    expect(error.message).toContain('adam diverged at step 2: the gradient is -Infinity in element 0 of "b".');
    expect(error.losses).toHaveLength(2);
    expect(error.parameters).toEqual(
      minimize(
        spoiledAt(99, () => 0),
        { start: zeros, optimizer: adam(), steps: 1 },
      ).parameters,
    );
  });

  it("names the parameter that a step has blown up", () => {
    const flat: Objective = { ...bowl, valueAndGradient: (_, gradientOut) => (gradientOut.fill(-1e300), 5) };
    const error = caught(DivergedError, () =>
      minimize(flat, { start, optimizer: sgd({ learningRate: 1e10 }), steps: 9 }),
    );
    expect(error.message).toBe(
      'sgd diverged at step 1: the parameter is Infinity in element 0 of "parameters". ' +
        "The last finite value was 5, at step 0; try a smaller learning rate.",
    );
    expect(error).toMatchObject({ step: 1, value: 5, parameters: start, losses: Float64Array.of(5) });
  });

  it("says that the optimizer has refused a gradient, and keeps the run up to there", () => {
    const steep = (size: number): Objective =>
      spoiledAt(2, (gradientOut) => {
        gradientOut[1] = size;
        return 7;
      });
    const error = caught(DivergedError, () =>
      minimize(steep(1e200), { start: zeros, optimizer: shampoo({ learningRate: 0.1 }), steps: 9 }),
    );
    expect(error.message).toBe(
      "shampoo diverged at step 3: scaleByShampoo: the gradient is 1e+200 at 1; expected entries up to 1e150 in size. " +
        "The last finite value was 7, at step 2; try a smaller learning rate.",
    );
    expect(error).toMatchObject({ step: 3, value: 7 });
    expect(error.losses).toHaveLength(3);
    expect(error.parameters.every(Number.isFinite)).toBe(true);
    const first = spoiledAt(0, (gradientOut) => gradientOut.fill(1e200)[0]);
    expect(() => minimize(first, { start: zeros, optimizer: shampoo(), steps: 9 })).toThrow(
      new NotFiniteError("scaleByShampoo: the gradient is 1e+200 at 0; expected entries up to 1e150 in size."),
    );
  });

  it("at the start is the objective's fault, and says so", () => {
    const run = (objective: Objective) => () => minimize(objective, { start: zeros, optimizer: descent, steps: 9 });
    expect(run(spoiledAt(0, () => NaN))).toThrow(
      new NotFiniteError("minimize: at the start, the objective returned NaN."),
    );
    const undefinedValue = undefined as unknown as number;
    expect(run(spoiledAt(0, () => undefinedValue))).toThrow(
      "minimize: at the start, the objective returned undefined.",
    );
    expect(run(spoiledAt(0, (gradientOut) => (gradientOut.fill(NaN, 1), 1)))).toThrow(
      new NotFiniteError('minimize: at the start, the gradient is NaN in element 1 of "W".'),
    );
  });

  it("is told from an error of the objective, the callback or a schedule, which passes through", () => {
    const own = new Error("mine");
    const fail = () => {
      throw own;
    };
    const objective = { ...bowl, valueAndGradient: fail };
    expect(caught(Error, () => minimize(objective, { start, optimizer: descent, steps: 1 }))).toBe(own);
    expect(caught(Error, () => minimize(bowl, { start, optimizer: descent, steps: 1, onStep: fail }))).toBe(own);
    const optimizer = sgd({ learningRate: fail });
    expect(caught(Error, () => minimize(bowl, { start, optimizer, steps: 1 }))).toBe(own);
    expect(start).toEqual(Float64Array.of(3, -2));
  });

  it("does not spoil the state that a failing run was resumed from", () => {
    const { state } = minimize(bowl, { start, optimizer: adam(), steps: 3 });
    const before = structuredClone(state);
    const failing = {
      ...bowl,
      valueAndGradient: (point: Float64Array, gradientOut: Float64Array) => {
        gradientOut.fill(1);
        if (point[0] !== state.parameters[0]) throw new Error("later");
        return 1;
      },
    };
    expect(() => minimize(failing, { resume: state, optimizer: adam(), steps: 3 })).toThrow("later");
    expect(state).toEqual(before);
  });
});
