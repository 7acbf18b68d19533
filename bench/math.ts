/**
 * The array forms of the elementary functions beside the engine's own Math in a plain loop, on 4096 random numbers: normal
 * ones with a standard deviation of 2, of either sign, and for logarithms their exponentials. Samples are taken in turns.
 *
 * Run: npm run bench -- math [--json]
 */
import * as math from "egop/math";
import type { Suite } from "./row.ts";
import { race } from "./side-by-side.ts";

const size = 4096;
type Range = (input: Float64Array, from: number, output: Float64Array, to: number, count: number) => void;
type RangeOfTwo = (
  a: Float64Array,
  aFrom: number,
  b: Float64Array,
  bFrom: number,
  output: Float64Array,
  to: number,
  count: number,
) => void;

const normal = Float64Array.from(math.normal(math.random(1), new Float64Array(size)), (x) => 2 * x);
const other = math.normal(math.random(2), new Float64Array(size));
const positive = Float64Array.from(normal, (x) => math.exp(x));
const output = new Float64Array(size);

/** Each loop calls one function of Math: written out, so that the engine compiles each for itself. */
const ofOne: readonly (readonly [string, Float64Array, Range, () => void])[] = [
  [
    "exp",
    normal,
    math.expRange,
    () => {
      for (let i = 0; i < size; i++) output[i] = Math.exp(normal[i]);
    },
  ],
  [
    "tanh",
    normal,
    math.tanhRange,
    () => {
      for (let i = 0; i < size; i++) output[i] = Math.tanh(normal[i]);
    },
  ],
  [
    "log",
    positive,
    math.logRange,
    () => {
      for (let i = 0; i < size; i++) output[i] = Math.log(positive[i]);
    },
  ],
  [
    "expm1",
    normal,
    math.expm1Range,
    () => {
      for (let i = 0; i < size; i++) output[i] = Math.expm1(normal[i]);
    },
  ],
  [
    "log1p",
    positive,
    math.log1pRange,
    () => {
      for (let i = 0; i < size; i++) output[i] = Math.log1p(positive[i]);
    },
  ],
  [
    "log2",
    positive,
    math.log2Range,
    () => {
      for (let i = 0; i < size; i++) output[i] = Math.log2(positive[i]);
    },
  ],
  [
    "sin",
    normal,
    math.sinRange,
    () => {
      for (let i = 0; i < size; i++) output[i] = Math.sin(normal[i]);
    },
  ],
  [
    "cos",
    normal,
    math.cosRange,
    () => {
      for (let i = 0; i < size; i++) output[i] = Math.cos(normal[i]);
    },
  ],
  [
    "tan",
    normal,
    math.tanRange,
    () => {
      for (let i = 0; i < size; i++) output[i] = Math.tan(normal[i]);
    },
  ],
  [
    "sinh",
    normal,
    math.sinhRange,
    () => {
      for (let i = 0; i < size; i++) output[i] = Math.sinh(normal[i]);
    },
  ],
  [
    "cosh",
    normal,
    math.coshRange,
    () => {
      for (let i = 0; i < size; i++) output[i] = Math.cosh(normal[i]);
    },
  ],
  [
    "asinh",
    normal,
    math.asinhRange,
    () => {
      for (let i = 0; i < size; i++) output[i] = Math.asinh(normal[i]);
    },
  ],
  [
    "atan",
    normal,
    math.atanRange,
    () => {
      for (let i = 0; i < size; i++) output[i] = Math.atan(normal[i]);
    },
  ],
  [
    "cbrt",
    normal,
    math.cbrtRange,
    () => {
      for (let i = 0; i < size; i++) output[i] = Math.cbrt(normal[i]);
    },
  ],
];
const ofTwo: readonly (readonly [string, Float64Array, RangeOfTwo, () => void])[] = [
  [
    "pow",
    positive,
    math.powRange,
    () => {
      for (let i = 0; i < size; i++) output[i] = Math.pow(positive[i], other[i]);
    },
  ],
  [
    "atan2",
    normal,
    math.atan2Range,
    () => {
      for (let i = 0; i < size; i++) output[i] = Math.atan2(normal[i], other[i]);
    },
  ],
  [
    "hypot",
    normal,
    math.hypotRange,
    () => {
      for (let i = 0; i < size; i++) output[i] = Math.hypot(normal[i], other[i]);
    },
  ],
];

export const elementary: Suite = {
  name: "math",
  run(report) {
    const compare = (name: string, ours: () => void, engine: () => void): void => {
      const medians = race({ ours, engine });
      const milliseconds = medians.get("ours") ?? NaN;
      const peerMilliseconds = medians.get("engine") ?? NaN;
      report({ name, size, milliseconds, peer: "Math", peerMilliseconds, ratio: peerMilliseconds / milliseconds });
    };
    for (const [name, input, range, engine] of ofOne) compare(name, () => range(input, 0, output, 0, size), engine);
    for (const [name, input, range, engine] of ofTwo)
      compare(name, () => range(input, 0, other, 0, output, 0, size), engine);
  },
};
