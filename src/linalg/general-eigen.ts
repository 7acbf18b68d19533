/**
 * Eigenvalues and eigenvectors of a general real matrix: balancing, Hessenberg form, the QR algorithm with double shifts,
 * and back substitution. Also the real Schur decomposition A = Q T Qᵀ on its own.
 *
 * Cost: about 25n³ flops. Accuracy: the eigenvalues are those of a matrix within a few units of round-off of ‖A‖ (of the
 * balanced matrix); how far that moves them is the matrix's matter: by u^(1/k) for a k-fold defective one.
 * Source: G. Golub and C. Van Loan, Matrix Computations, 4th ed. 2013, §7.4–7.6; the parts name theirs.
 */
import { balanceInPlace, type Balancing } from "./balance.ts";
import { requireRepresentable } from "./finite.ts";
import { generalEigenOfTwo } from "./general-eigen-of-two.ts";
import { hessenbergInPlace } from "./hessenberg.ts";
import { smallTarget, strideNorm } from "./householder.ts";
import { Matrix } from "./matrix.ts";
import { scaleToOne } from "./orientation.ts";
import { multiply } from "./product.ts";
import { requireApart, requireMatrixSpace, requireVectorSpace } from "./result-space.ts";
import { pairImaginary } from "./schur-block.ts";
import { scratch } from "./scratch.ts";
import { shiftedQR } from "./shifted-qr.ts";
import { smallEigenvectors } from "./small-eigenvectors.ts";
import { requireSquare } from "./symmetry.ts";
import { triangularVectors, type ComplexColumns } from "./triangular-vectors.ts";

/** Up to this size eigenvectors are found one by one. */
const smallSize = 32;

/** Eigenvalues with eigenvectors; complex ones come in pairs of neighbors, the one with positive imaginary part first. */
export interface GeneralEigen {
  /** Real parts of the eigenvalues, descending; those of a pair are equal. */
  readonly real: Float64Array;
  /** Imaginary parts, 0 for real eigenvalues. */
  readonly imaginary: Float64Array;
  /** Column j, n × n as real and imaginary part, is the eigenvector of eigenvalue j. */
  readonly vectors: ComplexColumns;
}

/**
 * Decomposes a real n × n matrix, which is not changed. Eigenvalues are in descending order of their real parts (at equal
 * ones, of the size of the imaginary part); every vector has length 1 and a positive real number as its entry of largest
 * size (the first of such). The vectors of a defective matrix are dependent, to round-off. Scaling by a power of two scales
 * the eigenvalues exactly and leaves the vectors. `out`, an earlier decomposition of the same size, is overwritten and returned.
 *
 * Throws ShapeError for a matrix that is not square or `out` of another size, ArgumentError where `out` has the matrix's elements,
 * NotFiniteError naming an entry that is NaN or infinite (or an
 * eigenvalue beyond the largest number), NotConvergedError after 30·max(10, n) QR steps (never seen).
 *
 * @example generalEigen(Matrix.fromRows([[0, -1], [1, 0]])).imaginary // [1, -1]
 */
export function generalEigen(matrix: Matrix, options: { readonly out?: GeneralEigen } = {}): GeneralEigen {
  requireSquare(matrix, "generalEigen");
  const { out } = options;
  if (out !== undefined) requireOut(out, matrix);
  const { rows: n } = matrix;
  const scale = scaleToOne(matrix.data);
  const two = n === 2 ? ofTwo(matrix.data, scale, out) : null;
  if (two !== null) return two;
  // One allocation for both, or none: the reduction of a small matrix makes no products, which would work in the same memory.
  const isSmall = n * n <= smallTarget;
  const both = isSmall ? scratch(2 * n * n) : new Float64Array(2 * n * n);
  const t = new Matrix(n, n, both.subarray(0, n * n));
  const z = new Matrix(n, n, both.subarray(n * n, 2 * n * n));
  if (isSmall) z.data.fill(0);
  for (let at = 0; at < matrix.data.length; at++) t.data[at] = matrix.data[at] * scale;
  const balancing = balanceInPlace(t);
  hessenbergInPlace(t, z, balancing.low, balancing.high);
  shiftedQR(t, z, balancing.low, balancing.high);
  const { real, imaginary, order } = sortedEigenvalues(t, scale, out);
  const vectors =
    n <= smallSize
      ? smallEigenvectors(t, z, balancing, order, isSmall ? 2 * n * n : 0, out?.vectors)
      : largeEigenvectors(t, z, balancing, order);
  return placed({ real, imaginary, vectors }, out);
}

