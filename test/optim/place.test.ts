import { describe, expect, it } from "vitest";
import { layout } from "../../src/linalg/layout.ts";
import { placeOf } from "../../src/optim/place.ts";

describe("placeOf", () => {
  it("names the tensor and the element in it", () => {
    const model = layout({ W: [2, 3], b: [2] });
    expect(placeOf(5, model)).toBe('element 5 of "W"');
    expect(placeOf(6, model)).toBe('element 0 of "b"');
    expect(placeOf(8, model)).toBe("element 8");
  });
});
