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
