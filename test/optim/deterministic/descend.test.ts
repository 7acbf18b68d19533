/** The deterministic methods: problems, rotations, resumed runs, stopping, and what goes wrong. */
import { describe, expect, it } from "vitest";
import { denseBasis, reparameterize } from "../../../src/egop/index.ts";
import { ArgumentError, NotFiniteError, ShapeError, StateError } from "../../../src/errors.ts";
import { randomOrthogonal } from "../../../src/linalg/random-orthogonal.ts";
import { random } from "../../../src/math/random.ts";
import {
  bfgs,
  conjugateGradient,
  descend,
  gaussNewton,
  hagerZhang,
  lbfgs,
  levenbergMarquardt,
  nelderMead,
  newton,
  strongWolfe,
  type DescentMethod,
  type Objective,
  type ResidualProblem,
} from "../../../src/optim/index.ts";
import { stateToText } from "../../../src/optim/state-text.ts";
import { distance, parabola } from "../problems.ts";

const valley: Objective = {
  dimension: 2,
  valueAndGradient([x, y], out) {
    out[0] = -2 * (1 - x) - 400 * x * (y - x * x);
    out[1] = 200 * (y - x * x);
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2;
  },
  hessianVector([x, y], [u, v], out) {
    out[0] = (2 - 400 * (y - 3 * x * x)) * u - 400 * x * v;
    out[1] = -400 * x * u + 200 * v;
  },
};
const residuals: ResidualProblem = {
  dimension: 2,
  residuals: 2,
  valueAndJacobian([x, y], r, j) {
    r.set([10 * (y - x * x), 1 - x]);
    j.set([-20 * x, 10, -1, 0]);
  },
};
const start = Float64Array.of(-1.2, 1);
const gradientMethods: Readonly<Record<string, () => DescentMethod<Objective>>> = {
  "lbfgs, strong Wolfe": () => lbfgs(),
  "lbfgs, Hager–Zhang": () => lbfgs({ lineSearch: hagerZhang() }),
  bfgs: () => bfgs(),
  conjugateGradient: () => conjugateGradient(),
  "conjugateGradient, Polak–Ribière": () =>
    conjugateGradient({ update: "polakRibiere", lineSearch: strongWolfe({ curvature: 0.1 }) }),
  newton: () => newton(),
};

describe.each(Object.keys(gradientMethods))("%s", (name) => {
  const make = gradientMethods[name];
  it("finds the end of Rosenbrock's valley", () => {
    const run = descend(valley, { start, method: make(), steps: 200, stop: { gradientNorm: 1e-8 } });
    expect(run.stopped).toBe("gradient");
    expect(distance(run.parameters, [1, 1])).toBeLessThan(1e-7);
    expect(run.losses).toHaveLength(run.steps + 1);
  });
  it("makes the same way in every rotation", () => {
    const rotated = reparameterize(valley, denseBasis(randomOrthogonal(2, random(3))));
    const run = (f: Objective) => descend(f, { start, method: make(), steps: 8 }).parameters;
    expect(distance(run(rotated), run(valley))).toBeLessThan(1e-7);
  });
  it("goes on from the text of its state with the same bits", () => {
    const whole = descend(valley, { start, method: make(), steps: 9 });
    const half = descend(valley, { start, method: make(), steps: 4 });
    const rest = descend(valley, { resume: stateToText(half.state), method: make(), steps: 5 });
    expect(rest.parameters).toEqual(whole.parameters);
    expect(rest.state).toEqual(whole.state);
  });
  it("backs off from where the function is not finite", () => {
    const walled: Objective = {
      dimension: 1,
      valueAndGradient([x], out) {
        out[0] = 1 - 1 / x;
        return x > 0 ? x - Math.log(x) : NaN;
      },
      hessianVector: ([x], [u], out) => (out[0] = u / (x * x)),
    };
    const run = descend(walled, {
      start: Float64Array.of(30),
      method: make(),
      steps: 100,
      stop: { gradientNorm: 1e-9 },
    });
    expect(run.parameters[0]).toBeCloseTo(1, 7);
  });
  it("stalls, bounded, where the gradient points uphill", () => {
    let calls = 0;
    const lying: Objective = {
      dimension: 1,
      valueAndGradient([x], out) {
        calls += 1;
        out[0] = -x;
        return x * x;
      },
      hessianVector(_p, d, out) {
        out.set(d);
      },
    };
    expect(descend(lying, { start: Float64Array.of(1), method: make(), steps: 100 }).stopped).toBe("stalled");
    expect(calls).toBeLessThan(300);
  });
  it("has a state that can be resumed wherever it ends, also where squares underflow", () => {
    const curvatures = [1, 2];
    const bowl: Objective = {
      ...parabola(curvatures),
      valueAndGradient([x, y], out) {
        out.set([x, 2 * y]);
        return 0.5 * x * x + y * y;
      },
      hessianVector: (_point, [u, v], out) => out.set([u, 2 * v]),
    };
    for (const size of [1e140, 1e-140, 1e-155]) {
      const run = descend(bowl, { start: Float64Array.of(size, size), method: make(), steps: 200 });
      const resume = stateToText(run.state);
      expect(descend(bowl, { resume, method: make(), steps: 0 }).parameters).toEqual(run.parameters);
    }
  });
  it("hands on what the objective throws", () => {
    let calls = 0;
    const throwing: Objective = {
      ...valley,
      valueAndGradient(point, out) {
        if (++calls === 4) throw new RangeError("mine");
        return valley.valueAndGradient(point, out);
      },
    };
    expect(() => descend(throwing, { start, method: make(), steps: 50 })).toThrow(new RangeError("mine"));
  });
});

