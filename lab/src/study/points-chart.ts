/** Pictures of gains: points, joined where they belong together, the gain on a logarithmic scale. */
import * as Plot from "@observablehq/plot";
import { draw, logarithmic, powersOfTen, type Size } from "../chart.ts";
import { formatFactor } from "../format.ts";

/** One point: where it stands, and what is said when it is pointed at. */
export interface GainPoint {
  readonly x: number;
  readonly gain: number;
  readonly name: string;
  /** Points of a group have a color and are joined when `joined` is asked for. */
  readonly group: string;
}

export interface GainChart {
  readonly points: readonly GainPoint[];
  readonly label: string;
  readonly logarithmicX: boolean;
  readonly joined: boolean;
  /** Also draws where gain and x are the same. */
  readonly diagonal?: boolean;
  /** The groups, in the order of their styles. */
  readonly groups: readonly string[];
}

/** Colors and dashes of groups, in their order. */
export const groupStrokes = [
  { color: "--egop", dash: "none" },
  { color: "--egop-by-tensor", dash: "7 3" },
  { color: "--random", dash: "2 3" },
  { color: "--other", dash: "9 2 2 2" },
  { color: "--another", dash: "1 5" },
] as const;

/** Draws the points. `description` is for those who do not see them. */
export function gainChart(chart: GainChart, description: string, size: Size): string {
  const { points, label, logarithmicX, joined, diagonal = false, groups } = chart;
  const gains = [...points.map(({ gain }) => gain), 1];
  const [lowest, highest] = [Math.min(...gains) / 1.15, Math.max(...gains) * 1.15];
  const xs = points.map(({ x }) => x);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const strokeOf = (group: string): (typeof groupStrokes)[number] => groupStrokes[groups.indexOf(group)];
  return draw(
    {
      ...{ ...size, marginLeft: 52, marginTop: 30, marginBottom: 42, marginRight: 16 },
      x: logarithmicX ? logarithmic(label, left / 1.15, right * 1.15) : { label, ticks: 5, nice: true },
      y: logarithmic("times fewer steps", lowest, highest),
      marks: [
        Plot.gridY({ ticks: powersOfTen(lowest, highest), strokeOpacity: 0.12 }),
        Plot.ruleY([1], { strokeOpacity: 0.5 }),
        ...(diagonal
          ? [
              Plot.line(
                [Math.max(left, lowest), Math.min(right, highest)].map((value) => [value, value]),
                { strokeOpacity: 0.4, strokeDasharray: "3 4" },
              ),
            ]
          : []),
        ...groups.flatMap((group) => {
          const own = points.filter((point) => point.group === group);
          const stroke = `var(${strokeOf(group).color})`;
          const title = ({ name, x, gain }: GainPoint): string =>
            `${name}: ${label} ${Number(x.toPrecision(2))}, ${formatFactor(gain)} times fewer steps`;
          return [
            ...(joined
              ? [
                  Plot.lineY(own, {
                    ...{ x: "x", y: "gain", stroke, strokeWidth: 2, strokeDasharray: strokeOf(group).dash },
                  }),
                ]
              : []),
            Plot.dot(own, { x: "x", y: "gain", r: 4.5, fill: stroke, title }),
          ];
        }),
      ],
    },
    description,
  );
}
