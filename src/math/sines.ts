/**
 * The sines of the multiples of π/128 in two doubles, from which sin, cos and tan go a short way by Taylor's series.
 *
 * For k below 256: [4k] + [4k + 1] is sin(kπ/128), and [4k + 2] − [4k + 3] its cosine, of which the first is ±1 so that
 * its product with anything is exact. Computed in double-doubles from the first of them by the addition theorems, up to
 * π/4; the others are the same numbers by symmetry.
 */
import { addSmaller, multiply, ratio, type DoubleDouble } from "./double-double.ts";

/** π/128 = stepHigh + stepMiddle + stepLow, of 33, 33 and 53 places. */
export const stepHigh = 0.024543692605220713;
export const stepMiddle = 9.495469541099947e-13;
export const stepLow = 3.159791013743673e-23;
/** 128/π. */
export const stepsPerRadian = 40.74366543152521;

export const sines: Float64Array = new Float64Array(1024);

const negative = ({ high, low }: DoubleDouble): DoubleDouble => ({ high: -high, low: -low });
const one: DoubleDouble = { high: 1, low: 0 };
const step: DoubleDouble = { high: 0.02454369260617026, low: 9.567553118338697e-19 };
const square = negative(multiply(step, step));
let sine = one;
let cosine = one;
for (let k = 6; k > 0; k--) {
  sine = addSmaller(one, multiply(square, multiply(ratio(1, 2 * k * (2 * k + 1)), sine)));
  cosine = addSmaller(one, multiply(square, multiply(ratio(1, 2 * k * (2 * k - 1)), cosine)));
}
sine = multiply(step, sine);
/** Enters sin = ±s and cos = ±c of a multiple of π/128. */
function enter(k: number, s: DoubleDouble, sSign: number, c: DoubleDouble, cSign: number): void {
  const at = 4 * (k & 255);
  sines[at] = sSign * s.high;
  sines[at + 1] = sSign * s.low;
  sines[at + 2] = cSign;
  sines[at + 3] = cSign * (1 - c.high - c.low);
}

let s: DoubleDouble = { high: 0, low: 0 };
let c = one;
for (let k = 0; k <= 32; k++) {
  for (let quarter = 0; quarter < 4; quarter++) {
    const sign = quarter < 2 ? 1 : -1;
    const turned = quarter === 0 || quarter === 3 ? 1 : -1;
    if (quarter % 2 === 0) {
      enter(64 * quarter + k, s, sign, c, sign);
      enter(64 * quarter - k, s, -sign, c, sign);
    } else {
      enter(64 * quarter + k, c, sign, s, turned);
      enter(64 * quarter - k, c, sign, s, -turned);
    }
  }
  const next = addSmaller(multiply(s, cosine), multiply(c, sine));
  c = addSmaller(multiply(c, cosine), negative(multiply(s, sine)));
  s = next;
}
