/** A function of two variables as a square map with the paths of runs. */
import type { Square } from "../compute/own-objective.ts";
import { drawing } from "../page/frames.ts";
import { sharpCanvas } from "./canvas.ts";
import { onPaletteChange, palette } from "./palette.ts";
import { drawPath, drawStart, type DrawnPath } from "./path.ts";
import { paintRelief } from "./relief.ts";
import type { Stroke } from "./stroke.ts";

interface MapContent {
  readonly square: Square;
  readonly size: number;
  readonly heights: Float64Array;
  readonly variables: readonly string[];
  readonly runs: readonly { readonly stroke: Stroke; readonly path: Float64Array }[];
  readonly start: readonly [number, number];
}

export interface MapView {
  readonly canvas: HTMLCanvasElement;
  /** Shows other content, or nothing. */
  show(content: MapContent | undefined): void;
  readonly changed: () => void;
}

const margin = { left: 52, right: 8, top: 8, bottom: 34 };

/** `isShown` tells of each run whether it is drawn. */
export function mapView(label: string, isShown: (run: number) => boolean): MapView {
  let content: MapContent | undefined;
  let relief: HTMLCanvasElement | undefined;
  const picture = drawing(() => {
    draw();
    return undefined;
  });
  const surface = sharpCanvas(label, "map", picture.changed);
  const { canvas, context } = surface;
  onPaletteChange(() => {
    relief = undefined;
    picture.changed();
  });

  function draw(): void {
    const { width, height } = surface;
    context.clearRect(0, 0, width, height);
    if (width === 0 || content === undefined) return;
    const colors = palette();
    const { square, size, heights, runs, start } = content;
    relief ??= paintRelief(heights, size, colors);
    const length = Math.min(width - margin.left - margin.right, height - margin.top - margin.bottom);
    const scale = length / (2 * square.radius);
    const place: DrawnPath["place"] = (x, y) => [
      margin.left + scale * (x - square.center[0] + square.radius),
      margin.top + scale * (square.center[1] + square.radius - y),
    ];
    context.drawImage(relief, margin.left, margin.top, length, length);
    context.save();
    context.beginPath();
    context.rect(margin.left, margin.top, length, length);
    context.clip();
    runs.forEach((run, k) => {
      if (isShown(k)) drawPath(context, { ...run, place }, Infinity, colors);
    });
    drawStart(context, place(...start), colors);
    context.restore();
    drawScale(content, length, place);
  }

  function drawScale({ square, variables }: MapContent, length: number, place: DrawnPath["place"]): void {
    const colors = palette();
    context.strokeStyle = colors.line;
    context.lineWidth = 1;
    context.strokeRect(margin.left, margin.top, length, length);
    context.fillStyle = colors.quiet;
    context.font = "12px system-ui, sans-serif";
    for (const t of [-0.75, 0, 0.75]) {
      const [x, y] = [square.center[0] + t * square.radius, square.center[1] + t * square.radius];
      const [left, top] = place(x, y);
      context.textAlign = "center";
      context.textBaseline = "top";
      context.fillText(rounded(x, square.radius), left, margin.top + length + 6);
      context.textAlign = "right";
      context.textBaseline = "middle";
      context.fillText(rounded(y, square.radius), margin.left - 6, top);
    }
    context.fillStyle = colors.text;
    context.font = "italic 14px Georgia, serif";
    context.textAlign = "right";
    context.textBaseline = "bottom";
    context.fillText(variables[0], margin.left + length, margin.top + length + 33);
    context.textAlign = "left";
    context.textBaseline = "top";
    context.fillText(variables[1], 2, margin.top);
  }

  return {
    canvas,
    show(next) {
      content = next;
      relief = undefined;
      picture.changed();
    },
    changed: picture.changed,
  };
}

/** No more digits than the picture has pixels. */
function rounded(value: number, radius: number): string {
  const unit = 10 ** Math.floor(Math.log10(radius) - 1);
  return String(Number((Math.round(value / unit) * unit).toPrecision(6))).replace("-", "−");
}
