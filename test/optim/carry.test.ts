import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../src/errors.ts";
import { layout } from "../../src/linalg/layout.ts";
import {
  adam,
  carryState,
  chain,
  scaleByAdagrad,
  scaleByAdam,
  scaleByLearningRate,
  trace,
  type CoordinateChange,
  type GradientTransformation,
} from "../../src/optim/index.ts";

const model = layout({ w: [3] });
/** Reverses the order and flips the signs. */
const reversal: CoordinateChange = {
  layout: model,
  rotate: (vector) => vector.reverse().forEach((value, i) => (vector[i] = -value)),
  rotateSquares: (vector) => void vector.reverse(),
  restart: false,
};

describe("carryState", () => {
  it("turns first moments and squares, each in its way, through chains within chains", () => {
    const optimizer = chain(trace({ momentum: 0.5 }), chain(scaleByAdam(), scaleByAdagrad()), scaleByLearningRate(1));
    const state = optimizer.init(model);
    for (let t = 0; t < 2; t++) optimizer.update(Float64Array.of(1, 2, 3 + t), state, new Float64Array(3));
    const before = structuredClone(state);
    carryState(optimizer, state, reversal);
    const turned = (fields: Record<string, Float64Array>): unknown => ({
      ...fields,
      ...("buffer" in fields && { buffer: Float64Array.from(fields["buffer"], (value) => -value).reverse() }),
      ...("first" in fields && { first: Float64Array.from(fields["first"], (value) => -value).reverse() }),
      ...("second" in fields && { second: fields["second"].slice().reverse() }),
      ...("sum" in fields && { sum: fields["sum"].slice().reverse() }),
      ...("parts" in fields && {
        parts: (fields["parts"] as unknown as Record<string, Float64Array>[]).map((part) => turned(part)),
      }),
    });
    expect(state).toEqual(turned(before as unknown as Record<string, Float64Array>));
  });

  it("with restart begins moments anew, and lets schedules go on", () => {
    const optimizer = adam();
    const state = optimizer.init(model);
    optimizer.update(Float64Array.of(1, 2, 3), state, new Float64Array(3));
    carryState(optimizer, state, { ...reversal, restart: true });
    const [, scaling, rate] = optimizer.init(model).parts;
    expect(state.parts[1]).toEqual(scaling);
    expect(state.parts[2]).toEqual({ ...rate, step: 1 });
  });

  it("refuses a state with vectors whose transformation does not say how they turn, unless it is restarted", () => {
    const silent: GradientTransformation = {
      name: "silent",
      init: () => ({ kind: "silent", version: 1, memory: new Float64Array(3) }),
      update: () => undefined,
    };
    const wrong = { ...silent, name: "wrong", moments: { first: ["memory", "none"] } };
    const state = silent.init(model);
    expect(() => carryState(silent, state, reversal)).toThrow(ArgumentError);
    expect(() => carryState(silent, state, reversal)).toThrow(
      'carryState: silent does not say how "memory" of its state turns with the coordinates',
    );
    expect(() => carryState(wrong, state, reversal)).toThrow('carryState: wrong names "none" a moment');
    carryState(silent, state, { ...reversal, restart: true });
  });
});
