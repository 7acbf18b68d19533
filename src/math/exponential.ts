/**
 * e^x and e^x − 1 from additions, multiplications and a table, so the same bits on every engine.
 *
 * Cost: about 20 flops and three table look-ups. Accuracy: within 0.52 units in the last place, both. Sources: the
 * reduction is described in roots-of-two.ts; the result is assembled from its largest term down, so that the rounding
 * errors of the smaller ones hardly count. Taylor's polynomials suffice for the small rest.
 */
import { powersOfTwo, zeroExponent } from "./powers-of-two.ts";
import { coarseRest, excessOf, finePart, placeOf, rootsOfTwo, scaleOf, staysNormal, stepsIn } from "./roots-of-two.ts";

/**
 * e to the power of x, within 0.52 units in the last place. 0 for −∞ and below −745.2, ∞ above 709.79, NaN for NaN.
 *
 * @example exp(1) // 2.718281828459045
 */
export function exp(x: number): number {
  if (!staysNormal(x)) return expAtEdge(x);
  const n = stepsIn(x);
  const whole = n | 0;
  const scale = scaleOf(whole);
  return scale + scale * excessOf(placeOf(whole), coarseRest(x, n) - finePart(n));
}

/** exp where the result may overflow or be subnormal, or x is not finite. */
function expAtEdge(x: number): number {
  if (x !== x) return x;
  if (x > 709.79) return Infinity;
  if (x < -745.2) return 0;
  const exponent = expParts(x, 0, parts);
  return scaled(parts[0], parts[1], exponent);
}

/** The two parts of a mantissa; they mean nothing between calls. */
const parts: Float64Array = /* @__PURE__ */ new Float64Array(2);

/**
 * e^(x + low) = (mantissa[0] + mantissa[1]) · 2^k, within 2⁻⁶⁰ of it: returns k and overwrites the mantissa, whose first
 * part is in [1, 2) and whose second is below 1/256. For |x| < 10⁶ and a low of at most about a unit in the last place.
 */
export function expParts(x: number, low: number, mantissa: Float64Array): number {
  const n = stepsIn(x);
  const place = placeOf(n);
  const root = rootsOfTwo[place];
  mantissa[0] = root;
  mantissa[1] = root * excessOf(place, coarseRest(x, n) - finePart(n) + low);
  return n >> 7;
}

/** (high + low) · 2^exponent, rounded once, for a high between 2⁻²⁰ and 2: 0 and ∞ where the result is beyond the doubles. */
export function scaled(high: number, low: number, exponent: number): number {
  if (exponent > 1024) return Infinity;
  if (exponent < -1080) return 0;
  // The exponent reaches 1024 with a result that is still finite, but 2^1024 is not.
  if (exponent > 0) return (high + low) * powersOfTwo[exponent - 1 + zeroExponent] * 2;
  if (exponent > -1000) return (high + low) * powersOfTwo[exponent + zeroExponent];
  // A subnormal result is rounded once, by adding it to a number whose last place is as coarse as that of subnormals.
  const scale = powersOfTwo[exponent + 1022 + zeroExponent];
  const value = high * scale + low * scale;
  if (value >= 1) return value * powersOfTwo[-1022 + zeroExponent];
  const rest = high * scale - value + low * scale;
  const sum = 1 + value;
  return (sum + (1 - sum + value + rest) - 1) * powersOfTwo[-1022 + zeroExponent];
}

/**
 * e to the power of x, minus one, without cancellation near zero: within 0.52 units in the last place. −1 for −∞, ∞ above
 * 709.79, NaN for NaN, and ±0 for ±0.
 *
 * @example expm1(1e-20) // 1e-20
 */
export function expm1(x: number): number {
  if (!(x > -44 && x < 44)) return x < 0 ? -1 : exp(x);
  if (x < 1e-17 && x > -1e-17) return x;
  const n = stepsIn(x);
  const coarse = coarseRest(x, n);
  const fine = finePart(n);
  const r = coarse - fine;
  const rLow = coarse - r - fine;
  const whole = n | 0;
  const scale = scaleOf(whole);
  // e^x − 1 = (scale − 1) + r + curve + (scale − 1)(r + curve) + …, whose first sums are kept with their rounding errors.
  const base = scale - 1;
  const back = base - scale;
  const baseLow = scale - (base - back) - (1 + back);
  const sum = base + r;
  const sumLow = base - sum + r;
  const square = r * r;
  const curve = square * (0.5 + r * (1 / 6)) + square * square * (1 / 24 + r * (1 / 120) + square * (1 / 720));
  return (
    sum + (sumLow + baseLow + (rLow + scale * rootsOfTwo[placeOf(whole) + 1] * (1 + r)) + (curve + base * (r + curve)))
  );
}
