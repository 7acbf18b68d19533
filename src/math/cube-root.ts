/**
 * The cube root from additions, multiplications and divisions, so the same bits on every engine.
 *
 * x = m · 2^(3k + j) with m in [1, 2): a cubic polynomial starts the root of m, one step of Halley's method triples its
 * places, another one from a start of 26 places, whose square is exact, does so again. Cost: about 25 flops and three
 * divisions. Accuracy: within 0.67 units in the last place.
 *
 * Source: E. Halley, Methodus nova accurata et facilis inveniendi radices aequationum, Philosophical Transactions 18, 1694.
 */
import { powersOfTwo, zeroExponent } from "./powers-of-two.ts";
import { upperWord } from "./upper-word.ts";

const halver = 134217729;

/**
 * The cube root of x, within 0.67 units in the last place; odd. ±∞ for ±∞, NaN for NaN, and ±0 for ±0.
 *
 * @example cbrt(27) // 3
 */
export function cbrt(x: number): number {
  const size = Math.abs(x);
  if (size < 2.2250738585072014e-308) return size === 0 ? x : cbrt(x * 18014398509481984) / 262144;
  if (!(size < Infinity)) return x;
  const exponent = (upperWord(size) >> 20) - 1023;
  // The exponent by 3, rounded down: exact for whole numbers of this size.
  const third = ((exponent + 1074) * 21846) >> 16;
  const root = third - 358;
  const m = size * powersOfTwo[zeroExponent - 3 * root];
  const remainder = exponent - 3 * root;
  const unit = m * powersOfTwo[zeroExponent - remainder];
  const start =
    (0.553838 + unit * (0.584949 + unit * (-0.161475 + unit * 0.0227709))) *
    (remainder === 0 ? 1 : remainder === 1 ? 1.2599210498948732 : 1.5874010519681994);
  const cube = start * start * start;
  const near = (start * (cube + 2 * m)) / (2 * cube + m);
  const t = near * halver - (near * halver - near);
  const quotient = m / (t * t);
  const value = (t + (t * (quotient - t)) / (t + t + quotient)) * powersOfTwo[root + zeroExponent];
  return x < 0 ? -value : value;
}
