import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../src/errors.ts";
import { layout, sizeOf, type Shape } from "../../src/linalg/layout.ts";

const names = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,6}$/).filter((name) => name !== "__proto__");
const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 });

describe("layout", () => {
  it("places the tensors one behind the other, in the order given, without gaps", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(names, shapes), { minLength: 1, selector: ([name]) => name }), (entries) => {
        const { tensors, size } = layout(Object.fromEntries(entries));
        expect(tensors.map(({ name, shape }) => [name, shape])).toEqual(entries);
        let offset = 0;
        for (const slot of tensors) {
          expect(slot.offset).toBe(offset);
          expect(slot.size).toBe(sizeOf(slot.shape));
          offset += slot.size;
        }
        expect(size).toBe(offset);
      }),
    );
  });

  it("keeps what it was given: neither it nor its shapes can be changed later", () => {
    const shape = [2, 3];
    const model = layout({ W: shape });
    shape[0] = 7;
    expect(model.slot("W")).toEqual({ name: "W", shape: [2, 3], offset: 0, size: 6 });
    for (const part of [model, model.tensors, model.slot("W"), model.slot("W").shape])
      expect(Object.isFrozen(part)).toBe(true);
  });

  it("views tensors in a flat array without a copy", () => {
    const model = layout({ W: [2, 2], scale: [], b: [2] });
    const flat = Float64Array.of(1, 2, 3, 4, 5, 6, 7);
    model.view(flat, "b")[1] = 9;
    expect(Array.from(flat)).toEqual([1, 2, 3, 4, 5, 6, 9]);
    expect(Array.from(model.view(flat, "scale"))).toEqual([5]);
  });

  it("refuses what describes no tensors", () => {
    const bad: unknown[] = [[0], [-1], [1.5], "3", 3, null, [NaN]];
    for (const shape of bad)
      expect(() => layout({ W: shape as Shape })).toThrow(
        new ShapeError(
          `Layout: the shape of "W" is ${JSON.stringify(shape)}; expected an array of positive whole numbers.`,
        ),
      );
    expect(() => layout({})).toThrow(new ShapeError("Layout: no tensors; expected at least one named shape."));
  });

  it("refuses names it does not have and arrays of another size", () => {
    const model = layout({ W: [2], b: [1] });
    expect(() => model.slot("V" as "W")).toThrow(
      new ArgumentError('Layout: no tensor is named "V"; there are "W", "b".'),
    );
    expect(() => model.check(new Float64Array(2), "egop")).toThrow(
      new ShapeError("egop: the flat array has 2 elements; the layout needs 3."),
    );
    expect(() => model.view(new Float64Array(4), "W")).toThrow(
      new ShapeError("Layout.view: the flat array has 4 elements; the layout needs 3."),
    );
  });
});

describe("sizeOf", () => {
  it("is the product of the lengths, 1 for a scalar", () => {
    expect([sizeOf([]), sizeOf([3]), sizeOf([2, 3, 4])]).toEqual([1, 3, 24]);
  });
});
