import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, NotFiniteError, ShapeError, StateError } from "../../src/errors.ts";
import {
  addRows,
  frequentDirections,
  mergeSketches,
  restoreSketch,
  sketchEigen,
  type FrequentDirections,
} from "../../src/linalg/frequent-directions.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { matrixWithSingularValues, spectrum } from "../../src/linalg/prescribed-spectrum.ts";
import { gram } from "../../src/linalg/product.ts";
import { symmetricEigen } from "../../src/linalg/symmetric-eigen.ts";
import { random } from "../../src/math/random.ts";
import { build, orthonormality, randomMatrix, roundoff } from "./residuals.ts";

/** The extreme eigenvalues of AᵀA − BᵀB. */
function gap(a: Matrix, sketch: FrequentDirections): { least: number; most: number } {
  const { dimension, filled, rows } = sketch;
  const b = gram(new Matrix(filled, dimension, rows.slice(0, filled * dimension)));
  const { data } = gram(a);
  const { values } = symmetricEigen(build(dimension, dimension, (i, j) => data[i * dimension + j] - b.get(i, j)));
  return { least: values[dimension - 1], most: values[0] };
}

/** ‖A − Aₖ‖²_F. */
const tail = (a: Matrix, k: number): number =>
  symmetricEigen(gram(a))
    .values.slice(k)
    .reduce((sum, value) => sum + Math.max(value, 0), 0);

function expectBounds(a: Matrix, sketch: FrequentDirections): void {
  const { least, most } = gap(a, sketch);
  const total = a.data.reduce((sum, entry) => sum + entry ** 2, 0);
  const error = 100 * a.columns * roundoff * total;
  expect(least).toBeGreaterThanOrEqual(-error);
  expect(most).toBeLessThanOrEqual(sketch.shrinkage + error);
  for (let k = 0; k <= Math.min(sketch.size, a.columns); k++)
    expect(sketch.shrinkage).toBeLessThanOrEqual(tail(a, k) / (sketch.size + 1 - k) + error);
  expect(Math.abs(sketch.squaredNorm - total)).toBeLessThanOrEqual(error);
  expect(sketch.count).toBe(a.rows);
}

