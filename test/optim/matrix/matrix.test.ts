/** The matrix-aware optimizers: against their papers' forms step for step, resumed, turned, and on problems. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, NotFiniteError, ShapeError, StateError } from "../../../src/errors.ts";
import { layout } from "../../../src/linalg/layout.ts";
import { Matrix } from "../../../src/linalg/matrix.ts";
import { multiply } from "../../../src/linalg/product.ts";
import { randomOrthogonal } from "../../../src/linalg/random-orthogonal.ts";
import { fold, normal, random } from "../../../src/math/random.ts";
import {
  adam,
  fullAdagrad,
  ggt,
  minimize,
  muon,
  scaleByFullAdagrad,
  scaleByGgt,
  scaleByMuon,
  scaleByShampoo,
  scaleBySoap,
  sgd,
  shampoo,
  soap,
  type GradientTransformation,
  type Objective,
} from "../../../src/optim/index.ts";
import { stateFromText, stateToText } from "../../../src/optim/state-text.ts";
import { distance, parabola, rosenbrock } from "../problems.ts";
import {
  fullAdagradOracle,
  ggtOracle,
  muonOracle,
  shampooOracle,
  soapOracle,
  times,
  transpose,
  type Oracle,
  type Rows,
} from "./oracles.ts";

const rowsOf = (data: Float64Array, m: number, n: number): Rows => new Matrix(m, n, data).toRows();
const gaussian = (seed: number, size: number): Float64Array => normal(random(seed), new Float64Array(size));

/** Gradients of unlike size and direction, as a run has them. */
function gradientsOf(m: number, n: number, steps: number): Float64Array[] {
  const scales = gaussian(5, m * n);
  return Array.from({ length: steps }, (_v, t) =>
    normal(fold(random(7), t), new Float64Array(m * n)).map((x, i) => (x + 0.3) * (1 + scales[i] * scales[i])),
  );
}

const references: readonly (readonly [string, GradientTransformation, (m: number, n: number) => Oracle])[] = [
  ["full-matrix Adagrad", scaleByFullAdagrad({ epsilon: 1e-4 }), (m, n) => fullAdagradOracle(m * n, 1e-4)],
  ["GGT", scaleByGgt({ window: 7, decay: 0.9, epsilon: 1e-3 }), () => ggtOracle(7, 0.9, 1e-3)],
  ["Shampoo", scaleByShampoo(), (m, n) => shampooOracle(m, n, 1e-6, 4, 1)],
  [
    "Shampoo, p = 3, every 4 steps",
    scaleByShampoo({ exponent: 3, epsilon: 1e-2, interval: 4 }),
    (m, n) => shampooOracle(m, n, 1e-2, 3, 4),
  ],
  ["SOAP", scaleBySoap(), (m, n) => soapOracle(m, n, 0.95, 0.95, 1e-8, 10)],
  [
    "SOAP, every 3 steps",
    scaleBySoap({ interval: 3, beta1: 0.9, beta2: 0.99, epsilon: 1e-6 }),
    (m, n) => soapOracle(m, n, 0.9, 0.99, 1e-6, 3),
  ],
  ["Muon", scaleByMuon(), (m, n) => muonOracle(m, n, 0.95)],
];

