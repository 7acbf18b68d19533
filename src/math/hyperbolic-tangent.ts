/**
 * The hyperbolic tangent from additions, multiplications and divisions, so the same bits on every engine.
 *
 * Up to 0.55 a convergent of Lambert's continued fraction x/(1 + x²/(3 + x²/(5 + …))), written as x minus a correction,
 * beyond it 1 − 2/(e^2x + 1) with the denominator kept in two doubles. Cost: about 25 flops, one of them a division.
 * Accuracy: within 0.95 units in the last place.
 *
 * Source: J. Lambert, Mémoire sur quelques propriétés remarquables des quantités transcendentes, Histoire de l'Académie
 * de Berlin 17, 1761; the convergent after nine partial denominators errs by less than 2⁻⁶⁹ up to 0.55.
 */
import { powersOfTwo, zeroExponent } from "./powers-of-two.ts";
import { rootsOfTwo, rounder, stepHigh, stepLow, stepsPerUnit } from "./roots-of-two.ts";

/**
 * The hyperbolic tangent of x, within 0.95 units in the last place; odd. ±1 beyond ±19.1, NaN for NaN, and ±0 for ±0.
 *
 * @example tanh(1) // 0.7615941559557649
 */
export function tanh(x: number): number {
  const size = Math.abs(x);
  // Here x²/3 is below half a unit of the last place; and the formula would turn −0 into 0.
  if (size < 1e-9) return x;
  if (size < 0.55) {
    const z = x * x;
    const upper = 11486475 + 810810 * z + z * z * (12870 + 44 * z);
    const lower = 34459425 + 16216200 * z + z * z * (945945 + 13860 * z + 45 * (z * z));
    return x - x * ((z * upper) / lower);
  }
  if (!(size < 20)) return x > 0 ? 1 : x < 0 ? -1 : x;
  const twice = 2 * size;
  const n = twice * stepsPerUnit + rounder - rounder;
  const r = twice - n * stepHigh - n * stepLow;
  const whole = n | 0;
  const at = (whole & 127) << 1;
  const scale = rootsOfTwo[at] * powersOfTwo[(whole >> 7) + zeroExponent];
  const square = r * r;
  const excess = rootsOfTwo[at + 1] + r + square * (0.5 + r * (1 / 6)) + square * square * (1 / 24 + r * (1 / 120));
  const base = scale + 1;
  const denominator = base + scale * excess;
  const denominatorLow = base - denominator + scale * excess + (scale - base + 1);
  const quotient = 2 / denominator;
  const rest = 1 - quotient;
  const tangent = rest + (1 - rest - quotient + 0.5 * quotient * quotient * denominatorLow);
  return x < 0 ? -tangent : tangent;
}
