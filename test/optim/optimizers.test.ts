/** Every optimizer against PyTorch, step for step, and on every problem. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  adabelief,
  adadelta,
  adafactor,
  adagrad,
  adagradNorm,
  adamax,
  adan,
  amsgrad,
  chain,
  exponentialAverage,
  exponentialSchedule,
  lamb,
  lars,
  lion,
  nadam,
  polyakAverage,
  prodigy,
  radam,
  rmsprop,
  rprop,
  scalarAdam,
  scheduleFreeAdamw,
  signDescent,
  signum,
  yogi,
  type Schedule,
} from "../../src/optim/index.ts";
import { adam, adamw } from "../../src/optim/adam.ts";
import { minimize } from "../../src/optim/minimize.ts";
import type { Objective } from "../../src/optim/objective.ts";
import { sgd } from "../../src/optim/sgd.ts";
import type { GradientTransformation } from "../../src/optim/transformation.ts";
import { distance, golden, goldenObjective, parabola, rosenbrock } from "./problems.ts";

function trajectory(objective: Objective, start: readonly number[], optimizer: GradientTransformation, steps: number) {
  const points: Float64Array[] = [];
  const run = minimize(objective, {
    start: Float64Array.from(start),
    optimizer,
    steps,
    onStep: (progress) => {
      points.push(progress.parameters());
    },
  });
  return { points, run };
}

const references: readonly (readonly [string, GradientTransformation])[] = [
  ["sgd lr=0.05", sgd({ learningRate: 0.05 })],
  ["sgd lr=0.05 momentum=0.9", sgd({ learningRate: 0.05, momentum: 0.9 })],
  ["sgd lr=0.05 momentum=0.9 nesterov", sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true })],
  [
    "sgd lr=0.05 momentum=0.9 dampening=0.3 weightDecay=0.01",
    sgd({ learningRate: 0.05, momentum: 0.9, dampening: 0.3, weightDecay: 0.01 }),
  ],
  ["adagrad lr=0.3 eps=1e-10", adagrad({ learningRate: 0.3 })],
  [
    "adagrad lr=0.3 lrDecay=0.01 initialAccumulator=0.1 eps=1e-10",
    adagrad({ learningRate: 0.3, learningRateDecay: 0.01, initialAccumulator: 0.1 }),
  ],
  ["adam lr=0.05 beta1=0.9 beta2=0.999 eps=1e-8", adam({ learningRate: 0.05 })],
  [
    "adam lr=0.05 beta1=0.8 beta2=0.95 eps=1e-6 weightDecay=0.1 (added to the gradient)",
    adam({ learningRate: 0.05, beta1: 0.8, beta2: 0.95, epsilon: 1e-6, weightDecay: 0.1 }),
  ],
  ["adamw lr=0.05 weightDecay=0.1", adamw({ learningRate: 0.05, weightDecay: 0.1 })],
  ["rmsprop lr=0.02 decay=0.99 eps=1e-8", rmsprop({ learningRate: 0.02 })],
  [
    "rmsprop lr=0.02 decay=0.9 eps=1e-8 centered momentum=0.8",
    rmsprop({ learningRate: 0.02, decay: 0.9, centered: true, momentum: 0.8 }),
  ],
  ["adadelta lr=1 rho=0.9 eps=1e-6", adadelta()],
  ["amsgrad lr=0.05", amsgrad({ learningRate: 0.05 })],
  ["adamax lr=0.05 eps=1e-8", adamax({ learningRate: 0.05 })],
  ["nadam lr=0.05 momentumDecay=0.004", nadam({ learningRate: 0.05 })],
  ["radam lr=0.05", radam({ learningRate: 0.05 })],
  ["rprop lr=0.05 eta=[0.5,1.2] step=[1e-6,50]", rprop({ learningRate: 0.05 })],
];

describe("the trajectory of PyTorch 1.13", () => {
  it.each(references)("%s", (name, optimizer) => {
    const expected = golden.trajectories[name];
    const { points } = trajectory(goldenObjective, golden.start, optimizer, expected.length);
    expected.forEach((point, t) => expect(distance(points[t + 1], point), `step ${t + 1}`).toBeLessThan(1e-10));
    expect(expected).toHaveLength(40);
  });

  it("is compared for every one of the references", () => {
    expect(references.map(([name]) => name).sort()).toEqual(Object.keys(golden.trajectories).sort());
  });
});

/** Steps of bounded size do not come to rest without a rate that falls: half as large every 100 steps, or 2,000 for a valley. */
let over = 100;
const falling = (rate: number): Schedule => exponentialSchedule({ rate, factor: 0.5, over });

