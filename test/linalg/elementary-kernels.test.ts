/** The WebAssembly kernels of elementary functions give, lane by lane, the bits of the functions in src/math. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exp, tanh } from "../../src/math/elementary.ts";
import { rootsOfTwo } from "../../src/math/roots-of-two.ts";
import { residentLoop, residentMemory, residentStart, rootsStart } from "../../src/linalg/resident.ts";
import { programKernels } from "../../src/linalg/webassembly/bytes.ts";

function sigmoid(x: number): number {
  const e = exp(-Math.abs(x));
  return (x >= 0 ? 1 : e) / (1 + e);
}

const functions = { exp1: exp, sigmoid1: sigmoid, tanh1: tanh } as const;
const room = 200;

/** What the kernel makes of the numbers, in place; where it stops before a pair it leaves this to the function. */
function byKernel(name: keyof typeof functions, numbers: readonly number[]): { result: Float64Array; stops: number } {
  const memory = residentMemory(programKernels, room);
  const loop = memory === null ? undefined : residentLoop(memory, name);
  if (memory === null || loop === undefined) throw new Error("there is no WebAssembly here");
  const { array } = memory;
  array.set(rootsOfTwo, rootsStart);
  array.fill(7, residentStart);
  array.set(numbers, residentStart);
  let stops = 0;
  for (let done = 0; done < numbers.length;) {
    const at = 8 * (residentStart + done);
    done += loop(at, at, numbers.length - done) ?? 0;
    if (done >= numbers.length) break;
    stops++;
    for (let k = 0; k < 2 && done < numbers.length; k++, done++)
      array[residentStart + done] = functions[name](numbers[done]);
  }
  expect(array[residentStart + numbers.length]).toBe(7);
  return { result: array.slice(residentStart, residentStart + numbers.length), stops };
}

const edges = [
  ...[0, -0, NaN, Infinity, -Infinity, 5e-324, 1e-9, 0.55, 20, -20, 700, -700, 709, 709.79, -745.2, -745, -710, 1e308],
  ...[1e-9 - 1e-25, 0.55 - 1e-16, 20 - 1e-14, -0.55, 1e-300, -1e-300, 19.1, 36, -36, 37, Math.PI, -1 / 3],
];
const numbers = fc.array(
  fc.oneof(
    fc.double({ min: -2, max: 2, noNaN: true }),
    fc.double({ min: -800, max: 800, noNaN: true }),
    fc.constantFrom(...edges),
  ),
  { minLength: 0, maxLength: room - 1 },
);

describe.each(Object.keys(functions) as (keyof typeof functions)[])("%s", (name) => {
  it("has the bits of the function, in place, for every length", () => {
    fc.assert(
      fc.property(numbers, (drawn) => {
        expect([...byKernel(name, drawn).result]).toEqual(drawn.map(functions[name]));
      }),
      { numRuns: 300 },
    );
  });

  it("covers what networks compute", () => {
    const usual = Array.from({ length: 151 }, (_v, k) => (k - 75) / 3);
    expect(byKernel(name, usual).stops).toBe(0);
  });
});
