/** How runs look: the color tells the optimizer, the line its coordinates. */
import type { OptimizerName } from "../compute/descents.ts";

/** The coordinates in which runs go. */
export type CoordinatesName = "original" | "random" | "egop" | "egop-by-tensor";

export interface Stroke {
  readonly optimizer: OptimizerName;
  readonly coordinates: CoordinatesName;
}

export const optimizerTitles: Readonly<Record<OptimizerName, string>> = {
  adam: "Adam",
  adagrad: "Adagrad",
  sgd: "SGD",
};

export const coordinateTitles: Readonly<Record<CoordinatesName, string>> = {
  original: "original axes",
  random: "random axes",
  egop: "EGOP axes",
  "egop-by-tensor": "EGOP by tensor",
};

export interface LineStyle {
  readonly width: number;
  readonly dash: readonly number[];
}

export const lineStyles: Readonly<Record<CoordinatesName, LineStyle>> = {
  original: { width: 1.75, dash: [6, 4] },
  random: { width: 1.5, dash: [1.5, 3] },
  egop: { width: 2.75, dash: [] },
  "egop-by-tensor": { width: 2.25, dash: [12, 3, 3, 3] },
};

/** A short piece of the line, for tables. */
export function swatch({ optimizer, coordinates }: Stroke): SVGElement {
  const space = "http://www.w3.org/2000/svg";
  const root = document.createElementNS(space, "svg");
  const line = document.createElementNS(space, "line");
  const { width, dash } = lineStyles[coordinates];
  const set = (on: SVGElement, attributes: Readonly<Record<string, string | number>>): void => {
    for (const [name, value] of Object.entries(attributes)) on.setAttribute(name, String(value));
  };
  set(root, { class: `swatch ${optimizer}`, viewBox: "0 0 30 10", "aria-hidden": "true" });
  set(line, { x1: 0, y1: 5, x2: 30, y2: 5, "stroke-width": width });
  if (dash.length > 0) line.setAttribute("stroke-dasharray", dash.join(" "));
  root.append(line);
  return root;
}
