import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../src/errors.ts";
import { kroneckerProduct } from "../../src/linalg/kronecker.ts";
import { layout, type Layout } from "../../src/linalg/layout.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { multiplyVector } from "../../src/linalg/product.ts";
import { randomOrthogonal } from "../../src/linalg/random-orthogonal.ts";
import { normal, random } from "../../src/math/random.ts";
import {
  adam,
  adamax,
  carryState,
  chain,
  fullAdagrad,
  ggt,
  muon,
  rprop,
  scaleByAdagrad,
  scaleByAdam,
  scaleByLearningRate,
  sgd,
  shampoo,
  soap,
  trace,
  type CoordinateChange,
  type GradientTransformation,
} from "../../src/optim/index.ts";
import { distance } from "./problems.ts";

/** The change x' = Rx with R orthogonal; of squares it knows their mean along the new axes. */
function changeBy(r: Matrix, there: Layout): CoordinateChange {
  const write = (to: Float64Array, from: Float64Array): void => to.set(from);
  const squares = new Matrix(
    r.rows,
    r.columns,
    r.data.map((entry) => entry * entry),
  );
  return {
    layout: there,
    rotate: (vector) => write(vector, multiplyVector(r, vector)),
    rotateSquares: (vector) => write(vector, multiplyVector(squares, vector)),
    restart: false,
  };
}

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

  const curvatures = [5, 2, 1, 0.5, 3, 0.2];
  const matrix = layout({ W: [3, 2] });
  const turn = kroneckerProduct(randomOrthogonal(3, random(3)), randomOrthogonal(2, random(4)));
  /** Gradients of a bowl, seen from coordinates that are turned after four steps. */
  function pathOf(optimizer: GradientTransformation, change: CoordinateChange | undefined): Float64Array {
    const state = optimizer.init(matrix);
    const identity = Matrix.identity(6);
    let [axes, point] = [identity, normal(random(5), new Float64Array(6))];
    for (let t = 0; t < 12; t++) {
      if (t === 4 && change !== undefined) {
        carryState(optimizer, state, change);
        [axes, point] = [turn, multiplyVector(turn, point)];
      }
      const there = multiplyVector(axes, point, { transpose: true });
      const gradient = multiplyVector(
        axes,
        there.map((x, i) => curvatures[i] * x),
      );
      optimizer.update(gradient, state, point);
      point = point.map((x, i) => x + gradient[i]);
    }
    return multiplyVector(axes, point, { transpose: true });
  }
  it.each<[string, GradientTransformation]>([
    ["momentum", sgd({ learningRate: 0.05, momentum: 0.8 })],
    ["full-matrix Adagrad", fullAdagrad({ learningRate: 0.1, epsilon: 1e-2 })],
    ["GGT", ggt({ learningRate: 0.05, window: 3, epsilon: 1e-2 })],
    ["Muon", muon({ learningRate: 0.05 })],
  ])("lets %s go on as if nothing had been turned", (_name, optimizer) => {
    const gap = distance(pathOf(optimizer, changeBy(turn, matrix)), pathOf(optimizer, undefined));
    expect(gap).toBeLessThan(1e-10);
  });

  it("turns sizes as the roots of their squares, so that a reversal permutes them", () => {
    for (const optimizer of [adamax(), rprop()]) {
      const state = optimizer.init(model);
      for (let t = 0; t < 3; t++) optimizer.update(Float64Array.of(1, 2, 3 + t), state, new Float64Array(3));
      const part = state.parts.find((own) => "largest" in own || "sizes" in own) as unknown as Record<
        string,
        Float64Array
      >;
      const field = "largest" in part ? "largest" : "sizes";
      const before = part[field].slice();
      carryState(optimizer, state, reversal);
      expect(part[field]).toEqual(before.reverse());
    }
  });

  it("says why the states of matrices cannot be carried", () => {
    const change = changeBy(turn, matrix);
    for (const [name, optimizer] of Object.entries({ Shampoo: shampoo(), Soap: soap() }))
      expect(() => carryState(optimizer, optimizer.init(matrix), change)).toThrow(
        new ArgumentError(
          `carryState: scaleBy${name} keeps second moments of rows and of columns, which a change of all coordinates mixes; ` +
            "restart its state instead.",
        ),
      );
    expect(() => carryState(muon(), muon().init(matrix), { ...change, layout: layout({ w: [6] }) })).toThrow(
      new ArgumentError(
        "carryState: scaleByMuon sees matrices, and the new coordinates have others; restart its state instead.",
      ),
    );
    for (const optimizer of [shampoo(), soap(), muon()]) {
      const state = optimizer.init(matrix);
      optimizer.update(new Float64Array(6).fill(1), state, new Float64Array(6));
      carryState(optimizer, state, { ...change, restart: true });
      expect(state.parts.find((part) => "blocks" in part)).toEqual(
        optimizer.init(matrix).parts.find((part) => "blocks" in part),
      );
    }
  });
});