/** For each optimizer: a learning rate for the parabola, and one for Rosenbrock's valley with the steps that it needs. */
const optimizers: readonly {
  readonly name: string;
  readonly make: (learningRate: number) => GradientTransformation;
  readonly parabola: number;
  readonly rosenbrock: readonly [learningRate: number, steps: number];
}[] = [
  { name: "sgd", make: (learningRate) => sgd({ learningRate }), parabola: 0.1, rosenbrock: [1e-3, 30_000] },
  {
    name: "momentum",
    make: (learningRate) => sgd({ learningRate, momentum: 0.9 }),
    parabola: 0.02,
    rosenbrock: [2e-4, 30_000],
  },
  {
    name: "nesterov",
    make: (learningRate) => sgd({ learningRate, momentum: 0.9, nesterov: true }),
    parabola: 0.02,
    rosenbrock: [2e-4, 30_000],
  },
  { name: "adagrad", make: (learningRate) => adagrad({ learningRate }), parabola: 0.5, rosenbrock: [0.5, 30_000] },
  { name: "adam", make: (learningRate) => adam({ learningRate }), parabola: 0.05, rosenbrock: [0.01, 10_000] },
  {
    name: "adamw",
    make: (learningRate) => adamw({ learningRate, weightDecay: 1e-6 }),
    parabola: 0.05,
    rosenbrock: [0.01, 10_000],
  },
  {
    name: "sgd, averaged",
    make: (learningRate) => chain(sgd({ learningRate }), polyakAverage({ from: 1000 })),
    parabola: 0.1,
    rosenbrock: [1e-3, 200_000],
  },
  {
    name: "sgd, running average",
    make: (learningRate) => chain(sgd({ learningRate }), exponentialAverage(0.99)),
    parabola: 0.1,
    rosenbrock: [1e-3, 30_000],
  },
  { name: "adagradNorm", make: (learningRate) => adagradNorm({ learningRate }), parabola: 2, rosenbrock: [1, 30_000] },
  {
    name: "scalarAdam",
    make: (learningRate) => scalarAdam({ learningRate }),
    parabola: 0.05,
    rosenbrock: [0.01, 10_000],
  },
  {
    name: "rmsprop",
    make: (learningRate) => rmsprop({ learningRate: falling(learningRate) }),
    parabola: 0.05,
    rosenbrock: [0.01, 10_000],
  },
  {
    name: "rmsprop, centered, with momentum",
    make: (learningRate) => rmsprop({ learningRate: falling(learningRate), centered: true, momentum: 0.5 }),
    parabola: 0.02,
    rosenbrock: [0.002, 10_000],
  },
  { name: "adadelta", make: (learningRate) => adadelta({ learningRate }), parabola: 10, rosenbrock: [0.01, 30_000] },
  { name: "amsgrad", make: (learningRate) => amsgrad({ learningRate }), parabola: 0.05, rosenbrock: [0.01, 10_000] },
  { name: "adamax", make: (learningRate) => adamax({ learningRate }), parabola: 0.05, rosenbrock: [0.02, 10_000] },
  { name: "nadam", make: (learningRate) => nadam({ learningRate }), parabola: 0.05, rosenbrock: [0.01, 10_000] },
  { name: "radam", make: (learningRate) => radam({ learningRate }), parabola: 0.05, rosenbrock: [1e-3, 30_000] },
  {
    name: "adabelief",
    make: (learningRate) => adabelief({ learningRate }),
    parabola: 0.05,
    rosenbrock: [0.01, 10_000],
  },
  { name: "yogi", make: (learningRate) => yogi({ learningRate }), parabola: 0.05, rosenbrock: [0.01, 10_000] },
  {
    name: "lion",
    make: (learningRate) => lion({ learningRate: falling(learningRate) }),
    parabola: 0.05,
    rosenbrock: [0.005, 10_000],
  },
  {
    name: "sign descent",
    make: (learningRate) => signDescent({ learningRate: falling(learningRate) }),
    parabola: 0.05,
    rosenbrock: [1e-3, 30_000],
  },
  {
    name: "signum",
    make: (learningRate) => signum({ learningRate: falling(learningRate) }),
    parabola: 0.05,
    rosenbrock: [0.005, 10_000],
  },
  { name: "rprop", make: (learningRate) => rprop({ learningRate }), parabola: 0.05, rosenbrock: [0.01, 3_000] },
  { name: "adan", make: (learningRate) => adan({ learningRate }), parabola: 0.05, rosenbrock: [0.02, 10_000] },
  {
    name: "scheduleFreeAdamw",
    make: (learningRate) => scheduleFreeAdamw({ learningRate }),
    parabola: 0.1,
    rosenbrock: [0.05, 30_000],
  },
  {
    name: "prodigy",
    make: (learningRate) => prodigy({ learningRate: falling(learningRate) }),
    parabola: 1,
    rosenbrock: [1, 10_000],
  },
  {
    name: "lamb",
    make: (learningRate) => lamb({ learningRate: falling(learningRate), weightDecay: 0 }),
    parabola: 0.05,
    rosenbrock: [0.3, 30_000],
  },
  {
    name: "lars",
    make: (learningRate) => lars({ learningRate: falling(learningRate), momentum: 0.5 }),
    parabola: 10,
    rosenbrock: [100, 30_000],
  },
  {
    name: "adafactor",
    make: (learningRate) => adafactor({ learningRate: falling(learningRate) }),
    parabola: 0.05,
    rosenbrock: [0.03, 30_000],
  },
];

