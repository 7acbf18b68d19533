/**
 * WebAssembly kernels for products of a matrix with a vector, where both lie in the module's memory and the matrix is stored row by row: with
 * its rows (addRowProducts, innerProducts) and with its transpose (addScaledRows). Each reads the matrix once, in the order in which it lies, at the speed at
 * which the memory delivers it.
 *
 * Every element of the result is summed with one accumulator in ascending order of the inner index, two elements side by side: the bits are
 * those of vector-product.ts.
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

const pair = 16;
const quad = 32;

const select: Code = [0x1b];
const greater: Code = [0x4a];

export const exceeds = (local: number, value: number): Code => [get(local), wasm.integer(value), greater];

/** Rows `stride` apart; those beyond `count` are the first one once more. */
export function rowPointers(base: number, stride: number, count: number, rows: readonly number[]): Code {
  const [first, ...others] = rows;
  return [
    [get(base), set(first)],
    others.flatMap((row, r) => [
      [get(r === 0 ? first : others[r - 1]), get(stride), wasm.add],
      [get(first), exceeds(count, r + 1), select, set(row)],
    ]),
  ];
}

/**
 * addScaledRows(a, stride, rows, x, y, length): y ← y + x₀a₀ + x₁a₁ + …, with aᵣ the rows of a, `stride` apart, in their
 * order. Four rows in one pass over y; reads and writes y up to one number past its end.
 */
function addScaledRows(): wasm.FunctionSource {
  const [a, stride, rows, x, y, length, left, to] = numbers(0, 8);
  const at = numbers(8, 4);
  const factors = numbers(12, 4);
  const sum = 16;
  const pass = (count: number): Code => {
    const two = (offset: number): Code => [
      [get(to), wasm.load(offset), set(sum)],
      at.slice(0, count).flatMap((row, r) => [
        [get(sum), get(factors[r]), get(row), wasm.load(offset)],
        [wasm.multiplyLanes, wasm.addLanes, set(sum)],
      ]),
      [get(to), get(sum), wasm.store(offset)],
    ];
    const advance = (bytes: number): Code => [to, ...at.slice(0, count)].flatMap((local) => increase(local, bytes));
    return [
      at
        .slice(0, count)
        .flatMap((row, r) => [
          r === 0 ? get(a) : [get(at[r - 1]), get(stride), wasm.add],
          [set(row), get(x), wasm.loadSplat(8 * r), set(factors[r])],
        ]),
      [get(y), set(to), get(length), shiftRight(2), set(left)],
      wasm.when(get(left), countDown(left, [two(0), two(pair), advance(quad)])),
      [get(length), wasm.integer(3), wasm.and, wasm.integer(1), wasm.add, shiftRight(1)],
      set(left),
      wasm.when(get(left), countDown(left, [two(0), advance(pair)])),
      [get(a), get(stride), wasm.shiftLeft(count === 4 ? 2 : 0), wasm.add, set(a)],
      [increase(x, 8 * count), increase(rows, -count)],
    ];
  };
  return {
    name: "addScaledRows",
    parameters: repeated(i32, 6),
    locals: [...repeated(i32, 6), ...repeated(v128, 5)],
    body: [
      wasm.when(exceeds(rows, 3), wasm.repeat(pass(4), exceeds(rows, 3))),
      wasm.when(exceeds(rows, 0), wasm.repeat(pass(1), exceeds(rows, 0))),
    ],
  };
}

/**
 * addRowProducts(a, stride, rows, x, y, length): yᵢ ← yᵢ + aᵢ·x for the rows aᵢ of a, `stride` apart. Eight rows in one pass over x, of which two
 * share a vector; reads y up to seven numbers past its end.
 */
