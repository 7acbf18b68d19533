/** Ten thousand matrices that are made to break things, and how a routine is tried on them. */
import { expect } from "vitest";
import { EgopError } from "../../src/errors.ts";
import { Matrix } from "../../src/linalg/matrix.ts";
import { fold, random, uniform, type Key } from "../../src/math/random.ts";
import { build, distance, roundoff, threshold } from "./residuals.ts";

const count = 10_000;

/** Entries by whim: ordinary, tiny, huge, zero, not finite. */
function hostileEntry(u: number, v: number, wild: number): number {
  const sign = v < 0.5 ? -1 : 1;
  if (u < 0.35) return 2 * v - 1;
  if (u < 0.55) return 0;
  if (u < 0.65) return sign;
  if (wild < 0.5) return Math.round(6 * v - 3);
  if (u < 0.7) return sign * 1e300 * v;
  if (u < 0.75) return sign * 1e-300 * v;
  if (u < 0.8) return sign * 5e-324;
  if (u < 0.85) return sign * 1e-310;
  if (u < 0.9) return sign * 10 ** (600 * v - 300);
  if (u < 0.93) return sign * Number.MAX_VALUE;
  if (u < 0.96) return 1 + v * 1e-15;
  if (wild < 0.9) return 1e-8 * v;
  return u < 0.97 ? NaN : sign * Infinity;
}

/** Matrix `index` of the parade: sizes 0 to 5, mostly; some defective, some of low rank, some with graded rows. */
function hostileMatrix(index: number, key: Key): Matrix {
  const draws = uniform(fold(key, index), new Float64Array(128));
  const size = (u: number): number => (u < 0.02 ? 0 : u < 0.97 ? 1 + Math.floor(u * 4.2) : 7);
  const rows = size(draws[0]);
  const columns = draws[1] < 0.7 ? rows : size(draws[2]);
  const [wild, form] = [draws[3], draws[4]];
  const entry = (i: number, j: number): number => {
    const k = 5 + 2 * (i * columns + j);
    return hostileEntry(draws[k], draws[k + 1], wild);
  };
  if (form < 0.45) return build(rows, columns, entry);
  if (form < 0.6) return build(rows, columns, (i, j) => entry(Math.min(i, j), Math.max(i, j)));
  // Jordan blocks, turned a little or not at all.
  if (form < 0.7)
    return build(rows, columns, (i, j) => (i === j ? draws[5] : j === i + 1 ? 1 : i > j ? draws[6] * 1e-16 : 0));
  if (form < 0.8) return build(rows, columns, (i, j) => entry(i, 0) * entry(0, j));
  if (form < 0.9) return build(rows, columns, (i, j) => entry(i, j) * 10 ** (-40 * (i + j) * draws[5]));
  return build(rows, columns, (i, j) => (i === 0 ? 0 : entry(i, j)));
}

export const largest = (data: Float64Array): number => data.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);

/** ‖A − B‖ of matrices near A's size, in units of n·u·‖A‖; 0 where A is zero and B too. */
export function ratio(matrix: Matrix, other: (unit: number) => Matrix): number {
  const unit = largest(matrix.data) || 1;
  // Below the smallest normal numbers, every operation may lose half of the smallest number.
  const floor = 5e-324 / unit;
  const size = Math.max(matrix.rows, matrix.columns, 1);
  return distance(divided(matrix, unit), other(unit)) / (size * size * (roundoff + floor * size));
}

/** The symmetric part of a matrix that may be asymmetric by less than the tolerance: what symmetric routines decompose. */
export const mirrored = (a: Matrix): Matrix =>
  build(a.rows, a.rows, (i, j) => (a.get(i, j) === a.get(j, i) ? a.get(i, j) : a.get(i, j) / 2 + a.get(j, i) / 2));

export const divided = (matrix: Matrix, unit: number): Matrix =>
  new Matrix(
    matrix.rows,
    matrix.columns,
    matrix.data.map((entry) => entry / unit),
  );

export const finite = (...values: number[]): number => (values.every(Number.isFinite) ? 0 : NaN);

/** A residual in units of round-off that has to stay below LAPACK's threshold; NaN fails. */
export type Check = (matrix: Matrix) => number;

const key = random(2026);
export const hostileMatrices: readonly Matrix[] = Array.from({ length: count }, (_, index) =>
  hostileMatrix(index, key),
);

/** All of them: a result within the threshold or a typed error, and an argument that is as it was. */
export function expectTakenOrRefused(check: Check, least = count / 20): void {
  const failures: string[] = [];
  let results = 0;
  hostileMatrices.forEach((matrix, index) => {
    const before = matrix.data.slice();
    try {
      const value = check(matrix);
      results++;
      if (!(value < threshold)) failures.push(`matrix ${index}: ${value}: ${JSON.stringify(matrix.toRows())}`);
    } catch (error) {
      if (!(error instanceof EgopError)) failures.push(`matrix ${index}: ${String(error)}`);
    }
    if (matrix.data.some((entry, at) => !Object.is(entry, before[at]))) failures.push(`matrix ${index} was changed`);
  });
  expect(failures.slice(0, 5), `${failures.length} of ${count}`).toEqual([]);
  // Refusing all would pass, too: most are decomposed where shapes and symmetry allow.
  expect(results).toBeGreaterThan(least);
}
