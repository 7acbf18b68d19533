import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { householderQR, Matrix, useWebAssembly } from "../../src/linalg/index.ts";
import { plainWorkspace, reflectorWorkspace } from "../../src/linalg/reflector-workspace.ts";

const bits = (values: Float64Array): string[] => Array.from(new BigInt64Array(values.slice().buffer), String);
const entry = fc.oneof(fc.double({ min: -2, max: 2, noNaN: true }), fc.constantFrom(0, -0, 1e-300, -1e160, 5e-324));

describe("the kernel of reflectors", () => {
  afterEach(() => void useWebAssembly(true));

  it("makes the bits of the plain loops, and writes to its columns alone", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 12 }),
        fc.integer({ min: 20, max: 40 }),
        fc.integer({ min: 0, max: 19 }),
        fc.integer({ min: 1, max: 20 }),
        entry,
        fc.infiniteStream(entry),
        (rows, stride, left, width, scale, entries) => {
          const data = Float64Array.from({ length: rows * stride }, () => Number(entries.next().value));
          // The vector is the first column, and the rows may begin anywhere behind it.
          const columns = Math.min(width, stride - 1 - left);
          const kernel = reflectorWorkspace(data, 0, stride, rows, stride);
          if (kernel === undefined) throw new Error("There is no kernel.");
          const plain = plainWorkspace(data);
          for (const { start, apply } of [kernel, plain])
            apply(start, stride, rows, scale, start + 1 + left, stride, columns);
          expect(bits(kernel.array.subarray(kernel.start, kernel.start + data.length))).toEqual(bits(data));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("changes no bit of a factorization, nor of its Q", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 45 }),
        fc.integer({ min: 1, max: 45 }),
        fc.infiniteStream(entry),
        (rows, columns, entries) => {
          const data = Float64Array.from({ length: rows * columns }, () => Number(entries.next().value));
          const [own, plain] = [true, false].map((choice) => {
            useWebAssembly(choice);
            const factors = householderQR(new Matrix(rows, columns, data.slice()));
            return [factors.packed.data, factors.scales, factors.q().data, factors.q({ full: true }).data].map(bits);
          });
          expect(own).toEqual(plain);
        },
      ),
      { numRuns: 60 },
    );
  });
});
