/** The overview as a page and as a picture: gains against predictions and decay, and the claims on every task. */
import { escapeHtml, htmlTable, numberColumn, textColumn } from "../columns.ts";
import { pictureOf, type Panel } from "../figure.ts";
import { formatFactor } from "../format.ts";
import { legendList, page, section } from "../page.ts";
import { studiedBasisTitles } from "./bases.ts";
import { verdict } from "./claim-table.ts";
import { optimizerChoices, type StudiedOptimizer } from "./optimizers.ts";
import type { ClaimRow, GainRow, Overview } from "./overview.ts";
import { gainChart, groupStrokes, type GainPoint } from "./points-chart.ts";

const chartSize = { width: 460, height: 320 };

/** Gain against the decay of the spectrum, against density, and against what was predicted. */
function overviewPanels({ gains }: Overview): readonly Panel[] {
  const groups = optimizersOf(gains);
  const points = (x: (row: GainRow) => number | null): GainPoint[] =>
    gains.flatMap((row) => {
      const at = x(row);
      const name = `${row.experiment}, ${optimizerChoices[row.optimizer].title}`;
      return at === null ? [] : [{ x: at, gain: row.gain, group: row.optimizer, name }];
    });
  return [
    {
      title: "Gain against decay",
      label: "root stable rank / parameters",
      points: points((row) => row.rankShare),
      diagonal: false,
    },
    {
      title: "Gain against density",
      label: "density of the leading eigenvector",
      points: points((row) => row.density),
      diagonal: false,
    },
    {
      title: "Gain against what was predicted",
      label: "predicted gain",
      points: points(({ predicted }) => predicted),
      diagonal: true,
    },
  ].map(({ title, ...chart }) => ({
    title,
    draw: (size) =>
      gainChart(
        { ...chart, logarithmicX: true, joined: false, groups },
        `${title}, a point for each task and optimizer; the numbers stand in the table of gains.`,
        size,
      ),
  }));
}

/** The picture as a whole SVG document. */
export function renderOverviewFigure(overview: Overview): string {
  return pictureOf("Gain of EGOP coordinates over all experiments", legendOf(overview), overviewPanels(overview));
}

function legendOf({ gains }: Overview): readonly { title: string; color: string; dash: string }[] {
  return optimizersOf(gains).map((optimizer, index) => ({
    title: optimizerChoices[optimizer].title,
    ...groupStrokes[index],
    dash: "none",
  }));
}

function optimizersOf(gains: readonly GainRow[]): readonly StudiedOptimizer[] {
  return [...new Set(gains.map(({ optimizer }) => optimizer))];
}

/** The whole page. */
export function renderOverviewPage(overview: Overview): string {
  return page(
    "EGOP reparameterization: all experiments",
    "All experiments",
    "What EGOP coordinates gain on every task, what was predicted, and which claims of the theory hold where.",
    [pictures(overview), gainsOf(overview), claimsOf(overview)],
  );
}

function pictures(overview: Overview): string {
  const figures = overviewPanels(overview).map(
    ({ title, draw }) =>
      `<figure>\n<figcaption><strong>${escapeHtml(title)}</strong></figcaption>\n${draw(chartSize)}\n</figure>`,
  );
  const items = overview.correlations.map(
    ({ of, points, correlation }) => `<li>${escapeHtml(of)}: ${correlation.toFixed(2)} over ${points} points</li>`,
  );
  return section(
    "Gain",
    `${legendList(legendOf(overview))}
<div class="charts">\n${figures.join("\n")}\n</div>
<p>Rank correlation of the predicted and the measured gain:</p>\n<ul>\n${items.join("\n")}\n</ul>`,
  );
}

function gainsOf({ gains }: Overview): string {
  const columns = [
    textColumn<GainRow>("task", ({ experiment }) => experiment),
    textColumn<GainRow>("optimizer", ({ optimizer }) => optimizerChoices[optimizer].title),
    textColumn<GainRow>("basis", ({ basis }) => studiedBasisTitles[basis]),
    numberColumn<GainRow>("predicted gain", ({ predicted }) => (predicted === null ? "none" : formatFactor(predicted))),
    numberColumn<GainRow>("gain", ({ gain }) => formatFactor(gain)),
    numberColumn<GainRow>("density", ({ density }) => density.toPrecision(2)),
    numberColumn<GainRow>("rank share", ({ rankShare }) => rankShare.toPrecision(2)),
  ];
  return section("Gains", htmlTable("Table of gains", columns, gains, 1));
}

function claimsOf({ claims }: Overview): string {
  const tables = claims.map(({ claim, verdicts }) => {
    const holding = verdicts.filter(({ holds }) => holds === true).length;
    const refuted = verdicts.filter(({ holds }) => holds === false).length;
    const columns = [
      textColumn<ClaimRow["verdicts"][number]>("task", ({ experiment }) => experiment),
      textColumn<ClaimRow["verdicts"][number]>("predicted", ({ predicted }) => predicted),
      textColumn<ClaimRow["verdicts"][number]>("measured", ({ measured }) => measured),
      textColumn<ClaimRow["verdicts"][number]>("holds", ({ holds }) => verdict(holds)),
    ];
    return `<details><summary>${escapeHtml(claim)}: holds on ${holding}, does not on ${refuted}</summary>
${htmlTable(claim, columns, verdicts, 1, "claims")}</details>`;
  });
  return section("Claims of the theory on every task", tables.join("\n"));
}
