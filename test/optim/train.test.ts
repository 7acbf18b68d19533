import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shampoo } from "../../src/optim/matrix/shampoo.ts";
import { ArgumentError, DivergedError, NotFiniteError, StateError } from "../../src/errors.ts";
import { random } from "../../src/math/random.ts";
import {
  adam,
  chain,
  exponentialAverage,
  sgd,
  stateToText,
  train,
  trainAsync,
  type Batches,
  type Objective,
  type TrainOptions,
  type TrainRun,
} from "../../src/optim/index.ts";
import { caught, jittery, parabola } from "./problems.ts";

/** ½ Σ over the batch of ‖p − example‖², over its size; example k is (k, 1 − k). */
function regression(examples: number, size: number): { objective: Objective; batches: Batches; seen: number[][] } {
  let rows: number[] = [];
  const seen: number[][] = [];
  return {
    seen,
    batches: {
      examples,
      size,
      select(chosen) {
        rows = [...chosen];
        seen.push(rows);
      },
    },
    objective: {
      dimension: 2,
      valueAndGradient(point, out) {
        out.fill(0);
        let value = 0;
        for (const k of rows) {
          const [x, y] = [point[0] - k, point[1] - 1 + k];
          out[0] += x / size;
          out[1] += y / size;
          value += (x * x + y * y) / 2 / size;
        }
        return value;
      },
    },
  };
}

const start = Float64Array.of(3, -2);
const optimizer = adam({ learningRate: 0.05 });

