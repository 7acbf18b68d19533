/** The product that leaves out the zeros of its right operand has the bits of the one that does not. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fold, normal, random, uniform } from "../../src/math/random.ts";
import {
  fitsSparseProduct,
  residentMemory,
  residentStart,
  runResidentProduct,
  runSparseProduct,
} from "../../src/linalg/resident.ts";

interface Sizes {
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
}

/** Both products of the same operands; `kept` of B's entries are not 0 (half of the zeros are −0). */
function both(
  { rows, columns, inner }: Sizes,
  kept: number,
  seed: number,
  spoil?: number,
): [boolean, number[], number[]] {
  const memory = residentMemory(rows * inner + inner * columns + 2 * rows * columns);
  if (memory === null) throw new Error("there is no WebAssembly here");
  const { array } = memory;
  const a = residentStart;
  const b = a + rows * inner;
  const c = b + inner * columns;
  const d = c + rows * columns;
  const key = random(seed);
  array.set(normal(fold(key, 0), new Float64Array(rows * inner)), a);
  const places = uniform(fold(key, 1), new Float64Array(inner * columns));
  array.set(
    normal(fold(key, 2), new Float64Array(inner * columns)).map((v, k) =>
      places[k] < kept ? v : k % 2 === 0 ? 0 : -0,
    ),
    b,
  );
  if (spoil !== undefined) array[a + (seed % (rows * inner))] = spoil;
  const product = { rows, columns, inner, transposeA: true, transposeB: false };
  const done = runSparseProduct(memory, product, a, b, c);
  runResidentProduct(memory, product, a, b, d);
  return [done, [...array.subarray(c, d)], [...array.subarray(d, d + rows * columns)]];
}

const sizes = fc.record({
  rows: fc.integer({ min: 16, max: 70 }),
  columns: fc.integer({ min: 2, max: 20 }),
  inner: fc.integer({ min: 1, max: 60 }),
});

describe("the product with lists of entries", () => {
  it("has the same bits at all sizes", () => {
    fc.assert(
      fc.property(sizes, fc.double({ min: 0, max: 0.4, noNaN: true }), fc.nat(), (size, kept, seed) => {
        const [done, sparse, dense] = both(size, kept, seed);
        if (done) expect(sparse).toEqual(dense);
        // A few entries may by chance be mostly others than 0.
        else expect(size.inner * size.columns).toBeLessThan(60);
      }),
    );
  });

  it("leaves it to the other where that is faster, or A is not finite", () => {
    const size = { rows: 64, columns: 16, inner: 100 };
    expect(both(size, 0.5, 1)[0]).toBe(true);
    expect(both(size, 0.9, 1)[0]).toBe(false);
    for (const spoil of [NaN, Infinity, -Infinity]) expect(both(size, 0.5, 12345, spoil)[0]).toBe(false);
  });

  it("is for a left operand stored as its transpose, within the workspace", () => {
    const product = { rows: 64, columns: 16, inner: 100, transposeA: true, transposeB: false };
    expect(fitsSparseProduct(product)).toBe(true);
    expect(fitsSparseProduct({ ...product, transposeA: false })).toBe(false);
    expect(fitsSparseProduct({ ...product, transposeB: true })).toBe(false);
    expect(fitsSparseProduct({ ...product, accumulate: true })).toBe(false);
    expect(fitsSparseProduct({ ...product, columns: 1000 })).toBe(false);
  });
});
