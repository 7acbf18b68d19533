import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import * as egop from "../../src/index.ts";
import { layout, stepper, stateToText, type GradientTransformation } from "../../src/index.ts";
import { useWebAssembly } from "../../src/linalg/index.ts";

const learningRate = 0.05;
const optimizers: Readonly<Record<string, GradientTransformation>> = {
  sgd: egop.sgd({ learningRate, momentum: 0.9 }),
  adamw: egop.adamw({ learningRate: (step) => 0.1 / (1 + step) }),
  rprop: egop.rprop(),
  lamb: egop.lamb(),
  skipping: egop.skipNotFinite(egop.adam()),
  plateau: egop.chain(egop.scaleByAdam(), egop.scaleByLearningRate(0.1), egop.reduceOnPlateau({ patience: 0 })),
  averaging: egop.chain(egop.sgd({ learningRate }), egop.exponentialAverage(0.9)),
};
/** Below and above the length from which steps are made by WebAssembly. */
const lengths = [3, 701, 20_001];

const gradientAt = (point: Float64Array, step: number): Float64Array =>
  point.map((entry, i) => 0.1 * entry + ((i * 7 + step * 3) % 5) - 2);
const bytesOf = ({ buffer, byteOffset, byteLength }: Float64Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);
const sameBits = (a: Float64Array, b: Float64Array): boolean => bytesOf(a).equals(bytesOf(b));
const startOf = (length: number): Float64Array => Float64Array.from({ length }, (_value, i) => (i % 11) - 5);

afterEach(() => useWebAssembly(true));