describe.each(optimizers)("$name", ({ name, make, parabola: forParabola, rosenbrock: [forValley, valleySteps] }) => {
  it("finds the bottom of a parabola", () => {
    const optimizer = make(forParabola);
    const { run } = trajectory(parabola([10, 3, 1]), [-2, 0.5, 4], optimizer, 1500);
    expect(distance(run.parameters, [1, 1, 1])).toBeLessThan(1e-4);
  });

  it("finds the end of Rosenbrock's valley", () => {
    over = 2000;
    const optimizer = make(forValley);
    over = 100;
    const run = minimize(rosenbrock, { start: Float64Array.of(-1.2, 1), optimizer, steps: valleySteps });
    expect(distance(run.parameters, [1, 1])).toBeLessThan(1e-2);
  });

  it("is equivariant to signed permutations: bit for bit, or but for the order of its sums", () => {
    const sums = ["adagradNorm", "scalarAdam", "prodigy", "lamb", "lars", "adafactor"].includes(name);
    const curvatures = [10, 3, 1, 0.2];
    const scene = fc.record({
      order: fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
      signs: fc.array(fc.constantFrom(-1, 1), { minLength: 4, maxLength: 4 }),
      start: fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 4, maxLength: 4 }),
    });
    fc.assert(
      fc.property(scene, ({ order, signs, start }) => {
        const plain = parabola(curvatures);
        const permuted: Objective = {
          dimension: 4,
          valueAndGradient(point, gradientOut) {
            const there = new Float64Array(4);
            const gradient = new Float64Array(4);
            order.forEach((from, to) => (there[from] = signs[to] * point[to]));
            const value = plain.valueAndGradient(there, gradient);
            order.forEach((from, to) => (gradientOut[to] = signs[to] * gradient[from]));
            return value;
          },
        };
        const carry = (x: ArrayLike<number>) => order.map((from, to) => signs[to] * x[from] + 0);
        const direct = trajectory(plain, start, make(0.05), 20).run;
        const carried = trajectory(permuted, carry(start), make(0.05), 20).run;
        if (sums) expect(distance(carried.parameters, carry(direct.parameters))).toBeLessThan(1e-9);
        else {
          expect(Array.from(carried.parameters, (x) => x + 0)).toEqual(carry(direct.parameters));
          expect(carried.losses).toEqual(direct.losses);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe("a change of coordinates", () => {
  const angle = 0.7;
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const plain = parabola([10, 0.5]);
  const rotated: Objective = {
    dimension: 2,
    valueAndGradient(point, gradientOut) {
      const there = Float64Array.of(c * point[0] - s * point[1], s * point[0] + c * point[1]);
      const value = plain.valueAndGradient(there, gradientOut);
      const [g, h] = gradientOut;
      gradientOut[0] = c * g + s * h;
      gradientOut[1] = -s * g + c * h;
      return value;
    },
  };
  /** The largest relative gap between the losses of the run and of the rotated run. */
  function gap(optimizer: GradientTransformation): number {
    const direct = trajectory(plain, [-1, 3], optimizer, 40).run.losses;
    const turned = trajectory(rotated, [-c + 3 * s, s + 3 * c], optimizer, 40).run.losses;
    return Math.max(...direct.map((loss, t) => Math.abs(loss - turned[t]) / direct[0]));
  }

  it("leaves gradient descent and momentum as they are", () => {
    for (const nesterov of [false, true])
      expect(gap(sgd({ learningRate: 0.05, momentum: 0.9, nesterov }))).toBeLessThan(1e-12);
    expect(gap(sgd({ learningRate: 0.05 }))).toBeLessThan(1e-12);
  });

  it("changes the way of the diagonal methods", () => {
    expect(gap(adam({ learningRate: 0.1 }))).toBeGreaterThan(0.01);
    expect(gap(adagrad({ learningRate: 0.5 }))).toBeGreaterThan(0.01);
  });
});
