/**
 * A learning rate that falls when the loss has stopped falling.
 *
 *   step = s·g, with s = 1 at first and s ← max(s·factor, least) after more than `patience` losses in a row that are not
 *   below (1 − threshold)·best (best positive; (1 + threshold)·best where it is negative)
 *
 * One pass, O(size), none while s is 1. Losses that are not finite do not count. It learns of the loss after the step in which the loss was met, so s changes from
 * the next step on, as in PyTorch.
 *
 * Reference implementation: PyTorch 1.13, ReduceLROnPlateau with threshold_mode="rel" and mode="min".
 */
import { ArgumentError } from "../errors.ts";
import { define } from "./define.ts";
import { requireKnown, requireNonnegative, requireWhole } from "./hyperparameters.ts";
import type { GradientTransformation } from "./transformation.ts";

export interface ReduceOnPlateauOptions {
  /** The factor on the scale at a plateau, in (0, 1). Default 0.1. */
  readonly factor?: number;
  /** The number of losses without an improvement that are put up with. Default 10. */
  readonly patience?: number;
  /** The relative improvement that counts as one, in [0, 1). Default 1e-4. */
  readonly threshold?: number;
  /** The number of losses after a reduction that are not counted. Default 0. */
  readonly cooldown?: number;
  /** The scale does not fall below this. Default 0. */
  readonly least?: number;
  /** So many losses are averaged into one, for noisy ones. Default 1. */
  readonly window?: number;
}

export interface ReduceOnPlateauState {
  readonly kind: "reduceOnPlateau";
  readonly version: 1;
  /** s, the factor on the learning rate. */
  scale: number;
  /** The lowest loss so far. */
  best: number;
  /** Losses since the last improvement, and losses that are not counted yet. */
  waited: number;
  cooling: number;
  /** The sum and the number of the losses of the window that is not full yet. */
  sum: number;
  count: number;
}

/**
 * Scales the step by a factor that falls at plateaus of the loss. It works where the loop tells the optimizer the loss, as
 * `minimize` and `train` do; anywhere in a chain behind adaptive scalings.
 *
 * Throws ArgumentError for an option out of its range. PyTorch's ReduceLROnPlateau, step for step, with its defaults.
 *
 * @example const optimizer = chain(adam({ learningRate: 0.1 }), reduceOnPlateau({ patience: 5 }));
 */
export function reduceOnPlateau(options: ReduceOnPlateauOptions = {}): GradientTransformation<ReduceOnPlateauState> {
  requireKnown("reduceOnPlateau", options, ["factor", "patience", "threshold", "cooldown", "least", "window"]);
  const { factor = 0.1, patience = 10, threshold = 1e-4, cooldown = 0, least = 0, window = 1 } = options;
  if (!(factor > 0 && factor < 1))
    throw new ArgumentError(`The option factor is ${String(factor)}; expected a number in (0, 1).`);
  if (!(threshold >= 0 && threshold < 1))
    throw new ArgumentError(`The option threshold is ${String(threshold)}; expected a number in [0, 1).`);
  requireWhole("patience", patience, 0);
  requireWhole("cooldown", cooldown, 0);
  requireNonnegative("least", least);
  requireWhole("window", window, 1);
  return {
    ...define<ReduceOnPlateauState>({
      kind: "reduceOnPlateau",
      vectors: [],
      init: () => ({
        kind: "reduceOnPlateau",
        version: 1,
        scale: 1,
        best: Infinity,
        waited: 0,
        cooling: 0,
        sum: 0,
        count: 0,
      }),
      apply(gradient, { scale }) {
        if (scale !== 1) for (let i = 0; i < gradient.length; i++) gradient[i] *= scale;
      },
    }),
    observe(value, state) {
      // Met where gradients that are not finite are skipped, and as little an observation as these.
      if (!Number.isFinite(value)) return;
      state.sum += value;
      state.count += 1;
      if (state.count < window) return;
      const loss = state.sum / window;
      state.sum = 0;
      state.count = 0;
      if (loss < state.best * (state.best < 0 ? 1 + threshold : 1 - threshold)) {
        state.best = loss;
        state.waited = 0;
      } else state.waited += 1;
      if (state.cooling > 0) {
        state.cooling -= 1;
        state.waited = 0;
      }
      if (state.waited > patience) {
        state.scale = Math.max(state.scale * factor, least);
        state.cooling = cooldown;
        state.waited = 0;
      }
    },
  };
}
