import fc from "fast-check";
import { expect, it } from "vitest";
import { Matrix } from "../../src/linalg/matrix.ts";
import { symmetricCopy, symmetrized } from "../../src/linalg/symmetry.ts";
import { fold, normal, random } from "../../src/math/random.ts";

it("symmetricCopy has the bits and the errors of symmetrized, at all sizes", () => {
  const cases = fc.record({
    rows: fc.integer({ min: 0, max: 70 }),
    wide: fc.integer({ min: 0, max: 20 }),
    seed: fc.nat(),
    scale: fc.constantFrom(1, 0.25, 2 ** 40),
    // What is added to an entry above the diagonal: nothing, round-off, or too much; or what stands in its place.
    spoiled: fc.option(
      fc.record({
        row: fc.nat(),
        column: fc.nat(),
        by: fc.constantFrom(1e-14, 1e-3, NaN, Infinity),
        both: fc.boolean(),
      }),
    ),
  });
  fc.assert(
    fc.property(cases, ({ rows, wide, seed, scale, spoiled }) => {
      const columns = rows + (wide === 20 ? 1 : 0);
      const matrix = new Matrix(rows, columns, normal(fold(random(seed), 0), new Float64Array(rows * columns)));
      if (rows === columns) {
        for (let i = 0; i < rows; i++) for (let j = 0; j < i; j++) matrix.set(i, j, matrix.get(j, i));
        if (spoiled !== null && rows > 0) {
          const [i, j] = [spoiled.row % rows, spoiled.column % rows];
          matrix.set(i, j, matrix.get(i, j) + spoiled.by);
          if (spoiled.both) matrix.set(j, i, matrix.get(i, j));
        }
      }
      const outcome = (copy: typeof symmetrized): unknown => {
        try {
          return copy(matrix, scale, "f").data;
        } catch (error) {
          return error;
        }
      };
      expect(outcome(symmetricCopy)).toEqual(outcome(symmetrized));
    }),
    { numRuns: 300 },
  );
});
