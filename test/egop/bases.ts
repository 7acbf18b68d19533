/** What the tests of bases and refreshes share. */
import {
  auxiliaryBasis,
  blockBasis,
  convolutionBasis,
  denseBasis,
  hadamardBasis,
  householderBasis,
  identityBasis,
  kroneckerBasis,
  productBasis,
  randomBasis,
  reducedBasis,
  unionBasis,
  type Basis,
} from "../../src/egop/index.ts";
import { layout } from "../../src/linalg/layout.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { randomOrthogonal } from "../../src/linalg/random-orthogonal.ts";
import { fold, normal, random } from "../../src/math/random.ts";

/** 14 parameters: a matrix, a vector, a small convolution. */
export const model = layout({ W: [3, 2], b: [2], K: [2, 1, 3] });
export const d = model.size;

/** The first columns of a random orthogonal matrix. */
export function directions(size: number, rank: number, seed: number): Matrix {
  const whole = randomOrthogonal(size, random(seed));
  return Matrix.fromRows(Array.from({ length: size }, (_v, i) => [...whole.row(i).subarray(0, rank)]));
}

const square = (size: number, seed: number, index: number): Matrix => randomOrthogonal(size, fold(random(seed), index));

/** Bases that are orthonormal changes of all coordinates. */
export const orthonormalBases: Readonly<Record<string, (seed: number) => Basis>> = {
  identity: () => identityBasis(model),
  dense: (seed) => denseBasis(randomOrthogonal(d, random(seed))),
  random: (seed) => randomBasis(model, random(seed)),
  block: (seed) =>
    blockBasis(
      model,
      new Map([
        ["W", square(6, seed, 0)],
        ["K", square(6, seed, 1)],
      ]),
    ),
  kronecker: (seed) =>
    kroneckerBasis(
      model,
      new Map([
        ["W", { left: square(3, seed, 0), right: square(2, seed, 1) }],
        ["K", { left: square(2, seed, 2) }],
      ]),
    ),
  "kronecker, completed": (seed) =>
    kroneckerBasis(
      model,
      new Map([
        ["W", { left: directions(3, 1, seed), right: square(2, seed, 1) }],
        ["K", { right: directions(3, 2, seed) }],
      ]),
    ),
  convolution: (seed) => convolutionBasis(model, new Map([["K", square(3, seed, 0)]])),
  "householder, rank 4": (seed) => householderBasis(directions(d, 4, seed)),
  "householder, rank 0": () => householderBasis(new Matrix(d, 0)),
  "householder, full rank": (seed) => householderBasis(directions(d, d, seed)),
  "householder of singles, rank 4": (seed) => householderBasis(directions(d, 4, seed), { precision: "single" }),
  "householder of singles, full rank": (seed) => householderBasis(directions(d, d, seed), { precision: "single" }),
  "householder of singles that reflect nothing": () => householderBasis(Matrix.identity(d), { precision: "single" }),
  "householder of thirds, rank 4": (seed) => householderBasis(directions(d, 4, seed), { precision: "third" }),
  "householder of thirds, full rank": (seed) => householderBasis(directions(d, d, seed), { precision: "third" }),
  "householder of thirds that reflect nothing": () => householderBasis(Matrix.identity(d), { precision: "third" }),
  hadamard: (seed) => hadamardBasis(model, random(seed)),
  product: (seed) => productBasis(randomBasis(model, random(seed)), hadamardBasis(model, random(seed))),
  "union of tensors that do not lie together": (seed) =>
    unionBasis(model, [
      { tensors: ["K", "W"], basis: householderBasis(directions(12, 3, seed)) },
      { tensors: ["b"], basis: denseBasis(square(2, seed, 3)) },
    ]),
};

/** Those with fewer or more coordinates than parameters. */
const otherBases: Readonly<Record<string, (seed: number) => Basis>> = {
  reduced: (seed) => reducedBasis(directions(d, 4, seed)),
  "reduced, with a start": (seed) =>
    reducedBasis(directions(d, 4, seed), { start: normal(fold(random(seed), 9), new Float64Array(d)) }),
  "reduced, of singles, with a start": (seed) =>
    reducedBasis(directions(d, 4, seed), {
      precision: "single",
      start: normal(fold(random(seed), 9), new Float64Array(d)),
    }),
  "auxiliary, of singles": (seed) => auxiliaryBasis(directions(d, 3, seed), { precision: "single" }),
  "auxiliary, of thirds": (seed) => auxiliaryBasis(directions(d, 3, seed), { precision: "third" }),
  "reduced, of thirds": (seed) => reducedBasis(directions(d, 4, seed), { precision: "third" }),
  auxiliary: (seed) => auxiliaryBasis(directions(d, 4, seed)),
  "auxiliary, rank 0": () => auxiliaryBasis(new Matrix(d, 0)),
  "union with an auxiliary": (seed) =>
    unionBasis(model, [{ tensors: ["W"], basis: auxiliaryBasis(directions(6, 2, seed)) }]),
};

export const allBases = { ...orthonormalBases, ...otherBases };

/** V, by pushing unit vectors. */
export function matrixOf(basis: Basis): Matrix {
  const columns = new Matrix(basis.rotatedDimension, basis.dimension);
  for (let j = 0; j < basis.rotatedDimension; j++) {
    const unit = new Float64Array(basis.rotatedDimension);
    unit[j] = 1;
    basis.pushDirection(unit, columns.row(j));
  }
  return columns.transpose();
}
