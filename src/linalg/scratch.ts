/** Memory for the time of a call: nothing is allocated where WebAssembly's kernels have some. */
import { webAssemblyKernels } from "./webassembly/instance.ts";

/**
 * So many numbers or more, some thousands at most (where the memory has to grow, what was given before is lost), which may be anything, for as long as no product, factorization or other scratch is asked for: those work in the
 * same memory.
 */
export function scratch(numbers: number): Float64Array {
  return webAssemblyKernels()?.memory(numbers) ?? new Float64Array(numbers);
}

/** Longer arrays V8 keeps outside of its heap, at twenty times the price. */
export const cheapLength = 8;

/** As many vectors of a length, under the same conditions, behind so many numbers of scratch that are in use. */
export function scratchVectors(count: number, length: number, behind = 0): Float64Array[] {
  const array = length <= cheapLength ? undefined : scratch(behind + count * length);
  const vectors: Float64Array[] = [];
  for (let k = 0, at = behind; k < count; k++, at += length)
    vectors.push(array === undefined ? new Float64Array(length) : array.subarray(at, at + length));
  return vectors;
}