describe("frequentDirections", () => {
  it("keeps its bounds, streamed row by row, in blocks, and merged", () => {
    const numbers = [
      fc.nat(60),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 8 }),
      fc.nat(60),
      fc.nat(),
    ] as const;
    fc.assert(
      fc.property(...numbers, (count, dimension, size, cut, seed) => {
        const a = randomMatrix(count, dimension, seed);
        const whole = addRows(frequentDirections({ dimension, size }), a);
        expectBounds(a, whole);
        const single = frequentDirections({ dimension, size });
        for (let i = 0; i < count; i++) addRows(single, a.row(i));
        expect(single.rows).toEqual(whole.rows);
        const middle = Math.min(cut, count) * dimension;
        const parts = [a.data.slice(0, middle), a.data.slice(middle)].map((data) =>
          addRows(frequentDirections({ dimension, size }), new Matrix(data.length / dimension, dimension, data)),
        );
        const before = structuredClone(parts[1]);
        expectBounds(a, mergeSketches(parts[0], parts[1]));
        expect(parts[1]).toEqual(before);
      }),
      { numRuns: 60 },
    );
  });

  it("loses nothing of what has rank ℓ", () => {
    const values = new Float64Array(20);
    values.set(spectrum(5, { mode: "geometric", condition: 100 }));
    const a = matrixWithSingularValues(200, 20, values, random(3));
    const sketch = addRows(frequentDirections({ dimension: 20, size: 5 }), a);
    expect(sketch.shrinkage).toBeLessThan(1e-28);
    const { values: squares, vectors } = sketchEigen(sketch);
    expect(squares.length).toBe(5);
    expect(orthonormality(vectors)).toBeLessThan(30);
    squares.forEach((square, k) => expect(Math.abs(square - values[k] ** 2)).toBeLessThan(1000 * roundoff));
  });

  it("gives the eigenvalues of BᵀB, at most ℓ of them, within the shrinkage of AᵀA's", () => {
    const a = randomMatrix(90, 15, 4);
    const sketch = addRows(frequentDirections({ dimension: 15, size: 6 }), a);
    const exact = symmetricEigen(gram(a)).values;
    const { values } = sketchEigen(sketch);
    expect(values.length).toBe(6);
    values.forEach((value, k) => {
      expect(value).toBeLessThanOrEqual(exact[k] * (1 + 1e-12));
      expect(value).toBeGreaterThanOrEqual(exact[k] - sketch.shrinkage - 1e-12 * exact[0]);
    });
    expect(sketchEigen(frequentDirections({ dimension: 2, size: 1 })).values.length).toBe(0);
  });

  it("weights rows", () => {
    const plain = addRows(frequentDirections({ dimension: 2, size: 2 }), Float64Array.of(3, 4), { weight: 0.5 });
    expect(plain).toEqual(addRows(frequentDirections({ dimension: 2, size: 2 }), Float64Array.of(1.5, 2)));
  });

  it("continues from a stored copy with the same bits", () => {
    const [first, second] = [randomMatrix(13, 6, 1), randomMatrix(17, 6, 2)];
    const sketch = addRows(frequentDirections({ dimension: 6, size: 3 }), first);
    const restored = restoreSketch(structuredClone(sketch));
    expect(addRows(restored, second)).toEqual(addRows(sketch, second));
  });

  it("refuses bad arguments, unchanged", () => {
    const sketch = addRows(frequentDirections({ dimension: 2, size: 1 }), Float64Array.of(1, 2));
    const before = structuredClone(sketch);
    expect(() => frequentDirections({ dimension: 2, size: 0 })).toThrow(
      new ArgumentError("frequentDirections: size is 0; expected a whole number of at least 1."),
    );
    expect(() => addRows(sketch, new Float64Array(3))).toThrow(
      new ShapeError("addRows: the rows have 3 elements; the sketch is of rows with 2."),
    );
    expect(() =>
      addRows(
        sketch,
        Matrix.fromRows([
          [1, 2],
          [3, NaN],
        ]),
      ),
    ).toThrow(new NotFiniteError("addRows: element (1, 1) is NaN; expected finite numbers."));
    expect(() => addRows(sketch, Float64Array.of(1e200, 0))).toThrow(
      new NotFiniteError("addRows: the sum of the rows' squares overflows."),
    );
    expect(() => addRows(sketch, Float64Array.of(1, 0), { weight: Infinity })).toThrow(
      new ArgumentError("addRows: weight is Infinity; expected a finite number."),
    );
    expect(() => mergeSketches(sketch, frequentDirections({ dimension: 3, size: 1 }))).toThrow(ShapeError);
    expect(() => mergeSketches(sketch, sketch)).toThrow(
      new ArgumentError("mergeSketches: a sketch cannot be merged into itself."),
    );
    const huge = { ...structuredClone(sketch), squaredNorm: 1.7e308 };
    expect(() => mergeSketches(structuredClone(huge), huge)).toThrow(
      new NotFiniteError("mergeSketches: the sum of the rows' squares overflows."),
    );
    expect(sketch).toEqual(before);
  });

  it("names the field of a stored sketch that is wrong", () => {
    const sketch = frequentDirections({ dimension: 2, size: 1 });
    const wrong: [object, string][] = [
      [
        { kind: "x" },
        'frequentDirections: the sketch is of kind "x", version 1; expected "frequentDirections", version 1.',
      ],
      [
        { version: 2 },
        'frequentDirections: the sketch is of kind "frequentDirections", version 2; expected "frequentDirections", version 1.',
      ],
      [{ filled: 3 }, "restoreSketch: filled is 3; expected a whole number from 0 to 2."],
      [{ shrinkage: -1 }, "restoreSketch: shrinkage is -1; expected a finite number of at least 0."],
      [{ rows: new Float64Array(3) }, "restoreSketch: rows is no Float64Array of length 4."],
      [{ rows: Float64Array.of(0, NaN, 0, 0) }, "restoreSketch: rows[1] is NaN; expected finite numbers."],
    ];
    for (const [fields, message] of wrong)
      expect(() => restoreSketch({ ...sketch, ...fields })).toThrow(new StateError(message));
  });
});
