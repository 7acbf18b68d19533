/**
 * Orthogonal matrices drawn from the Haar (uniform) distribution: Q of a Gaussian matrix's QR factorization, with the
 * signs that make R's diagonal positive. Cost 8n³/3 flops. Source: G. Stewart, The Efficient Generation of Random
 * Orthogonal Matrices with an Application to Condition Estimators, SIAM J. Numer. Anal. 17, 1980.
 */
import { normal, type Key } from "../math/random.ts";
import { Matrix } from "./matrix.ts";
import { orthonormalize } from "./orthonormalize.ts";

/** An n × n orthogonal matrix, uniform among all, determinant 1 or −1. @example randomOrthogonal(3, random(0)).rows // 3 */
export function randomOrthogonal(size: number, key: Key): Matrix {
  return randomOrthonormal(size, size, key);
}

/** A rows × columns matrix with orthonormal columns (columns ≤ rows), uniform among all. */
export function randomOrthonormal(rows: number, columns: number, key: Key): Matrix {
  const gaussian = new Matrix(rows, columns);
  normal(key, gaussian.data);
  return orthonormalize(gaussian);
}
