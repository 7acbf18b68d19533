/**
 * The eigendecomposition of [[a, b], [b, c]] in closed form. Error: a few units of round-off of the larger eigenvalue; no
 * overflow of intermediates. Source: J. Demmel, Applied Numerical Linear Algebra, 1997, §5.3.5 (the rotation).
 */

/** The larger eigenvalue `first` with eigenvector (cosine, sine), and `second` with (−sine, cosine). */
export interface EigenOfTwo {
  readonly first: number;
  readonly second: number;
  readonly cosine: number;
  readonly sine: number;
}

/** See the file's header. */
export function symmetricEigenOfTwo(a: number, b: number, c: number): EigenOfTwo {
  if (b === 0)
    return a >= c ? { first: a, second: c, cosine: 1, sine: 0 } : { first: c, second: a, cosine: 0, sine: 1 };
  const ratio = (a / 2 - c / 2) / b;
  const size = Math.abs(ratio);
  // The tangent of the angle by which the axis of the larger diagonal entry turns; at most 1.
  const tangent = 1 / (size > 1e150 ? 2 * size : size + Math.sqrt(1 + ratio * ratio));
  const small = 1 / Math.sqrt(1 + tangent * tangent);
  const shift = tangent * Math.abs(b);
  const sign = b < 0 ? -1 : 1;
  if (a >= c) return { first: a + shift, second: c - shift, cosine: small, sine: sign * tangent * small };
  return { first: c + shift, second: a - shift, cosine: sign * tangent * small, sine: small };
}
