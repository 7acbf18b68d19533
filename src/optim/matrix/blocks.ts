/**
 * The tensors of a layout as matrices, for optimizers that look at rows and columns.
 *
 * A tensor with two axes is its own matrix; one with more is that of its first axis by all others (a convolution's filters
 * are its rows); a vector, a scalar, or a matrix with a single row or column is a column.
 */
import { ArgumentError, NotFiniteError, StateError } from "../../errors.ts";
import type { Layout } from "../../linalg/layout.ts";

/** Where a matrix lies in the flat array, row by row. Part of states: plain numbers. */
export interface Block {
  readonly offset: number;
  readonly rows: number;
  readonly columns: number;
}

/** One block for each tensor, in the layout's order. */
export function blocksOf(layout: Layout): Block[] {
  return layout.tensors.map(({ shape, size, offset }) => {
    const rows = shape.length < 2 ? size : shape[0];
    const columns = size / rows;
    return rows === 1 ? { offset, rows: columns, columns: 1 } : { offset, rows, columns };
  });
}

/** Throws StateError unless the blocks fill `size` elements one behind the other: a state may come from storage. */
export function checkBlocks(kind: string, blocks: readonly Block[], size: number): void {
  let end = 0;
  for (const { offset, rows, columns } of blocks) {
    if (offset !== end || !(Number.isSafeInteger(rows) && Number.isSafeInteger(columns) && rows > 0 && columns > 0))
      throw new StateError(`${kind}: the state has a ${rows} × ${columns} block at ${offset}; expected one at ${end}.`);
    end += rows * columns;
  }
  if (end !== size) throw new StateError(`${kind}: the state's blocks have ${end} elements; expected ${size}.`);
}

/** Throws StateError unless a square factor of a block has room for `side` × `side` numbers, or none at all. */
export function checkFactor(kind: string, factor: Float64Array, side: number): void {
  if (factor.length !== side * side && factor.length !== 0)
    throw new StateError(`${kind}: a factor has ${factor.length} elements; its block's side is ${side}.`);
}

/** A matrix with second moments of its rows and of its columns; of a side that is left out they have length 0. */
export interface SidedBlock extends Block {
  readonly left: Float64Array;
  readonly right: Float64Array;
}

/** Checks blocks with moments of both sides, and what is made of these: roots, or bases. */
export function checkSides<Sided extends SidedBlock>(
  kind: string,
  blocks: readonly Sided[],
  size: number,
  madeOfLeft: (block: Sided) => Float64Array,
  madeOfRight: (block: Sided) => Float64Array,
): void {
  checkBlocks(kind, blocks, size);
  for (const block of blocks) {
    checkFactor(kind, block.left, block.rows);
    checkFactor(kind, madeOfLeft(block), block.rows);
    checkFactor(kind, block.right, block.columns);
    checkFactor(kind, madeOfRight(block), block.columns);
  }
}

/** Throws ArgumentError, for `carryState`, unless the new coordinates make the same matrices. */
export function requireSameBlocks(kind: string, blocks: readonly Block[], layout: Layout): void {
  const there = blocksOf(layout);
  const same = blocks.every(({ rows, columns }, k) => there.at(k)?.rows === rows && there[k].columns === columns);
  if (!same || there.length !== blocks.length)
    throw new ArgumentError(
      `carryState: ${kind} sees matrices, and the new coordinates have others; restart its state instead.`,
    );
}

/** What `carryState` throws for moments of rows and columns. */
export function refuseTurning(kind: string): never {
  throw new ArgumentError(
    `carryState: ${kind} keeps second moments of rows and of columns, which a change of all coordinates mixes; restart its ` +
      "state instead.",
  );
}

/** Beyond this, squares of a gradient's entries overflow in their sums. */
const largestEntry = 1e150;

/**
 * Throws NotFiniteError for a gradient whose squares are not finite: in a diagonal optimizer one bad entry spoils one
 * parameter, here it would spoil whole tensors.
 */
export function requireTame(kind: string, gradient: Float64Array): void {
  for (let i = 0; i < gradient.length; i++)
    if (!(Math.abs(gradient[i]) <= largestEntry))
      throw new NotFiniteError(
        `${kind}: the gradient is ${gradient[i]} at ${i}; expected entries up to 1e150 in size.`,
      );
}
