/**
 * Sine, cosine and tangent of radians from additions, multiplications and divisions, so the same bits on every engine.
 *
 * quarter-turns.ts reduces the argument to |r| ≤ π/4; there sine and cosine are polynomials whose leading terms are kept
 * apart, and the tangent is their quotient in two doubles. Cost: about 40 flops, 80 for the tangent. Accuracy: within
 * 0.8 units in the last place, at any size of the argument.
 *
 * Source: the polynomials of K. C. Ng, fdlibm 5.3 (Sun Microsystems, 1993), k_sin.c and k_cos.c: within 2⁻⁵⁸ on ±π/4.
 */
import { reduceToQuarterTurn } from "./quarter-turns.ts";

/** Below this size sin x is x and cos x is 1. */
const tiny = 7.450580596923828e-9;
const halver = 134217729;
/** The two parts of a reduced argument; they mean nothing between calls. */
const rest = /* @__PURE__ */ new Float64Array(2);

/** sin(r + low) − r: what is left when the leading term is taken away. */
function sineTail(r: number, low: number): number {
  const z = r * r;
  const upper =
    0.00833333333332249 +
    z *
      (-0.0001984126982985795 + z * (2.7557313707070068e-6 + z * (-2.5050760253406863e-8 + z * 1.58969099521155e-10)));
  const cube = z * r;
  return cube * -0.16666666666666632 + (z * (cube * upper) - 0.5 * z * low + low);
}

/** cos(r + low) − high, where high is 1 − r²/2 rounded. */
function cosineTail(r: number, low: number, high: number): number {
  const z = r * r;
  const upper =
    z *
    (0.0416666666666666 +
      z *
        (-0.001388888888887411 +
          z *
            (2.480158728947673e-5 +
              z * (-2.7557314351390663e-7 + z * (2.087572321298175e-9 + z * -1.1359647557788195e-11)))));
  return 1 - high - 0.5 * z + (z * upper - r * low);
}

/**
 * The sine of x radians, within 0.8 units in the last place; odd. NaN for NaN and the infinities, and ±0 for ±0.
 *
 * @example sin(1) // 0.8414709848078965
 */
export function sin(x: number): number {
  if (x < tiny && x > -tiny) return x;
  return sineAhead(x, 0);
}

/**
 * The cosine of x radians, within 0.8 units in the last place; even. NaN for NaN and the infinities.
 *
 * @example cos(1) // 0.5403023058681398
 */
export function cos(x: number): number {
  return sineAhead(x, 1);
}

/** sin(x + turns · π/2). */
function sineAhead(x: number, turns: number): number {
  if (!(x < Infinity && x > -Infinity)) return NaN;
  const n = reduceToQuarterTurn(x, rest) + turns;
  const r = rest[0];
  const low = rest[1];
  let value: number;
  if ((n & 1) === 0) value = r + sineTail(r, low);
  else {
    const high = 1 - 0.5 * r * r;
    value = high + cosineTail(r, low, high);
  }
  return (n & 2) === 0 ? value : -value;
}

/**
 * The tangent of x radians, within 0.8 units in the last place; odd. NaN for NaN and the infinities, and ±0 for ±0.
 *
 * @example tan(1) // 1.5574077246549023
 */
export function tan(x: number): number {
  if (x < tiny && x > -tiny) return x;
  if (!(x < Infinity && x > -Infinity)) return NaN;
  const n = reduceToQuarterTurn(x, rest);
  const r = rest[0];
  const low = rest[1];
  const cosine = 1 - 0.5 * r * r;
  const cosineLow = cosineTail(r, low, cosine);
  const sineLow = sineTail(r, low);
  return (n & 1) === 0 ? quotient(r, sineLow, cosine, cosineLow) : -quotient(cosine, cosineLow, r, sineLow);
}

/** (a + aLow)/(b + bLow), hardly worse than rounded once: the remainder of a first quotient of 26 places is exact. */
function quotient(a: number, aLow: number, b: number, bLow: number): number {
  const divisor = b + bLow;
  const dHigh = divisor * halver - (divisor * halver - divisor);
  const dLow = b - dHigh + bLow;
  const guess = (a + aLow) / divisor;
  const q = guess * halver - (guess * halver - guess);
  return q + (a - q * dHigh + (aLow - q * dLow)) / divisor;
}
