/** What a reader should take from an experiment, in sentences that follow from its numbers, whatever they say. */
import { basisTitles, isEgop, optimizerTitles, type OptimizerName } from "./choices.ts";
import { formatFactor, formatLoss, formatRate, formatSeconds } from "./format.ts";
import { finalLoss, requestedRuns, runOf, type Results, type RunResult } from "./results.ts";

/** Final losses within this factor of each other are called the same. */
const sameWithin = 1.1;

/** Below this, what is left of a loss less its minimum is round-off. */
const roundOff = 1e-15;

/** The final loss, as far as it says something. */
function lossOf(run: RunResult): number {
  return Math.max(finalLoss(run), roundOff);
}

/** What became of each optimizer in coordinates other than its own, EGOP first, then the random control. */
export function outcomesOf(results: Results): readonly string[] {
  return requestedRuns(results)
    .filter(({ basis }) => basis !== "original")
    .sort((a, b) => Number(isEgop(b.basis)) - Number(isEgop(a.basis)))
    .flatMap((run) => {
      const original = runOf(results, run.optimizer, "original");
      if (original === undefined) return [];
      return isEgop(run.basis) ? [outcome(run, original, results.steps)] : [control(run, original)];
    });
}

/** Everything else that bears on what the numbers mean. */
export function caveatsOf(results: Results): readonly string[] {
  const optimizers = [...new Set(results.runs.map(({ optimizer }) => optimizer))];
  const diverged = results.runs.filter((run) => run.diverged.length > 0);
  const hidden = results.runs.some(({ requested }) => !requested);
  return [
    ...optimizers.flatMap((optimizer) => edgesOf(results, optimizer)),
    ...diverged.map((run) => `${nameOf(run)}: diverged at learning rate ${run.diverged.map(formatRate).join(", ")}.`),
    ...(hidden ? ["Runs in original coordinates were made for the target, though not asked for."] : []),
  ];
}

function nameOf({ optimizer, basis }: RunResult): string {
  return `${optimizerTitles[optimizer]}, ${basisTitles[basis]}`;
}

function outcome(run: RunResult, original: RunResult, steps: number): string {
  const [own, target] = [lossOf(run), lossOf(original)];
  const name = nameOf(run);
  if (Math.max(own, target) <= roundOff) return `${name}: made no difference, both end at round-off.`;
  const losses = `a final loss of ${formatLoss(own)} against ${formatLoss(target)} in original coordinates`;
  if (own > target * sameWithin) return `${name}: did not help, ${losses}.`;
  if (own * sameWithin >= target) return `${name}: made no difference, ${losses}.`;
  const { stepsToTarget } = run;
  if (stepsToTarget === null) return `${name}: ${losses}.`;
  return (
    `${name}: helped. It reaches the final loss of the original coordinates, ${formatLoss(target)}, after ` +
    `${stepsToTarget} of ${steps} steps (${formatFactor(steps / Math.max(1, stepsToTarget))} times fewer) and ends at ` +
    `${formatLoss(own)} (${formatFactor(target / own)} times lower). ${byTheClock(run, original, stepsToTarget)}`
  );
}

/** Steps are not seconds: the estimate has to be made first, and each step takes two products with the basis more. */
function byTheClock(run: RunResult, original: RunResult, stepsToTarget: number): string {
  const stepSeconds = (run.seconds - run.basisSeconds) / (run.losses.length - 1);
  const needed = run.basisSeconds + stepSeconds * stepsToTarget;
  return (
    `By the clock it gets there ${needed < original.seconds ? "sooner" : "later"}: ${formatSeconds(needed)}, ` +
    `${formatSeconds(run.basisSeconds)} of them for the basis, against ${formatSeconds(original.seconds)}.`
  );
}

/** A random rotation shows what a change of basis does that knows nothing of the loss. */
function control(run: RunResult, original: RunResult): string {
  const [own, target] = [lossOf(run), lossOf(original)];
  const same = own <= target * sameWithin && own * sameWithin >= target;
  const factor =
    own < target ? `${formatFactor(target / own)} times lower` : `${formatFactor(own / target)} times higher`;
  if (own <= roundOff) return `${nameOf(run)}: the control ends at round-off.`;
  return `${nameOf(run)}: the control ends at ${formatLoss(own)}, ${same ? "about as" : `${factor} than`} in original coordinates.`;
}

/** One sentence for each end of the grid at which best learning rates of an optimizer stand. */
function edgesOf(results: Results, optimizer: OptimizerName): readonly string[] {
  const runs = requestedRuns(results).filter((run) => run.optimizer === optimizer);
  return (["lowest", "highest"] as const).flatMap((edge) => {
    const atEdge = runs.filter((run) => run.edge === edge);
    if (atEdge.length === 0) return [];
    const where = atEdge.map(({ basis }) => basisTitles[basis]).join(", ");
    const rate = formatRate(atEdge[0].learningRate);
    return [
      `${optimizerTitles[optimizer]}: the best learning rate is the ${edge} of the grid, ${rate}, ` +
        `in these bases: ${where}. A ${edge === "lowest" ? "smaller" : "larger"} one may be better still.`,
    ];
  });
}
