/**
 * A chain that spares a pass: one part multiplies its step by the learning rate as it writes it. The bits are those of the
 * plain chain. For optimizers whose own passes are so few that one counts; Adam's divisions and roots hide it.
 */
import { namedChain, type ChainState } from "./named-chain.ts";
import { requireFiniteGradient } from "./state.ts";
import type { GradientTransformation } from "./transformation.ts";

/**
 * `namedChain`, where part `scaling`, which heeds `factor`, multiplies for part `rate`, which multiplies all entries by a number
 * of its own; parts between these do nothing, and nothing is spared with `rate` 0.
 */
export function fusedChain(
  name: string,
  parts: readonly GradientTransformation[],
  scaling: number,
  rate: number,
): GradientTransformation<ChainState> {
  const chain = namedChain(name, parts);
  /** What the rate makes of 1 is what it multiplies by. */
  const unit = new Float64Array(1);
  function update(gradient: Float64Array, state: ChainState, parameters: Float64Array, checked?: boolean): void {
    if (checked !== true) {
      requireFiniteGradient(name, gradient);
      chain.check?.(gradient, state, parameters);
    }
    for (let k = 0; k < parts.length; k++) {
      unit[0] = 1;
      const own = k;
      if (own === scaling && rate > 0) {
        k = rate;
        parts[rate].update(unit, state.parts[rate], parameters, true);
      }
      parts[own].update(gradient, state.parts[own], parameters, true, unit[0]);
    }
  }
  // For step-kernel.ts this is the chain of its parts.
  return Object.assign({ ...chain, update }, { own: update });
}