describe.each(lengths)("a stepper for %i parameters", (length) => {
  const model = layout({ first: [length - 1], last: [1] });

  it.each(Object.entries(optimizers))("makes the bits of update and a sum: %s", (_name, optimizer) => {
    for (const webAssembly of [true, false]) {
      useWebAssembly(webAssembly);
      const loop = stepper(optimizer, startOf(length), { layout: model });
      const { parameters } = loop;
      const [plain, state] = [startOf(length), optimizer.init(model)];
      for (let k = 0; k < 4; k++) {
        loop.gradient.set(gradientAt(parameters, k));
        loop.step(1);
        const step = gradientAt(plain, k);
        optimizer.update(step, state, plain);
        optimizer.observe?.(1, state);
        for (let i = 0; i < length; i++) plain[i] += step[i];
      }
      expect(sameBits(parameters, plain)).toBe(true);
      expect(stateToText(loop.state()) === stateToText(state)).toBe(true);
      const kept = new Float64Array(length);
      if (optimizer.evaluationParameters === undefined) kept.set(plain);
      else optimizer.evaluationParameters(state, plain, kept);
      expect(sameBits(loop.evaluationParameters(), kept)).toBe(true);
    }
  });

  it.each(Object.entries(optimizers))("goes on from a state or its text with the same bits: %s", (_name, optimizer) => {
    const run = (loop: egop.Stepper, from: number, to: number): egop.Stepper => {
      for (let k = from; k < to; k++) {
        loop.gradient.set(gradientAt(loop.parameters, k));
        loop.step(2);
      }
      return loop;
    };
    const whole = run(stepper(optimizer, startOf(length), { layout: model }), 0, 5);
    const half = run(stepper(optimizer, startOf(length), { layout: model }), 0, 2);
    const saved = half.state();
    const text = stateToText(saved);
    const start = half.parameters.slice();
    // What has been saved is no part of the stepper any more.
    run(half, 2, 5);
    for (const state of [saved, text])
      expect(
        stateToText(run(stepper(optimizer, start, { layout: model, state }), 2, 5).state()) ===
          stateToText(whole.state()),
      ).toBe(true);
    expect(sameBits(half.parameters, whole.parameters.slice())).toBe(true);
  });

  it("refuses a gradient that is not finite, and has then changed nothing", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("sgd", "adamw", "rprop", "lamb"),
        fc.integer({ min: 0, max: length - 1 }),
        fc.constantFrom(NaN, Infinity, -Infinity),
        fc.boolean(),
        (name, place, value, webAssembly) => {
          useWebAssembly(webAssembly);
          const loop = stepper(optimizers[name], startOf(length), { layout: model });
          loop.gradient.fill(1);
          loop.step();
          const [parameters, state] = [loop.parameters.slice(), stateToText(loop.state())];
          loop.gradient.fill(1);
          loop.gradient[place] = value;
          const where = place < length - 1 ? `element ${place} of "first"` : 'element 0 of "last"';
          expect(() => loop.step()).toThrow(
            new egop.NotFiniteError(`stepper: the gradient is ${value} in ${where}; expected finite numbers.`),
          );
          expect(sameBits(loop.parameters, parameters)).toBe(true);
          expect(stateToText(loop.state()) === state).toBe(true);
        },
      ),
      { numRuns: length < 10 ? 50 : 8 },
    );
  });

  it("finds a gradient that is not finite in one pass too", () => {
    for (const value of [NaN, Infinity, -Infinity])
      for (const place of [0, length - 1])
        for (const name of ["sgd", "adamw", "rprop", "lamb"]) {
          const [loop, twin] = [true, false].map((onePass) =>
            stepper(optimizers[name], startOf(length), { layout: model, onePass }),
          );
          for (const each of [loop, twin]) {
            each.gradient.fill(1);
            each.step();
            each.gradient.fill(1);
          }
          expect(sameBits(loop.parameters, twin.parameters)).toBe(true);
          loop.gradient[place] = value;
          expect(() => loop.step()).toThrow(`stepper: the gradient is ${value} in element `);
        }
  });

  it("says when a parameter is lost", () => {
    const loop = stepper(egop.sgd({ learningRate: 1e200 }), startOf(length));
    loop.gradient.fill(1);
    loop.gradient[1] = 1e200;
    expect(() => loop.step()).toThrow(
      new egop.NotFiniteError(
        'stepper: sgd made the parameter -Infinity in element 1 of "parameters"; try a smaller learning rate.',
      ),
    );
  });

  it("lets what a schedule throws pass, with nothing changed", () => {
    const loop = stepper(egop.adam({ learningRate: (step) => (step < 1 ? 0.1 : NaN) }), startOf(length));
    loop.gradient.fill(1);
    loop.step();
    const [parameters, state] = [loop.parameters.slice(), stateToText(loop.state())];
    loop.gradient.fill(1);
    expect(() => loop.step()).toThrow(egop.ArgumentError);
    expect(sameBits(loop.parameters, parameters)).toBe(true);
    expect(stateToText(loop.state()) === state).toBe(true);
  });

  it("leaves the start alone", () => {
    const start = startOf(length);
    const loop = stepper(egop.adam(), start);
    loop.gradient.fill(1);
    loop.step();
    expect(sameBits(start, startOf(length))).toBe(true);
    expect(loop.parameters[0]).not.toBe(start[0]);
  });
});

describe("stepper", () => {
  const optimizer = egop.adam();
  const start = Float64Array.of(1, 2);

  it("refuses what does not fit", () => {
    expect(() => stepper(optimizer, start, { layout: layout({ p: [3] }) })).toThrow(
      new egop.ShapeError("stepper: start has 2 elements, the layout 3."),
    );
    expect(() => stepper(optimizer, Float64Array.of(1, NaN))).toThrow(
      new egop.NotFiniteError('stepper: start is NaN in element 1 of "parameters".'),
    );
    expect(() => stepper(optimizer, start, { rate: 1 } as never)).toThrow(egop.ArgumentError);
    expect(() => stepper(optimizer, start, { state: egop.sgd({ learningRate }).init(layout({ p: [2] })) })).toThrow(
      egop.StateError,
    );
    expect(() => stepper(optimizer, start).evaluationParameters(new Float64Array(3))).toThrow(
      new egop.ShapeError("stepper: out has 3 elements; the parameters have 2."),
    );
  });
});
