/**
 * A WebAssembly kernel that applies a Householder reflector to the columns of a matrix in the module's memory, stored row by row: eight, then
 * two columns side by side, the last of an odd number alone. Each column's sum is taken down the rows with one accumulator: the bits are
 * those of `applyReflector`.
 */
import * as wasm from "../../webassembly/assembler.ts";
import { type Code, countDown, get, i32, increase, increaseBy, set, v128 } from "../../webassembly/assembler.ts";

/**
 * reflect(v, strideV, rows, to, stride, columns, scale): C ← C − τ u (uᵀC), with u = (1, v): the `rows` numbers from v on, `strideV` apart;
 * C has one row more, `stride` apart, and `columns` numbers in each; τ lies at `scale`. At least one row and one column; strides in bytes.
 */
export function reflect(): wasm.FunctionSource {
  const [v, strideV, rows, to, stride, columns, scale, from, at, left] = wasm.numbers(0, 10);
  const [tau, factor, ...sums] = wasm.numbers(10, 6);
  /** As many pairs of columns, or the first column of one pair. */
  function tile(pairs: number, alone: boolean): Code {
    const each = (use: (sum: number, offset: number) => Code): Code =>
      sums.slice(0, pairs).flatMap((sum, k) => use(sum, 16 * k));
    const subtract = (row: number, sum: number, offset: number, product: Code): Code => [
      [get(row), get(row), wasm.load(offset), get(sum), product, wasm.subtractLanes],
      alone ? wasm.storeOne(offset) : wasm.store(offset),
    ];
    const down = (work: Code): Code => [
      [get(to), get(stride), wasm.add, set(at), get(v), set(from), get(rows), set(left)],
      countDown(left, [
        [get(from), wasm.loadSplat(), set(factor), work],
        [increaseBy(at, stride), increaseBy(from, strideV)],
      ]),
    ];
    return [
      each((sum, offset) => [get(to), wasm.load(offset), set(sum)]),
      down(
        each((sum, offset) => [
          [get(sum), get(factor), get(at), wasm.load(offset), wasm.multiplyLanes, wasm.addLanes, set(sum)],
        ]),
      ),
      each((sum, offset) => [[get(sum), get(tau), wasm.multiplyLanes, set(sum)], subtract(to, sum, offset, [])]),
      down(each((sum, offset) => subtract(at, sum, offset, [get(factor), wasm.multiplyLanes]))),
      [increase(to, 16 * pairs), increase(columns, -2 * pairs)],
    ];
  }
  const atLeast = (count: number): Code => [wasm.integer(count - 1), get(columns), wasm.lessThanSigned];
  return {
    name: "reflect",
    parameters: wasm.repeated(i32, 7),
    locals: [...wasm.repeated(i32, 3), ...wasm.repeated(v128, 6)],
    body: [
      [get(scale), wasm.loadSplat(), set(tau)],
      wasm.when(atLeast(8), wasm.repeat(tile(4, false), atLeast(8))),
      wasm.when(atLeast(2), wasm.repeat(tile(1, false), atLeast(2))),
      wasm.when(atLeast(1), tile(1, true)),
    ],
  };
}
