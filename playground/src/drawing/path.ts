/** The path of a run over a map. */
import type { Palette } from "./palette.ts";
import { lineStyles, type Stroke } from "./stroke.ts";

/** A run as it is drawn. */
export interface DrawnPath {
  readonly stroke: Stroke;
  /** Points, two numbers each. */
  readonly path: Float64Array;
  /** The map: where a point is drawn. */
  readonly place: (x: number, y: number) => readonly [number, number];
}

/** Far outside of any canvas, where lines are cut off so that no engine chokes on huge numbers. */
const farthest = 1e4;

/** Draws the first `steps` steps and a dot at the end. */
export function drawPath(
  context: CanvasRenderingContext2D,
  { stroke, path, place }: DrawnPath,
  steps: number,
  colors: Palette,
): void {
  const count = Math.min(path.length / 2, Math.floor(steps) + 1);
  const { width, dash } = lineStyles[stroke.coordinates];
  const color = colors.optimizers[stroke.optimizer];
  let [x, y] = [0, 0];
  context.beginPath();
  for (let t = 0; t < count; t++) {
    [x, y] = place(path[2 * t], path[2 * t + 1]);
    x = Math.min(Math.max(x, -farthest), farthest);
    y = Math.min(Math.max(y, -farthest), farthest);
    if (t === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
  context.lineJoin = "round";
  context.setLineDash([]);
  context.strokeStyle = colors.ground;
  context.globalAlpha = 0.6;
  context.lineWidth = width + 2;
  context.stroke();
  context.globalAlpha = 1;
  context.strokeStyle = color;
  context.lineWidth = width;
  context.setLineDash([...dash]);
  context.stroke();
  context.setLineDash([]);
  context.beginPath();
  context.arc(x, y, stroke.coordinates === "egop" ? 5.5 : 4, 0, 2 * Math.PI);
  context.fillStyle = stroke.coordinates === "egop" ? color : colors.ground;
  context.strokeStyle = stroke.coordinates === "egop" ? colors.ground : color;
  context.lineWidth = 1.75;
  context.fill();
  context.stroke();
}

/** Where all runs begin: a small cross. */
export function drawStart(context: CanvasRenderingContext2D, [x, y]: readonly [number, number], colors: Palette): void {
  context.strokeStyle = colors.text;
  context.lineWidth = 1.5;
  context.beginPath();
  for (const side of [-1, 1]) {
    context.moveTo(x - 5, y - 5 * side);
    context.lineTo(x + 5, y + 5 * side);
  }
  context.stroke();
}
