/**
 * Further draws by key, on top of random.ts: exponential, gamma and categorical numbers, and choices with or without
 * replacement. Like all draws they depend on the key alone, and element i on the key and i.
 */
import { ArgumentError, NotConvergedError } from "../errors.ts";
import { log } from "./logarithm.ts";
import { exp } from "./exponential.ts";
import { fold, integers, normal, permutation, subset, uniform, type Key } from "./random.ts";

/**
 * Overwrites `out` with independent exponential numbers of mean 1 and returns it: −log(1 − u) of uniform numbers u, so all
 * are finite and 0 occurs with probability 2⁻⁵³. Divide by a rate for another one.
 *
 * @example exponential(random(0), new Float64Array(1))[0] > 0 // true
 */
export function exponential(key: Key, out: Float64Array): Float64Array {
  uniform(key, out);
  for (let i = 0; i < out.length; i++) out[i] = out[i] === 0 ? 0 : -log(1 - out[i]);
  return out;
}

/** An attempt fails with probability below 0.05 whatever the shape: more than these fail with probability 10⁻²⁶⁰. */
const gammaAttempts = 200;

/**
 * Overwrites `out` with independent gamma numbers of this shape and scale 1 (mean and variance are the shape) and returns
 * it. Below a shape of about 0.003 some round to 0. Throws ArgumentError for a shape that is not positive and finite.
 *
 * Cost: about 1.03 attempts a number, each with a normal and a uniform number and seldom two logarithms. Source: G.
 * Marsaglia and W. Tsang, A Simple Method for Generating Gamma Variables, ACM Transactions on Mathematical Software 26,
 * 2000; shapes below 1 by their boost, Γ(a) = Γ(a + 1) · U^(1/a).
 *
 * @example gamma(random(0), 2.5, new Float64Array(1))[0] > 0 // true
 */
export function gamma(key: Key, shape: number, out: Float64Array): Float64Array {
  if (!(shape > 0 && shape < Infinity))
    throw new ArgumentError(`gamma: shape is ${shape}; expected a positive finite number.`);
  const d = (shape < 1 ? shape + 1 : shape) - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  const x = new Float64Array(1);
  const u = new Float64Array(2);
  for (let i = 0; i < out.length; i++) {
    const own = fold(key, i);
    let value = NaN;
    for (let attempt = 0; value !== value; attempt++) {
      if (attempt === gammaAttempts) throw new NotConvergedError("gamma: no attempt was accepted.", attempt, NaN);
      const tried = fold(own, attempt);
      normal(tried, x);
      uniform(tried, u);
      const t = 1 + c * x[0];
      const cube = t * t * t;
      const square = x[0] * x[0];
      const accepted =
        t > 0 && (u[0] < 1 - 0.0331 * square * square || log(u[0]) < 0.5 * square + d * (1 - cube + log(cube)));
      if (accepted) value = d * cube;
    }
    out[i] = shape < 1 ? value * exp(log(1 - u[1]) / shape) : value;
  }
  return out;
}

/**
 * Overwrites `out` with independent whole numbers, k with a probability in proportion to weights[k], and returns it.
 * Throws ArgumentError for weights that are negative or not finite, or whose sum is not positive and finite.
 *
 * Cost: the logarithm of the number of weights for a draw. Sums of weights are taken in ascending order.
 *
 * @example categorical(random(0), [0, 1, 0], new Int32Array(2)) // [1, 1]
 */
export function categorical(key: Key, weights: ArrayLike<number>, out: Int32Array): Int32Array {
  const sums = new Float64Array(weights.length);
  let total = 0;
  let last = -1;
  for (let k = 0; k < weights.length; k++) {
    const weight = weights[k];
    if (!(weight >= 0 && weight < Infinity))
      throw new ArgumentError(`categorical: weight ${k} is ${weight}; expected a finite number of at least 0.`);
    total += weight;
    sums[k] = total;
    if (weight > 0) last = k;
  }
  if (!(total > 0 && total < Infinity))
    throw new ArgumentError(`categorical: the weights sum to ${total}; expected a positive finite sum.`);
  const u = uniform(key, new Float64Array(out.length));
  for (let i = 0; i < out.length; i++) out[i] = Math.min(last, firstAbove(sums, u[i] * total));
  return out;
}

/** The index of the first of ascending numbers that is above x, or how many there are. */
function firstAbove(ascending: Float64Array, x: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] > x) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Some of the items, each equally likely at every place: by default without replacement, so that no place of the list is
 * chosen twice, in random order. Throws ArgumentError for a count that is not a whole number from 0 to 2³¹ − 1, or that is
 * above the number of items (without replacement), and for a positive count out of no items.
 *
 * @example choice(random(0), ["a"], 3, { replace: true }) // ["a", "a", "a"]
 */
export function choice<T>(
  key: Key,
  items: ArrayLike<T>,
  count: number,
  options: { readonly replace?: boolean } = {},
): T[] {
  if (!Number.isInteger(count) || count < 0 || count > 2147483647)
    throw new ArgumentError(`choice: count is ${count}; expected a whole number from 0 to 2^31 - 1.`);
  const replace = options.replace ?? false;
  if (count > items.length && (!replace || items.length === 0))
    throw new ArgumentError(
      `choice: cannot choose ${count} of ${items.length} items${replace ? "" : " without replacement"}.`,
    );
  const places = new Int32Array(count);
  if (count > 0 && replace) integers(key, items.length, places);
  else if (count > 0) {
    subset(items.length, count)(fold(key, 0), places);
    shuffle(fold(key, 1), places);
  }
  return Array.from(places, (place) => items[place]);
}

/** Puts the elements in random order. */
function shuffle(key: Key, list: Int32Array): void {
  const order = permutation(key, list.length);
  const copy = list.slice();
  for (let i = 0; i < list.length; i++) list[i] = copy[order[i]];
}
