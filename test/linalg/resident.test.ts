/** The WebAssembly kernels inside their own memory against JavaScript's loops: the same bits, and nothing else written. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planProduct } from "../../src/linalg/product.ts";
import { residentLoop, residentMemory, residentStart, runResidentProduct } from "../../src/linalg/resident.ts";
import { programKernels } from "../../src/linalg/webassembly/bytes.ts";

/** Memory with numbers in it, a mark before and behind each operand's place. */
function filled(sizes: readonly number[], next: () => number) {
  const memory = residentMemory(
    programKernels,
    sizes.reduce((sum, size) => sum + size + 1, 0),
  );
  if (memory === null) throw new Error("this engine has no WebAssembly with vectors");
  let at = residentStart;
  const starts = sizes.map((size) => {
    const start = at;
    for (let k = 0; k < size; k++) memory.array[start + k] = next();
    memory.array[start + size] = 42;
    at += size + 1;
    return start;
  });
  return { memory, starts };
}

function random(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16807) % 2147483647) / 2147483647 - 0.5;
}

describe("products in resident memory", () => {
  const size = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(31, 32, 33, 70));
  const inner = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(255, 256, 257, 600));
  const columns = fc.oneof(size, fc.constantFrom(511, 513));

  it("have the bits of the planned product, at all sizes and transposes", () => {
    fc.assert(
      fc.property(size, columns, inner, fc.boolean(), fc.boolean(), (rows, across, length, transposeA, transposeB) => {
        const sizes = { rows, columns: across, inner: length, transposeA, transposeB };
        const { memory, starts } = filled([rows * length, length * across, rows * across], random(rows + across));
        const [a, b, c] = starts;
        const expected = new Float64Array(rows * across);
        planProduct(sizes)(memory.array, a, memory.array, b, expected, 0);
        runResidentProduct(memory, sizes, a, b, c);
        const bits = memory.array.slice(c, c + rows * across);
        expect(new BigUint64Array(bits.buffer)).toEqual(new BigUint64Array(expected.buffer));
        expect([a + rows * length, b + length * across, c + rows * across].map((k) => memory.array[k])).toEqual([
          42, 42, 42,
        ]);
      }),
      { numRuns: 150 },
    );
  });

  it("sum the rows of a matrix in their order", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 20 }), (rows, across) => {
        const { memory, starts } = filled([rows * across, across], random(rows * 31 + across));
        const [from, to] = starts;
        const expected = new Float64Array(across);
        for (let row = 0; row < rows; row++)
          for (let k = 0; k < across; k++) expected[k] += memory.array[from + row * across + k];
        memory.kernels.sumRows(8 * from, rows, across, 8 * to);
        expect([...memory.array.slice(to, to + across + 1)]).toEqual([...expected, 42]);
      }),
    );
  });
});

describe("loops in resident memory", () => {
  const pairs: Readonly<Record<string, (a: number, b: number) => number>> = {
    add: (a, b) => a + b,
    subtract: (a, b) => a - b,
    multiply: (a, b) => a * b,
    divide: (a, b) => a / b,
  };
  const functions: Readonly<Record<string, (x: number) => number>> = {
    relu1: (x) => (x <= 0 ? 0 : x),
    sqrt1: Math.sqrt,
    abs1: Math.abs,
  };
  const anyNumbers = (length: number) => fc.array(fc.double(), { minLength: length, maxLength: length });

  it.each(Object.entries(pairs).flatMap(([name, f]) => ["11", "10", "01"].map((steps) => [name, steps, f] as const)))(
    "%s%s gives JavaScript's numbers for all doubles",
    (name, steps, f) => {
      fc.assert(
        fc.property(
          fc.nat(11).chain((n) => fc.tuple(anyNumbers(n + 1), anyNumbers(n + 1), fc.constant(n))),
          ([x, y, n]) => {
            const { memory, starts } = filled([n + 1, n + 1, n], () => 0);
            const [a, b, to] = starts;
            memory.array.set(x, a);
            memory.array.set(y, b);
            residentLoop(memory, name + steps)?.(8 * a, 8 * b, 8 * to, n);
            const expected = Array.from({ length: n }, (_v, k) =>
              f(x[steps.startsWith("1") ? k : 0], y[steps.endsWith("1") ? k : 0]),
            );
            expect([...memory.array.slice(to, to + n + 1)]).toEqual([...expected, 42]);
          },
        ),
      );
    },
  );

  it.each(Object.entries(functions))("%s gives JavaScript's numbers for all doubles", (name, f) => {
    fc.assert(
      fc.property(fc.array(fc.double(), { maxLength: 11 }), (x) => {
        const { memory, starts } = filled([x.length], () => 0);
        memory.array.set(x, starts[0]);
        residentLoop(memory, name)?.(8 * starts[0], 8 * starts[0], x.length);
        expect([...memory.array.slice(starts[0], starts[0] + x.length + 1)]).toEqual([...x.map(f), 42]);
      }),
    );
  });

  it("the gate of relu's derivative passes where it is above zero", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.double(), fc.double()), { maxLength: 11 }), (rows) => {
        const { memory, starts } = filled([rows.length, rows.length], () => 0);
        const [x, gate] = starts;
        rows.forEach(([value, open], k) => {
          memory.array[x + k] = value;
          memory.array[gate + k] = open;
        });
        residentLoop(memory, "passWherePositive11")?.(8 * x, 8 * gate, 8 * x, rows.length);
        const expected = rows.map(([value, open]) => (open > 0 ? value : 0));
        expect([...memory.array.slice(x, x + rows.length + 1)]).toEqual([...expected, 42]);
      }),
    );
  });
});
