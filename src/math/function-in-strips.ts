/**
 * Elementary functions over ranges of arrays by a loop in WebAssembly: a strip of numbers at a time is copied into a small
 * memory of the function's own and back, at half a nanosecond a number.
 */
import { assemble, type FunctionSource } from "../webassembly/assembler.ts";
import { engine, type WebAssemblyChoice, webAssemblyChoice } from "../webassembly/engine.ts";

/** Numbers in a strip; in the memory there is room for one more, which a loop over pairs reads. */
const stripLength = 1024;
/** For fewer numbers the copies and the call take longer than JavaScript's loop. */
const leastNumbers = 64;

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly [name: string]: unknown;
}

/** The loop, and a strip in its memory. */
interface Loop {
  readonly run: (at: number, to: number, length: number) => void;
  readonly strip: Float64Array;
}

/**
 * A function that sets output[to + i] to the function of input[from + i] for i below count and returns true; or returns false, and has
 * done nothing, where JavaScript's loop is to be taken: for few numbers, for ranges that are not within the arrays, and where
 * WebAssembly is missing or switched off. The loop is compiled at first use, or taken from the module that `useWebAssembly` was
 * given; it is the only state, and no result depends on it.
 */
export function functionInStrips(
  source: () => FunctionSource,
): (input: Float64Array, from: number, output: Float64Array, to: number, count: number) => boolean {
  let chosen: WebAssemblyChoice | undefined;
  let loop: Loop | null = null;
  return (input, from, output, to, count) => {
    if (count < leastNumbers || !(from >= 0 && from + count <= input.length)) return false;
    if (!(to >= 0 && to + count <= output.length)) return false;
    if (chosen !== webAssemblyChoice()) {
      chosen = webAssemblyChoice();
      loop = compiledLoop(source(), chosen);
    }
    if (loop === null) return false;
    const { run, strip } = loop;
    for (let done = 0; done < count; done += stripLength) {
      const length = Math.min(stripLength, count - done);
      strip.set(input.subarray(from + done, from + done + length));
      run(0, 0, length);
      output.set(length < stripLength ? strip.subarray(0, length) : strip, to + done);
    }
    return true;
  };
}

function compiledLoop(source: FunctionSource, choice: WebAssemblyChoice): Loop | null {
  if (choice === false) return null;
  try {
    const { Module, Instance } = engine();
    const exports = new Instance(choice === true ? new Module(assemble([source], 1)) : choice).exports as Exports;
    const run = exports[source.name];
    if (typeof run !== "function") return null;
    return { run: run as Loop["run"], strip: new Float64Array(exports.memory.buffer, 0, stripLength) };
  } catch {
    return null;
  }
}
