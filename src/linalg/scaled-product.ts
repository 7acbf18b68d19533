/** The product of many numbers without overflow or underflow on the way: what a determinant is. */

const big = 1.157920892373162e77; // 2²⁵⁶
const small = 8.636168555094445e-78; // 2⁻²⁵⁶

/** The product of `factors`; Infinity or 0 only where the product itself is beyond the range. 1 of none. */
export function scaledProduct(factors: Float64Array): number {
  let product = 1;
  // The product is `product` times 2^(256·exponent), with `product` between 2⁻²⁵⁶ and 2²⁵⁶.
  let exponent = 0;
  for (const factor of factors) {
    if (factor === 0) return 0;
    // In two halves, as a factor may be anything between the smallest and the largest number.
    let rest = factor;
    while (Math.abs(rest) > big) {
      rest *= small;
      exponent += 1;
    }
    while (Math.abs(rest) < small) {
      rest *= big;
      exponent -= 1;
    }
    product *= rest;
    if (Math.abs(product) > big) {
      product *= small;
      exponent += 1;
    } else if (Math.abs(product) < small) {
      product *= big;
      exponent -= 1;
    }
  }
  for (; exponent > 0 && Math.abs(product) < Infinity; exponent--) product *= big;
  // The last step may round once, in the range of the smallest numbers.
  for (; exponent < 0 && product !== 0; exponent++) product /= big;
  return product;
}
