import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  auxiliaryBasis,
  changeOfBasis,
  denseBasis,
  hadamardBasis,
  householderBasis,
  kroneckerFactorBasis,
  productBasis,
  reducedBasis,
  type Basis,
  type Precision,
} from "../../src/egop/index.ts";
import { layout } from "../../src/linalg/layout.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { multiply } from "../../src/linalg/product.ts";
import { normal, random } from "../../src/math/random.ts";
import { d, directions, matrixOf } from "./bases.ts";

/** (R∘R) v, with R = V_newᵀ V_old formed. */
function overlapped(from: Basis, to: Basis, v: Float64Array): Float64Array {
  const r = multiply(matrixOf(to), matrixOf(from), { transposeA: true });
  return Float64Array.from(v, (_entry, i) => r.row(i).reduce((sum, entry, j) => sum + entry * entry * v[j], 0));
}

describe("averages of squares between Householder-completed bases", () => {
  it("are (R∘R) v to round-off of the largest, for other directions, ranks and precisions, also for equal bases", () => {
    const ranks = fc.integer({ min: 0, max: d });
    fc.assert(
      fc.property(ranks, ranks, precisions, fc.nat(), fc.boolean(), (rank, other, precision, seed, near) => {
        const from = householderBasis(directions(d, rank, seed), { precision });
        const to = householderBasis(directions(d, near ? rank : other, near ? seed : seed + 1));
        const v = normal(random(seed), new Float64Array(d)).map((entry, i) => entry * entry * 10 ** -i);
        const expected = overlapped(from, to, v);
        const largest = Math.max(...v);
        const turned = v.slice();
        changeOfBasis(from, to).rotateSquares(turned);
        turned.forEach((value, i) => {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(Math.abs(value - expected[i])).toBeLessThan(1e-14 * largest);
        });
      }),
      { numRuns: 60 },
    );
  });
});

const precisions = fc.constantFrom("double", "single", "third" as const);
const positive = (seed: number, length: number): Float64Array =>
  normal(random(seed), new Float64Array(length)).map((entry, i) => entry * entry * 10 ** (-i / 2));

describe("averages of squares between other bases", () => {
  const wide = layout({ p: [d] });
  const cases: Readonly<Record<string, (seed: number, rank: number, precision: Precision) => Basis>> = {
    reduced: (seed, rank, precision) => reducedBasis(directions(d, Math.max(1, rank), seed), { precision }),
    auxiliary: (seed, rank, precision) => auxiliaryBasis(directions(d, rank, seed), { precision }),
    "completed Kronecker": (seed, rank) =>
      kroneckerFactorBasis([7, 2], {
        left: directions(7, 1 + ((rank + seed) % 7), seed),
        right: directions(2, 1, seed),
      }),
    "Kronecker, one side completed, one left alone": (seed, rank) =>
      kroneckerFactorBasis([7, 2], { left: directions(7, 1 + ((rank + seed) % 7), seed) }),
    "product in one": (seed) => productBasis(hadamardBasis(wide, random(1)), denseBasis(directions(d, d, seed))),
    "product in another": (seed) => productBasis(hadamardBasis(wide, random(seed)), denseBasis(directions(d, d, seed))),
    hadamard: (seed) => hadamardBasis(wide, random(seed)),
  };
  it.each(Object.entries(cases))("are (R∘R) v to round-off: %s", (_name, make) => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 0, max: d }), precisions, (seed, rank, precision) => {
        const [from, to] = [make(seed, rank, precision), make(seed + 1, rank, precision)];
        const v = positive(seed, from.rotatedDimension);
        const expected = overlapped(from, to, v);
        const turned = v.slice();
        changeOfBasis(from, to).rotateSquares(turned);
        const largest = Math.max(...v);
        turned.forEach((value, i) => {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(Math.abs(value - expected[i])).toBeLessThan(1e-13 * largest);
        });
      }),
      { numRuns: 25 },
    );
  });

  it("are estimated without bias where R would be too large, whatever the order and the signs of directions", () => {
    const size = 600;
    const original = layout({ p: [size] });
    const v = positive(3, size).map((entry, i) => entry * 10 ** (i / 2));
    const turnedBy = (flip: boolean): Float64Array => {
      const columns = directions(size, size, 5);
      const shuffled = new Matrix(size, size);
      for (let i = 0; i < size; i++)
        for (let j = 0; j < size; j++)
          shuffled.set(i, size - 1 - j, j % 3 === 0 ? -columns.get(i, j) : columns.get(i, j));
      const from = productBasis(hadamardBasis(original, random(1)), denseBasis(flip ? shuffled : columns));
      const own = flip ? v.slice().reverse() : v.slice();
      changeOfBasis(from, hadamardBasis(original, random(2))).rotateSquares(own);
      return own;
    };
    const [plain, flipped] = [turnedBy(false), turnedBy(true)];
    plain.forEach((value, i) => expect(flipped[i] / value).toBeCloseTo(1, 10));
    const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
    // Of 600 estimates, with a relative standard error of √(2/64) each.
    expect(Math.abs(sum(plain) / sum(v) - 1)).toBeLessThan(0.05);
    const expected = sum(v) / size;
    plain.forEach((value) => expect(Math.abs(value / expected - 1)).toBeLessThan(1));
  });
});

describe("changes of order and sign", () => {
  it("are recognized in products with the same outer basis, and a Hadamard basis made anew", () => {
    const original = layout({ p: [d] });
    const outer = (key: number): Basis => hadamardBasis(original, random(key));
    const columns = directions(d, d, 1);
    const flipped = Matrix.fromRows(columns.toRows().map(([a, b, ...rest]) => [-b, a, ...rest]));
    const product = (key: number, vectors: Matrix): Basis => productBasis(outer(key), denseBasis(vectors));
    expect(changeOfBasis(product(1, columns), product(1, flipped)).onlyPermutesAndFlips).toBe(true);
    expect(changeOfBasis(product(1, columns), product(2, columns)).onlyPermutesAndFlips).toBe(false);
    expect(changeOfBasis(product(1, columns), product(1, directions(d, d, 2))).onlyPermutesAndFlips).toBe(false);
    expect(changeOfBasis(outer(1), outer(1)).onlyPermutesAndFlips).toBe(true);
    expect(changeOfBasis(outer(1), outer(2)).onlyPermutesAndFlips).toBe(false);
    const v = positive(4, d);
    const turned = v.slice();
    changeOfBasis(outer(1), outer(1)).rotate(turned);
    expect(turned).toEqual(v);
  });

  it("are recognized in completed bases", () => {
    const left = directions(7, 3, 1);
    const flipped = Matrix.fromRows(left.toRows().map(([a, b, c]) => [-b, c, a]));
    const bases = [left, flipped].map((side) => kroneckerFactorBasis([7, 2], { left: side }));
    expect(changeOfBasis(bases[0], bases[1]).onlyPermutesAndFlips).toBe(true);
    const other = kroneckerFactorBasis([7, 2], { left: directions(7, 3, 2) });
    expect(changeOfBasis(bases[0], other).onlyPermutesAndFlips).toBe(false);
  });
});
