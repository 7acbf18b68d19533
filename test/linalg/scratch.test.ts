import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import {
  generalEigen,
  leastSquares,
  Matrix,
  singularValueDecomposition,
  singularValues,
  symmetricEigen,
  useWebAssembly,
} from "../../src/linalg/index.ts";
import { scratch, scratchVectors } from "../../src/linalg/scratch.ts";

const entry = fc.oneof(fc.double({ min: -2, max: 2, noNaN: true }), fc.constantFrom(0, 0, -0, 1));
const bits = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_name, part: unknown) =>
      part instanceof Float64Array ? Array.from(new BigInt64Array(part.slice().buffer), String) : part,
    ),
  );

describe("scratch", () => {
  afterEach(() => void useWebAssembly(true));

  it("is the kernels' memory, and new without them", () => {
    expect(scratch(10)).toBe(scratch(10));
    const [x, y] = scratchVectors(2, 9, 5);
    expect(x.buffer).toBe(scratch(10).buffer);
    expect([x.byteOffset, y.byteOffset, y.length]).toEqual([40, 112, 9]);
    expect(scratchVectors(1, 8)[0].buffer.byteLength).toBe(64);
    useWebAssembly(false);
    expect(scratch(10)).not.toBe(scratch(10));
    expect(scratch(10).length).toBe(10);
  });

  it("may hold anything: no small decomposition reads what it has not written", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 26 }), fc.infiniteStream(entry), (n, entries) => {
        const a = new Matrix(
          n,
          n,
          Float64Array.from({ length: n * n }, () => Number(entries.next().value)),
        );
        const symmetric = new Matrix(n, n);
        for (let i = 0; i < n; i++)
          for (let j = 0; j < n; j++) symmetric.set(i, j, a.get(Math.max(i, j), Math.min(i, j)));
        const b = a.data.slice(0, n);
        const work: readonly (() => unknown)[] = [
          () => singularValues(a),
          () => singularValueDecomposition(a),
          () => symmetricEigen(symmetric),
          () => generalEigen(a),
          () => leastSquares(a, b),
        ];
        for (const run of work) {
          useWebAssembly(true);
          scratch(4000).fill(NaN);
          const own = bits(run());
          useWebAssembly(false);
          expect(own).toEqual(bits(run()));
        }
      }),
      { numRuns: 60 },
    );
  });
});
