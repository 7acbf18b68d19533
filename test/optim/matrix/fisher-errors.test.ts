/** K-FAC and natural gradients: resumed runs, states, and what is refused. */
import { describe, expect, it } from "vitest";
import { fisherInformation } from "../../../src/autodiff/index.ts";
import { denseBasis, inBasis } from "../../../src/egop/index.ts";
import {
  ArgumentError,
  NotFiniteError,
  NotPositiveDefiniteError,
  ShapeError,
  StateError,
} from "../../../src/errors.ts";
import { layout } from "../../../src/linalg/layout.ts";
import { Matrix } from "../../../src/linalg/matrix.ts";
import {
  carryState,
  kfac,
  minimize,
  naturalGradient,
  scaleByFisher,
  scaleByKfac,
  type GradientTransformation,
  type LayerSource,
} from "../../../src/optim/index.ts";
import { stateFromText, stateToText } from "../../../src/optim/state-text.ts";
import { classes, dimension, fisherOf, gradientAt, hidden, inputs, model, objective, point } from "./fisher-network.ts";

const optimizers: Readonly<Record<string, (options?: object) => GradientTransformation>> = {
  naturalGradient: (options) => naturalGradient(fisherOf("softmax"), { damping: 0.1, ...options }),
  kfac: (options) => kfac(fisherOf("softmax"), { statisticsInterval: 2, inverseInterval: 3, ...options }),
};
describe.each(Object.keys(optimizers))("%s", (name) => {
  const make = optimizers[name];
  it("goes on from its state's text with the same bits", () => {
    const whole = minimize(objective, { start: point, optimizer: make(), steps: 11 });
    for (let stop = 0; stop <= 11; stop++) {
      const first = minimize(objective, { start: point, optimizer: make(), steps: stop });
      const arrays = stop % 2 === 0 ? "base64" : "numbers";
      const rest = minimize(objective, {
        resume: stateToText(first.state, { arrays }),
        optimizer: make(),
        steps: 11 - stop,
      });
      expect(rest.parameters).toEqual(whole.parameters);
      expect(rest.state).toEqual(whole.state);
    }
  });
  it("refuses what does not fit, and is then as it was", () => {
    const optimizer = make();
    const state = optimizer.init(model);
    optimizer.update(gradientAt(point), state, point);
    const before = stateToText(state);
    const refused = (kind: new (message: never) => Error, gradient: Float64Array, at = point, own = state): void => {
      expect(() => optimizer.update(gradient, own, at)).toThrow(kind);
      expect(stateToText(state)).toBe(before);
    };
    refused(NotFiniteError, new Float64Array(dimension).fill(NaN));
    refused(ShapeError, new Float64Array(dimension), new Float64Array(2));
    refused(StateError, new Float64Array(dimension), point, { kind: "other", version: 1 });
    expect(() => optimizer.init(layout({ W1: [inputs, hidden], b1: [hidden], W2: [classes, hidden] }))).toThrow(
      ArgumentError,
    );
    expect(() => stateFromText(before, optimizer.init(model))).not.toThrow();
    for (const bad of [{ learningRate: -1 }, { momentum: 1 }, { weightDecay: -1 }, { damping: -1 }, { lr: 1 }])
      expect(() => make(bad)).toThrow(ArgumentError);
    expect(() => make({ damping: NaN })).toThrow("The option damping is NaN; expected a finite number");
  });
  it("cannot be carried into other coordinates, and says why", () => {
    const basis = { layout: model, rotate: () => undefined, rotateSquares: () => undefined, restart: false };
    const optimizer = make({ momentum: 0 });
    expect(() => carryState(optimizer, optimizer.init(model), basis)).toThrow(
      /^carryState: scaleBy(Fisher|Kfac) has its curvature from a source in the coordinates before the change; make it anew/,
    );
    expect(() => inBasis(denseBasis(Matrix.identity(dimension)), make()).init(model)).toThrow(ArgumentError);
  });
});

