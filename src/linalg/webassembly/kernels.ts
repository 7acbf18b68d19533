/**
 * The kernels in WebAssembly with 128-bit vectors: two columns at a time, each lane an accumulator of its own. The
 * instructions are multiplications and additions that round separately, as JavaScript's do (nothing fused, nothing
 * relaxed), and the order is the JavaScript kernels': the bits are the same.
 *
 * Addresses are bytes in the module's own memory, into which the callers pack their operands.
 */
import * as wasm from "./assembler.ts";
import { type Code, i32, v128 } from "./assembler.ts";

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
export function strip(): wasm.FunctionSource {
  const [a, panel, c, stride, tiles, length, resume, at, end, row1, row2, row3] = wasm.numbers(0, 12);
  const sums = wasm.numbers(12, 8);
  const [b0, b1, factor] = wasm.numbers(20, 3);
  const rows = [c, row1, row2, row3];

  const step = (offset: number): Code => [
    wasm.get(panel),
    wasm.load(offset),
    wasm.set(b0),
    wasm.get(panel),
    wasm.load(offset + pair),
    wasm.set(b1),
    rows.flatMap((_row, r) => [
      wasm.get(at),
      wasm.loadSplat(offset + 8 * r),
      wasm.set(factor),
      addProduct(sums[2 * r], factor, b0),
      addProduct(sums[2 * r + 1], factor, b1),
    ]),
  ];
  const advance = (steps: number): Code => [
    wasm.increase(at, steps * tileBytes),
    wasm.increase(panel, steps * tileBytes),
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
    // The odd step first, then two at a time.
    wasm.when([wasm.get(length), wasm.integer(1), wasm.and], [step(0), advance(1)]),
    wasm.when(
      [wasm.get(at), wasm.get(end), wasm.lessThan],
      wasm.repeat([step(0), step(tileBytes), advance(2)], [wasm.get(at), wasm.get(end), wasm.lessThan]),
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

function addProduct(sum: number, x: number, y: number): Code {
  return [wasm.get(sum), wasm.get(x), wasm.get(y), wasm.multiplyLanes, wasm.addLanes, wasm.set(sum)];
}

function sumOf(target: number, x: number, y: number): Code {
  return [wasm.get(x), wasm.get(y), wasm.add, wasm.set(target)];
}

/** The module of products alone, about 1 kB, with the memory's first pages. */
export function kernelModule(pages: number): Uint8Array<ArrayBuffer> {
  return wasm.assemble([strip()], pages);
}
