import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, EgopError, StateError } from "../../src/errors.ts";
import { layout } from "../../src/linalg/layout.ts";
import { random } from "../../src/math/random.ts";
import { adagrad } from "../../src/optim/adagrad.ts";
import { adam, adamw } from "../../src/optim/adam.ts";
import { chain } from "../../src/optim/chain.ts";
import { minimize } from "../../src/optim/minimize.ts";
import { sgd } from "../../src/optim/sgd.ts";
import { parseState, stateFromText, stateToText } from "../../src/optim/state-text.ts";
import type { TransformationState } from "../../src/optim/transformation.ts";
import { caught, jittery, parabola } from "./problems.ts";

const header = { kind: "example", version: 1 };
const of = (fields: object): TransformationState => ({ ...header, ...fields });
const forms = [{ arrays: "base64" }, { arrays: "numbers" }] as const;
const enveloped = (state: string) => `{"format":"egop state","version":1,"state":${state}}`;

describe("a state as text", () => {
  it("is JSON with a version", () => {
    const state = of({ step: 2, first: Float64Array.of(1, -0), signs: Int32Array.of(-1), parts: [{ on: true }] });
    expect(stateToText(state)).toBe(
      enveloped(
        '{"kind":"example","version":1,"step":2,"first":{"$float64":"AAAAAAAA8D8AAAAAAAAAgA=="},' +
          '"signs":{"$int32":"/////w=="},"parts":[{"on":true}]}',
      ),
    );
    expect(stateToText(of({ first: Float64Array.of(1e300, -0), top: -Infinity }), { arrays: "numbers" })).toBe(
      enveloped('{"kind":"example","version":1,"first":{"$float64":[1e+300,-0]},"top":{"$number":"-Infinity"}}'),
    );
  });

  it("reads back to the same bits, whatever the numbers", () => {
    const bits = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((word) => {
      const view = new DataView(new ArrayBuffer(8));
      view.setBigUint64(0, word);
      return view.getFloat64(0);
    });
    const number = fc.oneof(fc.double(), bits, fc.constantFrom(0, -0, Infinity, -Infinity, NaN, 5e-324));
    const fields = fc.record({
      scalar: number,
      array: fc.array(number).map((numbers) => Float64Array.from(numbers)),
      whole: fc.int32Array(),
      words: fc.uint32Array(),
      nested: fc.array(fc.record({ name: fc.string({ unit: "binary" }), numbers: fc.array(number) })),
      flag: fc.boolean(),
    });
    fc.assert(
      fc.property(fields, fc.constantFrom(...forms), (state, form) => {
        expect(parseState(stateToText(of(state), form))).toEqual(of(state));
      }),
    );
  });

  it("keeps a view's part of its buffer, and arrays of another realm", () => {
    const array = Float64Array.of(1, 2, 3, 4).subarray(1, 3);
    expect(parseState(stateToText(of({ array })))).toEqual(of({ array: Float64Array.of(2, 3) }));
    expect(parseState(stateToText(structuredClone(of({ array }))))).toEqual(of({ array: Float64Array.of(2, 3) }));
  });

  it.each([
    [{ a: null }, "a value of type object"],
    [{ a: undefined }, "a value of type undefined"],
    [{ a: () => 1 }, "a value of type function"],
    [{ a: 1n }, "a value of type bigint"],
    [{ a: new Float32Array(1) }, "a value of type object"],
  ])("is not made of %o", (fields, what) => {
    const message = fields.a === null ? "null" : what;
    expect(() => stateToText(of(fields))).toThrow(
      new StateError(`The state has ${message} at state.a; expected plain data.`),
    );
  });

  it("is not made of what could not be read back", () => {
    let deep: object = { numbers: Float64Array.of(1) };
    for (let level = 2; level < 64; level++) deep = { deep };
    for (const form of forms) expect(parseState(stateToText(of(deep), form))).toEqual(of(deep));
    deep = { deep };
    expect(() => stateToText(of({ deep }))).toThrow(`The state has more than 64 levels at state${".deep".repeat(64)}.`);
    const circle: Record<string, unknown> = {};
    circle["circle"] = circle;
    expect(() => stateToText(of(circle))).toThrow(StateError);
    for (const field of ["__proto__", "$float64", "$number"])
      expect(() => stateToText(of({ a: JSON.parse(`{"${field}":1}`) as object }))).toThrow(
        new StateError(`The state has a field named "${field}" at state.a.`),
      );
    expect(() => stateToText(of({}), { arrays: "hex" as "base64" })).toThrow(
      new ArgumentError('The option arrays is "hex"; expected "base64" or "numbers".'),
    );
  });
});

