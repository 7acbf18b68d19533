/** Products of a prepared matrix with vectors against plain loops, with WebAssembly and without: the same bits. */
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { Matrix } from "../../src/linalg/matrix.ts";
import { vectorProducts } from "../../src/linalg/vector-products.ts";
import { useWebAssembly } from "../../src/linalg/webassembly/instance.ts";
import { fold, normal, random } from "../../src/math/random.ts";

afterEach(() => void useWebAssembly(true));

const drawn = (length: number, seed: number, index: number): Float64Array =>
  normal(fold(random(seed), index), new Float64Array(length));

/** Sums in the order that the header promises. */
function slowly({ rows, columns, data }: Matrix, x: Float64Array, transposed: boolean): Float64Array {
  const [length, inner] = transposed ? [columns, rows] : [rows, columns];
  return Float64Array.from({ length }, (_v, i) => {
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += data[transposed ? k * columns + i : i * columns + k] * x[k];
    return sum;
  });
}

/** Small ones, which are read where they are, and long and wide ones around the size from which memory is used. */
const sizes = fc.oneof(
  fc.tuple(fc.integer({ min: 0, max: 70 }), fc.integer({ min: 0, max: 70 })),
  fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 2040, max: 2060 })),
  fc.tuple(fc.integer({ min: 2040, max: 2060 }), fc.integer({ min: 1, max: 9 })),
);
const special = fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 5e-324, 1e308);

describe("vectorProducts", () => {
  it("has the bits of the loops in the promised order, at all sizes and for numbers of all kinds", () => {
    fc.assert(
      fc.property(sizes, fc.nat(), fc.array(fc.tuple(fc.nat(), special), { maxLength: 3 }), ([m, n], seed, others) => {
        const matrix = new Matrix(m, n, drawn(m * n, seed, 0));
        for (const [place, value] of others) if (m * n > 0) matrix.data[place % (m * n)] = value;
        const [perRow, perColumn] = [drawn(m, seed, 1), drawn(n, seed, 2)];
        for (const webAssembly of [true, false]) {
          useWebAssembly(webAssembly);
          const products = vectorProducts(matrix);
          // The second time what the first left in the memory must not matter.
          for (let time = 0; time < 2; time++) {
            const [out, transposed] = [new Float64Array(m).fill(7), new Float64Array(n).fill(7)];
            products.multiply(perColumn, out);
            products.multiplyTransposed(perRow, transposed);
            expect(out).toEqual(slowly(matrix, perColumn, false));
            expect(transposed).toEqual(slowly(matrix, perRow, true));
          }
        }
      }),
      { numRuns: 120 },
    );
  });
});
