/**
 * Natural logarithms from additions, multiplications and a table, so the same bits on every engine.
 *
 * x = 2^k · z with z in [11/16, 11/8), and one of 128 numbers c = m/512 close to 1/z, so that r = c·z − 1 is small and
 * log x = k·ln 2 − log c + log(1 + r). The product is exact because z is split and c short; near 1 c is 1, and nothing
 * cancels. Cost: about 35 flops and three table look-ups. Accuracy: within 0.51 units in the last place.
 *
 * Source: P. Tang, Table-Driven Implementation of the Logarithm Function in IEEE Floating-Point Arithmetic, ACM
 * Transactions on Mathematical Software 16, 1990; the interval is that of S. Nagy, ARM optimized-routines, math/log.c.
 */
import { addSmaller, multiply, ratio, type DoubleDouble } from "./double-double.ts";
import { powersOfTwo, zeroExponent } from "./powers-of-two.ts";
import { upperWord } from "./upper-word.ts";

/** ln 2 = ln2High + ln2Low; k · ln2High is exact, as a multiple of 2⁻⁴² below 2¹⁰. */
export const ln2High: number = 3048493539143 / 4398046511104;
export const ln2Low = 5.497923018708371e-14;
/** 1.5 · 2²⁶: adding and subtracting it rounds a number below 2²⁵ to a multiple of 2⁻²⁶. */
const splitter = 100663296;
const smallestNormal = 2.2250738585072014e-308;

/** For interval i: [4i] is c, and [4i + 1] + [4i + 2] is −log c, the first a multiple of 2⁻⁴². */
const table = new Float64Array(512);

for (let i = 0; i < 128; i++) {
  // Intervals of z: 80 of width 1/256 below 1 and 48 of width 1/128 above, as the upper bits of a double divide them.
  const center = i < 80 ? (176.5 + i) / 256 : (48.5 + i) / 128;
  const m = i === 79 || i === 80 ? 512 : Math.floor(512 / center + 0.5);
  // log(512/m) = 2 artanh(u) with |u| < 0.19: 22 terms of the series, of which doubles suffice for the last 17.
  const u = ratio(512 - m, 512 + m);
  const square = multiply(u, u);
  let remainder = 0;
  for (let odd = 43; odd > 9; odd -= 2) remainder = square.high * remainder + 1 / odd;
  let series: DoubleDouble = { high: remainder, low: 0 };
  for (let odd = 9; odd > 0; odd -= 2) series = addSmaller(ratio(1, odd), multiply(square, series));
  const { high, low } = multiply(u, series);
  const rounded = Math.floor(2 * high * 4398046511104 + 0.5) / 4398046511104;
  table[4 * i] = m / 512;
  table[4 * i + 1] = rounded;
  table[4 * i + 2] = 2 * high - rounded + 2 * low;
}

/**
 * The natural logarithm of x, within 0.51 units in the last place. −∞ for ±0, ∞ for ∞, NaN for NaN and negative numbers.
 *
 * @example log(2) // 0.6931471805599453
 */
export function log(x: number): number {
  if (x >= smallestNormal && x < Infinity) return logOfSum(x, 0, 0);
  if (x > 0) return x < 1 ? logOfSum(x * 18014398509481984, 0, -54) : x;
  return x === 0 ? -Infinity : NaN;
}

/**
 * The natural logarithm of 1 + x, without cancellation near zero: within 0.51 units in the last place. −∞ for −1, ∞ for ∞,
 * NaN for NaN and numbers below −1, and ±0 for ±0.
 *
 * @example log1p(1e-20) // 1e-20
 */
export function log1p(x: number): number {
  if (x < 1e-17 && x > -1e-17) return x;
  if (!(x > -1 && x < Infinity)) return x === -1 ? -Infinity : x > 0 ? x : NaN;
  const sum = 1 + x;
  const back = sum - 1;
  return logOfSum(sum, 1 - (sum - back) + (x - back), 0);
}