describe("train", () => {
  it("sees every example once an epoch, in an order of its own each time", () => {
    const { objective, batches, seen } = regression(12, 4);
    const run = train(objective, { start, optimizer, epochs: 3, batches });
    expect(run).toMatchObject({ steps: 9, stopped: "epochs" });
    const epochs = [0, 1, 2].map((e) => seen.slice(3 * e, 3 * e + 3).flat());
    for (const epoch of epochs) expect([...epoch].sort((a, b) => a - b)).toEqual([...Array(12).keys()]);
    expect(new Set(epochs.map(String)).size).toBe(3);
  });

  it("leaves another remainder out each epoch", () => {
    const { objective, batches, seen } = regression(7, 3);
    train(objective, { start, optimizer, epochs: 8, batches });
    expect(seen).toHaveLength(16);
    expect(new Set(seen.flat()).size).toBe(7);
  });

  it("reports the mean loss of an epoch, and the parameters of the lowest evaluation", () => {
    const losses: number[] = [];
    const at: number[][] = [];
    const values = [5, 3, 4, 3, 6];
    const run = train(parabola([1, 2]), {
      start,
      optimizer,
      epochs: 9,
      stepsPerEpoch: 4,
      patience: 2,
      evaluate: (parameters) => {
        at.push([...parameters]);
        return values[at.length - 1];
      },
      onStep: ({ loss }) => void losses.push(loss),
    });
    expect(run).toMatchObject({ stopped: "patience", best: 3, steps: 20 });
    expect([...run.parameters]).toEqual(at[1]);
    expect(run.epochs.map(({ evaluation }) => evaluation)).toEqual(values);
    run.epochs.forEach(({ loss, epoch }, e) => {
      expect(epoch).toBe(e + 1);
      expect(loss).toBeCloseTo(losses.slice(4 * e, 4 * e + 4).reduce((a, b) => a + b) / 4, 14);
    });
  });

  it("evaluates and returns an averaging optimizer's average", () => {
    const evaluated: number[][] = [];
    const averaging = chain(sgd({ learningRate: 0.1 }), exponentialAverage(0.5));
    const run = train(parabola([1, 1]), {
      start,
      optimizer: averaging,
      epochs: 2,
      evaluate: (parameters) => evaluated.push([...parameters]) * -1,
    });
    expect([...run.parameters]).toEqual(evaluated[1]);
    expect([...run.parameters]).not.toEqual([...run.state.parameters]);
  });

  it("goes on from its text with the same bits, wherever it was stopped", () => {
    const { objective, batches } = regression(10, 3);
    const common = { optimizer, batches, key: random(5), evaluate: (p: Float64Array) => Math.abs(p[0] - 4) };
    const whole = train(objective, { ...common, start, epochs: 6 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 18 }), (stop) => {
        const first = train(objective, {
          ...common,
          start,
          epochs: 6,
          onStep: ({ step }) => (step === stop ? "stop" : undefined),
        });
        const second = train(objective, { ...common, resume: stateToText(first.state), epochs: 6 });
        expect(second.state).toEqual(whole.state);
        expect(second.parameters).toEqual(whole.parameters);
        expect([...first.epochs, ...second.epochs]).toEqual(whole.epochs);
      }),
    );
    const text = stateToText(whole.state);
    expect(() => train(objective, { ...common, optimizer: sgd({ learningRate: 1 }), resume: text, epochs: 6 })).toThrow(
      new StateError("The state has an array of length 3 at training.optimizer.parts; expected an array of length 2."),
    );
  });

  it("stops for the callback and the signal", () => {
    const options = { start, optimizer, epochs: 5, stepsPerEpoch: 2 };
    const stopped = train(jittery, { ...options, onEpoch: ({ epoch }) => (epoch === 2 ? "stop" : undefined) });
    expect(stopped).toMatchObject({ stopped: "callback", steps: 4 });
    const signal = { aborted: false };
    const aborted = train(jittery, { ...options, signal, onStep: ({ step }) => void (signal.aborted = step === 3) });
    expect(aborted).toMatchObject({ stopped: "aborted", steps: 3 });
  });

  it("reports where it diverged", () => {
    const steep = sgd({ learningRate: 1e200 });
    const error = caught(DivergedError, () => train(parabola([1, 1]), { start, optimizer: steep, epochs: 9 }));
    expect(error.message).toMatch(/^sgd diverged at step \d: .*; try a smaller learning rate\.$/);
    expect(error.parameters.every(Number.isFinite)).toBe(true);
    const cliff = {
      ...parabola([1, 1]),
      valueAndGradient: (x: Float64Array, g: Float64Array) => g.fill(x[0] === start[0] ? 1 : 1e200)[0],
    };
    const refused = caught(DivergedError, () =>
      train(cliff, { start, optimizer: shampoo({ learningRate: 1 }), epochs: 9 }),
    );
    expect(refused.message).toContain(
      "shampoo diverged at step 1: scaleByShampoo: the gradient is 1e+200 at 0; expected entries up to",
    );
    const broken = { ...parabola([1, 1]), valueAndGradient: () => NaN };
    expect(() => train(broken, { start, optimizer, epochs: 1 })).toThrow(
      new NotFiniteError("train: in the first step, the objective returned NaN."),
    );
  });

  it.each<[object, string]>([
    [{ epochs: -1 }, "The option epochs is -1; expected a whole number at or above 0."],
    [{ stepsPerEpoch: 0 }, "The option stepsPerEpoch is 0; expected a whole number at or above 1."],
    [{ patience: 3 }, "The option patience is given, but no evaluate; expected both."],
    [
      { batches: { examples: 3, size: 4, select: () => undefined } },
      "The option batches.examples is 3; expected a whole number at or above 4.",
    ],
    [
      { batches: { examples: 4, size: 4, select: () => undefined }, stepsPerEpoch: 2 },
      "train: there are batches and stepsPerEpoch; expected one of them.",
    ],
    [{ start: undefined }, "minimize: there is neither start nor resume; expected one of them."],
  ])("refuses bad options: %#", (bad, message) => {
    const options = { start, optimizer, epochs: 2, ...bad } as TrainOptions;
    expect(() => train(jittery, options)).toThrow(new ArgumentError(message.replace("minimize", "train")));
  });
});

describe("trainAsync", () => {
  it("takes the same steps as train, and lets timers run in between", async () => {
    const { objective, batches } = regression(12, 4);
    const options = { start, optimizer, epochs: 4, batches };
    let ticks = 0;
    const timer = setInterval(() => ticks++, 0);
    const pause = () => new Promise((resume) => setTimeout(resume, 2));
    const run = await trainAsync(objective, { ...options, pause, pauseEvery: 2 });
    clearInterval(timer);
    const expected: TrainRun = train(objective, options);
    expect(run).toEqual(expected);
    expect(ticks).toBeGreaterThan(2);
  });

  it("rejects instead of throwing", async () => {
    const options = { start, optimizer, epochs: 1 };
    await expect(trainAsync(jittery, { ...options, epochs: -1, pause: () => Promise.resolve() })).rejects.toThrow(
      ArgumentError,
    );
    await expect(trainAsync(jittery, { ...options, pause: 3 as never })).rejects.toThrow(
      new ArgumentError("The option pause is 3; expected a function that returns a promise."),
    );
  });
});
