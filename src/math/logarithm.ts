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
import { multiply, ratio } from "./double-double.ts";
import { powersOfTwo, zeroExponent } from "./powers-of-two.ts";
import { upperWord } from "./upper-word.ts";

/** ln 2 = ln2High + ln2Low; k · ln2High is exact, as a multiple of 2⁻⁴² below 2¹⁰. */
export const ln2High: number = 3048493539143 / 4398046511104;
export const ln2Low = 5.497923018708371e-14;
/**
 * What splits numbers in two (1.5 · 2²⁶: adding and subtracting it rounds a number below 2²⁵ to a multiple of 2⁻²⁶; and
 * 2²⁷ + 1, for factors), the parts of ln 2, and the coefficients of the series of the logarithm. V8 loads a number from an
 * array of more than eight with half the work that a number in the code takes.
 */
const numbers: Float64Array = /* @__PURE__ */ Float64Array.from([
  ...[100663296, 134217729, ln2High, ln2Low],
  ...[1 / 3, 0.25, 0.2, 1 / 6, 1 / 7, 0.125, 1 / 9, 0.5, 1],
]);

/** The upper words of the positive normal numbers begin here, and end before this. */
const firstNormal = 0x00100000;
const afterLast = 0x7ff00000;
/** The upper word of 11/16. */
const intervalsStart = 0x3fe60000;

/** For interval i: [4i] is c, and [4i + 1] + [4i + 2] is −log c, the first a multiple of 2⁻⁴². */
const table: Float64Array = /* @__PURE__ */ tableOfLogarithms();

function tableOfLogarithms(): Float64Array {
  const entries = new Float64Array(512);
  const coefficients = [9, 7, 5, 3, 1].map((odd) => ratio(1, odd));
  for (let i = 0; i < 128; i++) {
    // Intervals of z: 80 of width 1/256 below 1 and 48 of width 1/128 above, as the upper bits of a double divide them.
    const center = i < 80 ? (176.5 + i) / 256 : (48.5 + i) / 128;
    const m = i === 79 || i === 80 ? 512 : Math.floor(512 / center + 0.5);
    // log(512/m) = 2 artanh(u) with |u| < 0.19: 22 terms of the series, of which doubles suffice for the last 17.
    const u = ratio(512 - m, 512 + m);
    const square = multiply(u, u);
    const { high: a, low: aLow } = square;
    let remainder = 0;
    for (let odd = 43; odd > 9; odd -= 2) remainder = a * remainder + 1 / odd;
    // series ← coefficient + square · series in two doubles, as double-double.ts has it, but written out: by functions this
    // loop took 3 ms when a module was loaded, a sixth of the whole library's loading.
    const split = a * 134217729;
    const a1 = split - (split - a);
    const a2 = a - a1;
    let series = { high: remainder, low: 0 };
    for (const coefficient of coefficients) {
      const { high: b, low: bLow } = series;
      const splitB = b * 134217729;
      const b1 = splitB - (splitB - b);
      const b2 = b - b1;
      const product = a * b;
      const productLow = a1 * b1 - product + a1 * b2 + a2 * b1 + a2 * b2 + (a * bLow + aLow * b);
      const term = product + productLow;
      const termLow = product - term + productLow;
      const sum = coefficient.high + term;
      const sumLow = coefficient.high - sum + term + (coefficient.low + termLow);
      const high = sum + sumLow;
      series = { high, low: sum - high + sumLow };
    }
    const { high, low } = multiply(u, series);
    const rounded = Math.floor(2 * high * 4398046511104 + 0.5) / 4398046511104;
    entries[4 * i] = m / 512;
    entries[4 * i + 1] = rounded;
    entries[4 * i + 2] = 2 * high - rounded + 2 * low;
  }
  return entries;
}

/**
 * The natural logarithm of x, within 0.51 units in the last place. −∞ for ±0, ∞ for ∞, NaN for NaN and negative numbers.
 *
 * @example log(2) // 0.6931471805599453
 */
export function log(x: number): number {
  const word = upperWord(x);
  if (word < firstNormal || word >= afterLast) return logAtEdge(x);
  const place = word - intervalsStart;
  const k = place >> 20;
  const at = (place >> 11) & 508;
  const c = table[at];
  const z = x * powersOfTwo[zeroExponent - k];
  const zHigh = z + numbers[0] - numbers[0];
  const rHigh = zHigh * c - numbers[12];
  const rest = (z - zHigh) * c;
  const r = rHigh + rest;
  const base = k * numbers[2] + table[at + 1];
  const sum = base + r;
  const low = base - sum + r + (rHigh - r + rest + (k * numbers[3] + table[at + 2]));
  return sum + (low + r * r * curve(r));
}

/** log of what is no positive normal number. */
function logAtEdge(x: number): number {
  if (x > 0) return x < 1 ? logOfSum(x * 18014398509481984, 0, -54) : x;
  return x === 0 ? -Infinity : NaN;
}

/** (log(1 + r) − r)/r², of |r| up to 0.006. */
function curve(r: number): number {
  return r * cubic(r, r * r) - numbers[11];
}