function requireOut({ real, imaginary, vectors }: GeneralEigen, matrix: Matrix): void {
  const n = matrix.rows;
  const result = "the decomposition";
  requireVectorSpace(real, n, "generalEigen: out.real", result);
  requireVectorSpace(imaginary, n, "generalEigen: out.imaginary", result);
  requireMatrixSpace(vectors.real, n, n, "generalEigen: out.vectors.real", result);
  requireMatrixSpace(vectors.imaginary, n, n, "generalEigen: out.vectors.imaginary", result);
  requireApart(matrix, real, "generalEigen");
  requireApart(matrix, imaginary, "generalEigen");
  requireApart(matrix, vectors.real.data, "generalEigen");
  requireApart(matrix, vectors.imaginary.data, "generalEigen");
}

/** In `out`, if given, where parts may be already. */
function placed(found: GeneralEigen, out: GeneralEigen | undefined): GeneralEigen {
  if (out === undefined) return found;
  if (out.real !== found.real) out.real.set(found.real);
  if (out.imaginary !== found.imaginary) out.imaginary.set(found.imaginary);
  if (out.vectors === found.vectors) return out;
  out.vectors.real.data.set(found.vectors.real.data);
  out.vectors.imaginary.data.set(found.vectors.imaginary.data);
  return out;
}

function ofTwo(data: Float64Array, scale: number, out: GeneralEigen | undefined): GeneralEigen | null {
  const result = generalEigenOfTwo(data[0] * scale, data[1] * scale, data[2] * scale, data[3] * scale, scale, out);
  if (result !== null) requireEigenvalues(result.real, result.imaginary);
  return result;
}

/** What small-eigenvectors.ts does, with Z times all vectors as one product. */
function largeEigenvectors(t: Matrix, z: Matrix, balancing: Balancing, order: Int32Array): ComplexColumns {
  const { rows: n, data } = t;
  const columns = triangularVectors(t);
  let complex = false;
  for (let k = 0; k + 1 < n; k++) if (data[(k + 1) * n + k] !== 0) complex = true;
  const vectors = { real: multiply(z, columns.real), imaginary: columns.imaginary };
  if (complex) vectors.imaginary = multiply(z, columns.imaginary);
  // Undone into the memory of T's vectors, and from there, normalized, back.
  const unbalanced = { real: columns.real, imaginary: columns.imaginary };
  unbalance(vectors.real, balancing, unbalanced.real);
  if (complex) unbalance(vectors.imaginary, balancing, unbalanced.imaginary);
  else vectors.imaginary = new Matrix(n, n);
  const parts = new Float64Array(complex ? 2 * n : 0);
  for (let j = 0; j < n; j++) {
    const place = order[j];
    if (place + 1 < n && data[(place + 1) * n + place] !== 0) {
      normalizePair(unbalanced, place, vectors, j, parts);
      j++;
    } else normalizeReal(unbalanced.real, place, vectors, j);
  }
  return vectors;
}

/** A = Q T Qᵀ with Q orthogonal and T upper triangular but for 2 × 2 blocks of complex pairs. */
export interface RealSchur {
  readonly t: Matrix;
  readonly q: Matrix;
}

/**
 * The real Schur decomposition of a real n × n matrix, which is not changed: no balancing, no order of the eigenvalues.
 * Blocks of size 2 have equal diagonal entries and off-diagonal ones of opposite signs. Throws as `generalEigen`.
 *
 * @example realSchur(Matrix.fromRows([[1, 2], [0, 3]])).t.toRows() // [[1, 2], [0, 3]]
 */
export function realSchur(matrix: Matrix): RealSchur {
  requireSquare(matrix, "realSchur");
  const scale = scaleToOne(matrix.data);
  const t = scaled(matrix, scale);
  const q = new Matrix(t.rows, t.rows);
  hessenbergInPlace(t, q, 0, t.rows - 1);
  shiftedQR(t, q, 0, t.rows - 1);
  // Twice by half of the scale: its inverse may be beyond the largest number.
  const result = scaled(scaled(t, scale > 1 ? 1 / scale : 2), scale > 1 ? 1 : 0.5 / scale);
  requireRepresentable(result.data, "realSchur: an entry of T");
  return { t: result, q };
}

