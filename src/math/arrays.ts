/**
 * The elementary functions over ranges of arrays: element i of the result is the function of element i of the input, with
 * the bits of the form for one number. An output may be an input, at the same place; ranges may not overlap otherwise.
 * Nothing is checked but what the arrays check: these are the inner loops of compiled programs. exp is short
 * enough for an engine to compute two at a time, which saves half of the loop's own work.
 */
import { arctangentKernel } from "./arctangent-kernel.ts";
import {
  atan,
  cbrt,
  cos,
  cosh,
  erf,
  erfc,
  exp,
  expm1,
  hypot,
  lgamma,
  log,
  log1p,
  log2,
  pow,
  sin,
  sinh,
  tanh,
} from "./elementary.ts";
import { functionInStrips } from "./function-in-strips.ts";

export { atan2Range } from "./arctangent.ts";
export { asinhRange } from "./hyperbolic.ts";
export { tanRange } from "./trigonometric.ts";

/** Sets output[to + i] to exp(input[from + i]) for i from 0 to count − 1. */
export function expRange(input: Float64Array, from: number, output: Float64Array, to: number, count: number): void {
  let i = 0;
  for (; i < count - 1; i += 2) {
    const first = exp(input[from + i]);
    const second = exp(input[from + i + 1]);
    output[to + i] = first;
    output[to + i + 1] = second;
  }
  if (i < count) output[to + i] = exp(input[from + i]);
}

/** Sets output[to + i] to expm1(input[from + i]) for i from 0 to count − 1. */
export function expm1Range(input: Float64Array, from: number, output: Float64Array, to: number, count: number): void {
  for (let i = 0; i < count; i++) output[to + i] = expm1(input[from + i]);
}

/** Sets output[to + i] to log(input[from + i]) for i from 0 to count − 1. */
export function logRange(input: Float64Array, from: number, output: Float64Array, to: number, count: number): void {
  for (let i = 0; i < count; i++) output[to + i] = log(input[from + i]);
}

/** Sets output[to + i] to log1p(input[from + i]) for i from 0 to count − 1. */
export function log1pRange(input: Float64Array, from: number, output: Float64Array, to: number, count: number): void {
  for (let i = 0; i < count; i++) output[to + i] = log1p(input[from + i]);
}

/** Sets output[to + i] to log2(input[from + i]) for i from 0 to count − 1. */
export function log2Range(input: Float64Array, from: number, output: Float64Array, to: number, count: number): void {
  for (let i = 0; i < count; i++) output[to + i] = log2(input[from + i]);
}

/** Sets output[to + i] to sin(input[from + i]) for i from 0 to count − 1. */
export function sinRange(input: Float64Array, from: number, output: Float64Array, to: number, count: number): void {
  for (let i = 0; i < count; i++) output[to + i] = sin(input[from + i]);
}

/** Sets output[to + i] to cos(input[from + i]) for i from 0 to count − 1. */
export function cosRange(input: Float64Array, from: number, output: Float64Array, to: number, count: number): void {
  for (let i = 0; i < count; i++) output[to + i] = cos(input[from + i]);
}

/** Sets output[to + i] to tanh(input[from + i]) for i from 0 to count − 1. */
export function tanhRange(input: Float64Array, from: number, output: Float64Array, to: number, count: number): void {
  for (let i = 0; i < count; i++) output[to + i] = tanh(input[from + i]);
}

/** Sets output[to + i] to sinh(input[from + i]) for i from 0 to count − 1. */
export function sinhRange(input: Float64Array, from: number, output: Float64Array, to: number, count: number): void {
  for (let i = 0; i < count; i++) output[to + i] = sinh(input[from + i]);
}

/** Sets output[to + i] to cosh(input[from + i]) for i from 0 to count − 1. */
export function coshRange(input: Float64Array, from: number, output: Float64Array, to: number, count: number): void {
  for (let i = 0; i < count; i++) output[to + i] = cosh(input[from + i]);
}

/** Sets output[to + i] to erf(input[from + i]) for i from 0 to count − 1. */
export function erfRange(input: Float64Array, from: number, output: Float64Array, to: number, count: number): void {
  for (let i = 0; i < count; i++) output[to + i] = erf(input[from + i]);
}

/** Sets output[to + i] to erfc(input[from + i]) for i from 0 to count − 1. */
export function erfcRange(input: Float64Array, from: number, output: Float64Array, to: number, count: number): void {
  for (let i = 0; i < count; i++) output[to + i] = erfc(input[from + i]);
}

/** Sets output[to + i] to lgamma(input[from + i]) for i from 0 to count − 1. */
export function lgammaRange(input: Float64Array, from: number, output: Float64Array, to: number, count: number): void {
  for (let i = 0; i < count; i++) output[to + i] = lgamma(input[from + i]);
}

const atanInStrips = /* @__PURE__ */ functionInStrips(arctangentKernel);

/** Sets output[to + i] to atan(input[from + i]) for i from 0 to count − 1; by WebAssembly where it exists, with the same bits. */
export function atanRange(input: Float64Array, from: number, output: Float64Array, to: number, count: number): void {
  if (atanInStrips(input, from, output, to, count)) return;
  for (let i = 0; i < count; i++) output[to + i] = atan(input[from + i]);
}

/** Sets output[to + i] to cbrt(input[from + i]) for i from 0 to count − 1. */
export function cbrtRange(input: Float64Array, from: number, output: Float64Array, to: number, count: number): void {
  for (let i = 0; i < count; i++) output[to + i] = cbrt(input[from + i]);
}

/** Sets output[to + i] to pow(bases[basesFrom + i], exponents[exponentsFrom + i]) for i from 0 to count − 1. */
export function powRange(
  bases: Float64Array,
  basesFrom: number,
  exponents: Float64Array,
  exponentsFrom: number,
  output: Float64Array,
  to: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) output[to + i] = pow(bases[basesFrom + i], exponents[exponentsFrom + i]);
}

/** Sets output[to + i] to hypot(xs[xsFrom + i], ys[ysFrom + i]) for i from 0 to count − 1. */
export function hypotRange(
  xs: Float64Array,
  xsFrom: number,
  ys: Float64Array,
  ysFrom: number,
  output: Float64Array,
  to: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) output[to + i] = hypot(xs[xsFrom + i], ys[ysFrom + i]);
}
