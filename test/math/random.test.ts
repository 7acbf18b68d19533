import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../src/errors.ts";
import { fold, integers, normal, permutation, random, subset, uniform, type Key } from "../../src/math/random.ts";
import { philoxReference } from "./philox-reference.ts";
import { chiSquare, correlation, kolmogorovSmirnov, normalDistribution } from "./statistics.ts";

const index = fc.maxSafeNat();
const key = fc.tuple(index, index).map(([seed, child]) => fold(random(seed), child));
const length = fc.integer({ min: 0, max: 40 });
const keys = (count: number, seed = 0): Key[] => Array.from({ length: count }, (_, i) => fold(random(seed), i));
const even = (v: Float64Array): Float64Array => v.filter((_, i) => i % 2 === 0);
const odd = (v: Float64Array): Float64Array => v.filter((_, i) => i % 2 === 1);

describe("keys", () => {
  it("survive JSON and hold four unsigned words", () => {
    fc.assert(
      fc.property(key, (k) => {
        expect(JSON.parse(JSON.stringify(k))).toEqual(k);
        expect(k.words).toHaveLength(4);
        expect(k.words.every((word) => Number.isInteger(word) && word >= 0 && word < 2 ** 32)).toBe(true);
      }),
    );
  });

  it("are the seed's 53 bits at the root, and Philox's block `index` of the parent below", () => {
    fc.assert(
      fc.property(index, index, (seed, child) => {
        const root = random(seed);
        expect(root.words).toEqual([seed % 2 ** 32, Math.floor(seed / 2 ** 32), 0, 0]);
        const counter = [child % 2 ** 32, Math.floor(child / 2 ** 32), root.words[2], root.words[3]];
        expect(fold(root, child).words).toEqual(philoxReference(counter, root.words.slice(0, 2)));
      }),
    );
  });

  it("differ for different paths in the tree", () => {
    const seen = new Set<string>();
    const add = (k: Key): Set<string> => seen.add(k.words.join());
    for (let seed = 0; seed < 10; seed++) {
      const root = random(seed);
      add(root);
      for (let i = 0; i < 30; i++) {
        const child = fold(root, i);
        add(child);
        for (let j = 0; j < 30; j++) add(fold(child, j));
      }
    }
    expect(seen.size).toBe(10 * (1 + 30 + 900));
  });

  it("want whole numbers", () => {
    expect(() => random(-1)).toThrow(
      new ArgumentError("random: seed is -1; expected a whole number from 0 to 2^53 - 1."),
    );
    expect(() => random(0.5)).toThrow(ArgumentError);
    expect(() => random(2 ** 53)).toThrow(ArgumentError);
    expect(() => fold(random(0), NaN)).toThrow(
      new ArgumentError("fold: index is NaN; expected a whole number from 0 to 2^53 - 1."),
    );
    expect(() => fold(random(0), -1)).toThrow(ArgumentError);
  });
});

describe("every draw", () => {
  const bounds = [1, 2, 6, 1000, 2 ** 31];

  it("depends on the key and the place alone, not on what else is drawn", () => {
    fc.assert(
      fc.property(key, length, length, fc.constantFrom(...bounds), (k, a, b, bound) => {
        const shorter = Math.min(a, b);
        const of = (draw: (n: number) => Float64Array | Int32Array): void =>
          expect(draw(a).slice(0, shorter)).toEqual(draw(b).slice(0, shorter));
        of((n) => uniform(k, new Float64Array(n)));
        of((n) => normal(k, new Float64Array(n)));
        of((n) => integers(k, bound, new Int32Array(n)));
      }),
    );
  });

  it("gives the same in any order of the keys, and whatever was drawn between", () => {
    const draw = subset(50, 10);
    const sample = (k: Key): unknown[] => {
      const set = new Int32Array(10);
      draw(k, set);
      return [uniform(k, new Float64Array(5)), normal(k, new Float64Array(5)), set, permutation(k, 7)];
    };
    const forward = keys(20).map(sample);
    const backward = keys(20).reverse().map(sample).reverse();
    expect(backward).toEqual(forward);
  });

  it("overwrites and returns what it was given, to the last element", () => {
    for (let n = 0; n < 6; n++) {
      const out = new Float64Array(n).fill(NaN);
      expect(uniform(random(n), out)).toBe(out);
      expect(out.includes(NaN)).toBe(false);
      out.fill(NaN);
      expect(normal(random(n), out)).toBe(out);
      expect(out.includes(NaN)).toBe(false);
      const whole = new Int32Array(n).fill(-1);
      expect(integers(random(n), 9, whole)).toBe(whole);
      expect(whole.includes(-1)).toBe(false);
    }
  });

  it("is the same on every engine as it always was", () => {
    const k = fold(random(20250201594), 7);
    const set = new Int32Array(4);
    subset(1000, 4)(k, set);
    expect({
      key: k.words,
      uniform: [...uniform(k, new Float64Array(3))],
      normal: [...normal(k, new Float64Array(3))],
      integers: [...integers(k, 1000, new Int32Array(4))],
      subset: [...set],
      permutation: [...permutation(k, 8)],
    }).toMatchInlineSnapshot(`
      {
        "integers": [
          708,
          211,
          277,
          752,
        ],
        "key": [
          3531195192,
          3777828391,
          2141359531,
          2204127082,
        ],
        "normal": [
          0.6345971810722622,
          -0.8910902402552211,
          -1.3884198526379468,
        ],
        "permutation": [
          3,
          4,
          2,
          7,
          1,
          6,
          0,
          5,
        ],
        "subset": [
          13,
          959,
          390,
          755,
        ],
        "uniform": [
          0.8928556014118098,
          0.7234257419381289,
          0.12095679724939268,
        ],
      }
    `);
  });
});