describe.each(references)("%s", (_name, transformation, oracleFor) => {
  it.each([
    // SOAP's first bases come from one gradient: with sides that differ by two, its null space would have no basis of its own.
    [4, 3],
    [3, 4],
    [4, 4],
  ])("makes the steps of the paper's form on a %i × %i matrix", (m, n) => {
    const state = transformation.init(layout({ W: [m, n] }));
    const oracle = oracleFor(m, n);
    const parameters = new Float64Array(m * n);
    gradientsOf(m, n, 16).forEach((gradient, t) => {
      const expected = oracle(rowsOf(gradient, m, n)).flat();
      const step = gradient.slice();
      transformation.update(step, state, parameters);
      if (expected.every((x) => x === 0)) expect(step.every((x) => x === 0)).toBe(true);
      else expect(distance(step, expected), `step ${t}`).toBeLessThan(1e-10);
    });
  });

  it("goes on from its state's text with the same bits", () => {
    const model = layout({ W: [4, 3], b: [3], c: [] });
    const parameters = gaussian(1, model.size);
    const whole = transformation.init(model);
    let stopped = transformation.init(model);
    gradientsOf(4, 4, 24).forEach((gradient, t) => {
      const [a, b] = [gradient.slice(), gradient.slice()];
      transformation.update(a, whole, parameters);
      if (t % 5 === 3) stopped = stateFromText(stateToText(stopped), transformation.init(model));
      transformation.update(b, stopped, parameters);
      expect(b).toEqual(a);
    });
  });

  it("refuses NaN and wrong lengths, and is then as it was", () => {
    const model = layout({ W: [2, 2] });
    const state = transformation.init(model);
    transformation.update(gaussian(3, 4), state, new Float64Array(4));
    const before = stateToText(state);
    for (const bad of [NaN, Infinity, 1e200])
      expect(() => transformation.update(Float64Array.of(1, bad, 0, 0), state, new Float64Array(4))).toThrow(
        NotFiniteError,
      );
    expect(() => transformation.update(new Float64Array(3), state, new Float64Array(3))).toThrow(ShapeError);
    expect(stateToText(state)).toBe(before);
    expect(() => transformation.update(new Float64Array(4), { kind: "sgd", version: 1 }, new Float64Array(4))).toThrow(
      StateError,
    );
  });

  it("leaves finite steps where gradients are zero", () => {
    const state = transformation.init(layout({ W: [2, 3], b: [2] }));
    for (let t = 0; t < 4; t++) {
      const gradient = new Float64Array(8);
      transformation.update(gradient, state, new Float64Array(8));
      expect(gradient.every((x) => x === 0)).toBe(true);
    }
  });
});

describe("shampoo", () => {
  it("takes the lengths of other steps by grafting", () => {
    const [g] = gradientsOf(4, 3, 1);
    const lengthOf = (grafting: "sgd" | "adagrad"): number => {
      const transformation = scaleByShampoo({ grafting });
      const step = g.slice();
      transformation.update(step, transformation.init(layout({ W: [4, 3] })), new Float64Array(12));
      return Math.hypot(...step);
    };
    expect(lengthOf("sgd")).toBeCloseTo(Math.hypot(...g), 10);
    // Adagrad's first step is the signs: 12 entries of size 1.
    expect(lengthOf("adagrad")).toBeCloseTo(Math.sqrt(12), 8);
  });

  it("leaves long sides out: with none left, it is Adagrad", () => {
    const transformation = scaleByShampoo({ largestSide: 2 });
    const state = transformation.init(layout({ W: [4, 3] }));
    const step = Float64Array.from({ length: 12 }, (_v, i) => i - 5);
    transformation.update(step, state, new Float64Array(12));
    step.forEach((x, i) => expect(x).toBeCloseTo(Math.sign(i - 5), 9));
  });
});

const options: readonly (readonly [() => unknown, string])[] = [
  [() => scaleByFullAdagrad({ epsilon: 0 }), "The option epsilon is 0; expected a finite number above 0."],
  [() => scaleByGgt({ window: 0 }), "The option window is 0; expected a whole number at or above 1."],
  [() => scaleByGgt({ decay: 2 }), "The option decay is 2; expected a number in (0, 1]."],
  [() => scaleByGgt({ epsilon: -1 }), "The option epsilon is -1; expected a finite number above 0."],
  [() => scaleByShampoo({ exponent: 0 }), "The option exponent is 0; expected a finite number above 0."],
  [() => scaleByShampoo({ beta2: 0 }), "The option beta2 is 0; expected a number in (0, 1]."],
  [() => scaleByShampoo({ interval: 1.5 }), "The option interval is 1.5; expected a whole number at or above 1."],
  [() => scaleBySoap({ interval: 0 }), "The option interval is 0; expected a whole number at or above 1."],
  [() => scaleByMuon({ iterations: -1 }), "The option iterations is -1; expected a whole number at or above 0."],
  [() => soap({ learningRate: -1 }), "The option learningRate is -1; expected a finite number at or above 0."],
];
it.each(options)("refuses %s", (call, message) => {
  expect(call).toThrow(new ArgumentError(message));
});

