/**
 * Sine, cosine and tangent of radians from additions, multiplications, divisions and a table, so the same bits on every
 * engine.
 *
 * x = n·π/128 + r with a whole n and |r| ≤ π/256, by subtracting n times three parts of π/128, the first two products of
 * which are exact; r is kept in two doubles. Then the addition theorems with the table of sines.ts and Taylor's series of
 * the small rest. The tangent is the quotient of sine and cosine, each in two doubles. Cost: about 45 flops, 80 for the
 * tangent. Accuracy: within 0.52 units in the last place, at any size of the argument.
 *
 * Source: W. Cody and W. Waite, Software Manual for the Elementary Functions, 1980, for the reduction; large-angles.ts has
 * that of large arguments.
 */
import { reduceByDigits } from "./large-angles.ts";
import { rounder } from "./roots-of-two.ts";
import { sines, stepHigh, stepLow, stepMiddle, stepsPerRadian } from "./sines.ts";

/** Below this size n has at most 20 places, so that its products with 33 places are exact. */
const largest = 25735;
/** From here on coarse is larger than the second part, so that what the difference loses is known; n is rarely so lucky. */
const smallestRest = 2e-6;
const quarterTurn = 64;
/**
 * The numbers that every sine needs: 128/π, what rounds to whole numbers, the three parts of π/128, the coefficients of
 * Taylor's series of sine and cosine, 1, and what splits a factor in two. V8 loads a number from an array with half the work that a number in the code takes.
 */
const numbers: Float64Array = /* @__PURE__ */ Float64Array.from([
  stepsPerRadian,
  rounder,
  stepHigh,
  stepMiddle,
  stepLow,
  -1 / 6,
  1 / 120,
  -1 / 5040,
  -1 / 2,
  1 / 24,
  -1 / 720,
  1,
  134217729,
]);
/** The two parts of a rest; they mean nothing between calls. */
const rest: Float64Array = /* @__PURE__ */ new Float64Array(2);

/**
 * The sine of x radians, within 0.52 units in the last place; odd. NaN for NaN and the infinities, and ±0 for ±0.
 *
 * @example sin(1) // 0.8414709848078965
 */
export function sin(x: number): number {
  if (!(Math.abs(x) < largest)) return farSine(x, 0);
  const n = x * numbers[0] + numbers[1] - numbers[1];
  const coarse = x - n * numbers[2];
  const middle = n * numbers[3];
  const r = coarse - middle;
  if (Math.abs(r) < smallestRest) return n === 0 ? (x === 0 ? x : x - (x * x * x) / 6) : farSine(x, 0);
  return sineNear(n, r, coarse - r - middle - n * numbers[4]);
}

/**
 * The cosine of x radians, within 0.52 units in the last place; even. NaN for NaN and the infinities.
 *
 * @example cos(1) // 0.5403023058681398
 */
export function cos(x: number): number {
  if (!(Math.abs(x) < largest)) return farSine(x, quarterTurn);
  const n = x * numbers[0] + numbers[1] - numbers[1];
  const coarse = x - n * numbers[2];
  const middle = n * numbers[3];
  const r = coarse - middle;
  if (Math.abs(r) < smallestRest) return n === 0 ? 1 - 0.5 * x * x : farSine(x, quarterTurn);
  return sineNear(n + quarterTurn, r, coarse - r - middle - n * numbers[4]);
}

/** sin(kπ/128 + r + low). */
function sineNear(k: number, r: number, low: number): number {
  const at = (k & 255) << 2;
  const high = sines[at];
  const unit = sines[at + 2];
  const lack = sines[at + 3];
  const z = r * r;
  const sineTail = z * r * (numbers[5] + z * (numbers[6] + z * numbers[7])) + low;
  const cosineTail = z * (numbers[8] + z * (numbers[9] + z * numbers[10]));
  const term = unit * r;
  const sum = high + term;
  return sum + (high - sum + term + (sines[at + 1] + ((unit - lack) * sineTail + (high * cosineTail - lack * r))));
}

/** sin(x + quarters · π/128) for any x. */
function farSine(x: number, steps: number): number {
  if (!(x < Infinity && x > -Infinity)) return NaN;
  return sineNear(reduceByDigits(x, rest) + steps, rest[0], rest[1]);
}

/**
 * The tangent of x radians, within 0.52 units in the last place; odd. NaN for NaN and the infinities, and ±0 for ±0.
 *
 * @example tan(1) // 1.5574077246549023
 */
export function tan(x: number): number {
  single[0] = x;
  tanRange(single, 0, single, 0, 1);
  return single[0];
}

/** The argument of a single tangent and then its value; it means nothing between calls. */
const single: Float64Array = /* @__PURE__ */ new Float64Array(1);

/**
 * Sets output[to + i] to tan(input[from + i]) for i from 0 to count − 1; the output may be the input at the same place. The
 * loop is here, unlike those of arrays.ts, because an engine does not inline so long a function, and would box its result.
 */
export function tanRange(input: Float64Array, from: number, output: Float64Array, to: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const x = input[from + i];
    const n = x * numbers[0] + numbers[1] - numbers[1];
    const coarse = x - n * numbers[2];
    const middle = n * numbers[3];
    const r = coarse - middle;
    if (Math.abs(x) < largest && Math.abs(r) >= smallestRest)
      output[to + i] = tangentNear(n, r, coarse - r - middle - n * numbers[4]);
    else output[to + i] = tangentAtEdge(x, n);
  }
}

/** tan(kπ/128 + r + low). */
function tangentNear(k: number, r: number, low: number): number {
  const at = (k & 255) << 2;
  const turned = (at + 4 * quarterTurn) & 1023;
  const z = r * r;
  const sineTail = z * r * (numbers[5] + z * (numbers[6] + z * numbers[7])) + low;
  const cosineTail = z * (numbers[8] + z * (numbers[9] + z * numbers[10]));
  const sine = sines[at] + sines[at + 2] * r;
  const cosine = sines[turned] + sines[turned + 2] * r;
  return quotient(sine, lacking(at, r, sineTail, cosineTail), cosine, lacking(turned, r, sineTail, cosineTail));
}

/** What the sum of the first terms of a sine, sines[at] + sines[at + 2]·r, lacks. */
function lacking(at: number, r: number, sineTail: number, cosineTail: number): number {
  const high = sines[at];
  const lack = sines[at + 3];
  const term = sines[at + 2] * r;
  return (
    high - (high + term) + term + (sines[at + 1] + ((sines[at + 2] - lack) * sineTail + (high * cosineTail - lack * r)))
  );
}

/** (a + aLow)/(b + bLow), whose remainder from a quotient of 26 places is exact. */
function quotient(a: number, aLow: number, b: number, bLow: number): number {
  const divisor = b + bLow;
  const inverse = numbers[11] / divisor;
  const bBig = divisor * numbers[12];
  const bHigh = bBig - (bBig - divisor);
  const guess = (a + aLow) * inverse;
  const big = guess * numbers[12];
  const q = big - (big - guess);
  return q + (a - q * bHigh + (aLow - q * (b - bHigh + bLow))) * inverse;
}

/** The tangent of x beyond the numbers that reduce well, or close to the n-th multiple of π/128. */
function tangentAtEdge(x: number, n: number): number {
  if (n === 0) return x === 0 ? x : x + (x * x * x) / 3;
  if (!(x < Infinity && x > -Infinity)) return NaN;
  return tangentNear(reduceByDigits(x, rest), rest[0], rest[1]);
}
