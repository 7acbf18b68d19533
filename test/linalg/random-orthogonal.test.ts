import { describe, expect, it } from "vitest";
import { randomOrthogonal } from "../../src/linalg/random-orthogonal.ts";
import { fold, random } from "../../src/math/random.ts";
import { orthonormality, threshold } from "./residuals.ts";

describe("randomOrthogonal", () => {
  it.each([0, 1, 2, 10, 65])("is orthogonal, and a function of its key, at size %i", (n) => {
    const q = randomOrthogonal(n, random(1));
    expect([q.rows, q.columns]).toEqual([n, n]);
    expect(orthonormality(q)).toBeLessThan(threshold);
    expect(randomOrthogonal(n, random(1))).toEqual(q);
  });

  it("is uniform: E trace = 0, E trace² = 1, E q₀₀² = 1/n, E q₀₀⁴ = 3/(n(n+2)), and both determinants", () => {
    // Without the correction of the signs the trace is biased: QR alone makes the diagonal's signs depend on the draw.
    const [n, draws] = [3, 4000];
    let [trace, traceSquared, square, fourth] = [0, 0, 0, 0];
    for (let k = 0; k < draws; k++) {
      const q = randomOrthogonal(n, fold(random(2), k));
      const t = q.get(0, 0) + q.get(1, 1) + q.get(2, 2);
      trace += t / draws;
      traceSquared += (t * t) / draws;
      square += q.get(0, 0) ** 2 / draws;
      fourth += q.get(0, 0) ** 4 / draws;
    }
    // Five standard errors: of the trace (variance 1), its square (variance at most 2), and the entry's powers.
    const error = 5 / Math.sqrt(draws);
    expect(Math.abs(trace)).toBeLessThan(error);
    expect(Math.abs(traceSquared - 1)).toBeLessThan(error * 1.5);
    expect(Math.abs(square - 1 / n)).toBeLessThan(error * 0.3);
    expect(Math.abs(fourth - 3 / (n * (n + 2)))).toBeLessThan(error * 0.3);
  });

  it("gives both determinants at size 1", () => {
    const signs = Array.from({ length: 40 }, (_, k) => randomOrthogonal(1, fold(random(3), k)).get(0, 0));
    expect(new Set(signs)).toEqual(new Set([1, -1]));
  });
});
