/** What every optimizer and every wrapper has in common: what is refused, what is skipped, what is resumed. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NotFiniteError, ShapeError } from "../../src/errors.ts";
import { skipNotFinite, type GradientTransformation } from "../../src/optim/index.ts";
import { model, optimizers, start, wrapped } from "./every.ts";

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
});
