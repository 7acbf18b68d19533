import { describe, expect, it } from "vitest";
import { NotFiniteError, ShapeError } from "../../src/errors.ts";
import { checkGradient, type Objective } from "../../src/optim/index.ts";

const cubic = (wrong: number): Objective => ({
  dimension: 3,
  valueAndGradient(x, gradient): number {
    x.forEach((value, i) => (gradient[i] = 3 * value * value));
    gradient[1] *= 1 + wrong;
    return x.reduce((sum, value) => sum + value * value * value, 0);
  },
});
const point = new Float64Array([1, -2, 3000]);

describe("checkGradient", () => {
  it("passes a right gradient, also where coordinates differ much in size", () => {
    // The value 2.7e10 is known to 4e-6: over the step of 6e-6 that is 0.3, or 1e-8 of the largest entry, 2.7e7.
    expect(checkGradient(cubic(0), point).error).toBeLessThan(1e-8);
    expect(checkGradient(cubic(0), new Float64Array([1, -2, 3])).error).toBeLessThan(1e-10);
    expect([...point]).toEqual([1, -2, 3000]);
  });

  it("finds the wrong entry and says both numbers", () => {
    const near = new Float64Array([1, -2, 3]);
    const { error, index, gradient, difference } = checkGradient(cubic(0.01), near);
    expect(error).toBeCloseTo(0.12 / 27, 6);
    expect(index).toBe(1);
    expect(gradient).toBeCloseTo(12.12, 12);
    expect(difference).toBeCloseTo(12, 6);
  });

  it("refuses another length, and values that are not finite", () => {
    expect(() => checkGradient(cubic(0), new Float64Array(2))).toThrow(ShapeError);
    expect(() => checkGradient(cubic(0), new Float64Array(2))).toThrow(
      "the point has 2 elements; the objective needs 3",
    );
    expect(() => checkGradient(cubic(NaN), point)).toThrow(NotFiniteError);
    expect(() => checkGradient(cubic(NaN), point)).toThrow("the gradient at coordinate 1 is NaN");
    const wall: Objective = { ...cubic(0), valueAndGradient: (x, out) => (out.fill(0), x[2] > 3000 ? Infinity : 0) };
    expect(() => checkGradient(wall, point)).toThrow("around coordinate 2 the values are 0 and Infinity");
  });
});
