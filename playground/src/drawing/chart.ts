/** Curves over steps, or over anything else, on a logarithmic scale; with a line and a reading where the pointer is. */
import { pictureIn } from "../page/frames.ts";
import { shortNumber } from "../page/format.ts";
import { sharpCanvas } from "./canvas.ts";
import { onPaletteChange, palette, type Palette } from "./palette.ts";

interface Curve {
  readonly color: (colors: Palette) => string;
  readonly width: number;
  readonly dash: readonly number[];
  /** Heights; NaN leaves a gap. Only the first `count` are drawn. */
  readonly values: Float64Array;
  readonly count: number;
}

export interface ChartState {
  readonly curves: readonly Curve[];
  /** The place of values[k] is from + k·(to − from)/(points − 1). */
  readonly points: number;
  readonly from: number;
  readonly to: number;
  /** What lies at or below this is drawn there. */
  readonly floor: number;
  /** A place to mark. */
  readonly mark?: number;
  /** What heights are, where that changes. */
  readonly y?: string;
}

export interface ChartText {
  readonly label: string;
  readonly x: string;
  readonly y: string;
  /** Ticks on the x-axis; default a few round ones. */
  readonly ticks?: readonly number[];
  readonly tickText?: (value: number) => string;
}

export interface Chart {
  readonly canvas: HTMLCanvasElement;
  readonly changed: () => void;
}

/** The ranges of a chart: decades upward, and from where to where; with what heights are. */
interface Scale {
  readonly low: number;
  readonly high: number;
  readonly from: number;
  readonly to: number;
  readonly heights: string;
}

const margin = { left: 52, right: 12, top: 22, bottom: 32 };
/** A gap of decades below which the scale would show nothing but round-off. */
const leastDecades = 1;

