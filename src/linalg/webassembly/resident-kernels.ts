/**
 * WebAssembly kernels for data that already lies in the module's memory, where a compiled program keeps its values: the
 * matrix product without copies of its left operand, sums and copies of rows; see element-loops.ts for the others. Two numbers at a time, each rounded as
 * JavaScript rounds it and in JavaScript's order, so the bits are those of the loops that they stand in for.
 *
 * Addresses are bytes. Vectors are read up to seven numbers past the end of an operand (and not used): whoever lays out
 * the memory leaves that much behind the last one.
 */
import * as wasm from "../../webassembly/assembler.ts";
import {
  type Code,
  i32,
  v128,
  countDown,
  get,
  increase,
  increaseBy,
  loadOne,
  numbers,
  repeated,
  set,
  shiftRight,
  storeOne,
} from "../../webassembly/assembler.ts";
import { elementLoops } from "./element-loops.ts";
import { elementaryKernels } from "./elementary-kernels.ts";
import { exceeds, rowPointers } from "./row-kernels.ts";
import { sparseKernels } from "./sparse-kernels.ts";

const pair = 16;
/** A panel of B and a strip of A are four numbers wide. */
const quad = 32;

// ---- packing ----------------------------------------------------------------------------------------------------------

/**
 * packRows(b, stride, tiles, length, to): panels of a matrix stored inner × columns, rows `stride` apart, and likewise
 * strips of a left operand stored as its transpose. to: tiles × length × 4. Whole rows are read one after another, so
 * that a line of the cache is read once.
 */
function packRows(): wasm.FunctionSource {
  const [b, stride, tiles, length, to, from, out, left, panel] = numbers(0, 9);
  const copy = (offset: number): Code => [get(out), get(from), wasm.load(offset), wasm.store(offset)];
  return {
    name: "packRows",
    parameters: repeated(i32, 5),
    locals: repeated(i32, 4),
    body: [
      [get(length), wasm.shiftLeft(5), set(panel)],
      countDown(length, [
        [get(b), set(from), get(to), set(out), get(tiles), set(left)],
        countDown(left, [copy(0), copy(pair), increase(from, quad), increaseBy(out, panel)]),
        [increaseBy(b, stride), increase(to, quad)],
      ]),
    ],
  };
}

/** copyRows(from, strideFrom, to, strideTo, width, rows): rows of `width` numbers, at least one of each, as they are. */
function copyRows(): wasm.FunctionSource {
  const [from, strideFrom, to, strideTo, width, rows, at, out, left] = numbers(0, 9);
  const copy = (offset: number): Code => [get(out), get(at), wasm.load(offset), wasm.store(offset)];
  return {
    name: "copyRows",
    parameters: repeated(i32, 6),
    locals: repeated(i32, 3),
    body: countDown(rows, [
      [get(from), set(at), get(to), set(out)],
      [get(width), shiftRight(2), wasm.tee(left)],
      wasm.when([], countDown(left, [copy(0), copy(pair), increase(at, quad), increase(out, quad)])),
      wasm.when([get(width), wasm.integer(2), wasm.and], [copy(0), increase(at, pair), increase(out, pair)]),
      wasm.when([get(width), wasm.integer(1), wasm.and], [get(out), get(at), loadOne, storeOne(0)]),
      [increaseBy(from, strideFrom), increaseBy(to, strideTo)],
    ]),
  };
}

/** repeatNumber(from, to, length): one number, at least once. */
function repeatNumber(): wasm.FunctionSource {
  const [from, to, length, left, value] = numbers(0, 5);
  return {
    name: "repeatNumber",
    parameters: repeated(i32, 3),
    locals: [i32, v128],
    body: [
      [get(from), wasm.loadSplat(), set(value), get(length), shiftRight(1), wasm.tee(left)],
      wasm.when([], countDown(left, [get(to), get(value), wasm.store(), increase(to, pair)])),
      wasm.when([get(length), wasm.integer(1), wasm.and], [get(to), get(value), storeOne(0)]),
    ],
  };
}

