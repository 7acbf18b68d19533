/** The product that leaves out the zeros of its right operand has the bits of the one that does not. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fold, normal, random, uniform } from "../../src/math/random.ts";
import { affine, differentiable, mean, relu, square } from "../../src/autodiff/index.ts";
import { interpreted } from "../../src/autodiff/interpreted.ts";
import { layout } from "../../src/linalg/layout.ts";
import {
  fitsSparseProduct,
  listRows,
  residentMemory,
  residentStart,
  runListedProduct,
  runResidentProduct,
  runSparseProduct,
  sizeOfRowLists,
} from "../../src/linalg/resident.ts";
import { programKernels } from "../../src/linalg/webassembly/bytes.ts";

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
  const memory = residentMemory(programKernels, rows * inner + inner * columns + 2 * rows * columns);
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

/** AB by the lists of A's rows, and without; a hundred numbers behind the lists that must stay. */
function byRows(
  { rows, columns, inner }: Sizes,
  kept: number,
  seed: number,
  spoil?: number,
): [boolean, number[], number[]] {
  const product = { rows, columns, inner, transposeA: false, transposeB: false };
  const key = random(seed);
  const places = uniform(fold(key, 1), new Float64Array(rows * inner));
  const left = normal(fold(key, 0), new Float64Array(rows * inner)).map((v, k) =>
    places[k] < kept ? v : k % 2 === 0 ? 0 : -0,
  );
  const listSize = 2 * rows * (inner + 1);
  const memory = residentMemory(programKernels, left.length + inner * columns + 2 * rows * columns + listSize + 100);
  if (memory === null) throw new Error("there is no WebAssembly here");
  const { array } = memory;
  const a = residentStart;
  const b = a + left.length;
  const c = b + inner * columns;
  const d = c + rows * columns;
  const lists = d + rows * columns;
  array.set(left, a);
  array.set(normal(fold(key, 2), new Float64Array(inner * columns)), b);
  if (spoil !== undefined) array[b + (seed % (inner * columns))] = spoil;
  array.fill(7, lists + listSize, lists + listSize + 100);
  expect([0, listSize]).toContain(sizeOfRowLists(product, left));
  listRows(memory, product, a, lists);
  const done = runListedProduct(memory, product, lists, b, c);
  runResidentProduct(memory, product, a, b, d);
  expect(array.subarray(lists + listSize, lists + listSize + 100).every((value) => value === 7)).toBe(true);
  return [done, [...array.subarray(c, d)], [...array.subarray(d, lists)]];
}

describe("the product with lists of a left operand's rows", () => {
  it("has the same bits at all sizes", () => {
    fc.assert(
      fc.property(sizes, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(), (size, kept, seed) => {
        const [done, sparse, dense] = byRows({ ...size, rows: size.columns, columns: size.rows }, kept, seed);
        expect(done).toBe(true);
        expect(sparse).toEqual(dense);
      }),
    );
  });

  it("leaves it to the other where the right operand is not finite", () => {
    const size = { rows: 16, columns: 64, inner: 100 };
    expect(byRows(size, 0.5, 1)[0]).toBe(true);
    for (const spoil of [NaN, Infinity, -Infinity]) expect(byRows(size, 0.5, 12345, spoil)[0]).toBe(false);
  });

  it("is for operands as they are, with many zeros and columns enough", () => {
    const product = { rows: 4, columns: 16, inner: 10, transposeA: false, transposeB: false };
    const half = Float64Array.from({ length: 40 }, (_value, k) => k % 2);
    expect(sizeOfRowLists(product, half)).toBe(2 * 4 * 11);
    expect(sizeOfRowLists(product, new Float64Array(40).fill(1))).toBe(0);
    expect(sizeOfRowLists(product, half.subarray(1))).toBe(0);
    expect(sizeOfRowLists({ ...product, columns: 15 }, half)).toBe(0);
    expect(sizeOfRowLists({ ...product, transposeA: true }, half)).toBe(0);
    expect(sizeOfRowLists({ ...product, transposeB: true }, half)).toBe(0);
    expect(sizeOfRowLists({ ...product, accumulate: true }, half)).toBe(0);
  });

  it("gives a network on sparse data the bits of its interpretation", () => {
    const model = layout({ W: [30, 40], b: [40], V: [40, 1] });
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (seed, kept) => {
        const key = random(seed);
        const places = uniform(fold(key, 0), new Float64Array(20 * 30));
        const x = normal(fold(key, 1), new Float64Array(20 * 30)).map((v, k) => (places[k] < kept ? v : 0));
        const loss: Parameters<typeof differentiable<"W" | "b" | "V", { x: number[] }>>[2] = (p, given) =>
          mean(square(affine(relu(affine(given.x, p.W, p.b)), p.V, p.b)));
        const point = normal(fold(key, 2), new Float64Array(model.size));
        const both = [differentiable, interpreted].map((front) => {
          const objective = front(model, { x: [20, 30] }, loss).on({ x });
          const gradient = new Float64Array(model.size);
          // Twice: lists are made in the first run.
          objective.valueAndGradient(point, gradient);
          return [objective.valueAndGradient(point, gradient), ...gradient];
        });
        expect(both[0]).toEqual(both[1]);
      }),
      { numRuns: 30 },
    );
  });
});
