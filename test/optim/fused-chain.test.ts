/** The optimizers that spare a pass make the steps of the plain chains, bit for bit. */
import { expect, it } from "vitest";
import { layout } from "../../src/linalg/layout.ts";
import { fold, normal, random } from "../../src/math/random.ts";
import {
  adagradNorm,
  addWeightDecay,
  chain,
  lamb,
  lars,
  scaleByAdagradNorm,
  scaleByAdam,
  scaleByLars,
  scaleByLearningRate,
  scaleBySign,
  scaleByTrustRatio,
  signDescent,
  signum,
  trace,
  type GradientTransformation,
} from "../../src/optim/index.ts";

const learningRate = (step: number): number => 0.3 / (1 + step);
const rate = (): GradientTransformation => scaleByLearningRate(learningRate);
const pairs: readonly (readonly [string, GradientTransformation, GradientTransformation])[] = [
  ["signDescent", signDescent({ learningRate }), chain(scaleBySign(), addWeightDecay(0), rate())],
  [
    "signDescent with decay",
    signDescent({ learningRate, weightDecay: 0.1 }),
    chain(scaleBySign(), addWeightDecay(0.1), rate()),
  ],
  ["signum", signum({ learningRate }), chain(trace({ momentum: 0.9 }), scaleBySign(), addWeightDecay(0), rate())],
  [
    "adagradNorm",
    adagradNorm({ learningRate, weightDecay: 0.1 }),
    chain(addWeightDecay(0.1), scaleByAdagradNorm(), rate()),
  ],
  [
    "lamb",
    lamb({ learningRate }),
    chain(scaleByAdam({ epsilon: 1e-6 }), addWeightDecay(0.01), scaleByTrustRatio(), rate()),
  ],
  [
    "lamb without decay",
    lamb({ learningRate, weightDecay: 0 }),
    chain(scaleByAdam({ epsilon: 1e-6 }), addWeightDecay(0), scaleByTrustRatio(), rate()),
  ],
  ["lars", lars({ learningRate }), chain(scaleByLars(), rate(), trace({ momentum: 0.9 }))],
  [
    "lars with decay",
    lars({ learningRate, trust: 0.3, weightDecay: 0.2, momentum: 0.5 }),
    chain(scaleByLars({ trust: 0.3, weightDecay: 0.2 }), rate(), trace({ momentum: 0.5 })),
  ],
];

it.each(pairs)("%s: what it refuses", (_name, fused, plain) => {
  const model = layout({ W: [3, 3], b: [2] });
  const parameters = normal(random(1), new Float64Array(11));
  for (const value of [NaN, -Infinity])
    for (const place of [0, 8, 10]) {
      const state = fused.init(model);
      const gradient = new Float64Array(11).fill(1);
      gradient[place] = value;
      const before = gradient.slice();
      expect(() => fused.update(gradient, state, parameters)).toThrow(
        `element ${place} of the gradient is ${value}; expected finite numbers.`,
      );
      // Before anything else that is wrong.
      expect(() => fused.update(gradient, { kind: "chain", version: 1, parts: [] } as never, parameters)).toThrow(
        `element ${place} of the gradient is ${value}; expected finite numbers.`,
      );
      expect(gradient).toEqual(before);
      expect(state).toEqual(fused.init(model));
    }
  // Squares that overflow are no reason to.
  const huge = new Float64Array(11).fill(1e200);
  const other = huge.slice();
  fused.update(huge, fused.init(model), parameters);
  plain.update(other, plain.init(model), parameters);
  expect(huge).toEqual(other);
});

it.each(pairs)("%s", (_name, fused, plain) => {
  const model = layout({ W: [3, 3], b: [2] });
  const [a, b] = [fused.init(model), plain.init(model)];
  const parameters = normal(random(1), new Float64Array(11));
  for (let t = 0; t < 6; t++) {
    const gradient = normal(fold(random(2), t), new Float64Array(11));
    const other = gradient.slice();
    fused.update(gradient, a, parameters);
    plain.update(other, b, parameters);
    expect(gradient).toEqual(other);
    expect(a).toEqual(b);
  }
});
