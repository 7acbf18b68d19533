/**
 * Loss curves of several optimizers side by side with one legend, as an SVG picture that stands alone: its colors are
 * readable on light and on dark backgrounds, and it has no background of its own.
 */
import { lossChart, strokes, type Size } from "./chart.ts";
import { basisNames, basisTitles, optimizerTitles } from "./choices.ts";
import { escapeHtml } from "./columns.ts";
import { requestedRuns, type Results } from "./results.ts";

const panelSize = { width: 440, height: 300 };
const gap = 20;
const heading = 42;
const legendStep = 230;
const legendLine = 22;
/** More panels than this are put below each other. */
const perRow = 2;

/** Medium tones, with a contrast of at least 3 to white and to near-black. */
const style = `
svg{--original:#6e7781;--random:#a8741a;--egop:#2f81f7;--egop-by-tensor:#c2479b;--other:#3b8a5a;--another:#8f5bd6;color:#7a828c}
text{font-family:system-ui,-apple-system,"Segoe UI",sans-serif}
`;

/** One of the pictures side by side. */
export interface Panel {
  readonly title: string;
  /** Draws it as an svg element of that size. */
  readonly draw: (size: Size) => string;
}

/** A line of the legend. */
export interface LegendEntry {
  readonly title: string;
  readonly color: string;
  readonly dash: string;
}

/** The picture of an experiment as a whole SVG document. */
export function renderFigure(results: Results): string {
  const runs = requestedRuns(results);
  const bases = basisNames.filter((basis) => runs.some((run) => run.basis === basis));
  return pictureOf(
    `Training loss on ${results.title}, each basis at its best learning rate`,
    bases.map((basis) => ({ title: basisTitles[basis], ...strokes[basis] })),
    [...new Set(runs.map(({ optimizer }) => optimizer))].map((optimizer) => ({
      title: optimizerTitles[optimizer],
      draw: (size) => lossChart(results, optimizer, size),
    })),
  );
}

/** Panels in rows of two under one legend, as a whole SVG document. */
export function pictureOf(title: string, legend: readonly LegendEntry[], panels: readonly Panel[]): string {
  const columns = Math.min(perRow, panels.length);
  const width = Math.max(columns * (panelSize.width + gap) - gap, 2 * legendStep);
  const entriesPerLine = Math.floor(width / legendStep);
  const legendHeight = legendLine * Math.ceil(legend.length / entriesPerLine);
  const height = legendHeight + Math.ceil(panels.length / columns) * (panelSize.height + heading);
  const entries = legend.map(({ title: name, color, dash }, index) => {
    const line = `<line x2="30" stroke="var(${color})" stroke-width="2.5" stroke-dasharray="${dash}"/>`;
    const label = `<text x="38" dy="0.32em">${escapeHtml(name)}</text>`;
    const [x, y] = [index % entriesPerLine, Math.floor(index / entriesPerLine)];
    return `<g transform="translate(${12 + x * legendStep},${14 + y * legendLine})">${line}${label}</g>`;
  });
  const drawn = panels.map(({ title: name, draw }, index) => {
    const [x, y] = [index % columns, Math.floor(index / columns)];
    const place = [x * (panelSize.width + gap), legendHeight + heading + y * (panelSize.height + heading)];
    const words = `<text x="52" y="-8" font-weight="600">${escapeHtml(name)}</text>`;
    return `<g transform="translate(${place.join(",")})">${words}${draw(panelSize)}</g>`;
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
    `role="img" aria-label="${escapeHtml(title)}" fill="currentColor" font-size="14">` +
    `<style>${style}</style>${entries.join("")}${drawn.join("")}</svg>\n`
  );
}
