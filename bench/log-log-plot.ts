/**
 * Plots of costs against sizes on two logarithmic axes, where a power law is a straight line: as text for a terminal, and as
 * an SVG drawing for a file.
 */

/** What is drawn with one mark; points that are not positive and finite are left out. */
export interface PlotSeries {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface PlotOptions {
  readonly title: string;
  /** What the axes are, with units. */
  readonly x: string;
  readonly y: string;
  /** Of the text plot, in characters without the scale at its left; default 64 by 20. */
  readonly columns?: number;
  readonly rows?: number;
}

/** An axis from 10^first to 10^last. */
interface Axis {
  readonly first: number;
  readonly last: number;
}

const marks = "abcdefghijklmnopqrstuvwxyz";

/**
 * The plot as text: each series by its letter (* where several meet), lines between decades of y, and a legend with the
 * exponent of the power law through the last two points of each series.
 */
export function logLogPlot(series: readonly PlotSeries[], options: PlotOptions): string {
  const { title, x, y, columns = 64, rows = 20 } = options;
  const drawn = series.map(positive).filter(({ points }) => points.length > 0);
  if (drawn.length === 0) return `${title}: nothing to draw`;
  const [across, up] = axesOf(drawn);
  const row = (value: number): number => Math.round((1 - place(up, value)) * (rows - 1));
  const column = (value: number): number => Math.round(place(across, value) * (columns - 1));
  const decades = new Map(decadesOf(up).map((power) => [row(10 ** power), power]));
  const grid = Array.from({ length: rows }, (_v, k) => new Array<string>(columns).fill(decades.has(k) ? "·" : " "));
  drawn.forEach(({ points }, k) => {
    for (const [px, py] of points) {
      const line = grid[row(py)];
      const before = line[column(px)];
      line[column(px)] = before === " " || before === "·" || before === marks[k] ? marks[k] : "*";
    }
  });
  const scale = (k: number): string => {
    const power = decades.get(k);
    return (power === undefined ? "" : `1e${power}`).padStart(6);
  };
  const ticks = new Array<string>(columns + 6).fill(" ");
  for (const power of decadesOf(across))
    Array.from(`1e${power}`).forEach((letter, k) => (ticks[column(10 ** power) + k] = letter));
  return [
    title,
    ...grid.map((line, k) => `${scale(k)} │${line.join("").trimEnd()}`),
    `       └${"─".repeat(columns)}`,
    `        ${ticks.join("").trimEnd()}`,
    `        ${y} against ${x}`,
    ...drawn.map((one, k) => `        ${marks[k]}  ${one.name}${exponentText(one)}`),
  ].join("\n");
}

/** The same as an SVG drawing, with lines between the points. */
export function logLogDrawing(series: readonly PlotSeries[], { title, x, y }: PlotOptions): string {
  const drawn = series.map(positive).filter(({ points }) => points.length > 0);
  if (drawn.length === 0) throw new Error(`logLogDrawing: there is nothing to draw in "${title}".`);
  const [across, up] = axesOf(drawn);
  const [width, height, left, top] = [560, 360, 60, 34];
  const toX = (value: number): number => left + place(across, value) * width;
  const toY = (value: number): number => top + (1 - place(up, value)) * height;
  const text = (px: number, py: number, content: string, anchor = "start"): string =>
    `<text x="${px.toFixed(1)}" y="${py.toFixed(1)}" text-anchor="${anchor}">${escaped(content)}</text>`;
  const line = (x1: number, y1: number, x2: number, y2: number): string =>
    `<path class="grid" d="M${x1.toFixed(1)} ${y1.toFixed(1)}L${x2.toFixed(1)} ${y2.toFixed(1)}"/>`;
  const curves = drawn.map(({ name, points }, k) => {
    const color = `hsl(${Math.round((360 * k) / drawn.length)} 65% 42%)`;
    const path = points.map(([px, py]) => `${toX(px).toFixed(1)} ${toY(py).toFixed(1)}`).join("L");
    const dots = points.map(([px, py]) => `<circle cx="${toX(px).toFixed(1)}" cy="${toY(py).toFixed(1)}" r="3"/>`);
    const label = text(left + width + 26, top + 14 + 18 * k, `${name}${exponentText({ name, points })}`);
    return (
      `<g fill="${color}"><path fill="none" stroke="${color}" d="M${path}"/>${dots.join("")}` +
      `<circle cx="${left + width + 16}" cy="${top + 10 + 18 * k}" r="4"/></g>${label}`
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + width + 330} ${top + height + 50}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>text{font:13px sans-serif;fill:#333}.grid{stroke:#ddd}svg{background:#fff}</style>`,
    text(left, 20, title),
    ...decadesOf(across).flatMap((power) => [
      line(toX(10 ** power), top, toX(10 ** power), top + height),
      text(toX(10 ** power), top + height + 18, `1e${power}`, "middle"),
    ]),
    ...decadesOf(up).flatMap((power) => [
      line(left, toY(10 ** power), left + width, toY(10 ** power)),
      text(left - 6, toY(10 ** power) + 4, `1e${power}`, "end"),
    ]),
    text(left, top + height + 40, `${y} against ${x}`),
    ...curves,
    "</svg>",
    "",
  ].join("\n");
}

function positive({ name, points }: PlotSeries): PlotSeries {
  const usable = (value: number): boolean => value > 0 && value < Infinity;
  return { name, points: points.filter(([px, py]) => usable(px) && usable(py)) };
}

/** The decades that hold all points. */
function axesOf(series: readonly PlotSeries[]): readonly [Axis, Axis] {
  const axis = (coordinate: 0 | 1): Axis => {
    const values = series.flatMap(({ points }) => points.map((point) => Math.log10(point[coordinate])));
    const first = Math.floor(Math.min(...values));
    return { first, last: Math.max(Math.ceil(Math.max(...values)), first + 1) };
  };
  return [axis(0), axis(1)];
}

/** Where a value lies on an axis, from 0 to 1. */
function place({ first, last }: Axis, value: number): number {
  return (Math.log10(value) - first) / (last - first);
}

function decadesOf({ first, last }: Axis): number[] {
  return Array.from({ length: last - first + 1 }, (_v, k) => first + k);
}

function exponentText({ points }: PlotSeries): string {
  if (points.length < 2) return "";
  const [before, last] = [points[points.length - 2], points[points.length - 1]];
  const exponent = Math.log(last[1] / before[1]) / Math.log(last[0] / before[0]);
  return `, at the end by the power ${exponent.toFixed(2)}`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
