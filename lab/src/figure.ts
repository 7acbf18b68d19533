/**
 * The loss curves of all optimizers side by side with one legend, as an SVG picture that stands alone: its colors are
 * readable on light and on dark backgrounds, and it has no background of its own.
 */
import { lossChart, strokes } from "./chart.ts";
import { basisNames, basisTitles, optimizerTitles, type OptimizerName } from "./choices.ts";
import { requestedRuns, type Results } from "./results.ts";

const panel = { width: 440, height: 300 };
const gap = 20;
const top = 64;
const legendStep = 160;

/** Medium tones, with a contrast of at least 3 to white and to near-black. */
const style = `
svg{--original:#6e7781;--random:#a8741a;--egop:#2f81f7;--egop-by-tensor:#c2479b;color:#7a828c}
text{font-family:system-ui,-apple-system,"Segoe UI",sans-serif}
`;

/** The picture as a whole SVG document. */
export function renderFigure(results: Results): string {
  const runs = requestedRuns(results);
  const optimizers = [...new Set(runs.map(({ optimizer }) => optimizer))];
  const bases = basisNames.filter((basis) => runs.some((run) => run.basis === basis));
  const width = Math.max(optimizers.length * (panel.width + gap) - gap, bases.length * legendStep);
  const height = top + panel.height;
  const legend = bases.map((basis, index) => {
    const { color, dash } = strokes[basis];
    const line = `<line x2="30" stroke="var(${color})" stroke-width="2.5" stroke-dasharray="${dash}"/>`;
    const label = `<text x="38" dy="0.32em">${basisTitles[basis]}</text>`;
    return `<g transform="translate(${12 + index * legendStep},14)">${line}${label}</g>`;
  });
  const title = `Training loss on ${results.title}, each basis at its best learning rate`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
    `role="img" aria-label="${title}" fill="currentColor" font-size="14">` +
    `<style>${style}</style>${legend.join("")}${optimizers.map((each, i) => panelOf(results, each, i)).join("")}</svg>\n`
  );
}

function panelOf(results: Results, optimizer: OptimizerName, index: number): string {
  const heading = `<text x="52" y="-8" font-weight="600">${optimizerTitles[optimizer]}</text>`;
  const left = index * (panel.width + gap);
  return `<g transform="translate(${left},${top})">${heading}${lossChart(results, optimizer, panel)}</g>`;
}