function addRowProducts(): wasm.FunctionSource {
  const [a, stride, rows, x, y, length, left, at] = numbers(0, 8);
  const from = numbers(8, 8);
  const sums = numbers(16, 4);
  const [upper, lower, x0, x1] = numbers(20, 4);
  const eachPair = (use: (sum: number, row: number, k: number) => Code): Code =>
    sums.flatMap((sum, k) => use(sum, 2 * k, k));
  const addProduct = (sum: number, elements: Code, factor: number): Code => [
    [get(sum), elements, get(factor), wasm.multiplyLanes, wasm.addLanes, set(sum)],
  ];
  const twoColumns: Code = [
    [get(at), wasm.loadSplat(0), set(x0), get(at), wasm.loadSplat(8), set(x1)],
    eachPair((sum, row) => [
      [get(from[row]), wasm.load(), set(upper), get(from[row + 1]), wasm.load(), set(lower)],
      addProduct(sum, [get(upper), get(lower), wasm.firstLanes], x0),
      addProduct(sum, [get(upper), get(lower), wasm.secondLanes], x1),
    ]),
    [at, ...from].flatMap((local) => increase(local, pair)),
  ];
  const lastColumn: Code = [
    [get(at), wasm.loadSplat(0), set(x0)],
    eachPair((sum, row) => addProduct(sum, [get(from[row + 1]), get(from[row]), loadOne, wasm.loadSecond], x0)),
  ];
  const storePairs: Code = eachPair((sum, row, k) =>
    wasm.when(
      exceeds(rows, row + 1),
      [get(y), get(sum), wasm.store(k * pair)],
      wasm.when(exceeds(rows, row), [get(y), get(sum), storeOne(k * pair)]),
    ),
  );
  return {
    name: "addRowProducts",
    parameters: repeated(i32, 6),
    locals: [...repeated(i32, 10), ...repeated(v128, 8)],
    body: wasm.repeat(
      [
        rowPointers(a, stride, rows, from),
        eachPair((sum, _row, k) => [get(y), wasm.load(k * pair), set(sum)]),
        [get(x), set(at), get(length), shiftRight(1), wasm.tee(left)],
        wasm.when([], countDown(left, twoColumns)),
        wasm.when([get(length), wasm.integer(1), wasm.and], lastColumn),
        storePairs,
        [get(a), get(stride), wasm.shiftLeft(3), wasm.add, set(a), increase(y, 2 * quad), increase(rows, -8)],
      ],
      exceeds(rows, 0),
    ),
  };
}

/**
 * innerProducts(a, stride, rows, x, to, length): toᵢ ← aᵢ·x, each as four sums of every fourth product, added up as (s₀ + s₁) + (s₂ + s₃);
 * what is left of a length that is no multiple of 4 goes into s₀. Two rows in one pass over x.
 */
function innerProducts(): wasm.FunctionSource {
  const [a, stride, rows, x, to, length, left, at] = numbers(0, 8);
  const from = numbers(8, 2);
  const sums = numbers(10, 4);
  const factor = 14;
  const add = (sum: number, elements: Code): Code => [
    [get(sum), elements, get(factor), wasm.multiplyLanes, wasm.addLanes, set(sum)],
  ];
  const two = (half: number): Code => [
    [get(at), wasm.load(half * pair), set(factor)],
    from.flatMap((row, r) => add(sums[2 * r + half], [get(row), wasm.load(half * pair)])),
  ];
  /** The second lanes are those of zeros. */
  const last: Code = [
    [get(at), loadOne, set(factor)],
    from.flatMap((row, r) => [add(sums[2 * r], [get(row), loadOne]), increase(row, 8)]),
    increase(at, 8),
  ];
  const total = (r: number): Code => {
    const [s01, s23] = [sums[2 * r], sums[2 * r + 1]];
    const across = (sum: number): Code => [[get(sum), get(sum), get(sum), wasm.secondLanes, wasm.addLanes]];
    return [across(s01), across(s23), wasm.addLanes];
  };
  return {
    name: "innerProducts",
    parameters: repeated(i32, 6),
    locals: [...repeated(i32, 4), ...repeated(v128, 5)],
    body: wasm.repeat(
      [
        rowPointers(a, stride, rows, from),
        sums.flatMap((sum) => [wasm.zero, set(sum)]),
        [get(x), set(at), get(length), shiftRight(2), wasm.tee(left)],
        wasm.when([], countDown(left, [two(0), two(1), [at, ...from].flatMap((local) => increase(local, quad))])),
        [get(length), wasm.integer(3), wasm.and, wasm.tee(left)],
        wasm.when([], countDown(left, last)),
        [get(to), total(0), storeOne(0)],
        wasm.when(exceeds(rows, 1), [get(to), total(1), storeOne(8)]),
        [get(a), get(stride), wasm.shiftLeft(1), wasm.add, set(a), increase(to, pair), increase(rows, -2)],
      ],
      exceeds(rows, 0),
    ),
  };
}

/** All functions. */
export function rowFunctions(): wasm.FunctionSource[] {
  return [addScaledRows(), addRowProducts(), innerProducts()];
}
