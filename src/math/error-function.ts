/**
 * The error function and its complement from additions, multiplications and divisions, so the same bits on every engine.
 *
 * Up to 0.84375, and for erf from there to 1.25, quotients of polynomials. Beyond, erfc x = e^(−x² − 0.5625 + R(1/x²))/x
 * with a quotient R, up to 1.25 e^(−x² + P(x)); there x² is exact and the exponential a sum of two doubles. Cost: about 30
 * flops and a division, beyond 1.25 80 flops and four. Accuracy: within 0.9 units in the last place, both.
 *
 * Source: the quotients of K. C. Ng, fdlibm 5.3 (Sun Microsystems, 1993), s_erf.c: within 2⁻⁵⁷ of what they stand for.
 */
import { expParts, scaled } from "./exponential.ts";
import { polynomial } from "./polynomial.ts";

const halver = 134217729;
/** 2/√π − 1. */
const slope = 0.1283791670955126;
/** erf 1, to 24 places. */
const erfOfOne = 0.8450629115104675;
/** log(erfc 7/8) + 49/64. */
const logarithmAtCenter = -0.7671994365985517;
const logarithmAtCenterLow = 4.5022860398155465e-17;
/** erf(x)/x − 1 as a quotient of polynomials in x², up to 0.84375. */
const nearZeroUpper: readonly number[] = [
  0.12837916709551256, -0.3250421072470015, -0.02848174957559851, -0.005770270296489442, -2.3763016656650163e-5,
];
const nearZeroLower: readonly number[] = [
  1.0, 0.39791722395915535, 0.0650222499887673, 0.005081306281875766, 0.00013249473800432164, -3.960228278775368e-6,
];
/** erf(1 + s) − erfOfOne, for s from −0.15625 to 0.25. */
const nearOneUpper: readonly number[] = [
  -0.0023621185607526594, 0.41485611868374833, -0.3722078760357013, 0.31834661990116175, -0.11089469428239668,
  0.035478304325618236, -0.002166375594868791,
];
const nearOneLower: readonly number[] = [
  1.0, 0.10642088040084423, 0.540397917702171, 0.07182865441419627, 0.12617121980876164, 0.01363708391202905,
  0.011984499846799107,
];
/** log(x · erfc x) + x² + 0.5625 as a quotient of polynomials in 1/x², up to 1/0.35. */
const tailUpper: readonly number[] = [
  -0.009864944034847148, -0.6938585727071818, -10.558626225323291, -62.375332450326006, -162.39666946257347,
  -184.60509290671104, -81.2874355063066, -9.814329344169145,
];
const tailLower: readonly number[] = [
  1.0, 19.651271667439257, 137.65775414351904, 434.56587747522923, 645.3872717332679, 429.00814002756783,
  108.63500554177944, 6.570249770319282, -0.0604244152148581,
];
/** The same from there to 28. */
const farUpper: readonly number[] = [
  -0.0098649429247001, -0.799283237680523, -17.757954917754752, -160.63638485582192, -637.5664433683896,
  -1025.0951316110772, -483.5191916086514,
];
const farLower: readonly number[] = [
  1.0, 30.33806074348246, 325.7925129965739, 1536.729586084437, 3199.8582195085955, 2553.0504064331644,
  474.52854120695537, -22.44095244658582,
];
/** (log(erfc(7/8 + s)) + (7/8 + s)² − logarithmAtCenter)/s for |s| ≤ 3/8, a fit through Chebyshev's points, within 10⁻¹⁹. */
const center: readonly number[] = [
  -0.6802197229548382, 0.17345830666613812, -0.046896054559928256, 0.011323339681368613, -0.0021439977591336343,
  0.00020078816031289802, 5.927672006618017e-5, -3.935046185150772e-5, 1.212319262613507e-5, -1.990103812219069e-6,
  -1.7928606802021025e-7, 2.6184709352496706e-7, -1.0295101526644675e-7, 2.1560377618307575e-8, -1.0018856633531568e-10,
];
/** The two parts of a mantissa; they mean nothing between calls. */
const parts: Float64Array = /* @__PURE__ */ new Float64Array(2);

/**
 * The error function of x, 2/√π times the integral of e^(−t²) from 0 to x, within 0.9 units in the last place; odd. ±1
 * beyond ±5.93, NaN for NaN, and ±0 for ±0.
 *
 * @example erf(1) // 0.8427007929497149
 */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size < 0.84375) {
    // Multiplied by 2^54 and back, so that a subnormal result is rounded once.
    if (size < 1e-9) return size < 1e-290 ? (x * 18014398509481984 * (1 + slope)) / 18014398509481984 : x + slope * x;
    return x + x * nearZero(x * x);
  }
  if (x !== x) return x;
  const value = size < 1.25 ? erfOfOne + nearOne(size - 1) : size < 6 ? 1 - beyond(size) : 1;
  return x < 0 ? -value : value;
}

/**
 * The complement of the error function, 1 − erf x, without cancellation for large x: within 0.9 units in the last place.
 * 2 for −∞, 0 above 27.23, NaN for NaN.
 *
 * @example erfc(10) // 2.088487583762545e-45
 */
export function erfc(x: number): number {
  const size = Math.abs(x);
  if (x < 0.5 && x > -0.84375) {
    const product = x * nearZero(x * x);
    return x < 0.25 ? 1 - (x + product) : 0.5 - (x - 0.5 + product);
  }
  if (x !== x) return x;
  if (x > 0) return size < 28 ? beyond(size) : 0;
  return size < 1.25 ? 1 + (erfOfOne + nearOne(size - 1)) : size < 6 ? 2 - beyond(size) : 2;
}

/** erf(x)/x − 1 for the square z of an x up to 0.84375. */
function nearZero(z: number): number {
  return polynomial(z, nearZeroUpper) / polynomial(z, nearZeroLower);
}

/** erf(1 + s) − erfOfOne for an s from −0.15625 to 0.25. */
function nearOne(s: number): number {
  return polynomial(s, nearOneUpper) / polynomial(s, nearOneLower);
}

/** erfc x for an x from 1/2 to 28, as e^(−x² + h(x)); beyond 1.25 as e^(−x² + h(x))/x. */
function beyond(x: number): number {
  const divided = x >= 1.25;
  const offset = divided ? -0.5625 : logarithmAtCenter;
  const rest = divided ? quotient(1 / (x * x), x < 2.857142857142857) : (x - 0.875) * polynomial(x - 0.875, center);
  const high = x * halver - (x * halver - x);
  const low = x - high;
  const square = high * high;
  const base = offset + rest;
  const sum = base - square;
  const sumLow =
    offset - base + rest + (base - (sum + square)) - low * (x + high) + (divided ? 0 : logarithmAtCenterLow);
  const exponent = expParts(sum, sumLow, parts);
  if (!divided) return scaled(parts[0], parts[1], exponent);
  // The mantissa over x, with the remainder of the division.
  const mantissa = parts[0] + parts[1];
  const mantissaLow = parts[0] - mantissa + parts[1];
  const first = mantissa / x;
  const fHigh = first * halver - (first * halver - first);
  const fLow = first - fHigh;
  const remainder = mantissa - fHigh * high - fHigh * low - fLow * high - fLow * low + mantissaLow;
  return scaled(first, remainder / x, exponent);
}

/** log(x · erfc x) + x² + 0.5625 for s = 1/x². */
function quotient(s: number, near: boolean): number {
  return near ? polynomial(s, tailUpper) / polynomial(s, tailLower) : polynomial(s, farUpper) / polynomial(s, farLower);
}
