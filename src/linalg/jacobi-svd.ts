/**
 * The singular value decomposition A = U Σ Vᵀ by one-sided Jacobi rotations after pivoted QR.
 *
 * A = Q R and then R P = Q′R′ with pivoting; rotations from the left make the rows of R′ orthogonal, W R′ = Σ Yᵀ, and
 * U = Q Q′ Wᵀ, V = P Y: the right vectors are the rotated rows, scaled to length 1, and need no accumulation.
 *
 * Cost for m × n, m ≥ n: 2mn² flops for QR and some five to eight sweeps of 4n³. Accuracy: every singular value to a few
 * units of round-off relative to itself when A is well conditioned after scaling its columns (or rows), where methods that
 * form AᵀA or a bidiagonal matrix lose the small ones; relative to the largest in general. At most 60 sweeps.
 * Source: M. Hestenes, SIAM J. 6, 1958; Z. Drmač and K. Veselić, New Fast and Accurate Jacobi SVD Algorithm, SIAM J.
 * Matrix Anal. 29, 2008.
 */
import { NotConvergedError } from "../errors.ts";
import { requireRepresentable } from "./finite.ts";
import { strideNorm } from "./householder.ts";
import { householderQR } from "./householder-qr.ts";
import { Matrix } from "./matrix.ts";
import { descendingOrder, rowsAsColumns, scaleToOne } from "./orientation.ts";
import { pivotedQR } from "./pivoted-qr.ts";

const unitRoundoff = 1.1102230246251565e-16;
const maximumSweeps = 60;
/** Rows smaller than this beside the first of their group begin a group of their own. */
const smallestRow = 1e-140;

/** A = U Σ Vᵀ of a matrix with m ≥ n: descending values, and vectors as columns with whatever sign. */
export interface TallSVD {
  readonly values: Float64Array;
  readonly u: Matrix;
  readonly v: Matrix;
}

/** Decomposes a matrix with m ≥ n and finite entries, which is not changed. Throws NotConvergedError, NotFiniteError. */
export function jacobiSVD(matrix: Matrix): TallSVD {
  const n = matrix.columns;
  const scale = scaleToOne(matrix.data);
  const scaled = new Matrix(
    matrix.rows,
    n,
    matrix.data.map((entry) => entry * scale),
  );
  const outer = householderQR(scaled);
  const inner = pivotedQR(outer.r());
  const rotated = inner.factors.r();
  // Row i of `turns` is what the rotations have made of the i-th unit vector's row.
  const turns = Matrix.identity(n);
  const rowScales = scaleRowsInGroups(rotated);
  orthogonalizeRows(rotated, turns, rowScales);

  const lengths = Float64Array.from({ length: n }, (_value, i) => strideNorm(rotated.data, i * n, 1, n));
  const norms = lengths.map((length, i) => length / rowScales[i]);
  const order = descendingOrder(norms);
  const values = Float64Array.from(order, (index) => norms[index]);
  const right = new Matrix(n, n);
  order.forEach((from, j) => {
    for (let k = 0; k < n; k++)
      right.data[inner.order[k] * n + j] = norms[from] === 0 ? 0 : rotated.get(from, k) / lengths[from];
  });
  const core = inner.factors.applyQ(
    rowsAsColumns(
      turns,
      order,
      order.map(() => 1),
    ),
  );
  const padded = new Matrix(matrix.rows, n);
  padded.data.set(core.data);
  const rank = values.findIndex((value) => value === 0);
  const unscaled = values.map((value) => value / scale);
  requireRepresentable(unscaled, "singularValueDecomposition: a singular value");
  return {
    values: unscaled,
    u: outer.applyQ(padded),
    v: rank < 0 ? right : completed(right, rank),
  };
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

/** Rotates pairs of rows of `a` until all are orthogonal to round-off, and the rows of `turns` along. */
function orthogonalizeRows(a: Matrix, turns: Matrix, rowScales: Float64Array): void {
  const { rows: n, columns, data } = a;
  const tolerance = unitRoundoff * Math.sqrt(Math.max(columns, 1));
  // A rotation of rows of like length may itself leave a cosine of some units of round-off: a sweep that has met nothing
  // beyond that, and has rotated it, is the last.
  const settled = 8 * tolerance;
  let largest = Infinity;
  for (let sweeps = 0; largest > settled; sweeps++) {
    largest = 0;
    for (let p = 0; p < n - 1; p++)
      for (let q = p + 1; q < n; q++) {
        let pp = 0;
        let qq = 0;
        let pq = 0;
        for (let k = 0, i = p * columns, j = q * columns; k < columns; k++, i++, j++) {
          const x = data[i];
          const y = data[j];
          pp += x * x;
          qq += y * y;
          pq += x * y;
        }
        const size = Math.sqrt(pp) * Math.sqrt(qq);
        if (Math.abs(pq) <= tolerance * size) continue;
        largest = Math.max(largest, Math.abs(pq) / size);
        if (rowScales[p] !== rowScales[q]) {
          // Rows so different in size turn by an angle of less than 1e-140: only the smaller one feels it.
          const factor = pq / pp;
          for (let k = 0, i = p * columns, j = q * columns; k < columns; k++, i++, j++) data[j] -= factor * data[i];
          continue;
        }
        const ratio = (qq - pp) / (2 * pq);
        const tangent = (ratio < 0 ? -1 : 1) / (Math.abs(ratio) + Math.sqrt(1 + ratio * ratio));
        const cosine = 1 / Math.sqrt(1 + tangent * tangent);
        rotateRows(data, columns, p, q, cosine, tangent * cosine);
        rotateRows(turns.data, n, p, q, cosine, tangent * cosine);
      }
    if (sweeps === maximumSweeps)
      throw new NotConvergedError(
        `singularValueDecomposition: Jacobi rotations have not converged after ${sweeps} sweeps.`,
        sweeps,
        largest,
      );
  }
}

function rotateRows(data: Float64Array, columns: number, p: number, q: number, cosine: number, sine: number): void {
  for (let k = 0, i = p * columns, j = q * columns; k < columns; k++, i++, j++) {
    const x = data[i];
    const y = data[j];
    data[i] = cosine * x - sine * y;
    data[j] = sine * x + cosine * y;
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
