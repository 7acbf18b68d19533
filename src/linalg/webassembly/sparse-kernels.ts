/**
 * Products with a matrix of many zeros on a program's memory: AᵀB for such a B, as the cotangent behind a ReLU is, and BᵀA,
 * where the rows of Bᵀ are those of sparse data. For each column of B the list of its other entries, then twelve elements of
 * the result at a time, each the sum of A's rows by this list.
 *
 * Every element is summed in ascending order with one accumulator, as in the dense product. What is left out are terms of
 * ±0, which change no sum that begins at 0, as long as A is finite (0·∞ is NaN): the caller asks `allFinite` first.
 */
import * as wasm from "../../webassembly/assembler.ts";
import {
  countDown,
  get,
  increase,
  increaseBy,
  integer,
  loadOne,
  numbers,
  repeated,
  set,
  storeOne,
  vector,
  type Code,
  i32,
  v128,
} from "../../webassembly/assembler.ts";

const pair = 16;
/** An entry of a list: the number, and behind it how far from A's first row its row begins. */
const entryBytes = 16;

const isNotEqual = vector(0x48);
const isEqual = vector(0x47);
const both = vector(0x4e);
const firstWord = (lane: number): Code => [vector(0x1b), lane];
const loadWord = (offset: number): Code => [0x28, 2, offset];
const storeWord = (offset: number): Code => [0x36, 2, offset];
const storeSecond = (offset: number): Code => [vector(0x5b), 3, offset, 1];
const isLess: Code = [0x48];

/** allFinite(from, length) → 1, or 0 for numbers among which are NaN or infinities. */
function allFinite(): wasm.FunctionSource {
  const [from, length, left, sum, other] = numbers(0, 5);
  // 0 times a finite number is 0 and anything else NaN, which no sum loses.
  const take = (into: number, load: Code): Code => [
    [get(into), get(from), load, wasm.zero, wasm.multiplyLanes, wasm.addLanes, set(into)],
  ];
  return {
    name: "allFinite",
    parameters: repeated(i32, 2),
    results: [i32],
    locals: [i32, v128, v128],
    body: [
      [get(length), wasm.shiftRight(2), wasm.tee(left)],
      wasm.when([], countDown(left, [take(sum, wasm.load()), take(other, wasm.load(pair)), increase(from, 2 * pair)])),
      [get(length), integer(3), wasm.and, wasm.tee(left)],
      wasm.when([], countDown(left, [take(sum, loadOne), increase(from, 8)])),
      [get(sum), wasm.zero, isEqual, get(other), wasm.zero, isEqual, both, vector(0xc3)],
    ],
  };
}

/**
 * listEntries(b, strideB, next, columns, inner, strideA, lists) → how many entries of B are not 0, whose columns begin `next`
 * bytes apart and whose rows `strideB`. Each column has room for inner + 1 entries: first the address behind its last, then
 * the entries, those of A's rows `strideA` bytes apart.
 */
function listEntries(): wasm.FunctionSource {
  const [b, strideB, next, columns, inner, strideA, lists, at, row, left, to, total] = numbers(0, 12);
  const value = 12;
  return {
    name: "listEntries",
    parameters: repeated(i32, 7),
    results: [i32],
    locals: [...repeated(i32, 5), v128],
    body: [
      countDown(columns, [
        [get(b), set(at), integer(0), set(row), get(inner), set(left), get(lists), integer(entryBytes), wasm.add],
        set(to),
        countDown(left, [
          // Written in any case; the next one goes over it where it is 0.
          [get(to), get(at), loadOne, wasm.tee(value), wasm.store(), get(to), get(row), storeWord(8)],
          [get(to), get(value), wasm.zero, isNotEqual, firstWord(0), integer(entryBytes), wasm.and, wasm.add, set(to)],
          [increaseBy(at, strideB), increaseBy(row, strideA)],
        ]),
        [get(lists), get(to), storeWord(0)],
        [get(total), get(to), get(lists), wasm.subtract, wasm.shiftRight(4), integer(1), wasm.subtract, wasm.add],
        set(total),
        [get(lists), get(inner), integer(1), wasm.add, wasm.shiftLeft(4), wasm.add, set(lists)],
        increaseBy(b, next),
      ]),
      get(total),
    ],
  };
}

/**
 * multiplyListed(a, lists, c, strideC, next, rows, columns, inner): C, rows × columns, from the lists of B's columns. Its rows
 * begin `strideC` bytes apart and its columns `next`, which are exchanged for the transpose of C.
 */
function multiplyListed(): wasm.FunctionSource {
  const [a, lists, c, strideC, next, rows, columns, inner, entry, end, list, target, left, source, at] = numbers(0, 15);
  // Six sums, six loads, factor and product are in registers at once; eight and eight would not be (resident-kernels.ts).
  const sums = numbers(15, 6);
  const [factor] = numbers(21, 1);
  /** So many of A's columns, two in each sum: all columns of C for them; then the next. */
  const block = (width: number, store: (sum: number, k: number) => Code): Code => {
    const used = sums.slice(0, width / 2);
    return [
      [get(lists), set(list), get(c), set(target), get(columns), set(left)],
      countDown(left, [
        used.map((sum) => [wasm.zero, set(sum)]),
        [get(list), wasm.tee(entry), loadWord(0), set(end), increase(entry, entryBytes)],
        wasm.when(
          [get(entry), get(end), isLess],
          wasm.repeat(
            [
              [get(a), get(entry), loadWord(8), wasm.add, set(source), get(entry), wasm.loadSplat(), set(factor)],
              used.map((sum, k) => [
                [get(sum), get(source), wasm.load(k * pair), get(factor), wasm.multiplyLanes, wasm.addLanes, set(sum)],
              ]),
              increase(entry, entryBytes),
            ],
            [get(entry), get(end), isLess],
          ),
        ),
        [get(target), set(at), used.map((sum, k) => store(sum, k))],
        increaseBy(target, next),
        [get(list), get(inner), integer(1), wasm.add, wasm.shiftLeft(4), wasm.add, set(list)],
      ]),
      [increase(a, 8 * width), increase(rows, -width)],
      [get(c), get(strideC), integer(width), [0x6c], wasm.add, set(c)],
    ];
  };
  const storeBoth = (sum: number): Code => [
    [get(at), get(sum), storeOne(0), increaseBy(at, strideC), get(at), get(sum), storeSecond(0)],
    increaseBy(at, strideC),
  ];
  const more = (count: number): Code => [get(rows), integer(count), [0x4a]];
  return {
    name: "multiplyListed",
    parameters: repeated(i32, 8),
    locals: [...repeated(i32, 7), ...repeated(v128, 7)],
    body: [
      wasm.when(more(11), wasm.repeat(block(12, storeBoth), more(11))),
      wasm.when(more(7), block(8, storeBoth)),
      wasm.when(
        more(0),
        wasm.repeat(
          block(4, (sum, k) => [
            wasm.when(more(2 * k), [get(at), get(sum), storeOne(0), increaseBy(at, strideC)]),
            wasm.when(more(2 * k + 1), [get(at), get(sum), storeSecond(0), increaseBy(at, strideC)]),
          ]),
          more(0),
        ),
      ),
    ],
  };
}

/** The functions of this file. */
export function sparseKernels(): wasm.FunctionSource[] {
  return [allFinite(), listEntries(), multiplyListed()];
}
