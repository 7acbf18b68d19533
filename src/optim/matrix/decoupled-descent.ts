/**
 * The end of an optimizer whose weight decay acts on the parameters after the step: p ← (1 − ηλ)(p − ηs), as PyTorch code
 * has it that first adds the step and then decays. It differs from decay of the parameters before it by η²λs.
 */
import { ArgumentError } from "../../errors.ts";
import { requireNonnegative } from "../hyperparameters.ts";
import { checkLengths, checkState } from "../state.ts";
import type { GradientTransformation, Schedule } from "../transformation.ts";

export interface DecoupledDescentState {
  readonly kind: "decoupledDescent";
  readonly version: 1;
  /** The number of updates so far. */
  step: number;
}

/** Turns an ascent direction into that step; the first `idle` updates do not move and do not count for a schedule. */
export function decoupledDescent(
  learningRate: number | Schedule,
  weightDecay: number,
  idle: number,
): GradientTransformation<DecoupledDescentState> {
  if (typeof learningRate !== "function") requireNonnegative("learningRate", learningRate);
  function rateAt(step: number): number {
    if (typeof learningRate === "number") return learningRate;
    const rate = learningRate(step);
    if (!(Number.isFinite(rate) && rate >= 0))
      throw new ArgumentError(
        `The learning rate's schedule returned ${String(rate)} for step ${step}; expected a finite number at or above 0.`,
      );
    return rate;
  }
  function check(gradient: Float64Array, state: DecoupledDescentState, parameters: Float64Array): void {
    checkState(state, "decoupledDescent");
    checkLengths("decoupledDescent", parameters.length, gradient, parameters);
    if (state.step >= idle) rateAt(state.step - idle);
  }
  return {
    name: "decoupledDescent",
    init: () => ({ kind: "decoupledDescent", version: 1, step: 0 }),
    check,
    update(gradient, state, parameters) {
      check(gradient, state, parameters);
      const rate = state.step >= idle ? rateAt(state.step - idle) : 0;
      state.step += 1;
      const decay = rate * weightDecay;
      for (let i = 0; i < gradient.length; i++) {
        const step = -rate * gradient[i];
        gradient[i] = step - decay * (parameters[i] + step);
      }
    },
  };
}