it("least squares end at the solution, by residuals alone", () => {
  for (const method of [levenbergMarquardt(), gaussNewton()])
    expect(distance(descend(residuals, { start, method, steps: 100 }).parameters, [1, 1])).toBeLessThan(1e-12);
});

it("every method finds the bottom of a parabola", () => {
  const curvatures = [10, 3, 1];
  const bowl: Objective = {
    ...parabola(curvatures),
    hessianVector: (_point, direction, out) => out.set(direction.map((x, i) => curvatures[i] * x)),
  };
  const from = Float64Array.of(-2, 0.5, 4);
  for (const make of Object.values(gradientMethods))
    expect(distance(descend(bowl, { start: from, method: make(), steps: 40 }).parameters, [1, 1, 1])).toBeLessThan(
      1e-7,
    );
  const linear: ResidualProblem = {
    dimension: 3,
    residuals: 3,
    valueAndJacobian(x, r, j) {
      j.fill(0);
      curvatures.forEach((c, i) => {
        j[4 * i] = Math.sqrt(c);
        r[i] = Math.sqrt(c) * (x[i] - 1);
      });
    },
  };
  for (const method of [levenbergMarquardt(), gaussNewton()])
    expect(distance(descend(linear, { start: from, method, steps: 20 }).parameters, [1, 1, 1])).toBeLessThan(1e-12);
  const simplex = descend(bowl, { start: from, method: nelderMead(), steps: 300 });
  expect(distance(simplex.parameters, [1, 1, 1])).toBeLessThan(1e-5);
});

it("Nelder–Mead needs no gradient, and uses an objective without looking at it", () => {
  const value = ([x, y]: Float64Array): number => (1 - x) ** 2 + 100 * (y - x * x) ** 2;
  const run = descend({ dimension: 2, value }, { start, method: nelderMead(), steps: 400 });
  expect(distance(run.parameters, [1, 1])).toBeLessThan(1e-6);
  expect(descend(valley, { start, method: nelderMead(), steps: 20 }).value).toBeLessThan(24.2);
  const half = descend(valley, { start, method: nelderMead(), steps: 7 });
  const rest = descend(valley, { resume: half.state, method: nelderMead(), steps: 13 });
  expect(rest.parameters).toEqual(descend(valley, { start, method: nelderMead(), steps: 20 }).parameters);
});

describe("descend", () => {
  const method = lbfgs();
  it("stops for each reason", () => {
    const stopped = (options: object): string => descend(valley, { start, method, steps: 100, ...options }).stopped;
    expect(stopped({ stop: { value: 1 } })).toBe("value");
    expect(stopped({ stop: { relativeDecrease: 0.5 } })).toBe("decrease");
    expect(stopped({ stop: { evaluations: 5 } })).toBe("evaluations");
    expect(stopped({ onStep: () => "stop" })).toBe("callback");
    expect(stopped({ signal: { aborted: true } })).toBe("aborted");
    expect(stopped({ steps: 2 })).toBe("steps");
    expect(stopped({})).toBe("stalled");
  });
  it("refuses bad options before any work", () => {
    const call = (options: object) => () => descend(valley, { start, method, steps: 1, ...options });
    expect(call({ steps: -1 })).toThrow(
      new ArgumentError("The option steps is -1; expected a whole number at or above 0."),
    );
    expect(call({ stop: { value: NaN } })).toThrow(ArgumentError);
    expect(call({ start: new Float64Array(3) })).toThrow(ShapeError);
    expect(call({ start: Float64Array.of(NaN, 0) })).toThrow(NotFiniteError);
    expect(call({ resume: descend(valley, { start, method: bfgs(), steps: 1 }).state })).toThrow(StateError);
    expect(() => descend(valley, { start, method: nelderMead(), steps: 1, stop: { gradientNorm: 1 } })).toThrow(
      new ArgumentError("nelderMead works without a gradient: it cannot stop at a gradientNorm."),
    );
    const { dimension, valueAndGradient } = { dimension: 2, valueAndGradient: () => NaN };
    expect(() => descend({ dimension, valueAndGradient }, { start, method, steps: 1 })).toThrow(
      new NotFiniteError("lbfgs: at the start, the objective returned NaN."),
    );
    expect(() => descend({ dimension, valueAndGradient }, { start, method: newton(), steps: 1 })).toThrow(
      new ArgumentError("newton: the objective has no hessianVector; use lbfgs, or give it one."),
    );
  });
  it("refuses options out of their ranges", () => {
    expect(() => lbfgs({ memory: 0 })).toThrow(ArgumentError);
    expect(() => strongWolfe({ decrease: 0.9, curvature: 0.1 })).toThrow(ArgumentError);
    expect(() => strongWolfe({ evaluations: 0 })).toThrow(ArgumentError);
    expect(() => hagerZhang({ decrease: 0.6 })).toThrow(ArgumentError);
    expect(() => newton({ radius: -1 })).toThrow(ArgumentError);
    expect(() => levenbergMarquardt({ factor: 0 })).toThrow(ArgumentError);
    expect(() => nelderMead({ relativeEdge: 0 })).toThrow(ArgumentError);
  });
});
