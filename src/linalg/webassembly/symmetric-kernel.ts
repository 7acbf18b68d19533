/**
 * The WebAssembly kernel of symmetric-product.ts: a symmetric matrix times a vector, of whose rows only what is on and
 * above the diagonal is read, once, in the order in which it lies.
 *
 * Four rows at a time: while a row's elements lie in registers they are added to two sums, that of their row and that of
 * their column. A row's sum has by then what stands before the diagonal, so every element of the result is summed with
 * one accumulator in ascending order of the inner index: the bits are those of the product with the whole matrix.
 */
import * as wasm from "../../webassembly/assembler.ts";
import {
  type Code,
  countDown,
  get,
  i32,
  increase,
  loadOne,
  numbers,
  repeated,
  set,
  shiftRight,
  storeOne,
  v128,
} from "../../webassembly/assembler.ts";
import { exceeds } from "./row-kernels.ts";

const pair = 16;
/** Rows in a pass. Eight of them have more sums and factors than there are registers, and are not faster. */
const rowsInPass = 4;
const passBytes = 8 * rowsInPass;

/**
 * addSymmetricProduct(a, stride, size, x, y): y ← y + A·x for the rows of A in whole groups of four; of what is left, the
 * square behind them, nothing is done. `a` is the first diagonal element; rows are `stride` apart.
 */
export function addSymmetricProduct(): wasm.FunctionSource {
  const [a, stride, size, x, y, left, at, to] = numbers(0, 8);
  const from = numbers(8, rowsInPass);
  const sums = numbers(12, 2);
  const factors = numbers(14, rowsInPass);
  const [upper, lower, x0, x1, sum] = numbers(18, 5);
  const add = (target: number, elements: Code, factor: number): Code => [
    [get(target), elements, get(factor), wasm.multiplyLanes, wasm.addLanes, set(target)],
  ];
  const eachPair = (use: (sum: number, row: number) => Code): Code => sums.flatMap((local, k) => use(local, 2 * k));
  const bytesBeyond = (local: number, bytes: number): Code => [get(local), wasm.integer(bytes), wasm.add];
  /** The elements of rows `row` and `row + 1` in a column that is not before either. */
  const ofColumn = (row: number, bytes: number): Code => [
    [bytesBeyond(from[row + 1], bytes), bytesBeyond(from[row], bytes), loadOne, wasm.loadSecond],
  ];
  /** The square at the diagonal: what is below it is read from its mirror image. */
  const square: Code = factors.flatMap((factor, column) =>
    eachPair((local, row) =>
      add(local, column <= row ? [get(from[column]), wasm.load(8 * row)] : ofColumn(row, 8 * column), factor),
    ),
  );
  const twoColumns: Code = [
    [get(to), wasm.load(), set(sum), get(at), wasm.loadSplat(), set(x0), get(at), wasm.loadSplat(8), set(x1)],
    eachPair((local, row) => [
      [get(from[row]), wasm.load(passBytes), set(upper), get(from[row + 1]), wasm.load(passBytes), set(lower)],
      add(local, [get(upper), get(lower), wasm.firstLanes], x0),
      add(sum, get(upper), factors[row]),
      add(sum, get(lower), factors[row + 1]),
      add(local, [get(upper), get(lower), wasm.secondLanes], x1),
    ]),
    [get(to), get(sum), wasm.store()],
    [to, at, ...from].flatMap((local) => increase(local, pair)),
  ];
  /** The second lanes of the column's sum are zeros that are not stored. */
  const lastColumn: Code = [
    [get(at), wasm.loadSplat(), set(x0), get(to), loadOne, set(sum)],
    eachPair((local, row) => add(local, ofColumn(row, passBytes), x0)),
    factors.flatMap((factor, row) => add(sum, [bytesBeyond(from[row], passBytes), loadOne], factor)),
    [get(to), get(sum), storeOne(0)],
  ];
  const enough = exceeds(size, rowsInPass - 1);
  const pass: Code = [
    [get(a), set(from[0])],
    from.slice(1).flatMap((row, r) => [get(from[r]), get(stride), wasm.add, set(row)]),
    factors.flatMap((factor, row) => [get(x), wasm.loadSplat(8 * row), set(factor)]),
    eachPair((local, row) => [get(y), wasm.load(8 * row), set(local)]),
    square,
    [increase(size, -rowsInPass), bytesBeyond(x, passBytes), set(at), bytesBeyond(y, passBytes), set(to)],
    wasm.when([get(size), shiftRight(1), wasm.tee(left)], countDown(left, twoColumns)),
    wasm.when([get(size), wasm.integer(1), wasm.and], lastColumn),
    eachPair((local, row) => [get(y), get(local), wasm.store(8 * row)]),
    [increase(x, passBytes), increase(y, passBytes)],
    [bytesBeyond(a, passBytes), get(stride), wasm.shiftLeft(2), wasm.add, set(a)],
  ];
  return {
    name: "addSymmetricProduct",
    parameters: repeated(i32, 5),
    locals: [...repeated(i32, 3 + rowsInPass), ...repeated(v128, 11)],
    body: wasm.when(enough, wasm.repeat(pass, enough)),
  };
}
