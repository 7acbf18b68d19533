/**
 * The reduction that exp, expm1 and tanh share: x = n·(ln 2)/128 + r with a whole n and |r| ≤ (ln 2)/256 = 0.0027, so
 * that e^x = 2^⌊n/128⌋ · 2^(j/128) · e^r with j = n mod 128, and the table of the 128 roots.
 *
 * Source: P. Tang, Table-Driven Implementation of the Exponential Function in IEEE Floating-Point Arithmetic, ACM
 * Transactions on Mathematical Software 15, 1989; the relative correction of the table's entries and the step of 1/128
 * are those of S. Nagy, ARM optimized-routines, math/exp.c.
 */
import { multiply, squareRoot, type DoubleDouble } from "./double-double.ts";
import { powersOfTwo, zeroExponent } from "./powers-of-two.ts";

/** 1.5 · 2⁵²: adding and subtracting it rounds a number below 2⁵¹ to the nearest whole one. */
export const rounder = 6755399441055744;

/** 128 / ln 2. */
export const stepsPerUnit = 184.6649652337873;
/** (ln 2)/128 = stepHigh + stepLow, where n · stepHigh is exact for every n that occurs: a multiple of 2⁻⁴³ below 2¹⁰. */
export const stepHigh: number = 47632711549 / 8796093022208;
export const stepLow = 1.2864023111638346e-14;

/**
 * The numbers above, the coefficients of Taylor's series, and the size up to which the result and its factors are normal
 * numbers. V8 loads a number from an array of more than eight with half the work that a number in the code takes.
 */
const numbers: Float64Array = /* @__PURE__ */ Float64Array.from([
  stepsPerUnit,
  rounder,
  stepHigh,
  stepLow,
  0.5,
  1 / 6,
  1 / 24,
  1 / 120,
  700,
]);

/** For j below 128: [2j] is 2^(j/128) rounded to h, and [2j + 1] is the t for which h·(1 + t) is 2^(j/128). */
export const rootsOfTwo: Float64Array = /* @__PURE__ */ tableOfRoots();

function tableOfRoots(): Float64Array {
  const table = new Float64Array(256);
  let step: DoubleDouble = { high: 2, low: 0 };
  for (let halving = 0; halving < 7; halving++) step = squareRoot(step);
  let root: DoubleDouble = { high: 1, low: 0 };
  for (let j = 0; j < 128; j++) {
    table[2 * j] = root.high;
    table[2 * j + 1] = root.low / root.high;
    root = multiply(root, step);
  }
  return table;
}

/** Whether the powers of x and the steps to it are normal numbers. */
export function staysNormal(x: number): boolean {
  return Math.abs(x) < numbers[8];
}

/** The n of x. */
export function stepsIn(x: number): number {
  return x * numbers[0] + numbers[1] - numbers[1];
}

/** x − n·(ln 2)/128 without its last part, for expm1, which keeps that in two doubles. */
export function coarseRest(x: number, n: number): number {
  return x - n * numbers[2];
}

/** What `coarseRest` has not subtracted. */
export function finePart(n: number): number {
  return n * numbers[3];
}

/** Where the table has the root for a whole n. */
export function placeOf(n: number): number {
  return (n & 127) << 1;
}

/** 2^⌊n/128⌋ · 2^(j/128), rounded, for a whole n. */
export function scaleOf(n: number): number {
  return rootsOfTwo[placeOf(n)] * powersOfTwo[(n >> 7) + zeroExponent];
}

/** The e for which 2^(j/128) · e^r = h·(1 + e), with h in the table at this place. */
export function excessOf(place: number, r: number): number {
  const square = r * r;
  return (
    rootsOfTwo[place + 1] + r + square * (numbers[4] + r * numbers[5]) + square * square * (numbers[6] + r * numbers[7])
  );
}
