/**
 * Wrappers that decide whether a transformation runs in a step: gradient accumulation, and gradients that are not finite.
 * A step in which it does not run moves nothing. One pass over the gradient, O(size).
 */
import { NotFiniteError } from "../errors.ts";
import { indexOfNotFinite } from "../linalg/finite.ts";
import { requireWhole } from "./hyperparameters.ts";
import { checkLengths, checkState, requireFiniteGradient } from "./state.ts";
import type { GradientTransformation, TransformationState } from "./transformation.ts";
import { orAsBefore } from "./undo.ts";

export interface AccumulateGradientsState {
  readonly kind: "accumulateGradients";
  readonly version: 1;
  /** The number of updates so far. */
  step: number;
  /** The sum of the gradients since the transformation last ran, in their order; as long as the parameters. */
  readonly sum: Float64Array;
  readonly inner: TransformationState;
}

/** What wrappers hand on as it is. */
function handedOn<State extends { readonly inner: TransformationState }>(
  transformation: GradientTransformation,
): Pick<GradientTransformation<State & TransformationState>, "evaluationParameters" | "mayThrow"> {
  const mayThrow = transformation.mayThrow === true ? { mayThrow: true } : {};
  if (transformation.evaluationParameters === undefined) return mayThrow;
  return {
    ...mayThrow,
    evaluationParameters: (state, parameters, out) =>
      transformation.evaluationParameters?.(state.inner, parameters, out),
  };
}

/**
 * Runs a transformation every `every` updates, on the mean of the gradients since: mini-batches as one large batch. In
 * between the step is 0, so wrap the whole optimizer. Throws ArgumentError unless `every` is a whole number above 0.
 *
 * @example const optimizer = accumulateGradients(adam({ learningRate: 0.01 }), 4);
 */
export function accumulateGradients(
  transformation: GradientTransformation,
  every: number,
): GradientTransformation<AccumulateGradientsState> {
  requireWhole("every", every, 1);
  function check(gradient: Float64Array, state: AccumulateGradientsState, parameters: Float64Array): void {
    checkState(state, "accumulateGradients");
    const { sum } = state;
    checkLengths("accumulateGradients", sum.length, gradient, parameters);
    for (let i = 0; i < sum.length; i++)
      if (!Number.isFinite(sum[i] + gradient[i]))
        throw new NotFiniteError(
          `accumulateGradients: the sum of the gradients is ${sum[i] + gradient[i]} at ${i}; expected finite numbers.`,
        );
    transformation.check?.(gradient, state.inner, parameters);
  }
  function addUp(gradient: Float64Array, state: AccumulateGradientsState, parameters: Float64Array): void {
    const { sum } = state;
    state.step += 1;
    const complete = state.step % every === 0;
    for (let i = 0; i < sum.length; i++) {
      const total = sum[i] + gradient[i];
      sum[i] = complete ? 0 : total;
      gradient[i] = complete ? total / every : 0;
    }
    if (complete) transformation.update(gradient, state.inner, parameters, true);
  }
  return {
    name: `accumulateGradients(${transformation.name})`,
    init: (layout) => ({
      kind: "accumulateGradients",
      version: 1,
      step: 0,
      sum: new Float64Array(layout.size),
      inner: transformation.init(layout),
    }),
    check,
    update(gradient, state, parameters, checked = false) {
      if (!checked) {
        requireFiniteGradient("accumulateGradients", gradient);
        check(gradient, state, parameters);
      }
      if (transformation.mayThrow !== true || (state.step + 1) % every > 0) addUp(gradient, state, parameters);
      else orAsBefore(gradient, [state], () => addUp(gradient, state, parameters));
    },
    observe(value, state) {
      if (state.step % every === 0) transformation.observe?.(value, state.inner);
    },
    carry(state, change, carryPart) {
      change.rotate(state.sum);
      carryPart(transformation, state.inner, change);
    },
    ...handedOn<AccumulateGradientsState>(transformation),
  };
}

export interface SkipNotFiniteState {
  readonly kind: "skipNotFinite";
  readonly version: 1;
  /** The number of gradients skipped so far, and how many of them since the last one that was not. */
  skipped: number;
  inARow: number;
  readonly inner: TransformationState;
}

/**
 * Leaves gradients with NaN or infinities out: the step is 0 and the state of the transformation stays as it is. Without it
 * they are refused with NotFiniteError. In `minimize`, values that are not finite are then let through too.
 *
 * `atMost` (a whole number, default 10) is how many may be skipped in a row before NotFiniteError is thrown. Throws
 * ArgumentError for another one. Wrap the whole optimizer.
 *
 * @example const optimizer = skipNotFinite(adam({ learningRate: 0.01 }), 3);
 */
export function skipNotFinite(
  transformation: GradientTransformation,
  atMost = 10,
): GradientTransformation<SkipNotFiniteState> {
  requireWhole("atMost", atMost, 0);
  const name = `skipNotFinite(${transformation.name})`;
  function check(gradient: Float64Array, state: SkipNotFiniteState, parameters: Float64Array): void {
    checkState(state, "skipNotFinite");
    const index = indexOfNotFinite(gradient);
    try {
      transformation.check?.(gradient, state.inner, parameters);
    } catch (error) {
      // Those that see matrices look for NaN themselves, behind everything else; here it is what is asked for.
      if (!(index >= 0 && error instanceof NotFiniteError)) throw error;
    }
    if (index >= 0 && state.inARow >= atMost)
      throw new NotFiniteError(
        `${name}: element ${index} of the gradient is ${gradient[index]}, after ${state.inARow} that were skipped in a row.`,
      );
  }
  return {
    name,
    toleratesNotFinite: true,
    init: (layout) => ({
      kind: "skipNotFinite",
      version: 1,
      skipped: 0,
      inARow: 0,
      inner: transformation.init(layout),
    }),
    check,
    update(gradient, state, parameters, checked = false) {
      if (!checked) check(gradient, state, parameters);
      if (indexOfNotFinite(gradient) >= 0) {
        gradient.fill(0);
        state.skipped += 1;
        state.inARow += 1;
        return;
      }
      transformation.update(gradient, state.inner, parameters, true);
      state.inARow = 0;
    },
    observe(value, state) {
      if (state.inARow === 0 && Number.isFinite(value)) transformation.observe?.(value, state.inner);
    },
    carry: (state, change, carryPart) => carryPart(transformation, state.inner, change),
    ...handedOn<SkipNotFiniteState>(transformation),
  };
}
