/** What goes around optimizers: clipping, groups, accumulation, skipping, hyperparameters in the state. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, NotFiniteError, StateError } from "../../src/errors.ts";
import { layout } from "../../src/linalg/layout.ts";
import {
  accumulateGradients,
  adam,
  adamw,
  addWeightDecay,
  byTensor,
  chain,
  clipByNorm,
  clipByTensorNorm,
  clipByValue,
  masked,
  minimize,
  polyakAverage,
  scaleByAdam,
  scaleByLearningRate,
  sgd,
  skipNotFinite,
  stateFromText,
  stateToText,
  withHyperparameters,
  type GradientTransformation,
} from "../../src/optim/index.ts";
import { distance, parabola, stepsOf } from "./problems.ts";

const model = layout({ W: [2, 2], b: [2] });

/** One update on the model's layout. */
function stepOn(transformation: GradientTransformation, gradient: readonly number[], parameters = [1, 2, 3, 4, 5, 6]) {
  const step = Float64Array.from(gradient);
  transformation.update(step, transformation.init(model), Float64Array.from(parameters));
  return [...step];
}

describe("clipping", () => {
  it("brings values, the norm, and tensors' norms to the bound, and leaves the rest as it is", () => {
    const gradient = [3, -4, 0, 0, 6, 8];
    expect(stepOn(clipByValue(3.5), gradient)).toEqual([3, -3.5, 0, 0, 3.5, 3.5]);
    expect(Math.hypot(...stepOn(clipByNorm(2), gradient))).toBeCloseTo(2, 14);
    expect(stepOn(clipByNorm(12), gradient)).toEqual(gradient);
    const clipped = stepOn(clipByTensorNorm(5), gradient);
    expect(clipped.slice(0, 4)).toEqual([3, -4, 0, 0]);
    expect(clipped[4]).toBeCloseTo(3, 14);
    expect(clipped[5]).toBeCloseTo(4, 14);
    expect(stepOn(clipByNorm(1), [3e300, 4e300, 0, 0, 0, 0])).toEqual(
      [0.6, 0.8, 0, 0, 0, 0].map((x): unknown => expect.closeTo(x, 14)),
    );
    for (const clip of [clipByValue, clipByNorm, clipByTensorNorm])
      expect(() => clip(0)).toThrow(new ArgumentError("The option bound is 0; expected a finite number above 0."));
  });
});

describe("settings by tensor", () => {
  it("are the steps of each group's own optimizer on its own layout", () => {
    const optimizer = byTensor(({ shape }) => (shape.length > 1 ? "matrix" : "rest"), {
      matrix: adamw({ learningRate: 0.1, weightDecay: 0.5 }),
      rest: sgd({ learningRate: 0.2 }),
    });
    const [g, p] = [
      [1, -2, 3, -4, 5, 6],
      [6, 5, 4, 3, 2, 1],
    ];
    const alone = stepsOf(adamw({ learningRate: 0.1, weightDecay: 0.5 }), [g.slice(0, 4)], p.slice(0, 4)).steps[0];
    expect(stepOn(optimizer, g, p)).toEqual([...alone, -0.2 * 5, -0.2 * 6]);
  });

  it("freeze what is given no transformation, and pass what is masked", () => {
    const frozen = byTensor(({ name }) => (name === "W" ? "still" : "moving"), {
      still: null,
      moving: sgd({ learningRate: 1 }),
    });
    expect(stepOn(frozen, [1, 2, 3, 4, 5, 6])).toEqual([0, 0, 0, 0, -5, -6]);
    expect(stepOn(masked(addWeightDecay(10), ["b"]), [1, 1, 1, 1, 1, 1])).toEqual([1, 1, 1, 1, 51, 61]);
    expect(
      stepOn(
        masked(addWeightDecay(10), (slot) => slot.shape.length === 2),
        [1, 1, 1, 1, 1, 1],
      ),
    ).toEqual([...[11, 21, 31, 41], ...[1, 1]]);
  });

  it("go on from their text, and refuse that of another layout", () => {
    const optimizer = chain(
      scaleByAdam(),
      masked(addWeightDecay(0.1), ["b"]),
      byTensor(() => "all", { all: adam() }),
    );
    const state = optimizer.init(model);
    optimizer.update(Float64Array.of(1, 2, 3, 4, 5, 6), state, new Float64Array(6));
    const copy = stateFromText(stateToText(state), optimizer.init(model));
    const [one, other] = [Float64Array.of(1, 2, 3, 4, 5, 6), Float64Array.of(1, 2, 3, 4, 5, 6)];
    optimizer.update(one, state, new Float64Array(6));
    optimizer.update(other, copy, new Float64Array(6));
    expect(other).toEqual(one);
    expect(copy).toEqual(state);
    const swapped = layout({ b: [2], W: [2, 2] });
    expect(() => stateFromText(stateToText(state), optimizer.init(swapped))).toThrow(
      new StateError("The state has 4 at state.parts[1].groups[0].slots[0].offset; expected 0."),
    );
    const renamed = chain(
      scaleByAdam(),
      masked(addWeightDecay(0.1), ["b"]),
      byTensor((): "other" | "all" => "other", { other: adam(), all: sgd({ learningRate: 1 }) }),
    );
    expect(() => stateFromText(stateToText(state), renamed.init(model))).toThrow(
      new StateError('The state has "all" at state.parts[2].groups[0].name; expected "other".'),
    );
  });

  it("refuse names that there are not", () => {
    expect(() => masked(sgd({ learningRate: 1 }), ["V"]).init(model)).toThrow('no tensor is named "V"');
    const optimizer = byTensor(() => "toString" as "all", { all: adam() });
    expect(() => optimizer.init(model)).toThrow(
      new ArgumentError('byTensor: there is no group "toString"; the groups are all.'),
    );
  });
});

