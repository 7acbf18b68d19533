/** The overview as a page for readers of the repository: gains, correlations and claims as tables. */
import { formatFactor, formatLoss, formatRate, formatSeconds } from "../format.ts";
import { studiedBasisTitles } from "./bases.ts";
import { isSweep } from "./carry-out.ts";
import { verdict } from "./claim-table.ts";
import { optimizerChoices } from "./optimizers.ts";
import type { ClaimRow, GainRow, Overview } from "./overview.ts";
import type { SeriesSummary } from "./series.ts";
import { quantile } from "./statistics.ts";
import type { StudySummary } from "./summary.ts";
import type { SweepSummary } from "./sweep.ts";

/** The whole text, in Markdown. */
export function renderOverviewText(overview: Overview, summaries: readonly (StudySummary | SweepSummary)[]): string {
  return `${[
    "# Results of all experiments",
    "Written by `npm run reproduce`; drawn again by `egop report lab/results`. What it means: [docs/experiments.md](../../docs/experiments.md).",
    "## Gain of EGOP coordinates",
    "![Gain of EGOP coordinates against decay, density and prediction](gains.svg)",
    "How many times fewer steps than in original coordinates, to the worse of both final losses; medians over the seeds.",
    gainTable(overview.gains.filter(({ experiment }) => !experiment.includes("decay"))),
    "Rank correlation of the predicted and the measured gain:",
    overview.correlations
      .map(({ of, points, correlation }) => `- ${of}: ${correlation.toFixed(2)} over ${points} points`)
      .join("\n"),
    "## Claims of the theory on every task",
    ...overview.claims.map(claimTable),
    "## Every optimizer in every basis",
    ...summaries.map((summary) => (isSweep(summary) ? sweepText(summary) : studyText(summary))),
  ].join("\n\n")}\n`;
}

function gainTable(gains: readonly GainRow[]): string {
  return table(
    ["task", "optimizer", "basis", "predicted gain", "gain", "density", "root stable rank / parameters"],
    gains.map(({ experiment, optimizer, basis, predicted, gain, density, rankShare }) => [
      ...[experiment, optimizerChoices[optimizer].title, studiedBasisTitles[basis]],
      ...[predicted === null ? "none" : formatFactor(predicted), formatFactor(gain)],
      ...[density.toPrecision(2), rankShare.toPrecision(2)],
    ]),
  );
}

function claimTable({ claim, verdicts }: ClaimRow): string {
  const rows = verdicts.map(({ experiment, predicted, measured, holds }) => [
    ...[experiment, predicted, measured, holds === false ? "**no**" : verdict(holds)],
  ]);
  return `### ${claim}\n\n${table(["task", "predicted", "measured", "holds"], rows)}`;
}

function studyText(summary: StudySummary): string {
  const { experiment, title, question, seeds, steps, parameters, series, plane } = summary;
  const rows = series.map((each) => [
    ...[optimizerChoices[each.optimizer].title, studiedBasisTitles[each.basis], formatRate(each.learningRate)],
    ...[lossAt(each, 0.5), `${lossAt(each, 0.25)} – ${lossAt(each, 0.75)}`],
    each.gain === null ? "" : formatFactor(each.gain),
    formatSeconds(each.seconds + each.basisSeconds),
    each.testAccuracy === null ? "" : `${(100 * each.testAccuracy).toFixed(1)} %`,
  ]);
  const boundaries = plane === undefined ? [] : [`![Decision boundaries](${experiment}/boundaries.svg)`];
  return [
    `### ${title}`,
    `${question} ${parameters} parameters, ${steps} steps, ${seeds} seeds.`,
    `![Loss curves](${experiment}/curves.svg)`,
    ...boundaries,
    table(["optimizer", "basis", "rate", "final loss", "quartiles", "gain", "time, basis included", "test accuracy"], rows), // prettier-ignore
  ].join("\n\n");
}

function sweepText({ experiment, title, question }: SweepSummary): string {
  return `### ${title}\n\n${question}\n\n![Gain against decay and density](${experiment}/gains.svg)`;
}

function lossAt({ finalLosses }: SeriesSummary, share: number): string {
  const losses = finalLosses.map((loss) => loss ?? Infinity);
  const loss = quantile(losses, share);
  return Number.isFinite(loss) ? formatLoss(loss) : "diverged";
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