// ---- equivariance ------------------------------------------------------------------------------------------------

/** Σ log(1 + ⟨Aₖ, W⟩²) + 0.05‖W‖², smooth and not convex, of an m × n matrix. */
function matrixObjective(m: number, n: number, seed: number): Objective {
  const count = 8;
  const a = gaussian(seed, count * m * n);
  return {
    dimension: m * n,
    layout: layout({ W: [m, n] }),
    valueAndGradient(w, gradient) {
      gradient.fill(0);
      let value = 0;
      for (let k = 0; k < count; k++) {
        let inner = 0;
        for (let i = 0; i < w.length; i++) inner += a[k * w.length + i] * w[i];
        value += Math.log(1 + inner * inner);
        const slope = (2 * inner) / (1 + inner * inner);
        for (let i = 0; i < w.length; i++) gradient[i] += slope * a[k * w.length + i];
      }
      w.forEach((x, i) => {
        value += 0.05 * x * x;
        gradient[i] += 0.1 * x;
      });
      return value;
    },
  };
}

/** The objective in the coordinates P W Qᵀ, with the way back. */
function turned(objective: Objective, m: number, n: number, p: Matrix, q: Matrix): Objective {
  const apply = (x: Float64Array, forth: boolean): Float64Array =>
    multiply(multiply(p, new Matrix(m, n, x), { transposeA: !forth }), q, { transposeB: forth }).data;
  return {
    dimension: m * n,
    layout: layout({ W: [m, n] }),
    coordinates: {
      originalDimension: m * n,
      toOwn: (original, out) => out.set(apply(original, true)),
      toOriginal: (own, out) => out.set(apply(own, false)),
    },
    valueAndGradient(point, gradientOut) {
      const gradient = new Float64Array(m * n);
      const value = objective.valueAndGradient(apply(point, false), gradient);
      gradientOut.set(apply(gradient, true));
      return value;
    },
  };
}

function gap(optimizer: GradientTransformation, seed: number): number {
  const [m, n] = [4, 3];
  const objective = matrixObjective(m, n, seed);
  const [p, q] = [randomOrthogonal(m, fold(random(seed), 1)), randomOrthogonal(n, fold(random(seed), 2))];
  const run = (f: Objective) => minimize(f, { start: gaussian(seed + 1, m * n), optimizer, steps: 15 }).parameters;
  return distance(run(turned(objective, m, n, p, q)), run(objective));
}

describe("under W → P W Qᵀ", () => {
  const seeds = fc.integer({ min: 0, max: 10_000 });
  // Along directions without a gradient so far, a step is η/√ε times the gradient: with a small ε round-off there grows from
  // step to step (1e-23 to 1e-10 in 15 steps), in exact arithmetic nothing. Hence an ε that lets no error grow.
  const equivariant: Readonly<Record<string, () => GradientTransformation>> = {
    "full-matrix Adagrad": () => fullAdagrad({ learningRate: 0.1, epsilon: 1e-2 }),
    GGT: () => ggt({ learningRate: 0.05, window: 5 }),
    Shampoo: () => shampoo({ learningRate: 0.1, epsilon: 1e-3 }),
    Muon: () => muon({ learningRate: 0.05 }),
    SOAP: () => soap({ learningRate: 0.05, epsilon: 1e-3 }),
  };
  it.each(Object.keys(equivariant))("%s turns along", (name) => {
    fc.assert(
      fc.property(seeds, (seed) => {
        expect(gap(equivariant[name](), seed)).toBeLessThan(1e-6);
      }),
      { numRuns: 15 },
    );
  });
  it("Adam does not", () => {
    const holds = fc.property(seeds, (seed) => gap(adam({ learningRate: 0.05 }), seed) < 1e-3);
    expect(fc.check(holds, { numRuns: 5 }).failed).toBe(true);
  });
});