/** shift·ln 2 + log(x + low), for a positive normal x and a low of at most half a unit in its last place. */
export function logOfSum(x: number, low: number, shift: number): number {
  const place = upperWord(x) - 0x3fe60000;
  const exponent = place >> 20;
  const at = (place >> 11) & 508;
  const power = powersOfTwo[zeroExponent - exponent];
  const c = table[at];
  const z = x * power;
  const zHigh = z + splitter - splitter;
  const rHigh = zHigh * c - 1;
  const rest = (z - zHigh) * c;
  const rPart = rHigh + rest;
  const r = rPart + low * power * c;
  const rLow = rHigh - rPart + rest + (rPart - r + low * power * c);
  const k = exponent + shift;
  const base = k * ln2High + table[at + 1];
  const sum = base + r;
  const sumLow = base - sum + r + (rLow + (k * ln2Low + table[at + 2]));
  const square = r * r;
  const tail =
    1 / 3 - r * 0.25 + square * (0.2 - r * (1 / 6)) + square * square * (1 / 7 - r * 0.125 + square * (1 / 9));
  return sum + (sumLow + square * (r * tail - 0.5));
}

/** 2²⁷ + 1, which splits a double into halves. */
const halver = 134217729;

/**
 * log x = k·ln 2 + rest[0] + rest[1], within 2⁻⁶⁶ of the sum, and of log x where k is 0: returns k and overwrites the
 * rest. For a positive normal x. The square in the series of the logarithm is the one place where doubles do not suffice.
 */
export function logParts(x: number, rest: Float64Array): number {
  const place = upperWord(x) - 0x3fe60000;
  const exponent = place >> 20;
  const at = (place >> 11) & 508;
  const c = table[at];
  const z = x * powersOfTwo[zeroExponent - exponent];
  const zHigh = z + splitter - splitter;
  const rHigh = zHigh * c - 1;
  const rMore = (z - zHigh) * c;
  const r = rHigh + rMore;
  const rLow = rHigh - r + rMore;
  const base = table[at + 1];
  const first = base + r;
  const half = r * halver - (r * halver - r);
  const halfSquare = 0.5 * half * half;
  const sum = first - halfSquare;
  const low = base - first + r + (first - sum - halfSquare) + (rLow + table[at + 2]) - 0.5 * (r - half) * (r + half);
  const square = r * r;
  const tail =
    1 / 3 - r * 0.25 + square * (0.2 - r * (1 / 6)) + square * square * (1 / 7 - r * 0.125 + square * (1 / 9));
  rest[0] = sum;
  rest[1] = low + square * r * tail - r * rLow;
  return exponent;
}

/** The two parts of a logarithm; they mean nothing between calls. */
const parts: Float64Array = /* @__PURE__ */ new Float64Array(2);

/** 1/ln 2. */
const log2OfE = 1.4426950408889634;
const log2OfELow = 2.0355273740931033e-17;

/**
 * The logarithm of x to the base 2, within 0.52 units in the last place; exact for powers of two. −∞ for ±0, ∞ for ∞, NaN
 * for NaN and negative numbers.
 *
 * @example log2(8) // 3
 */
export function log2(x: number): number {
  if (!(x > 0 && x < Infinity)) return x === 0 ? -Infinity : x > 0 ? x : NaN;
  const k = x < smallestNormal ? logParts(x * 18014398509481984, parts) - 54 : logParts(x, parts);
  const high = parts[0];
  const hHigh = high * halver - (high * halver - high);
  const hLow = high - hHigh;
  const eHigh = log2OfE * halver - (log2OfE * halver - log2OfE);
  const eLow = log2OfE - eHigh;
  const product = high * log2OfE;
  const productLow =
    hHigh * eHigh - product + hHigh * eLow + hLow * eHigh + hLow * eLow + (high * log2OfELow + parts[1] * log2OfE);
  const sum = k + product;
  return sum + (k === 0 ? productLow : k - sum + product + productLow);
}
