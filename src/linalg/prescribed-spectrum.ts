/**
 * Random matrices with a prescribed spectrum, for tests and experiments: Haar-uniform vectors around given eigenvalues or
 * singular values. Cost: two orthonormalizations and a product. The values come back to a few units of round-off of the
 * largest. Source: J. Demmel and A. McKenney, A Test Matrix Generation Suite, LAPACK Working Note 9, 1989 (dlatms).
 */
import { ArgumentError, ShapeError } from "../errors.ts";
import { exp, log } from "../math/elementary.ts";
import { fold, uniform, type Key } from "../math/random.ts";
import { checkFinite } from "./finite.ts";
import { Matrix } from "./matrix.ts";
import { multiply } from "./product.ts";
import { randomOrthogonal, randomOrthonormal } from "./random-orthogonal.ts";

/**
 * How values from 1 down to 1/condition are spread: "oneLarge" (1, then 1/condition), "oneSmall" (1 but for the last),
 * "geometric", "arithmetic" (equal ratios, equal differences), or "logUniform" (drawn, uniform in the logarithm).
 */
export type SpectrumMode = "oneLarge" | "oneSmall" | "geometric" | "arithmetic" | "logUniform";

/**
 * `size` values between 1 and 1/condition, descending but for "logUniform", which needs a key. Throws ArgumentError for a
 * size that is not a whole number of at least 0, a condition below 1 and a missing key.
 *
 * @example spectrum(3, { mode: "geometric", condition: 100 }) // [1, 0.1, 0.01]
 */
export function spectrum(
  size: number,
  options: { readonly mode: SpectrumMode; readonly condition: number; readonly key?: Key },
): Float64Array {
  const { mode, condition, key } = options;
  if (!Number.isSafeInteger(size) || size < 0)
    throw new ArgumentError(`spectrum: size is ${size}; expected a whole number of at least 0.`);
  if (!(condition >= 1 && condition < Infinity))
    throw new ArgumentError(`spectrum: condition is ${condition}; expected a finite number of at least 1.`);
  const values = new Float64Array(size).fill(1);
  const last = size - 1;
  if (mode === "logUniform") {
    if (key === undefined) throw new ArgumentError(`spectrum: the mode "logUniform" draws values; expected a key.`);
    uniform(key, values);
    return values.map((value) => exp(-value * log(condition)));
  }
  for (let k = 1; k < size; k++) {
    if (mode === "oneLarge" || (k === last && mode !== "geometric")) values[k] = 1 / condition;
    else if (mode === "geometric") values[k] = k === last ? 1 / condition : exp((-k / last) * log(condition));
    else if (mode === "arithmetic") values[k] = 1 - (k / last) * (1 - 1 / condition);
  }
  return values;
}

/**
 * A symmetric matrix Q diag(values) Qᵀ, symmetric to the last bit, with Q uniform. Throws NotFiniteError for values that
 * are NaN or infinite.
 *
 * @example symmetricWithSpectrum(Float64Array.of(2, 2), random(0)).get(0, 0) // 2.00
 */
export function symmetricWithSpectrum(values: Float64Array, key: Key): Matrix {
  checkFinite(values, "symmetricWithSpectrum");
  const n = values.length;
  const q = randomOrthogonal(n, key);
  const result = multiply(withScaledColumns(q, values), q, { transposeB: true });
  const { data } = result;
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) data[i * n + j] = data[j * n + i];
  return result;
}

/**
 * A rows × columns matrix U diag(values) Vᵀ with U and V uniform. Throws ShapeError unless there are min(rows, columns)
 * values, NotFiniteError for values that are NaN or infinite. The singular values are the values' absolute values.
 *
 * @example matrixWithSingularValues(3, 2, Float64Array.of(1, 1), random(0)).columns // 2
 */
export function matrixWithSingularValues(rows: number, columns: number, values: Float64Array, key: Key): Matrix {
  const count = Math.min(rows, columns);
  if (values.length !== count)
    throw new ShapeError(
      `matrixWithSingularValues: ${values.length} values; a ${rows} × ${columns} matrix has ${count}.`,
    );
  checkFinite(values, "matrixWithSingularValues");
  const u = randomOrthonormal(rows, count, fold(key, 0));
  const v = randomOrthonormal(columns, count, fold(key, 1));
  return multiply(withScaledColumns(u, values), v, { transposeB: true });
}

function withScaledColumns({ rows, columns, data }: Matrix, factors: Float64Array): Matrix {
  const result = new Matrix(rows, columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) result.data[i * columns + j] = data[i * columns + j] * factors[j];
  return result;
}
