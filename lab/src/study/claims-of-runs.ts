/** What the runs of a study say of the claims that are about optimizers in bases. */
import type { Claim } from "./claim.ts";
import type { Findings } from "./look.ts";
import type { StudiedBasis } from "./bases.ts";
import { optimizerChoices, type StudiedOptimizer } from "./optimizers.ts";
import { median } from "./statistics.ts";
import type { SeriesSummary } from "./series.ts";

/** Final losses within this factor of each other are called the same. */
const sameWithin = 1.1;
/** Losses below this share of the one at the start are called zero: what is left is round-off. */
const roundOff = 1e-12;
/** A run that ends this many times above another has stalled. */
const stalledBy = 2;
/** The optimizers that the method's claims are about: those that scale coordinates one by one. */
const diagonal: readonly StudiedOptimizer[] = ["adagrad", "adam", "adamw"];

export function claimsOfRuns(
  series: readonly SeriesSummary[],
  { rootStableRank, eigenvalues }: Omit<Findings, "claims">,
): readonly Claim[] {
  const share = rootStableRank / eigenvalues.length;
  return diagonal.flatMap((optimizer) => claimsOf(optimizer, series, share));
}

function claimsOf(optimizer: StudiedOptimizer, series: readonly SeriesSummary[], share: number): readonly Claim[] {
  const { title } = optimizerChoices[optimizer];
  const of = (basis: StudiedBasis): SeriesSummary | undefined =>
    series.find((each) => each.optimizer === optimizer && each.basis === basis);
  const ratio = (basis: StudiedBasis, reference: StudiedBasis): number | undefined => {
    const [own, other] = [of(basis), of(reference)];
    if (own === undefined || other === undefined) return undefined;
    const value = finalLossOf(own) / finalLossOf(other);
    // Where both diverged there is nothing to compare.
    return Number.isNaN(value) ? undefined : value;
  };
  const claim = (
    text: string,
    predicted: string,
    value: number | undefined,
    unit: string,
    holds: (value: number) => boolean,
  ): readonly Claim[] =>
    value === undefined
      ? []
      : [{ claim: `${title}: ${text}`, predicted, measured: `${value.toPrecision(3)} ${unit}`, holds: holds(value) }];
  const final = "times the final loss";
  return [
    ...claim(
      "EGOP coordinates need fewer steps",
      `a gain above 1 where the spectrum decays (root stable rank ${share.toPrecision(2)} of the parameters)`,
      of("egop")?.gain ?? undefined,
      "times fewer steps",
      (gain) => gain > 1,
    ),
    ...claim("a random rotation is worse or no better", "at least 1", ratio("random", "original"), final, (value) => value >= 1 / sameWithin), // prettier-ignore
    ...claim("EGOP coordinates do not feel a random rotation", "1", ratio("egop-of-random", "egop"), final, near),
    ...claim(
      "reduced coordinates of too small a rank stall",
      `at least ${stalledBy} times those of the auxiliary ones`,
      ratio("reduced", "auxiliary"),
      final,
      (value) => value >= stalledBy,
    ),
    ...claim("auxiliary coordinates do not", "at most 1", ratio("auxiliary", "original"), final, (value) => value <= sameWithin), // prettier-ignore
    ...claim(
      "a renewed basis is better served by carrying squares than by restarting them",
      "at most 1",
      ratio("renewed", "restarted"),
      final,
      (value) => value <= sameWithin,
    ),
  ];
}

function near(value: number): boolean {
  return value <= sameWithin && value >= 1 / sameWithin;
}

function finalLossOf({ finalLosses, band }: SeriesSummary): number {
  const least = roundOff * (band.median[0] ?? 0);
  return median(finalLosses.map((loss) => Math.max(loss ?? Infinity, least)));
}
