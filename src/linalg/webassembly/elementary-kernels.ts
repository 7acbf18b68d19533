/**
 * Exponential, sigmoid and hyperbolic tangent on the memory of a program, two numbers at a time. Every lane goes through
 * the operations of the functions in src/math in their order, with both sides of a branch computed and one chosen, so the
 * bits are theirs. The table of roots of two lies in the memory (workspace.ts).
 *
 * Sources and accuracy: src/math/exponential.ts, src/math/hyperbolic-tangent.ts.
 */
import { rounder, stepHigh, stepLow, stepsPerUnit } from "../../math/roots-of-two.ts";
import * as wasm from "../../webassembly/assembler.ts";
import { type Code, get, integer, set, vector } from "../../webassembly/assembler.ts";
import { functionLoop } from "../../webassembly/function-loop.ts";
import { rootsStart } from "./workspace.ts";

/** Instructions of the vector table on the values of two lanes, doubles or whole numbers of 64 bits. */
const not = vector(0x4d);
const choose = vector(0x52);
const and = vector(0x4e);
const or = vector(0x50);
const isBelow = vector(0x49);
const isAbove = vector(0x4a);
const isAtLeast = vector(0x4c);
const shiftBitsLeft = vector(0xcb);
const shiftBitsRight = vector(0xcd);
const addBits = vector(0xce);
const absolute = vector(0xec);
const negated = vector(0xed);
const divide = vector(0xf3);
const larger = vector(0xf5);
const add = wasm.addLanes;
const subtract = wasm.subtractLanes;
const multiply = wasm.multiplyLanes;
const both = (value: number): Code => [vector(0x0c), ...new Uint8Array(Float64Array.of(value, value).buffer)];
/** −0 in both lanes: the bit of the sign. */
const signBit = both(-0);

/** The locals of the reduction to the table. */
interface Exponential {
  readonly turns: number;
  readonly rest: number;
  readonly square: number;
  readonly first: number;
  readonly second: number;
  readonly scale: number;
  readonly excess: number;
}

const exponentialOf = (first: number): Exponential => ({
  ...{ turns: first, rest: first + 1, square: first + 2, first: first + 3, second: first + 4 },
  ...{ scale: first + 5, excess: first + 6 },
});
const exponentialLocals = 7;

/** From `x` to `scale` and `excess`, e^x = scale + scale·excess, for x from −700 to 709; any numbers for others. */
function reduce(x: number, e: Exponential): Code {
  const entry = (lane: number): Code => [
    [get(e.turns), vector(0x1b), 2 * lane, integer(127), wasm.and, wasm.shiftLeft(4)],
    wasm.load(8 * rootsStart),
  ];
  return [
    [get(x), both(stepsPerUnit), multiply, both(rounder), add, set(e.turns)],
    // The first lanes for the roots, the second for their relative corrections.
    [entry(0), set(e.first), entry(1), set(e.second)],
    [get(e.turns), both(rounder), subtract, set(e.scale)],
    [get(x), get(e.scale), both(stepHigh), multiply, subtract, get(e.scale), both(stepLow), multiply, subtract],
    set(e.rest),
    // The root times a power of two, by adding to the exponent's bits.
    [get(e.first), get(e.second), wasm.firstLanes],
    [get(e.turns), integer(7), shiftBitsRight, integer(52), shiftBitsLeft, addBits, set(e.scale)],
    [get(e.rest), get(e.rest), multiply, set(e.square)],
    [get(e.first), get(e.second), wasm.secondLanes, get(e.rest), add],
    [get(e.square), both(0.5), get(e.rest), both(1 / 6), multiply, add, multiply, add],
    [get(e.square), get(e.square), multiply, both(1 / 24), get(e.rest), both(1 / 120), multiply, add, multiply, add],
    set(e.excess),
  ];
}

const powerOf = (e: Exponential): Code => [get(e.scale), get(e.scale), get(e.excess), multiply, add];

function exponential(): wasm.FunctionSource {
  return functionLoop(
    "exp1",
    exponentialLocals,
    (x, first) => [reduce(x, exponentialOf(first)), powerOf(exponentialOf(first))],
    (x) => [get(x), both(-700), isAbove, get(x), both(709), isBelow, and],
  );
}

function sigmoid(): wasm.FunctionSource {
  return functionLoop(
    "sigmoid1",
    exponentialLocals + 1,
    (x, first) => {
      const [size, e] = [first, exponentialOf(first + 1)];
      return [
        // Beyond 700 the exponential is lost beside 1.
        [get(x), absolute, negated, both(-700), larger, set(size)],
        [reduce(size, e), powerOf(e), set(size)],
        [both(1), get(size), get(x), wasm.zero, isAtLeast, choose],
        [both(1), get(size), add, divide],
      ];
    },
    // NaN passes; what is far below 0 would be subnormal.
    (x) => [get(x), both(-700), isBelow, not],
  );
}

function hyperbolicTangent(): wasm.FunctionSource {
  return functionLoop("tanh1", exponentialLocals + 4, (x, first) => {
    const [size, z, small, denominator] = [first, first + 1, first + 2, first + 3];
    const e = exponentialOf(first + 4);
    // Free once the exponential is known.
    const [base, quotient, rest] = [e.turns, e.first, e.second];
    const product: Code = [get(e.scale), get(e.excess), multiply];
    const square: Code = [get(z), get(z), multiply];
    return [
      [get(x), absolute, set(size), get(x), get(x), multiply, set(z)],
      // x − x·((z·upper) / lower)
      [get(x), get(x), get(z)],
      [both(11486475), both(810810), get(z), multiply, add],
      [square, both(12870), both(44), get(z), multiply, add, multiply, add, multiply],
      [both(34459425), both(16216200), get(z), multiply, add],
      [square, both(945945), both(13860), get(z), multiply, add, both(45), square, multiply, add, multiply, add],
      [divide, multiply, subtract, set(small)],
      [both(2), get(size), multiply, set(z)],
      reduce(z, e),
      [get(e.scale), both(1), add, set(base)],
      [get(base), product, add, set(denominator)],
      [both(2), get(denominator), divide, set(quotient)],
      // The denominator's second part goes where z was.
      [
        get(base),
        get(denominator),
        subtract,
        product,
        add,
        get(e.scale),
        get(base),
        subtract,
        both(1),
        add,
        add,
        set(z),
      ],
      [both(1), get(quotient), subtract, set(rest)],
      [get(rest), both(1), get(rest), subtract, get(quotient), subtract],
      [both(0.5), get(quotient), multiply, get(quotient), multiply, get(z), multiply, add, add],
      // From 20 on it is 1; then the sign of x; then by size the one, the other or, below 1e-9 and for NaN, x itself.
      [set(z), both(1), get(z), get(size), both(20), isAtLeast, choose, get(x), signBit, and, or, set(z)],
      [get(small), get(z), get(size), both(0.55), isBelow, choose],
      [get(x), get(size), both(1e-9), isAtLeast, choose],
    ];
  });
}

/** The functions of this file. */
export function elementaryKernels(): wasm.FunctionSource[] {
  return [exponential(), sigmoid(), hyperbolicTangent()];
}
