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
/** A rest of less than this is so much smaller than what was subtracted that it is computed in another way. */
const smallestRest = 1e-9;
const halver = 134217729;
const quarterTurn = 64;
/** The two parts of a rest; they mean nothing between calls. */
const rest: Float64Array = /* @__PURE__ */ new Float64Array(2);

/**
 * The sine of x radians, within 0.52 units in the last place; odd. NaN for NaN and the infinities, and ±0 for ±0.
 *
 * @example sin(1) // 0.8414709848078965
 */
export function sin(x: number): number {
  if (!(x < largest && x > -largest)) return farSine(x, 0);
  const n = x * stepsPerRadian + rounder - rounder;
  const coarse = x - n * stepHigh;
  const middle = n * stepMiddle;
  const near = coarse - middle;
  const back = near - coarse;
  const nearLow = coarse - (near - back) - (middle + back) - n * stepLow;
  const r = near + nearLow;
  if (r < smallestRest && r > -smallestRest) return n === 0 ? x : farSine(x, 0);
  return sineNear(n, r, near - r + nearLow);
}

/**
 * The cosine of x radians, within 0.52 units in the last place; even. NaN for NaN and the infinities.
 *
 * @example cos(1) // 0.5403023058681398
 */
export function cos(x: number): number {
  if (!(x < largest && x > -largest)) return farSine(x, quarterTurn);
  const n = x * stepsPerRadian + rounder - rounder;
  const coarse = x - n * stepHigh;
  const middle = n * stepMiddle;
  const near = coarse - middle;
  const back = near - coarse;
  const nearLow = coarse - (near - back) - (middle + back) - n * stepLow;
  const r = near + nearLow;
  if (r < smallestRest && r > -smallestRest) return n === 0 ? 1 : farSine(x, quarterTurn);
  return sineNear(n + quarterTurn, r, near - r + nearLow);
}

/** sin(kπ/128 + r + low). */
function sineNear(k: number, r: number, low: number): number {
  const at = (k & 255) << 2;
  const high = sines[at];
  const unit = sines[at + 2];
  const lack = sines[at + 3];
  const z = r * r;
  const sineTail = z * r * (-1 / 6 + z * (1 / 120 - z * (1 / 5040))) + low;
  const cosineTail = z * (-0.5 + z * (1 / 24 - z * (1 / 720)));
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
  if (!(x < largest && x > -largest)) return farTangent(x);
  const n = x * stepsPerRadian + rounder - rounder;
  const coarse = x - n * stepHigh;
  const middle = n * stepMiddle;
  const near = coarse - middle;
  const back = near - coarse;
  const nearLow = coarse - (near - back) - (middle + back) - n * stepLow;
  const r = near + nearLow;
  if (r < smallestRest && r > -smallestRest) return n === 0 ? x : farTangent(x);
  return tangentNear(n, r, near - r + nearLow);
}

/** tan(kπ/128 + r + low): the quotient of sine and cosine, whose remainder from a quotient of 26 places is exact. */
function tangentNear(k: number, r: number, low: number): number {
  const at = (k & 255) << 2;
  const turned = (at + 4 * quarterTurn) & 1023;
  const z = r * r;
  const sineTail = z * r * (-1 / 6 + z * (1 / 120 - z * (1 / 5040))) + low;
  const cosineTail = z * (-0.5 + z * (1 / 24 - z * (1 / 720)));
  const s = sines[at];
  const sUnit = sines[at + 2];
  const sLack = sines[at + 3];
  const c = sines[turned];
  const cUnit = sines[turned + 2];
  const cLack = sines[turned + 3];
  const sTerm = sUnit * r;
  const cTerm = cUnit * r;
  const sSum = s + sTerm;
  const cSum = c + cTerm;
  const sLow = s - sSum + sTerm + (sines[at + 1] + ((sUnit - sLack) * sineTail + (s * cosineTail - sLack * r)));
  const cLow = c - cSum + cTerm + (sines[turned + 1] + ((cUnit - cLack) * sineTail + (c * cosineTail - cLack * r)));
  const cosine = cSum + cLow;
  const cHigh = cosine * halver - (cosine * halver - cosine);
  const cRest = cSum - cHigh + cLow;
  const guess = (sSum + sLow) / cosine;
  const q = guess * halver - (guess * halver - guess);
  return q + (sSum - q * cHigh + (sLow - q * cRest)) / cosine;
}

function farTangent(x: number): number {
  if (!(x < Infinity && x > -Infinity)) return NaN;
  return tangentNear(reduceByDigits(x, rest), rest[0], rest[1]);
}
