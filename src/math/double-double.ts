/**
 * Numbers as the unevaluated sum of two doubles, about 32 digits, for computing tables when a module is loaded. A few
 * units of 2⁻¹⁰⁴ of relative error an operation. Allocates a pair for every result: not for hot loops.
 *
 * Source: T. Dekker, A Floating-Point Technique for Extending the Available Precision, Numerische Mathematik 18, 1971.
 */

/** The number high + low, where high is that sum rounded to double. */
export interface DoubleDouble {
  readonly high: number;
  readonly low: number;
}

/** a + b, exactly, for doubles with |a| ≥ |b| or a = 0. */
function sumOfOrdered(a: number, b: number): DoubleDouble {
  const high = a + b;
  return { high, low: a - high + b };
}

/** a · b, exactly, for doubles that neither overflow nor underflow: the partial products of 26-bit halves are exact. */
function productOfDoubles(a: number, b: number): DoubleDouble {
  const aHigh = a * 134217729 - (a * 134217729 - a);
  const bHigh = b * 134217729 - (b * 134217729 - b);
  const aLow = a - aHigh;
  const bLow = b - bHigh;
  const high = a * b;
  return { high, low: aHigh * bHigh - high + aHigh * bLow + aLow * bHigh + aLow * bLow };
}

/** a + b, for |a| ≥ |b| or a = 0. */
export function addSmaller(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const { high, low } = sumOfOrdered(a.high, b.high);
  return sumOfOrdered(high, low + (a.low + b.low));
}

/** a · b. */
export function multiply(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const { high, low } = productOfDoubles(a.high, b.high);
  return sumOfOrdered(high, low + (a.high * b.low + a.low * b.high));
}

/** p / q for doubles. */
export function ratio(p: number, q: number): DoubleDouble {
  const quotient = p / q;
  const back = productOfDoubles(quotient, q);
  return sumOfOrdered(quotient, (p - back.high - back.low) / q);
}

/** The square root of a positive number. */
export function squareRoot(a: DoubleDouble): DoubleDouble {
  const root = Math.sqrt(a.high);
  const square = productOfDoubles(root, root);
  return sumOfOrdered(root, (a.high - square.high - square.low + a.low) / (2 * root));
}
