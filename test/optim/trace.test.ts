import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../src/errors.ts";
import { trace } from "../../src/optim/trace.ts";
import { stepsOf } from "./problems.ts";

const gradients = fc.array(fc.tuple(fc.double({ min: -10, max: 10, noNaN: true })), { minLength: 1, maxLength: 30 });
const unit = fc.double({ min: 0, max: 0.99, noNaN: true });

describe("trace", () => {
  it("is a sum with decaying weights, in which only the first gradient is not dampened", () => {
    fc.assert(
      fc.property(gradients, unit, unit, (list, momentum, dampening) => {
        const { steps } = stepsOf(trace({ momentum, dampening }), list);
        list.forEach((_, t) => {
          let expected = 0;
          let size = 0;
          for (let k = 0; k <= t; k++) {
            const term = momentum ** (t - k) * (k === 0 ? 1 : 1 - dampening) * list[k][0];
            expected += term;
            size += Math.abs(term);
          }
          expect(Math.abs(steps[t][0] - expected)).toBeLessThanOrEqual(1e-13 * size + 1e-300); // Subnormal terms round absolutely.
        });
      }),
    );
  });

  it("looks ahead with Nesterov: the gradient and momentum times the new sum", () => {
    expect(stepsOf(trace({ momentum: 0.5, nesterov: true }), [[8], [4]]).steps).toEqual([[12], [8]]);
  });

  it("documents its state", () => {
    const { state } = stepsOf(trace({ momentum: 0.5 }), [[8], [4]]);
    expect(state).toEqual({ kind: "trace", version: 1, step: 2, buffer: Float64Array.of(8) });
  });

  it.each([
    [{ momentum: 1 }, "The option momentum is 1; expected a number in [0, 1)."],
    [{ momentum: 0.9, dampening: 1.5 }, "The option dampening is 1.5; expected a number in [0, 1]."],
    [
      { momentum: 0, nesterov: true },
      "The option nesterov is true, but momentum is 0; expected momentum in (0, 1) with it.",
    ],
    [
      { momentum: 0.9, nesterov: true, dampening: 0.1 },
      "The option nesterov is true, but dampening is 0.1; expected dampening 0 with it.",
    ],
  ])("refuses %o", (options, message) => {
    expect(() => trace(options)).toThrow(new ArgumentError(message));
  });
});