/** (log(1 + r) − r + r²/2)/r³, of |r| up to 0.006. */
function cubic(r: number, square: number): number {
  return (
    numbers[4] -
    r * numbers[5] +
    square * (numbers[6] - r * numbers[7]) +
    square * square * (numbers[8] - r * numbers[9] + square * numbers[10])
  );
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
  const place = upperWord(x) - intervalsStart;
  const exponent = place >> 20;
  const at = (place >> 11) & 508;
  const power = powersOfTwo[zeroExponent - exponent];
  const c = table[at];
  const z = x * power;
  const zHigh = z + numbers[0] - numbers[0];
  const rHigh = zHigh * c - numbers[12];
  const rest = (z - zHigh) * c;
  const rPart = rHigh + rest;
  const r = rPart + low * power * c;
  const rLow = rHigh - rPart + rest + (rPart - r + low * power * c);
  const k = exponent + shift;
  const base = k * numbers[2] + table[at + 1];
  const sum = base + r;
  const sumLow = base - sum + r + (rLow + (k * numbers[3] + table[at + 2]));
  return sum + (sumLow + r * r * curve(r));
}

/**
 * log x = k·ln 2 + rest[0] + rest[1], within 2⁻⁶⁶ of the sum, and of log x where k is 0: returns k and overwrites the
 * rest. For a positive normal x. The square in the series of the logarithm is the one place where doubles do not suffice.
 */
export function logParts(x: number, rest: Float64Array): number {
  const place = upperWord(x) - intervalsStart;
  const exponent = place >> 20;
  const at = (place >> 11) & 508;
  const c = table[at];
  const z = x * powersOfTwo[zeroExponent - exponent];
  const zHigh = z + numbers[0] - numbers[0];
  const rHigh = zHigh * c - numbers[12];
  const rMore = (z - zHigh) * c;
  const r = rHigh + rMore;
  const rLow = rHigh - r + rMore;
  const base = table[at + 1];
  const first = base + r;
  const half = r * numbers[1] - (r * numbers[1] - r);
  const halfSquare = numbers[11] * half * half;
  const sum = first - halfSquare;
  const low =
    base - first + r + (first - sum - halfSquare) + (rLow + table[at + 2]) - numbers[11] * (r - half) * (r + half);
  const square = r * r;
  rest[0] = sum;
  rest[1] = low + square * r * cubic(r, square) - r * rLow;
  return exponent;
}

/** 1/ln 2 in two parts, of which the first has 26 places, and whole. */
const binaryNumbers: Float64Array = /* @__PURE__ */ Float64Array.from([
  ...[1.4426950514316559, -1.0542692476429138e-8, 1.4426950408889634],
  ...[0, 0, 0, 0, 0, 0],
]);

/** For interval i: [2i] + [2i + 1] is −log₂ c, the first a multiple of 2⁻⁴². */
const binaryTable: Float64Array = /* @__PURE__ */ tableOfBinaryLogarithms();

function tableOfBinaryLogarithms(): Float64Array {
  const entries = new Float64Array(256);
  const inverse = { high: 1.4426950408889634, low: 2.0355273740931033e-17 };
  for (let i = 0; i < 128; i++) {
    const { high, low } = multiply({ high: table[4 * i + 1], low: table[4 * i + 2] }, inverse);
    const rounded = Math.floor(high * 4398046511104 + 0.5) / 4398046511104;
    entries[2 * i] = rounded;
    entries[2 * i + 1] = high - rounded + low;
  }
  return entries;
}

/**
 * The logarithm of x to the base 2, within 0.52 units in the last place; exact for powers of two. −∞ for ±0, ∞ for ∞, NaN
 * for NaN and negative numbers.
 *
 * @example log2(8) // 3
 */
export function log2(x: number): number {
  const word = upperWord(x);
  return word < firstNormal || word >= afterLast ? log2AtEdge(x) : log2OfNormal(x, word, 0);
}

/** shift + log₂ x, for a positive normal x and its upper word. */
function log2OfNormal(x: number, word: number, shift: number): number {
  const place = word - intervalsStart;
  const k = place >> 20;
  const at = (place >> 11) & 508;
  const z = x * powersOfTwo[zeroExponent - k];
  return binarySum(z, table[at], k + shift + binaryTable[at >> 1], binaryTable[(at >> 1) + 1]);
}

/** base + baseLow + log₂(c·z), where c·z is close to 1: r/ln 2 is kept in two doubles, what bends it in one. */
function binarySum(z: number, c: number, base: number, baseLow: number): number {
  const zHigh = z + numbers[0] - numbers[0];
  const rHigh = zHigh * c - numbers[12];
  const rest = (z - zHigh) * c;
  const r = rHigh + rest;
  const big = r * numbers[1];
  const half = big - (big - r);
  const product = half * binaryNumbers[0];
  const sum = base + product;
  const low = base - sum + product + (baseLow + ((rHigh - half + rest) * binaryNumbers[0] + r * binaryNumbers[1]));
  return sum + (low + r * r * (curve(r) * binaryNumbers[2]));
}

/** log₂ of what is no positive normal number. */
function log2AtEdge(x: number): number {
  const scaled = x * 18014398509481984;
  if (x > 0) return x < 1 ? log2OfNormal(scaled, upperWord(scaled), -54) : x;
  return x === 0 ? -Infinity : NaN;
}
