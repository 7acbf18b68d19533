import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addWeightDecay } from "../../src/optim/add-weight-decay.ts";
import { stepsOf } from "./problems.ts";

const vector = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 3, maxLength: 3 });

describe("addWeightDecay", () => {
  it("adds its share of the parameters", () => {
    fc.assert(
      fc.property(vector, vector, fc.double({ min: 0, max: 10, noNaN: true }), (gradient, parameters, weightDecay) => {
        const { steps } = stepsOf(addWeightDecay(weightDecay), [gradient], parameters);
        expect(steps[0].map((x) => x + 0)).toEqual(gradient.map((g, i) => g + weightDecay * parameters[i] + 0));
      }),
    );
  });

  it("has nothing to remember", () => {
    expect(stepsOf(addWeightDecay(0.1), [[1]]).state).toEqual({ kind: "addWeightDecay", version: 1 });
  });
});
