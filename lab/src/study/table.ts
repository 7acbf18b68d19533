/** The table of a study for the terminal: one row for each optimizer and basis, medians over the seeds. */
import { numberColumn, renderColumns, textColumn, type Column } from "../columns.ts";
import { formatLoss, formatRate, formatSeconds, formatShare } from "../format.ts";
import { wrap } from "../paragraph.ts";
import { studiedBasisTitles } from "./bases.ts";
import { optimizerChoices } from "./optimizers.ts";
import { quantile } from "./statistics.ts";
import type { SeriesSummary } from "./series.ts";
import type { StudySummary } from "./summary.ts";

/** The columns, for the terminal and the report alike. */
export function studyColumns(summary: StudySummary): readonly Column<SeriesSummary>[] {
  const tested = summary.series.some(({ testAccuracy }) => testAccuracy !== null);
  return [
    textColumn<SeriesSummary>("optimizer", ({ optimizer }) => optimizerChoices[optimizer].title),
    textColumn<SeriesSummary>("basis", ({ basis }) => studiedBasisTitles[basis]),
    numberColumn<SeriesSummary>(
      "learning rate",
      ({ learningRate, interior }) => formatRate(learningRate) + (interior ? " " : "*"),
    ),
    numberColumn<SeriesSummary>("final loss", (series) => lossAt(series, 0.5)),
    numberColumn<SeriesSummary>("quartiles", (series) => `${lossAt(series, 0.25)} – ${lossAt(series, 0.75)}`),
    numberColumn<SeriesSummary>("steps to target", ({ stepsToTarget }) =>
      stepsToTarget === null ? "never" : String(stepsToTarget),
    ),
    numberColumn<SeriesSummary>("seconds", ({ seconds, basisSeconds }) =>
      formatSeconds(seconds + basisSeconds).replace(" s", ""),
    ),
    ...(tested
      ? [
          numberColumn<SeriesSummary>("test accuracy", ({ testAccuracy }) =>
            testAccuracy === null ? "" : formatShare(testAccuracy),
          ),
        ]
      : []),
  ];
}

/** A quantile of the final losses, in words where runs diverged. */
function lossAt({ finalLosses }: SeriesSummary, share: number): string {
  const loss = quantile(
    finalLosses.map((each) => each ?? Infinity),
    share,
  );
  return Number.isFinite(loss) ? formatLoss(loss) : "diverged";
}

/** What the headings leave open. */
export function studyLegend({ seeds, steps }: StudySummary): string {
  return (
    `Medians over ${seeds} ${seeds === 1 ? "seed" : "seeds"}, ${steps} steps. Target: the final loss of the same ` +
    "optimizer, from the same start, in original coordinates. Seconds: one run, with the EGOP estimate and its basis " +
    "where they are used. *: the search for the rate ended before its best lay inside the grid."
  );
}

/** Title, question, table and legend as text. */
export function renderStudyTable(summary: StudySummary, width: number): string {
  const table = renderColumns(studyColumns(summary), summary.series);
  return `\n${summary.title}\n${wrap(summary.question, width)}\n\n${table}\n\n${wrap(studyLegend(summary), width)}\n\n`;
}
