/**
 * Adam's averages on a part of flat arrays, for the tensors that a matrix-aware optimizer leaves to it, and in SOAP's rotated
 * coordinates: m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², and g is overwritten with scale · m / (√v + ε). One pass.
 */
import { flushed } from "../subnormal.ts";

/** Overwrites `gradient` from `offset` on, for `size` elements; the averages lie at `stateOffset` on. */
export function adamRange(
  gradient: Float64Array,
  offset: number,
  first: Float64Array,
  second: Float64Array,
  stateOffset: number,
  size: number,
  beta1: number,
  beta2: number,
  scale: number,
  epsilon: number,
): void {
  // 1e-160 instead of 0 turns 0/0 into 0 and is lost in rounding beside every root above 1e-144.
  const floor = Math.max(epsilon, 1e-160);
  for (let i = 0, at = offset, s = stateOffset; i < size; i++, at++, s++) {
    const entry = gradient[at];
    const m = flushed(beta1 * first[s] + (1 - beta1) * entry);
    const v = flushed(beta2 * second[s] + (1 - beta2) * entry * entry);
    first[s] = m;
    second[s] = v;
    gradient[at] = (scale * m) / (Math.sqrt(v) + floor);
  }
}
