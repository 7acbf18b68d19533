/**
 * Updates that may throw what no check foresees, since they evaluate a model: whatever is made of such a transformation puts
 * back what it has changed until then. Costs copies of what is put back in every step, little beside the model.
 */
import type { ChainState } from "./named-chain.ts";
import { copyFields, copyOf, requireFiniteGradient } from "./state.ts";
import type { GradientTransformation, TransformationState } from "./transformation.ts";

/** Runs an update; when it throws, gradient and states are as they were. */
export function orAsBefore(gradient: Float64Array, states: readonly TransformationState[], update: () => void): void {
  const kept = gradient.slice();
  const before = states.map(copyOf);
  try {
    update();
  } catch (error) {
    gradient.set(kept);
    states.forEach((state, k) => copyFields(state, before[k]));
    throw error;
  }
}

/** A chain of these parts, some of which may throw: then those before have not changed either. Without such it is the chain itself. */
export function undoing(
  chain: GradientTransformation<ChainState>,
  parts: readonly GradientTransformation[],
): GradientTransformation<ChainState> {
  let last = parts.length - 1;
  while (last >= 0 && parts[last].mayThrow !== true) last--;
  if (last < 0) return chain;
  return {
    ...chain,
    mayThrow: true,
    update(gradient, state, parameters, checked) {
      if (checked !== true) {
        requireFiniteGradient(chain.name, gradient);
        chain.check?.(gradient, state, parameters);
      }
      orAsBefore(gradient, state.parts.slice(0, last), () => chain.update(gradient, state, parameters, true));
    },
  };
}
