/**
 * The arctangent and the angle of a point from additions, multiplications and divisions, so the same bits on every engine.
 *
 * Beyond 7/16 the argument is brought near zero by the arctangent of 1/2, 1, 3/2 or ∞; there the arctangent is an odd
 * polynomial. Cost: about 25 flops and a division, three for the angle, whose quotient keeps its remainder. Accuracy:
 * within 0.7 units in the last place, both.
 *
 * Source: the polynomial of K. C. Ng, fdlibm 5.3 (Sun Microsystems, 1993), s_atan.c: within 2⁻⁵⁸ of x up to 7/16.
 */

import { signOf, upperWord } from "./upper-word.ts";

/** The size of the angle of each reduction, and what is left of it. */
const halfHigh = 0.4636476090008061;
const halfLow = 2.2698777452961687e-17;
const eighthTurnLow = 3.061616997868383e-17;
const threeHalvesHigh = 0.982793723247329;
const threeHalvesLow = 1.3903311031230998e-17;
const eighthTurn = 0.7853981633974483;
const quarterTurn = 1.5707963267948966;
const quarterTurnLow = 6.123233995736766e-17;
const halver = 134217729;

/** The two parts of an angle; they mean nothing between calls. */
const parts: Float64Array = /* @__PURE__ */ new Float64Array(2);

/**
 * The arctangent of x in radians, within 0.7 units in the last place; odd. ±π/2 for ±∞, NaN for NaN, and ±0 for ±0.
 *
 * @example atan(1) // 0.7853981633974483
 */
export function atan(x: number): number {
  const size = Math.abs(x);
  if (size < 0.4375) return size < 7.450580596923828e-9 ? x : x - x * polynomial(x * x);
  if (x !== x) return x;
  arctangent(size, 0);
  const angle = parts[0] + parts[1];
  return x < 0 ? -angle : angle;
}

/**
 * The angle of the point (x, y), in radians from −π to π, within 0.7 units in the last place; odd in y. Signed zeros and
 * infinities as in ECMAScript and C: ±π for y = ±0 and x < 0 or x = −0, ±π/4 and ±3π/4 for two infinities; NaN for NaN.
 *
 * @example atan2(1, -1) // 2.356194490192345
 */
export function atan2(y: number, x: number): number {
  point[0] = y;
  point[1] = x;
  atan2Range(point, 0, point, 1, point, 0, 1);
  return point[0];
}

/** The coordinates of a single point and then its angle; they mean nothing between calls. */
const point: Float64Array = /* @__PURE__ */ new Float64Array(2);

/**
 * Sets output[to + i] to atan2(ys[ysFrom + i], xs[xsFrom + i]) for i from 0 to count − 1; the output may be one of the inputs
 * at the same place. The loop is here, unlike those of arrays.ts, because an engine does not inline so long a function, and
 * would box its result.
 */
export function atan2Range(
  ys: Float64Array,
  ysFrom: number,
  xs: Float64Array,
  xsFrom: number,
  output: Float64Array,
  to: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    const y = ys[ysFrom + i];
    const x = xs[xsFrom + i];
    const up = Math.abs(y);
    const along = Math.abs(x);
    const quotient = up / along;
    if (!(quotient >= 1e-18 && quotient <= 1e18)) {
      output[to + i] = angleAtEdge(y, x);
      continue;
    }
    arctangent(quotient, quotient === 1 ? 0 : remainder(up, along, quotient));
    const angle =
      x < 0 ? 2 * quarterTurn - parts[0] + (2 * quarterTurnLow - parts[1] + lost(parts[0])) : parts[0] + parts[1];
    output[to + i] = angle * signOf(upperWord(y));
  }
}

/** The angle of a point on an axis or as good as on it, of one with infinite coordinates, or of none. */
function angleAtEdge(y: number, x: number): number {
  if (x !== x || y !== y) return NaN;
  const up = Math.abs(y);
  const along = Math.abs(x);
  const left = signOf(upperWord(x)) < 0;
  const sign = signOf(upperWord(y));
  if (up === Infinity && along === Infinity) return sign * (left ? 3 * eighthTurn : eighthTurn);
  if (along < up) return sign * quarterTurn;
  return sign * (left ? 2 * quarterTurn : up === 0 ? 0 : up / along);
}

/** What rounding takes from π − angle. */
function lost(angle: number): number {
  return 2 * quarterTurn - (2 * quarterTurn - angle) - angle;
}

/** a/b − quotient, where the quotient is between 10⁻¹⁸ and 10¹⁸. */
function remainder(a: number, b: number, quotient: number): number {
  if (b > 1e150 || b < 1e-150) {
    const factor = b > 1e150 ? 2.409919865102884e-181 : 4.149515568880993e180;
    return remainder(a * factor, b * factor, quotient);
  }
  const bHigh = b * halver - (b * halver - b);
  const qHigh = quotient * halver - (quotient * halver - quotient);
  const bLow = b - bHigh;
  const qLow = quotient - qHigh;
  return (a - qHigh * bHigh - qHigh * bLow - qLow * bHigh - qLow * bLow) / b;
}

/** 1 − atan(x)/x for the square z of an x up to 7/16. */
function polynomial(z: number): number {
  const w = z * z;
  const odd =
    0.3333333333333293 +
    w *
      (0.14285714272503466 +
        w * (0.09090887133436507 + w * (0.06661073137387531 + w * (0.049768779946159324 + w * 0.016285820115365782))));
  const even =
    -0.19999999999876483 +
    w * (-0.11111110405462356 + w * (-0.0769187620504483 + w * (-0.058335701337905735 + w * -0.036531572744216916)));
  return z * odd + w * even;
}

/** Overwrites `parts` with the arctangent of x + low for a positive x. */
function arctangent(x: number, low: number): void {
  let t: number;
  let high: number;
  let rest = low === 0 ? 0 : low / (1 + x * x);
  if (x < 0.4375) {
    t = x;
    high = 0;
  } else if (x < 0.6875) {
    t = (2 * x - 1) / (2 + x);
    high = halfHigh;
    rest += halfLow;
  } else if (x < 1.1875) {
    t = (x - 1) / (x + 1);
    high = eighthTurn;
    rest += eighthTurnLow;
  } else if (x < 2.4375) {
    t = (x - 1.5) / (1 + 1.5 * x);
    high = threeHalvesHigh;
    rest += threeHalvesLow;
  } else {
    t = -1 / x;
    high = quarterTurn;
    rest += quarterTurnLow;
  }
  const sum = high + t;
  parts[0] = sum;
  parts[1] = (high === 0 ? 0 : high - sum + t) + (rest - t * polynomial(t * t));
}
