import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError, StateError } from "../../src/errors.ts";
import { layout } from "../../src/linalg/layout.ts";
import { addWeightDecay } from "../../src/optim/add-weight-decay.ts";
import * as optim from "../../src/optim/index.ts";
import { adam, adamw } from "../../src/optim/adam.ts";
import { chain } from "../../src/optim/chain.ts";
import { scaleByAdagrad } from "../../src/optim/scale-by-adagrad.ts";
import { scaleByAdam } from "../../src/optim/scale-by-adam.ts";
import { scaleByLearningRate } from "../../src/optim/scale-by-learning-rate.ts";
import { sgd } from "../../src/optim/sgd.ts";
import { trace } from "../../src/optim/trace.ts";
import type { GradientTransformation } from "../../src/optim/transformation.ts";
import { stepsOf } from "./problems.ts";

const part = fc.constantFrom(
  addWeightDecay(0.1),
  trace({ momentum: 0.9 }),
  trace({ momentum: 0.5, nesterov: true }),
  scaleByAdam(),
  scaleByAdagrad(),
  scaleByLearningRate((step) => 1 / (1 + step)),
  adam(),
);
const entry = fc.double({ min: -10, max: 10, noNaN: true });
const gradientsOf2 = fc.array(fc.tuple(entry, entry), { minLength: 1, maxLength: 10 });
const size2 = layout({ p: [2] });

describe("chain", () => {
  it("is associative, bit for bit", () => {
    fc.assert(
      fc.property(part, part, part, gradientsOf2, (a, b, c, gradients) => {
        const parameters = [0.5, -2];
        const flat = stepsOf(chain(a, b, c), gradients, parameters).steps;
        expect(stepsOf(chain(a, chain(b, c)), gradients, parameters).steps).toEqual(flat);
        expect(stepsOf(chain(chain(a, b), c), gradients, parameters).steps).toEqual(flat);
      }),
    );
  });

  it("applies its parts one after the other", () => {
    fc.assert(
      fc.property(part, part, gradientsOf2, (a, b, gradients) => {
        const parameters = [0.5, -2];
        const afterA = stepsOf(a, gradients, parameters).steps;
        expect(stepsOf(chain(a, b), gradients, parameters).steps).toEqual(stepsOf(b, afterA, parameters).steps);
      }),
    );
  });

  it("keeps its parts' states in their order, and gives each chain its own", () => {
    const transformation = chain(trace({ momentum: 0.5 }), addWeightDecay(1), scaleByLearningRate(1));
    const state = transformation.init(size2);
    expect(state).toEqual({
      kind: "chain",
      version: 1,
      parts: [
        { kind: "trace", version: 1, step: 0, buffer: new Float64Array(2) },
        { kind: "addWeightDecay", version: 1 },
        { kind: "scaleByLearningRate", version: 1, step: 0 },
      ],
    });
    transformation.update(Float64Array.of(1, 2), state, Float64Array.of(3, 4));
    expect(transformation.init(size2)).not.toEqual(state);
  });

  it("has a name for messages", () => {
    expect(chain(trace({ momentum: 0.5 }), adam()).name).toBe("chain(trace, adam)");
    expect([sgd({ learningRate: 1 }).name, adam().name, adamw().name]).toEqual(["sgd", "adam", "adamw"]);
  });

  it("changes nothing when its last part would throw", () => {
    let broken = false;
    const optimizer = adam({ learningRate: () => (broken ? NaN : 0.1) });
    const nested = chain(trace({ momentum: 0.9 }), optimizer);
    const state = nested.init(size2);
    const parameters = Float64Array.of(3, 4);
    nested.update(Float64Array.of(1, 2), state, parameters);
    const before = structuredClone(state);
    broken = true;
    const gradient = Float64Array.of(1, 2);
    expect(() => nested.update(gradient, state, parameters)).toThrow(ArgumentError);
    expect(state).toEqual(before);
    expect(gradient).toEqual(Float64Array.of(1, 2));
  });

  it("refuses a state of another kind, or with another number of parts", () => {
    const gradient = Float64Array.of(1, 2);
    const state = adam().init(size2);
    expect(() => adamw().update(gradient, state, gradient)).toThrow(
      new StateError("scaleByAdam: the state is addWeightDecay version 1; expected scaleByAdam version 1."),
    );
    expect(() => sgd({ learningRate: 1 }).update(gradient, state, gradient)).toThrow(
      new StateError("sgd: the state has 3 parts; expected 2."),
    );
  });

  it("refuses gradients and parameters of other lengths than its state's", () => {
    const three = new Float64Array(3);
    const two = new Float64Array(2);
    const message = "trace: the gradient has 3 elements, the parameters 2; expected 2.";
    const transformation = trace({ momentum: 0.5 });
    expect(() => transformation.update(three, transformation.init(size2), two)).toThrow(new ShapeError(message));
    const others: GradientTransformation[] = [scaleByAdam(), scaleByAdagrad(), addWeightDecay(1), adam()];
    for (const each of others) expect(() => each.update(two, each.init(size2), three)).toThrow(ShapeError);
  });

  it("takes parts without a check", () => {
    const halving: GradientTransformation = {
      name: "halving",
      init: () => ({ kind: "halving", version: 1 }),
      update: (gradient) => gradient.forEach((entry, i) => (gradient[i] = entry / 2)),
    };
    expect(stepsOf(chain(halving, sgd({ learningRate: 1 })), [[2, 4]], [0, 0]).steps).toEqual([[-1, -2]]);
  });

  it("is given a check by every part of the optimizers", () => {
    const made = Object.entries(optim).flatMap(([name, value]) => {
      try {
        const optimizer = (value as (options: object) => GradientTransformation | Promise<unknown>)({
          learningRate: 0.1,
        });
        if (optimizer instanceof Promise) optimizer.catch(() => undefined);
        else if (optimizer.name === name) return [optimizer];
        return [];
      } catch {
        return []; // It is no optimizer, or is not made of options alone.
      }
    });
    expect(made.length).toBeGreaterThan(20);
    for (const { name, parts = [] } of made)
      for (const each of parts) expect(Object.hasOwn(each, "check"), `${name}: ${each.name}`).toBe(true);
  });

  it("refuses to be empty", () => {
    expect(() => chain()).toThrow(
      new ArgumentError("chain: there are no parts; expected at least one transformation."),
    );
  });
});