export function chart(text: ChartText, state: () => ChartState): Chart {
  let pointer: number | undefined;
  const surface = sharpCanvas(text.label, "chart", () => picture.changed());
  const { canvas, context } = surface;
  const picture = pictureIn(canvas, draw);
  onPaletteChange(picture.changed);
  canvas.addEventListener("pointermove", ({ offsetX }) => {
    pointer = offsetX;
    picture.changed();
  });
  canvas.addEventListener("pointerleave", () => {
    pointer = undefined;
    picture.changed();
  });

  function draw(): void {
    const { width, height } = surface;
    if (width === 0) return;
    const colors = palette();
    const now = state();
    const { curves, points, from, to, floor } = now;
    const inner = { width: width - margin.left - margin.right, height: height - margin.top - margin.bottom };
    const [low, high] = decadesOf(curves, floor);
    const xOf = (value: number): number => margin.left + (inner.width * (value - from)) / (to - from || 1);
    const placeOf = (k: number): number => from + (k * (to - from)) / Math.max(points - 1, 1);
    const yOf = (value: number): number =>
      margin.top + (inner.height * (high - Math.log10(Math.max(value, 10 ** low)))) / (high - low);
    context.clearRect(0, 0, width, height);
    context.font = "12px system-ui, sans-serif";
    drawScale(
      colors,
      { low, high, from, to, heights: now.y ?? text.y },
      xOf,
      (decade) => yOf(10 ** decade),
      width,
      height,
    );
    context.save();
    context.beginPath();
    context.rect(margin.left, margin.top - 4, inner.width + 4, inner.height + 8);
    context.clip();
    if (now.mark !== undefined) {
      context.strokeStyle = colors.text;
      context.setLineDash([2, 3]);
      context.lineWidth = 1;
      context.beginPath();
      context.moveTo(xOf(now.mark), margin.top);
      context.lineTo(xOf(now.mark), height - margin.bottom);
      context.stroke();
    }
    for (const { color, width: lineWidth, dash, values, count } of curves) {
      context.strokeStyle = context.fillStyle = color(colors);
      context.lineWidth = lineWidth;
      context.setLineDash([...dash]);
      context.beginPath();
      let pen = false;
      // Two points a pixel are enough of a long curve; its last one is always there.
      const stride = Math.max(1, Math.floor(points / (2 * inner.width)));
      for (let k = 0; k < count; k = k + stride < count || k === count - 1 ? k + stride : count - 1) {
        if (Number.isNaN(values[k])) {
          pen = false;
          continue;
        }
        const [x, y] = [xOf(placeOf(k)), yOf(values[k])];
        if (pen) context.lineTo(x, y);
        else context.moveTo(x, y);
        pen = true;
      }
      context.stroke();
    }
    context.restore();
    if (pointer !== undefined && pointer >= margin.left && pointer <= margin.left + inner.width)
      drawReading(now, Math.round(((pointer - margin.left) / inner.width) * (points - 1)), placeOf, xOf, yOf);
  }

  function drawScale(
    colors: Palette,
    { low, high, from, to, heights }: Scale,
    xOf: (value: number) => number,
    yOf: (decade: number) => number,
    width: number,
    height: number,
  ): void {
    context.setLineDash([]);
    context.strokeStyle = colors.line;
    context.fillStyle = colors.quiet;
    context.lineWidth = 1;
    context.textAlign = "right";
    context.textBaseline = "middle";
    const every = Math.max(1, Math.ceil((high - low) / 6));
    for (let decade = Math.ceil(low / every) * every; decade <= high; decade += every) {
      const y = Math.round(yOf(decade)) + 0.5;
      context.beginPath();
      context.moveTo(margin.left, y);
      context.lineTo(width - margin.right, y);
      context.stroke();
      context.fillText(decadeText(decade), margin.left - 7, y);
    }
    context.textAlign = "center";
    context.textBaseline = "top";
    for (const tick of text.ticks ?? roundTicks(from, to))
      context.fillText(text.tickText?.(tick) ?? String(tick), xOf(tick), height - margin.bottom + 6);
    context.textAlign = "right";
    context.textBaseline = "bottom";
    context.fillText(text.x, width - margin.right, height);
    context.textAlign = "left";
    context.textBaseline = "top";
    context.fillText(heights, 4, 2);
  }

  /** A line where the pointer is, and a value at each curve. */
  function drawReading(
    { curves }: ChartState,
    k: number,
    placeOf: (k: number) => number,
    xOf: (value: number) => number,
    yOf: (value: number) => number,
  ): void {
    const colors = palette();
    const x = xOf(placeOf(k));
    context.setLineDash([]);
    context.strokeStyle = colors.quiet;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(x, margin.top);
    context.lineTo(x, surface.height - margin.bottom);
    context.stroke();
    const toLeft = x > surface.width / 2;
    const read = curves
      .filter(({ values, count }) => k < count && !Number.isNaN(values[k]))
      .map(({ color, values }) => ({ color: color(colors), value: values[k], y: yOf(values[k]) }))
      .sort((a, b) => a.y - b.y);
    context.textAlign = toLeft ? "right" : "left";
    context.textBaseline = "middle";
    context.font = "bold 12px system-ui, sans-serif";
    let last = -Infinity;
    for (const { color, value, y } of read) {
      // One below the other, where curves lie upon each other.
      last = Math.max(y, last + 14);
      const words = shortNumber(value);
      const textWidth = context.measureText(words).width;
      context.fillStyle = colors.ground;
      context.fillRect(toLeft ? x - textWidth - 10 : x + 4, last - 7, textWidth + 6, 14);
      context.fillStyle = color;
      context.fillText(words, toLeft ? x - 7 : x + 7, last);
    }
    context.fillStyle = colors.text;
    context.textBaseline = "bottom";
    const place = placeOf(k);
    context.fillText(text.tickText?.(place) ?? shortNumber(place), x + (toLeft ? -7 : 7), margin.top - 2);
  }

  return { canvas, changed: picture.changed };
}

/** The decades that hold all drawn values. */
function decadesOf(curves: readonly Curve[], floor: number): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const { values, count } of curves)
    for (let k = 0; k < count; k++) {
      if (Number.isNaN(values[k])) continue;
      const value = Math.max(values[k], floor);
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  if (!(high > 0)) return [-leastDecades, 0];
  const top = Math.log10(high);
  const bottom = Math.min(Math.log10(low), top - leastDecades);
  return [Math.floor(4 * bottom) / 4, Math.ceil(4 * top) / 4];
}

const superscripts: Readonly<Record<string, string>> = {
  ...{ "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴" },
  ...{ "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸", "9": "⁹" },
};

function decadeText(decade: number): string {
  return `10${Array.from(String(decade), (sign) => superscripts[sign]).join("")}`;
}

/** About five round numbers. */
function roundTicks(from: number, to: number): readonly number[] {
  const raw = (to - from) / 5;
  if (!(raw > 0)) return [from];
  const decade = 10 ** Math.floor(Math.log10(raw));
  const step = Math.max(1, [1, 2, 5, 10].map((k) => k * decade).find((each) => each >= raw) ?? raw);
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_value, k) => first + k * step);
}
