/** The overview of a folder of results: what all of its experiments say together. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { writeOutput } from "../write-output.ts";
import { namedExperiments } from "./carry-out.ts";
import { overviewOf, type Overview } from "./overview.ts";
import { renderOverviewFigure, renderOverviewPage } from "./overview-page.ts";
import { renderOverviewText } from "./overview-text.ts";
import { readSummary } from "./read-summary.ts";

/** Writes README.md, overview.json, overview.html, gains.svg, gains.csv and claims.csv; returns the path of the page. */
export function writeOverview(folder: string): string {
  const paths = namedExperiments.map(({ name }) => join(folder, name, "summary.json"));
  const summaries = paths.filter((path) => existsSync(path)).map(readSummary);
  const overview = overviewOf(summaries);
  const page = join(folder, "overview.html");
  writeOutput(join(folder, "overview.json"), `${JSON.stringify(overview)}\n`, true);
  writeOutput(join(folder, "gains.csv"), gainsAsCsv(overview));
  writeOutput(join(folder, "claims.csv"), claimsAsCsv(overview));
  if (overview.gains.length > 0) writeOutput(join(folder, "gains.svg"), renderOverviewFigure(overview));
  writeOutput(join(folder, "README.md"), renderOverviewText(overview, summaries));
  writeOutput(page, renderOverviewPage(overview));
  return page;
}

function gainsAsCsv({ gains }: Overview): string {
  const lines = gains.map(({ experiment, optimizer, basis, predicted, gain, density, rankShare }) =>
    [quoted(experiment), optimizer, basis, predicted ?? "", gain, density, rankShare].join(","),
  );
  return ["task,optimizer,basis,predicted_gain,gain,density,rank_share", ...lines, ""].join("\n");
}

function claimsAsCsv({ claims }: Overview): string {
  const lines = claims.flatMap(({ verdicts }) =>
    verdicts.map(({ experiment, claim, predicted, measured, holds }) =>
      [...[experiment, claim, predicted, measured].map(quoted), holds ?? ""].join(","),
    ),
  );
  return ["task,claim,predicted,measured,holds", ...lines, ""].join("\n");
}

function quoted(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
