/**
 * The leading directions of a Kronecker basis: its directions are the products uᵢ ⊗ zⱼ of the rows' and the columns'
 * eigenvectors, and stand in the order of λᵢμⱼ. Of each side those vectors are kept that a leading direction is made of.
 */
import { ArgumentError } from "../errors.ts";
import { firstOf, type Spectrum } from "./spectrum.ts";
import type { KroneckerFactors } from "./kronecker-basis.ts";
import { chooseRank, type RankChoice } from "./rank-choice.ts";

/** One side's eigenvalues and eigenvectors, the first `known` of which the samples tell. */
export interface SideSpectrum extends Spectrum {
  readonly known: number;
}

/**
 * The factors of as many leading directions as are chosen; those of one side alone where only the columns are turned. A side
 * of which more than half is kept stays whole, which is then the cheaper way. Throws ArgumentError for a rank that is not a
 * positive whole number, or beyond what the samples tell.
 */
export function leadingFactors(
  rows: SideSpectrum | undefined,
  columns: SideSpectrum | undefined,
  choice: RankChoice,
): KroneckerFactors {
  const [left, right] = [rows, columns].map((side) => side?.values.subarray(0, side.known) ?? Float64Array.of(1));
  const product = (k: number): number => left[Math.floor(k / right.length)] * right[k % right.length];
  // Equal products in the order of their places, the same on every engine.
  const order = Array.from({ length: left.length * right.length }, (_v, k) => k).sort(
    (a, b) => product(b) - product(a) || a - b,
  );
  const values = Float64Array.from(order, product);
  const rank = isBytes(choice)
    ? fitting(choice.bytes, order, right.length, rows?.vectors.rows ?? 0, columns?.vectors.rows ?? 0)
    : chooseRank(choice, values, sum(left) * sum(right), order.length);
  if (!Number.isSafeInteger(rank) || rank < 1)
    throw new ArgumentError(`egop: the rank is ${rank}; expected a whole number of at least 1.`);
  // A rank beyond the dimension means all directions.
  const dimension = (rows?.vectors.rows ?? 1) * (columns?.vectors.rows ?? 1);
  if (Math.min(rank, dimension) > order.length)
    throw new ArgumentError(
      `egop: the rank is ${rank}; so few samples tell ${order.length} of the ${dimension} directions of a Kronecker basis ` +
        `(take more of them).`,
    );
  const kept = order.slice(0, rank);
  const most = (of: (k: number) => number): number => kept.reduce((top, k) => Math.max(top, of(k) + 1), 1);
  return {
    left: leadingVectors(
      rows,
      most((k) => Math.floor(k / right.length)),
    ),
    right: leadingVectors(
      columns,
      most((k) => k % right.length),
    ),
  };
}

function isBytes(choice: RankChoice): choice is { readonly bytes: number } {
  return typeof choice === "object" && "bytes" in choice;
}

/** As many of the directions in this order as there is memory for the vectors that they are made of. */
function fitting(bytes: number, order: readonly number[], across: number, rows: number, columns: number): number {
  let [left, right] = [0, 0];
  let rank = 0;
  for (const k of order) {
    left = Math.max(left, Math.floor(k / across) + 1);
    right = Math.max(right, (k % across) + 1);
    if (8 * (rows * left + columns * right) > bytes) break;
    rank += 1;
  }
  if (rank === 0)
    throw new ArgumentError(
      `egop: rank.bytes is ${bytes}; the vectors of one direction of ${rows} × ${columns} take ${8 * (rows + columns)}.`,
    );
  return rank;
}

function leadingVectors(side: Spectrum | undefined, count: number): Spectrum["vectors"] | undefined {
  if (side === undefined) return undefined;
  return 2 * count > side.vectors.rows ? side.vectors : firstOf(side, count).vectors;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
