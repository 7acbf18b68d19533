import { describe, expect, it } from "vitest";
import * as arrays from "../../src/math/arrays.ts";
import * as elementary from "../../src/math/elementary.ts";

type OfOne = (input: Float64Array, from: number, output: Float64Array, to: number, count: number) => void;
type OfTwo = (
  a: Float64Array,
  aFrom: number,
  b: Float64Array,
  bFrom: number,
  output: Float64Array,
  to: number,
  count: number,
) => void;
const ofTwo = ["pow", "atan2", "hypot"];
const names = Object.keys(elementary) as (keyof typeof elementary)[];
const a = Float64Array.from({ length: 40 }, (_, i) => (i === 7 ? -0 : i === 8 ? NaN : (i - 20) * 1.37));
const b = Float64Array.from({ length: 40 }, (_, i) => (i - 15) * 0.41);

describe("array forms", () => {
  it("exist for every elementary function", () => {
    expect(Object.keys(arrays).sort()).toEqual(names.map((name) => `${name}Range`).sort());
  });

  it.each(names)("%s: have the bits of the form for one number and write nothing else", (name) => {
    const range = arrays[`${name}Range`];
    const one = elementary[name];
    const output = new Float64Array(40).fill(9);
    if (ofTwo.includes(name)) (range as OfTwo)(a, 3, b, 5, output, 2, 30);
    else (range as OfOne)(a, 3, output, 2, 30);
    const expected = output.map((_, i) => (i < 2 || i >= 32 ? 9 : one(a[i + 1], b[i + 3])));
    expect(output).toEqual(expected);
    const inPlace = a.slice();
    if (ofTwo.includes(name)) (range as OfTwo)(inPlace, 1, b, 2, inPlace, 1, 20);
    else (range as OfOne)(inPlace, 1, inPlace, 1, 20);
    expect(inPlace).toEqual(a.map((x, i) => (i < 1 || i >= 21 ? x : one(x, b[i + 1]))));
  });
});
