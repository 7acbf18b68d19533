import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as elementary from "../../src/math/elementary.ts";
import { unitInLastPlace } from "./reference.ts";

/** What the documentation promises, in units in the last place. */
const promised = {
  sin: 0.52,
  cos: 0.52,
  tan: 0.52,
  atan: 0.7,
  atan2: 0.7,
  hypot: 0.51,
  pow: 0.51,
  log2: 0.52,
  sinh: 0.75,
  cosh: 0.7,
  asinh: 0.75,
  cbrt: 0.52,
  erf: 0.9,
  erfc: 0.9,
  lgamma: 1.1,
} as const;
type Name = keyof typeof promised;
const names = Object.keys(promised) as Name[];

/** Argument or arguments, the exact value rounded, and what is left of it. */
type Row = readonly [number, number, number] | readonly [number, number, number, number];
const sweep = JSON.parse(readFileSync(new URL("../golden/elementary-sweep.json", import.meta.url), "utf8")) as {
  readonly functions: Readonly<Record<Name, readonly Row[]>>;
};

function evaluate(name: Name, row: Row): number {
  return elementary[name](row[0], row[1]);
}

describe("against exact values all over the domain", () => {
  it.each(names)("%s errs by no more than promised, and is the rounded value or its neighbor", (name) => {
    const rows = sweep.functions[name];
    expect(rows.length).toBeGreaterThanOrEqual(400);
    for (const row of rows) {
      const [rounded, rest] = row.slice(-2);
      const unit = unitInLastPlace(rounded);
      const computed = evaluate(name, row);
      // The rest of a subnormal value is itself rounded to a whole unit.
      if (unit > Number.MIN_VALUE)
        expect(Math.abs(computed - rounded - rest) / unit, `${name}(${row.slice(0, -2).join()})`).toBeLessThanOrEqual(
          promised[name],
        );
      expect(Math.abs(computed - rounded), `${name}(${row.slice(0, -2).join()})`).toBeLessThanOrEqual(unit);
    }
  });
});

describe("lgamma next to its zeros between negative whole numbers", () => {
  it("is the rounded value or its neighbor, from one double to the next", () => {
    const path = new URL("../golden/lgamma-zeros.json", import.meta.url);
    const rows = JSON.parse(readFileSync(path, "utf8")) as readonly Row[];
    expect(rows.length).toBeGreaterThan(350);
    for (const [x, rounded, rest] of rows) {
      const error = Math.abs(elementary.lgamma(x) - rounded - rest) / unitInLastPlace(rounded);
      expect(error, `lgamma(${x})`).toBeLessThanOrEqual(1.2);
      expect(Math.abs(elementary.lgamma(x) - rounded)).toBeLessThanOrEqual(unitInLastPlace(rounded));
    }
  });
});

/** Arguments at which IEEE 754 and ECMAScript say what the value is. */
const special = [
  0,
  1,
  0.5,
  2,
  3,
  5e-324,
  1e-310,
  2.2250738585072014e-308,
  1e-160,
  1e160,
  1.7976931348623157e308,
  Infinity,
];
const signed = [...special.flatMap((x) => [x, -x]), NaN];

/** Whether two numbers are the same special value, or neighbors. */
function agree(computed: number, expected: number): boolean {
  if (Object.is(computed, expected)) return true;
  return Number.isFinite(expected) && expected !== 0 && Math.abs(computed - expected) <= unitInLastPlace(expected);
}

describe("at special arguments", () => {
  const ofOne = ["sin", "cos", "tan", "atan", "log2", "sinh", "cosh", "asinh", "cbrt"] as const;
  it.each(ofOne)("%s has the engine's values", (name) => {
    for (const x of signed) expect([x, agree(elementary[name](x), Math[name](x))]).toEqual([x, true]);
  });

  it.each(["atan2", "pow", "hypot"] as const)("%s has the engine's values", (name) => {
    for (const x of signed)
      for (const y of signed) expect([x, y, agree(elementary[name](x, y), Math[name](x, y))]).toEqual([x, y, true]);
  });

  it("erf and erfc have those of their definition", () => {
    for (const x of signed) {
      const error = Number.isNaN(x) ? NaN : x === 0 ? x : Math.abs(x) >= 6 ? Math.sign(x) : elementary.erf(x);
      expect(Object.is(elementary.erf(x), error)).toBe(true);
      const size = Math.abs(x);
      const complement = Number.isNaN(x) ? NaN : size < 1e-17 ? 1 : size >= 28 ? 1 - Math.sign(x) : elementary.erfc(x);
      expect(Object.is(elementary.erfc(x), complement)).toBe(true);
    }
    expect(elementary.erf(5e-324)).toBe(5e-324);
    expect(elementary.erf(2 ** -1040)).toBe(Math.round(1.1283791670955126 * 2 ** 34) * 2 ** -1074);
  });

  it("lgamma has poles at 0 and negative whole numbers, zeros at 1 and 2, and factorials", () => {
    for (const x of [0, -0, -1, -2, -3e15, -1e300, Infinity, -Infinity]) expect(elementary.lgamma(x)).toBe(Infinity);
    expect(elementary.lgamma(NaN)).toBeNaN();
    expect(elementary.lgamma(1)).toBe(0);
    expect(elementary.lgamma(2)).toBe(0);
    expect(elementary.lgamma(1e306)).toBe(Infinity);
    expect(elementary.lgamma(5e-324)).toBe(-elementary.log(5e-324));
    let factorial = 1;
    for (let k = 1; k < 19; k++, factorial *= k)
      expect(agree(elementary.lgamma(k + 1), elementary.log(factorial))).toBe(true);
  });

  it("log2 of a power of two, cbrt of a cube, and whole powers are exact", () => {
    for (let k = -1074; k < 1024; k++) expect(elementary.log2(2 ** k)).toBe(k);
    for (let k = 1; k < 2000; k++) expect(elementary.cbrt(k * k * k)).toBe(k);
    let power = 1;
    for (let k = 0; k <= 33; k++, power *= 3) expect(elementary.pow(-3, k)).toBe(k % 2 === 0 ? power : -power);
  });
});

describe("symmetry, bit by bit", () => {
  const rowsOf = (name: Name): readonly Row[] => sweep.functions[name];
  it.each(["sin", "tan", "atan", "sinh", "asinh", "cbrt", "erf"] as const)("%s is odd", (name) => {
    for (const [x] of rowsOf(name)) expect(elementary[name](-x)).toBe(-elementary[name](x));
  });

  it.each(["cos", "cosh"] as const)("%s is even", (name) => {
    for (const [x] of rowsOf(name)) expect(elementary[name](-x)).toBe(elementary[name](x));
  });

  it("atan2 is odd in y, hypot even in both and symmetric", () => {
    for (const [y, x] of rowsOf("atan2")) expect(elementary.atan2(-y, x)).toBe(-elementary.atan2(y, x));
    for (const [x, y] of rowsOf("hypot")) {
      expect(elementary.hypot(y, -x)).toBe(elementary.hypot(x, y));
      expect(elementary.hypot(-x, y)).toBe(elementary.hypot(x, y));
    }
  });
});
