/** The theory's own picture: gain against the decay of the spectrum, and against the density of the eigenvectors. */
import { pictureOf, type Panel } from "../figure.ts";
import { formatFactor } from "../format.ts";
import { optimizerChoices, type StudiedOptimizer } from "./optimizers.ts";
import { gainChart, groupStrokes, type GainChart, type GainPoint } from "./points-chart.ts";
import type { SweepPoint, SweepSummary } from "./sweep.ts";

/** One panel for each optimizer and each of the two numbers. */
export function sweepPanels(summary: SweepSummary): readonly Panel[] {
  return summary.optimizers.flatMap((optimizer) => {
    const { title } = optimizerChoices[optimizer];
    return [
      { title: `${title}, against decay`, chart: againstDecay(summary, optimizer) },
      { title: `${title}, against density`, chart: againstDensity(summary, optimizer) },
    ].map(({ title: name, chart }) => ({
      title: name,
      draw: (size) => gainChart(chart, `${name}: ${inWords(chart.points)}`, size),
    }));
  });
}

/** The picture as a whole SVG document: lines are densities on the left, decays on the right, in ascending order. */
export function renderSweepFigure(summary: SweepSummary): string {
  return pictureOf(`${summary.title}: gain of EGOP coordinates`, sweepLegend(summary), sweepPanels(summary));
}

/** What the lines are. */
export function sweepLegend(summary: SweepSummary): readonly { title: string; color: string; dash: string }[] {
  const [spreads, decays] = [spreadsOf(summary), decaysOf(summary)];
  return groupStrokes.slice(0, Math.max(spreads.length, decays.length)).map((stroke, index) => {
    const density = index < spreads.length ? `density ${densityOf(summary, spreads[index]).toPrecision(2)}` : "";
    const decay = index < decays.length ? `decay ${decays[index]}` : "";
    return { title: [density, decay].filter((part) => part !== "").join(" / "), ...stroke };
  });
}

function againstDecay(summary: SweepSummary, optimizer: StudiedOptimizer): GainChart {
  const groups = spreadsOf(summary).map((spread) => `density ${densityOf(summary, spread).toPrecision(2)}`);
  const points = pointsOf(summary, optimizer, (point) => ({
    x: point.decay,
    group: groups[spreadsOf(summary).indexOf(point.spread)],
  }));
  return { points, label: "decay of the spectrum", logarithmicX: false, joined: true, groups };
}

function againstDensity(summary: SweepSummary, optimizer: StudiedOptimizer): GainChart {
  const groups = decaysOf(summary).map((decay) => `decay ${decay}`);
  const points = pointsOf(summary, optimizer, (point) => ({
    // A flat spectrum has no leading eigenvector of its own: the density is that of the spread with a steep one.
    x: densityOf(summary, point.spread),
    group: `decay ${point.decay}`,
  }));
  return { points, label: "density of the leading eigenvector", logarithmicX: true, joined: true, groups };
}

function pointsOf(
  { points }: SweepSummary,
  optimizer: StudiedOptimizer,
  place: (point: SweepPoint) => Pick<GainPoint, "x" | "group">,
): GainPoint[] {
  return points.flatMap((point) => {
    const gain = point.gains[optimizer] ?? null;
    const name = `decay ${point.decay}, density ${point.density.toPrecision(2)}`;
    return gain === null ? [] : [{ ...place(point), gain, name }];
  });
}

function spreadsOf({ points }: SweepSummary): number[] {
  return [...new Set(points.map(({ spread }) => spread))];
}

function decaysOf({ points }: SweepSummary): number[] {
  return [...new Set(points.map(({ decay }) => decay))];
}

/** The density that a spread gives, with the steepest spectrum. */
function densityOf({ points }: SweepSummary, spread: number): number {
  const own = points.filter((point) => point.spread === spread);
  return own[own.length - 1].density;
}

function inWords(points: readonly GainPoint[]): string {
  return points.map(({ name, gain }) => `${name}, ${formatFactor(gain)} times fewer steps`).join("; ");
}
