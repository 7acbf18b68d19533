/** Optimizers side by side on a function of a few variables, each in the coordinates given and in those of EGOP. */
import {
  adagrad,
  adam,
  DivergedError,
  EgopError,
  minimize,
  reparameterize,
  sgd,
  type Basis,
  type GradientTransformation,
  type Objective,
} from "egop";
import { ExpressionError } from "../expression/tokens.ts";

export const optimizerNames = ["adam", "adagrad", "sgd"] as const;
export type OptimizerName = (typeof optimizerNames)[number];

export type Rates = Readonly<Record<OptimizerName, number>>;

const optimizers: Readonly<Record<OptimizerName, (learningRate: number) => GradientTransformation>> = {
  adam: (learningRate) => adam({ learningRate }),
  adagrad: (learningRate) => adagrad({ learningRate }),
  sgd: (learningRate) => sgd({ learningRate }),
};

/** One run: all that is drawn of it. */
export interface Descent {
  readonly optimizer: OptimizerName;
  /** Whether it ran in EGOP coordinates. */
  readonly egop: boolean;
  /** losses[t] is the value after t steps; fewer than asked for where the run diverged. */
  readonly losses: Float64Array;
  /** The points of the run in the user's coordinates, one behind the other. */
  readonly path: Float64Array;
  /** The step at which something was not finite. */
  readonly divergedAt: number | undefined;
}

/** One run of an optimizer; a run that diverges is told as far as it went. NotFiniteError at the start passes through. */
function descent(
  objective: Objective,
  basis: Basis | undefined,
  options: {
    readonly optimizer: OptimizerName;
    readonly rate: number;
    readonly start: Float64Array;
    readonly steps: number;
  },
): Descent {
  const { optimizer, rate, start, steps } = options;
  const size = start.length;
  const path = new Float64Array(size * (steps + 1));
  const common = { optimizer, egop: basis !== undefined };
  try {
    const { losses } = minimize(basis === undefined ? objective : reparameterize(objective, basis), {
      ...{ start, steps, optimizer: optimizers[optimizer](rate) },
      onStep: (progress) => {
        progress.parameters(path.subarray(progress.step * size, (progress.step + 1) * size));
      },
    });
    return { ...common, losses, path, divergedAt: undefined };
  } catch (error) {
    if (!(error instanceof DivergedError)) throw error;
    const { losses, step } = error;
    return { ...common, losses, path: path.slice(0, losses.length * size), divergedAt: step };
  }
}

/** Every optimizer in both coordinates: the original ones first, then EGOP's, in the order of `optimizerNames`. */
export function sideBySide(
  objective: Objective,
  basis: Basis,
  options: { readonly rates: Rates; readonly start: Float64Array; readonly steps: number },
): readonly Descent[] {
  const { rates, start, steps } = options;
  return [undefined, basis].flatMap((each) =>
    optimizerNames.map((optimizer) => descent(objective, each, { optimizer, rate: rates[optimizer], start, steps })),
  );
}

/** What went wrong, for people, where it lies in what they chose; undefined for mistakes of this program. */
export function explanation(error: unknown): string | undefined {
  const ofTheirs = error instanceof EgopError || error instanceof RangeError || error instanceof ExpressionError;
  return ofTheirs ? error.message : undefined;
}
