/**
 * The sign of a finite number, 0 for ±0, without a branch that depends on it: signs of gradients are as good as random, and a
 * processor that guesses them is wrong half of the time. Exact: x / |x| is ±1.
 */
export function signOf(x: number): number {
  const size = Math.abs(x);
  return size > 0 ? x / size : 0;
}
