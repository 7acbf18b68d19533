/** What can be set on the page: the limits of every number, shared by the fields and by links, and what a page opens with. */
import { basisNames } from "../../lab/src/choices.ts";
import type { Rates } from "./compute/descents.ts";
import type { DigitsSettings } from "./compute/digits.ts";
import type { OwnSettings } from "./compute/own-function.ts";
import { surfaces, type SurfaceName } from "./compute/surfaces.ts";
import type { TurnedSettings } from "./compute/turned.ts";

/** The range of a number; whole ones have no fraction. */
export interface Limits {
  readonly low: number;
  readonly high: number;
  readonly whole: boolean;
}

const whole = (low: number, high: number): Limits => ({ low, high, whole: true });
const real = (low: number, high: number): Limits => ({ low, high, whole: false });

export const limits = {
  angle: whole(-180, 180),
  steps: whole(1, 500),
  digitsSteps: whole(1, 2000),
  samples: whole(1, 1000),
  digitsSamples: whole(6, 5000),
  seed: whole(0, Number.MAX_SAFE_INTEGER),
  rate: real(1e-6, 100),
  deviation: real(1e-6, 1e6),
  coordinate: real(-1e6, 1e6),
} satisfies Readonly<Record<string, Limits>>;

/** Reads a number as people write it. Undefined for anything else: no hexadecimals, no infinities, nothing empty. */
export function readNumber(text: string, { low, high, whole: isWhole }: Limits): number | undefined {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim())) return undefined;
  const value = Number(text);
  return value >= low && value <= high && (!isWhole || Number.isSafeInteger(value)) ? value : undefined;
}

/** The range in words. */
export function rangeInWords({ low, high, whole: isWhole }: Limits): string {
  const upper = high === Number.MAX_SAFE_INTEGER ? "2^53 − 1" : String(high);
  return `${isWhole ? "a whole number" : "a number"} from ${low} to ${upper}`;
}

/** The settings of a surface as they are when it is chosen. */
export function surfaceSettings(surface: SurfaceName): TurnedSettings {
  return { surface, angle: 30, steps: 120, rates: surfaces[surface].rates, samples: 64, seed: 0 };
}

export const digitsSettings: DigitsSettings = {
  ...{ seed: 0, steps: 400, samples: 1210, rate: 0.1 },
  bases: basisNames.filter((basis) => basis === "original" || basis === "egop"),
};

/** An example to begin with. */
export interface Example {
  readonly title: string;
  readonly formula: string;
  readonly start: readonly number[];
  readonly rates: Rates;
}

export const examples: readonly Example[] = [
  {
    title: "Tilted bowl",
    formula: "(x + y)^2 + 0.02*(x - y)^2",
    ...{ start: [3, -1], rates: { adam: 0.3, adagrad: 1, sgd: 0.2 } },
  },
  {
    title: "Rosenbrock",
    formula: "(1 - x)^2 + 100*(y - x^2)^2",
    ...{ start: [-1.2, 1], rates: { adam: 0.3, adagrad: 1, sgd: 0.001 } },
  },
  {
    title: "Along the axes",
    formula: "x^2 + 100*y^2",
    ...{ start: [3, 1], rates: { adam: 0.3, adagrad: 1, sgd: 0.005 } },
  },
  {
    title: "Logistic, three weights",
    formula: "softplus(-a - 9*b) + softplus(a + 8*b) + softplus(-2*b + c) + softplus(-c) + 0.01*(a^2 + b^2 + c^2)",
    ...{ start: [2, -1, 3], rates: { adam: 0.1, adagrad: 0.3, sgd: 0.02 } },
  },
  {
    title: "A tiny network",
    formula: "(v*tanh(w*1 + b) - 0.5)^2 + (v*tanh(w*2 + b) - 0.9)^2 + (v*tanh(-w + b) + 0.6)^2",
    ...{ start: [0.5, 0.3, -0.4], rates: { adam: 0.1, adagrad: 0.3, sgd: 0.1 } },
  },
];

/** The settings of the user's function as they are when an example is chosen. */
export function ownSettings({ formula, start, rates }: Omit<Example, "title">): OwnSettings {
  return { formula, start, rates, deviation: 1, samples: 64, steps: 120, seed: 0 };
}
