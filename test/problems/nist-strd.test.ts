/** The NIST StRD nonlinear problems: the data against what is certified, and Levenberg–Marquardt from both starts. */
import { describe, expect, it } from "vitest";
import { checkGradient } from "../../src/optim/check-gradient.ts";
import { descend, gaussNewton, levenbergMarquardt, sumOfSquares } from "../../src/optim/index.ts";
import { correctDigits, nistProblems, residualProblem } from "./nist-strd.ts";

describe.each(nistProblems)("$name", (problem) => {
  const { name, certified, residualSumOfSquares, starts, scipy } = problem;
  const residuals = residualProblem(problem);

  it("has the certified residual sum of squares at the certified parameters", () => {
    const value = sumOfSquares(residuals).valueAndGradient(
      Float64Array.from(certified),
      new Float64Array(certified.length),
    );
    // Lanczos1 is made to fit to 13 digits: at parameters rounded to 11 the sum is that of the rounding.
    if (name === "Lanczos1") expect(2 * value).toBeLessThan(1e-20);
    else expect(Math.abs(2 * value - residualSumOfSquares)).toBeLessThan(2e-10 * residualSumOfSquares);
  });

  it("has the Jacobian of its differences", () => {
    // In coordinates in which all parameters are 1, with weights on the residuals so that none cancel.
    const scale = starts[1];
    const weighted = sumOfSquares({
      ...residuals,
      valueAndJacobian(point, residualsOut, jacobianOut) {
        const own = point.map((x, k) => x * scale[k]);
        residuals.valueAndJacobian(own, residualsOut, jacobianOut);
        for (let i = 0; i < jacobianOut.length; i++) jacobianOut[i] *= scale[i % scale.length];
      },
    });
    expect(checkGradient(weighted, new Float64Array(scale.length).fill(1)).error).toBeLessThan(1e-6);
  });

  it.each([0, 1])("is solved by Levenberg–Marquardt from start %i", (k) => {
    const run = descend(residuals, { start: Float64Array.from(starts[k]), method: levenbergMarquardt(), steps: 2000 });
    expect(run.stopped).toBe("stalled");
    expect(scipy[k].digits).toBeGreaterThanOrEqual(6);
    expect(correctDigits(run.parameters, certified)).toBeGreaterThanOrEqual(6);
  });
});

describe("Gauss–Newton", () => {
  it("solves all from the near start", () => {
    const digits = nistProblems.map((problem) => {
      const start = Float64Array.from(problem.starts[1]);
      const run = descend(residualProblem(problem), { start, method: gaussNewton(), steps: 500 });
      return correctDigits(run.parameters, problem.certified);
    });
    expect(Math.min(...digits)).toBeGreaterThan(6);
  });
});
