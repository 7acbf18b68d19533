/**
 * The singular value decomposition A = U Σ Vᵀ by one-sided Jacobi rotations after pivoted QR.
 *
 * A P = Q R with pivoting (after QR without where A is tall, A = Q₀R₀); rotations from the left make the rows of R
 * orthogonal, W R = Σ Yᵀ, and U = Q₀ Q Wᵀ, V = P Y: the right vectors are the rotated rows, scaled to length 1, and need
 * no accumulation.
 *
 * Cost for m × n, m ≥ n: 2mn² flops for QR and some five to eight sweeps of 4n³ (2n³ without vectors). Accuracy: every
 * singular value to a few units of round-off relative to the largest (below 8 measured up to n = 200), and relative to
 * itself, times the condition number that is left after scaling columns (of a wide matrix rows), where methods that form AᵀA or a
 * bidiagonal matrix lose the small ones. A rotation is written as a correction, x − s(y + τx): with rounded cosines
 * instead, cos² + sin² is off by a unit or so, the same for a whole row each time, and the values drift by n units.
 * At most 60 sweeps.
 * Source: M. Hestenes, SIAM J. 6, 1958; Z. Drmač and K. Veselić, New Fast and Accurate Jacobi SVD Algorithm, SIAM J.
 * Matrix Anal. 29, 2008; the formulas of the rotation are H. Rutishauser's, Numerische Mathematik 9, 1966.
 */
import { NotConvergedError } from "../errors.ts";
import { requireRepresentable } from "./finite.ts";
import { strideNorm } from "./householder.ts";
import { householderQR, type HouseholderQR } from "./householder-qr.ts";
import { Matrix } from "./matrix.ts";
import { descendingOrder, rowsAsColumns, scaleToOne } from "./orientation.ts";
import { pivotedQR, type PivotedQR } from "./pivoted-qr.ts";
import { innerProduct } from "./row-combination.ts";

const unitRoundoff = 1.1102230246251565e-16;
const maximumSweeps = 60;
/** Rows smaller than this beside the first of their group begin a group of their own. */
const smallestRow = 1e-140;
/** A square that a rotation brings below this part of what it was has lost digits and is computed anew. */
const staleness = 0.1;

/** A = U Σ Vᵀ of a matrix with m ≥ n: descending values, and vectors as columns with whatever sign. */
export interface TallSVD {
  readonly values: Float64Array;
  readonly u: Matrix;
  readonly v: Matrix;
}

/** Decomposes a matrix with m ≥ n and finite entries, which is not changed. Throws NotConvergedError, NotFiniteError. */
export function jacobiSVD(matrix: Matrix): TallSVD {
  const n = matrix.columns;
  const { scale, outer, inner } = factored(matrix);
  const rotated = inner.factors.r();
  // Row i of `turns` is what the rotations have made of the i-th unit vector's row.
  const turns = Matrix.identity(n);
  const rowScales = scaleRowsInGroups(rotated);
  orthogonalizeRows(rotated, turns, rowScales);

  const { lengths, norms } = measured(rotated, rowScales);
  const order = descendingOrder(norms);
  const right = new Matrix(n, n);
  order.forEach((from, j) => {
    for (let k = 0; k < n; k++)
      right.data[inner.order[k] * n + j] = norms[from] === 0 ? 0 : rotated.data[from * n + k] / lengths[from];
  });
  const core = inner.factors.applyQ(rowsAsColumns(turns, order));
  const rank = order.findIndex((index) => norms[index] === 0);
  return {
    values: unscaled(norms, order, scale),
    u: outer === null ? core : outer.applyQ(padded(core, matrix.rows)),
    v: rank < 0 ? right : completed(right, rank),
  };
}

/** The values of `jacobiSVD` alone, with the same bits. */
export function jacobiSingularValues(matrix: Matrix): Float64Array {
  const { scale, inner } = factored(matrix);
  const rotated = inner.factors.r();
  const rowScales = scaleRowsInGroups(rotated);
  orthogonalizeRows(rotated, null, rowScales);
  const { norms } = measured(rotated, rowScales);
  return unscaled(norms, descendingOrder(norms), scale);
}

/** The matrix times `scale` as Q₀ Q R Pᵀ; of a square one without Q₀. */
function factored(matrix: Matrix): { readonly scale: number; outer: HouseholderQR | null; inner: PivotedQR } {
  const { rows, columns, data } = matrix;
  const scale = scaleToOne(data);
  const scaled = new Matrix(
    rows,
    columns,
    data.map((entry) => entry * scale),
  );
  const outer = rows > columns ? householderQR(scaled) : null;
  return { scale, outer, inner: pivotedQR(outer === null ? scaled : outer.r()) };
}

