/** The report of a study as one HTML file: table, curves with bands, what was tuned, and the settings that reproduce it. */
import { strokes } from "../chart.ts";
import { escapeHtml, htmlTable, numberColumn, textColumn } from "../columns.ts";
import { formatLoss, formatRate, formatSeconds } from "../format.ts";
import { definitions, legendList, methodCitation, page, section } from "../page.ts";
import { studiedBases, studiedBasisTitles } from "./bases.ts";
import { bandChart, curvesOf, describeCurves } from "./chart.ts";
import { comparedOptimizers } from "./figure.ts";
import { optimizerChoices } from "./optimizers.ts";
import type { SeriesSummary, StudySummary } from "./summary.ts";
import { studyColumns, studyLegend } from "./table.ts";

const chartSize = { width: 460, height: 320 };

/** The whole page. */
export function renderStudyReport(summary: StudySummary): string {
  return page(`EGOP reparameterization: ${summary.title}`, summary.title, escapeHtml(summary.question), [
    runs(summary),
    curves(summary),
    time(summary),
    tuning(summary),
    settings(summary),
  ]);
}

function runs(summary: StudySummary): string {
  const table = htmlTable("Table of optimizers and bases", studyColumns(summary), summary.series, 2);
  return section("Results", `${table}\n<p class="small">${escapeHtml(studyLegend(summary))}</p>`);
}

function curves(summary: StudySummary): string {
  const bases = studiedBases.filter((basis) => summary.series.some((series) => series.basis === basis));
  const legend = legendList(bases.map((basis) => ({ title: studiedBasisTitles[basis], ...strokes[basis] })));
  const figures = comparedOptimizers(summary).map(
    (optimizer) => `<figure>
<figcaption><strong>${escapeHtml(optimizerChoices[optimizer].title)}.</strong> Median loss; the band holds the middle half of the
seeds.</figcaption>
${bandChart(summary, curvesOf(summary, optimizer), describeCurves(summary, optimizer), chartSize)}
</figure>`,
  );
  return section("Loss over steps", `${legend}\n<div class="charts">\n${figures.join("\n")}\n</div>`);
}

/** Steps are not seconds: what a basis costs, and what a step in it costs. */
function time(summary: StudySummary): string {
  const perStep = ({ seconds }: SeriesSummary): string => `${((1000 * seconds) / summary.steps).toFixed(2)} ms`;
  const columns = [
    textColumn<SeriesSummary>("optimizer", ({ optimizer }) => optimizerChoices[optimizer].title),
    textColumn<SeriesSummary>("basis", ({ basis }) => studiedBasisTitles[basis]),
    numberColumn<SeriesSummary>("a step", perStep),
    numberColumn<SeriesSummary>("the basis, once", ({ basisSeconds }) => formatSeconds(basisSeconds)),
  ];
  return section("Time", htmlTable("Table of times", columns, summary.series, 2));
}

function tuning(summary: StudySummary): string {
  const items = summary.series.map(({ optimizer, basis, tuned }) => {
    const trials = tuned.map(
      ({ rate, loss }) => `${formatRate(rate)}: ${loss === null ? "diverged" : formatLoss(loss)}`,
    );
    const name = `${optimizerChoices[optimizer].title}, ${studiedBasisTitles[basis]}`;
    return `<li><strong>${escapeHtml(name)}:</strong> ${escapeHtml(trials.join(", "))}</li>`;
  });
  return section(
    "Learning rates tried",
    `<details><summary>The median final loss of the tuning seeds at each</summary>\n<ul>\n${items.join("\n")}\n</ul></details>`,
  );
}

function settings(summary: StudySummary): string {
  return section(
    "Settings",
    definitions([
      ["To reproduce", `egop-lab run ${summary.experiment} --seeds ${summary.seeds} --steps ${summary.steps}`],
      ["Task", summary.task],
      ["Loss", summary.description],
      ["Parameters", String(summary.parameters)],
      ["Start", summary.start],
      ["EGOP samples", `${summary.samplesPerParameter} for each parameter`],
      ["Steps", String(summary.steps)],
      ["Seeds", `0 to ${summary.seeds - 1}`],
      ["Data", summary.citation],
      ["Method", methodCitation],
    ]),
  );
}
