/**
 * The upper half of a double's bits: sign, exponent and twenty places, for reading off the exponent and finding entries
 * of tables. Two typed arrays share the memory, which order of bytes they have is found when the module is loaded; what
 * they hold means nothing between calls. In V8 this takes a store and a load, less than any arithmetic on the exponent.
 */

const window: Float64Array = /* @__PURE__ */ new Float64Array(1);
const words: Int32Array = /* @__PURE__ */ new Int32Array(window.buffer);
const upper: number = /* @__PURE__ */ new Uint8Array(/* @__PURE__ */ new Uint16Array([1]).buffer)[0];

/** The upper 32 bits of x as a signed integer: the sign, eleven bits of exponent + 1023 and twenty of the fraction. */
export function upperWord(x: number): number {
  window[0] = x;
  return words[upper];
}

/** 1 and −1, and more numbers, for which V8 would keep so short an array among the objects, at more work a load. */
const signs: Float64Array = /* @__PURE__ */ new Float64Array(16).fill(1, 0, 1).fill(-1, 1, 2);

/** 1, or −1 for the upper word of a number with a minus sign, −0 included. */
export function signOf(word: number): number {
  return signs[word >>> 31];
}
