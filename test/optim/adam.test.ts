import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { adam, adamw } from "../../src/optim/adam.ts";
import { distance, stepsOf } from "./problems.ts";

const entry = fc.double({ min: -10, max: 10, noNaN: true });
const gradientsOf2 = fc.array(fc.tuple(entry, entry), { minLength: 1, maxLength: 20 });

describe("adam and adamw", () => {
  it("have PyTorch's defaults", () => {
    const common = { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    const gradients = [[4], [-3], [1]];
    expect(stepsOf(adam(), gradients, [5])).toEqual(stepsOf(adam({ ...common, weightDecay: 0 }), gradients, [5]));
    expect(stepsOf(adamw(), gradients, [5])).toEqual(stepsOf(adamw({ ...common, weightDecay: 0.01 }), gradients, [5]));
  });

  it("are the same without weight decay, bit for bit", () => {
    fc.assert(
      fc.property(gradientsOf2, (gradients) => {
        const steps = stepsOf(adam({ learningRate: 0.1, weightDecay: 0 }), gradients, [1, -2]).steps;
        expect(stepsOf(adamw({ learningRate: 0.1, weightDecay: 0 }), gradients, [1, -2]).steps).toEqual(steps);
      }),
    );
  });

  it("differ in where weight decay comes in: adam's is part of the gradient, adamw's of the step", () => {
    fc.assert(
      fc.property(gradientsOf2, (gradients) => {
        const parameters = [1, -2];
        const [rate, decay] = [0.1, 0.25];
        const coupled = stepsOf(adam({ learningRate: rate, weightDecay: decay }), gradients, parameters).steps;
        const shifted = gradients.map((gradient) => gradient.map((g, i) => g + decay * parameters[i]));
        expect(coupled).toEqual(stepsOf(adam({ learningRate: rate }), shifted).steps);
        const decoupled = stepsOf(adamw({ learningRate: rate, weightDecay: decay }), gradients, parameters).steps;
        const plain = stepsOf(adam({ learningRate: rate }), gradients).steps;
        decoupled.forEach((step, t) => {
          const expected = plain[t].map((x, i) => x - rate * decay * parameters[i]);
          expect(Math.hypot(...step.map((x, i) => x - expected[i]))).toBeLessThan(1e-14);
        });
      }),
    );
  });

  it("adamw shrinks parameters that have no gradient by the same share each step", () => {
    expect(
      distance(stepsOf(adamw({ learningRate: 0.1, weightDecay: 0.5 }), [[0, 0]], [8, -3]).steps[0], [-0.4, 0.15]),
    ).toBeLessThan(1e-15);
  });

  it("follow a schedule", () => {
    const gradients = [[4], [-3], [1]];
    const constant = stepsOf(adam({ learningRate: 1 }), gradients).steps;
    const scheduled = stepsOf(adam({ learningRate: (step) => 2 ** -step }), gradients).steps;
    expect(scheduled).toEqual(constant.map(([x], t) => [x * 2 ** -t]));
  });

  it.each([
    [{ learningRate: -1 }, "The option learningRate is -1; expected a finite number at or above 0."],
    [{ beta1: 1 }, "The option beta1 is 1; expected a number in [0, 1)."],
    [{ beta2: -0.1 }, "The option beta2 is -0.1; expected a number in [0, 1)."],
    [{ epsilon: -1e-8 }, "The option epsilon is -1e-8; expected a finite number at or above 0."],
    [{ weightDecay: NaN }, "The option weightDecay is NaN; expected a finite number at or above 0."],
  ])("refuse %o", (options, message) => {
    expect(() => adam(options)).toThrow(message);
    expect(() => adamw(options)).toThrow(message);
  });

  it("refuse an option that they do not have", () => {
    const options = { lr: 0.1 };
    const names = "learningRate, beta1, beta2, epsilon, weightDecay";
    expect(() => adam(options as object)).toThrow(`adam has no option "lr"; its options are ${names}.`);
    expect(() => adamw(options as object)).toThrow(`adamw has no option "lr"; its options are ${names}.`);
  });
});
