/**
 * The reduction of large angles, and of those so close to a multiple of π/128 that the places of sines.ts do not suffice:
 * x = n·π/128 + r with a whole n and |r| ≤ π/256, where r is the sum of two doubles, right to 2⁻⁹⁰ of its size, however
 * large x is. By a product of whole numbers with the places of 2/π that matter for x. Cost: about 400 flops.
 *
 * Source: M. Payne and R. Hanek, Radian Reduction for Trigonometric Functions, ACM SIGNUM Newsletter 18, 1983.
 */
import { powersOfTwo, zeroExponent } from "./powers-of-two.ts";
import { rounder } from "./roots-of-two.ts";
import { stepHigh, stepLow, stepMiddle, stepsPerRadian } from "./sines.ts";
import { upperWord } from "./upper-word.ts";

/** A quarter turn in two parts. */
const quarter = 1.5707963267948966;
const quarterRest = 6.123233995736766e-17;

/** 2/π = Σ digits[j] · 2^(−24(j + 1)), as many as the largest double needs. */
const digits: readonly number[] = [
  10680707, 7228996, 1387004, 2578385, 16069853, 12639074, 9804092, 4427841, 16666979, 11263675, 12935607, 2387514,
  4345298, 14681673, 3074569, 13734428, 16653803, 1880361, 10960616, 8533493, 3062596, 8710556, 7349940, 6258241,
  3772886, 3769171, 3798172, 8675211, 12450088, 3874808, 9961438, 366607, 15675153, 9132554, 7151469, 3571407, 2607881,
  12013382, 4155038, 6285869, 7677882, 13102053, 15825725, 473591, 9065106, 15363067, 6271263, 9264392, 5636912,
  4652155,
];
const digit = 16777216;
const digitsUsed = 10;
/** 2²⁷ + 1, which splits a double into halves. */
const halver = 134217729;

/** Overwrites rest[0] and rest[1] with the two parts of r, and returns n modulo 256. For a finite x of at least 0.01. */
export function reduceByDigits(x: number, rest: Float64Array): number {
  const size = Math.abs(x);
  const exponent = (upperWord(size) >> 20) - 1023 - 52;
  const mantissa = size * powersOfTwo[zeroExponent - exponent];
  const m2 = Math.floor(mantissa / (digit * digit));
  const m1 = Math.floor((mantissa - m2 * (digit * digit)) / digit);
  const m0 = mantissa - m2 * (digit * digit) - m1 * digit;
  const first = exponent < 2 ? 0 : Math.floor((exponent - 2) / 24);
  const unit = powersOfTwo[exponent - 24 * first + zeroExponent];

  // Columns of the product, the one of weight unit · 2²⁴ first, each below 2⁵⁰; then carried into digits.
  const columns = new Float64Array(digitsUsed + 2);
  for (let j = 0; j < digitsUsed; j++) {
    const d = digits[first + j];
    columns[j + 2] += m0 * d;
    columns[j + 1] += m1 * d;
    columns[j] += m2 * d;
  }
  for (let j = digitsUsed + 1; j > 0; j--) {
    const carry = Math.floor(columns[j] / digit);
    columns[j] -= carry * digit;
    columns[j - 1] += carry;
  }

  // The fraction's digits become terms that do not overlap; the whole parts count the turns.
  let n = 0;
  let weight = unit * digit;
  for (let j = 0; j < columns.length; j++, weight /= digit) {
    const term = columns[j] * weight;
    const whole = Math.floor(term);
    n = (n + (whole % 4)) % 4;
    columns[j] = term - whole;
  }
  let high = 0;
  let low = 0;
  let leading = 0;
  for (const term of columns) leading += term;
  if (leading >= 0.5) {
    n++;
    high = -1;
  }
  for (const term of columns) {
    const sum = high + term;
    const back = sum - high;
    low += high - (sum - back) + (term - back);
    high = sum;
  }
  const fraction = high + low;
  const fractionLow = high - fraction + low;

  const fHigh = fraction * halver - (fraction * halver - fraction);
  const fLow = fraction - fHigh;
  const qHigh = quarter * halver - (quarter * halver - quarter);
  const qLow = quarter - qHigh;
  const product = fraction * quarter;
  const productLow =
    fHigh * qHigh -
    product +
    fHigh * qLow +
    fLow * qHigh +
    fLow * qLow +
    (fraction * quarterRest + fractionLow * quarter);
  const m = product * stepsPerRadian + rounder - rounder;
  const coarse = product - m * stepHigh;
  const middle = m * stepMiddle;
  const near = coarse - middle;
  const back = near - coarse;
  const nearLow = coarse - (near - back) - (middle + back) + (productLow - m * stepLow);
  const sum = near + nearLow;
  const sumLow = near - sum + nearLow;
  rest[0] = x < 0 ? -sum : sum;
  rest[1] = x < 0 ? -sumLow : sumLow;
  const steps = 64 * n + m;
  return (x < 0 ? -steps : steps) & 255;
}
