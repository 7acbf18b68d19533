/** Exact comparison of doubles and pairs of doubles, as whole numbers with 300 binary places. */
import { exactly } from "./reference.ts";

export const bits = 300;

/** x · 2^300, exactly, for a double that is zero or at least 2⁻²⁴⁷. */
export function fixed(x: number): bigint {
  const { mantissa, exponent } = exactly(x);
  return exponent + bits >= 0 ? mantissa << BigInt(exponent + bits) : mantissa >> BigInt(-exponent - bits);
}

/** The sum of a pair. */
export function fixedPair({ high, low }: { readonly high: number; readonly low: number }): bigint {
  return fixed(high) + fixed(low);
}

/** |a − b| ≤ 2^−places · |b|. */
export function agree(a: bigint, b: bigint, places: number): boolean {
  const size = (m: bigint): bigint => (m < 0n ? -m : m);
  return size(a - b) << BigInt(places) <= size(b);
}
