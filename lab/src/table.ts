/** The table of an experiment for the terminal: one row for each optimizer and basis. */
import { basisTitles, optimizerTitles } from "./choices.ts";
import { numberColumn, renderColumns, textColumn, type Column } from "./columns.ts";
import { formatLoss, formatRate, formatSeconds, formatShare } from "./format.ts";
import { milestones, requestedRuns, type Results, type RunResult } from "./results.ts";

/** The columns of the table, for the terminal and the report alike. */
export function columnsOf(results: Results): readonly Column<RunResult>[] {
  return [
    textColumn<RunResult>("optimizer", ({ optimizer }) => optimizerTitles[optimizer]),
    textColumn<RunResult>("basis", ({ basis }) => basisTitles[basis]),
    numberColumn<RunResult>(
      "learning rate",
      ({ learningRate, edge }) => formatRate(learningRate) + (edge === undefined ? " " : "*"),
    ),
    ...milestones(results.steps).map((step) =>
      numberColumn<RunResult>(`loss at ${step}`, ({ losses }) => formatLoss(losses[step])),
    ),
    numberColumn<RunResult>("steps to target", ({ stepsToTarget }) =>
      stepsToTarget === null ? "never" : String(stepsToTarget),
    ),
    numberColumn<RunResult>("seconds", ({ seconds }) => formatSeconds(seconds).replace(" s", "")),
    ...(results.testRows === undefined
      ? []
      : [
          numberColumn<RunResult>("test accuracy", ({ testAccuracy }) =>
            testAccuracy === null ? "" : formatShare(testAccuracy),
          ),
        ]),
  ];
}

/** What the headings leave open. */
export function legendOf({ steps }: Results): string {
  return (
    `Losses are training losses. Target: the final loss of the same optimizer in original coordinates after ${steps} steps. ` +
    "Seconds: one run, with the EGOP estimate and its eigenvectors where they are used. " +
    "*: the best learning rate is at an end of the grid."
  );
}

/** The table as text, without a line break at the end. */
export function renderTable(results: Results): string {
  return renderColumns(columnsOf(results), requestedRuns(results));
}
