import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../src/errors.ts";
import { layout } from "../../src/linalg/layout.ts";
import { scaleByLearningRate } from "../../src/optim/scale-by-learning-rate.ts";
import { stepsOf } from "./problems.ts";

describe("scaleByLearningRate", () => {
  it("turns ascent into descent", () => {
    expect(stepsOf(scaleByLearningRate(0.25), [[4, -8]]).steps).toEqual([[-1, 2]]);
  });

  it("asks a schedule with the number of steps so far", () => {
    const { steps, state } = stepsOf(
      scaleByLearningRate((step) => step),
      [[3], [3], [3]],
    );
    expect(steps).toEqual([[-0], [-3], [-6]]);
    expect(state).toEqual({ kind: "scaleByLearningRate", version: 1, step: 3 });
  });

  it.each([-1, NaN, Infinity])("refuses a schedule's %d at its step, and changes nothing", (bad) => {
    const transformation = scaleByLearningRate((step) => (step === 2 ? bad : 1));
    const state = transformation.init(layout({ p: [1] }));
    const gradient = Float64Array.of(5);
    transformation.update(gradient, state, gradient);
    transformation.update(gradient, state, gradient);
    const message = `The option learningRate at step 2 is ${bad}; expected a finite number at or above 0.`;
    expect(() => transformation.update(gradient, state, gradient)).toThrow(new ArgumentError(message));
    expect(state.step).toBe(2);
    expect(gradient).toEqual(Float64Array.of(5));
  });
});
