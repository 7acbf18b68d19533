import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, NotFiniteError, ShapeError, StateError } from "../../src/errors.ts";
import { layout } from "../../src/linalg/layout.ts";
import { random } from "../../src/math/random.ts";
import { adagrad } from "../../src/optim/adagrad.ts";
import { adam, adamw } from "../../src/optim/adam.ts";
import { descend } from "../../src/optim/deterministic/descend.ts";
import { lbfgs } from "../../src/optim/deterministic/lbfgs.ts";
import { minimize } from "../../src/optim/minimize.ts";
import type { MinimizeOptions, RunState } from "../../src/optim/run.ts";
import { sgd } from "../../src/optim/sgd.ts";
import { train } from "../../src/optim/train.ts";
import { caught, goldenObjective, jittery, parabola, rosenbrock } from "./problems.ts";

const bowl = parabola([10, 1]);
const start = Float64Array.of(3, -2);
const descent = sgd({ learningRate: 0.05 });

describe("resuming", () => {
  /** A way through JSON: typed arrays become marked arrays and back. */
  function throughJson(state: RunState): RunState {
    const written = JSON.stringify(state, (_, value: unknown) =>
      value instanceof Float64Array ? { float64: [...value] } : value,
    );
    return JSON.parse(written, (_, value: unknown) =>
      typeof value === "object" && value !== null && "float64" in value
        ? Float64Array.from(value.float64 as number[])
        : value,
    ) as RunState;
  }

  const optimizer = fc.constantFrom(
    sgd({ learningRate: 0.02, momentum: 0.9, dampening: 0.1, weightDecay: 0.01 }),
    sgd({ learningRate: (t) => 0.1 / (1 + t), momentum: 0.9, nesterov: true }),
    adagrad({ learningRate: 0.3, learningRateDecay: 0.1, initialAccumulator: 0.1 }),
    adam({ learningRate: 0.05 }),
    adamw({ learningRate: (t) => 0.1 / (1 + t) }),
  );

  it("goes on with the same bits, wherever the run was stopped and however its state was kept", () => {
    const way = fc.constantFrom((state: RunState) => state, structuredClone<RunState>, throughJson);
    const place = fc.integer({ min: 0, max: 40 });
    fc.assert(
      fc.property(optimizer, way, place, place, fc.constantFrom(jittery, bowl), (chosen, keep, stop1, stop2, f) => {
        const key = random(11);
        const [first, second] = [Math.min(stop1, stop2), Math.max(stop1, stop2)];
        const whole = minimize(f, { start, optimizer: chosen, key, steps: 40 });
        const part1 = minimize(f, { start, optimizer: chosen, key, steps: first });
        const part2 = minimize(f, { resume: keep(part1.state), optimizer: chosen, key, steps: second - first });
        const part3 = minimize(f, { resume: keep(part2.state), optimizer: chosen, key, steps: 40 - second });
        expect(part3.parameters).toEqual(whole.parameters);
        expect(part3.state).toEqual(whole.state);
        expect([...part1.losses, ...part2.losses.slice(1), ...part3.losses.slice(1)]).toEqual([...whole.losses]);
      }),
    );
  });

  it("leaves the saved state alone, ignores start, and counts steps on", () => {
    const { state } = minimize(bowl, { start, optimizer: adam(), steps: 5 });
    const before = structuredClone(state);
    const seen: number[] = [];
    const run = minimize(bowl, {
      start: new Float64Array(9),
      resume: state,
      optimizer: adam(),
      steps: 2,
      onStep: ({ step }) => {
        seen.push(step);
      },
    });
    expect(state).toEqual(before);
    expect(seen).toEqual([5, 6, 7]);
    expect([run.steps, run.state.step]).toEqual([2, 7]);
  });

  it("refuses a state that belongs elsewhere", () => {
    const { state } = minimize(bowl, { start, optimizer: adam(), steps: 5 });
    const resume = (saved: RunState) => () => minimize(bowl, { resume: saved, optimizer: adam(), steps: 5 });
    expect(() => minimize(bowl, { resume: state, optimizer: descent, steps: 5 })).toThrow(
      new StateError("The state has an array of length 3 at run.optimizer.parts; expected an array of length 2."),
    );
    expect(() => minimize(goldenObjective, { resume: state, optimizer: adam(), steps: 5 })).toThrow(
      new StateError(
        "The state has a Float64Array of length 2 at run.parameters; expected a Float64Array of length 5.",
      ),
    );
    expect(resume({ ...state, version: 2 as 1 })).toThrow(
      new StateError("The state has 2 at run.version; expected 1."),
    );
    expect(resume({ ...state, step: 0.5 })).toThrow(
      new StateError("The state has 0.5 at run.step; expected a whole number at or above 0."),
    );
  });
});

