/** The table of an experiment for the terminal: one row for each optimizer and basis. */
import Table from "cli-table3";
import { basisTitles, optimizerTitles } from "./choices.ts";
import { formatLoss, formatRate, formatSeconds, formatShare } from "./format.ts";
import { milestones, requestedRuns, type Results, type RunResult } from "./results.ts";

/** A column: its heading, and what stands below. */
export interface Column {
  readonly heading: string;
  readonly numeric: boolean;
  readonly cell: (run: RunResult) => string;
}

/** The columns of the table, for the terminal and the report alike. */
export function columnsOf(results: Results): readonly Column[] {
  const text = (heading: string, cell: Column["cell"]): Column => ({ heading, numeric: false, cell });
  const number = (heading: string, cell: Column["cell"]): Column => ({ heading, numeric: true, cell });
  return [
    text("optimizer", ({ optimizer }) => optimizerTitles[optimizer]),
    text("basis", ({ basis }) => basisTitles[basis]),
    number("learning rate", ({ learningRate, edge }) => formatRate(learningRate) + (edge === undefined ? " " : "*")),
    ...milestones(results.steps).map((step) => number(`loss at ${step}`, ({ losses }) => formatLoss(losses[step]))),
    number("steps to target", ({ stepsToTarget }) => (stepsToTarget === null ? "never" : String(stepsToTarget))),
    number("seconds", ({ seconds }) => formatSeconds(seconds).replace(" s", "")),
    number("test accuracy", ({ testAccuracy }) => formatShare(testAccuracy)),
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
  const columns = columnsOf(results);
  const table = new Table({
    head: columns.map(({ heading }) => heading.replace(/ (?=at|to|rate|accuracy)/, "\n")),
    colAligns: columns.map(({ numeric }) => (numeric ? "right" : "left")),
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
    chars: {
      ...{ top: "", "top-mid": "", "top-left": "", "top-right": "" },
      ...{ bottom: "", "bottom-mid": "", "bottom-left": "", "bottom-right": "" },
      ...{ left: "", "left-mid": "", mid: "", "mid-mid": "", right: "", "right-mid": "", middle: "" },
    },
  });
  const runs = requestedRuns(results);
  table.push(...runs.map((run) => columns.map(({ cell }) => cell(run))));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
