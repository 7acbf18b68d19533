import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import * as egop from "../../../src/index.ts";
import { layout, minimize, stateToText, train, type GradientTransformation } from "../../../src/index.ts";
import { useWebAssembly } from "../../../src/linalg/index.ts";
import { formulas } from "../../../src/optim/kernels/formulas.ts";
import { stepKernel } from "../../../src/optim/kernels/step-kernel.ts";
import type { ElementLoop } from "../../../src/optim/define.ts";
import { runStepper } from "../../../src/optim/run-stepper.ts";

const learningRate = 0.01;
const weightDecay = 0.1;
const covered: Readonly<Record<string, GradientTransformation>> = {
  sgd: egop.sgd({ learningRate }),
  momentum: egop.sgd({ learningRate, momentum: 0.9, dampening: 0.3, weightDecay }),
  nesterov: egop.sgd({ learningRate, momentum: 0.9, nesterov: true }),
  adagrad: egop.adagrad({ weightDecay }),
  rmsprop: egop.rmsprop(),
  centered: egop.rmsprop({ centered: true, momentum: 0.9 }),
  adadelta: egop.adadelta(),
  adagradNorm: egop.adagradNorm(),
  scalarAdam: egop.scalarAdam(),
  adam: egop.adam(),
  adamw: egop.adamw({ learningRate: (step) => 0.1 / (1 + step) }),
  amsgrad: egop.amsgrad(),
  adamax: egop.adamax(),
  nadam: egop.nadam(),
  radam: egop.radam(),
  adabelief: egop.adabelief(),
  yogi: egop.yogi(),
  lion: egop.lion(),
  signDescent: egop.signDescent({ learningRate, weightDecay }),
  signum: egop.signum({ learningRate }),
  rprop: egop.rprop(),
  adan: egop.adan(),
  lars: egop.lars({ learningRate, weightDecay, trust: 0.5 }),
  "lars without decay": egop.lars({ learningRate: (step) => 0.1 / (1 + step), momentum: 0 }),
  lamb: egop.lamb({ weightDecay }),
  "lamb without decay": egop.lamb({ weightDecay: 0, epsilon: 0 }),
  scheduleFree: egop.scheduleFreeAdamw({ weightDecay, warmup: 3 }),
  "schedule-free without decay": egop.scheduleFreeAdamw(),
  prodigy: egop.prodigy({ weightDecay, initialDistance: 0.1 }),
  "prodigy without decay": egop.prodigy({ correction: true }),
  nested: egop.chain(egop.trace({ momentum: 0.5 }), egop.chain(egop.scaleByAdam(), egop.scaleByLearningRate(0.1))),
};

/** Gradients as they come, and what rounding and branches might trip over. */
const entry = fc.oneof(
  { weight: 4, arbitrary: fc.double({ min: -1, max: 1, noNaN: true }) },
  fc.constantFrom(0, -0, 1e-310, -5e-324, 1e-160, -1e-160, 1e155, -1e155, 1, -1),
);
const bits = (vector: Float64Array): BigInt64Array => new BigInt64Array(vector.slice().buffer);
const sameBits = (a: Float64Array, b: Float64Array): boolean => Buffer.from(a.buffer).equals(Buffer.from(b.buffer));
/** Vectors as their bits. */
const exactly = (state: unknown): unknown =>
  JSON.parse(
    JSON.stringify(state, (_name, value: unknown) =>
      value instanceof Float64Array ? Array.from(bits(value), String) : value,
    ),
  );

