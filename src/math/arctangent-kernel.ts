/**
 * The arctangent of arctangent.ts in WebAssembly, two numbers at a time and without a branch: a processor guesses wrong at
 * every other random number in which of the five ranges it is. All five are one formula, (d·x − b)/(d + b·x), of which two
 * masks and an exclusive or for each border choose the numbers. Every lane goes through the operations of the function for one number in
 * their order (a product with 1 or 0, or a sum with 0, changes no bit), so the bits are the same.
 */
import { addLanes, type Code, get, multiplyLanes, set, subtractLanes, vector } from "../webassembly/assembler.ts";
import type { FunctionSource } from "../webassembly/assembler.ts";
import { functionLoop } from "../webassembly/function-loop.ts";

const not = vector(0x4d);
const and = vector(0x4e);
const or = vector(0x50);
const exclusiveOr = vector(0x51);
const isBelow = vector(0x49);
const absolute = vector(0xec);
const divide = vector(0xf3);
/** The second where it is below the first, so NaN stays NaN. */
const smaller = vector(0xf6);

/** Where one range ends and the next begins, and the numbers of the five. */
const borders = [0.4375, 0.6875, 1.1875, 2.4375];
const ds = [1, 2, 1, 1, 0];
const bs = [0, 1, 1, 1.5, 1];
/** The arctangent of b/d, and what is left of it. */
const highs = [0, 0.4636476090008061, 0.7853981633974483, 0.982793723247329, 1.5707963267948966];
const lows = [0, 2.2698777452961687e-17, 3.061616997868383e-17, 1.3903311031230998e-17, 6.123233995736766e-17];
/** The coefficients of the polynomial. */
const odd = [
  ...[0.3333333333333293, 0.14285714272503466, 0.09090887133436507],
  ...[0.06661073137387531, 0.049768779946159324, 0.016285820115365782],
];
const even = [
  ...[-0.19999999999876483, -0.11111110405462356, -0.0769187620504483],
  ...[-0.058335701337905735, -0.036531572744216916],
];

const both = (value: number): Code => [vector(0x0c), ...new Uint8Array(Float64Array.of(value, value).buffer)];
/** The bits that two numbers do not share, in both lanes. */
const differenceOf = (a: number, b: number): Code => {
  const [first, second] = [a, b].map((value) => new Uint8Array(Float64Array.of(value, value).buffer));
  return [vector(0x0c), ...first.map((byte, k) => byte ^ second[k])];
};

/** c₀ + w·(c₁ + w·(…)). */
const polynomial = (coefficients: readonly number[], w: number): Code =>
  coefficients
    .slice(0, -1)
    .reduceRight<Code>(
      (inner, coefficient) => [both(coefficient), get(w), inner, multiplyLanes, addLanes],
      both(coefficients[coefficients.length - 1]),
    );

/** atan1(at, to, length) → length: the arctangents of so many numbers. */
export function arctangentKernel(): FunctionSource {
  return functionLoop("atan1", 12, (x, first) => {
    const [size, d, b, high, low, t, z, w, ...masks] = Array.from({ length: 12 }, (_local, k) => first + k);
    const chosen = (values: readonly number[]): Code =>
      masks.reduce<Code>(
        (code, mask, k) => [code, get(mask), differenceOf(values[k], values[k + 1]), and, exclusiveOr],
        both(values[0]),
      );
    return [
      // 10³⁰⁰ is as good as ∞, whose product with 0 is no number.
      [get(x), absolute, both(1e300), smaller, set(size)],
      masks.map((mask, k): Code => [get(size), both(borders[k]), isBelow, not, set(mask)]),
      [chosen(ds), set(d), chosen(bs), set(b), chosen(highs), set(high), chosen(lows), set(low)],
      [get(d), get(size), multiplyLanes, get(b), subtractLanes],
      [get(b), get(size), multiplyLanes, get(d), addLanes, divide, set(t)],
      [get(t), get(t), multiplyLanes, set(z), get(z), get(z), multiplyLanes, set(w)],
      // high + t and what its rounding lost; the size is not needed any more.
      [get(high), get(t), addLanes, set(size)],
      [get(size), get(high), get(size), subtractLanes, get(t), addLanes],
      [get(low), get(t)],
      [get(z), polynomial(odd, w), multiplyLanes, get(w), polynomial(even, w), multiplyLanes, addLanes],
      [multiplyLanes, subtractLanes, addLanes, addLanes],
      [get(x), both(-0), and, or],
    ];
  });
}
