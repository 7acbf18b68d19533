/**
 * The cube root from additions, multiplications and a table, so the same bits on every engine.
 *
 * x = ±z · 2^(3k + j) with z in one of 64 intervals between 1 and 2. With r = (z − center)/center, of at most 1/129,
 * ∛x = ±2^k · ∛(2^j · center) · ∛(1 + r), the first root from the table, in two doubles, the last by its binomial series.
 * Cost: about 25 flops and two table look-ups, no division. Accuracy: within 0.52 units in the last place.
 */
import { multiply } from "./double-double.ts";
import { powersOfTwo, zeroExponent } from "./powers-of-two.ts";
import { signOf, upperWord } from "./upper-word.ts";

const intervals = 64;
/**
 * The binomial coefficients of 1/3 over 1 to 7. V8 loads a number from an array of more than eight with half the work that a
 * number in the code takes.
 */
const numbers: Float64Array = /* @__PURE__ */ Float64Array.from([
  ...[1 / 3, -1 / 9, 5 / 81, -10 / 243, 22 / 729, -154 / 6561, 374 / 19683],
  ...[0, 0],
]);

/**
 * For the interval i and the remainder j: [8i + 2j] + [8i + 2j + 1] is ∛(2^j · center); [8i + 6] is the center, and
 * [8i + 7] its inverse.
 */
const table: Float64Array = /* @__PURE__ */ tableOfRoots();

function tableOfRoots(): Float64Array {
  const entries = new Float64Array(8 * intervals);
  for (let i = 0; i < intervals; i++) {
    const center = 1 + (i + 0.5) / intervals;
    for (let j = 0; j < 3; j++) {
      const power = center * (1 << j);
      let root = 1.3;
      for (let step = 0; step < 6; step++) root -= (root - power / (root * root)) / 3;
      const rounded = { high: root, low: 0 };
      const cube = multiply(multiply(rounded, rounded), rounded);
      entries[8 * i + 2 * j] = root;
      entries[8 * i + 2 * j + 1] = (power - cube.high - cube.low) / (3 * root * root);
    }
    entries[8 * i + 6] = center;
    entries[8 * i + 7] = 1 / center;
  }
  return entries;
}

/**
 * The cube root of x, within 0.52 units in the last place; odd. ±∞ for ±∞, NaN for NaN, and ±0 for ±0.
 *
 * @example cbrt(27) // 3
 */
export function cbrt(x: number): number {
  const word = upperWord(x);
  const exponent = (word >> 20) & 2047;
  if (exponent === 0 || exponent === 2047) return cbrtAtEdge(x);
  // exponent − 1023 = 3·third + j − 1074; the quotient by 3 is exact for whole numbers of this size.
  const third = Math.imul(exponent + 51, 21846) >> 16;
  const entry = (word >> 11) & (8 * intervals - 8);
  const at = entry + ((exponent + 51 - Math.imul(3, third)) << 1);
  const z = Math.abs(x) * powersOfTwo[zeroExponent + 1023 - exponent];
  const r = (z - table[entry + 6]) * table[entry + 7];
  const root = table[at];
  const square = r * r;
  const excess =
    r * numbers[0] +
    square * (numbers[1] + r * numbers[2]) +
    square * square * (numbers[3] + r * numbers[4] + square * (numbers[5] + r * numbers[6]));
  return (root + (root * excess + table[at + 1])) * (powersOfTwo[third - 358 + zeroExponent] * signOf(word));
}

/** ∛x of what is no normal number. */
function cbrtAtEdge(x: number): number {
  if (x === 0 || !(Math.abs(x) < Infinity)) return x;
  return cbrt(x * 18014398509481984) / 262144;
}