/** The lengths of the rows, and what they would be without the scales of the rows. */
function measured({ rows: n, data }: Matrix, rowScales: Float64Array): { lengths: Float64Array; norms: Float64Array } {
  const lengths = Float64Array.from({ length: n }, (_value, i) => strideNorm(data, i * n, 1, n));
  return { lengths, norms: lengths.map((length, i) => length / rowScales[i]) };
}

function unscaled(norms: Float64Array, order: readonly number[], scale: number): Float64Array {
  const values = Float64Array.from(order, (index) => norms[index] / scale);
  requireRepresentable(values, "singularValueDecomposition: a singular value");
  return values;
}

function padded(matrix: Matrix, rows: number): Matrix {
  const result = new Matrix(rows, matrix.columns);
  result.data.set(matrix.data);
  return result;
}

/**
 * Multiplies rows that are so small that their squares would vanish by a power of two, which is returned: rows of like size
 * by the same. The rows descend in size, up to a factor of √n.
 */
function scaleRowsInGroups({ rows: n, columns, data }: Matrix): Float64Array {
  const scales = new Float64Array(n).fill(1);
  let scale = 1;
  for (let i = 0; i < n; i++) {
    const norm = strideNorm(data, i * columns, 1, columns);
    if (norm > 0 && norm * scale < smallestRow) scale = scaleToOne(data, i * columns, columns);
    scales[i] = scale;
    if (scale !== 1) for (let k = i * columns; k < (i + 1) * columns; k++) data[k] *= scale;
  }
  return scales;
}

/** Rotates pairs of rows of `a` until all are orthogonal to round-off, and the rows of `turns`, if any, along. */
function orthogonalizeRows(a: Matrix, turns: Matrix | null, rowScales: Float64Array): void {
  const { rows: n, columns, data } = a;
  const tolerance = unitRoundoff * Math.sqrt(Math.max(columns, 1));
  // A rotation of rows of like length may itself leave a cosine of some units of round-off: a sweep that has met nothing
  // beyond that, and has rotated it, is the last.
  const settled = 8 * tolerance;
  const squares = new Float64Array(n);
  let largest = Infinity;
  for (let sweeps = 0; largest > settled; sweeps++) {
    largest = 0;
    for (let p = 0; p < n; p++) squares[p] = innerProduct(data, p * columns, p * columns, columns);
    for (let p = 0; p < n - 1; p++)
      for (let q = p + 1; q < n; q++) {
        const [pp, qq] = [squares[p], squares[q]];
        const pq = innerProduct(data, p * columns, q * columns, columns);
        const size = Math.sqrt(pp) * Math.sqrt(qq);
        if (Math.abs(pq) <= tolerance * size) continue;
        largest = Math.max(largest, Math.abs(pq) / size);
        if (rowScales[p] !== rowScales[q]) {
          // Rows so different in size turn by an angle of less than 1e-140: only the smaller one feels it.
          const factor = pq / pp;
          for (let k = 0, i = p * columns, j = q * columns; k < columns; k++, i++, j++) data[j] -= factor * data[i];
          squares[q] = innerProduct(data, q * columns, q * columns, columns);
          continue;
        }
        const ratio = (qq - pp) / (2 * pq);
        const tangent = (ratio < 0 ? -1 : 1) / (Math.abs(ratio) + Math.sqrt(1 + ratio * ratio));
        const cosine = 1 / Math.sqrt(1 + tangent * tangent);
        const sine = tangent * cosine;
        const tau = sine / (1 + cosine);
        rotateRows(data, columns, p, q, sine, tau);
        if (turns !== null) rotateRows(turns.data, n, p, q, sine, tau);
        const change = tangent * pq;
        squares[p] = pp - change > staleness * pp ? pp - change : innerProduct(data, p * columns, p * columns, columns);
        squares[q] = qq + change > staleness * qq ? qq + change : innerProduct(data, q * columns, q * columns, columns);
      }
    if (sweeps === maximumSweeps)
      throw new NotConvergedError(
        `singularValueDecomposition: Jacobi rotations have not converged after ${sweeps} sweeps.`,
        sweeps,
        largest,
      );
  }
}

/** Row p becomes c·p − s·q, row q becomes s·p + c·q, with τ = s / (1 + c). */
function rotateRows(data: Float64Array, columns: number, p: number, q: number, sine: number, tau: number): void {
  for (let k = 0, i = p * columns, j = q * columns; k < columns; k++, i++, j++) {
    const x = data[i];
    const y = data[j];
    data[i] = x - sine * (y + tau * x);
    data[j] = y + sine * (x - tau * y);
  }
}

/** Replaces the columns from `rank` on, which are zero, by ones that complete the others to an orthonormal set. */
function completed(columns: Matrix, rank: number): Matrix {
  const n = columns.rows;
  const known = new Matrix(n, rank);
  for (let i = 0; i < n; i++) known.row(i).set(columns.row(i).subarray(0, rank));
  const result = householderQR(known).q({ full: true });
  for (let i = 0; i < n; i++) result.row(i).set(known.row(i));
  return result;
}
