/** The user's own function: its runs, its EGOP, what the library advises, and its picture where it has two variables. */
import { advise, egop, gaussian } from "egop";
import { keysOf } from "../../../lab/src/tasks/keys.ts";
import { parseExpression } from "../expression/parse.ts";
import { sideBySide, type Descent, type Rates } from "./descents.ts";
import { objectiveOf, valuesOn, type Square } from "./own-objective.ts";

export interface OwnSettings {
  readonly formula: string;
  /** A number for each variable, in alphabetical order; 1 where the list ends early. */
  readonly start: readonly number[];
  /** Of the Gaussian around the start in which gradients are sampled. */
  readonly deviation: number;
  readonly samples: number;
  readonly steps: number;
  readonly rates: Rates;
  readonly seed: number;
}

export interface OwnResult {
  readonly variables: readonly string[];
  readonly start: Float64Array;
  readonly descents: readonly Descent[];
  readonly samples: number;
  /** Descending, with the eigenvectors as columns of a d × d matrix, row by row. */
  readonly eigenvalues: Float64Array;
  readonly eigenvectors: Float64Array;
  readonly stableRank: number;
  readonly rootStableRank: number;
  readonly density: number;
  readonly recommendation: string;
  /** Heights, size × size, over a square that holds all paths; for two variables. */
  readonly picture: { readonly square: Square; readonly size: number; readonly heights: Float64Array } | undefined;
}

const pictureSize = 320;

/** Throws ExpressionError for a wrong text, NotFiniteError where the function has no value or slope at the start or near. */
export function runOwn(settings: OwnSettings): OwnResult {
  const parsed = parseExpression(settings.formula);
  const { variables } = parsed;
  const objective = objectiveOf(parsed);
  const start = Float64Array.from(variables, (_name, k) => settings.start.at(k) ?? 1);
  const { steps, rates, samples, seed, deviation } = settings;
  const points = gaussian({ mean: start, standardDeviation: deviation });
  const estimate = egop(objective, { points, samples, key: keysOf(seed).samples });
  const { eigenvalues, eigenvectors, stableRank, rootStableRank } = estimate;
  const descents = sideBySide(objective, estimate.basis(), { rates, start, steps });
  const square = variables.length === 2 ? squareAround(descents) : undefined;
  return {
    ...{ variables, start, descents, samples, eigenvalues, stableRank, rootStableRank },
    eigenvectors: eigenvectors.data.slice(),
    density: estimate.density(),
    recommendation: advise(objective, estimate, { points }).recommendation,
    picture:
      square === undefined ? undefined : { square, size: pictureSize, heights: valuesOn(parsed, square, pictureSize) },
  };
}

/** The square around most of the points of all runs; a run that flies away does not shrink the others to a dot. */
function squareAround(descents: readonly Descent[]): Square {
  const [x, y] = [0, 1].map((axis) => {
    const values = descents.flatMap(({ path }) => Array.from(path).filter((_value, k) => k % 2 === axis));
    values.sort((a, b) => a - b);
    return { low: values[Math.floor(0.02 * values.length)], high: values[Math.ceil(0.98 * values.length) - 1] };
  });
  const center = [(x.low + x.high) / 2, (y.low + y.high) / 2] as const;
  const first = descents[0].path;
  const reach = Math.max(
    ...[(x.high - x.low) / 2, (y.high - y.low) / 2],
    ...[Math.abs(first[0] - center[0]), Math.abs(first[1] - center[1])],
  );
  return { center, radius: reach > 0 ? 1.3 * reach : 1 };
}
