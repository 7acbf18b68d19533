/**
 * Copying stretches of elements: short ones by a loop, long ones by the engine, without a view where one array holds both,
 * and rows by WebAssembly where their memory has it.
 */
import type { Operand } from "./tensor.ts";

/** From so many elements on, the engine's own copy is faster than a loop; and where it needs a view for that. */
const wide = 48;
const wideApart = 128;

/** Copies `count` elements of `from`, beginning at `start`, to `target` in `to`; they do not overlap. */
export function copyElements(from: Float64Array, start: number, to: Float64Array, target: number, count: number): void {
  if (count < (from === to ? wide : wideApart)) for (let k = 0; k < count; k++) to[target + k] = from[start + k];
  else if (from === to) to.copyWithin(target, start, start + count);
  else to.set(from.subarray(start, start + count), target);
}

/**
 * Copies `count` rows of `width` elements, of which the first begins at an element of its operand and each further one
 * `stride` elements later; the two do not overlap.
 */
export function copyRows(
  from: Operand,
  start: number,
  stride: number,
  to: Operand,
  target: number,
  targetStride: number,
  width: number,
  count: number,
): void {
  const { memory } = to;
  if (memory !== undefined && from.memory === memory) {
    const [at, out] = [from.offset + start, to.offset + target];
    memory.kernels.copyRows(8 * at, 8 * stride, 8 * out, 8 * targetStride, width, count);
    return;
  }
  for (let row = 0, at = from.offset + start, out = to.offset + target; row < count; row++) {
    copyElements(from.array, at, to.array, out, width);
    at += stride;
    out += targetStride;
  }
}
