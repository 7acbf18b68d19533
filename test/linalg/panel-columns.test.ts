/** Products with tall matrices in panels against plain loops, with WebAssembly and without: the same bits. */
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { ArgumentError } from "../../src/errors.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { orthonormalPanels } from "../../src/linalg/orthonormal-panels.ts";
import { keptMatrix, panelColumns, type Precision } from "../../src/linalg/panel-columns.ts";
import { randomOrthogonal } from "../../src/linalg/random-orthogonal.ts";
import { useWebAssembly } from "../../src/linalg/webassembly/instance.ts";
import { fold, normal, random } from "../../src/math/random.ts";

afterEach(() => void useWebAssembly(true));

const drawn = (length: number, seed: number, index: number): Float64Array =>
  normal(fold(random(seed), index), new Float64Array(length));

/** Sums in the order that the header promises. */
function slowly(matrix: Matrix, x: Float64Array, c: Float64Array, start: Float64Array | undefined) {
  const { rows, columns } = matrix;
  const inner = Float64Array.from({ length: columns }, (_v, k) => {
    const sums = [0, 0];
    for (let i = 0; i < rows; i++) sums[i % 2] += matrix.get(i, k) * x[i];
    return sums[0] + sums[1];
  });
  const combined = Float64Array.from({ length: rows }, (_v, i) => {
    let sum = start === undefined ? 0 : start[i];
    for (let k = 0; k < columns; k++) sum += matrix.get(i, k) * c[k];
    return sum;
  });
  return { inner, combined };
}

describe("panels", () => {
  const rows = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(1000, 2049));
  const precisions = fc.constantFrom<Precision>("double", "single", "third");

  it("have the bits of the loops in the promised order, at all sizes, also in WebAssembly", () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 0, max: 33 }), precisions, fc.nat(), (d, r, precision, seed) => {
        const matrix = new Matrix(d, r, drawn(d * r, seed, 0));
        const [x, c, start] = [d, r, d].map((length, k) => drawn(length, seed, k + 1));
        const kept = keptMatrix(matrix, precision);
        for (const webAssembly of [true, false]) {
          useWebAssembly(webAssembly);
          const panels = panelColumns(matrix, precision);
          const [inner, out] = [r, d].map((length) => new Float64Array(length));
          for (const from of [start, undefined]) {
            const expected = slowly(kept, x, c, from);
            panels.coefficients(x, inner);
            expect(inner).toEqual(expected.inner);
            panels.combination(from, c, out);
            expect(out).toEqual(expected.combined);
          }
          const doubled = (coefficients: Float64Array): void =>
            coefficients.forEach((v, k) => (coefficients[k] = 2 * v));
          panels.update(x, doubled, out);
          expect(out).toEqual(
            slowly(
              kept,
              x,
              inner.map((v) => 2 * v),
              x,
            ).combined,
          );
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ["singles", "single", 1e-7],
    ["thirds", "third", 1e-3],
  ] as const)(
    "of %s are orthonormal to a few units of round-off of doubles, and near the columns",
    (_name, precision, near) => {
      for (const [d, r] of [
        [9, 9],
        [60, 7],
        [700, 64],
      ]) {
        const whole = randomOrthogonal(d, random(r));
        const given = Matrix.fromRows(Array.from({ length: d }, (_v, i) => [...whole.row(i).subarray(0, r)]));
        const panels = orthonormalPanels(given, precision, "test");
        const columns = Array.from({ length: r }, (_v, k) => {
          const unit = new Float64Array(r);
          unit[k] = 1;
          const out = new Float64Array(d);
          panels.combination(undefined, unit, out);
          return out;
        });
        columns.forEach((column, k) => {
          column.forEach((value, i) => expect(Math.abs(value - given.get(i, k))).toBeLessThan(near));
          const inner = new Float64Array(r);
          panels.coefficients(column, inner);
          inner.forEach((value, j) =>
            expect(Math.abs(value - (j === k ? 1 : 0))).toBeLessThan((4 + Math.sqrt(d)) * 2 ** -52),
          );
        });
      }
    },
  );

  it("of thirds leave elements alone where the matrix has rows of zeros, to the bit", () => {
    for (const webAssembly of [true, false]) {
      useWebAssembly(webAssembly);
      const matrix = new Matrix(3000, 8, drawn(24000, 1, 0));
      for (const row of [0, 13, 2999]) matrix.row(row).fill(0);
      const panels = panelColumns(matrix, "third");
      const x = drawn(3000, 1, 1);
      for (const row of [0, 13, 2999]) x[row] = 0;
      const out = x.slice();
      panels.update(out, () => undefined, out);
      expect([out[0], out[13], out[2999]]).toEqual([0, 0, 0]);
      expect(out[1]).not.toBe(x[1]);
      panels.combination(undefined, drawn(8, 1, 2), out);
      expect([out[0], out[13], out[2999]]).toEqual([0, 0, 0]);
    }
  });

  it.each(["single", "third"] as const)("of %ss need columns that are independent", (precision) => {
    const twice = Matrix.fromRows([
      [1, 1],
      [0, 0],
    ]);
    expect(() => orthonormalPanels(twice, precision, "test")).toThrow(ArgumentError);
    expect(() => orthonormalPanels(twice, precision, "test")).toThrow(
      "test: column 1 of the matrix depends on those before; expected orthonormal ones",
    );
    expect(() => orthonormalPanels(new Matrix(3, 1), precision, "test")).toThrow("column 0 of the matrix depends");
  });
});
