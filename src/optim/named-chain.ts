/**
 * The steps of a chain: each part works on what the one before it has made. The ready-made optimizers are made of these
 * alone; `chain` adds what only some parts have.
 */
import { StateError } from "../errors.ts";
import { checkState, requireFiniteGradient } from "./state.ts";
import type { GradientTransformation, TransformationState } from "./transformation.ts";

export interface ChainState {
  readonly kind: "chain";
  readonly version: 1;
  /** The states of the parts, in their order. */
  readonly parts: readonly TransformationState[];
}

/**
 * A chain that messages call by a name of its own, of parts that have a `check` (all of the library's own do), and neither
 * observe values nor choose parameters. With `tolerant`, its first part takes gradients that are not finite.
 */
export function namedChain(
  name: string,
  parts: readonly GradientTransformation[],
  tolerant?: boolean,
): GradientTransformation<ChainState> {
  const checked = parts as readonly (GradientTransformation & Required<Pick<GradientTransformation, "check">>)[];
  function check(gradient: Float64Array, state: ChainState, parameters: Float64Array): void {
    checkState(state, "chain", 1);
    if (state.parts.length !== parts.length)
      throw new StateError(`${name}: the state has ${state.parts.length} parts; expected ${parts.length}.`);
    for (let k = 0; k < parts.length; k++) checked[k].check(gradient, state.parts[k], parameters);
  }
  return {
    name,
    init: (layout) => ({ kind: "chain", version: 1, parts: parts.map((part) => part.init(layout)) }),
    check,
    update(gradient, state, parameters, vouched) {
      if (!vouched) {
        if (tolerant !== true) requireFiniteGradient(name, gradient);
        check(gradient, state, parameters);
      }
      for (let k = 0; k < parts.length; k++) parts[k].update(gradient, state.parts[k], parameters, true);
    },
    parts,
  };
}
