/** Links: what is on screen comes back from its link, and what the page has not written is refused by name. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { basisNames } from "../../lab/src/choices.ts";
import { surfaceNames } from "../../playground/src/compute/surfaces.ts";
import { fragmentOf, LinkError, viewOf, type View } from "../../playground/src/link.ts";
import { limits, type Limits } from "../../playground/src/settings.ts";

const number = ({ low, high, whole }: Limits): fc.Arbitrary<number> =>
  whole
    ? fc.integer({ min: low, max: high })
    : // A field has no −0: what is typed as such is 0.
      fc.double({ min: low, max: high, noNaN: true }).map((value) => value + 0);

const rates = fc.record({ adam: number(limits.rate), adagrad: number(limits.rate), sgd: number(limits.rate) });
const common = { steps: number(limits.steps), samples: number(limits.samples), seed: number(limits.seed), rates };
const hidden = fc.subarray([0, 1, 2, 3, 4, 5, 6, 7]);
const views: fc.Arbitrary<View> = fc.oneof(
  fc
    .record({ surface: fc.constantFrom(...surfaceNames), angle: number(limits.angle), ...common })
    .chain((settings) =>
      fc
        .tuple(fc.nat(settings.steps), hidden)
        .map(([step, rows]): View => ({ panel: "surface", settings, step, hidden: rows })),
    ),
  fc.record({
    panel: fc.constant("digits" as const),
    hidden,
    running: fc.boolean(),
    settings: fc.record({
      seed: number(limits.seed),
      steps: number(limits.digitsSteps),
      samples: number(limits.digitsSamples),
      rate: number(limits.rate),
      bases: fc
        .subarray([...basisNames])
        .map((some) => basisNames.filter((name) => name === "original" || name === "egop" || some.includes(name))),
    }),
  }),
  fc.record({
    panel: fc.constant("function" as const),
    hidden,
    settings: fc.record({
      formula: fc.string({ maxLength: 300, unit: "grapheme" }).filter((text) => text.length <= 500),
      start: fc.array(number(limits.coordinate), { maxLength: 8 }),
      deviation: number(limits.deviation),
      ...common,
    }),
  }),
);

/** Fragments, and what is said of them. */
const refused: readonly (readonly [fragment: string, message: string])[] = [
  ["panel=surface", "it does not begin with a version (v=1)"],
  ["v=2&panel=surface", "it is of version 2, and this page knows version 1 alone"],
  ["v=1", "it does not name a panel (surface, digits, function)"],
  ["v=1&panel=admin", "“panel” is “admin”; expected surface, digits, function"],
  ["v=1&panel=__proto__", "“panel” is “__proto__”; expected surface, digits, function"],
  ["v=1&panel=surface&panel=digits", "“panel” is there twice"],
  ["v=1&panel=surface&surface=constructor", "“surface” is “constructor”; expected valley, canyon,"],
  ["v=1&panel=surface&angle=181", "“angle” is “181”; expected a whole number from -180 to 180"],
  ["v=1&panel=surface&angle=1.5", "“angle” is “1.5”; expected a whole number"],
  ["v=1&panel=surface&steps=1e9", "“steps” is “1e9”; expected a whole number from 1 to 500"],
  ["v=1&panel=surface&steps=10&step=11", "“step” is “11”; expected a whole number from 0 to 10"],
  ["v=1&panel=surface&adam=NaN", "“adam” is “NaN”; expected a number from 0.000001 to 100"],
  ["v=1&panel=surface&adam=0x10", "“adam” is “0x10”; expected a number"],
  ["v=1&panel=surface&adam=", "“adam” is “”; expected a number"],
  ["v=1&panel=surface&adam=Infinity", "“adam” is “Infinity”; expected a number"],
  [
    "v=1&panel=surface&seed=9007199254740993",
    "“seed” is “9007199254740993”; expected a whole number from 0 to 2^53 − 1",
  ],
  ["v=1&panel=surface&formula=x", "“formula” is nothing that can be set"],
  ["v=1&panel=surface&<script>alert(1)</script>", "“<script>alert(1)</script>” is nothing that can be set"],
  ["v=1&panel=digits&bases=original", "“bases” is “original”; expected a list of original.random.egop.egop-by-tensor"],
  ["v=1&panel=digits&bases=egop.original", "“bases” is “egop.original”; expected a list"],
  ["v=1&panel=digits&run=yes", "“run” is “yes”; expected a whole number from 0 to 1"],
  ["v=1&panel=digits&samples=5", "“samples” is “5”; expected a whole number from 6 to 5000"],
  [
    `v=1&panel=function&formula=${"x".repeat(501)}`,
    `“formula” is “${"x".repeat(40)}…”; expected at most 500 characters`,
  ],
  ["v=1&panel=surface&hide=2.1", "“hide” is “2.1”; expected rows from 0 to 7, ascending, with . between"],
  ["v=1&panel=surface&hide=8", "“hide” is “8”; expected rows"],
  ["v=1&panel=function&start=1_x", "“start” is “1_x”; expected up to 8 numbers with _ between"],
  ["v=1&panel=function&start=1_2_3_4_5_6_7_8_9", "expected up to 8 numbers"],
  [`v=1&panel=function&formula=${"x".repeat(9000)}`, "it is 9027 characters long"],
];

describe("a link", () => {
  it("gives back the view that it was made of", () => {
    fc.assert(
      fc.property(views, (view) => {
        expect(viewOf(fragmentOf(view))).toEqual(view);
      }),
    );
  });

  it("that is empty says nothing", () => {
    expect([viewOf(""), viewOf("#")]).toEqual([undefined, undefined]);
  });

  it("may leave out what is usual", () => {
    expect(viewOf("#v=1&panel=surface&surface=canyon")).toMatchObject({
      ...{ panel: "surface", step: 120 },
      settings: { surface: "canyon", angle: 30, rates: { adam: 0.32 } },
    });
    expect(viewOf("#v=1&panel=function&formula=x")).toMatchObject({ settings: { formula: "x", start: [] } });
    expect(viewOf("#v=1&panel=digits")).toMatchObject({ running: false, settings: { samples: 1210 } });
  });

  it.each(refused.map(([fragment, message]) => [fragment.slice(0, 60), fragment, message]))(
    "that the page has not written is refused: %s",
    (_title, fragment, message) => {
      expect(() => viewOf(`#${fragment}`)).toThrow(LinkError);
      expect(() => viewOf(`#${fragment}`)).toThrow(message);
    },
  );

  it("of any kind gives a view or a LinkError, and a view whose link it is", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "v=1",
        "panel=surface",
        "panel=digits",
        "panel=function",
        "angle=3",
        "steps=4",
        "seed=%",
        "%00",
        "a",
      ),
      fc.string({ maxLength: 20 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        try {
          const view = viewOf(`#${pieces.join("&")}`);
          if (view !== undefined) expect(viewOf(fragmentOf(view))).toEqual(view);
        } catch (error) {
          expect(error).toBeInstanceOf(LinkError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
