import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scaleByAdagrad } from "../../src/optim/scale-by-adagrad.ts";
import { stepsOf } from "./problems.ts";

const gradients = fc.array(fc.tuple(fc.double({ min: -10, max: 10, noNaN: true })), { minLength: 1, maxLength: 40 });

describe("scaleByAdagrad", () => {
  it("divides by the root of the sum of squares", () => {
    fc.assert(
      fc.property(gradients, fc.double({ min: 0, max: 2, noNaN: true }), (list, initialAccumulator) => {
        const { steps } = stepsOf(scaleByAdagrad({ initialAccumulator, epsilon: 1e-3 }), list);
        let sum = initialAccumulator;
        list.forEach(([gradient], t) => {
          sum += gradient ** 2;
          expect(steps[t][0]).toBe(gradient / (Math.sqrt(sum) + 1e-3));
        });
      }),
    );
  });

  it("starts with a unit step when epsilon is 0, and stays where the gradient is 0", () => {
    expect(stepsOf(scaleByAdagrad({ epsilon: 0 }), [[-7, 0]]).steps[0]).toEqual([-1, 0]);
  });

  it("documents its state", () => {
    const { state } = stepsOf(scaleByAdagrad({ initialAccumulator: 0.5 }), [[3], [4]]);
    expect(state).toEqual({ kind: "scaleByAdagrad", version: 1, sum: Float64Array.of(25.5) });
  });
});
