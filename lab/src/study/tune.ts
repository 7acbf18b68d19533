/**
 * The learning rate of an optimizer in a basis: the one with the smallest mean final loss over the tuning seeds (a rate has to
 * serve every start), on a grid that is the same for all and grows until its best rate lies inside.
 *
 * Rates are 10^(k/4). The search begins with five of them, half a decade apart; while the best is the lowest or highest
 * that was tried, the next beyond it is tried too; then the two quarter-decade neighbors of the best.
 */

/** A rate as k in 10^(k/4). */
export type RateIndex = number;

/** The rate of an index, as a decimal with three digits. */
export function rateOf(index: RateIndex): number {
  return Number((10 ** (index / 4)).toPrecision(3));
}

/** How far beyond its ends the first grid may grow: three decades. */
const mostExtensions = 6;
const halfDecade = 2;

export interface Tuning {
  readonly best: RateIndex;
  /** What was tried, ascending, with the score of each; Infinity where runs diverged. */
  readonly tried: readonly { readonly rate: number; readonly score: number }[];
  /** False when the grid had to end before its best rate lay inside it. */
  readonly interior: boolean;
}

/** Searches around `center`. `score` is asked once for each index; several at the same time. */
export async function tune(center: RateIndex, score: (index: RateIndex) => Promise<number>): Promise<Tuning> {
  const scores = new Map<RateIndex, number>();
  const trial = async (indices: readonly RateIndex[]): Promise<void> => {
    const fresh = indices.filter((index) => !scores.has(index));
    const values = await Promise.all(fresh.map(score));
    fresh.forEach((index, i) => scores.set(index, values[i]));
  };
  const bestOf = (): RateIndex =>
    [...scores].sort(([a], [b]) => a - b).reduce((best, entry) => (entry[1] < best[1] ? entry : best))[0];
  await trial([-2, -1, 0, 1, 2].map((offset) => center + halfDecade * offset));
  let best = bestOf();
  for (let extensions = 0; extensions < mostExtensions && isEnd(best, scores); extensions++) {
    await trial([best === Math.min(...scores.keys()) ? best - halfDecade : best + halfDecade]);
    best = bestOf();
  }
  await trial([best - 1, best + 1]);
  best = bestOf();
  const tried = [...scores].sort(([a], [b]) => a - b).map(([index, value]) => ({ rate: rateOf(index), score: value }));
  return { best, tried, interior: Number.isFinite(scores.get(best)) && !isEnd(best, scores) };
}

/** What stands in for the search where there is no rate to tune. */
export async function untuned(score: (index: RateIndex) => Promise<number>): Promise<Tuning> {
  return { best: 0, tried: [{ rate: rateOf(0), score: await score(0) }], interior: true };
}

function isEnd(index: RateIndex, scores: ReadonlyMap<RateIndex, number>): boolean {
  return index === Math.min(...scores.keys()) || index === Math.max(...scores.keys());
}
