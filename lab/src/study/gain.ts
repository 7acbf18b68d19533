/**
 * How many times fewer steps runs take than others of the same optimizer and seeds: the ratio of the steps to the worse of
 * both final losses, which both reach. Above 1 is better, below 1 worse. Kept points of the curves are joined by straight
 * lines in the logarithm of the loss.
 */
import type { RunOutput } from "./run-job.ts";
import { median } from "./statistics.ts";

/** The median over the seeds of the gain of `runs` over `others`, at the kept `steps`; null when none is finite. */
export function gainOver(
  others: readonly RunOutput[],
  runs: readonly RunOutput[],
  steps: readonly number[],
): number | null {
  const gains = runs.flatMap(({ curve, finalLoss }, seed) => {
    const { curve: otherCurve, finalLoss: otherLoss } = others[seed];
    if (finalLoss === null || otherLoss === null) return [];
    const target = Math.max(finalLoss, otherLoss);
    return [stepsTo(target, otherCurve, steps) / stepsTo(target, curve, steps)];
  });
  return gains.length === 0 ? null : median(gains);
}

/** The steps after which a curve is first at or below a loss that it reaches, at least 1. */
function stepsTo(target: number, curve: readonly number[], steps: readonly number[]): number {
  const place = curve.findIndex((loss) => loss <= target);
  if (place < 0) return steps[steps.length - 1];
  if (place === 0) return 1;
  const [above, below] = [curve[place - 1], curve[place]].map((loss) => Math.log(Math.max(loss, 1e-300)));
  const share = above > below ? (above - Math.log(Math.max(target, 1e-300))) / (above - below) : 1;
  return Math.max(1, steps[place - 1] + share * (steps[place] - steps[place - 1]));
}