describe("clipping of huge and tiny gradients", () => {
  it.each([1e200, 1e-200, 1e308])("keeps the direction, by norm and by tensor: %f", (scale) => {
    for (const clip of [clipByNorm(1e-250), clipByTensorNorm(1e-250)]) {
      const { steps } = stepsOf(clip, [[0.75 * scale, scale]]);
      expect(distance(steps[0], [0.6e-250, 0.8e-250])).toBeLessThan(1e-12);
    }
  });
});

describe("accumulate", () => {
  it("steps on the mean of so many gradients, and rests in between", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -8, max: 8 }), { minLength: 8, maxLength: 8 }), (numbers) => {
        const optimizer = accumulateGradients(adam({ learningRate: 0.1 }), 4);
        const { steps } = stepsOf(
          optimizer,
          numbers.map((x) => [x]),
        );
        const means = [0, 4].map((from) => [numbers.slice(from, from + 4).reduce((a, b) => a + b) / 4]);
        const large = stepsOf(adam({ learningRate: 0.1 }), means).steps;
        expect(steps.map(([x]) => x + 0)).toEqual([0, 0, 0, large[0][0] + 0, 0, 0, 0, large[1][0] + 0]);
      }),
    );
    const sums = accumulateGradients(adam(), 3);
    const state = sums.init(model);
    sums.update(new Float64Array(6).fill(1e308), state, new Float64Array(6));
    const before = structuredClone(state);
    expect(() => sums.update(new Float64Array(6).fill(1e308), state, new Float64Array(6))).toThrow(
      new NotFiniteError("accumulateGradients: the sum of the gradients is Infinity at 0; expected finite numbers."),
    );
    expect(state).toEqual(before);
    expect(() => accumulateGradients(adam(), 0)).toThrow(
      new ArgumentError("The option every is 0; expected a whole number at or above 1."),
    );
  });
});

