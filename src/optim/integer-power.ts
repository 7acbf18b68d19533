/**
 * Powers with a whole exponent by repeated squaring (Knuth, The Art of Computer Programming 2, section 4.6.3): at most
 * 2 log2(n) products in a fixed order, so the same bits on every engine. The relative error is at most about n rounding
 * errors; in 1 - 0.999^n, where it is used, that is below 1e-12 for every n.
 */

/** `base` to the power `exponent`, which is a whole number at or above 0. */
export function integerPower(base: number, exponent: number): number {
  let result = 1;
  let square = base;
  for (let left = exponent; left > 0; left = (left - (left % 2)) / 2) {
    if (left % 2 > 0) result *= square;
    square *= square;
  }
  return result;
}
