import { describe, expect, it } from "vitest";
import { adagrad } from "../../src/optim/adagrad.ts";
import { stepsOf } from "./problems.ts";

describe("adagrad", () => {
  it("has PyTorch's defaults", () => {
    const spelled = adagrad({
      learningRate: 0.01,
      learningRateDecay: 0,
      initialAccumulator: 0,
      epsilon: 1e-10,
      weightDecay: 0,
    });
    expect(stepsOf(adagrad(), [[4], [-3]], [2])).toEqual(stepsOf(spelled, [[4], [-3]], [2]));
  });

  it("lets a schedule and the decay of the learning rate act together", () => {
    const [step] = stepsOf(adagrad({ learningRate: (t) => 2 + t, learningRateDecay: 1, epsilon: 0 }), [
      [3],
      [0],
      [4],
    ]).steps.slice(2);
    expect(step[0]).toBeCloseTo((-(4 / 3) * 4) / 5, 14);
  });

  it("adds weight decay to the gradient", () => {
    const decayed = stepsOf(adagrad({ weightDecay: 0.5 }), [[4], [-3]], [2]).steps;
    expect(decayed).toEqual(stepsOf(adagrad(), [[5], [-2]], [2]).steps);
  });

  it("refuses options out of range", () => {
    expect(() => adagrad({ learningRate: NaN })).toThrow(/learningRate is NaN/);
    expect(() => adagrad({ learningRateDecay: -1 })).toThrow(/learningRateDecay is -1/);
    expect(() => adagrad({ initialAccumulator: -1 })).toThrow(/initialAccumulator is -1/);
    expect(() => adagrad({ epsilon: -1 })).toThrow(/epsilon is -1/);
    const late = adagrad({ learningRate: () => -1, learningRateDecay: 1 });
    expect(() => stepsOf(late, [[1]])).toThrow(/learningRate at step 0 is -1/);
  });
});