/** packColumns(b, stride, columns, length, to): the same panels of a matrix stored columns × inner. */
function packColumns(): wasm.FunctionSource {
  const [b, stride, columns, length, to, left] = numbers(0, 6);
  const rows = numbers(6, 4);
  const two = (first: number, second: number, offset: number): Code => [
    [get(to), get(second), get(first), loadOne, wasm.loadSecond, wasm.store(offset)],
  ];
  return {
    name: "packColumns",
    parameters: repeated(i32, 5),
    locals: repeated(i32, 5),
    body: wasm.repeat(
      [
        rowPointers(b, stride, columns, rows),
        [get(length), set(left)],
        countDown(left, [
          two(rows[0], rows[1], 0),
          two(rows[2], rows[3], pair),
          rows.flatMap((row) => increase(row, 8)),
          increase(to, quad),
        ]),
        [get(b), get(stride), wasm.shiftLeft(2), wasm.add, set(b)],
        increase(columns, -4),
      ],
      exceeds(columns, 0),
    ),
  };
}

// ---- the product ------------------------------------------------------------------------------------------------------
//
// A turn of the inner loop is one step: eight sums, six loads and a product are the fifteen vector registers that V8 gives.
// It places all loads of a turn before the arithmetic, so that with two steps in a turn some sums lay on the stack. Its stack
// is aligned to eight bytes alone: where such a sum lay across two pages, as it does at one depth of calls in fifty, each step
// waited for it, and products took two to three times as long for as long as they were called from there.

/** Where a tile finds the four numbers of A that belong to one step of the inner index. */
interface Left {
  /** The local and the constant offset of row r. */
  readonly row: (r: number) => readonly [number, number];
  /** How far apart the steps are, in bytes. */
  readonly step: number;
  /** The locals that move on with the steps. */
  readonly pointers: readonly number[];
}

/** The locals of the tiles of one strip. */
interface Strip {
  readonly panel: number;
  readonly c: readonly number[];
  /** How many rows and columns of C are left, this tile's included. */
  readonly height: number;
  readonly across: number;
  readonly length: number;
  readonly resume: number;
  readonly left: number;
  readonly sums: readonly number[];
  readonly b: readonly [number, number];
  readonly factor: number;
}

/** One 4 × 4 tile: adds the products of all steps to C, or starts from 0, and stores the rows and columns that exist. */
function tile(a: Left, s: Strip): Code {
  const step: Code = [
    s.b.flatMap((b, half) => [get(s.panel), wasm.load(half * pair), set(b)]),
    s.c.flatMap((_row, r) => {
      const [local, offset] = a.row(r);
      return [
        [get(local), wasm.loadSplat(offset), set(s.factor)],
        s.b.flatMap((b, half) => addProduct(s.sums[2 * r + half], s.factor, b)),
      ];
    }),
  ];
  const advance: Code = [a.pointers.flatMap((pointer) => increase(pointer, a.step)), increase(s.panel, quad)];
  const eachSum = (use: (row: number, half: number, sum: number) => Code): Code =>
    s.c.flatMap((row, r) => [use(row, 0, s.sums[2 * r]), use(row, 1, s.sums[2 * r + 1])]);
  const storePair = (row: number, half: number, sum: number): Code => [get(row), get(sum), wasm.store(half * pair)];
  /** As many of a row's two numbers as there are columns. */
  const storePart = (row: number, half: number, sum: number): Code =>
    wasm.when(
      exceeds(s.across, 2 * half + 1),
      storePair(row, half, sum),
      wasm.when(exceeds(s.across, 2 * half), [get(row), get(sum), storeOne(half * pair)]),
    );
  const storeRows = (use: (row: number, half: number, sum: number) => Code): Code =>
    s.c.flatMap((row, r) =>
      wasm.when(exceeds(s.height, r), [use(row, 0, s.sums[2 * r]), use(row, 1, s.sums[2 * r + 1])]),
    );
  return [
    wasm.when(
      get(s.resume),
      eachSum((row, half, sum) => [get(row), wasm.load(half * pair), set(sum)]),
      eachSum((_row, _half, sum) => [wasm.zero, set(sum)]),
    ),
    [get(s.length), set(s.left)],
    countDown(s.left, [step, advance]),
    wasm.when(exceeds(s.across, 3), storeRows(storePair), storeRows(storePart)),
  ];
}

function addProduct(sum: number, x: number, y: number): Code {
  return [get(sum), get(x), get(y), wasm.multiplyLanes, wasm.addLanes, set(sum)];
}

/**
 * multiplyRows(a, strideA, panels, c, strideC, rows, columns, length, resume): all rows of C, A's rows read where they
 * lie. multiplyStrip(a, panels, c, strideC, rows, columns, length, resume): up to four rows of C, A packed as a strip.
 */
