/**
 * The report of an experiment as one HTML file that needs nothing else: no network, no scripts. It follows the reader's
 * light or dark setting, is readable on a phone and printed, and every picture has its words.
 */
import { lossChart, spectrumChart, strokes } from "./chart.ts";
import { basisNames, basisTitles, optimizerTitles, type OptimizerName } from "./choices.ts";
import { htmlTable, proseHtml } from "./columns.ts";
import { formatRate, formatSeconds } from "./format.ts";
import { caveatsOf, outcomesOf } from "./notes.ts";
import { definitions, legendList, methodCitation, page, section } from "./page.ts";
import { requestedRuns, type Results } from "./results.ts";
import { columnsOf, legendOf } from "./table.ts";

/** Narrow, so that letters stay readable where a phone shrinks the picture. */
const chartSize = { width: 460, height: 320 };

/** The whole page. */
export function renderReport(results: Results): string {
  const title = `EGOP reparameterization: ${results.title}`;
  return page(
    title,
    results.title,
    "Optimizers in the eigenbasis of the expected gradient outer product (EGOP) of the training loss, compared with the " +
      "same optimizers in other coordinates. Every basis has the best learning rate of one grid.",
    [outcomes, runTable, lossCurves, spectrum, caveats, settings].map((part) => part(results)),
  );
}

function outcomes(results: Results): string {
  return listSection("What came out", outcomesOf(results));
}

function caveats(results: Results): string {
  return listSection("To keep in mind", caveatsOf(results));
}

function listSection(heading: string, items: readonly string[]): string {
  if (items.length === 0) return "";
  return section(
    heading,
    `<ul>\n${items.map((item) => `<li>${proseHtml(item).replace(/^[^:]+:/, "<strong>$&</strong>")}</li>`).join("\n")}\n</ul>`,
  );
}

function runTable(results: Results): string {
  return section(
    "Runs",
    `${htmlTable("Table of runs", columnsOf(results), requestedRuns(results), 2)}
<p class="small">${proseHtml(legendOf(results))}</p>`,
  );
}

function lossCurves(results: Results): string {
  const runs = requestedRuns(results);
  const optimizers = [...new Set(runs.map(({ optimizer }) => optimizer))];
  const legend = basisNames
    .filter((basis) => runs.some((run) => run.basis === basis))
    .map((basis) => ({ title: basisTitles[basis], ...strokes[basis] }));
  const figure = (optimizer: OptimizerName): string => `<figure>
<figcaption><strong>${optimizerTitles[optimizer]}.</strong> Training loss over steps. The level line is the final loss in
original coordinates.</figcaption>
${lossChart(results, optimizer, chartSize)}
</figure>`;
  return section(
    "Training loss",
    `${legendList(legend)}
<div class="charts">
${optimizers.map(figure).join("\n")}
</div>`,
  );
}

function spectrum({ egop, parameters }: Results): string {
  const chart = spectrumChart(egop, { ...chartSize, height: 280 });
  if (chart === undefined) return section("Spectrum", "<p>All sampled gradients are zero.</p>");
  return section(
    "Spectrum",
    `<div class="charts">
<figure>
<figcaption><strong>EGOP.</strong> Eigenvalues relative to the largest, in descending order.</figcaption>
${chart}
</figure>
<p>The stable rank, the sum of the eigenvalues over the largest, is ${egop.stableRank.toFixed(1)} of ${parameters}: about
so many directions carry the gradients. The leading eigenvector has density ${egop.density.toFixed(2)} (about 0.64 for a
random direction, ${(1 / parameters).toPrecision(1)} along a coordinate axis, where there would be nothing to gain). The
estimate from ${egop.samples} gradients and its eigenvectors took ${formatSeconds(egop.seconds)}.</p>
</div>`,
  );
}

function settings(results: Results): string {
  const optimizers = [...new Set(requestedRuns(results).map(({ optimizer }) => optimizer))];
  const grid = (optimizer: OptimizerName): readonly [string, string] => [
    `Learning rates, ${optimizerTitles[optimizer]}`,
    results.learningRates[optimizer].map(formatRate).join(", "),
  ];
  const entries: readonly (readonly [string, string])[] = [
    ["Loss", results.description],
    ...rowsOf(results),
    ["Parameters", String(results.parameters)],
    ["Start", results.start],
    ["Steps", String(results.steps)],
    ["EGOP samples", String(results.egop.samples)],
    ...optimizers.map(grid),
    ["Seed", String(results.seed)],
    ["Time in all", `${formatSeconds(results.seconds)} on ${results.threads} threads, Node ${process.version}`],
    ["Data", results.citation],
    ["Method", methodCitation],
  ];
  return section("Settings", definitions(entries));
}

function rowsOf({ trainingRows, testRows }: Results): readonly (readonly [string, string])[] {
  if (trainingRows === undefined) return [];
  return [["Rows", `${trainingRows} for training${testRows === undefined ? "" : `, ${testRows} for the test`}`]];
}
