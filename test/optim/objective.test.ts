import { describe, expect, it } from "vitest";
import { ShapeError } from "../../src/errors.ts";
import { layout } from "../../src/linalg/layout.ts";
import { layoutOf } from "../../src/optim/objective.ts";
import { parabola, rosenbrock } from "./problems.ts";

describe("layoutOf", () => {
  it("is the objective's own, or one vector", () => {
    expect(layoutOf(rosenbrock)).toBe(rosenbrock.layout);
    expect(layoutOf(parabola([1, 2])).tensors).toEqual([{ name: "parameters", shape: [2], offset: 0, size: 2 }]);
  });

  it("refuses a layout of another size", () => {
    const objective = { ...parabola([1, 2]), layout: layout({ W: [3] }) };
    expect(() => layoutOf(objective)).toThrow(
      new ShapeError("The objective has dimension 2, but its layout has 3 elements."),
    );
  });
});
