/** The report of a grid of experiments as one HTML file. */
import { escapeHtml, htmlTable } from "../columns.ts";
import { definitions, legendList, methodCitation, page, section } from "../page.ts";
import { sweepLegend, sweepPanels } from "./sweep-figure.ts";
import { sweepColumns } from "./sweep-table.ts";
import type { SweepSummary } from "./sweep.ts";

const chartSize = { width: 460, height: 320 };

/** The whole page. */
export function renderSweepReport(summary: SweepSummary): string {
  return page(`EGOP reparameterization: ${summary.title}`, summary.title, escapeHtml(summary.question), [
    pictures(summary),
    table(summary),
    settings(summary),
  ]);
}

function pictures(summary: SweepSummary): string {
  const figures = sweepPanels(summary).map(
    ({ title, draw }) => `<figure>
<figcaption><strong>${escapeHtml(title)}.</strong> How many times fewer steps EGOP coordinates take.</figcaption>
${draw(chartSize)}
</figure>`,
  );
  return section(
    "Gain",
    `<p>Lines are densities where the decay is below, and decays where the density is.</p>
${legendList(sweepLegend(summary))}
<div class="charts">\n${figures.join("\n")}\n</div>`,
  );
}

function table(summary: SweepSummary): string {
  return section("Numbers", htmlTable("Table of gains", sweepColumns(summary), summary.points, 1));
}

function settings({ experiment, parameters, steps, seeds, firstSeed }: SweepSummary): string {
  const seed = firstSeed === 0 ? "" : ` --seed ${firstSeed}`;
  return section(
    "Settings",
    definitions([
      ["To reproduce", `egop run ${experiment} --seeds ${seeds} --steps ${steps}${seed}`],
      ["Task", "½ xᵀ H x, H = Q diag(i^−decay) Qᵀ, Q between the axes and a random rotation"],
      ["Parameters", String(parameters)],
      ["Steps", String(steps)],
      ["Seeds", `${firstSeed} to ${firstSeed + seeds - 1}`],
      ["Method", methodCitation],
    ]),
  );
}