describe("errors", () => {
  const throwing: LayerSource = {
    layers: [{ weights: "W2" }],
    rows: 1,
    signalRows: 1,
    layerStatistics(_point, _a, signals) {
      signals[0][1] = NaN;
    },
  };
  it.each<[string, () => unknown, string]>([
    [
      "a source without layers",
      () => scaleByKfac({ ...throwing, layers: [] }),
      "scaleByKfac: the source has no dense layers; expected at least one.",
    ],
    [
      "weights that are no matrix",
      () => scaleByKfac({ ...throwing, layers: [{ weights: "b1" }] }).init(model),
      'scaleByKfac: the weights "b1" have shape [4]; expected [in, out].',
    ],
    [
      "a bias of another length",
      () => scaleByKfac({ ...throwing, layers: [{ weights: "W2", bias: "b1" }] }).init(model),
      'scaleByKfac: the bias "b1" has 4 elements; expected 3.',
    ],
    [
      "no damping for K-FAC",
      () => scaleByKfac(throwing, { damping: 0 }),
      "The option damping is 0; expected a finite number above 0.",
    ],
    [
      "a solver that there is not",
      () => scaleByFisher(fisherOf("softmax"), { solver: "lu" as "cg" }),
      'The option solver is "lu"; expected "cg" or "dense".',
    ],
    [
      "no iterations",
      () => scaleByFisher(fisherOf("softmax"), { iterations: 0 }),
      "The option iterations is 0; expected a whole number at or above 1.",
    ],
    [
      "another dimension",
      () => scaleByFisher(fisherOf("softmax")).init(layout({ a: [2] })),
      "scaleByFisher: the Fisher matrix has dimension 28; expected 2.",
    ],
    [
      "outputs that there are not",
      () => fisherInformation(model, { x: [1, 3] }, (p) => p.W2, { outputs: "poisson" as "softmax" }),
      'The option outputs is "poisson"; expected "softmax" or "gaussian".',
    ],
    [
      "outputs without rows",
      () => fisherInformation(model, { x: [1, 3] }, (p) => p.b1, { outputs: "softmax" }),
      "fisherInformation: the outputs have shape [4]; expected rows of outputs, [rows, outputs].",
    ],
    [
      "a layer of vectors",
      () => fisherInformation(model, { x: [3] }, (_p, data, dense) => dense(data.x, "W1"), { outputs: "softmax" }),
      "fisherInformation: the layer W1 has weights [3, 4] and reads [3]; expected two axes each.",
    ],
    [
      "weights in two layers",
      () =>
        fisherInformation(model, { x: [2, 3] }, (_p, data, dense) => (dense(data.x, "W1"), dense(data.x, "W1", "b1")), {
          outputs: "softmax",
        }),
      "fisherInformation: the parameters of the layer W1 are used by another layer.",
    ],
    [
      "a layer of other rows",
      () =>
        fisherInformation(
          model,
          { x: [2, 3], y: [4, 4] },
          (_p, data, dense) => (dense(data.x, "W1"), dense(data.y, "W2")),
          { outputs: "softmax" },
        ),
      "fisherInformation: the layer W1 reads 2 rows; the outputs have 4.",
    ],
    [
      "arrays of other lengths",
      () => fisherOf("softmax").layerStatistics(point, [new Float64Array(1)], []),
      "layerStatistics: the activations of W1 have 1 elements; expected 21.",
    ],
    [
      "the result in the direction's place",
      () => fisherOf("softmax").fisherVector(point, point, point),
      "fisherVector: out is the point's or the direction's own array.",
    ],
  ])("refuse %s", (_what, call, message) => {
    expect(call).toThrow(message);
  });

  it("leave the state as it was where statistics or products are not finite, or F is singular", () => {
    const transformation = scaleByKfac(throwing);
    const state = transformation.init(model);
    const before = stateToText(state);
    expect(() => transformation.update(gradientAt(point), state, point)).toThrow(
      new NotFiniteError("scaleByKfac: the statistics of a layer hold NaN; expected finite numbers."),
    );
    expect(stateToText(state)).toBe(before);
    const broken = { dimension, fisherVector: (_p: unknown, _d: unknown, out: Float64Array) => void out.fill(NaN) };
    for (const solver of ["cg", "dense"] as const)
      expect(() =>
        scaleByFisher(broken, { solver }).update(
          gradientAt(point),
          { kind: "scaleByFisher", version: 1, step: 0 },
          point,
        ),
      ).toThrow(
        new NotFiniteError("scaleByFisher: a product with the Fisher matrix holds NaN; expected finite numbers."),
      );
    const zero = { dimension, fisherVector: (_p: unknown, _d: unknown, out: Float64Array) => void out.fill(0) };
    const undamped = scaleByFisher(zero, { damping: 0, solver: "dense" });
    expect(() => undamped.update(gradientAt(point), undamped.init(model), point)).toThrow(NotPositiveDefiniteError);
    const schedule = scaleByFisher(zero, { damping: () => -1 });
    expect(() => schedule.update(gradientAt(point), schedule.init(model), point)).toThrow(
      new ArgumentError("The option damping at step 0 is -1; expected a finite number at or above 0."),
    );
  });
});
