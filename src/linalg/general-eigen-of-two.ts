/**
 * Eigenvalues and eigenvectors of a general real 2 × 2 matrix in closed form. With half = (a − d)/2 and z the larger of
 * half ± √(half² + bc), the eigenvalues are a + bc/z and d − bc/z, the vectors (z, c) and (b, −z): nothing cancels but what does in
 * the matrix, so no balancing is needed. Error: eigenvalues are those of a matrix within a few units of round-off in each entry.
 * Source: LAPACK's dlanv2, by Z. Bai and J. Demmel, On Swapping Diagonal Blocks in Real Schur Form, Linear Algebra Appl.
 * 186, 1993 (the stable root, and what cannot be told from a double eigenvalue).
 */
import { Matrix } from "./matrix.ts";
import type { ComplexColumns } from "./triangular-vectors.ts";

/** What `generalEigen` gives. */
export interface GeneralEigenOfTwo {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
  readonly vectors: ComplexColumns;
}

/** 2⁻⁵² times 4: a discriminant below this part of its terms is a zero. */
const indistinct = 8.881784197001252e-16;
/** Below this beside entries near 1, terms of the discriminant have lost digits. */
const vanishing = 1e-280;

/**
 * Decomposes [[a, b], [c, d]] (the largest entry near 1), as `generalEigen` documents; the eigenvalues are divided by
 * `scale`. Into `out`, if given. Null where the discriminant is so small that only balancing saves its digits.
 */
export function generalEigenOfTwo(
  a: number,
  b: number,
  c: number,
  d: number,
  scale: number,
  out?: GeneralEigenOfTwo,
): GeneralEigenOfTwo | null {
  const half = (a - d) / 2;
  const [square, product] = [half * half, b * c];
  const size = square + Math.abs(product);
  if (size < vanishing && (half !== 0 || (b !== 0 && c !== 0))) return null;
  let discriminant = square + product;
  if (Math.abs(discriminant) <= indistinct * size) discriminant = 0;
  const result = out ?? {
    real: new Float64Array(2),
    imaginary: new Float64Array(2),
    vectors: { real: new Matrix(2, 2), imaginary: new Matrix(2, 2) },
  };
  const { real, imaginary } = result;
  const re = result.vectors.real.data;
  const im = result.vectors.imaginary.data;
  if (out !== undefined) {
    imaginary[0] = imaginary[1] = 0;
    for (let at = 0; at < 4; at++) re[at] = im[at] = 0;
  }
  const root = Math.sqrt(Math.abs(discriminant));
  if (discriminant < 0) {
    real[0] = real[1] = (d + half) / scale;
    imaginary[0] = root / scale;
    imaginary[1] = -imaginary[0];
    // (b, −half + i·root), or the multiple (half + i·root, c) of it: |b| and |c| are to √|bc| as the entries' sizes are.
    const first = Math.abs(b) >= Math.abs(c);
    const pivot = first ? b : c;
    const length = Math.sqrt(pivot * pivot - product);
    const sign = pivot < 0 ? -1 : 1;
    const [at, other] = first ? [0, 2] : [2, 0];
    re[at] = re[at + 1] = Math.abs(pivot) / length;
    re[other] = re[other + 1] = ((first ? -half : half) * sign) / length;
    im[other] = (root * sign) / length;
    im[1] = -im[0];
    im[3] = -im[2];
  } else {
    const z = half < 0 ? half - root : half + root;
    const [upper, lower] = [
      discriminant === 0 ? d + half : moved(a, product, z),
      discriminant === 0 ? d + half : moved(d, -product, z),
    ];
    const swapped = upper < lower;
    real[0] = (swapped ? lower : upper) / scale;
    real[1] = (swapped ? upper : lower) / scale;
    const [i, j] = swapped ? [1, 0] : [0, 1];
    if (z !== 0) {
      writeColumn(re, i, z, c);
      writeColumn(re, j, b, -z);
    } else if (b === 0 && c === 0) re[0] = re[3] = 1;
    // A Jordan block: one vector, twice.
    else re[b === 0 ? 2 : 0] = re[b === 0 ? 3 : 1] = 1;
  }
  return result;
}

/** An entry of the diagonal plus product/z: of a triangular matrix itself, also where z is 0. */
function moved(entry: number, product: number, z: number): number {
  return product === 0 ? entry : entry + product / z;
}

/** (x, y), not both zero, with length 1 and the larger positive. */
function writeColumn(data: Float64Array, column: number, x: number, y: number): void {
  const larger = Math.abs(y) > Math.abs(x) ? y : x;
  const [p, q] = [x / larger, y / larger];
  const length = Math.sqrt(p * p + q * q);
  // Adding 0 makes zeros positive.
  data[column] = p / length + 0;
  data[2 + column] = q / length + 0;
}
