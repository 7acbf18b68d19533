/** The loss curves of a study, one panel per optimizer, as an SVG picture that stands alone. */
import { pictureOf, type Panel } from "../figure.ts";
import { strokes } from "../chart.ts";
import { bandChart, curvesOf, describeCurves } from "./chart.ts";
import { studiedBases, studiedBasisTitles } from "./bases.ts";
import { optimizerChoices } from "./optimizers.ts";
import type { StudySummary } from "./summary.ts";

/** The optimizers that ran in more than one basis, in their order; all, when none did. */
export function comparedOptimizers({ series }: StudySummary): readonly StudySummary["series"][number]["optimizer"][] {
  const all = [...new Set(series.map(({ optimizer }) => optimizer))];
  const several = all.filter((optimizer) => series.filter((each) => each.optimizer === optimizer).length > 1);
  return several.length > 0 ? several : all;
}

/** The picture as a whole SVG document. */
export function renderStudyFigure(summary: StudySummary): string {
  const bases = studiedBases.filter((basis) => summary.series.some((series) => series.basis === basis));
  const panels = comparedOptimizers(summary).map((optimizer): Panel => ({
    title: optimizerChoices[optimizer].title,
    draw: (size) => bandChart(summary, curvesOf(summary, optimizer), describeCurves(summary, optimizer), size),
  }));
  const legend = bases.map((basis) => ({ title: studiedBasisTitles[basis], ...strokes[basis] }));
  return pictureOf(`${summary.title}: median loss and quartiles over ${summary.seeds} seeds`, legend, panels);
}
