/**
 * A surface as a round map in a ring of degrees, which is turned like a dial while the optimizer's axes stay where they
 * are. Angles are in degrees, counterclockwise. The map lies on a canvas of its own, which is drawn
 * anew when the angle changes, and not in every frame of the runs above it.
 */
import { element } from "../page/element.ts";
import { drawing } from "../page/frames.ts";
import { sharpCanvas } from "./canvas.ts";
import { onPaletteChange, palette } from "./palette.ts";
import { drawPath, drawStart, type DrawnPath } from "./path.ts";
import { paintRelief } from "./relief.ts";
import type { Stroke } from "./stroke.ts";

/** What lies on the map, in the surface's own coordinates. */
interface DialContent {
  readonly heights: Float64Array;
  readonly size: number;
  /** The disc's radius in the surface's units. */
  readonly radius: number;
  readonly start: readonly [number, number];
}

interface DialRun {
  readonly stroke: Stroke;
  readonly path: Float64Array;
}

/** What changes as it is turned. */
export interface DialState {
  /** The angle of the surface on screen. */
  readonly angle: number;
  readonly runs: readonly DialRun[];
  readonly step: number;
  /** EGOP's eigenvectors in the optimizer's coordinates, as columns, row by row; with the angle that they are for. */
  readonly eigenvectors: { readonly columns: Float64Array; readonly angle: number } | undefined;
}

export interface Dial {
  readonly root: HTMLElement;
  /** Says what it shows: an image to screen readers. */
  readonly canvas: HTMLCanvasElement;
  setContent(content: DialContent): void;
  readonly changed: () => void;
}

const rimWidth = 30;
const radians = Math.PI / 180;

