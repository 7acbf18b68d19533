/**
 * Averages that decay to subnormal numbers and stay there: where a gradient has become 0 for good (a unit that is off), βm
 * rounds to m below 2⁻¹⁰²² · β/(1 − β), and every operation with it is some ten times as slow as with a normal number.
 */

/** The smallest number with full precision, 2⁻¹⁰²². */
export const smallestNormal = 2.2250738585072014e-308;

/** The number, or 0 for a subnormal one. */
export function flushed(value: number): number {
  return Math.abs(value) < smallestNormal ? 0 : value;
}