describe("uniform", () => {
  const blockOf = (k: Key, low: number): number[] =>
    philoxReference([low, 2 ** 21, k.words[2], k.words[3]], k.words.slice(0, 2));

  it("is 53 bits of a Philox block, two elements a block", () => {
    fc.assert(
      fc.property(key, (k) => {
        const expected = [0, 1].flatMap((i) => {
          const [a, b, c, d] = blockOf(k, i);
          return [(a >>> 5) * 2 ** -27 + (b >>> 6) * 2 ** -53, (c >>> 5) * 2 ** -27 + (d >>> 6) * 2 ** -53];
        });
        expect([...uniform(k, new Float64Array(4))]).toEqual(expected);
      }),
    );
  });

  it("is uniform, element by element and key by key", () => {
    const identity = (x: number): number => x;
    for (const k of keys(5))
      expect(kolmogorovSmirnov(uniform(k, new Float64Array(20000)), identity)).toBeLessThan(1.95);
    const firsts = Float64Array.from(keys(20000), (k) => uniform(k, new Float64Array(1))[0]);
    expect(kolmogorovSmirnov(firsts, identity)).toBeLessThan(1.95);
  });

  it("fills the lowest bits too", () => {
    const last = (bit: number): number =>
      uniform(random(3), new Float64Array(20000)).reduce((n, x) => n + (Math.floor(x * 2 ** bit) % 2), 0);
    for (let bit = 1; bit <= 53; bit++) expect(chiSquare([last(bit), 20000 - last(bit)])).toBeLessThan(1.2);
  });
});

describe("normal", () => {
  it("is normal, element by element and key by key", () => {
    for (const k of keys(5))
      expect(kolmogorovSmirnov(normal(k, new Float64Array(20000)), normalDistribution)).toBeLessThan(1.95);
    const firsts = Float64Array.from(keys(20000), (k) => normal(k, new Float64Array(1))[0]);
    expect(kolmogorovSmirnov(firsts, normalDistribution)).toBeLessThan(1.95);
  });

  it("has the moments of the normal distribution", () => {
    const n = 100000;
    const sample = normal(random(5), new Float64Array(n));
    const moment = (power: number): number => sample.reduce((sum, x) => sum + x ** power, 0) / n;
    // Means 0, 1, 0, 3 and standard deviations of the estimates 1, √2, √15, √96, over √n.
    expect(Math.abs(moment(1)) * Math.sqrt(n)).toBeLessThan(3.29);
    expect(Math.abs(moment(2) - 1) * Math.sqrt(n / 2)).toBeLessThan(3.29);
    expect(Math.abs(moment(3)) * Math.sqrt(n / 15)).toBeLessThan(3.29);
    expect(Math.abs(moment(4) - 3) * Math.sqrt(n / 96)).toBeLessThan(3.29);
  });

  it("is the polar method, pair by pair", () => {
    fc.assert(
      fc.property(key, (k) => {
        // The pair's direction is that of the accepted point; its length has the point's square as exponential tail.
        const [a, b] = normal(k, new Float64Array(2));
        const s = Math.exp(-(a * a + b * b) / 2);
        expect(s).toBeGreaterThan(0);
        expect(s).toBeLessThan(1);
        for (let attempt = 0; ; attempt++) {
          const words = philoxReference([0, (1024 + attempt) * 2 ** 21, k.words[2], k.words[3]], k.words.slice(0, 2));
          const u = (words[0] >>> 5) * 2 ** -26 + (words[1] >>> 6) * 2 ** -52 - 1;
          const v = (words[2] >>> 5) * 2 ** -26 + (words[3] >>> 6) * 2 ** -52 - 1;
          if (u * u + v * v >= 1) continue;
          expect(s).toBeCloseTo(u * u + v * v, 12);
          expect(a * v).toBeCloseTo(b * u, 12);
          return;
        }
      }),
    );
  });
});

