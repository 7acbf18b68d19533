/** Oracles for decompositions, written from the definitions, and matrices of several kinds to try them on. */
import { Matrix } from "../../src/linalg/matrix.ts";
import { gram, multiply } from "../../src/linalg/product.ts";

export const roundoff = 2 ** -53;

/** The bound that LAPACK's own tests put on residuals measured in units of n·u. */
export const threshold = 30;

/** Entries from about -1 to 1, always the same for a seed. */
export function randomMatrix(rows: number, columns: number, seed: number): Matrix {
  let state = Math.imul(seed + 1, 2654435761) | 1;
  return build(rows, columns, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state / 2 ** 31;
  });
}

export function build(rows: number, columns: number, entry: (i: number, j: number) => number): Matrix {
  const matrix = new Matrix(rows, columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) matrix.set(i, j, entry(i, j));
  return matrix;
}

export function scaled(matrix: Matrix, factor: number): Matrix {
  return new Matrix(
    matrix.rows,
    matrix.columns,
    matrix.data.map((entry) => entry * factor),
  );
}

export function largestEntry(matrix: Matrix): number {
  return matrix.data.reduce((largest, entry) => Math.max(largest, Math.abs(entry)), 0);
}

/** Column j times factors[j]. */
export function scaledColumns(matrix: Matrix, factors: ArrayLike<number>): Matrix {
  return build(matrix.rows, matrix.columns, (i, j) => matrix.get(i, j) * factors[j]);
}

/** The Frobenius norm of a - b, of matrices whose entries are near 1. */
export function distance(a: Matrix, b: Matrix): number {
  if (a.rows !== b.rows || a.columns !== b.columns) throw new Error("sizes differ");
  return Math.sqrt(a.data.reduce((sum, entry, index) => sum + (entry - b.data[index]) ** 2, 0));
}

/** ‖I - QᵀQ‖ / (n u). */
export function orthonormality(q: Matrix): number {
  return distance(gram(q), Matrix.identity(q.columns)) / (Math.max(q.rows, 1) * roundoff);
}

/** The documented sign: in every column, the first entry of largest size is positive (or all are zero). */
export function largestEntriesArePositive(vectors: Matrix): boolean {
  return vectors
    .transpose()
    .toRows()
    .every((column) => {
      const largest = Math.max(...column.map(Math.abs));
      return column.length === 0 || (column.find((entry) => Math.abs(entry) === largest) ?? -1) >= 0;
    });
}

export function isDescending(values: Float64Array): boolean {
  return values.every((value, index) => index === 0 || value <= values[index - 1]);
}

/** m × n matrices of the kinds that find mistakes: full, rank one, zero, graded, extreme in size. */
export function kindsOfMatrices(rows: number, columns: number): readonly (readonly [string, Matrix])[] {
  const random = randomMatrix(rows, columns, rows * 1000 + columns);
  const rankOne = multiply(randomMatrix(rows, 1, 5), randomMatrix(1, columns, 6));
  return [
    ["random", random],
    ["zero", new Matrix(rows, columns)],
    ["identity", build(rows, columns, (i, j) => (i === j ? 1 : 0))],
    ["rank one", rankOne],
    ["graded columns", build(rows, columns, (i, j) => random.get(i, j) * 10 ** (-j / 4))],
    ["large", scaled(random, 1e300)],
    ["small", scaled(random, 1e-300)],
  ];
}
