import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scaleByAdam } from "../../src/optim/scale-by-adam.ts";
import { stepsOf } from "./problems.ts";

/** Zero, or of a size whose square is a normal number. */
const entry = fc.double({ min: -10, max: 10, noNaN: true }).map((g) => (Math.abs(g) < 1e-100 ? 0 : g));
const gradientsOf3 = fc.array(fc.tuple(entry, entry, entry), { minLength: 1, maxLength: 40 });
const rate = fc.oneof(fc.double({ min: 0.1, max: 0.9999, noNaN: true }), fc.constant(0));

describe("scaleByAdam", () => {
  it("is the formula of the paper", () => {
    fc.assert(
      fc.property(gradientsOf3, rate, rate, (gradients, beta1, beta2) => {
        const epsilon = 1e-8;
        const { steps } = stepsOf(scaleByAdam({ beta1, beta2, epsilon }), gradients);
        for (let i = 0; i < 3; i++) {
          let [m, v] = [0, 0];
          gradients.forEach((gradient, index) => {
            const t = index + 1;
            m = beta1 * m + (1 - beta1) * gradient[i];
            v = beta2 * v + (1 - beta2) * gradient[i] ** 2;
            const expected = m / (1 - beta1 ** t) / (Math.sqrt(v / (1 - beta2 ** t)) + epsilon);
            expect(Math.abs(steps[index][i] - expected)).toBeLessThanOrEqual(1e-10 * Math.abs(expected) + 1e-200);
          });
        }
      }),
    );
  });

  it("does not see the scale of the gradients when epsilon is 0", () => {
    fc.assert(
      fc.property(gradientsOf3, fc.integer({ min: -60, max: 60 }), (gradients, power) => {
        const moderate = gradients.map((gradient) => gradient.map((g) => (Math.abs(g) < 1e-20 ? 0 : g)));
        const scaled = moderate.map((gradient) => gradient.map((g) => g * 2 ** power));
        const transformation = scaleByAdam({ epsilon: 0 });
        expect(stepsOf(transformation, scaled).steps).toEqual(stepsOf(transformation, moderate).steps);
      }),
    );
  });

  it("keeps 0/0 out of the step when epsilon is 0", () => {
    expect(stepsOf(scaleByAdam({ epsilon: 0 }), [[0, 3, -4]]).steps[0]).toEqual([
      0,
      expect.closeTo(1, 12),
      expect.closeTo(-1, 12),
    ]);
  });

  it("documents its state", () => {
    const { state } = stepsOf(scaleByAdam({ beta1: 0.5, beta2: 0.75 }), [[4]]);
    expect(state).toEqual({
      kind: "scaleByAdam",
      version: 1,
      step: 1,
      first: Float64Array.of(2),
      second: Float64Array.of(4),
    });
  });
});
