/**
 * The kernels in WebAssembly with 128-bit vectors: two columns at a time, each lane an accumulator of its own. The
 * instructions are multiplications and additions that round separately, as JavaScript's do (nothing fused, nothing
 * relaxed), and the order is the JavaScript kernels': the bits are the same.
 *
 * Addresses are bytes in the module's own memory, into which the callers pack their operands.
 */
import * as wasm from "../../webassembly/assembler.ts";
import { type Code, get, i32, set, v128 } from "../../webassembly/assembler.ts";

/** Rows and columns of a tile: eight accumulators of two lanes, within the sixteen registers of the machines at hand. */
export const stripRows = 4;
export const tileColumns = 4;

const pair = 16;
const tileBytes = stripRows * 8;

/**
 * strip(a, panels, c, stride, tiles, length, resume): four rows of C, as many tiles of four columns as asked for.
 * a: length × 4, panels: tiles × length × 4, c: four rows, `stride` bytes apart. c[r][4t + s] += Σₚ a[p][r]·panels[t][p][s]
 * in ascending p, from 0 unless `resume`; length is at least 1, tiles at least 1.
 */
function strip(): wasm.FunctionSource {
  const [a, panel, c, stride, tiles, length, resume, at, end, row1, row2, row3] = wasm.numbers(0, 12);
  const sums = wasm.numbers(12, 8);
  const [b0, b1, factor] = wasm.numbers(20, 3);
  const rows = [c, row1, row2, row3];

  const step: Code = [
    wasm.get(panel),
    wasm.load(),
    wasm.set(b0),
    wasm.get(panel),
    wasm.load(pair),
    wasm.set(b1),
    rows.flatMap((_row, r) => [
      wasm.get(at),
      wasm.loadSplat(8 * r),
      wasm.set(factor),
      addProduct(sums[2 * r], factor, b0),
      addProduct(sums[2 * r + 1], factor, b1),
    ]),
  ];
  const eachSum = (use: (row: number, offset: number, sum: number) => Code): Code =>
    rows.flatMap((row, r) => [use(row, 0, sums[2 * r]), use(row, pair, sums[2 * r + 1])]);

  const tile: Code = [
    sumOf(row1, c, stride),
    sumOf(row2, row1, stride),
    sumOf(row3, row2, stride),
    wasm.when(
      wasm.get(resume),
      eachSum((row, offset, sum) => [wasm.get(row), wasm.load(offset), wasm.set(sum)]),
      eachSum((_row, _offset, sum) => [wasm.zero, wasm.set(sum)]),
    ),
    wasm.get(a),
    wasm.set(at),
    // One step in a turn: see resident-kernels.ts.
    wasm.repeat(
      [step, wasm.increase(at, tileBytes), wasm.increase(panel, tileBytes)],
      [wasm.get(at), wasm.get(end), wasm.lessThan],
    ),
    eachSum((row, offset, sum) => [wasm.get(row), wasm.get(sum), wasm.store(offset)]),
    wasm.increase(c, tileColumns * 8),
  ];
  return {
    name: "strip",
    parameters: wasm.repeated(i32, 7),
    locals: [...wasm.repeated(i32, 5), ...wasm.repeated(v128, 11)],
    body: [
      wasm.get(a),
      wasm.get(length),
      wasm.shiftLeft(5),
      wasm.add,
      wasm.set(end),
      wasm.repeat(tile, [wasm.get(tiles), wasm.integer(1), wasm.subtract, wasm.tee(tiles)]),
    ],
  };
}

/**
 * multiplyInPlace(a, rowStep, innerStep, b, strideB, c, strideC, strips, tiles, length, resume): C = A·B, or C + A·B with
 * `resume`, of operands as they lie, whole strips of four rows and tiles of four columns. The rows of A are `rowStep` and its
 * columns `innerStep` bytes apart, those of B and C as strides; length, strips and tiles are at least 1. A row's tiles go from
 * right to left: what the last of them writes past the end of a row, the first of the next row overwrites, unless it resumes.
 */
function multiplyInPlace(): wasm.FunctionSource {
  const [a, rowStep, innerStep, b, strideB, c, strideC, strips, tiles, length, resume] = wasm.numbers(0, 11);
  const [left, across, first, target, at] = wasm.numbers(11, 5);
  const factors = wasm.numbers(16, stripRows);
  const rows = [target, ...wasm.numbers(20, 3)];
  const sums = wasm.numbers(23, 8);
  const [b0, b1, factor] = wasm.numbers(31, 3);
  const eachSum = (use: (row: number, offset: number, sum: number) => Code): Code =>
    rows.flatMap((row, r) => [use(row, 0, sums[2 * r]), use(row, pair, sums[2 * r + 1])]);
  const step: Code = [
    [get(at), wasm.load(), set(b0), get(at), wasm.load(pair), set(b1)],
    factors.flatMap((from, r) => [
      [get(from), wasm.loadSplat(), set(factor)],
      [addProduct(sums[2 * r], factor, b0), addProduct(sums[2 * r + 1], factor, b1)],
    ]),
    [at, ...factors].flatMap((local) => wasm.increaseBy(local, local === at ? strideB : innerStep)),
  ];
  const tile: Code = [
    [get(a), set(factors[0]), factors.slice(1).flatMap((row, r) => sumOf(row, factors[r], rowStep))],
    rows.slice(1).flatMap((row, r) => sumOf(row, rows[r], strideC)),
    wasm.when(
      get(resume),
      eachSum((row, offset, sum) => [get(row), wasm.load(offset), set(sum)]),
      eachSum((_row, _offset, sum) => [wasm.zero, set(sum)]),
    ),
    [get(first), set(at), get(length), set(left)],
    wasm.countDown(left, step),
    eachSum((row, offset, sum) => [get(row), get(sum), wasm.store(offset)]),
    [wasm.increase(target, -tileColumns * 8), wasm.increase(first, -tileColumns * 8)],
  ];
  const lastTile = (local: number): Code => [
    [get(local), get(tiles), wasm.integer(1), wasm.subtract, wasm.shiftLeft(5), wasm.add],
  ];
  const fourRows = (local: number, by: number): Code => [get(local), get(by), wasm.shiftLeft(2), wasm.add, set(local)];
  return {
    name: "multiplyInPlace",
    parameters: wasm.repeated(i32, 11),
    locals: [...wasm.repeated(i32, 12), ...wasm.repeated(v128, 11)],
    body: wasm.countDown(strips, [
      [lastTile(b), set(first), lastTile(c), set(target), get(tiles), set(across)],
      wasm.countDown(across, tile),
      [fourRows(a, rowStep), fourRows(c, strideC)],
    ]),
  };
}

