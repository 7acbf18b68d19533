/**
 * WebAssembly kernels for products of a tall matrix with vectors, where the matrix lies in the module's memory in panels
 * (panel-columns.ts): eight or twelve rows, pairs of two, and of these all first elements, all second ones, …. Two rows at a
 * time, each lane an accumulator of its own, in the order of the loops in panel-columns.ts: the bits are theirs.
 *
 * Each kernel exists for panels of doubles, of singles, and of thirds of doubles (packed-thirds.ts). Singles are made doubles
 * before anything is computed with them; thirds are doubles as they are read, at the price of a shift for every third pair.
 */
import * as wasm from "../../webassembly/assembler.ts";
import { type Code, countDown, get, i32, increase, numbers, repeated, set, v128 } from "../../webassembly/assembler.ts";
import { thirdsMargin } from "./workspace.ts";

/** How many columns a turn of the innermost loop covers; their number is a multiple of two. */
type Steps = 1 | 2;
/** Those that V8 gives (resident-kernels.ts). */
const vectorRegisters = 15;

/** v128.load64_zero, f64x2.promote_low_f32x4. */
const loadSingles = (offset: number): Code => [0xfd, 0x5d, 3, offset, 0xfd, 0x5f];

/** How the elements are kept. */
interface Precision {
  /** The name's ending. */
  readonly suffix: "64" | "32" | "21";
  /** Pairs of rows in a panel. */
  readonly pairs: 4 | 6;
  /** Bytes of a panel's column. */
  readonly bytes: 64 | 32;
  /** Pair k of the column `step` behind the one at `matrix`, as doubles; `bits` is a local to keep between pairs. */
  readonly loadPair: (matrix: number, step: number, k: number, bits: number) => Code;
}

const precisions: readonly Precision[] = [
  {
    ...{ suffix: "64", pairs: 4, bytes: 64 },
    loadPair: (matrix, step, k) => [...get(matrix), ...wasm.load(64 * step + 16 * k)],
  },
  {
    ...{ suffix: "32", pairs: 4, bytes: 32 },
    loadPair: (matrix, step, k) => [...get(matrix), ...loadSingles(32 * step + 8 * k)],
  },
  {
    ...{ suffix: "21", pairs: 6, bytes: 32 },
    loadPair: (matrix, step, k, bits) => {
      if (k % 3 === 1) return [...get(bits), ...wasm.shiftLanesLeft(20)];
      const offset = thirdsMargin + 32 * step + 16 * Math.floor(k / 3);
      if (k % 3 === 2) return [...get(matrix), ...wasm.loadUnaligned(offset - 5)];
      return [...get(matrix), ...wasm.load(offset), ...wasm.tee(bits)];
    },
  },
];

/** The body for each panel of a matrix: the loop over columns, `steps` in a turn, with the two locals that count and move. */
function eachPanel(
  panels: number,
  columns: number,
  steps: Steps,
  left: number,
  before: Code,
  turn: Code,
  after: Code,
): Code {
  return countDown(panels, [
    ...before,
    ...[...get(columns), ...wasm.shiftRight(steps - 1), ...set(left)],
    ...countDown(left, turn),
    ...after,
  ]);
}

/** addColumns(matrix, panels, factors, to, columns): to ← to + Σₖ columnₖ·factorₖ in ascending k. */
function addColumns({ suffix, pairs, bytes, loadPair }: Precision): wasm.FunctionSource {
  const [matrix, panels, factors, to, columns, left, from] = numbers(0, 7);
  const sums = numbers(7, pairs);
  const [factor, bits] = numbers(7 + pairs, 2);
  const each = (use: (sum: number, k: number) => Code): Code => sums.flatMap((sum, k) => use(sum, k));
  // Two steps where the sums and all loads of a turn are in registers at once.
  const steps = 3 * pairs <= vectorRegisters ? 2 : 1;
  const turn = numbers(0, steps).flatMap((step) => [
    ...[...get(from), ...wasm.loadSplat(8 * step), ...set(factor)],
    ...each((sum, k) => [
      ...[...get(sum), ...loadPair(matrix, step, k, bits), ...get(factor)],
      ...[...wasm.multiplyLanes, ...wasm.addLanes, ...set(sum)],
    ]),
  ]);
  return {
    name: `addColumns${suffix}`,
    parameters: repeated(i32, 5),
    locals: [...repeated(i32, 2), ...repeated(v128, pairs + 2)],
    body: eachPanel(
      panels,
      columns,
      steps,
      left,
      [...each((sum, k) => [...get(to), ...wasm.load(16 * k), ...set(sum)]), ...get(factors), ...set(from)],
      [...turn, ...increase(matrix, steps * bytes), ...increase(from, steps * 8)],
      [...each((sum, k) => [...get(to), ...get(sum), ...wasm.store(16 * k)]), ...increase(to, 16 * pairs)],
    ),
  };
}

/**
 * addInnerProducts(matrix, panels, vector, to, columns): two sums a column, one of even and one of odd rows' products with
 * the vector, in ascending order of the rows; to: columns × 2.
 */
function addInnerProducts({ suffix, pairs, bytes, loadPair }: Precision): wasm.FunctionSource {
  const [matrix, panels, vector, to, columns, left, at] = numbers(0, 7);
  const entries = numbers(7, pairs);
  const [sum, bits] = numbers(7 + pairs, 2);
  const steps = 2;
  const turn = numbers(0, steps).flatMap((step) => [
    ...[...get(at), ...wasm.load(16 * step), ...set(sum)],
    ...entries.flatMap((entry, k) => [
      ...[...get(sum), ...get(entry), ...loadPair(matrix, step, k, bits)],
      ...[...wasm.multiplyLanes, ...wasm.addLanes, ...set(sum)],
    ]),
    ...[...get(at), ...get(sum), ...wasm.store(16 * step)],
  ]);
  return {
    name: `addInnerProducts${suffix}`,
    parameters: repeated(i32, 5),
    locals: [...repeated(i32, 2), ...repeated(v128, pairs + 2)],
    body: eachPanel(
      panels,
      columns,
      steps,
      left,
      [
        ...entries.flatMap((entry, k) => [...get(vector), ...wasm.load(16 * k), ...set(entry)]),
        ...[...get(to), ...set(at)],
      ],
      [...turn, ...increase(matrix, steps * bytes), ...increase(at, steps * 16)],
      increase(vector, 16 * pairs),
    ),
  };
}

/** All functions, for doubles, singles and thirds. */
export function panelFunctions(): wasm.FunctionSource[] {
  return precisions.flatMap((precision) => [addColumns(precision), addInnerProducts(precision)]);
}
