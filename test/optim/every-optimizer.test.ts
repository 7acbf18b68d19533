/** What every optimizer and every wrapper has in common: what is refused, what is skipped, what is resumed. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NotFiniteError, ShapeError } from "../../src/errors.ts";
import {
  minimize,
  skipNotFinite,
  stateFromText,
  stateToText,
  stepper,
  train,
  type GradientTransformation,
  type TransformationState,
} from "../../src/optim/index.ts";
import { model, optimizers, rippled, start, wrapped } from "./every.ts";

const n = model.size;
const all = Object.entries({ ...optimizers, ...wrapped }).map(([name, make]) => ({ name, make }));
const gradientOf = (shift: number): Float64Array =>
  Float64Array.from({ length: n }, (_value, i) => ((i * 7 + shift) % 11) / 4 - 1);

/** An optimizer with a state that has seen two gradients. */
function underWay(make: () => GradientTransformation) {
  const optimizer = make();
  const state = optimizer.init(model);
  for (let t = 0; t < 2; t++) optimizer.update(gradientOf(t), state, start);
  return { optimizer, state, before: structuredClone(state) };
}

/** Their states hold nothing of the parameters' length. */
const ofAnyLength = ["signDescent", "adagradNorm", "reduceOnPlateau", "withHyperparameters, observing"];

const steps = 10;

/** What is compared of a run: its state, the parameters that it recommends, and where it is. */
interface Stopped {
  readonly state: TransformationState;
  readonly parameters: Float64Array;
  readonly place?: Float64Array;
}

function minimized(optimizer: GradientTransformation, count: number, resume?: string): Stopped {
  const { state, parameters } = minimize(rippled, { start, resume, optimizer, steps: count });
  return { state, parameters };
}

/** In epochs of four steps, stopped within them by a signal. */
function trained(optimizer: GradientTransformation, count: number, resume?: string): Stopped {
  let taken = 0;
  const { state, parameters } = train(rippled, {
    start,
    resume,
    optimizer,
    epochs: 9,
    stepsPerEpoch: 4,
    evaluate: ([x, y]) => x - y,
    onStep: () => void (taken += 1),
    signal: {
      get aborted() {
        return taken >= count;
      },
    },
  });
  return { state, parameters };
}

function stepped(optimizer: GradientTransformation, count: number, state?: string, place = start): Stopped {
  const loop = stepper(optimizer, place, { layout: model, ...(state === undefined ? {} : { state }) });
  for (let t = 0; t < count; t++) loop.step(rippled.valueAndGradient(loop.parameters, loop.gradient));
  return { state: loop.state(), parameters: loop.evaluationParameters(), place: loop.parameters.slice() };
}

describe.each(all)("$name", ({ name, make }) => {
  it("refuses gradients that are not finite, wherever, and changes nothing; or skips them, on request", () => {
    const { optimizer, state, before } = underWay(make);
    const skipping = underWay(() => skipNotFinite(make()));
    fc.assert(
      fc.property(fc.nat(n - 1), fc.constantFrom(NaN, Infinity, -Infinity), (at, value) => {
        const given = gradientOf(2);
        given[at] = value;
        const gradient = given.slice();
        if (optimizer.toleratesNotFinite !== true) {
          expect(() => optimizer.update(gradient, state, start)).toThrow(NotFiniteError);
          expect(gradient).toEqual(given);
          expect(state).toEqual(before);
        }
        const own = structuredClone(skipping.state);
        skipping.optimizer.update(gradient, own, start);
        expect([...gradient]).toEqual(new Array(n).fill(0));
        expect(own).toEqual({ ...skipping.before, skipped: 1, inARow: 1 });
      }),
      { numRuns: 30 },
    );
  });

  it("refuses gradients and parameters of another length, and changes nothing", () => {
    const { optimizer, state, before } = underWay(make);
    for (const [length, there] of [
      [n - 1, n - 1],
      [n + 1, n + 1],
      [0, 0],
      [n - 1, n],
      [n, n + 1],
    ]) {
      if (length === there && ofAnyLength.includes(name)) continue;
      const gradient = new Float64Array(length).fill(2);
      expect(() => optimizer.update(gradient, state, new Float64Array(there)), `${length}, ${there}`).toThrow(
        ShapeError,
      );
      expect(gradient).toEqual(new Float64Array(length).fill(2));
      expect(state).toEqual(before);
    }
  });

  it("goes on with the same bits from its text, wherever it was stopped: in minimize, train and stepper", () => {
    for (const [arrays, run] of [
      ["base64", minimized],
      ["numbers", trained],
      ["base64", stepped],
    ] as const) {
      const whole = run(make(), steps);
      for (let stop = 0; stop <= steps; stop++) {
        const first = run(make(), stop);
        const text = stateToText(first.state, { arrays });
        expect(run(make(), steps - stop, text, first.place), `${run.name}, ${stop}`).toEqual(whole);
        expect(run(make(), 0, text, first.place), `${run.name}, ${stop}, at once`).toEqual(first);
      }
    }
  });

  it("makes no NaN of gradients of any size, nor of zeros: steps that are numbers, or a refusal that changes nothing", () => {
    const sizes = [0, 5e-324, 1e-310, 1e-200, 1e-160, 1, 1e149, 1e155, 1e200, 1e300];
    const sequence = fc.array(fc.array(fc.constantFrom(...sizes, ...sizes.map((x) => -x)), { minLength: 1 }), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(sequence, (gradients) => {
        const optimizer = make();
        const state = optimizer.init(model);
        for (const entries of gradients) {
          const given = Float64Array.from({ length: n }, (_value, i) => entries[i % entries.length]);
          const [gradient, before] = [given.slice(), structuredClone(state)];
          try {
            optimizer.update(gradient, state, start);
          } catch (error) {
            expect(error).toBeInstanceOf(NotFiniteError);
            expect(gradient).toEqual(given);
            expect(state).toEqual(before);
            return;
          }
          expect(gradient.findIndex(Number.isNaN)).toBe(-1);
          // Refuses what it holds of NaN.
          stateFromText(stateToText(state), optimizer.init(model));
        }
      }),
      { numRuns: 60 },
    );
  });
});
