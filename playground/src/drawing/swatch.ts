import { lineStyles, type Stroke } from "./stroke.ts";

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
