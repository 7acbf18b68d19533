/** What a sweep over all angles has shown, in a sentence for each optimizer. */
import { optimizerNames } from "../compute/descents.ts";
import { optimizerTitles } from "../drawing/stroke.ts";
import { shortNumber } from "../page/format.ts";

/** Below this losses are round-off and not told apart. */
const least = 1e-16;

/** `swept` has the last losses over the angles, of all optimizers in the original axes and then in EGOP's. */
export function verdictOf(swept: readonly Float64Array[]): string {
  const count = optimizerNames.length;
  const sentences = optimizerNames.map((name, k) => {
    const title = optimizerTitles[name];
    const [original, egop] = [rangeOf(swept[k]), rangeOf(swept[count + k])];
    if (original === undefined || egop === undefined) return `${title} diverges at some angles.`;
    if (original.high <= 1.001 * original.low && egop.high <= 1.001 * original.low && egop.low >= 0.999 * original.low)
      return `${title} ends at ${shortNumber(original.low)} at every angle and in both coordinates: it does not notice axes.`;
    return `${title} ends between ${sizeOf(original.low)} and ${sizeOf(original.high)} in the original axes, ${inEgop(egop)}.`;
  });
  return sentences.join(" ");
}

interface Range {
  readonly low: number;
  readonly high: number;
}

function inEgop({ low, high }: Range): string {
  const same = high <= 1.001 * low;
  return same
    ? `and at ${sizeOf(low)} in EGOP’s at every angle`
    : `and between ${sizeOf(low)} and ${sizeOf(high)} in EGOP’s`;
}

function sizeOf(loss: number): string {
  return loss <= least ? "zero (to round-off)" : shortNumber(loss);
}

function rangeOf(losses: Float64Array): Range | undefined {
  if (losses.some(Number.isNaN)) return undefined;
  const sizes = losses.map((loss) => Math.max(loss, least));
  return { low: Math.min(...sizes), high: Math.max(...sizes) };
}
