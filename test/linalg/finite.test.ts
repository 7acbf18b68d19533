import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NotFiniteError } from "../../src/errors.ts";
import { checkFinite, indexOfNotFinite, requireFinite } from "../../src/linalg/finite.ts";
import { Matrix } from "../../src/linalg/matrix.ts";

describe("checkFinite", () => {
  it("names the first element that is NaN or infinite, and passes all others", () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { maxLength: 20 }), (entries) => {
        const bad = entries.findIndex((entry) => !Number.isFinite(entry));
        const check = (): void => checkFinite(Float64Array.from(entries), "norm");
        if (bad < 0) check();
        else
          expect(check).toThrow(
            new NotFiniteError(`norm: element ${bad} is ${entries[bad]}; expected finite numbers.`),
          );
      }),
    );
  });
});

describe("requireFinite", () => {
  it("names row and column", () => {
    const matrix = Matrix.fromRows([
      [1, Number.MAX_VALUE, -0],
      [2, 3, -Infinity],
    ]);
    expect(() => requireFinite(matrix, "singularValues")).toThrow(
      new NotFiniteError("singularValues: element (1, 2) is -Infinity; expected finite numbers."),
    );
    matrix.set(1, 2, 5e-324);
    requireFinite(matrix, "singularValues");
    requireFinite(new Matrix(3, 0), "singularValues");
  });
});

describe("indexOfNotFinite", () => {
  it("finds the first entry that is not finite, wherever it is", () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { maxLength: 12 }), (entries) => {
        expect(indexOfNotFinite(Float64Array.from(entries))).toBe(entries.findIndex((x) => !Number.isFinite(x)));
      }),
      { numRuns: 1000 },
    );
  });

  it("is not misled by sums that overflow or cancel", () => {
    expect(indexOfNotFinite(new Float64Array(9).fill(Number.MAX_VALUE))).toBe(-1);
    expect(indexOfNotFinite(Float64Array.of(1, Infinity, 2, -Infinity, 3))).toBe(1);
  });
});
