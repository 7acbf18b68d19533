/** All powers of two that a double can hold, for scaling without rounding (unless the result is subnormal). */

/** Where the table has 2⁰: 2ᵉ is `powersOfTwo[e + zeroExponent]` for e from −1074 to 1023. */
export const zeroExponent = 1074;

/** 2⁻¹⁰⁷⁴ to 2¹⁰²³ in ascending order; never written to after this module is loaded. */
export const powersOfTwo: Float64Array = /* @__PURE__ */ allPowers();

function allPowers(): Float64Array {
  const powers = new Float64Array(zeroExponent + 1024);
  for (let i = 0, power = Number.MIN_VALUE; i < powers.length; i++, power *= 2) powers[i] = power;
  return powers;
}
