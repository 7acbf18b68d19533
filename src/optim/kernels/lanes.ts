/**
 * Arithmetic on pairs of doubles as WebAssembly code, for the formulas of the elementwise pieces (formulas.ts). Every operation
 * is rounded as JavaScript rounds it, so the same operations in the same order give the same bits.
 */
import { addLanes, get, multiplyLanes, set, subtractLanes, vector, type Code } from "../../webassembly/assembler.ts";

export const plus = (a: Code, b: Code): Code => [a, b, addLanes];
export const minus = (a: Code, b: Code): Code => [a, b, subtractLanes];
export const times = (a: Code, b: Code): Code => [a, b, multiplyLanes];
export const over = (a: Code, b: Code): Code => [a, b, vector(0xf3)];
export const root = (a: Code): Code => [a, vector(0xef)];
export const size = (a: Code): Code => [a, vector(0xec)];
/** Math.max. */
export const larger = (a: Code, b: Code): Code => [a, b, vector(0xf5)];
/** Masks: all bits of a lane where it is so, none elsewhere. */
export const less = (a: Code, b: Code): Code => [a, b, vector(0x49)];
export const more = (a: Code, b: Code): Code => [a, b, vector(0x4a)];
/** `mask ? a : b`, and with 0 for `b` or for `a`. */
export const choose = (mask: Code, a: Code, b: Code): Code => [a, b, mask, vector(0x52)];
export const where = (mask: Code, a: Code): Code => [a, mask, vector(0x4e)];
export const unless = (mask: Code, a: Code): Code => [a, mask, vector(0x4f)];

/** Names for values: each is computed once, into a local of its own, and can then be used many times. */
export interface Names {
  /** The code so far. */
  readonly code: Code[];
  readonly keep: (value: Code) => Code;
}

/** Names whose locals come from `next`, which is called for every one. */
export function names(next: () => number): Names {
  const code: Code[] = [];
  return {
    code,
    keep(value) {
      const local = next();
      code.push(value, set(local));
      return get(local);
    },
  };
}
