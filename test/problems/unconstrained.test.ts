/** The problems of Moré, Garbow and Hillstrom: values against PyTorch's, derivatives against differences, and who solves what. */
import { describe, expect, it } from "vitest";
import { bfgs, conjugateGradient, descend, hagerZhang, lbfgs, newton } from "../../src/optim/index.ts";
import { checkGradient } from "../../src/optim/check-gradient.ts";
import type { DescentMethod } from "../../src/optim/deterministic/descent.ts";
import type { Objective } from "../../src/optim/objective.ts";
import { unconstrainedObjective, unconstrainedRecords, type UnconstrainedRecord } from "./unconstrained.ts";

/** Solved: as low as one of the listed minima, to the six digits that the paper gives, or to 1e-12 where it is 0. */
function isSolved({ minima, minimum }: UnconstrainedRecord, value: number): boolean {
  return [...minima, minimum].some((lowest) => value <= lowest * (1 + 2e-6) + 1e-12);
}

describe.each(unconstrainedRecords)("$name", (record) => {
  const objective = unconstrainedObjective(record);
  const start = Float64Array.from(record.start);
  const n = start.length;

  it("has the value of the independent form at the start", () => {
    const value = objective.valueAndGradient(start, new Float64Array(n));
    expect(Math.abs(value - record.valueAtStart)).toBeLessThan(1e-12 * Math.abs(record.valueAtStart));
  });

  it("has a lowest value that the paper lists", () => {
    expect(record.minima.some((listed) => Math.abs(listed - record.minimum) <= 1e-5 * listed + 1e-12)).toBe(true);
  });

  it("has the gradient and the Hessian of its differences", () => {
    // Away from the start, where some of these are flat or on an edge; and not far, where values are huge.
    const point = start.map((x, k) => x + 0.01 * (1 + Math.abs(x)) * Math.sin(k + 1));
    expect(checkGradient(objective, point).error).toBeLessThan(1e-5);
    const direction = Float64Array.from({ length: n }, (_v, k) => Math.cos(k + 2));
    const product = new Float64Array(n);
    objective.hessianVector?.(point, direction, product);
    const step = 1e-5;
    const [above, below] = [step, -step].map((h) => {
      const gradient = new Float64Array(n);
      objective.valueAndGradient(
        point.map((x, k) => x + h * direction[k]),
        gradient,
      );
      return gradient;
    });
    const size = Math.max(...product.map(Math.abs));
    product.forEach((entry, k) =>
      expect(Math.abs(entry - (above[k] - below[k]) / (2 * step))).toBeLessThan(1e-6 * size),
    );
  });
});

const methods: Readonly<Record<string, () => DescentMethod<Objective>>> = {
  "L-BFGS, strong Wolfe": () => lbfgs(),
  "L-BFGS, Hager–Zhang": () => lbfgs({ lineSearch: hagerZhang() }),
  "BFGS, strong Wolfe": () => bfgs(),
  "BFGS, Hager–Zhang": () => bfgs({ lineSearch: hagerZhang() }),
  "Newton, trust region": () => newton(),
};

/** The names of the problems that a method solves within 1000 evaluations. */
function solvedBy(method: DescentMethod<Objective>): readonly string[] {
  return unconstrainedRecords
    .filter((record) => {
      const run = descend(unconstrainedObjective(record), {
        start: Float64Array.from(record.start),
        method,
        steps: 1000,
        stop: { evaluations: 950 },
      });
      return run.evaluations <= 1000 && isSolved(record, run.value);
    })
    .map(({ name }) => name);
}
const solvedByScipy = (method: "BFGS" | "L-BFGS-B"): readonly string[] =>
  unconstrainedRecords.filter((record) => isSolved(record, record.scipy[method].value)).map(({ name }) => name);

describe("within 1000 evaluations", () => {
  const scipy = Math.max(solvedByScipy("BFGS").length, solvedByScipy("L-BFGS-B").length);

  it.each(Object.keys(methods))("%s solves at least as many as SciPy's BFGS and L-BFGS-B", (name) => {
    expect(solvedBy(methods[name]()).length).toBeGreaterThanOrEqual(scipy);
    expect(scipy).toBe(18);
  });

  it("conjugate gradients, with no memory of curvature, solve all but two", () => {
    expect(solvedBy(conjugateGradient({ update: "polakRibiere" }))).toHaveLength(18);
    const unsolved = new Set(["Watson", "penalty II"]);
    expect(solvedBy(conjugateGradient())).toEqual(
      unconstrainedRecords.map(({ name }) => name).filter((name) => !unsolved.has(name)),
    );
  });
});
