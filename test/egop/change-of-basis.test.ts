import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changeOfBasis, householderBasis, kroneckerFactorBasis, type Basis } from "../../src/egop/index.ts";
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
    const precisions = fc.constantFrom("double", "single", "third" as const);
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

describe("averages of squares between other bases of a rank", () => {
  it("are estimated without bias, with the same sum", () => {
    const [from, to] = [1, 2].map((seed) => kroneckerFactorBasis([7, 2], { left: directions(7, 3, seed) }));
    const v = normal(random(3), new Float64Array(14)).map((entry) => entry * entry);
    const turned = v.slice();
    changeOfBasis(from, to).rotateSquares(turned);
    const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
    expect(sum(turned) / sum(v)).toBeCloseTo(1, 12);
    const expected = overlapped(from, to, v);
    // 64 probes: a relative standard error of √(2/64).
    turned.forEach((value, i) => expect(Math.abs(value / expected[i] - 1)).toBeLessThan(0.75));
  });

  it("recognize the same directions in another order and with other signs", () => {
    const left = directions(7, 3, 1);
    const flipped = Matrix.fromRows(left.toRows().map(([a, b, c]) => [-b, c, a]));
    const bases = [left, flipped].map((side) => kroneckerFactorBasis([7, 2], { left: side }));
    expect(changeOfBasis(bases[0], bases[1]).onlyPermutesAndFlips).toBe(true);
    const other = kroneckerFactorBasis([7, 2], { left: directions(7, 3, 2) });
    expect(changeOfBasis(bases[0], other).onlyPermutesAndFlips).toBe(false);
  });
});
