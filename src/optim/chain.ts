/**
 * The composition of gradient transformations: each works on what the one before it has made. Composition is
 * associative: chain(a, chain(b, c)) and chain(a, b, c) make the same steps, bit for bit.
 *
 * Reference implementation: optax, combine.chain.
 */
import { ArgumentError, StateError } from "../errors.ts";
import { checkState, requireFiniteGradient } from "./state.ts";
import type { GradientTransformation, TransformationState } from "./transformation.ts";

export interface ChainState {
  readonly kind: "chain";
  readonly version: 1;
  /** The states of the parts, in their order. */
  readonly parts: readonly TransformationState[];
}

/**
 * One transformation of several: the first gets the gradient, each further one what the one before has made of it.
 *
 * All parts are checked before the first is updated, so an update that throws has changed nothing. Throws ArgumentError
 * without parts.
 *
 * @example const optimizer = chain(addWeightDecay(0.1), trace({ momentum: 0.9 }), scaleByLearningRate(0.01));
 */
export function chain(...parts: readonly GradientTransformation[]): GradientTransformation<ChainState> {
  return namedChain(`chain(${parts.map((part) => part.name).join(", ")})`, parts);
}

/** A chain that messages call by a name of its own: the ready-made optimizers. */
export function namedChain(name: string, parts: readonly GradientTransformation[]): GradientTransformation<ChainState> {
  if (parts.length === 0) throw new ArgumentError("chain: there are no parts; expected at least one transformation.");
  function check(gradient: Float64Array, state: ChainState, parameters: Float64Array): void {
    checkState(state, "chain", 1);
    if (state.parts.length !== parts.length)
      throw new StateError(`${name}: the state has ${state.parts.length} parts; expected ${parts.length}.`);
    for (let k = 0; k < parts.length; k++) parts[k].check?.(gradient, state.parts[k], parameters);
  }
  const evaluating = parts.flatMap((part, k) => (part.evaluationParameters === undefined ? [] : [k]));
  if (evaluating.length > 1)
    throw new ArgumentError(
      `${name}: ${parts[evaluating[0]].name} and ${parts[evaluating[1]].name} both choose the parameters to evaluate; ` +
        "expected at most one that does.",
    );
  return {
    name,
    init: (layout) => ({ kind: "chain", version: 1, parts: parts.map((part) => part.init(layout)) }),
    check,
    update(gradient, state, parameters, checked = false) {
      if (!checked) {
        if (parts[0].toleratesNotFinite !== true) requireFiniteGradient(name, gradient);
        check(gradient, state, parameters);
      }
      for (let k = 0; k < parts.length; k++) parts[k].update(gradient, state.parts[k], parameters, true);
    },
    carry(state, change, carryPart) {
      for (let k = 0; k < parts.length; k++) carryPart(parts[k], state.parts[k], change);
    },
    ...(parts[0].toleratesNotFinite === true ? { toleratesNotFinite: true } : {}),
    ...(parts.some((part) => part.observe !== undefined)
      ? {
          observe(value: number, state: ChainState): void {
            for (let k = 0; k < parts.length; k++) parts[k].observe?.(value, state.parts[k]);
          },
        }
      : {}),
    ...(evaluating.length === 1
      ? {
          evaluationParameters(state: ChainState, parameters: Float64Array, out: Float64Array): void {
            parts[evaluating[0]].evaluationParameters?.(state.parts[evaluating[0]], parameters, out);
          },
        }
      : {}),
  };
}
