/** The files of a finished study: its summary, report, pictures and numbers. */
import { join } from "node:path";
import { writeOutput } from "../write-output.ts";
import { renderBoundaryFigure } from "./boundary-figure.ts";
import { isSweep } from "./carry-out.ts";
import { renderStudyFigure } from "./figure.ts";
import { renderStudyReport } from "./report.ts";
import type { StudySummary } from "./summary.ts";
import { renderSweepFigure } from "./sweep-figure.ts";
import { renderSweepReport } from "./sweep-report.ts";
import type { SweepSummary } from "./sweep.ts";

/** Writes summary.json, report.html, curves.svg (or gains.svg), their numbers as CSV, and boundaries.svg where there are such. */
export function writeStudy(folder: string, summary: StudySummary | SweepSummary): void {
  writeOutput(join(folder, "summary.json"), `${JSON.stringify(summary)}\n`, true);
  if (isSweep(summary)) {
    writeOutput(join(folder, "gains.csv"), gainsAsCsv(summary));
    writeOutput(join(folder, "gains.svg"), renderSweepFigure(summary));
    writeOutput(join(folder, "report.html"), renderSweepReport(summary));
    return;
  }
  writeOutput(join(folder, "curves.csv"), curvesAsCsv(summary));
  writeOutput(join(folder, "curves.svg"), renderStudyFigure(summary));
  const boundaries = renderBoundaryFigure(summary);
  if (boundaries !== undefined) writeOutput(join(folder, "boundaries.svg"), boundaries);
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

/** One line per point of the grid and optimizer. */
function gainsAsCsv({ points, optimizers }: SweepSummary): string {
  const lines = points.flatMap(({ decay, spread, density, predictedGain, gains }) =>
    optimizers.map((optimizer) =>
      [optimizer, decay, spread, density, predictedGain ?? "", gains[optimizer] ?? ""].join(","),
    ),
  );
  return ["optimizer,decay,spread,density,predicted_gain,gain", ...lines, ""].join("\n");
}