/** `state` is asked in each frame; `onTurn` hears of angles, from −180 to 180, that a hand has turned to. */
export function dial(label: string, state: () => DialState, onTurn: (angle: number) => void): Dial {
  let content: DialContent | undefined;
  let relief: HTMLCanvasElement | undefined;
  /** The angle of what lies on the ground; undefined where that is out of date. */
  let drawnAngle: number | undefined;
  const picture = drawing(() => {
    draw();
    return undefined;
  });
  const surface = sharpCanvas(label, "dial", picture.changed);
  const { canvas, context } = surface;
  const renew = (): void => {
    drawnAngle = undefined;
    picture.changed();
  };
  const ground = sharpCanvas("", "ground", renew);
  ground.canvas.role = "presentation";
  ground.canvas.removeAttribute("aria-label");
  const root = element("div", { class: "dial-stack" }, ground.canvas, canvas);
  onPaletteChange(() => {
    relief = undefined;
    renew();
  });
  followHand(canvas, () => state().angle, onTurn);

  /** The map and its rim, unless they are there as they should be. */
  function drawGround(): void {
    const { width, height, context: on } = ground;
    const { angle } = state();
    if (width === 0 || drawnAngle === angle) return;
    drawnAngle = angle;
    const colors = palette();
    const middle = [width / 2, height / 2] as const;
    const outer = Math.min(width, height) / 2 - 1;
    const inner = outer - rimWidth;
    on.clearRect(0, 0, width, height);
    on.save();
    on.beginPath();
    on.arc(...middle, inner, 0, 2 * Math.PI);
    on.clip();
    if (content !== undefined) {
      relief ??= paintRelief(content.heights, content.size, colors);
      on.translate(...middle);
      on.rotate(-angle * radians);
      on.drawImage(relief, -inner, -inner, 2 * inner, 2 * inner);
    }
    on.restore();
    drawRim(on, middle, outer, angle);
  }

  function draw(): void {
    drawGround();
    const { width, height } = surface;
    if (width === 0) return;
    const colors = palette();
    const { angle, runs, step, eigenvectors } = state();
    const middle = [width / 2, height / 2] as const;
    const outer = Math.min(width, height) / 2 - 1;
    const inner = outer - rimWidth;
    context.clearRect(0, 0, width, height);
    context.save();
    context.beginPath();
    context.arc(...middle, inner, 0, 2 * Math.PI);
    context.clip();
    if (content !== undefined) {
      const { radius, start } = content;
      context.translate(...middle);
      drawAxes(inner);
      if (eigenvectors !== undefined) drawEigenvectors(eigenvectors.columns, angle - eigenvectors.angle, inner);
      const [c, s] = [Math.cos(angle * radians), Math.sin(angle * radians)];
      const scale = inner / radius;
      const place: DrawnPath["place"] = (x, y) => [scale * (c * x - s * y), -scale * (s * x + c * y)];
      for (const run of runs) drawPath(context, { ...run, place }, step, colors);
      drawStart(context, place(...start), colors);
    }
    context.restore();
  }

  function drawAxes(reach: number): void {
    const colors = palette();
    context.strokeStyle = colors.axes;
    context.globalAlpha = 0.55;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(-reach, 0);
    context.lineTo(reach, 0);
    context.moveTo(0, -reach);
    context.lineTo(0, reach);
    context.stroke();
    context.globalAlpha = 1;
    context.fillStyle = colors.axes;
    context.font = "italic 15px Georgia, serif";
    context.textAlign = "right";
    context.textBaseline = "alphabetic";
    context.fillText("x₁", reach - 8, -7);
    context.textAlign = "left";
    context.fillText("x₂", 7, -reach + 18);
  }

  function drawEigenvectors(columns: Float64Array, turned: number, reach: number): void {
    const colors = palette();
    const [c, s] = [Math.cos(turned * radians), Math.sin(turned * radians)];
    context.strokeStyle = context.fillStyle = colors.text;
    for (const k of [0, 1]) {
      const [a, b] = [columns[k], columns[2 + k]];
      const [x, y] = [c * a - s * b, -(s * a + c * b)];
      const length = reach * (k === 0 ? 0.3 : 0.2);
      context.lineWidth = 2;
      context.beginPath();
      context.moveTo(0, 0);
      context.lineTo(x * length, y * length);
      context.stroke();
      context.beginPath();
      context.moveTo(x * (length + 7), y * (length + 7));
      context.lineTo(x * length - y * 4, y * length + x * 4);
      context.lineTo(x * length + y * 4, y * length - x * 4);
      context.fill();
      context.font = "italic 14px Georgia, serif";
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.fillText(k === 0 ? "v₁" : "v₂", x * (length + 18), y * (length + 18));
    }
  }

  function drawRim(
    context: CanvasRenderingContext2D,
    [x, y]: readonly [number, number],
    outer: number,
    angle: number,
  ): void {
    const colors = palette();
    context.save();
    context.translate(x, y);
    context.rotate(-angle * radians);
    context.strokeStyle = colors.quiet;
    context.lineWidth = 1;
    const inner = outer - rimWidth;
    for (let degree = 0; degree < 360; degree += 5) {
      const length = degree % 45 === 0 ? 11 : degree % 15 === 0 ? 8 : 4;
      const [c, s] = [Math.cos(degree * radians), Math.sin(degree * radians)];
      context.beginPath();
      context.moveTo(c * (inner + 2), s * (inner + 2));
      context.lineTo(c * (inner + 2 + length), s * (inner + 2 + length));
      context.stroke();
    }
    // The handle: where the surface's own first axis points.
    context.beginPath();
    context.arc(inner + 15, 0, 9, 0, 2 * Math.PI);
    context.fillStyle = colors.text;
    context.fill();
    context.fillStyle = colors.ground;
    for (const side of [-2.5, 0, 2.5]) context.fillRect(inner + 11, side - 0.5, 8, 1);
    context.restore();
    context.strokeStyle = colors.line;
    context.beginPath();
    context.arc(x, y, outer - rimWidth, 0, 2 * Math.PI);
    context.stroke();
  }

  return {
    root,
    canvas,
    setContent(next) {
      content = next;
      relief = undefined;
      renew();
    },
    changed: picture.changed,
  };
}

/** Turns by what a pointer turns around the middle, wherever it took hold. */
function followHand(canvas: HTMLCanvasElement, angleNow: () => number, onTurn: (angle: number) => void): void {
  let held: { readonly pointer: number; readonly offset: number } | undefined;
  const angleOf = ({ clientX, clientY }: PointerEvent): number => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    return Math.atan2(top + height / 2 - clientY, clientX - left - width / 2) / radians;
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    held = { pointer: event.pointerId, offset: angleNow() - angleOf(event) };
    canvas.classList.add("held");
  });
  canvas.addEventListener("pointermove", (event) => {
    if (held?.pointer !== event.pointerId) return;
    const angle = Math.round(angleOf(event) + held.offset);
    onTurn(((((angle + 180) % 360) + 360) % 360) - 180);
  });
  for (const end of ["pointerup", "pointercancel"] as const)
    canvas.addEventListener(end, () => {
      held = undefined;
      canvas.classList.remove("held");
    });
}
