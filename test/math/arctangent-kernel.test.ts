import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { useWebAssembly, webAssemblyBytes } from "../../src/linalg/webassembly/instance.ts";
import { atan } from "../../src/math/arctangent.ts";
import { atanRange } from "../../src/math/arrays.ts";
import { neighbor } from "./reference.ts";

interface Engine {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
}
const engine = (globalThis as unknown as { WebAssembly: Engine }).WebAssembly;

/** How often a module's `atan1` was called while `use` ran, with that module chosen. */
function callsWhile(use: () => void): number {
  let calls = 0;
  const counted = ([name, value]: [string, unknown]): [string, unknown] => [
    name,
    name !== "atan1"
      ? value
      : (...all: readonly number[]): number => {
          calls++;
          return (value as (...all: readonly number[]) => number)(...all);
        },
  ];
  vi.stubGlobal("WebAssembly", {
    Module: engine.Module,
    Instance: function (module: object) {
      return { exports: Object.fromEntries(Object.entries(new engine.Instance(module).exports).map(counted)) };
    },
  });
  useWebAssembly(new engine.Module(webAssemblyBytes()));
  use();
  return calls;
}

/** All elements at once, and the same by the function for one number; NaN is NaN whatever its bits. */
function expectSameBits(input: Float64Array): void {
  const output = new Float64Array(input.length);
  atanRange(input, 0, output, 0, input.length);
  const different = input.filter((x, i) => !Object.is(output[i], atan(x)));
  expect(different).toEqual(new Float64Array(0));
}

const special = [0, Number.MIN_VALUE, 2.2250738585072014e-308, 1e-160, 7.450580596923828e-9, 1, 1e300, 1e301];
const borders = [0.4375, 0.6875, 1.1875, 2.4375];

afterEach(() => {
  vi.unstubAllGlobals();
  useWebAssembly(true);
});

describe("the array form of atan in WebAssembly", () => {
  it("is what runs for many numbers, a strip at a time", () => {
    expect(callsWhile(() => expectSameBits(new Float64Array(1024).fill(0.3)))).toBe(1);
    expect(callsWhile(() => expectSameBits(new Float64Array(1025).fill(0.3)))).toBe(2);
    expect(callsWhile(() => expectSameBits(new Float64Array(63).fill(0.3)))).toBe(0);
  });

  it("has the bits of the form for one number at zeros, subnormals, infinities, NaN and about every border", () => {
    const near = [...special, ...borders].flatMap((x) => [-3, -2, -1, 0, 1, 2, 3].map((steps) => neighbor(x, steps)));
    const sizes = [...near, Infinity, Number.MAX_VALUE, NaN];
    expectSameBits(Float64Array.from([...sizes, ...sizes.map((x) => -x), -0]));
  });

  it("has them for any pattern of 64 bits", () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: 0n, max: 0xffffffffffffffffn }), { minLength: 64, maxLength: 200 }),
        (patterns) => {
          expectSameBits(new Float64Array(BigUint64Array.from(patterns).buffer));
        },
      ),
    );
  });

  it("has them between 0 and 5, densely", () => {
    for (const sign of [1, -1])
      expectSameBits(Float64Array.from({ length: 200_001 }, (_, i) => sign * neighbor(i * 2.5e-5, (i % 7) - 3)));
  });

  it("works in place, anywhere in an array, and writes nothing else", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 64, max: 2200 }),
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 0, max: 5 }),
        (count, from, to) => {
          const input = Float64Array.from({ length: count + 10 }, (_, i) => (i - 70) / 50);
          const output = input.map(() => 9);
          atanRange(input, from, output, to, count);
          const expected = output.map((_, i) => (i < to || i >= to + count ? 9 : atan(input[i - to + from])));
          expect(output).toEqual(expected);
          const inPlace = input.slice();
          atanRange(inPlace, from, inPlace, from, count);
          expect(inPlace).toEqual(input.map((x, i) => (i < from || i >= from + count ? x : atan(x))));
        },
      ),
      { numRuns: 30 },
    );
  });

  it("leaves ranges that are not within the arrays to JavaScript's loop", () => {
    const output = new Float64Array(70);
    atanRange(new Float64Array(70).fill(1), 10, output, 0, 70);
    expect(output).toEqual(Float64Array.from({ length: 70 }, (_, i) => (i < 60 ? Math.PI / 4 : NaN)));
    atanRange(new Float64Array(80), 0, output, 5, 80);
    expect(output.subarray(5)).toEqual(new Float64Array(65));
  });

  it.each([
    ["switched off", () => useWebAssembly(false)],
    ["missing", () => vi.stubGlobal("WebAssembly", undefined)],
    ["not allowed", () => vi.stubGlobal("WebAssembly", { Module: refuse, Instance: refuse })],
  ])("is not used where WebAssembly is %s, and the bits are the same", (_case, forbid) => {
    const input = Float64Array.from({ length: 500 }, (_, i) => (i - 250) / 40);
    useWebAssembly(false);
    atanRange(input, 0, new Float64Array(500), 0, 500);
    useWebAssembly(true);
    forbid();
    expectSameBits(input);
  });
});

function refuse(): never {
  throw new Error("Wasm code generation disallowed by embedder");
}
