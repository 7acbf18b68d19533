/**
 * The real Schur form of a 2 × 2 block: either triangular, or with equal diagonal entries and entries of opposite signs
 * beside them, which is a pair of complex eigenvalues. Entries should be near 1 in size, so that no square leaves the range.
 * Source: LAPACK's dlanv2; Z. Bai and J. Demmel, On Swapping Diagonal Blocks in Real Schur Form, Linear Algebra Appl. 186,
 * 1993.
 */

/** [[a, b], [c, d]] after the rotation by (cosine, sine): (row 0, row 1) ← (c·row 0 + s·row 1, c·row 1 − s·row 0). */
export interface StandardBlock {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly cosine: number;
  readonly sine: number;
}

/** 2⁻⁵² times 4: below this, two real eigenvalues cannot be told from a complex pair. */
const indistinct = 8.881784197001252e-16;

/** Standardizes a block; c is 0 for real eigenvalues a and d, else they are a ± i√|b|√|c|. */
export function standardBlock(a: number, b: number, c: number, d: number): StandardBlock {
  if (c === 0) return { a, b, c, d, cosine: 1, sine: 0 };
  if (b === 0) return { a: d, b: -c, c: 0, d: a, cosine: 0, sine: 1 };
  const difference = a - d;
  if (difference === 0 && b < 0 !== c < 0) return { a, b, c, d, cosine: 1, sine: 0 };
  const half = difference / 2;
  const larger = Math.max(Math.abs(b), Math.abs(c));
  const smaller = Math.min(Math.abs(b), Math.abs(c)) * (b < 0 === c < 0 ? 1 : -1);
  const scale = Math.max(Math.abs(half), larger);
  const discriminant = (half / scale) * half + (larger / scale) * smaller;
  if (discriminant >= indistinct) {
    const root = Math.sqrt(scale) * Math.sqrt(discriminant);
    const z = half + (half < 0 ? -root : root);
    const length = hypotenuse(c, z);
    return { a: d + z, b: b - c, c: 0, d: d - (larger / z) * smaller, cosine: z / length, sine: c / length };
  }
  return equalDiagonal(a, b, c, d);
}

/** Complex or nearly equal real eigenvalues: makes the diagonal entries equal, and looks again. */
function equalDiagonal(a: number, b: number, c: number, d: number): StandardBlock {
  const sigma = b + c;
  const half = (a - d) / 2;
  const length = hypotenuse(sigma, a - d);
  const cosine = Math.sqrt(0.5 * (1 + Math.abs(sigma) / length));
  const sine = -(half / (length * cosine)) * (sigma < 0 ? -1 : 1);
  const aa = a * cosine + b * sine;
  const bb = b * cosine - a * sine;
  const cc = c * cosine + d * sine;
  const dd = d * cosine - c * sine;
  const upper = cleanSum(bb * cosine, dd * sine);
  const lower = cleanSum(cc * cosine, -aa * sine);
  const middle = 0.5 * (aa * cosine + cc * sine + (dd * cosine - bb * sine));
  if (lower === 0) return { a: middle, b: upper, c: 0, d: middle, cosine, sine };
  if (upper === 0) return { a: middle, b: -lower, c: 0, d: middle, cosine: -sine, sine: cosine };
  if (upper < 0 !== lower < 0) return { a: middle, b: upper, c: lower, d: middle, cosine, sine };
  const rootUpper = Math.sqrt(Math.abs(upper));
  const rootLower = Math.sqrt(Math.abs(lower));
  const apart = (lower < 0 ? -1 : 1) * rootUpper * rootLower;
  const tau = 1 / Math.sqrt(Math.abs(upper + lower));
  const cosine1 = rootUpper * tau;
  const sine1 = rootLower * tau;
  const turned = cosine * cosine1 - sine * sine1;
  return {
    a: middle + apart,
    b: upper - lower,
    c: 0,
    d: middle - apart,
    cosine: turned,
    sine: cosine * sine1 + sine * cosine1,
  };
}

/** A sum of which nothing but round-off is left is 0: a double eigenvalue stays real, at no cost in backward error. */
function cleanSum(x: number, y: number): number {
  const sum = x + y;
  return Math.abs(sum) <= indistinct * (Math.abs(x) + Math.abs(y)) ? 0 : sum;
}

/** √|b|√|c|, the imaginary part of the eigenvalues of a standard block. */
export function pairImaginary(b: number, c: number): number {
  const product = Math.abs(b) * Math.abs(c);
  return product > 1e-280 ? Math.sqrt(product) : Math.sqrt(Math.abs(b)) * Math.sqrt(Math.abs(c));
}

function hypotenuse(a: number, b: number): number {
  const larger = Math.max(Math.abs(a), Math.abs(b));
  if (larger === 0) return 0;
  const x = a / larger;
  const y = b / larger;
  return larger * Math.sqrt(x * x + y * y);
}
