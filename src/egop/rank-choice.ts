/** How many leading directions to keep, chosen by what they carry, by where the spectrum drops, or by memory. */
import { ArgumentError } from "../errors.ts";

/** A number of directions, or how to find one. */
export type RankChoice =
  | number
  /** As few as carry this share (in (0, 1]) of the trace of the second moment. */
  | { readonly energy: number }
  /** Where the ratio λᵣ/λᵣ₊₁ is largest, r from 1 to `gap`. */
  | { readonly gap: number }
  /**
   * As many as fit: 8 bytes for each element of each direction. The budget is that of one basis: by tensor or by groups each
   * has as much, and by Kronecker both factors of each tensor together.
   */
  | { readonly bytes: number };

/** Throws ArgumentError for what is no choice; the types allow nothing else, but plain JavaScript callers have none. */
export function requireRankChoice(choice: unknown): void {
  if (typeof choice === "number") return;
  if (typeof choice === "object" && choice !== null)
    if (["energy", "gap", "bytes"].some((way) => Object.hasOwn(choice, way))) return;
  throw new ArgumentError(
    `basis: rank is ${JSON.stringify(choice)}; expected a number, or an object with energy, gap or bytes.`,
  );
}

/**
 * The rank that a choice means for descending eigenvalues (as many as are known) of a second moment of this trace and
 * dimension; from 1 to the number of eigenvalues. Throws ArgumentError for a choice out of its range, for a memory that
 * holds no direction, and for an energy that the known eigenvalues do not reach.
 *
 * @example chooseRank({ energy: 0.9 }, Float64Array.of(8, 1, 1), 10, 3) // 2
 */
export function chooseRank(choice: RankChoice, eigenvalues: Float64Array, trace: number, dimension: number): number {
  const known = eigenvalues.length;
  if (typeof choice === "number") return choice;
  if ("energy" in choice) return byEnergy(choice.energy, eigenvalues, trace);
  if ("gap" in choice) {
    const most = choice.gap;
    if (!Number.isSafeInteger(most) || most < 1)
      throw new ArgumentError(`egop: rank.gap is ${most}; expected the largest rank, a whole number of at least 1.`);
    return byGap(Math.min(most, known), eigenvalues);
  }
  const { bytes } = choice;
  const fitting = Math.floor(bytes / (8 * dimension));
  if (!(fitting >= 1))
    throw new ArgumentError(
      `egop: rank.bytes is ${bytes}; one direction of ${dimension} numbers takes ${8 * dimension}.`,
    );
  return Math.min(fitting, known);
}

function byEnergy(share: number, eigenvalues: Float64Array, trace: number): number {
  if (!(share > 0 && share <= 1))
    throw new ArgumentError(`egop: rank.energy is ${share}; expected a share of the trace in (0, 1].`);
  let sum = 0;
  for (let k = 0; k < eigenvalues.length; k++) {
    sum += eigenvalues[k];
    // The trace and the sum of all eigenvalues agree to round-off only.
    if (sum >= share * trace * (1 - 1e-12)) return k + 1;
  }
  throw new ArgumentError(
    `egop: rank.energy is ${share}; the ${eigenvalues.length} eigenvalues that are known carry ${sum / trace} of the trace.`,
  );
}

function byGap(most: number, eigenvalues: Float64Array): number {
  let best = 1;
  let largest = 0;
  for (let r = 1; r <= most; r++) {
    if (!(eigenvalues[r - 1] > 0)) break;
    // Behind the last eigenvalue that is known there is no gap to see.
    const next = r < eigenvalues.length ? eigenvalues[r] : eigenvalues[r - 1];
    const gap = next > 0 ? eigenvalues[r - 1] / next : Infinity;
    if (gap > largest) {
      largest = gap;
      best = r;
    }
  }
  return best;
}
