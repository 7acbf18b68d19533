/**
 * Both sides of a matrix W turned by orthonormal matrices of which one at least is known by its leading columns and completed
 * by reflectors: W ← U W Zᵀ and W ← Uᵀ W Z. A completed side with p columns takes 4·rows·columns·p operations, a whole one
 * with n columns 2·rows·columns·n. The factors are copied.
 */
import { Matrix } from "../linalg/matrix.ts";
import { multiply, planProduct } from "../linalg/product.ts";
import {
  residentMemory,
  residentStart,
  runResidentProduct,
  type ResidentMemory,
  type ResidentProduct,
} from "../linalg/resident.ts";
import { matrixKernels } from "../linalg/webassembly/bytes.ts";
import { completionOf } from "./householder-basis.ts";

/** W in place, in the workspace's array. */
type Turn = (transpose: boolean) => void;

/** Below this many elements, memory of its own costs more than the WebAssembly kernels save. */
const residentSize = 2048;

/** Turns a matrix of the first array, row by row, into one of the second. */
export type BothSides = (transpose: boolean, from: Float64Array, out: Float64Array) => void;

/** The function that turns with these factors, n × p with p ≤ n for a side of n. One call runs at a time. */
export function completedFactors(
  rows: number,
  columns: number,
  left: Matrix | undefined,
  right: Matrix | undefined,
): BothSides {
  const size = rows * columns;
  const largest = Math.max(size, ...[left, right].map((factor) => factor?.data.length ?? 0));
  const space = new Workspace(6 * largest + 2 * size, size >= residentSize);
  const matrix = space.take(size);
  const turns = [
    left === undefined ? undefined : side(space, left, true, matrix, rows, columns),
    right === undefined ? undefined : side(space, right, false, matrix, rows, columns),
  ].filter((turn) => turn !== undefined);
  return (transpose, from, out) => {
    space.array.set(from, matrix);
    for (const turn of turns) turn(transpose);
    out.set(space.array.subarray(matrix, matrix + size));
  };
}

/** Operands in one array, which lies in the WebAssembly kernels' memory where there is such. */
class Workspace {
  readonly array: Float64Array;
  readonly #memory: ResidentMemory | null;
  #next: number;

  constructor(size: number, resident: boolean) {
    this.#memory = resident ? residentMemory(matrixKernels, size) : null;
    this.#next = this.#memory === null ? 0 : residentStart;
    this.array = this.#memory?.array ?? new Float64Array(size);
  }

  /** The index of the first of so many elements of their own. */
  take(size: number): number {
    const start = this.#next;
    this.#next += size;
    return start;
  }

  put({ data }: Matrix): number {
    const start = this.take(data.length);
    this.array.set(data, start);
    return start;
  }

  /** A product to be run many times, with operands by their places. */
  product(sizes: ResidentProduct): (a: number, b: number, c: number) => void {
    const memory = this.#memory;
    if (memory !== null) return (a, b, c) => runResidentProduct(memory, sizes, a, b, c);
    const run = planProduct(sizes);
    return (a, b, c) => run(this.array, a, this.array, b, this.array, c);
  }
}

/** W ← U W or Uᵀ W for the left side; W ← W Uᵀ or W U for the right one. */
function side(space: Workspace, factor: Matrix, isLeft: boolean, matrix: number, rows: number, columns: number): Turn {
  if (factor.rows > factor.columns) return completedSide(space, factor, isLeft, matrix, rows, columns);
  const inner = isLeft ? rows : columns;
  const at = space.put(factor);
  const between = space.take(rows * columns);
  const [forward, backward] = [false, true].map((transpose) =>
    space.product({
      ...{ rows, columns, inner },
      ...{ transposeA: isLeft && transpose, transposeB: !isLeft && !transpose },
    }),
  );
  return (transpose) => {
    space.array.copyWithin(between, matrix, matrix + rows * columns);
    const run = transpose ? backward : forward;
    if (isLeft) run(at, between, matrix);
    else run(between, at, matrix);
  };
}

function completedSide(
  space: Workspace,
  factor: Matrix,
  isLeft: boolean,
  matrix: number,
  rows: number,
  columns: number,
): Turn {
  const rank = factor.columns;
  const { reflectors, triangle, signs } = completionOf(factor);
  const y = space.put(reflectors);
  // −Y T and −Y Tᵀ: what the products with Yᵀ are multiplied by, so that a product that adds subtracts.
  const [forward, backward] = [false, true].map((transposeB) => {
    const product = multiply(reflectors, triangle, { transposeB });
    return space.put(
      new Matrix(
        product.rows,
        product.columns,
        product.data.map((entry) => -entry),
      ),
    );
  });
  const inner = space.take(rank * (isLeft ? columns : rows));
  const flip = (): void =>
    signs.forEach((sign, k) => sign < 0 && negate(space.array, isLeft, matrix, rows, columns, k));
  const [project, add] = isLeft
    ? [
        space.product({ rows: rank, columns, inner: rows, transposeA: true, transposeB: false }),
        space.product({ rows, columns, inner: rank, transposeA: false, transposeB: false, accumulate: true }),
      ]
    : [
        space.product({ rows, columns: rank, inner: columns, transposeA: false, transposeB: false }),
        space.product({ rows, columns, inner: rank, transposeA: false, transposeB: true, accumulate: true }),
      ];
  return (transpose) => {
    if (!transpose) flip();
    const scaled = transpose ? backward : forward;
    if (isLeft) {
      project(y, matrix, inner);
      add(scaled, inner, matrix);
    } else {
      project(matrix, y, inner);
      add(inner, scaled, matrix);
    }
    if (transpose) flip();
  };
}

/** Row k, or column k, times −1. */
function negate(array: Float64Array, row: boolean, start: number, rows: number, columns: number, k: number): void {
  const [first, step, count] = row ? [k * columns, 1, columns] : [k, columns, rows];
  for (let n = 0, at = start + first; n < count; n++, at += step) array[at] = -array[at];
}
