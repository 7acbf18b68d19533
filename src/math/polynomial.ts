/** The polynomial with these coefficients, the constant one first, at x: by Horner's rule, two flops a coefficient. */
export function polynomial(x: number, coefficients: readonly number[]): number {
  let value = 0;
  for (let k = coefficients.length - 1; k >= 0; k--) value = value * x + coefficients[k];
  return value;
}