function scaled({ rows, columns, data }: Matrix, scale: number): Matrix {
  const result = new Matrix(rows, columns);
  for (let at = 0; at < data.length; at++) result.data[at] = data[at] * scale;
  return result;
}

/**
 * The eigenvalues of T over `scale`, sorted, and the places on its diagonal from which they come: of a pair, twice the
 * first.
 */
function sortedEigenvalues(
  { rows: n, data }: Matrix,
  scale: number,
  out: GeneralEigen | undefined,
): { real: Float64Array; imaginary: Float64Array; order: Int32Array } {
  const { real = new Float64Array(n), imaginary = new Float64Array(n) } = out ?? {};
  const order = new Int32Array(n);
  for (let place = 0; place < n;) {
    const at = place * n + place;
    const c = place + 1 < n ? data[at + n] : 0;
    const width = c === 0 ? 1 : 2;
    const re = data[at] / scale;
    const im = c === 0 ? 0 : pairImaginary(data[at + 1], c) / scale;
    // By insertion; what is before in the same place stays before.
    let to = place;
    while (to > 0 && comesBefore(re, im, real[to - 1], Math.abs(imaginary[to - 1]))) {
      to--;
      real[to + width] = real[to];
      imaginary[to + width] = imaginary[to];
      order[to + width] = order[to];
    }
    real[to] = real[to + width - 1] = re;
    imaginary[to + width - 1] = -im;
    imaginary[to] = im;
    order[to] = order[to + width - 1] = place;
    place += width;
  }
  requireEigenvalues(real, imaginary);
  return { real, imaginary, order };
}

function comesBefore(re: number, im: number, otherRe: number, otherIm: number): boolean {
  return re > otherRe || (re === otherRe && im > otherIm);
}

function requireEigenvalues(real: Float64Array, imaginary: Float64Array): void {
  requireRepresentable(real, "generalEigen: an eigenvalue");
  requireRepresentable(imaginary, "generalEigen: an eigenvalue");
}

/** P D times a matrix, into another one. */
function unbalance({ rows, columns, data }: Matrix, { factors, order }: Balancing, result: Matrix): void {
  for (let i = 0; i < rows; i++)
    for (let j = 0, at = i * columns, to = order[i] * columns; j < columns; j++, at++, to++)
      result.data[to] = data[at] * factors[i];
}

/** Writes a real column, with length 1 and the documented sign, to column `to` of the result. */
function normalizeReal({ rows: n, data }: Matrix, from: number, target: ComplexColumns, to: number): void {
  const length = strideNorm(data, from, n, n);
  let largest = 0;
  let sign = 1;
  for (let i = 0, at = from; i < n; i++, at += n) {
    const entry = data[at] / length;
    if (Math.abs(entry) <= largest) continue;
    largest = Math.abs(entry);
    sign = entry < 0 ? -1 : 1;
  }
  for (let i = 0, at = from, out = to; i < n; i++, at += n, out += n) {
    target.real.data[out] = (data[at] / length) * sign;
    target.imaginary.data[out] = 0;
  }
}

/**
 * Writes a complex column, with length 1 and a positive real number as its entry of largest size, to column `to` of the
 * result, and its conjugate to the next one.
 */
function normalizePair(
  source: ComplexColumns,
  from: number,
  target: ComplexColumns,
  to: number,
  parts: Float64Array,
): void {
  const n = source.real.rows;
  for (let i = 0; i < n; i++) {
    parts[2 * i] = source.real.data[i * n + from];
    parts[2 * i + 1] = source.imaginary.data[i * n + from];
  }
  const length = strideNorm(parts, 0, 1, 2 * n);
  let [cosine, sine, largest] = [1, 0, 0];
  for (let i = 0; i < n; i++) {
    const re = parts[2 * i] / length;
    const im = parts[2 * i + 1] / length;
    const size = im === 0 ? Math.abs(re) : Math.sqrt(re * re + im * im);
    if (size > largest) {
      largest = size;
      cosine = re / size;
      sine = im / size;
    }
  }
  for (let i = 0, at = to; i < n; i++, at += n) {
    const re = parts[2 * i] / length;
    const im = parts[2 * i + 1] / length;
    target.real.data[at] = target.real.data[at + 1] = re * cosine + im * sine;
    target.imaginary.data[at] = im * cosine - re * sine;
    target.imaginary.data[at + 1] = -target.imaginary.data[at];
  }
}