describe("gradients that are not finite", () => {
  it("are refused by every chain, with nothing changed", () => {
    for (const optimizer of [
      adam(),
      accumulateGradients(adam(), 2),
      byTensor(() => "all", { all: adam() }),
      scaleByAdam(),
    ]) {
      const state = optimizer.init(model);
      optimizer.update(Float64Array.of(1, 2, 3, 4, 5, 6), state as never, new Float64Array(6));
      const before = structuredClone(state);
      const gradient = Float64Array.of(1, 2, NaN, 4, 5, 6);
      expect(() => optimizer.update(gradient, state as never, new Float64Array(6))).toThrow(NotFiniteError);
      expect(state).toEqual(before);
      expect(gradient).toEqual(Float64Array.of(1, 2, NaN, 4, 5, 6));
    }
    expect(() => stepOn(adam(), [1, 2, Infinity, 4, 5, 6])).toThrow(
      new NotFiniteError("adam: element 2 of the gradient is Infinity; expected finite numbers."),
    );
  });

  it("are skipped on request, some in a row", () => {
    const optimizer = skipNotFinite(adam({ learningRate: 0.1 }), 2);
    const plain = stepsOf(adam({ learningRate: 0.1 }), [[1], [2]]);
    const { steps, state } = stepsOf(optimizer, [[NaN], [1], [-Infinity], [NaN], [2]]);
    expect(steps).toEqual([[0], plain.steps[0], [0], [0], plain.steps[1]]);
    expect(state).toMatchObject({ skipped: 3, inARow: 0, inner: plain.state });
    expect(() => stepsOf(optimizer, [[NaN], [NaN], [NaN]])).toThrow(
      new NotFiniteError("skipNotFinite(adam): element 0 of the gradient is NaN, after 2 that were skipped in a row."),
    );
  });

  it("are skipped in minimize too", () => {
    let evaluation = 0;
    const bowl = parabola([1, 2]);
    const flaky = {
      ...bowl,
      valueAndGradient(point: Float64Array, out: Float64Array) {
        const value = bowl.valueAndGradient(point, out);
        if (++evaluation % 3 !== 0) return value;
        out[1] = NaN;
        return NaN;
      },
    };
    const options = { start: Float64Array.of(3, -2), steps: 31 };
    const run = minimize(flaky, { ...options, optimizer: skipNotFinite(sgd({ learningRate: 0.1 })) });
    const plain = minimize(bowl, { ...options, optimizer: sgd({ learningRate: 0.1 }), steps: 21 });
    expect(run.parameters).toEqual(plain.parameters);
    expect(run.losses.filter(Number.isNaN)).toHaveLength(10);
  });
});

describe("withHyperparameters", () => {
  it("changes numbers between steps, follows schedules, and saves them", () => {
    const optimizer = withHyperparameters((h) => sgd(h), {
      learningRate: 0.5,
      weightDecay: (step) => (step === 0 ? 0 : 1),
    });
    const state = optimizer.init(model);
    const take = (): number => {
      const gradient = new Float64Array(6).fill(2);
      optimizer.update(gradient, state, new Float64Array(6).fill(1));
      return gradient[0];
    };
    expect(take()).toBe(-1);
    expect(take()).toBe(-1.5);
    state.values.learningRate = 0.25;
    expect(take()).toBe(-0.75);
    expect(state.values).toEqual({ learningRate: 0.25, weightDecay: 1 });
    expect(stateFromText(stateToText(state), optimizer.init(model))).toEqual(state);
    const before = structuredClone(state);
    state.values.learningRate = -1;
    expect(take).toThrow(new ArgumentError("The option learningRate is -1; expected a finite number at or above 0."));
    expect({ ...state, values: before.values }).toEqual(before);
  });

  it("hands on that gradients may be skipped", () => {
    const optimizer = withHyperparameters((h) => skipNotFinite(sgd(h)), { learningRate: 0.5 });
    expect(stepsOf(optimizer, [[2], [NaN], [2]]).steps).toEqual([[-1], [0], [-1]]);
    expect(optimizer.toleratesNotFinite).toBe(true);
  });

  it("hands on averages", () => {
    const optimizer = withHyperparameters((h) => chain(sgd(h), polyakAverage()), { learningRate: 0.5 });
    const options = { start: Float64Array.of(3, -2), steps: 9 };
    expect(minimize(parabola([1, 2]), { ...options, optimizer }).parameters).toEqual(
      minimize(parabola([1, 2]), { ...options, optimizer: chain(sgd({ learningRate: 0.5 }), polyakAverage()) })
        .parameters,
    );
    expect(stepsOf(scaleByLearningRate(1), [[1]]).steps).toEqual([[-1]]);
  });
});
