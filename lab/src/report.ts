/**
 * The report of an experiment as one HTML file that needs nothing else: no network, no scripts. It follows the reader's
 * light or dark setting, is readable on a phone and printed, and every picture has its words.
 */
import { lossChart, spectrumChart, strokes } from "./chart.ts";
import { basisNames, basisTitles, optimizerTitles, type OptimizerName } from "./choices.ts";
import { formatRate, formatSeconds } from "./format.ts";
import { caveatsOf, outcomesOf } from "./notes.ts";
import { reportStyle } from "./report-style.ts";
import { requestedRuns, type Results } from "./results.ts";
import { columnsOf, legendOf } from "./table.ts";

/** Narrow, so that letters stay readable where a phone shrinks the picture. */
const chartSize = { width: 460, height: 320 };

/** The whole page. */
export function renderReport(results: Results): string {
  const title = `EGOP reparameterization: ${results.title}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(title)}</title>
<style>${reportStyle}</style>
</head>
<body>
<main>
<header>
<h1>${escape(results.title)}</h1>
<p>Optimizers in the eigenbasis of the expected gradient outer product (EGOP) of the training loss, compared with the same
optimizers in other coordinates. Every basis has the best learning rate of one grid.</p>
</header>
${[outcomes, runTable, lossCurves, spectrum, caveats, settings].map((section) => section(results)).join("\n")}
</main>
</body>
</html>
`;
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
    `<ul>\n${items.map((item) => `<li>${escape(item).replace(/^[^:]+:/, "<strong>$&</strong>")}</li>`).join("\n")}\n</ul>`,
  );
}

function section(heading: string, content: string): string {
  return `<section>\n<h2>${escape(heading)}</h2>\n${content}\n</section>`;
}

function runTable(results: Results): string {
  const [first, second, ...others] = columnsOf(results);
  const kind = (numeric: boolean): string => (numeric ? ' class="number"' : "");
  const head = [first, second, ...others].map(
    ({ heading, numeric }) => `<th scope="col"${kind(numeric)}>${escape(heading)}</th>`,
  );
  const rows = requestedRuns(results).map((run) => {
    const cells = others.map(({ cell, numeric }) => `<td${kind(numeric)}>${escape(cell(run))}</td>`);
    return `<tr><td>${escape(first.cell(run))}</td><th scope="row">${escape(second.cell(run))}</th>${cells.join("")}</tr>`;
  });
  return section(
    "Runs",
    `<div class="scroll" role="region" aria-label="Table of runs" tabindex="0">
<table>
<thead><tr>${head.join("")}</tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>
</div>
<p class="small">${escape(legendOf(results))}</p>`,
  );
}

function lossCurves(results: Results): string {
  const runs = requestedRuns(results);
  const optimizers = [...new Set(runs.map(({ optimizer }) => optimizer))];
  const legend = basisNames
    .filter((basis) => runs.some((run) => run.basis === basis))
    .map((basis) => {
      const { color, dash } = strokes[basis];
      const line = `<line x1="1" x2="31" y1="5" y2="5" stroke="var(${color})" stroke-width="2.5" stroke-dasharray="${dash}"/>`;
      const swatch = `<svg width="32" height="10" aria-hidden="true">${line}</svg>`;
      return `<li>${swatch} ${escape(basisTitles[basis])}</li>`;
    });
  const figure = (optimizer: OptimizerName): string => `<figure>
<figcaption><strong>${optimizerTitles[optimizer]}.</strong> Training loss over steps. The level line is the final loss in
original coordinates.</figcaption>
${lossChart(results, optimizer, chartSize)}
</figure>`;
  return section(
    "Training loss",
    `<ul class="legend" aria-label="Legend">${legend.join("")}</ul>
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
    ["Rows", `${results.trainingRows} for training, ${results.testRows} for the test`],
    ["Parameters", String(results.parameters)],
    ["Start", "weights normal with variance 1 / inputs, biases 0; EGOP samples its points from the same distribution"],
    ["Steps", String(results.steps)],
    ["EGOP samples", String(results.egop.samples)],
    ...optimizers.map(grid),
    ["Seed", String(results.seed)],
    ["Time in all", `${formatSeconds(results.seconds)} on ${results.threads} threads, Node ${process.version}`],
    ["Data", results.citation],
    [
      "Method",
      "A. DePavia, V. Cruzado, J. Liang, V. Charisopoulos, R. Willett, Faster Adaptive Optimization via Expected " +
        "Gradient Outer Product Reparameterization, arXiv 2502.01594",
    ],
  ];
  const list = entries.map(([term, value]) => `<div><dt>${escape(term)}</dt><dd>${escape(value)}</dd></div>`);
  return section("Settings", `<dl>\n${list.join("\n")}\n</dl>`);
}

/** Text as HTML. */
function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
