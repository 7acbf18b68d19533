/** Products of rows with a vector in the kernels' memory against JavaScript's loops: the same bits. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { residentMemory, residentStart } from "../../src/linalg/resident.ts";
import { matrixKernels } from "../../src/linalg/webassembly/bytes.ts";
import { rowCombination, rowInnerProducts, rowProducts } from "../../src/linalg/row-combination.ts";
import { symmetricProduct } from "../../src/linalg/symmetric-product.ts";
import { fold, normal, random } from "../../src/math/random.ts";

const number = fc.oneof(fc.double({ noNaN: false }), fc.constantFrom(0, -0, 5e-324, 1e308, Infinity));

it("row combinations, products and inner products of rows have one order, in WebAssembly and without, at all lengths and distances", () => {
  const sizes = fc.record({
    rows: fc.nat({ max: 9 }),
    length: fc.nat({ max: 21 }),
    gap: fc.nat({ max: 3 }),
    seed: fc.nat(),
    special: fc.array(fc.tuple(fc.nat(), number), { maxLength: 2 }),
  });
  fc.assert(
    fc.property(sizes, ({ rows, length, gap, seed, special }) => {
      const stride = length + gap;
      const [a, x, y] = [0, rows * stride, rows * stride + Math.max(rows, length)];
      const size = y + Math.max(rows, length) + 1;
      const start = normal(fold(random(seed), 0), new Float64Array(size));
      for (const [place, value] of special) start[place % size] = value;
      for (const [product, written] of [
        [rowCombination, length],
        [rowProducts, rows],
        [rowInnerProducts, rows],
      ] as const) {
        const plain = start.slice();
        product(plain, null)(a, stride, rows, x, y, length);
        const memory = residentMemory(matrixKernels, size);
        if (memory === null) throw new Error("There is no WebAssembly here.");
        const first = residentStart;
        memory.array.set(start, first);
        product(memory.array, memory)(first + a, stride, rows, first + x, first + y, length);
        // One element may be written past the end of y.
        expect(memory.array.slice(first, first + y + written)).toEqual(plain.slice(0, y + written));
      }
    }),
    { numRuns: 200 },
  );
});

it("a symmetric product has the bits of the whole matrix's, in WebAssembly and without, and reads nothing below the diagonal", () => {
  const sizes = fc.record({
    size: fc.nat({ max: 22 }),
    gap: fc.nat({ max: 3 }),
    seed: fc.nat(),
    special: fc.array(fc.tuple(fc.nat(), number), { maxLength: 2 }),
  });
  fc.assert(
    fc.property(sizes, ({ size, gap, seed, special }) => {
      const stride = size + gap;
      const [x, y] = [size * stride, size * stride + size];
      const end = y + size;
      const start = normal(fold(random(seed), 0), new Float64Array(end + 1));
      for (const [place, value] of special) start[place % end] = value;
      const whole = start.slice();
      for (let i = 0; i < size; i++)
        for (let j = 0; j < i; j++) {
          whole[i * stride + j] = start[j * stride + i];
          start[i * stride + j] = NaN;
        }
      rowCombination(whole, null)(0, stride, size, x, y, size);
      const plain = start.slice();
      symmetricProduct(plain, null)(0, stride, size, x, y);
      expect(plain.slice(y, end)).toEqual(whole.slice(y, end));
      const memory = residentMemory(matrixKernels, end);
      if (memory === null) throw new Error("There is no WebAssembly here.");
      memory.array.set(start, residentStart);
      symmetricProduct(memory.array, memory)(residentStart, stride, size, residentStart + x, residentStart + y);
      // All but the result is as it was.
      expect(memory.array.slice(residentStart, residentStart + end + 1)).toEqual(plain);
    }),
    { numRuns: 300 },
  );
});