describe("a run from its text", () => {
  const bowl = parabola([10, 1]);
  const start = Float64Array.of(3, -2);
  const optimizers = fc.constantFrom(
    sgd({ learningRate: 0.02, momentum: 0.9, dampening: 0.1, weightDecay: 0.01 }),
    adagrad({ learningRate: 0.3, learningRateDecay: 0.1 }),
    adam({ learningRate: 0.05 }),
    chain(adamw({ learningRate: (t) => 0.1 / (1 + t) })),
  );

  it("goes on with the same bits, wherever it was stopped", () => {
    fc.assert(
      fc.property(
        fc.tuple(
          optimizers,
          fc.integer({ min: 0, max: 40 }),
          fc.constantFrom(...forms),
          fc.constantFrom(jittery, bowl),
        ),
        ([optimizer, stop, form, f]) => {
          const key = random(11);
          const whole = minimize(f, { start, optimizer, key, steps: 40 });
          const first = minimize(f, { start, optimizer, key, steps: stop });
          const text = stateToText(first.state, form);
          const second = minimize(f, { resume: text, optimizer, key, steps: 40 - stop });
          expect(second.state).toEqual(whole.state);
          expect([...first.losses, ...second.losses.slice(1)]).toEqual([...whole.losses]);
          expect(stateToText(second.state, form)).toBe(stateToText(whole.state, form));
        },
      ),
    );
  });

  it("is refused when it belongs elsewhere", () => {
    const text = stateToText(minimize(bowl, { start, optimizer: adam(), steps: 5 }).state);
    const resume =
      (optimizer: ReturnType<typeof adam>, f = bowl) =>
      () =>
        minimize(f, { resume: text, optimizer, steps: 1 });
    expect(resume(sgd({ learningRate: 1 }))).toThrow(
      new StateError("The state has an array of length 3 at run.optimizer.parts; expected an array of length 2."),
    );
    expect(resume(adamw())).toThrow(
      new StateError('The state has "addWeightDecay" at run.optimizer.parts[0].kind; expected "scaleByAdam".'),
    );
    expect(resume(adam(), parabola([1, 2, 3]))).toThrow(
      new StateError(
        "The state has a Float64Array of length 2 at run.parameters; expected a Float64Array of length 3.",
      ),
    );
    const older = stateToText({ ...header, version: 0 });
    expect(() => stateFromText(older, header)).toThrow(new StateError("The state has 0 at state.version; expected 1."));
  });
});

describe("a hostile text", () => {
  const size2 = layout({ p: [2] });
  const valid = stateToText(adam().init(size2));
  const read = (text: string) => () => stateFromText(text, adam().init(size2));

  it.each<[string, string, string]>([
    ["no object", "3", 'The text is JSON, but no saved state; expected {"format":"egop state",…}.'],
    [
      "another object",
      '{"format":"else"}',
      'The text is JSON, but no saved state; expected {"format":"egop state",…}.',
    ],
    [
      "an unknown version",
      '{"format":"egop state","version":2,"state":{}}',
      "The saved state is in version 2 of the text format; expected 1.",
    ],
    ["no kind", enveloped('{"version":1}'), "The saved state has no kind and version."],
    ["a list", enveloped("[1]"), "The saved state has no kind and version."],
    ["null", enveloped('{"kind":"a","version":1,"x":null}'), "The saved state has null at state.x."],
    [
      "__proto__",
      enveloped('{"kind":"a","version":1,"x":{"__proto__":{"polluted":1},"y":1}}'),
      'The saved state has a field named "__proto__" at state.x.',
    ],
    [
      "a marker among fields",
      enveloped('{"kind":"a","version":1,"x":{"$float64":"","y":1}}'),
      'The saved state has a field named "$float64" at state.x.',
    ],
    [
      "damaged base64",
      enveloped('{"kind":"a","version":1,"x":{"$float64":"AAAA"}}'),
      "The saved state has damaged base64 at state.x.",
    ],
    [
      "a length instead of contents",
      enveloped('{"kind":"a","version":1,"x":{"$float64":1e308}}'),
      "The saved state has 1e+308 at state.x; expected base64 or an array of numbers.",
    ],
    [
      "an object with a length",
      enveloped('{"kind":"a","version":1,"x":{"$float64":{"length":4294967295}}}'),
      "The saved state has a value of type object at state.x; expected base64 or an array of numbers.",
    ],
    [
      "numbers that are none",
      enveloped('{"kind":"a","version":1,"x":{"$float64":[1,"2"]}}'),
      'The saved state has "2" for a number at state.x[1].',
    ],
    [
      "a number out of range",
      enveloped('{"kind":"a","version":1,"x":{"$int32":[2147483648]}}'),
      "The saved state has 2147483648 at state.x[0], which a int32 array cannot hold.",
    ],
    [
      "a word for a number",
      enveloped('{"kind":"a","version":1,"x":{"$number":"1"}}'),
      'The saved state has "1" for a number at state.x.',
    ],
  ])("is refused: %s", (_, text, message) => {
    expect(caught(StateError, read(text)).message).toBe(message);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("is refused when it is no JSON, or no text", () => {
    expect(read(valid.slice(0, -1))).toThrow(/^The saved state is no JSON: /);
    expect(read(enveloped('"open'))).toThrow(StateError);
    expect(read(3 as unknown as string)).toThrow(new StateError("The saved state is 3; expected a text."));
  });

  it("is refused when it nests deeply, brackets inside strings not counted", () => {
    for (const [open, close] of [
      ["[", "]"],
      ['{"a":', "}"],
    ])
      for (const depth of [67, 1_000_000])
        expect(read(enveloped(open.repeat(depth) + "1" + close.repeat(depth)))).toThrow(
          new StateError("The saved state has more than 64 levels."),
        );
    const text = stateToText(of({ name: '[{"\\[['.repeat(100) + "\\" }));
    expect(parseState(text)).toEqual(of({ name: '[{"\\[['.repeat(100) + "\\" }));
  });

  it("does no harm when a valid one is spoiled anywhere: refused, or a state of the same shape", () => {
    const place = fc.integer({ min: 0, max: valid.length - 1 });
    fc.assert(
      fc.property(
        place,
        fc.integer({ min: 0, max: 3 }),
        fc.string({ unit: "binary", maxLength: 3 }),
        (at, cut, put) => {
          const fresh = adam().init(size2);
          const before = structuredClone(fresh);
          try {
            stateFromText(valid.slice(0, at) + put + valid.slice(at + cut), fresh);
            expect(Object.keys(fresh)).toEqual(Object.keys(before));
          } catch (error) {
            expect(error).toBeInstanceOf(EgopError);
            expect(fresh).toEqual(before);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});
