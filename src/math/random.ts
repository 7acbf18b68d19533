/**
 * Random draws as functions of a key. The same key gives the same numbers on every engine, whatever was drawn before and
 * by how many workers: there is no generator whose state moves on. New keys come from folding an index into an old one,
 * so keys form a tree.
 *
 * A key is 128 bits: two words are Philox's key and two the upper half of its counter. The lower half counts blocks and
 * carries a tag in its upper bits, so that folds and the different kinds of draws from one key never share a block. The
 * children of one key all differ; two keys of a tree of n keys coincide with probability about n²/2¹²⁹.
 *
 * Two draws of the same kind from the same key are the same numbers: fold a key for each thing that is drawn.
 */
import { ArgumentError } from "../errors.ts";
import { log } from "./elementary.ts";
import { philox } from "./philox.ts";

/** What random draws depend on; plain data that survives JSON. Made by `random` and `fold`. */
export interface Key {
  /** Four unsigned 32-bit integers. */
  readonly words: readonly [number, number, number, number];
}

// The tag of a block: what it is drawn for. It takes the upper eleven bits of the block number's second word, which leaves
// 53 bits to count blocks. A draw that may be rejected has a tag for each attempt, counted up from the one named here.
const tagFold = 0;
const tagUniform = 1;
const tagIntegers = 128;
const tagPermutation = 256;
const tagSubset = 384;
const tagNormal = 1024;
const tagShift = 21;

const two26 = 67108864;
const two31 = 2147483648;
const two32 = 4294967296;
const two53 = 9007199254740992;

/** The root of a tree of keys. Throws ArgumentError for a seed that is not a whole number from 0 to 2⁵³ − 1. @example random(7) */
export function random(seed: number): Key {
  requireIndex("random: seed", seed);
  return { words: [seed % two32, Math.floor(seed / two32), 0, 0] };
}

/**
 * The child of a key with this index: keys of different parents or indices are independent of each other and of the
 * draws of their parent. Throws ArgumentError for an index that is not a whole number from 0 to 2⁵³ − 1.
 *
 * @example fold(fold(random(7), 3), 0)
 */
export function fold(key: Key, index: number): Key {
  requireIndex("fold: index", index);
  const block = new Uint32Array(4);
  drawBlock(key, index, tagFold, block);
  return { words: [block[0], block[1], block[2], block[3]] };
}

function requireIndex(what: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new ArgumentError(`${what} is ${value}; expected a whole number from 0 to 2^53 - 1.`);
}

/** Overwrites `block` with block `index` of a key under a tag. */
function drawBlock(key: Key, index: number, tag: number, block: Uint32Array): void {
  const words = key.words;
  const upper = Math.floor(index / two32) + (tag << tagShift);
  philox(index % two32, upper, words[2], words[3], words[0], words[1], block);
}

/** A whole number below 2⁵³ from two words. */
function bits53(high: number, low: number): number {
  return (high >>> 5) * two26 + (low >>> 6);
}

/**
 * Overwrites `out` with independent numbers, uniform on [0, 1) in steps of 2⁻⁵³, and returns it. Element i depends on the
 * key and i alone.
 *
 * @example uniform(random(0), new Float64Array(3))
 */
export function uniform(key: Key, out: Float64Array): Float64Array {
  const block = new Uint32Array(4);
  for (let i = 0; i < out.length; i += 2) {
    drawBlock(key, i / 2, tagUniform, block);
    out[i] = bits53(block[0], block[1]) / two53;
    if (i + 1 < out.length) out[i + 1] = bits53(block[2], block[3]) / two53;
  }
  return out;
}

/** A pair of normal numbers takes another attempt with probability 0.215, so more than these with probability 10⁻²⁰⁰. */
const normalAttempts = 300;

/**
 * Overwrites `out` with independent standard normal numbers and returns it. Element i depends on the key and i alone.
 *
 * The polar method makes pairs from logarithms, square roots and divisions only, with a block for each attempt at a pair.
 * Source: G. Marsaglia and T. Bray, A Convenient Method for Generating Normal Variables, SIAM Review 6, 1964.
 *
 * @example normal(random(0), new Float64Array(3))
 */
export function normal(key: Key, out: Float64Array): Float64Array {
  const block = new Uint32Array(4);
  for (let i = 0; i < out.length; i += 2) {
    for (let attempt = 0; attempt < normalAttempts; attempt++) {
      drawBlock(key, i / 2, tagNormal + attempt, block);
      const u = (2 * bits53(block[0], block[1])) / two53 - 1;
      const v = (2 * bits53(block[2], block[3])) / two53 - 1;
      const s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const scale = Math.sqrt((-2 * log(s)) / s);
      out[i] = u * scale;
      if (i + 1 < out.length) out[i + 1] = v * scale;
      break;
    }
  }
  return out;
}

