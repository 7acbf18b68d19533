/** Averages of a gradient that has become 0 for good end at 0, and do not stay at subnormal numbers, which are slow. */
import { describe, expect, it } from "vitest";
import { layout } from "../../src/linalg/layout.ts";
import * as optim from "../../src/optim/index.ts";
import { flushed } from "../../src/optim/subnormal.ts";

const smallestNormal = 2.2250738585072014e-308;

it("flushed keeps normal numbers of both signs as they are", () => {
  for (const x of [0, 1, -3, smallestNormal, -smallestNormal, 1e308]) expect(flushed(x)).toBe(x);
  for (const x of [5e-324, -1e-310, smallestNormal - 5e-324]) expect(flushed(x)).toBe(0);
});

const rates = { beta1: 0.9, beta2: 0.98 };
const optimizers: Readonly<Record<string, optim.GradientTransformation>> = {
  momentum: optim.sgd({ learningRate: 0.1, momentum: 0.9 }),
  nesterov: optim.sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true }),
  signum: optim.signum({ learningRate: 0.1 }),
  lars: optim.lars({ learningRate: 0.1 }),
  rmsprop: optim.rmsprop({ decay: 0.98 }),
  "rmsprop, centered, with momentum": optim.rmsprop({ decay: 0.98, centered: true, momentum: 0.9 }),
  adadelta: optim.adadelta(),
  adam: optim.adam(rates),
  amsgrad: optim.amsgrad(rates),
  adamax: optim.adamax(rates),
  nadam: optim.nadam(rates),
  radam: optim.radam(rates),
  adabelief: optim.adabelief(rates),
  yogi: optim.yogi(rates),
  lion: optim.lion({ beta2: 0.98 }),
  adan: optim.adan({ beta1: 0.9, beta2: 0.92, beta3: 0.98 }),
  lamb: optim.lamb(rates),
  scalarAdam: optim.scalarAdam(rates),
  scheduleFreeAdamw: optim.scheduleFreeAdamw(rates),
  prodigy: optim.prodigy({ ...rates, initialDistance: 1 }),
  soap: optim.soap({ ...rates, interval: 1e9 }),
  muon: optim.muon(),
};

describe.each(Object.keys(optimizers))("%s", (name) => {
  it("has no subnormal number in its state when the gradient has been 0 for long", () => {
    const optimizer = optimizers[name];
    const state = optimizer.init(layout({ w: [2], W: [2, 2] }));
    const parameters = new Float64Array(6).fill(1);
    // Two gradients, then zeros for one entry of each tensor, until 0.98ᵗ of 1e-4 is below 1e-308.
    for (let t = 0; t < 40_000; t++) {
      const gradient = t < 2 ? Float64Array.of(0.1, 0.01, 0.1, 0.02, 0.03, 0.01) : Float64Array.of(0, 0.01, 0, 0, 0, 0);
      optimizer.update(gradient, state, parameters);
    }
    expect(subnormals(state)).toEqual([]);
  });
});

/** Where subnormal numbers are in a state. */
function subnormals(value: unknown, path = ""): string[] {
  if (value instanceof Float64Array)
    return [...value].flatMap((x, i) => (x !== 0 && Math.abs(x) < smallestNormal ? [`${path}[${i}]: ${x}`] : []));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([field, part]) => subnormals(part, `${path}.${field}`));
}
