/** The colors of the style sheet, for canvases; they change with the scheme that the reader prefers. */
import type { OptimizerName } from "../compute/descents.ts";

export type Rgb = readonly [number, number, number];

export interface Palette {
  readonly ground: string;
  readonly text: string;
  readonly quiet: string;
  readonly line: string;
  readonly optimizers: Readonly<Record<OptimizerName, string>>;
  readonly axes: string;
  /** From the floor of a valley to its heights. */
  readonly relief: readonly Rgb[];
  readonly contour: Rgb;
  /** Negative, zero, positive. */
  readonly diverging: readonly [Rgb, Rgb, Rgb];
}

const dark = matchMedia("(prefers-color-scheme: dark)");
let known: Palette | undefined;
const listeners = new Set<() => void>();
dark.addEventListener("change", () => {
  known = undefined;
  for (const each of listeners) each();
});

/** Calls back whenever the colors have changed. */
export function onPaletteChange(listener: () => void): void {
  listeners.add(listener);
}

export function palette(): Palette {
  known ??= readPalette();
  return known;
}

function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const rgb = (name: string): Rgb => rgbOf(color(name));
  return {
    ground: color("ground"),
    text: color("text"),
    quiet: color("quiet"),
    line: color("line"),
    optimizers: { adam: color("adam"), adagrad: color("adagrad"), sgd: color("sgd") },
    axes: color("axes"),
    relief: [rgb("relief-0"), rgb("relief-1"), rgb("relief-2"), rgb("relief-3")],
    contour: rgb("contour"),
    diverging: [rgb("negative"), rgb("zero"), rgb("positive")],
  };
}

/** "#rrggbb" as numbers. */
function rgbOf(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
