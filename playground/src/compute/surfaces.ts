/** The surfaces that can be turned, each in its own coordinates with its lowest value 0. */
import type { Rates } from "./descents.ts";

export const surfaceNames = ["valley", "canyon", "exponentials", "banana", "ripples"] as const;
export type SurfaceName = (typeof surfaceNames)[number];

export interface Surface {
  readonly title: string;
  /** In the expression language. */
  readonly formula: string;
  readonly start: readonly [number, number];
  /** The picture shows a disc of this radius around the origin. */
  readonly radius: number;
  /** Of the Gaussian around the start in which gradients are sampled. */
  readonly deviation: number;
  /** For each optimizer the best of the grid 10^(k/4) over all angles in the original coordinates, after 120 steps. */
  readonly rates: Rates;
}

export const surfaces: Readonly<Record<SurfaceName, Surface>> = {
  valley: {
    title: "Valley",
    formula: "x^2 / 2 + 50*y^2",
    ...{ start: [-3.2, 1.4], radius: 4, deviation: 1 },
    rates: { adam: 0.56, adagrad: 1.8, sgd: 0.018 },
  },
  canyon: {
    title: "Canyon",
    formula: "sqrt(1 + x^2 + 400*y^2) - 1",
    ...{ start: [-3.2, 1.4], radius: 4, deviation: 1 },
    rates: { adam: 0.32, adagrad: 0.32, sgd: 0.01 },
  },
  exponentials: {
    title: "Log-sum-exp",
    formula: "log(exp(x + 6*y) + exp(x - 6*y) + exp(-x)) - log(8)/2",
    ...{ start: [-3, 1.2], radius: 4, deviation: 1 },
    rates: { adam: 1, adagrad: 0.32, sgd: 0.1 },
  },
  banana: {
    title: "Banana",
    formula: "(1 - x)^2 + 20*(y - x^2)^2",
    ...{ start: [-1.3, 1], radius: 2, deviation: 0.5 },
    rates: { adam: 0.56, adagrad: 1.8, sgd: 0.018 },
  },
  ripples: {
    title: "Ripples",
    formula: "x^2 / 2 + 50*y^2 + 0.3*(1 - cos(4*x))",
    ...{ start: [-3.2, 1.4], radius: 4, deviation: 1 },
    rates: { adam: 1, adagrad: 1.8, sgd: 0.018 },
  },
};