function multiplyRows(): wasm.FunctionSource {
  const [a, strideA, panels, c, strideC, rows, columns, length, resume] = numbers(0, 9);
  const [panel, across, left] = numbers(9, 3);
  const starts = numbers(12, 4);
  const at = numbers(16, 4);
  const outs = numbers(20, 4);
  const sums = numbers(24, 8);
  const [b0, b1, factor] = numbers(32, 3);
  const strip: Strip = { panel, c: outs, height: rows, across, length, resume, left, sums, b: [b0, b1], factor };
  return {
    name: "multiplyRows",
    parameters: repeated(i32, 9),
    locals: [...repeated(i32, 15), ...repeated(v128, 11)],
    body: wasm.repeat(
      [
        rowPointers(a, strideA, rows, starts),
        rowPointers(c, strideC, rows, outs),
        [get(panels), set(panel), get(columns), set(across)],
        wasm.repeat(
          [
            at.flatMap((local, r) => [get(starts[r]), set(local)]),
            tile({ row: (r) => [at[r], 0], step: 8, pointers: at }, strip),
            outs.flatMap((row) => increase(row, quad)),
            increase(across, -4),
          ],
          exceeds(across, 0),
        ),
        [get(a), get(strideA), wasm.shiftLeft(2), wasm.add, set(a)],
        [get(c), get(strideC), wasm.shiftLeft(2), wasm.add, set(c)],
        increase(rows, -4),
      ],
      exceeds(rows, 0),
    ),
  };
}

function multiplyStrip(): wasm.FunctionSource {
  const [a, panels, c, strideC, rows, columns, length, resume] = numbers(0, 8);
  const [at, left] = numbers(8, 2);
  const outs = numbers(10, 4);
  const sums = numbers(14, 8);
  const [b0, b1, factor] = numbers(22, 3);
  const strip: Strip = {
    ...{ panel: panels, c: outs, height: rows, across: columns, length, resume, left, sums, b: [b0, b1], factor },
  };
  return {
    name: "multiplyStrip",
    parameters: repeated(i32, 8),
    locals: [...repeated(i32, 6), ...repeated(v128, 11)],
    body: [
      rowPointers(c, strideC, rows, outs),
      wasm.repeat(
        [
          [get(a), set(at)],
          tile({ row: (r) => [at, 8 * r], step: quad, pointers: [at] }, strip),
          outs.flatMap((row) => increase(row, quad)),
          increase(columns, -4),
        ],
        exceeds(columns, 0),
      ),
    ],
  };
}

/** sumRows(from, rows, columns, to): the sum of the rows of a matrix, in their order; eight columns at a time. */
function sumRows(): wasm.FunctionSource {
  const [from, rows, columns, to, at, left, stride] = numbers(0, 7);
  const sums = numbers(7, 4);
  const each = (use: (sum: number, offset: number, k: number) => Code): Code =>
    sums.flatMap((sum, k) => use(sum, k * pair, k));
  return {
    name: "sumRows",
    parameters: repeated(i32, 4),
    locals: [...repeated(i32, 3), ...repeated(v128, 4)],
    body: [
      [get(columns), wasm.shiftLeft(3), set(stride)],
      wasm.repeat(
        [
          [get(from), set(at), get(rows), set(left)],
          each((sum) => [wasm.zero, set(sum)]),
          countDown(left, [
            each((sum, offset) => [[get(sum), get(at), wasm.load(offset), wasm.addLanes, set(sum)]]),
            increaseBy(at, stride),
          ]),
          each((sum, offset, k) =>
            wasm.when(
              exceeds(columns, 2 * k + 1),
              [get(to), get(sum), wasm.store(offset)],
              wasm.when(exceeds(columns, 2 * k), [get(to), get(sum), storeOne(offset)]),
            ),
          ),
          [increase(from, 2 * quad), increase(to, 2 * quad), increase(columns, -8)],
        ],
        exceeds(columns, 0),
      ),
    ],
  };
}

/** Products of matrices. */
export function productFunctions(): wasm.FunctionSource[] {
  return [packRows(), packColumns(), multiplyRows(), multiplyStrip()];
}

/** What compiled programs need besides. */
export function programFunctions(): wasm.FunctionSource[] {
  return [
    ...[copyRows(), repeatNumber(), sumRows()],
    ...[...elementLoops(), ...elementaryKernels(), ...sparseKernels()],
  ];
}
