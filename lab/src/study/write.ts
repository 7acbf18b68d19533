/** The files of a finished study: its summary, report, picture and numbers. */
import { join } from "node:path";
import { writeOutput } from "../write-output.ts";
import { renderStudyFigure } from "./figure.ts";
import { renderStudyReport } from "./report.ts";
import type { StudySummary } from "./summary.ts";

/** Writes summary.json, report.html, curves.svg and curves.csv into a folder. */
export function writeStudy(folder: string, summary: StudySummary): void {
  writeOutput(join(folder, "summary.json"), `${JSON.stringify(summary)}\n`, true);
  writeOutput(join(folder, "curves.csv"), curvesAsCsv(summary));
  writeOutput(join(folder, "curves.svg"), renderStudyFigure(summary));
  writeOutput(join(folder, "report.html"), renderStudyReport(summary));
}

/** One line per optimizer, basis and kept step, with the quartiles of the loss. */
function curvesAsCsv({ series, curveSteps }: StudySummary): string {
  const lines = series.flatMap(({ optimizer, basis, learningRate, band }) =>
    band.median.map((middle, place) =>
      [optimizer, basis, learningRate, curveSteps[place], band.lower[place], middle, band.upper[place]].join(","),
    ),
  );
  return ["optimizer,basis,learning_rate,step,lower_quartile,median,upper_quartile", ...lines, ""].join("\n");
}
