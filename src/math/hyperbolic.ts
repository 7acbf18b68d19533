/**
 * The hyperbolic sine and cosine and the inverse of the sine from additions, multiplications, divisions and square root,
 * so the same bits on every engine.
 *
 * Near zero Taylor's series, beyond it (e^x ± e^−x)/2 with e^x as a sum of two doubles. The inverse is
 * log(x + √(x² + 1)) with an argument in two doubles. Cost: about 40 flops and a division. Accuracy: within 0.75 units
 * in the last place.
 */
import { expParts } from "./exponential.ts";
import { logOfSum } from "./logarithm.ts";
import { powersOfTwo, zeroExponent } from "./powers-of-two.ts";

const halver = 134217729;
/** The two parts of a mantissa; they mean nothing between calls. */
const parts: Float64Array = /* @__PURE__ */ new Float64Array(2);

/**
 * The hyperbolic sine of x, within 0.75 units in the last place; odd. ±∞ beyond ±710.48, NaN for NaN, and ±0 for ±0.
 *
 * @example sinh(1) // 1.1752011936438014
 */
export function sinh(x: number): number {
  const size = Math.abs(x);
  if (size < 1) {
    if (size < 1e-9) return x;
    const z = x * x;
    return (
      x +
      x *
        z *
        (1 / 6 +
          z *
            (1 / 120 +
              z *
                (1 / 5040 +
                  z *
                    (1 / 362880 +
                      z *
                        (1 / 39916800 +
                          z *
                            (1 / 6227020800 +
                              z * (1 / 1307674368000 + z * (1 / 355687428096000 + z * (1 / 121645100408832000)))))))))
    );
  }
  if (!(size < 710.5)) return x * Infinity;
  const value = halfOfExponentials(size, -1);
  return x < 0 ? -value : value;
}

/**
 * The hyperbolic cosine of x, within 0.7 units in the last place; even. ∞ beyond ±710.48, NaN for NaN.
 *
 * @example cosh(1) // 1.543080634815244
 */
export function cosh(x: number): number {
  const size = Math.abs(x);
  if (size < 0.5) {
    const z = x * x;
    return (
      1 +
      z *
        (0.5 +
          z *
            (1 / 24 +
              z * (1 / 720 + z * (1 / 40320 + z * (1 / 3628800 + z * (1 / 479001600 + z * (1 / 87178291200)))))))
    );
  }
  if (!(size < 710.5)) return size * Infinity;
  return halfOfExponentials(size, 1);
}

/** (e^x + sign·e^−x)/2 for an x from 1/2 to 710.5. */
function halfOfExponentials(x: number, sign: number): number {
  const k = expParts(x, 0, parts);
  // Above 40 the other exponential is below half a unit in the last place; 2^1024 and more are not doubles.
  const exponent = Math.min(k, 1023);
  const half = powersOfTwo[exponent - 1 + zeroExponent];
  const high = parts[0] * half;
  const low = parts[1] * half;
  const other = x > 40 ? 0 : (sign * 0.25) / (high + low);
  const value = high + other;
  const sum = value + (high - value + other + low);
  return sum * powersOfTwo[k - exponent + zeroExponent];
}

/**
 * The inverse hyperbolic sine of x, within 0.7 units in the last place; odd. ±∞ for ±∞, NaN for NaN, and ±0 for ±0.
 *
 * @example asinh(1) // 0.881373587019543
 */
export function asinh(x: number): number {
  const size = Math.abs(x);
  if (size < 1e-4) return size < 1e-9 ? x : x - x * x * x * (1 / 6 - x * x * 0.075);
  if (!(size < Infinity)) return x;
  const value = size > 1e9 ? logOfSum(size, 0, 1) : inverseSine(size);
  return x < 0 ? -value : value;
}

/** log(x + √(x² + 1)) for an x from 10⁻⁴ to 10⁹. */
function inverseSine(x: number): number {
  const xHigh = x * halver - (x * halver - x);
  const xLow = x - xHigh;
  const square = x * x;
  const squareLow = xHigh * xHigh - square + 2 * xHigh * xLow + xLow * xLow;
  const sum = square + 1;
  const sumLow = (square > 1 ? square - sum + 1 : 1 - sum + square) + squareLow;
  const root = Math.sqrt(sum);
  const rHigh = root * halver - (root * halver - root);
  const rLow = root - rHigh;
  const rootLow = (sum - rHigh * rHigh - 2 * rHigh * rLow - rLow * rLow + sumLow) / (2 * root);
  const argument = root + x;
  const high = argument + rootLow;
  return logOfSum(high, argument - high + rootLow + (root - argument + x), 0);
}
