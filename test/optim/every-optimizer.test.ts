/** What every optimizer and every wrapper has in common: what is refused, what is skipped, what is resumed. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NotFiniteError, ShapeError } from "../../src/errors.ts";
import {
  accumulateGradients,
  chain,
  kfac,
  masked,
  minimize,
  naturalGradient,
  scaleByFisher,
  scaleByKfac,
  skipNotFinite,
  stateFromText,
  stateToText,
  stepper,
  trace,
  train,
  withHyperparameters,
  type FisherProducts,
  type GradientTransformation,
  type LayerSource,
  type TransformationState,
} from "../../src/optim/index.ts";
import { fisher, layers, model, optimizers, rippled, start, wrapped } from "./every.ts";

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

function stepped(
  optimizer: GradientTransformation,
  count: number,
  state?: string,
  place: Float64Array = start,
): Stopped {
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

describe("an update in which the model throws", () => {
  const broken = { now: false };
  const look = (): void => {
    if (broken.now) throw new RangeError("no data");
  };
  const products: FisherProducts = {
    ...fisher,
    fisherVector(point, direction, out, key) {
      look();
      fisher.fisherVector(point, direction, out, key);
    },
  };
  const statistics: LayerSource = {
    ...layers,
    layerStatistics(point, activations, signals, key) {
      look();
      layers.layerStatistics(point, activations, signals, key);
    },
  };
  const momentum = (): GradientTransformation => trace({ momentum: 0.5 });
  const made: Readonly<Record<string, () => GradientTransformation>> = {
    kfac: () => kfac(statistics, { weightDecay: 0.1 }),
    naturalGradient: () => naturalGradient(products, { weightDecay: 0.1, momentum: 0.5 }),
    "naturalGradient, dense": () => naturalGradient(products, { solver: "dense", weightDecay: 0.1 }),
    "behind momentum": () => chain(momentum(), scaleByKfac(statistics), momentum()),
    "in a chain": () => chain(momentum(), chain(momentum(), scaleByFisher(products))),
    accumulateGradients: () => accumulateGradients(naturalGradient(products), 3),
    skipNotFinite: () => chain(skipNotFinite(chain(momentum(), scaleByFisher(products)))),
    withHyperparameters: () =>
      chain(
        momentum(),
        withHyperparameters((h) => kfac(statistics, h), { learningRate: (step) => 1 / (1 + step) }),
      ),
    masked: () =>
      chain(
        momentum(),
        masked(chain(momentum(), scaleByFisher(products)), () => true),
      ),
  };
  it.each(Object.keys(made))("changes nothing: %s", (name) => {
    broken.now = false;
    const { optimizer, state, before } = underWay(made[name]);
    const gradient = gradientOf(5);
    broken.now = true;
    expect(() => optimizer.update(gradient, state, start)).toThrow(new RangeError("no data"));
    expect(gradient).toEqual(gradientOf(5));
    expect(state).toEqual(before);
    broken.now = false;
    const undisturbed = underWay(made[name]);
    undisturbed.optimizer.update(gradientOf(5), undisturbed.state, start);
    optimizer.update(gradient, state, start);
    expect(state).toEqual(undisturbed.state);
  });
});
