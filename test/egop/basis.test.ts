import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../src/errors.ts";
import {
  blockBasis,
  denseBasis,
  identityBasis,
  randomBasis,
  reparameterize,
  type Basis,
} from "../../src/egop/index.ts";
import { layout } from "../../src/linalg/layout.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { randomOrthogonal } from "../../src/linalg/random-orthogonal.ts";
import { normal, random } from "../../src/math/random.ts";
import { minimize, sgd, type Objective } from "../../src/optim/index.ts";

const model = layout({ W: [3, 2], b: [2] });
const bases: Readonly<Record<string, (seed: number) => Basis>> = {
  identity: () => identityBasis(model),
  dense: (seed) => denseBasis(randomOrthogonal(8, random(seed))),
  random: (seed) => randomBasis(model, random(seed)),
  block: (seed) => blockBasis(model, new Map([["W", randomOrthogonal(6, random(seed))]])),
};
const dot = (x: Float64Array, y: Float64Array): number => x.reduce((sum, value, i) => sum + value * y[i], 0);

describe("every basis", () => {
  for (const [name, make] of Object.entries(bases))
    it(`${name}: there and back is the identity, and the transpose is exact`, () => {
      fc.assert(
        fc.property(fc.nat(), (seed) => {
          const basis = make(seed);
          const [x, y] = [1, 2].map((k) => normal(random(seed + k), new Float64Array(8)));
          const [rotated, back, forward, pulled] = [0, 0, 0, 0].map(() => new Float64Array(8));
          basis.toRotated(x, rotated);
          basis.toOriginal(rotated, back);
          back.forEach((value, i) => expect(value).toBeCloseTo(x[i], 13));
          // ⟨Vy, x⟩ = ⟨y, Vᵀx⟩, and gradients are pulled back by the transpose.
          basis.toOriginal(y, forward);
          basis.pullGradient(x, pulled);
          expect(dot(forward, x)).toBeCloseTo(dot(y, pulled), 12);
          expect(basis.rotatedLayout.size).toBe(basis.rotatedDimension);
        }),
      );
    });

  it("refuses what does not fit", () => {
    expect(() => denseBasis(new Matrix(2, 3))).toThrow(ShapeError);
    expect(() => denseBasis(new Matrix(2, 3))).toThrow("the matrix is 2 × 3; expected a square one");
    expect(() => blockBasis(model, new Map([["W", Matrix.identity(5)]]))).toThrow(
      'the block of "W" is 5 × 5; its tensor has 6 elements',
    );
    expect(() => blockBasis(model, new Map([["V", Matrix.identity(6)]]))).toThrow(ArgumentError);
    expect(() => bases["block"](0).toRotated(new Float64Array(7), new Float64Array(8))).toThrow(ShapeError);
  });
});

describe("reparameterize", () => {
  it("turns Hessian-vector products along with the gradient", () => {
    const weights = Float64Array.from({ length: 8 }, (_v, i) => 1 + i);
    const quadratic: Objective = {
      dimension: 8,
      valueAndGradient(x, out): number {
        x.forEach((value, i) => (out[i] = weights[i] * value));
        return dot(x, out) / 2;
      },
      hessianVector(_x, direction, out): void {
        direction.forEach((value, i) => (out[i] = weights[i] * value));
      },
    };
    const rotated = reparameterize(quadratic, bases["dense"](4));
    // The gradient of a quadratic is its Hessian times the point.
    const [x, gradient, product] = [0, 0, 0].map(() => normal(random(9), new Float64Array(8)));
    rotated.valueAndGradient(x, gradient);
    rotated.hessianVector?.(x, x, product);
    expect([...product]).toEqual([...gradient]);
    expect("hessianVector" in reparameterize(bowl, bases["dense"](4))).toBe(false);
  });

  const bowl: Objective = {
    dimension: 8,
    layout: model,
    valueAndGradient(x, gradient): number {
      x.forEach((value, i) => (gradient[i] = (i + 1) * (value - i)));
      return x.reduce((sum, value, i) => sum + ((i + 1) * (value - i) * (value - i)) / 2, 0);
    },
  };
  const start = normal(random(5), new Float64Array(8));

  it("keeps the value at the start and returns original parameters, through two bases too", () => {
    const once = reparameterize(bowl, bases["dense"](1));
    const twice = reparameterize(once, bases["dense"](2));
    const plain = minimize(bowl, { start, optimizer: sgd({ learningRate: 0.1 }), steps: 30 });
    for (const objective of [once, twice]) {
      const run = minimize(objective, { start, optimizer: sgd({ learningRate: 0.1 }), steps: 30 });
      expect(run.losses[0]).toBeCloseTo(plain.losses[0], 12);
      run.parameters.forEach((value, i) => expect(value).toBeCloseTo(plain.parameters[i], 12));
    }
  });

  it("has the rotated layout, so that per-tensor settings still find the tensors a block basis keeps apart", () => {
    const rotated = reparameterize(bowl, bases["block"](3));
    expect(rotated.layout?.tensors.map(({ name, size }) => [name, size])).toEqual([
      ["W", 6],
      ["b", 2],
    ]);
  });

  it("refuses a basis of another dimension", () => {
    expect(() => reparameterize(bowl, denseBasis(Matrix.identity(3)))).toThrow(
      "the basis is for 3 parameters; the objective has 8",
    );
  });
});
