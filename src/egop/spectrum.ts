/**
 * Eigenvalues and eigenvectors of a second moment C = RᵀR / weight that is known by its rows R (k × d: gradients, or a
 * sketch of them), or by itself.
 *
 * Rows are never squared: the vectors are right singular vectors of R and the eigenvalues squares of its singular values.
 * Where the smaller side of R has at most `accurateSide` elements these come from QR and one-sided Jacobi, so that small
 * eigenvalues keep their relative accuracy; beyond, where that would take minutes, from bidiagonal form, with an error of
 * √λᵢ of a few units of round-off of √λ₁. The vectors are orthonormal to a few units of round-off on each road.
 */
import { ArgumentError, NotFiniteError } from "../errors.ts";
import { indexOfNotFinite } from "../linalg/finite.ts";
import { householderQR } from "../linalg/householder-qr.ts";
import { rightSingularVectors, singularValueDecomposition } from "../linalg/singular-value-decomposition.ts";
import { Matrix } from "../linalg/matrix.ts";
import { symmetricEigen } from "../linalg/symmetric-eigen.ts";

/** Up to this many rows or columns, one-sided Jacobi. */
const accurateSide = 200;

/**
 * A symmetric positive semidefinite matrix: itself, or by rows R as RᵀR / weight. A sum of so many (`samples`) outer products
 * has no more directions that it tells apart from round-off.
 */
export type Moment = { readonly samples: number } & (
  | { readonly kind: "matrix"; readonly matrix: Matrix }
  | { readonly kind: "rows"; readonly rows: Matrix; readonly weight: number }
);

/** Eigenvalues in descending order, none below zero, and as many orthonormal columns. */
export interface Spectrum {
  readonly values: Float64Array;
  readonly vectors: Matrix;
}

/** The side of a moment. */
function sideOf(moment: Moment): number {
  return moment.kind === "matrix" ? moment.matrix.rows : moment.rows.columns;
}

/** The most directions that a moment can tell: as many as it has samples, rows, and parameters. */
export function knownRankOf(moment: Moment): number {
  const most = Math.min(sideOf(moment), moment.samples);
  return moment.kind === "rows" ? Math.min(most, moment.rows.rows) : most;
}

/** All d eigenvalues and eigenvectors; the identity when everything is zero. */
export function wholeSpectrum(moment: Moment): Spectrum {
  const dimension = sideOf(moment);
  if (moment.kind === "matrix") return cleaned(symmetricEigen(finite(moment.matrix)), 1);
  const { rows, weight } = moment;
  return cleaned(completed(throughSingularValues(rows), dimension), weight);
}

/**
 * The `rank` largest eigenvalues with their vectors (d × rank). Throws ArgumentError for a rank beyond the number of
 * samples, or of rows: so few say nothing of the directions that are asked for.
 */
export function leadingSpectrum(moment: Moment, rank: number): Spectrum {
  const most = knownRankOf(moment);
  if (!Number.isSafeInteger(rank) || rank < 1 || rank > most)
    throw new ArgumentError(
      `egop: the rank is ${rank}; expected a whole number from 1 to ${most}, ` +
        (most === sideOf(moment)
          ? "the number of parameters."
          : most === moment.samples
            ? "the number of samples (take more of them)."
            : "the number of rows of the sketch (make one of a larger rank)."),
    );
  if (moment.kind === "matrix") return firstOf(wholeSpectrum(moment), rank);
  return cleaned(firstOf(throughSingularValues(moment.rows), rank), moment.weight);
}

/** σ² and the right singular vectors, min(k, d) of them. */
function throughSingularValues(rows: Matrix): Spectrum {
  const { values, v } =
    Math.min(rows.rows, rows.columns) <= accurateSide
      ? singularValueDecomposition(rows, { method: "jacobi" })
      : rightSingularVectors(rows);
  return { values: values.map((value) => value * value), vectors: v };
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
  if (indexOfNotFinite(matrix.data) >= 0) throw overflowing();
  return matrix;
}

function overflowing(): NotFiniteError {
  return new NotFiniteError("egop: the squares of the gradients overflow; divide the objective by a constant.");
}
