/** Which basis is advised at which size, and that the gain is the one of that basis. */
import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../src/errors.ts";
import {
  accumulate,
  advise,
  egop,
  estimateOf,
  gaussian,
  reparameterize,
  type Advice,
  type Basis,
} from "../../src/egop/index.ts";
import { layout, type Layout, type Shape } from "../../src/linalg/layout.ts";
import { fold, normal, random } from "../../src/math/random.ts";
import type { Objective } from "../../src/optim/index.ts";

/** xᵀ(Σ v vᵀ + c I)x/2: nearly all of its curvature lies along the vectors v. */
function ridges(model: Layout, vectors: readonly Float64Array[], curvature = true): Objective {
  const hessianVector = (_x: Float64Array, direction: Float64Array, out: Float64Array): void => {
    for (let i = 0; i < out.length; i++) out[i] = 1e-4 * direction[i];
    for (const v of vectors) {
      const along = v.reduce((sum, value, i) => sum + value * direction[i], 0);
      for (let i = 0; i < out.length; i++) out[i] += along * v[i];
    }
  };
  return {
    dimension: model.size,
    layout: model,
    valueAndGradient(x, gradient): number {
      hessianVector(x, x, gradient);
      return 0;
    },
    ...(curvature ? { hessianVector } : {}),
  };
}

/** Random unit vectors. */
function unitVectors(size: number, count = 1): readonly Float64Array[] {
  return Array.from({ length: count }, (_v, k) => {
    const v = normal(fold(random(3), k), new Float64Array(size));
    const norm = Math.sqrt(v.reduce((sum, value) => sum + value * value, 0));
    return v.map((value) => value / norm);
  });
}

const pointsOf = (size: number): ReturnType<typeof gaussian> =>
  gaussian({ mean: new Float64Array(size), standardDeviation: 1 });

interface Case {
  readonly objective: Objective;
  readonly advice: Advice;
  readonly basis: (options: NonNullable<Advice["basis"]>["options"]) => Basis;
}

function adviceOn(
  shapes: Readonly<Record<string, Shape>>,
  options: {
    readonly curvature?: boolean;
    readonly basis?: "dense" | "householder";
    readonly directions?: number;
  } = {},
): Case {
  const model = layout(shapes);
  const objective = ridges(model, unitVectors(model.size, options.directions), options.curvature);
  const points = pointsOf(model.size);
  const estimate = egop(objective, { points, samples: 30 });
  const asked = options.basis === undefined ? {} : { basis: options.basis };
  const advice = advise(objective, estimate, { points, columns: 32, ...asked });
  return { objective, advice, basis: (own) => estimate.basis(own) };
}

/** Σ|H| of a quadratic. */
function entrySum(objective: Objective): number {
  const [unit, column] = [0, 0].map(() => new Float64Array(objective.dimension));
  let sum = 0;
  for (let j = 0; j < unit.length; j++) {
    unit[j] = 1;
    objective.hessianVector?.(unit, unit, column);
    unit[j] = 0;
    for (const entry of column) sum += Math.abs(entry);
  }
  return sum;
}

