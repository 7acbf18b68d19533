/**
 * The singular value decomposition of [[a, b], [c, d]] in closed form: the values from the lengths of its two parts that are
 * multiples of rotations and of reflections, and the vectors by a rotation that makes it triangular, the larger column first.
 * Entries should be near 1 or smaller. Error: a few units of round-off of each value, as the determinant is formed with the
 * rounding errors of its products, while these are not below the smallest normal number.
 * Source: LAPACK's dlasv2, by J. Demmel and W. Kahan, Accurate Singular Values of Bidiagonal Matrices, SIAM J. Sci. Stat.
 * Comput. 11, 1990; T. Dekker, A Floating-Point Technique for Extending the Available Precision, Numerische Mathematik 18,
 * 1971 (the products).
 */

/** The values, none negative, and the vectors as columns of row-major 2 × 2 arrays. */
export interface SVDOfTwo {
  readonly first: number;
  readonly second: number;
  readonly u: Float64Array;
  readonly v: Float64Array;
}

/** See the file's header. */
export function svdOfTwo(a: number, b: number, c: number, d: number): SVDOfTwo {
  if (a * a + c * c >= b * b + d * d) return largerFirst(a, b, c, d);
  const { first, second, u, v } = largerFirst(b, a, d, c);
  return { first, second, u, v: Float64Array.of(v[2], v[3], v[0], v[1]) };
}

function largerFirst(a: number, b: number, c: number, d: number): SVDOfTwo {
  const f = Math.sqrt(a * a + c * c);
  if (f === 0) return { first: 0, second: 0, u: Float64Array.of(1, 0, 0, 1), v: Float64Array.of(1, 0, 0, 1) };
  const cosine = a / f;
  const sine = c / f;
  // The triangle [[f, g], [0, h]] with f at least as large as |g| and |h|, or nearly.
  const g = cosine * b + sine * d;
  const product = determinant(a, b, c, d);
  const h = product / f;
  const size = Math.abs(h);
  const l = (f - size) / f;
  const m = g / f;
  const t = 2 - l;
  const s = Math.sqrt(t * t + m * m);
  const r = Math.sqrt(l * l + m * m);
  const mean = 0.5 * (s + r);
  let tangent = (m / (s + t) + m / (r + l)) * (1 + mean);
  // m² has vanished, and with it m/(r + l) where l is zero.
  if (m * m === 0) tangent = m === 0 ? 0 : l === 0 ? (m < 0 ? -2 : 2) : m / l + m / t;
  const length = Math.sqrt(tangent * tangent + 4);
  const rightCosine = 2 / length;
  const rightSine = tangent / length;
  const leftCosine = (rightCosine + rightSine * m) / mean;
  const leftSine = ((h / f) * rightSine) / mean;
  // Of the triangle (lc, ls) and (−ls, lc) are the left vectors, with the sign of h at the second; turned back by the rotation.
  const sign = h < 0 ? -1 : 1;
  const first = 0.5 * (hypotenuse(a + d, c - b) + hypotenuse(a - d, b + c));
  return {
    first,
    second: Math.abs(product) / first,
    u: Float64Array.of(
      cosine * leftCosine - sine * leftSine,
      -sign * (cosine * leftSine + sine * leftCosine),
      sine * leftCosine + cosine * leftSine,
      sign * (cosine * leftCosine - sine * leftSine),
    ),
    v: Float64Array.of(rightCosine, -rightSine, rightSine, rightCosine),
  };
}

/** a·d − b·c from the products and their rounding errors. */
function determinant(a: number, b: number, c: number, d: number): number {
  const first = a * d;
  const second = b * c;
  return first - second + (roundingError(a, d, first) - roundingError(b, c, second));
}

/** x·y − product, exactly (but for underflow): the partial products of halves of 26 bits are exact. */
function roundingError(x: number, y: number, product: number): number {
  const xHigh = x * 134217729 - (x * 134217729 - x);
  const yHigh = y * 134217729 - (y * 134217729 - y);
  const xLow = x - xHigh;
  const yLow = y - yHigh;
  return xHigh * yHigh - product + xHigh * yLow + xLow * yHigh + xLow * yLow;
}

/** √(a² + b²); what underflows is beside the other of no account. */
function hypotenuse(a: number, b: number): number {
  return Math.sqrt(a * a + b * b);
}
