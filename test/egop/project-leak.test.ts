import { expect, it } from "vitest";
import { denseBasis, egop, projectLeak, reparameterize } from "../../src/egop/index.ts";
import { adam, chain, minimize } from "../../src/optim/index.ts";
import { d, directions } from "./bases.ts";
import { common, start, valley } from "./valley.ts";

it("projectLeak takes the basis of an estimate, too, and refuses other kinds", () => {
  const basis = egop(valley, { points: common.points(start), samples: 20 }).basis({ rank: 3, form: "auxiliary" });
  const objective = reparameterize(valley, basis);
  const optimizer = chain(adam({ learningRate: 0.05 }), projectLeak(basis));
  const { state } = minimize(objective, { start, optimizer, steps: 20 });
  // What is left of θ_d in the span of the directions.
  const original = state.parameters.subarray(3);
  const vectors = basis.matrices[0];
  for (let k = 0; k < 3; k++) {
    const inSpan = original.reduce((sum, value, i) => sum + value * vectors.get(i, k), 0);
    expect(Math.abs(inSpan)).toBeLessThan(1e-13);
  }
  expect(() => projectLeak(denseBasis(directions(d, d, 4)))).toThrow(
    "projectLeak: the basis is a dense one; expected an auxiliary one.",
  );
});