describe("the gauge (U, V) → (UQ, VQ) of W = U Vᵀ", () => {
  /** ‖U Vᵀ − T‖² / 2 for 5 × 2 factors. */
  const target = rowsOf(gaussian(11, 25), 5, 5);
  const objective: Objective = {
    dimension: 20,
    layout: layout({ U: [5, 2], V: [5, 2] }),
    valueAndGradient(point, gradientOut) {
      const [u, v] = [rowsOf(point.slice(0, 10), 5, 2), rowsOf(point.slice(10), 5, 2)];
      const residual = times(u, transpose(v)).map((row, i) => row.map((x, j) => x - target[i][j]));
      gradientOut.set(times(residual, v).flat());
      gradientOut.set(times(transpose(residual), u).flat(), 10);
      return residual.flat().reduce((sum, x) => sum + x * x, 0) / 2;
    },
  };
  function gaugeGap(optimizer: GradientTransformation): number {
    const q = randomOrthogonal(2, random(4)).toRows();
    const start = gaussian(2, 20);
    const turn = (x: Float64Array): Float64Array => Float64Array.from(times(rowsOf(x, 10, 2), q).flat());
    const product = (from: Float64Array): number[] => {
      const end = minimize(objective, { start: from, optimizer, steps: 20 }).parameters;
      return times(rowsOf(end.slice(0, 10), 5, 2), transpose(rowsOf(end.slice(10), 5, 2))).flat();
    };
    return distance(product(turn(start)), product(start));
  }
  it("changes nothing for gradient descent, momentum, Muon and Shampoo", () => {
    expect(gaugeGap(sgd({ learningRate: 0.01, momentum: 0.9 }))).toBeLessThan(1e-10);
    expect(gaugeGap(muon({ learningRate: 0.05 }))).toBeLessThan(1e-8);
    expect(gaugeGap(shampoo({ learningRate: 0.1, epsilon: 1e-3 }))).toBeLessThan(1e-8);
  });
  it("changes the way of SOAP, whose first bases are arbitrary beyond the rank of one gradient", () => {
    expect(gaugeGap(soap({ learningRate: 0.05, epsilon: 1e-3 }))).toBeGreaterThan(1e-3);
  });
  it("changes the way of Adam", () => {
    expect(gaugeGap(adam({ learningRate: 0.05 }))).toBeGreaterThan(1e-3);
  });
});

// ---- problems ----------------------------------------------------------------------------------------------------

const decaying = (rate: number) => (step: number) => rate / (1 + step / 200);
const makers: readonly (readonly [string, (rate: number) => GradientTransformation, number, number, number])[] = [
  ["fullAdagrad", (r) => fullAdagrad({ learningRate: r }), 0.5, 0.3, 20_000],
  ["ggt", (r) => ggt({ learningRate: decaying(r), window: 10 }), 0.3, 0.05, 20_000],
  ["shampoo", (r) => shampoo({ learningRate: r }), 0.5, 0.3, 20_000],
  ["soap", (r) => soap({ learningRate: decaying(r), weightDecay: 0 }), 0.05, 0.02, 20_000],
  ["muon", (r) => muon({ learningRate: decaying(r) }), 0.05, 0.02, 20_000],
];
describe.each(makers)("%s", (_name, make, forParabola, forValley, steps) => {
  it("finds the bottom of a parabola", () => {
    const start = Float64Array.of(-2, 0.5, 4, 0);
    const bowl = { ...parabola([10, 3, 1, 2]), layout: layout({ W: [2, 2] }) };
    const run = minimize(bowl, { start, optimizer: make(forParabola), steps: 3000 });
    expect(distance(run.parameters, [1, 1, 1, 1])).toBeLessThan(2e-2);
  });
  it("finds the end of Rosenbrock's valley", () => {
    const run = minimize(rosenbrock, { start: Float64Array.of(-1.2, 1), optimizer: make(forValley), steps });
    expect(distance(run.parameters, [1, 1])).toBeLessThan(2e-2);
  });
});
