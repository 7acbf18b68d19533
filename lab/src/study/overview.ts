/**
 * All experiments together: what was predicted and what was gained on every task, how well the one foretells the other,
 * and which claims hold where. Made from the summaries alone.
 */
import { isSweep } from "./carry-out.ts";
import type { StudiedBasis } from "./bases.ts";
import type { Claim } from "./claim.ts";
import { optimizerChoices, type StudiedOptimizer } from "./optimizers.ts";
import { rankCorrelation } from "./statistics.ts";
import type { StudySummary } from "./summary.ts";
import type { SweepSummary } from "./sweep.ts";

/** What one optimizer gains by EGOP coordinates on a task. */
export interface GainRow {
  readonly experiment: string;
  readonly optimizer: StudiedOptimizer;
  /** The first of the EGOP bases below that ran. */
  readonly basis: StudiedBasis;
  /** `advise`'s; null where it has none. */
  readonly predicted: number | null;
  readonly gain: number;
  /** Of the leading eigenvector. */
  readonly density: number;
  /** Root stable rank over the number of parameters: small where the spectrum decays. */
  readonly rankShare: number;
}

/** A claim with its verdict on each task. */
export interface ClaimRow {
  readonly claim: string;
  readonly verdicts: readonly (Claim & { readonly experiment: string })[];
}

export interface Overview {
  readonly experiments: readonly string[];
  readonly gains: readonly GainRow[];
  /** Spearman's, of predicted and measured gains, for each optimizer and for all. */
  readonly correlations: readonly { readonly of: string; readonly points: number; readonly correlation: number }[];
  readonly claims: readonly ClaimRow[];
}

/** Whole bases before cheaper ones. */
const egopBases: readonly StudiedBasis[] = ["egop", "egop-by-tensor", "kronecker", "auxiliary-200"];
const diagonal: readonly StudiedOptimizer[] = ["adagrad", "adam", "adamw", "adamw-decaying"];

/** The overview of these summaries, those of grids with each of their points. */
export function overviewOf(summaries: readonly (StudySummary | SweepSummary)[]): Overview {
  const studies = summaries.filter((summary): summary is StudySummary => !isSweep(summary));
  const gains = [...studies.flatMap(gainsOfStudy), ...summaries.filter(isSweep).flatMap(gainsOfSweep)];
  const optimizers = diagonal.filter((optimizer) => gains.some((row) => row.optimizer === optimizer));
  const claims = [...new Set(studies.flatMap((study) => study.claims.map(({ claim }) => claim)))];
  const inStudies = gains.filter(({ experiment }) => !experiment.includes("decay"));
  return {
    experiments: summaries.map(({ experiment }) => experiment),
    gains,
    correlations: [
      ...optimizers.map(
        (optimizer) =>
        correlated(`${optimizerChoices[optimizer].title}, tasks`, inStudies.filter((row) => row.optimizer === optimizer)), // prettier-ignore
      ),
      correlated("all optimizers, tasks", inStudies),
      correlated("all optimizers, tasks and grid", gains),
    ].filter(({ points }) => points > 1),
    claims: claims.map((claim) => ({
      claim,
      verdicts: studies.flatMap(({ experiment, claims: own }) =>
        own.filter((each) => each.claim === claim).map((each) => ({ experiment, ...each })),
      ),
    })),
  };
}

function correlated(of: string, rows: readonly GainRow[]): Overview["correlations"][number] {
  const known = rows.flatMap(({ predicted, gain }) => (predicted === null ? [] : [{ predicted, gain }]));
  const correlation = rankCorrelation(
    known.map(({ predicted }) => predicted),
    known.map(({ gain }) => gain),
  );
  return { of, points: known.length, correlation: Number.isNaN(correlation) ? 0 : correlation };
}

function gainsOfStudy({ experiment, series, findings, parameters }: StudySummary): readonly GainRow[] {
  return diagonal.flatMap((optimizer) => {
    const found = egopBases
      .map((basis) => series.find((each) => each.optimizer === optimizer && each.basis === basis))
      .find((each) => each !== undefined);
    if (found?.gain == null) return [];
    const { density, rootStableRank, gain: predicted } = findings;
    return [
      {
        ...{
          experiment,
          optimizer,
          basis: found.basis,
          predicted: predicted?.value ?? null,
          gain: found.gain,
          density,
        },
        rankShare: rootStableRank / parameters,
      },
    ];
  });
}

function gainsOfSweep({ points, optimizers, parameters }: SweepSummary): readonly GainRow[] {
  return points.flatMap(({ decay, spread, density, rootStableRank, predictedGain, gains }) =>
    optimizers.flatMap((optimizer) => {
      const gain = gains[optimizer] ?? null;
      if (gain === null) return [];
      const experiment = `quadratic, decay ${decay}, spread ${spread}`;
      const rankShare = rootStableRank / parameters;
      return [{ experiment, optimizer, basis: "egop", predicted: predictedGain, gain, density, rankShare } as const];
    }),
  );
}
