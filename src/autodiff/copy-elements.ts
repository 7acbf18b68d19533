/** Copying stretches of elements: short ones by a loop, long ones by the engine, without a view where one array holds both. */

/** From so many elements on, the engine's own copy is faster than a loop; and where it needs a view for that. */
const wide = 48;
const wideApart = 128;

/** Copies `count` elements of `from`, beginning at `start`, to `target` in `to`; they do not overlap. */
export function copyElements(from: Float64Array, start: number, to: Float64Array, target: number, count: number): void {
  if (count < (from === to ? wide : wideApart)) for (let k = 0; k < count; k++) to[target + k] = from[start + k];
  else if (from === to) to.copyWithin(target, start, start + count);
  else to.set(from.subarray(start, start + count), target);
}
