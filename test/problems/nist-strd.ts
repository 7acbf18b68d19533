/**
 * The nonlinear regression problems of the NIST Statistical Reference Datasets, as residual problems with Jacobians by hand.
 * Data, starts and certified values: nist-strd.json, written by nist-strd.py, where their source is named.
 */
import { readFileSync } from "node:fs";
import type { ResidualProblem } from "../../src/optim/deterministic/residual-problem.ts";

export interface NistProblem {
  readonly name: string;
  readonly level: "lower" | "average" | "higher";
  readonly starts: readonly [readonly number[], readonly number[]];
  readonly certified: readonly number[];
  readonly residualSumOfSquares: number;
  /** Rows of y and x, or y, x₁ and x₂. */
  readonly data: readonly (readonly number[])[];
  /** What SciPy reaches from each start: the smallest number of correct digits over the parameters. */
  readonly scipy: readonly [
    { readonly solver: string; readonly digits: number },
    { readonly solver: string; readonly digits: number },
  ];
}

export const nistProblems: readonly NistProblem[] = (
  JSON.parse(readFileSync(new URL("nist-strd.json", import.meta.url), "utf8")) as { problems: NistProblem[] }
).problems;

/** Returns the model's value and writes its derivatives by the parameters. */
type Model = (b: Float64Array, x: readonly number[], gradient: Float64Array) => number;

const { exp, log, sin, cos, atan, PI } = Math;

/** b₁ exp(−b₂x) + …, terms of the sum at k, k + 1. */
function decay(b: Float64Array, k: number, rate: number, x: number, g: Float64Array): number {
  const e = exp(-b[rate] * x);
  g[k] = e;
  g[rate] = -b[k] * x * e;
  return b[k] * e;
}

/** Quotient of polynomials, (b₁ + b₂x + …) / (1 + b…x + …), with `upper` coefficients above. */
function rational(upper: number): Model {
  return (b, [x], g) => {
    let [above, below] = [0, 1];
    for (let k = 0; k < upper; k++) above += b[k] * x ** k;
    for (let k = upper; k < b.length; k++) below += b[k] * x ** (k - upper + 1);
    for (let k = 0; k < upper; k++) g[k] = x ** k / below;
    for (let k = upper; k < b.length; k++) g[k] = (-above / below ** 2) * x ** (k - upper + 1);
    return above / below;
  };
}

const gauss: Model = (b, [x], g) => {
  let value = decay(b, 0, 1, x, g);
  for (const k of [2, 5]) {
    const u = (x - b[k + 1]) / b[k + 2];
    const e = exp(-u * u);
    g[k] = e;
    g[k + 1] = (b[k] * e * 2 * u) / b[k + 2];
    g[k + 2] = (b[k] * e * 2 * u * u) / b[k + 2];
    value += b[k] * e;
  }
  return value;
};
const lanczos: Model = (b, [x], g) => decay(b, 0, 1, x, g) + decay(b, 2, 3, x, g) + decay(b, 4, 5, x, g);
const chwirut: Model = (b, [x], g) => {
  const below = b[1] + b[2] * x;
  const value = exp(-b[0] * x) / below;
  g[0] = -x * value;
  g[1] = -value / below;
  g[2] = (-value * x) / below;
  return value;
};
const saturation: Model = (b, [x], g) => {
  const e = exp(-b[1] * x);
  g[0] = 1 - e;
  g[1] = b[0] * x * e;
  return b[0] * (1 - e);
};