describe("the basis that is advised", () => {
  it("is dense up to 500 parameters, then Kronecker where there are matrices, else a completed one", () => {
    const at = (shapes: Readonly<Record<string, Shape>>): string | undefined =>
      adviceOn(shapes, { curvature: false }).advice.basis?.name;
    expect(at({ p: [500] })).toBe("dense");
    expect(at({ W: [20, 25] })).toBe("dense");
    expect(at({ p: [501] })).toBe("householder");
    expect(at({ W: [20, 25], b: [1] })).toBe("kronecker");
    expect(at({ p: [2501] })).toBe("householder");
  });

  it.each([
    ["kronecker", { W: [24, 24] }],
    ["householder", { p: [520] }],
    ["householder", { p: [2510] }],
    ["kronecker", { W: [60, 42], b: [3] }],
  ] as const)("is the %s one, and the gain is what it gains: %o", (name, shapes) => {
    const { objective, advice, basis } = adviceOn(shapes);
    expect([advice.basis?.name, advice.gain.basis]).toEqual([name, name]);
    expect(advice.recommendation).toMatch(
      new RegExp(`^Worth it: .* from the curvature in the ${name} basis\\. .* Take the ${name} basis: about`),
    );
    const { gain } = advice.smoothness ?? { gain: { value: NaN, standardError: NaN } };
    expect(advice.gain.value).toBe(gain.value);
    const turned = reparameterize(objective, basis(advice.basis?.options ?? {}));
    const truth = entrySum(objective) / entrySum(turned);
    expect(truth).toBeGreaterThan(1.5);
    expect(Math.abs(gain.value - truth)).toBeLessThan(4 * gain.standardError + 1e-6);
  });

  it("can be asked for, which makes the gain and the words those of that basis", () => {
    const { advice, objective, basis } = adviceOn({ W: [24, 24] }, { basis: "dense" });
    expect([advice.basis?.name, advice.gain.basis]).toEqual(["dense", "dense"]);
    const truth = entrySum(objective) / entrySum(reparameterize(objective, basis({})));
    expect(Math.abs(advice.gain.value - truth)).toBeLessThan(2 * (advice.gain.high - advice.gain.value) + 1e-6);
    expect(adviceOn({ W: [24, 24] }).advice.gain.value).toBeLessThan(truth / 2);
    const refused = (): unknown => adviceOn({ p: [3] }, JSON.parse('{ "basis": "reduced" }') as { basis: "dense" });
    expect(refused).toThrow(ArgumentError);
    expect(refused).toThrow('advise: basis is "reduced"; expected one of "dense", "householder".');
  });

  it("is named beside a gain from the bound, which is that of the dense one", () => {
    const { basis, gain, recommendation } = adviceOn({ W: [24, 24] }, { curvature: false }).advice;
    expect([basis?.name, gain.basis, gain.from]).toEqual(["kronecker", "dense", "bound"]);
    expect(recommendation).toContain(
      "Take the kronecker basis (the gain is that of the dense basis, this one may gain less): about",
    );
    expect(adviceOn({ p: [40] }, { curvature: false }).advice.recommendation).toContain("Take the dense basis: about");
  });

  it("points to the dense one where that may gain and was passed over for its price", () => {
    // Twenty random directions: no factors of rows and columns are near all of them.
    const hint = ' The dense basis is dearer and may gain more: look at it with basis: "dense".';
    const { recommendation, basis } = adviceOn({ W: [24, 24] }, { directions: 20 }).advice;
    expect(basis).toBeUndefined();
    expect(recommendation).toMatch(/^Not worth it: the predicted gain is .* in the kronecker basis; the curvature/);
    expect(recommendation).toContain(`the curvature is no simpler there.${hint}`);
    const asked = adviceOn({ W: [24, 24] }, { directions: 20, basis: "dense" }).advice;
    expect(asked.basis?.name).toBe("dense");
    expect(asked.recommendation).not.toContain(hint);
    // Beyond 2500 parameters it is out of reach.
    const beyond = adviceOn({ W: [61, 41] }, { directions: 25 }).advice;
    expect(beyond.recommendation).toMatch(/^Not worth it: .* the curvature is no simpler there\.$/);
    expect(adviceOn({ W: [50, 50] }, { directions: 25 }).advice.recommendation).toContain(hint);
  });

  it("is looked at in the same columns whether gradients or their second moment are kept", () => {
    const model = layout({ W: [4, 5], b: [2] });
    const objective = ridges(model, unitVectors(model.size));
    const points = pointsOf(model.size);
    for (const basis of ["kronecker", "householder", "tensor"] as const) {
      const [rows, exact] = (["samples", "exact"] as const).map((kind) => {
        const estimate = estimateOf(accumulate(objective, { points, to: 40, form: { kind } }));
        return advise(objective, estimate, { points, basis, rank: 3 }).smoothness;
      });
      expect(rows?.after.value).toBeGreaterThan(0);
      expect((exact?.after.value ?? NaN) / (rows?.after.value ?? NaN)).toBeCloseTo(1, 6);
      expect((exact?.after.standardError ?? NaN) / (rows?.after.standardError ?? NaN)).toBeCloseTo(1, 6);
    }
  });
});
