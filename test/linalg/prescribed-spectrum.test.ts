import { describe, expect, it } from "vitest";
import { ArgumentError, NotFiniteError, ShapeError } from "../../src/errors.ts";
import { singularValues } from "../../src/linalg/singular-value-decomposition.ts";
import { matrixWithSingularValues, spectrum, symmetricWithSpectrum } from "../../src/linalg/prescribed-spectrum.ts";
import { symmetricEigen } from "../../src/linalg/symmetric-eigen.ts";
import { random } from "../../src/math/random.ts";
import { roundoff } from "./residuals.ts";

describe("spectrum", () => {
  it("spreads values as named", () => {
    const options = { condition: 100 };
    expect(spectrum(3, { ...options, mode: "oneLarge" })).toEqual(Float64Array.of(1, 0.01, 0.01));
    expect(spectrum(3, { ...options, mode: "oneSmall" })).toEqual(Float64Array.of(1, 1, 0.01));
    expect(spectrum(3, { ...options, mode: "arithmetic" })).toEqual(Float64Array.of(1, 0.505, 0.01));
    const geometric = spectrum(3, { ...options, mode: "geometric" });
    expect([geometric[0], geometric[2]]).toEqual([1, 0.01]);
    expect(Math.abs(geometric[1] / 0.1 - 1)).toBeLessThan(8 * roundoff);
    expect(spectrum(1, { ...options, mode: "oneSmall" })).toEqual(Float64Array.of(1));
    expect(spectrum(0, { ...options, mode: "geometric" })).toEqual(new Float64Array(0));
  });

  it("draws values uniform in the logarithm", () => {
    const values = spectrum(4000, { mode: "logUniform", condition: 1e6, key: random(1) });
    const digits = values.map((value) => -Math.log10(value));
    expect(Math.min(...digits)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...digits)).toBeLessThanOrEqual(6.0000001);
    // Mean 3, standard deviation 6/√12 of one, five standard errors.
    expect(Math.abs(digits.reduce((sum, d) => sum + d, 0) / 4000 - 3)).toBeLessThan((5 * 1.74) / Math.sqrt(4000));
  });

  it("refuses bad arguments", () => {
    expect(() => spectrum(-1, { mode: "geometric", condition: 2 })).toThrow(
      new ArgumentError("spectrum: size is -1; expected a whole number of at least 0."),
    );
    expect(() => spectrum(2, { mode: "geometric", condition: 0.5 })).toThrow(
      new ArgumentError("spectrum: condition is 0.5; expected a finite number of at least 1."),
    );
    expect(() => spectrum(2, { mode: "logUniform", condition: 2 })).toThrow(
      new ArgumentError('spectrum: the mode "logUniform" draws values; expected a key.'),
    );
  });
});

describe("symmetricWithSpectrum", () => {
  it.each([0, 1, 2, 10, 40])("has the eigenvalues, at size %i", (n) => {
    const values = Float64Array.from({ length: n }, (_, k) => 1 - (2 * k) / n);
    const matrix = symmetricWithSpectrum(values, random(n));
    expect(matrix).toEqual(matrix.transpose());
    symmetricEigen(matrix).values.forEach((value, k) => expect(Math.abs(value - values[k])).toBeLessThan(n * roundoff));
    expect(symmetricWithSpectrum(values, random(n))).toEqual(matrix);
  });

  it("refuses values that are not finite", () => {
    expect(() => symmetricWithSpectrum(Float64Array.of(1, NaN), random(0))).toThrow(
      new NotFiniteError("symmetricWithSpectrum: element 1 is NaN; expected finite numbers."),
    );
  });
});

describe("matrixWithSingularValues", () => {
  it.each([
    [0, 3],
    [5, 5],
    [20, 7],
    [7, 20],
  ])("has them, at %i × %i", (rows, columns) => {
    const values = spectrum(Math.min(rows, columns), { mode: "arithmetic", condition: 50 });
    const matrix = matrixWithSingularValues(rows, columns, values, random(1));
    expect([matrix.rows, matrix.columns]).toEqual([rows, columns]);
    singularValues(matrix).forEach((value, k) => expect(Math.abs(value - values[k])).toBeLessThan(30 * roundoff));
  });

  it("refuses another number of values, and such as are not finite", () => {
    expect(() => matrixWithSingularValues(2, 3, Float64Array.of(1), random(0))).toThrow(
      new ShapeError("matrixWithSingularValues: 1 values; a 2 × 3 matrix has 2."),
    );
    expect(() => matrixWithSingularValues(1, 3, Float64Array.of(Infinity), random(0))).toThrow(
      new NotFiniteError("matrixWithSingularValues: element 0 is Infinity; expected finite numbers."),
    );
  });
});
