/** The report of a study as one HTML file: table, curves with bands, what was tuned, and the settings that reproduce it. */
import { spectrumChart, strokes } from "../chart.ts";
import { escapeHtml, htmlTable, numberColumn, proseHtml, textColumn, type Column } from "../columns.ts";
import { formatBytes, formatLoss, formatRate, formatSeconds } from "../format.ts";
import { definitions, legendList, methodCitation, page, section } from "../page.ts";
import { studiedBases, studiedBasisTitles } from "./bases.ts";
import { boundaryLegend, boundaryPanels } from "./boundary-figure.ts";
import { bandChart, curvesOf, describeCurves } from "./chart.ts";
import { claimColumns } from "./claim-table.ts";
import { comparedOptimizers } from "./figure.ts";
import { optimizerChoices } from "./optimizers.ts";
import type { SeriesSummary } from "./series.ts";
import type { StudySummary } from "./summary.ts";
import { studyColumns, studyLegend } from "./table.ts";

const chartSize = { width: 460, height: 320 };

/** The whole page. */
export function renderStudyReport(summary: StudySummary): string {
  return page(`EGOP reparameterization: ${summary.title}`, summary.title, escapeHtml(summary.question), [
    runs(summary),
    curves(summary),
    boundaries(summary),
    spectrum(summary),
    claims(summary),
    costs(summary),
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
<figcaption><strong>${escapeHtml(optimizerChoices[optimizer].title)}.</strong> Median; the band holds the middle half of the
seeds.</figcaption>
${bandChart(summary, curvesOf(summary, optimizer), describeCurves(summary, optimizer), chartSize)}
</figure>`,
  );
  const drawn = `${legend}\n<div class="charts">\n${figures.join("\n")}\n</div>`;
  return section(`${capitalized(summary.measure)} over steps`, `${drawn}\n${values(summary)}`);
}

/** The curves as numbers: for keyboards and readers of screens, and where nothing can be pointed at. */
function values({ series, curveSteps }: StudySummary): string {
  const places = [0, 0.125, 0.25, 0.5, 1].map((share) => Math.round(share * (curveSteps.length - 1)));
  const columns = [
    ...names(),
    ...[...new Set(places)].map((place) =>
      numberColumn<SeriesSummary>(`at ${curveSteps[place]}`, ({ band }) =>
        place < band.median.length ? formatLoss(band.median[place]) : "diverged",
      ),
    ),
  ];
  return `<details><summary>The same as numbers: medians at some steps</summary>
${htmlTable("Table of losses", columns, series, 2)}</details>`;
}

function names(): readonly Column<SeriesSummary>[] {
  return [
    textColumn<SeriesSummary>("optimizer", ({ optimizer }) => optimizerChoices[optimizer].title),
    textColumn<SeriesSummary>("basis", ({ basis }) => studiedBasisTitles[basis]),
  ];
}

function boundaries(summary: StudySummary): string {
  const panels = boundaryPanels(summary);
  if (panels.length === 0) return "";
  const figures = panels.map(
    ({ title, draw }) => `<figure>
<figcaption><strong>${escapeHtml(title)}</strong></figcaption>
${draw(chartSize)}
</figure>`,
  );
  return section(
    "Decision boundaries",
    `<p>What the first seed's runs have learned.</p>\n${legendList(boundaryLegend)}
<div class="charts">\n${figures.join("\n")}\n</div>`,
  );
}

function spectrum({ findings, parameters }: StudySummary): string {
  const { stableRank, rootStableRank, density, samples, gain } = findings;
  const chart = spectrumChart(findings, { ...chartSize, height: 280 });
  if (chart === undefined) return section("Spectrum", "<p>All sampled gradients are zero.</p>");
  const range = gain === null ? "" : ` (${gain.low.toPrecision(2)} to ${gain.high?.toPrecision(2) ?? "any"})`;
  const expected =
    gain === null
      ? "The curvature is zero where it was looked at, so no gain can be predicted."
      : `From the curvature, a gain of ${gain.value.toPrecision(2)}${range} was to be expected.`;
  return section(
    "Spectrum",
    `<div class="charts">
<figure>
<figcaption><strong>EGOP</strong> of the first seed. Eigenvalues relative to the largest, in descending order.</figcaption>
${chart}
</figure>
<p>From ${samples} gradients. The stable rank is ${stableRank.toFixed(1)} of ${parameters}, that of the square roots
${rootStableRank.toFixed(1)}. The leading eigenvector has density ${density.toFixed(2)} (about 0.64 for a random direction,
${(1 / parameters).toPrecision(1)} along an axis). ${expected}</p>
</div>`,
  );
}

function claims({ claims: all }: StudySummary): string {
  const failed = all.filter(({ holds }) => holds === false);
  const words =
    failed.length === 0
      ? "All claims that could be refuted here hold."
      : `${failed.length} of ${all.length} claims do not hold here; they are marked so.`;
  const table = htmlTable("Table of claims", claimColumns, all, 1, "claims");
  return section("What theory says, and what is found", `<p>${words}</p>\n${table}`);
}

/** Steps are not seconds: what a basis costs, what a step in it costs, and what both keep in memory. */
function costs(summary: StudySummary): string {
  const perStep = ({ seconds }: SeriesSummary): string => `${((1000 * seconds) / summary.steps).toFixed(2)} ms`;
  const columns = [
    ...names(),
    numberColumn<SeriesSummary>("a step", perStep),
    numberColumn<SeriesSummary>("the basis, once", ({ basisSeconds }) => formatSeconds(basisSeconds)),
    numberColumn<SeriesSummary>("memory of the basis", ({ basisBytes }) => formatBytes(basisBytes)),
    numberColumn<SeriesSummary>("of the gradients", ({ sampleBytes }) => formatBytes(sampleBytes)),
  ];
  return section("Time and memory", htmlTable("Table of times and memory", columns, summary.series, 2));
}

function tuning(summary: StudySummary): string {
  const items = summary.series.map(({ optimizer, basis, tuned }) => {
    const trials = tuned.map(
      ({ rate, loss }) => `${formatRate(rate)}: ${loss === null ? "diverged" : formatLoss(loss)}`,
    );
    const name = `${optimizerChoices[optimizer].title}, ${studiedBasisTitles[basis]}`;
    return `<li><strong>${escapeHtml(name)}:</strong> ${proseHtml(trials.join(", "))}</li>`;
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
      ["To reproduce", commandOf(summary)],
      ["Task", summary.task],
      ["Loss", summary.description],
      ["Parameters", String(summary.parameters)],
      ["Start", summary.start],
      ["EGOP samples", `${summary.samplesPerParameter} for each parameter`],
      ["Steps", String(summary.steps)],
      ["Seeds", `${summary.firstSeed} to ${summary.firstSeed + summary.seeds - 1}`],
      ["Data", summary.citation],
      ["Method", methodCitation],
    ]),
  );
}

/** The command that gives the same numbers. */
function commandOf({ experiment, seeds, steps, firstSeed }: StudySummary): string {
  return `egop run ${experiment} --seeds ${seeds} --steps ${steps}${firstSeed === 0 ? "" : ` --seed ${firstSeed}`}`;
}

function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