describe("a step in WebAssembly", () => {
  it.each(Object.entries(covered))("makes the bits of the plain loops: %s", (_name, optimizer) => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 9 })
          .chain((length) =>
            fc.array(fc.array(entry, { minLength: length, maxLength: length }), { minLength: 2, maxLength: 8 }),
          ),
        fc.integer({ min: 0, max: 8 }),
        ([start, ...gradients], cut) => {
          // Two tensors, or one.
          const first = Math.min(cut, start.length - 1);
          const model = layout(first === 0 ? { p: [start.length] } : { p: [first], q: [start.length - first] });
          const state = optimizer.init(model);
          const kernel = stepKernel(optimizer, optimizer.init(model), start.length, 2);
          if (kernel === undefined) throw new Error("There is no kernel.");
          const parameters = Float64Array.from(start);
          kernel.points[0].set(start);
          gradients.forEach((values, k) => {
            const gradient = Float64Array.from(values);
            kernel.gradient.set(gradient);
            expect(kernel.gradientIsFinite()).toBe(true);
            optimizer.update(gradient, state, parameters);
            for (let i = 0; i < parameters.length; i++) parameters[i] += gradient[i];
            const finite = kernel.run(k % 2, 1 - (k % 2));
            if (finite) expect(parameters.every(Number.isFinite)).toBe(true);
            expect(bits(kernel.points[1 - (k % 2)])).toEqual(bits(parameters));
            expect(exactly(kernel.state)).toEqual(exactly(state));
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  it("is there for every loop of the table", () => {
    const loops = (optimizer: GradientTransformation): unknown[] =>
      optimizer.parts?.flatMap(loops) ?? [(optimizer as { readonly loop?: ElementLoop }).loop];
    const seen = new Set(Object.values(covered).flatMap(loops));
    for (const loop of formulas().keys()) expect(seen).toContain(loop);
  });

  it("sees NaN and infinities at every place", () => {
    for (const length of [1, 2, 5])
      for (let at = 0; at < length; at++) {
        const optimizer = egop.sgd({ learningRate: 1 });
        const kernel = stepKernel(optimizer, optimizer.init(layout({ p: [length] })), length, 2);
        for (const bad of [NaN, Infinity, -Infinity]) {
          kernel?.gradient.fill(1);
          expect(kernel?.gradientIsFinite()).toBe(true);
          expect(kernel?.run(0, 1)).toBe(true);
          if (kernel !== undefined) kernel.gradient[at] = bad;
          expect(kernel?.gradientIsFinite()).toBe(false);
          expect(kernel?.run(0, 1)).toBe(false);
        }
      }
  });

  it("is not there for chains so long that a function has not the locals for them", () => {
    const kernelOf = (parts: number): unknown => {
      const optimizer = egop.chain(...Array.from({ length: parts }, () => egop.scaleByAdam()));
      return stepKernel(optimizer, optimizer.init(layout({ p: [4] })), 4, 2);
    };
    expect(kernelOf(6)).toBeDefined();
    expect(kernelOf(12)).toBeUndefined();
    expect(kernelOf(300)).toBeUndefined();
  });

  it("is not there for parts that see more than one element, or that are the user's own", () => {
    const adam = egop.adam();
    const mine = egop.scaleByAdam();
    for (const optimizer of [
      egop.chain(egop.scaleByTrustRatio(), egop.scaleByLars()),
      egop.chain(egop.scaleBySign(), egop.scaleByProdigy()),
      egop.scalarAdam({ weightDecay }),
      egop.chain(egop.scaleBySign(), egop.scaleByAdagradNorm()),
      egop.chain(egop.clipByNorm(1), adam),
      { ...adam, update: adam.update.bind(adam) },
      egop.chain({ ...mine, update: mine.update.bind(mine) }, egop.scaleByLearningRate(1)),
    ])
      expect(stepKernel(optimizer, optimizer.init(layout({ p: [4] })), 4, 2)).toBeUndefined();
  });
});

describe("runs of many parameters", () => {
  const dimension = 20_001;
  /** ½ Σ sᵢ xᵢ² with scales from 0 to 1. */
  const objective = {
    dimension,
    valueAndGradient(point: Float64Array, gradient: Float64Array): number {
      let sum = 0;
      for (let i = 0; i < dimension; i++) {
        const scale = i / dimension;
        gradient[i] = scale * point[i];
        sum += 0.5 * scale * point[i] * point[i];
      }
      return sum;
    },
  };
  const start = Float64Array.from({ length: dimension }, (_value, i) => (i % 7) - 3);
  afterEach(() => useWebAssembly(true));

  it.each(Object.entries(covered))(
    "have the same bits with WebAssembly and without, resumed or not: %s",
    (_name, optimizer) => {
      const whole = minimize(objective, { start, optimizer, steps: 5 });
      const half = minimize(objective, { start, optimizer, steps: 2 });
      const resumed = minimize(objective, { resume: structuredClone(half.state), optimizer, steps: 3 });
      const trained = train(objective, { start, optimizer, epochs: 1, stepsPerEpoch: 5 });
      useWebAssembly(false);
      const plain = minimize(objective, { start, optimizer, steps: 5 });
      const plainlyTrained = train(objective, { start, optimizer, epochs: 1, stepsPerEpoch: 5 });
      const text = stateToText(plain.state);
      expect(stateToText(whole.state) === text).toBe(true);
      expect(stateToText(resumed.state) === text).toBe(true);
      expect(stateToText(trained.state) === stateToText(plainlyTrained.state)).toBe(true);
      expect(sameBits(whole.parameters, plain.parameters)).toBe(true);
      expect(sameBits(trained.parameters, plain.parameters)).toBe(true);
      expect(whole.losses).toEqual(plain.losses);
    },
  );

  it.each([
    [16_383, 1, false],
    [16_384, 1, true],
    [5000, 99, false],
    [5000, 100, true],
    [255, 1e9, false],
    [256, 2000, true],
  ])("of %i parameters and %i steps are in WebAssembly: %s", (length, steps, expected) => {
    const optimizer = egop.adam();
    const { looks } = runStepper(optimizer, optimizer.init(layout({ p: [length] })), new Float64Array(length), steps);
    expect(looks).toBe(expected);
  });

  it("return states that lie in no WebAssembly memory", () => {
    const { state } = minimize(objective, { start, optimizer: egop.sgd({ learningRate }), steps: 1 });
    expect(state.parameters.buffer.byteLength).toBe(8 * dimension);
  });

  it("end at a gradient that is not finite with the same words and the same last point, whoever looks for it", () => {
    const spoiling = fc.record({
      at: fc.integer({ min: 0, max: 4 }),
      place: fc.integer({ min: 0, max: dimension - 1 }),
      value: fc.constantFrom(NaN, Infinity, -Infinity),
      optimizer: fc.constantFrom(...Object.values(covered)),
      watched: fc.boolean(),
      trained: fc.boolean(),
      stop: fc.constantFrom({}, { gradientNorm: 0 }, { value: -1 }),
    });
    fc.assert(
      fc.property(spoiling, ({ at, place, value, optimizer, watched, trained, stop }) => {
        const outcome = (webAssembly: boolean): unknown => {
          useWebAssembly(webAssembly);
          let evaluations = 0;
          let steps = 0;
          const spoiled = {
            dimension,
            valueAndGradient(point: Float64Array, gradient: Float64Array): number {
              const loss = objective.valueAndGradient(point, gradient);
              if (evaluations++ === at) gradient[place] = value;
              return loss;
            },
          };
          const onStep = (): void => {
            steps++;
          };
          const watching = watched ? { onStep } : {};
          try {
            if (trained) train(spoiled, { start, optimizer, epochs: 5, ...watching });
            else minimize(spoiled, { start, optimizer, steps: 4, stop, ...watching });
            return "finished";
          } catch (error) {
            return { ...(error as object), message: (error as Error).message, evaluations, steps };
          }
        };
        const fast = outcome(true);
        expect(fast).toHaveProperty("message");
        const plain = outcome(false);
        // Vectors of 20,001 elements are slow to compare one by one.
        expect(stateToText(fast as never) === stateToText(plain as never)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it("find a gradient that is not finite before a schedule that throws", () => {
    const optimizer = egop.sgd({
      learningRate(step) {
        if (step >= 2) throw new RangeError("no more");
        return 0.1;
      },
    });
    for (const bad of [2, 3])
      for (const webAssembly of [true, false]) {
        useWebAssembly(webAssembly);
        let evaluations = 0;
        const spoiled = {
          dimension,
          valueAndGradient(_point: Float64Array, gradient: Float64Array): number {
            gradient.fill(evaluations++ < bad ? 1 : NaN);
            return 0;
          },
        };
        const expected = bad === 2 ? egop.DivergedError : RangeError;
        evaluations = 0;
        expect(() => minimize(spoiled, { start, optimizer, steps: 5 })).toThrow(expected);
        evaluations = 0;
        expect(() => train(spoiled, { start, optimizer, epochs: 5 })).toThrow(expected);
      }
  });

  it("diverge with the same words and the same last point", () => {
    const optimizer = egop.sgd({ learningRate: 1e200 });
    const outcome = (): unknown => {
      try {
        return minimize(objective, { start, optimizer, steps: 9 });
      } catch (error) {
        return { ...(error as object), message: (error as Error).message };
      }
    };
    const fast = outcome();
    useWebAssembly(false);
    expect(fast).toEqual(outcome());
    expect(fast).toHaveProperty("step");
  });
});
