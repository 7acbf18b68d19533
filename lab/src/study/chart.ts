/** Loss curves of a study: the median over the seeds as a line, the quartiles as a band. */
import * as Plot from "@observablehq/plot";
import { draw, logarithmic, powersOfTen, strokes, type Size } from "../chart.ts";
import { formatLoss } from "../format.ts";
import { studiedBasisTitles } from "./bases.ts";
import { optimizerChoices } from "./optimizers.ts";
import type { SeriesSummary } from "./series.ts";
import type { StudySummary } from "./summary.ts";

/** Points of a curve that show their values when pointed at. */
const labeledPoints = 10;

/** One curve of a picture: its series, and how it is drawn. */
export interface Curve {
  readonly series: SeriesSummary;
  readonly title: string;
  readonly color: string;
  readonly dash: string;
}

/** The curves of one optimizer in all its bases. */
export function curvesOf({ series }: StudySummary, optimizer: SeriesSummary["optimizer"]): readonly Curve[] {
  return series
    .filter((each) => each.optimizer === optimizer && each.band.median.length > 0)
    .map((each) => ({ series: each, title: studiedBasisTitles[each.basis], ...strokes[each.basis] }));
}

/** The smallest and the largest loss that any picture of the study shows: one scale for all. */
function lossRange({ series }: StudySummary): readonly [number, number] {
  const several = series.filter((each) => series.some((other) => other !== each && other.optimizer === each.optimizer));
  const losses = (several.length > 0 ? several : series)
    .flatMap(({ band }) => [...band.lower, ...band.upper])
    .filter((loss) => loss > 0);
  return losses.length === 0 ? [0.1, 1] : [Math.min(...losses), Math.max(...losses)];
}

/** The picture of some curves, on the study's scale. */
export function bandChart(summary: StudySummary, curves: readonly Curve[], description: string, size: Size): string {
  const [lowest, highest] = lossRange(summary);
  const stride = Math.ceil(summary.curveSteps.length / labeledPoints);
  return draw(
    {
      ...{ ...size, marginLeft: 52, marginTop: 30, marginBottom: 42, marginRight: 12 },
      x: { label: "step", domain: [0, summary.steps], ticks: 4 },
      y: logarithmic(summary.measure, lowest, highest),
      marks: [
        Plot.gridY({ ticks: powersOfTen(lowest, highest), strokeOpacity: 0.12 }),
        ...curves.flatMap(({ series, title, color, dash }) => {
          const points = pointsOf(series, summary.curveSteps, lowest);
          const stroke = `var(${color})`;
          return [
            Plot.areaY(points, { x: "step", y1: "lower", y2: "upper", fill: stroke, fillOpacity: 0.15 }),
            Plot.lineY(points, { x: "step", y: "median", stroke, strokeWidth: 2, strokeDasharray: dash }),
            Plot.dot(
              points.filter((_point, place) => place % stride === 0),
              {
                ...{ x: "step", y: "median", r: 6, fill: stroke, fillOpacity: 0, stroke: "none" },
                title: ({ step, median }: Point) => `${title}, step ${step}: ${formatLoss(median)}`,
              },
            ),
          ];
        }),
      ],
    },
    description,
  );
}

interface Point {
  readonly step: number;
  readonly lower: number;
  readonly median: number;
  readonly upper: number;
}

/** What is below the scale, as a loss of 0 is, stands at its lower end. */
function pointsOf({ band }: SeriesSummary, steps: readonly number[], lowest: number): Point[] {
  const shown = (loss: number): number => Math.max(loss, lowest);
  return band.median.map((median, place) => ({
    step: steps[place],
    lower: shown(band.lower[place]),
    median: shown(median),
    upper: shown(band.upper[place]),
  }));
}

/** What the picture of an optimizer says, for those who do not see it. */
export function describeCurves(summary: StudySummary, optimizer: SeriesSummary["optimizer"]): string {
  const measure = `${summary.measure.slice(0, 1).toUpperCase()}${summary.measure.slice(1)}`;
  const ends = curvesOf(summary, optimizer).map(({ series, title }) => {
    const { median } = series.band;
    return `${title} ends at ${formatLoss(median[median.length - 1])}`;
  });
  return `${measure} of ${optimizerChoices[optimizer].title} over ${summary.steps} steps, logarithmic: ${ends.join("; ")}.`;
}
