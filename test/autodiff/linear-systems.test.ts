/** Systems whose equations differ in size by 2³⁰, as physical units make them: elimination does not mix their round-off. */
import { describe, expect, it } from "vitest";
import { compiled } from "../../src/autodiff/differentiable.ts";
import { linearSolve, logAbsDeterminant, matrixInverse } from "../../src/autodiff/linear-systems.ts";
import { layout } from "../../src/linalg/layout.ts";
import { normal, random } from "../../src/math/random.ts";

const n = 60;
const matrix = normal(random(7), new Float64Array(n * n)).map((v, k) => v * 2 ** -(Math.floor(k / n) % 30));
const rowSums = Float64Array.from({ length: n }, (_v, i) =>
  matrix.subarray(i * n, (i + 1) * n).reduce((total, v) => total + v, 0),
);

describe("linear systems in programs", () => {
  it("are solved to the accuracy of the equations, not of the largest one", () => {
    const model = layout({ A: [n, n], b: [n] });
    const x = compiled(model, {}, (p) => linearSolve(p.A, p.b)).on({})(Float64Array.of(...matrix, ...rowSums));
    for (const entry of x) expect(Math.abs(entry - 1)).toBeLessThan(1e-10);
  });

  it("agree in solution, inverse and determinant", () => {
    const model = layout({ A: [n, n] });
    const inverse = compiled(model, {}, (p) => matrixInverse(p.A)).on({})(matrix);
    const logarithm = compiled(model, {}, (p) => logAbsDeterminant(p.A)).on({});
    const both = logarithm(matrix)[0] + logarithm(inverse)[0];
    expect(Math.abs(both)).toBeLessThan(1e-9);
    rowSums.forEach((_sum, i) => {
      const product = rowSums.reduce((total, sum, j) => total + inverse[i * n + j] * sum, 0);
      expect(Math.abs(product - 1)).toBeLessThan(1e-9);
    });
  });
});
