/**
 * The families of test matrices of LAPACK's own test programs: the 21 symmetric types of dchkst and the 15 general types of
 * dchkbd (its 16th is bidiagonal, and only for routines that take such). ULP is 2⁻⁵²; the factors √overflow and √underflow
 * are those of float64.
 */
import { Matrix } from "../../src/linalg/matrix.ts";
import { matrixWithSingularValues, spectrum, symmetricWithSpectrum } from "../../src/linalg/prescribed-spectrum.ts";
import { fold, random, uniform, type Key } from "../../src/math/random.ts";
import { build, scaled } from "./residuals.ts";

const condition = 2 ** 52;
const rootOverflow = Math.sqrt(Number.MAX_VALUE);
const rootUnderflow = Math.sqrt(2 ** -1022);

const modes = { "evenly spaced": "arithmetic", "geometrically spaced": "geometric", clustered: "oneLarge" } as const;
type Spacing = keyof typeof modes;

const spaced = (n: number, spacing: Spacing): Float64Array => spectrum(n, { mode: modes[spacing], condition });

function signed(values: Float64Array, key: Key): Float64Array {
  const draws = uniform(key, new Float64Array(values.length));
  return values.map((value, k) => (draws[k] < 0.5 ? -value : value));
}

const diagonal = (rows: number, columns: number, values: Float64Array): Matrix =>
  build(rows, columns, (i, j) => (i === j ? values[i] : 0));

function uniformMatrix(rows: number, columns: number, key: Key): Matrix {
  return new Matrix(
    rows,
    columns,
    uniform(key, new Float64Array(rows * columns)).map((value) => 2 * value - 1),
  );
}

/** The 21 types, with their descriptions, at size n. */
export function symmetricFamilies(n: number): readonly (readonly [string, Matrix])[] {
  const key = fold(random(21), n);
  const spacings = Object.keys(modes) as Spacing[];
  const diagonals = spacings.map((spacing, k) => diagonal(n, n, signed(spaced(n, spacing), fold(key, k))));
  const turned = spacings.map((spacing, k) =>
    symmetricWithSpectrum(signed(spaced(n, spacing), fold(key, 10 + k)), fold(key, 20 + k)),
  );
  const positive = spacings.map((spacing, k) => symmetricWithSpectrum(spaced(n, spacing), fold(key, 30 + k)));
  const half = uniformMatrix(n, n, fold(key, 40));
  const uniformSymmetric = build(n, n, (i, j) => half.get(Math.min(i, j), Math.max(i, j)));
  const entries = spaced(n, "geometrically spaced");
  const dominant = build(n, n, (i, j) =>
    i === j ? entries[i] : Math.abs(i - j) === 1 ? 0.25 * Math.sqrt(entries[i] * entries[j]) : 0,
  );
  const named = (matrices: Matrix[], what: string): (readonly [string, Matrix])[] =>
    matrices.map((matrix, k) => [`${what}, ${spacings[k]}`, matrix] as const);
  const scaledTwice = (matrix: Matrix, what: string): (readonly [string, Matrix])[] => [
    [`${what}, times the root of the overflow threshold`, scaled(matrix, rootOverflow)],
    [`${what}, times the root of the underflow threshold`, scaled(matrix, rootUnderflow)],
  ];
  return [
    ["zero", new Matrix(n, n)],
    ["identity", Matrix.identity(n)],
    ...named(diagonals, "diagonal"),
    ...scaledTwice(diagonals[1], "diagonal, geometrically spaced"),
    ...named(turned, "turned"),
    ...scaledTwice(turned[0], "turned, evenly spaced"),
    ["uniform", uniformSymmetric],
    ...scaledTwice(uniformSymmetric, "uniform"),
    ...named(positive, "positive definite"),
    ...scaledTwice(positive[0], "positive definite, evenly spaced"),
    ["tridiagonal, diagonally dominant, geometrically spaced", dominant],
  ];
}

/** The general types at rows × columns. */
export function generalFamilies(rows: number, columns: number): readonly (readonly [string, Matrix])[] {
  const key = fold(fold(random(16), rows), columns);
  const n = Math.min(rows, columns);
  const spacings = Object.keys(modes) as Spacing[];
  const diagonals = spacings.map((spacing, k) => diagonal(rows, columns, signed(spaced(n, spacing), fold(key, k))));
  const turned = spacings.map((spacing, k) =>
    matrixWithSingularValues(rows, columns, spaced(n, spacing), fold(key, 10 + k)),
  );
  const whole = uniformMatrix(rows, columns, fold(key, 40));
  return [
    ["zero", new Matrix(rows, columns)],
    ["identity", diagonal(rows, columns, new Float64Array(n).fill(1))],
    ...spacings.map((spacing, k) => [`diagonal, ${spacing}`, diagonals[k]] as const),
    ["diagonal, near overflow", scaled(diagonals[1], rootOverflow)],
    ["diagonal, near underflow", scaled(diagonals[1], rootUnderflow)],
    ...spacings.map((spacing, k) => [`turned, ${spacing}`, turned[k]] as const),
    ["turned, near overflow", scaled(turned[0], rootOverflow)],
    ["turned, near underflow", scaled(turned[0], rootUnderflow)],
    ["uniform", whole],
    ["uniform, near overflow", scaled(whole, rootOverflow)],
    ["uniform, near underflow", scaled(whole, rootUnderflow)],
  ];
}

/** Matrices of half of the rank that they could have, as dchkqp and dqrt13 try them: each with its rank. */
export function deficientFamilies(rows: number, columns: number): readonly (readonly [string, Matrix, number])[] {
  const key = fold(fold(random(17), rows), columns);
  const n = Math.min(rows, columns);
  const rank = n >> 1;
  const values = (Object.keys(modes) as Spacing[]).map((spacing) => {
    const result = new Float64Array(n);
    result.set(spectrum(rank, { mode: modes[spacing], condition: 1e4 }));
    return [spacing, result] as const;
  });
  const turned = values.map(
    ([spacing, spread], k) =>
      [`turned, ${spacing}`, matrixWithSingularValues(rows, columns, spread, fold(key, k)), rank] as const,
  );
  const whole = uniformMatrix(rows, columns, fold(key, 10));
  const first = turned[0][1];
  return [
    ...turned,
    ["near overflow", scaled(first, rootOverflow), rank],
    ["near underflow", scaled(first, rootUnderflow), rank],
    ["first columns alone", build(rows, columns, (i, j) => (j < rank ? whole.get(i, j) : 0)), rank],
    ["last rows alone", build(rows, columns, (i, j) => (i >= rows - rank ? whole.get(i, j) : 0)), rank],
    ["equal columns", build(rows, columns, (i) => whole.data[i * columns]), Math.min(1, n)],
  ];
}
