/** A basis that knows its tensors, used with others of the same number of elements. */
import { describe, expect, it } from "vitest";
import {
  auxiliaryBasis,
  basisFromJSON,
  denseBasis,
  egop,
  gaussian,
  hadamardBasis,
  householderBasis,
  identityBasis,
  inBasis,
  kroneckerBasis,
  kroneckerFactorBasis,
  productBasis,
  randomBasis,
  reparameterize,
  unionBasis,
  type Basis,
} from "../../src/egop/index.ts";
import { ShapeError, StateError } from "../../src/errors.ts";
import { layout, type Layout } from "../../src/linalg/layout.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { random } from "../../src/math/random.ts";
import { adam, minimize, stepper, type Objective } from "../../src/optim/index.ts";

const tall = layout({ W: [3, 2] });
const wide = layout({ W: [2, 3] });
const start = Float64Array.of(1, 2, 3, 4, 5, 6);

function bowlOf(tensors?: Layout): Objective {
  return {
    dimension: 6,
    ...(tensors === undefined ? {} : { layout: tensors }),
    valueAndGradient(x, gradient): number {
      x.forEach((value, i) => (gradient[i] = (i + 1) * value));
      return x.reduce((sum, value, i) => sum + ((i + 1) * value * value) / 2, 0);
    },
  };
}

const estimate = egop(bowlOf(wide), { points: gaussian({ mean: start, standardDeviation: 1 }), samples: 9 });
const left = Matrix.identity(2);
const ofWide: Readonly<Record<string, Basis>> = {
  identity: identityBasis(wide),
  random: randomBasis(wide, random(1)),
  hadamard: hadamardBasis(wide, random(1)),
  kronecker: kroneckerBasis(wide, new Map([["W", { left }]])),
  "kronecker factor": kroneckerFactorBasis([2, 3], { left }),
  union: unionBasis(wide, [{ tensors: ["W"], basis: kroneckerFactorBasis([2, 3], { left }) }]),
  "an estimate's": estimate.basis(),
  "an estimate's of a rank": estimate.basis({ rank: 2 }),
  "an estimate's, reduced": estimate.basis({ rank: 2, form: "reduced" }),
  "an estimate's, auxiliary": estimate.basis({ rank: 2, form: "auxiliary" }),
  product: productBasis(randomBasis(wide, random(1)), hadamardBasis(wide, random(2))),
};
const optimizer = adam({ learningRate: 0.1 });

describe.each(Object.entries(ofWide))("a basis for other tensors: %s", (_name, basis) => {
  it("is refused wherever it is used, and fits its own", () => {
    for (const use of [
      (tensors: Layout): unknown => reparameterize(bowlOf(tensors), basis),
      (tensors: Layout): unknown =>
        minimize(bowlOf(tensors), { start, optimizer: inBasis(basis, optimizer), steps: 1 }),
      (tensors: Layout): unknown => productBasis(identityBasis(tensors), basis),
      (tensors: Layout): unknown => unionBasis(tensors, [{ tensors: ["W"], basis }]),
    ]) {
      expect(() => use(tall)).toThrow(ShapeError);
      expect(() => use(wide)).not.toThrow();
    }
  });

  it("still is when it is read back from its data", () => {
    const read = basisFromJSON(JSON.parse(JSON.stringify(basis)));
    expect(read.originalLayout?.tensors).toEqual(basis.originalLayout?.tensors);
    expect(JSON.stringify(read)).toBe(JSON.stringify(basis));
    expect(() => reparameterize(bowlOf(tall), read)).toThrow(ShapeError);
  });

  it("fits where no tensors are known", () => {
    expect(reparameterize(bowlOf(), basis).dimension).toBe(basis.rotatedDimension);
    expect(stepper(inBasis(basis, optimizer), start).parameters).toEqual(start);
    expect(minimize(bowlOf(), { start, optimizer: inBasis(basis, optimizer), steps: 1 }).steps).toBe(1);
  });
});

describe("the tensors of a basis", () => {
  it("are named in the message, one wording for all", () => {
    const basis = ofWide["hadamard"];
    const known = "the basis is for the tensors W [2, 3]; ";
    expect(() => reparameterize(bowlOf(tall), basis)).toThrow(`reparameterize: ${known}the objective has W [3, 2].`);
    expect(() => inBasis(basis, optimizer).init(tall)).toThrow(`inBasis: ${known}the parameters are W [3, 2].`);
    expect(() => productBasis(identityBasis(tall), basis)).toThrow(
      `productBasis: inner: ${known}the coordinates of the outer one are W [3, 2].`,
    );
    expect(() => unionBasis(tall, [{ tensors: ["W"], basis }])).toThrow(`unionBasis: ${known}its group has W [3, 2].`);
  });

  it("are none where the basis was given none", () => {
    for (const basis of [
      denseBasis(Matrix.identity(6)),
      householderBasis(new Matrix(6, 0)),
      auxiliaryBasis(new Matrix(6, 0)),
    ]) {
      expect(basis.originalLayout).toBeUndefined();
      expect(reparameterize(bowlOf(tall), basis).dimension).toBe(6);
      expect(basisFromJSON(basis.toJSON()).originalLayout).toBeUndefined();
    }
    const ofNone = egop(bowlOf(), { points: gaussian({ mean: start, standardDeviation: 1 }), samples: 9 });
    expect(reparameterize(bowlOf(tall), ofNone.basis()).dimension).toBe(6);
  });

  it("are not asked for by a basis that mixes everything, in coordinates that one has mixed", () => {
    const once = reparameterize(bowlOf(wide), ofWide["random"]);
    expect(reparameterize(once, ofWide["hadamard"]).dimension).toBe(6);
    // One that treats tensors apart has none to treat there.
    expect(() => reparameterize(once, ofWide["kronecker"])).toThrow(ShapeError);
    // A basis estimated in mixed coordinates is not one for the original ones.
    const points = gaussian({ mean: start, standardDeviation: 1 });
    expect(() => reparameterize(bowlOf(wide), egop(once, { points, samples: 9 }).basis())).toThrow(ShapeError);
  });

  it("go by shape in a group of one, and by name in a group of several", () => {
    const twins = layout({ a: [2, 2], b: [2, 2] });
    const one = kroneckerBasis(layout({ W: [2, 2] }), new Map([["W", { left }]]));
    const parts = ["a", "b"].map((name) => ({ tensors: [name], basis: one }));
    expect(unionBasis(twins, parts).dimension).toBe(8);
    const both = kroneckerBasis(twins, new Map([["a", { left }]]));
    expect(unionBasis(twins, [{ tensors: ["a", "b"], basis: both }]).dimension).toBe(8);
    expect(() => unionBasis(twins, [{ tensors: ["b", "a"], basis: both }])).toThrow(
      "the basis is for the tensors a [2, 2], b [2, 2]; its group has b [2, 2], a [2, 2]",
    );
  });

  it("are as many elements as the basis has, in what is read", () => {
    const data = { ...estimate.basis().toJSON(), layout: [{ name: "W", shape: [2, 4] }] };
    expect(() => basisFromJSON(data)).toThrow(StateError);
    expect(() => basisFromJSON(data)).toThrow(
      "egop: a basis for 6 parameters has a layout of 8 elements; expected as many.",
    );
  });
});
