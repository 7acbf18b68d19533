/**
 * The steps of a chain: each part works on what the one before it has made. The ready-made optimizers are made of these
 * alone; `chain` adds what only some parts have.
 */
import { StateError } from "../errors.ts";
import { define } from "./define.ts";
import type { GradientTransformation, TransformationState } from "./transformation.ts";

export interface ChainState {
  readonly kind: "chain";
  readonly version: 1;
  /** The states of the parts, in their order. */
  readonly parts: readonly TransformationState[];
}

type Checked = GradientTransformation & Required<Pick<GradientTransformation, "check">>;

/**
 * A chain that messages call by a name of its own, of parts that have a `check` (all of the library's own do), and neither
 * observe values nor choose parameters.
 */
export function namedChain(name: string, parts: readonly GradientTransformation[]): GradientTransformation<ChainState> {
  return define<ChainState>({
    kind: "chain",
    name,
    parts,
    init: (layout) => ({ kind: "chain", version: 1, parts: parts.map((part) => part.init(layout)) }),
    refuse(state, gradient, parameters) {
      if (state.parts.length !== parts.length)
        throw new StateError(`${name}: the state has ${state.parts.length} parts; expected ${parts.length}.`);
      for (let k = 0; k < parts.length; k++) (parts[k] as Checked).check(gradient, state.parts[k], parameters);
    },
    apply(gradient, state, _loop, parameters) {
      for (let k = 0; k < parts.length; k++) parts[k].update(gradient, state.parts[k], parameters, true);
    },
  });
}
