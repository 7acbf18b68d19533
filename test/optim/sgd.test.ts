import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../src/errors.ts";
import { layout } from "../../src/linalg/layout.ts";
import { sgd } from "../../src/optim/sgd.ts";
import { stepsOf } from "./problems.ts";

describe("sgd", () => {
  it("is minus the learning rate times the gradient without momentum", () => {
    expect(stepsOf(sgd({ learningRate: 0.5 }), [[4, -2]]).steps).toEqual([[-2, 1]]);
  });

  it("keeps no buffer without momentum", () => {
    const kinds = sgd({ learningRate: 1 })
      .init(layout({ p: [2] }))
      .parts.map((part) => part.kind);
    expect(kinds).toEqual(["addWeightDecay", "scaleByLearningRate"]);
  });

  it.each([-0.1, NaN, Infinity])("refuses the learning rate %d", (learningRate) => {
    expect(() => sgd({ learningRate })).toThrow(
      new ArgumentError(`The option learningRate is ${learningRate}; expected a finite number at or above 0.`),
    );
  });

  it("refuses what trace refuses", () => {
    expect(() => sgd({ learningRate: 1, nesterov: true })).toThrow(/nesterov is true, but momentum is 0/);
    expect(() => sgd({ learningRate: 1, momentum: 0.9, dampening: 0.5, nesterov: true })).toThrow(/dampening is 0.5/);
    expect(() => sgd({ learningRate: 1, momentum: -0.1 })).toThrow(/momentum is -0.1/);
    expect(() => sgd({ learningRate: 1, weightDecay: -1 })).toThrow(/weightDecay is -1/);
  });
});