describe("draws that should know nothing of each other", () => {
  const n = 20000;
  const of = (k: Key): Float64Array => normal(k, new Float64Array(n));
  const root = random(11);

  it.each([
    ["the two elements of pairs", even(of(root)), odd(of(root))],
    ["neighbors", of(root).subarray(1), of(root).subarray(0, n - 1)],
    ["two seeds", of(random(0)), of(random(1))],
    ["parent and child", of(root), of(fold(root, 0))],
    ["siblings", of(fold(root, 0)), of(fold(root, 1))],
    ["siblings far apart", of(fold(root, 0)), of(fold(root, 2 ** 32))],
    ["child of a child and its mirror image", of(fold(fold(root, 0), 1)), of(fold(fold(root, 1), 0))],
    ["kinds of draw", of(root), uniform(root, new Float64Array(n))],
    ["the first elements of siblings", ...siblings(root)],
  ])("%s", (_what, a, b) => {
    expect(Math.abs(correlation(a, b))).toBeLessThan(3.29);
    expect(
      Math.abs(
        correlation(
          a.map((x) => x * x),
          b.map((x) => x * x),
        ),
      ),
    ).toBeLessThan(3.29);
  });

  function siblings(parent: Key): [Float64Array, Float64Array] {
    const first = Float64Array.from({ length: n + 1 }, (_, i) => normal(fold(parent, i), new Float64Array(1))[0]);
    return [first.subarray(1), first.subarray(0, n)];
  }
});

describe("integers", () => {
  it.each([2, 3, 10, 1000])("are equally likely below %d", (bound) => {
    const counts = new Array<number>(bound).fill(0);
    for (const drawn of integers(random(bound), bound, new Int32Array(50 * bound + 10000))) counts[drawn]++;
    expect(chiSquare(counts)).toBeLessThan(1);
  });

  it("reach up to the largest bounds", () => {
    for (const bound of [2 ** 31, 2 ** 31 - 1, 3 * 2 ** 29]) {
      const drawn = integers(random(8), bound, new Int32Array(20000));
      expect(drawn.every((x) => x >= 0 && x < bound)).toBe(true);
      expect(kolmogorovSmirnov(Float64Array.from(drawn), (x) => x / bound)).toBeLessThan(1.95);
    }
    expect(integers(random(0), 1, new Int32Array(3))).toEqual(new Int32Array(3));
  });

  it("want a bound from 1 to 2^31", () => {
    const message = "integers: bound is 0; expected a whole number from 1 to 2^31.";
    expect(() => integers(random(0), 0, new Int32Array(1))).toThrow(new ArgumentError(message));
    expect(() => integers(random(0), 2.5, new Int32Array(1))).toThrow(ArgumentError);
    expect(() => integers(random(0), 2 ** 31 + 1, new Int32Array(1))).toThrow(ArgumentError);
  });
});

describe("permutation", () => {
  it("holds every number once", () => {
    fc.assert(
      fc.property(key, length, (k, n) => {
        expect([...permutation(k, n).toSorted()]).toEqual(Array.from({ length: n }, (_, i) => i));
      }),
    );
  });

  it("has all 120 orders of five numbers equally often", () => {
    const counts = new Map<string, number>();
    for (const k of keys(24000)) {
      const order = permutation(k, 5).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(120);
    expect(chiSquare([...counts.values()])).toBeLessThan(1);
  });

  it("wants a count", () => {
    const message = "permutation: n is -1; expected a whole number from 0 to 2^31 - 1.";
    expect(() => permutation(random(0), -1)).toThrow(new ArgumentError(message));
  });
});

describe("subset", () => {
  const sizes = fc.integer({ min: 0, max: 30 }).chain((n) => fc.tuple(fc.constant(n), fc.integer({ min: 0, max: n })));

  it("holds distinct numbers of the population, and the same again after other draws", () => {
    fc.assert(
      fc.property(key, key, sizes, (k, other, [population, size]) => {
        const draw = subset(population, size);
        const [first, second] = [new Int32Array(size), new Int32Array(size)];
        draw(k, first);
        draw(other, second);
        draw(k, second);
        expect(second).toEqual(first);
        expect(new Set(first).size).toBe(size);
        expect(first.every((x) => x >= 0 && x < population)).toBe(true);
      }),
    );
  });

  it.each([
    [7, 3, 35],
    [6, 5, 6],
    [20, 1, 20],
    [8, 4, 70],
  ])("has all sets of %d numbers, %d at a time, equally often", (population, size, sets) => {
    const counts = new Map<string, number>();
    const draw = subset(population, size);
    const out = new Int32Array(size);
    for (const k of keys(200 * sets, 4)) {
      draw(k, out);
      const set = out.toSorted().join();
      counts.set(set, (counts.get(set) ?? 0) + 1);
    }
    expect(counts.size).toBe(sets);
    expect(chiSquare([...counts.values()])).toBeLessThan(1);
  });

  it("wants sizes that fit", () => {
    expect(() => subset(3, 4)).toThrow(new ArgumentError("subset: cannot draw 4 distinct numbers out of 3."));
    expect(() => subset(-3, 1)).toThrow(
      new ArgumentError("subset: population is -3; expected a whole number from 0 to 2^31 - 1."),
    );
    expect(() => subset(3, 0.5)).toThrow(
      new ArgumentError("subset: size is 0.5; expected a whole number from 0 to 2^31 - 1."),
    );
    expect(() => subset(3, 2)(random(0), new Int32Array(3))).toThrow(
      new ArgumentError("subset: out has 3 elements; expected 2."),
    );
  });
});
