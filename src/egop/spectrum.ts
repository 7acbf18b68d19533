/**
 * Eigenvalues and eigenvectors of a second moment C = RᵀR / weight that is known by its rows R (k × d: gradients, or a
 * sketch of them), or by itself.
 *
 * Where the smaller side of R has at most `accurateSide` elements the vectors are right singular vectors of R by QR and
 * one-sided Jacobi, so that small eigenvalues keep their relative accuracy; beyond, where that would take minutes, they
 * are those of RᵀR (or, for k < d, of RRᵀ) by tridiagonalization, with errors of a few units of round-off of λ₁. The
 * vectors are orthonormal to a few units of round-off on each road.
 */
import { ArgumentError, NotFiniteError } from "../errors.ts";
import { householderQR } from "../linalg/householder-qr.ts";
import { singularValueDecomposition } from "../linalg/singular-value-decomposition.ts";
import { Matrix } from "../linalg/matrix.ts";
import { orientationOf } from "../linalg/orientation.ts";
import { gram, multiply } from "../linalg/product.ts";
import { symmetricEigen } from "../linalg/symmetric-eigen.ts";

/** Up to this many rows or columns the eigenvectors come from the gradients themselves, beyond from their squares. */
const accurateSide = 200;

/** A symmetric positive semidefinite matrix: itself, or by rows R as RᵀR / weight. */
export type Moment =
  | { readonly kind: "matrix"; readonly matrix: Matrix }
  | { readonly kind: "rows"; readonly rows: Matrix; readonly weight: number };

/** Eigenvalues in descending order, none below zero, and as many orthonormal columns. */
export interface Spectrum {
  readonly values: Float64Array;
  readonly vectors: Matrix;
}

/** The side of a moment. */
export function sideOf(moment: Moment): number {
  return moment.kind === "matrix" ? moment.matrix.rows : moment.rows.columns;
}

/** All d eigenvalues and eigenvectors; the identity when everything is zero. */
export function wholeSpectrum(moment: Moment): Spectrum {
  const dimension = sideOf(moment);
  if (moment.kind === "matrix") return cleaned(symmetricEigen(finite(moment.matrix)), 1);
  const { rows, weight } = moment;
  if (dimension <= accurateSide) return cleaned(completed(throughSingularValues(rows), dimension), weight);
  if (rows.rows < dimension) return completed(leadingSpectrum(moment, rows.rows), dimension);
  return cleaned(symmetricEigen(finite(gram(rows))), weight);
}

/**
 * The `rank` largest eigenvalues with their vectors (d × rank). Throws ArgumentError for a rank beyond the number of rows:
 * so few samples say nothing of the directions that are asked for.
 */
export function leadingSpectrum(moment: Moment, rank: number): Spectrum {
  const dimension = sideOf(moment);
  const most = moment.kind === "rows" ? Math.min(dimension, moment.rows.rows) : dimension;
  if (!Number.isSafeInteger(rank) || rank < 1 || rank > most)
    throw new ArgumentError(
      `egop: the rank is ${rank}; expected a whole number from 1 to ${most}, ` +
        (most < dimension ? `the number of samples (take more of them).` : "the number of parameters."),
    );
  if (moment.kind === "matrix" || (dimension > accurateSide && dimension <= moment.rows.rows))
    return firstOf(wholeSpectrum(moment), rank);
  const { rows, weight } = moment;
  const small = Math.min(rows.rows, dimension) <= accurateSide;
  return cleaned(firstOf(small ? throughSingularValues(rows) : throughRows(rows, rank), rank), weight);
}

/** σ² and the right singular vectors, min(k, d) of them. */
function throughSingularValues(rows: Matrix): Spectrum {
  const { values, v } = singularValueDecomposition(rows, { method: "jacobi" });
  return { values: values.map((value) => value * value), vectors: v };
}

/** The leading eigenvectors of RᵀR from those of RRᵀ: Rᵀu, made orthonormal. */
function throughRows(rows: Matrix, rank: number): Spectrum {
  const { values, vectors } = symmetricEigen(finite(multiply(rows, rows, { transposeB: true })));
  const leading = firstOf({ values, vectors }, rank);
  // Columns in descending order of length: QR keeps the long ones, and cleans the short ones of what is left of the others.
  return { values: leading.values, vectors: orthonormalized(multiply(rows, leading.vectors, { transposeA: true })) };
}

/** Q of a QR factorization, each column oriented as eigenvectors are. */
function orthonormalized(columns: Matrix): Matrix {
  const q = householderQR(columns).q().transpose();
  for (let k = 0; k < q.rows; k++) {
    const row = q.row(k);
    if (orientationOf(row) < 0) for (let i = 0; i < row.length; i++) row[i] = -row[i];
  }
  return q.transpose();
}

/** The given vectors first, and an orthonormal completion of them, of eigenvalue zero. */
function completed({ values, vectors }: Spectrum, dimension: number): Spectrum {
  if (vectors.columns === dimension) return { values, vectors };
  const all = new Float64Array(dimension);
  all.set(values);
  const whole = householderQR(vectors).q({ full: true });
  // QR returns the given columns up to sign: put the vectors themselves back.
  for (let i = 0; i < dimension; i++) whole.row(i).set(vectors.row(i));
  return { values: all, vectors: whole };
}

/** The first columns of a spectrum. */
export function firstOf({ values, vectors }: Spectrum, rank: number): Spectrum {
  if (vectors.columns === rank) return { values, vectors };
  const first = new Matrix(vectors.rows, rank);
  for (let i = 0; i < vectors.rows; i++) first.row(i).set(vectors.row(i).subarray(0, rank));
  return { values: values.slice(0, rank), vectors: first };
}

/** A second moment has no negative eigenvalues: those below zero are round-off of zero. */
function cleaned(spectrum: Spectrum, weight: number): Spectrum {
  const values = spectrum.values.map((value) => Math.max(value, 0) / weight);
  if (!Number.isFinite(values[0])) throw overflowing();
  if (values[0] > 0) return { values, vectors: spectrum.vectors };
  const { rows, columns } = spectrum.vectors;
  const axes = new Matrix(rows, columns);
  for (let k = 0; k < columns; k++) axes.set(k, k, 1);
  return { values, vectors: axes };
}

function finite(matrix: Matrix): Matrix {
  if (!matrix.data.every(Number.isFinite)) throw overflowing();
  return matrix;
}

function overflowing(): NotFiniteError {
  return new NotFiniteError("egop: the squares of the gradients overflow; divide the objective by a constant.");
}