describe("a run with as many numbers, but other tensors", () => {
  const shaped = (shape: readonly number[]) => ({ ...parabola([6, 5, 4, 3, 2, 1]), layout: layout({ W: shape }) });
  const [wide, tall] = [shaped([2, 3]), shaped([3, 2])];
  const from = new Float64Array(6);
  const message = (kind: string) => new StateError(`The state has 2 at ${kind}.slots[0].rows; expected 3.`);

  it("is refused, also by optimizers whose own state does not tell", () => {
    const { state } = minimize(wide, { start: from, optimizer: adam(), steps: 2 });
    expect(() => minimize(tall, { resume: state, optimizer: adam(), steps: 2 })).toThrow(message("run"));
    const descended = descend(wide, { start: from, method: lbfgs(), steps: 2 });
    expect(() => descend(tall, { resume: descended.state, method: lbfgs(), steps: 2 })).toThrow(message("run"));
    const trained = train(wide, { start: from, optimizer: adam(), epochs: 1 });
    expect(() => train(tall, { resume: trained.state, optimizer: adam(), epochs: 2 })).toThrow(message("training"));
  });
});

describe("bad options", () => {
  const optimizer = descent;
  it.each<[object, new (message: string) => Error, string]>([
    [{ optimizer, steps: 1 }, ArgumentError, "minimize: there is neither start nor resume; expected one of them."],
    [
      { start: new Float64Array(3), optimizer, steps: 1 },
      ShapeError,
      "minimize: start has 3 elements; the objective needs 2.",
    ],
    [
      { start: Float64Array.of(1, -Infinity), optimizer, steps: 1 },
      NotFiniteError,
      'minimize: start is -Infinity in element 0 of "y".',
    ],
    [
      { start: Float64Array.of(NaN, 1), optimizer, steps: 1 },
      NotFiniteError,
      'minimize: start is NaN in element 0 of "x".',
    ],
    [
      { start, optimizer, steps: 1.5 },
      ArgumentError,
      "The option steps is 1.5; expected a whole number at or above 0.",
    ],
    [{ start, optimizer, steps: -1 }, ArgumentError, "The option steps is -1; expected a whole number at or above 0."],
    [
      { start, optimizer, steps: Infinity },
      ArgumentError,
      "The option steps is Infinity; expected a whole number at or above 0.",
    ],
    [
      { start, optimizer, steps: 1, stop: { value: NaN } },
      ArgumentError,
      "The option stop.value is NaN; expected a number.",
    ],
    [
      { start, optimizer, steps: 1, stop: { gradientNorm: -1 } },
      ArgumentError,
      "The option stop.gradientNorm is -1; expected a finite number at or above 0.",
    ],
    [
      { start, optimizer, steps: 1, stop: { loss: 1 } },
      ArgumentError,
      'minimize: stop has no option "loss"; its options are value, gradientNorm.',
    ],
    [
      { start, optimizer, steps: 1, callback: 1 },
      ArgumentError,
      'minimize has no option "callback"; its options are start, resume, optimizer, steps, key, stop, onStep, signal.',
    ],
  ])("are refused before any work: %#", (options, kind, message) => {
    let evaluations = 0;
    const watching = { ...rosenbrock, valueAndGradient: () => ++evaluations };
    const error = caught(kind, () => minimize(watching, options as MinimizeOptions));
    expect(error.message).toBe(message);
    expect(evaluations).toBe(0);
  });
});
