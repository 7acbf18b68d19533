/**
 * A random rotation that costs d·log d, as a control at sizes where a Haar-distributed one cannot be had: signs, a
 * permutation and Walsh–Hadamard transforms of blocks whose sizes are the powers of two that d is the sum of, twice.
 *
 * The columns are as dense as those of a random basis (two rounds mix the blocks). Exactly orthonormal but for the
 * rounding of the scales 1/√2ᵏ. Source: N. Ailon and B. Chazelle, The Fast Johnson–Lindenstrauss Transform, SIAM J.
 * Comput. 39, 2009, for one round.
 */
import { layout, type Layout } from "../linalg/layout.ts";
import { fold, integers, permutation, type Key } from "../math/random.ts";
import { checkVectors, linearBasis, type Basis } from "./basis.ts";
import { layoutData, readKey, readLayout, type BasisData } from "./basis-data.ts";

/** One round: y = H (s ∘ x)[order]. */
interface Round {
  readonly order: Int32Array;
  readonly signs: Float64Array;
}

const rounds = 2;

/**
 * The randomized Hadamard basis that a key draws. Cost: about 2d·log₂ d additions to apply, 12 bytes an element and round
 * to keep. @example hadamardBasis(layout({ w: [3] }), random(0)).rotatedDimension // 3
 */
export function hadamardBasis(original: Layout, key: Key): Basis {
  const { size } = original;
  const drawn = Array.from({ length: rounds }, (_v, round): Round => {
    const own = fold(key, round);
    const bits = integers(fold(own, 0), 2, new Int32Array(size));
    return { order: permutation(fold(own, 1), size), signs: Float64Array.from(bits, (bit) => 2 * bit - 1) };
  });
  const workspace = new Float64Array(size);
  return linearBasis({
    kind: "hadamard",
    dimension: size,
    rotatedLayout: layout({ rotated: [size] }),
    originalLayout: original,
    pushDirection(direction, out): void {
      checkVectors("hadamardBasis", direction, out, size, size);
      out.set(direction);
      for (const { order, signs } of drawn) {
        for (let i = 0; i < size; i++) workspace[i] = signs[order[i]] * out[order[i]];
        out.set(workspace);
        transformBlocks(out);
      }
    },
    pullGradient(gradient, out): void {
      checkVectors("hadamardBasis", gradient, out, size, size);
      out.set(gradient);
      for (let round = rounds - 1; round >= 0; round--) {
        const { order, signs } = drawn[round];
        transformBlocks(out);
        for (let i = 0; i < size; i++) workspace[order[i]] = signs[order[i]] * out[i];
        out.set(workspace);
      }
    },
    matrices: [],
    cost: { operations: rounds * size * log2Ceiling(size), bytes: rounds * 12 * size },
    toJSON: () => ({ kind: "hadamard", version: 1, layout: layoutData(original), key: { words: [...key.words] } }),
  });
}

/** Reads what a Hadamard basis' `toJSON` wrote. */
export function hadamardFromData(data: BasisData): Basis {
  return hadamardBasis(readLayout(data, "layout"), readKey(data, "key"));
}

function log2Ceiling(size: number): number {
  let exponent = 0;
  for (let power = 1; power < size; power *= 2) exponent++;
  return exponent;
}

/** Overwrites blocks of 2ᵏ elements, one for each binary digit of the length, by their orthonormal transforms. */
function transformBlocks(x: Float64Array): void {
  let start = 0;
  for (let power = 1; power <= x.length; power *= 2) {
    if (Math.floor(x.length / power) % 2 === 0) continue;
    for (let half = 1; half < power; half *= 2)
      for (let left = start; left < start + power; left += 2 * half)
        for (let i = left; i < left + half; i++) {
          const a = x[i];
          const b = x[i + half];
          x[i] = a + b;
          x[i + half] = a - b;
        }
    const scale = 1 / Math.sqrt(power);
    for (let i = start; i < start + power; i++) x[i] *= scale;
    start += power;
  }
}
