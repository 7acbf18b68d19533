/**
 * The loop of an elementary function in WebAssembly, two numbers at a time.
 */
import * as wasm from "./assembler.ts";
import { type Code, get, i32, increase, integer, set, v128, vector } from "./assembler.ts";

const allTrue = vector(0xc3);

/**
 * NAME(at, to, length) → how many elements are done: all, or those before a pair that is not covered here (an overflow, a
 * subnormal), which the caller computes himself before he goes on. `covered` leaves a mask on the stack.
 */
export function functionLoop(
  name: string,
  locals: number,
  body: (x: number, first: number) => Code,
  covered?: (x: number) => Code,
): wasm.FunctionSource {
  const [at, to, length, left, x] = [0, 1, 2, 3, 4];
  const done: Code = [get(length), get(left), wasm.subtract];
  return {
    name,
    parameters: [i32, i32, i32],
    results: [i32],
    locals: [i32, ...new Array<typeof v128>(locals + 1).fill(v128)],
    body: [
      [get(length), set(left)],
      wasm.when(
        get(left),
        wasm.repeat(
          [
            [get(at), wasm.load(), set(x)],
            covered === undefined ? [] : wasm.when([covered(x), allTrue], [], [done, wasm.leave]),
            wasm.when(
              [get(left), integer(1), 0x46],
              // The last of an odd number.
              [get(to), body(x, x + 1), wasm.storeOne(0), get(length), wasm.leave],
              [get(to), body(x, x + 1), wasm.store()],
            ),
            [increase(at, 16), increase(to, 16), increase(left, -2)],
          ],
          get(left),
        ),
      ),
      get(length),
    ],
  };
}
