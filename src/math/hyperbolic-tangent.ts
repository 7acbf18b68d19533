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
import { coarseRest, excessOf, finePart, placeOf, scaleOf, stepsIn } from "./roots-of-two.ts";
import { signOf, upperWord } from "./upper-word.ts";

/**
 * Where the fraction ends, where the tangent is its argument, where it is 1 to the last place, and 1; then the convergent's
 * coefficients, upper and lower. V8 loads a number from an array with half the work that a number in the code takes.
 */
const numbers: Float64Array = /* @__PURE__ */ Float64Array.from([
  ...[0.55, 1e-9, 20, 1],
  ...[11486475, 810810, 12870, 44],
  ...[34459425, 16216200, 945945, 13860, 45],
]);

/**
 * The hyperbolic tangent of x, within 0.95 units in the last place; odd. ±1 beyond ±19.1, NaN for NaN, and ±0 for ±0.
 *
 * @example tanh(1) // 0.7615941559557649
 */
export function tanh(x: number): number {
  const size = Math.abs(x);
  if (size < numbers[0]) return nearZero(x);
  if (!(size < numbers[2])) return x > 0 ? 1 : x < 0 ? -1 : x;
  // The sign by a product: a branch that is taken at random costs more than all the rest.
  return beyond(size + size) * signOf(upperWord(x));
}

function nearZero(x: number): number {
  const z = x * x;
  // Here x²/3 is below half a unit of the last place; and the formula would turn −0 into 0.
  if (Math.abs(x) < numbers[1]) return x;
  const square = z * z;
  const upper = numbers[4] + numbers[5] * z + square * (numbers[6] + numbers[7] * z);
  const lower = numbers[8] + numbers[9] * z + square * (numbers[10] + numbers[11] * z + numbers[12] * square);
  return x - x * ((z * upper) / lower);
}

/** 1 − 2/(e^y + 1) for a y from 1.1 to 40. */
function beyond(y: number): number {
  const n = stepsIn(y);
  const whole = n | 0;
  const scale = scaleOf(whole);
  const more = scale * excessOf(placeOf(whole), coarseRest(y, n) - finePart(n));
  const base = scale + numbers[3];
  const denominator = base + more;
  const denominatorLow = base - denominator + more + (scale - base + numbers[3]);
  const quotient = 2 / denominator;
  const rest = numbers[3] - quotient;
  return rest + (numbers[3] - rest - quotient + 0.5 * quotient * quotient * denominatorLow);
}