const models: Readonly<Record<string, Model>> = {
  Bennett5(b, [x], g) {
    const power = (b[1] + x) ** (-1 / b[2]);
    g[0] = power;
    g[1] = ((-b[0] / b[2]) * power) / (b[1] + x);
    g[2] = (b[0] * power * log(b[1] + x)) / b[2] ** 2;
    return b[0] * power;
  },
  BoxBOD: saturation,
  Chwirut1: chwirut,
  Chwirut2: chwirut,
  DanWood(b, [x], g) {
    const power = x ** b[1];
    g[0] = power;
    g[1] = b[0] * power * log(x);
    return b[0] * power;
  },
  ENSO(b, [x], g) {
    const year = (2 * PI * x) / 12;
    g[0] = 1;
    g[1] = cos(year);
    g[2] = sin(year);
    let value = b[0] + b[1] * g[1] + b[2] * g[2];
    for (const k of [3, 6]) {
      const angle = (2 * PI * x) / b[k];
      g[k + 1] = cos(angle);
      g[k + 2] = sin(angle);
      g[k] = (angle / b[k]) * (b[k + 1] * g[k + 2] - b[k + 2] * g[k + 1]);
      value += b[k + 1] * g[k + 1] + b[k + 2] * g[k + 2];
    }
    return value;
  },
  Eckerle4(b, [x], g) {
    const u = (x - b[2]) / b[1];
    const e = exp(-0.5 * u * u) / b[1];
    g[0] = e;
    g[1] = (b[0] * e * (u * u - 1)) / b[1];
    g[2] = (b[0] * e * u) / b[1];
    return b[0] * e;
  },
  Gauss1: gauss,
  Gauss2: gauss,
  Gauss3: gauss,
  Hahn1: rational(4),
  Kirby2: rational(3),
  Lanczos1: lanczos,
  Lanczos2: lanczos,
  Lanczos3: lanczos,
  MGH09(b, [x], g) {
    const above = x * x + x * b[1];
    const below = x * x + x * b[2] + b[3];
    g[0] = above / below;
    g[1] = (b[0] * x) / below;
    g[2] = (-b[0] * above * x) / below ** 2;
    g[3] = (-b[0] * above) / below ** 2;
    return b[0] * g[0];
  },
  MGH10(b, [x], g) {
    const below = x + b[2];
    const e = exp(b[1] / below);
    g[0] = e;
    g[1] = (b[0] * e) / below;
    g[2] = (-b[0] * e * b[1]) / below ** 2;
    return b[0] * e;
  },
  MGH17(b, [x], g) {
    g[0] = 1;
    return b[0] + decay(b, 1, 3, x, g) + decay(b, 2, 4, x, g);
  },
  Misra1a: saturation,
  Misra1b(b, [x], g) {
    const u = 1 + (b[1] * x) / 2;
    g[0] = 1 - u ** -2;
    g[1] = b[0] * x * u ** -3;
    return b[0] * g[0];
  },
  Misra1c(b, [x], g) {
    const u = 1 + 2 * b[1] * x;
    g[0] = 1 - u ** -0.5;
    g[1] = b[0] * x * u ** -1.5;
    return b[0] * g[0];
  },
  Misra1d(b, [x], g) {
    const u = 1 + b[1] * x;
    g[0] = (b[1] * x) / u;
    g[1] = (b[0] * x) / u ** 2;
    return b[0] * g[0];
  },
  /** For the logarithm of y. */
  Nelson(b, [x1, x2], g) {
    const e = exp(-b[2] * x2);
    g[0] = 1;
    g[1] = -x1 * e;
    g[2] = b[1] * x1 * x2 * e;
    return b[0] - b[1] * x1 * e;
  },
  Rat42(b, [x], g) {
    const e = exp(b[1] - b[2] * x);
    g[0] = 1 / (1 + e);
    g[1] = (-b[0] * e) / (1 + e) ** 2;
    g[2] = -x * g[1];
    return b[0] * g[0];
  },
  Rat43(b, [x], g) {
    const e = exp(b[1] - b[2] * x);
    const power = (1 + e) ** (-1 / b[3]);
    g[0] = power;
    g[1] = (-b[0] * power * e) / (b[3] * (1 + e));
    g[2] = -x * g[1];
    g[3] = (b[0] * power * log(1 + e)) / b[3] ** 2;
    return b[0] * power;
  },
  Roszman1(b, [x], g) {
    const u = b[2] / (x - b[3]);
    const slope = 1 / (PI * (1 + u * u));
    g[0] = 1;
    g[1] = -x;
    g[2] = -slope / (x - b[3]);
    g[3] = (-slope * u) / (x - b[3]);
    return b[0] - b[1] * x - atan(u) / PI;
  },
  Thurber: rational(4),
};

/** The residuals model − y of a problem. */
export function residualProblem({ name, data, certified }: NistProblem): ResidualProblem {
  const dimension = certified.length;
  const model = models[name];
  return {
    dimension,
    residuals: data.length,
    valueAndJacobian(point, residualsOut, jacobianOut) {
      data.forEach(([y, ...x], i) => {
        const row = jacobianOut.subarray(i * dimension, (i + 1) * dimension);
        residualsOut[i] = model(point, x, row) - (name === "Nelson" ? log(y) : y);
      });
    },
  };
}

/** The smallest number of correct digits over the parameters, at most 11, which is what is certified. */
export function correctDigits(found: ArrayLike<number>, certified: readonly number[]): number {
  const worst = Math.max(...certified.map((value, k) => Math.abs(found[k] - value) / Math.abs(value)));
  return Number.isFinite(worst) ? Math.min(11, Math.max(0, -Math.log10(worst))) : 0;
}
