/** The decision boundaries that runs of one seed have found in the plane, each beside the best there is. */
import * as Plot from "@observablehq/plot";
import { draw, type Size } from "../chart.ts";
import { pictureOf, type LegendEntry, type Panel } from "../figure.ts";
import { formatShare } from "../format.ts";
import { studiedBasisTitles } from "./bases.ts";
import { gridSide } from "./boundary.ts";
import { optimizerChoices } from "./optimizers.ts";
import type { SeriesSummary } from "./series.ts";
import type { DrawnPlane, StudySummary } from "./summary.ts";

/** A panel for each series with a boundary. */
export function boundaryPanels({ series, plane }: StudySummary): readonly Panel[] {
  if (plane === undefined) return [];
  return series.flatMap((each) => {
    const { boundary, optimizer, basis, testAccuracy } = each;
    if (boundary === undefined) return [];
    const accuracy = testAccuracy === null ? "" : `, test ${formatShare(testAccuracy)}`;
    const title = `${optimizerChoices[optimizer].title}, ${studiedBasisTitles[basis]}${accuracy}`;
    return [{ title, draw: (size) => boundaryChart(plane, boundary, describe(title, each), size) }];
  });
}

export const boundaryLegend: readonly LegendEntry[] = [
  { title: "boundary found", color: "--egop", dash: "none" },
  { title: "best boundary", color: "--original", dash: "5 3" },
  { title: "dots: class +1", color: "--other", dash: "3 5" },
  { title: "circles: class −1", color: "--random", dash: "3 5" },
];

/** The picture as a whole SVG document; undefined for a study without a plane. */
export function renderBoundaryFigure(summary: StudySummary): string | undefined {
  const panels = boundaryPanels(summary);
  if (panels.length === 0) return undefined;
  return pictureOf(`${summary.title}: decision boundaries of the first seed`, boundaryLegend, panels);
}

function describe(title: string, { testAccuracy }: SeriesSummary): string {
  const accuracy = testAccuracy === null ? "" : ` It is right on ${formatShare(testAccuracy)} of the test points.`;
  return `Decision boundary of ${title} in the plane, with points of both classes and the best boundary.${accuracy}`;
}

function boundaryChart(plane: DrawnPlane, scores: readonly number[], description: string, size: Size): string {
  const { extent, positive, negative, best } = plane;
  // A little less than the grid, whose edges close the lines.
  const shown = extent * (1 - 2 / (gridSide - 1));
  const across = [-shown, shown];
  const pairs = (flat: readonly number[]): [number, number][] =>
    Array.from({ length: flat.length / 2 }, (_value, i) => [flat[2 * i], flat[2 * i + 1]]);
  const level = (values: readonly number[], stroke: string, dash: string): Plot.Markish =>
    Plot.contour(values as number[], {
      ...{ width: gridSide, height: gridSide, x1: -extent, y1: -extent, x2: extent, y2: extent, thresholds: [0] },
      ...{ fill: "none", stroke, strokeWidth: 2.5, strokeDasharray: dash, clip: true },
    });
  return draw(
    {
      ...{ ...size, marginLeft: 52, marginTop: 16, marginBottom: 36, marginRight: 12 },
      x: { domain: across, label: "x₁", ticks: 5 },
      y: { domain: across, label: "x₂", ticks: 5 },
      marks: [
        Plot.dot(pairs(positive), { r: 2, fill: "var(--other)", fillOpacity: 0.7, clip: true }),
        Plot.dot(pairs(negative), { r: 2.2, stroke: "var(--random)", strokeOpacity: 0.8, clip: true }),
        ...(best === null ? [] : [level(best, "var(--original)", "5 3")]),
        level(scores, "var(--egop)", "none"),
      ],
    },
    description,
  );
}
