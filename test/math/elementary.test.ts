import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as elementary from "../../src/math/elementary.ts";
import { errorInUlps, neighbor, references } from "./reference.ts";

type Name = keyof typeof references;
const names: readonly Name[] = ["exp", "expm1", "log", "log1p", "tanh"];

interface Golden {
  readonly functions: Readonly<Record<Name, readonly (readonly [number, number])[]>>;
}

const golden = JSON.parse(
  readFileSync(new URL("../golden/elementary.json", import.meta.url), "utf8"),
) as unknown as Golden;

describe("values from mpmath", () => {
  it.each(names)("%s is the correctly rounded value but for a few, which are its neighbors", (name) => {
    const pairs = golden.functions[name];
    let exact = 0;
    for (const [x, value] of pairs) {
      const computed = elementary[name](x);
      if (computed === value) exact++;
      else expect([neighbor(value, -1), neighbor(value, 1)], `${name}(${x})`).toContain(computed);
    }
    expect(pairs.length).toBeGreaterThan(300);
    expect(exact).toBeGreaterThanOrEqual(0.99 * pairs.length);
  });

  it.each(names)("the reference for %s rounds to them", (name) => {
    for (const [x, value] of golden.functions[name])
      expect(errorInUlps(value, references[name](x)), `${name}(${x})`).toBeLessThanOrEqual(0.5);
  });
});

/** A generator for the tests that shares nothing with the library: Knuth's 64-bit congruences. */
let state = 2502n;
function between(low: number, high: number): number {
  state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
  return low + ((high - low) * Number(state >> 11n)) / 2 ** 53;
}
const whole = (low: number, high: number): number => Math.floor(between(low, high + 1));
/** Numbers of either sign whose exponents are uniform. */
const ofAllSizes = (low: number, high: number): number =>
  between(0, 1) < 0.5 ? -between(1, 2) * 2 ** whole(low, high - 1) : between(1, 2) * 2 ** whole(low, high - 1);
const near = (x: number, distance: number): number => neighbor(x, whole(-distance, distance));
/** Where the reduction of the exponentials goes from one entry of the table to the next. */
const exponentialBreak = (low: number, high: number): number => near(((whole(low, high) + 0.5) * Math.LN2) / 128, 2);
const logarithmBreak = (): number => near(whole(176, 352) / (between(0, 1) < 0.5 ? 256 : 128), 20);

const count = 5000;
const draws: Readonly<Record<Name, Readonly<Record<string, () => number>>>> = {
  exp: {
    "normal results": () => between(-708, 709.78),
    "subnormal results": () => between(-745.13, -708),
    "results about to overflow": () => between(700, 709.782712893384),
    "arguments around 0": () => between(-1, 1),
    "small arguments": () => ofAllSizes(-60, -1),
    breaks: () => exponentialBreak(-130000, 131000),
  },
  expm1: {
    "all that is not −1 or e^x": () => between(-45, 45),
    "large results": () => between(45, 709.78),
    "arguments around 0": () => between(-1, 1),
    "the first entries of the table": () => between(-0.02, 0.02),
    "arguments of all small sizes": () => ofAllSizes(-1074, -1),
    breaks: () => exponentialBreak(-1000, 1000),
  },
  log: {
    "numbers of all sizes": () => Math.abs(ofAllSizes(-1022, 1024)),
    "subnormal numbers": () => Math.ceil(between(0, 2 ** 52)) * 2 ** -1074,
    "numbers from 1/2 to 2": () => between(0.5, 2),
    "numbers close to 1": () => 1 + ofAllSizes(-53, -5),
    "the entries around 1": () => between(0.98, 1.02),
    breaks: () => logarithmBreak() * 2 ** whole(-3, 3),
  },
  log1p: {
    "numbers of all large sizes": () => Math.abs(ofAllSizes(-2, 1024)),
    "arguments around 0": () => between(-1, 1),
    "the entries around 0": () => between(-0.02, 0.02),
    "arguments of all small sizes": () => ofAllSizes(-1074, -1),
    "arguments close to −1": () => -1 + Math.abs(ofAllSizes(-53, -1)),
    breaks: () => logarithmBreak() * 2 ** whole(-1, 5) - 1,
  },
  tanh: {
    "all that is not ±1": () => between(-20, 20),
    "both sides of 0.55": () => between(0.5, 0.6),
    "arguments up to 0.55": () => between(-0.55, 0.55),
    "the start of the second formula": () => between(0.55, 1),
    "arguments of all small sizes": () => ofAllSizes(-1074, -1),
    breaks: () => exponentialBreak(200, 6000) / 2,
  },
};

/** What the documentation promises, in units in the last place. */
const promised: Readonly<Record<Name, number>> = { exp: 0.52, expm1: 0.52, log: 0.51, log1p: 0.51, tanh: 0.95 };

describe.each(names)("the accuracy of %s", (name) => {
  it.each(Object.keys(draws[name]))(`${name}: %s`, (kind) => {
    const draw = draws[name][kind];
    let worst = 0;
    let argument = NaN;
    for (let i = 0; i < count; i++) {
      const x = draw();
      const error = errorInUlps(elementary[name](x), references[name](x));
      if (error > worst) {
        worst = error;
        argument = x;
      }
    }
    expect(worst, `${name}(${argument})`).toBeLessThanOrEqual(promised[name]);
  });
});

describe("the reference", () => {
  it("is exact where the value is known", () => {
    expect(errorInUlps(1, references.exp(0))).toBe(0);
    expect(errorInUlps(neighbor(1, 1), references.exp(0))).toBe(1);
    expect(errorInUlps(0, references.log(1))).toBe(0);
    expect(() => errorInUlps(NaN, references.exp(0))).toThrow("NaN has no binary places.");
  });
});

describe("the same bits everywhere", () => {
  it("has the hash of 10,000 results that it always had", () => {
    const hash = { exp: 0, expm1: 0, log: 0, log1p: 0, tanh: 0 };
    const word = new Uint32Array(2);
    const value = new Float64Array(word.buffer);
    for (const name of names)
      for (let i = 1; i <= 2000; i++) {
        value[0] = elementary[name](name.startsWith("log") ? i / 64 : (i - 1000) / 64);
        // The sum of the words does not depend on which comes first.
        hash[name] = (Math.imul(hash[name], 31) + word[0] + word[1]) >>> 0;
      }
    expect(hash).toMatchInlineSnapshot(`
      {
        "exp": 1766632048,
        "expm1": 1552165758,
        "log": 409129195,
        "log1p": 2490158744,
        "tanh": 2922750222,
      }
    `);
  });
});
