/** The table of a grid of experiments for the terminal. */
import { numberColumn, renderColumns, type Column } from "../columns.ts";
import { formatFactor } from "../format.ts";
import { wrap } from "../paragraph.ts";
import { optimizerChoices } from "./optimizers.ts";
import type { SweepPoint, SweepSummary } from "./sweep.ts";

/** The columns, for the terminal and the report alike. */
export function sweepColumns({ optimizers }: SweepSummary): readonly Column<SweepPoint>[] {
  const factor = (value: number | null | undefined): string => (value == null ? "" : formatFactor(value));
  return [
    numberColumn<SweepPoint>("decay", ({ decay }) => String(decay)),
    numberColumn<SweepPoint>("density", ({ density }) => density.toPrecision(2)),
    numberColumn<SweepPoint>("root stable rank", ({ rootStableRank }) => rootStableRank.toFixed(1)),
    numberColumn<SweepPoint>("predicted gain", ({ predictedGain }) => factor(predictedGain)),
    ...optimizers.map((optimizer) =>
      numberColumn<SweepPoint>(`gain, ${optimizerChoices[optimizer].title}`, ({ gains }) => factor(gains[optimizer])),
    ),
  ];
}

/** Title, question, table and legend as text. */
export function renderSweepTable(summary: SweepSummary, width: number): string {
  const { title, question, seeds, steps, points } = summary;
  const legend =
    `Medians over ${seeds} ${seeds === 1 ? "seed" : "seeds"}, ${steps} steps. Gain: how many times fewer steps EGOP ` +
    "coordinates take to the worse of both final losses.";
  const table = renderColumns(sweepColumns(summary), points);
  return `\n${title}\n${wrap(question, width)}\n\n${table}\n\n${wrap(legend, width)}\n\n`;
}