/** An integer takes another attempt with probability below 2⁻²², so more than these with probability below 2⁻¹⁴⁰⁰. */
const integerAttempts = 64;

/**
 * The whole number below `bound` (at most 2³¹) that block `index` of a key gives, without bias: 53 bits are drawn again,
 * from the block of the next attempt, while they fall into the incomplete last interval of `bound` numbers.
 */
function integerBelow(key: Key, index: number, tag: number, bound: number, block: Uint32Array): number {
  for (let attempt = 0; attempt < integerAttempts; attempt++) {
    drawBlock(key, index, tag + attempt, block);
    const draw = bits53(block[0], block[1]);
    // The quotient of whole numbers below 2^53 is never rounded up to the next whole one, except in the last interval.
    const intervalStart = Math.floor(draw / bound) * bound;
    if (intervalStart <= two53 - bound) return draw - intervalStart;
  }
  return 0;
}

/**
 * Overwrites `out` with independent whole numbers, each of 0 to bound − 1 being equally likely, and returns it. Element i
 * depends on the key, the bound and i alone. Throws ArgumentError for a bound that is not a whole number from 1 to 2³¹.
 *
 * @example integers(random(0), 6, new Int32Array(3))
 */
export function integers(key: Key, bound: number, out: Int32Array): Int32Array {
  if (!Number.isInteger(bound) || bound < 1 || bound > two31)
    throw new ArgumentError(`integers: bound is ${bound}; expected a whole number from 1 to 2^31.`);
  const block = new Uint32Array(4);
  for (let i = 0; i < out.length; i++) out[i] = integerBelow(key, i, tagIntegers, bound, block);
  return out;
}

/**
 * The whole numbers 0 to n − 1 in random order, every order being equally likely (but see that a key has 2¹²⁸ values and
 * 35 numbers have more orders). Throws ArgumentError for an n that is not a whole number from 0 to 2³¹ − 1.
 *
 * Source: R. Durstenfeld, Algorithm 235: Random Permutation, Communications of the ACM 7, 1964 (Fisher and Yates).
 *
 * @example permutation(random(0), 5)
 */
export function permutation(key: Key, n: number): Int32Array {
  requireCount("permutation: n", n);
  const order = new Int32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  const block = new Uint32Array(4);
  for (let last = n - 1; last > 0; last--) {
    const other = integerBelow(key, last, tagPermutation, last + 1, block);
    const moved = order[other];
    order[other] = order[last];
    order[last] = moved;
  }
  return order;
}

/** Draws a set of distinct whole numbers into `out`, by key. */
export type SubsetDraw = (key: Key, out: Int32Array) => void;

/**
 * A function that draws `size` distinct whole numbers from 0 to population − 1, every set being equally likely (their
 * order is not random). It keeps a mark for each number and allocates nothing; what it draws depends on the key alone.
 * The function throws ArgumentError for an `out` that has not `size` elements.
 *
 * Source: J. Bentley and R. Floyd, A Sample of Brilliance, Communications of the ACM 30, 1987.
 *
 * Throws ArgumentError for sizes that are not whole numbers with 0 ≤ size ≤ population < 2³¹.
 *
 * @example subset(1437, 32)(random(0), new Int32Array(32))
 */
export function subset(population: number, size: number): SubsetDraw {
  requireCount("subset: population", population);
  requireCount("subset: size", size);
  if (size > population) throw new ArgumentError(`subset: cannot draw ${size} distinct numbers out of ${population}.`);
  const taken = new Uint8Array(population);
  const block = new Uint32Array(4);
  return (key, out) => {
    if (out.length !== size) throw new ArgumentError(`subset: out has ${out.length} elements; expected ${size}.`);
    for (let k = 0; k < size; k++) {
      const last = population - size + k;
      const draw = integerBelow(key, k, tagSubset, last + 1, block);
      const number = taken[draw] === 1 ? last : draw;
      taken[number] = 1;
      out[k] = number;
    }
    for (let k = 0; k < size; k++) taken[out[k]] = 0;
  };
}

function requireCount(what: string, value: number): void {
  if (!Number.isInteger(value) || value < 0 || value >= two31)
    throw new ArgumentError(`${what} is ${value}; expected a whole number from 0 to 2^31 - 1.`);
}
