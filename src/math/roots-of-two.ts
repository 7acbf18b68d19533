/**
 * The reduction that exp, expm1 and tanh share: x = n·(ln 2)/128 + r with a whole n and |r| ≤ (ln 2)/256 = 0.0027, so
 * that e^x = 2^⌊n/128⌋ · 2^(j/128) · e^r with j = n mod 128, and the table of the 128 roots.
 *
 * Source: P. Tang, Table-Driven Implementation of the Exponential Function in IEEE Floating-Point Arithmetic, ACM
 * Transactions on Mathematical Software 15, 1989; the relative correction of the table's entries and the step of 1/128
 * are those of S. Nagy, ARM optimized-routines, math/exp.c.
 */
import { multiply, squareRoot, type DoubleDouble } from "./double-double.ts";

/** 128 / ln 2. */
export const stepsPerUnit = 184.6649652337873;
/** (ln 2)/128 = stepHigh + stepLow, where n · stepHigh is exact for every n that occurs: a multiple of 2⁻⁴³ below 2¹⁰. */
export const stepHigh: number = 47632711549 / 8796093022208;
export const stepLow = 1.2864023111638346e-14;
/** 1.5 · 2⁵²: adding and subtracting it rounds a number below 2⁵¹ to the nearest whole one. */
export const rounder = 6755399441055744;

/** For j below 128: [2j] is 2^(j/128) rounded to h, and [2j + 1] is the t for which h·(1 + t) is 2^(j/128). */
export const rootsOfTwo: Float64Array = new Float64Array(256);

let step: DoubleDouble = { high: 2, low: 0 };
for (let halving = 0; halving < 7; halving++) step = squareRoot(step);
let root: DoubleDouble = { high: 1, low: 0 };
for (let j = 0; j < 128; j++) {
  rootsOfTwo[2 * j] = root.high;
  rootsOfTwo[2 * j + 1] = root.low / root.high;
  root = multiply(root, step);
}