/** So many rows are subtracted in one pass over the rows that they are taken from. */
export const subtractedRows = 4;

/**
 * subtractRows(f, strideF, p, c, stride, rows, columns): for each row i of C, c[i] ← c[i] − f[i]₀·p₀ − f[i]₁·p₁ − f[i]₂·p₂ −
 * f[i]₃·p₃, in that order, with f[i]ₛ the numbers from f + i·strideF on and the rows of P and of C `stride` apart. Two rows of
 * C at once; columns are rounded up to a multiple of two. At least one row and one column; all strides in bytes.
 */
function subtractRows(): wasm.FunctionSource {
  const [f, strideF, p, c, stride, rows, columns] = wasm.numbers(0, 7);
  const [left, at, second] = wasm.numbers(7, 3);
  const pivots = wasm.numbers(10, 3);
  const targets = wasm.numbers(13, 2);
  const factors = wasm.numbers(15, 8);
  const sums = wasm.numbers(23, 2);
  const [loaded] = wasm.numbers(25, 1);
  const sources = [at, ...pivots];
  const next: Code = [
    // The second row, or the first one once more where there is no other: the same is stored twice.
    [wasm.get(f), wasm.set(second), wasm.get(c), wasm.set(targets[0]), wasm.get(c)],
    wasm.set(targets[1]),
    wasm.when(
      [wasm.integer(1), wasm.get(rows), wasm.lessThan],
      [sumOf(second, f, strideF), sumOf(targets[1], c, stride)],
    ),
    [f, second].flatMap((row, r) =>
      sources.flatMap((_row, s) => [wasm.get(row), wasm.loadSplat(8 * s), wasm.set(factors[4 * r + s])]),
    ),
    [wasm.get(p), wasm.set(at), wasm.get(columns), wasm.set(left)],
    pivots.flatMap((row, s) => sumOf(row, sources[s], stride)),
  ];
  const pairOfColumns: Code = [
    targets.flatMap((target, r) => [wasm.get(target), wasm.load(), wasm.set(sums[r])]),
    sources.flatMap((row, s) => [
      [wasm.get(row), wasm.load(), wasm.set(loaded)],
      sums.flatMap((sum, r) => [
        [wasm.get(sum), wasm.get(factors[4 * r + s]), wasm.get(loaded)],
        [wasm.multiplyLanes, wasm.subtractLanes, wasm.set(sum)],
      ]),
    ]),
    targets.flatMap((target, r) => [wasm.get(target), wasm.get(sums[r]), wasm.store()]),
    [...sources, ...targets].flatMap((local) => wasm.increase(local, pair)),
    wasm.increase(left, -2),
  ];
  return {
    name: "subtractRows",
    parameters: wasm.repeated(i32, 7),
    locals: [...wasm.repeated(i32, 8), ...wasm.repeated(v128, 11)],
    body: wasm.repeat(
      [
        next,
        wasm.repeat(pairOfColumns, [wasm.integer(0), wasm.get(left), wasm.lessThanSigned]),
        [sumOf(f, f, strideF), sumOf(f, f, strideF), sumOf(c, c, stride), sumOf(c, c, stride)],
        wasm.increase(rows, -2),
      ],
      [wasm.integer(0), wasm.get(rows), wasm.lessThanSigned],
    ),
  };
}

/** exchange(a, b, pairs): swaps two sequences of so many pairs of numbers, at least one. */
function exchange(): wasm.FunctionSource {
  const [a, b, pairs, kept] = wasm.numbers(0, 4);
  return {
    name: "exchange",
    parameters: wasm.repeated(i32, 3),
    locals: [v128],
    body: wasm.repeat(
      [
        [wasm.get(a), wasm.load(), wasm.set(kept)],
        [wasm.get(a), wasm.get(b), wasm.load(), wasm.store()],
        [wasm.get(b), wasm.get(kept), wasm.store()],
        [wasm.increase(a, pair), wasm.increase(b, pair)],
      ],
      [wasm.get(pairs), wasm.integer(1), wasm.subtract, wasm.tee(pairs)],
    ),
  };
}

function addProduct(sum: number, x: number, y: number): Code {
  return [wasm.get(sum), wasm.get(x), wasm.get(y), wasm.multiplyLanes, wasm.addLanes, wasm.set(sum)];
}

function sumOf(target: number, x: number, y: number): Code {
  return [wasm.get(x), wasm.get(y), wasm.add, wasm.set(target)];
}

/** What products and eliminations are made of. */
export function productKernels(): wasm.FunctionSource[] {
  return [strip(), multiplyInPlace(), subtractRows(), exchange()];
}

/** The module of products and eliminations alone, below 2 kB, with the memory's first pages. */
export function kernelModule(pages: number): Uint8Array<ArrayBuffer> {
  return wasm.assemble(productKernels(), pages);
}
