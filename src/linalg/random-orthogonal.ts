/**
 * Orthogonal matrices drawn from the Haar (uniform) distribution: Q of a Gaussian matrix's QR factorization, with the
 * signs that make R's diagonal positive. Cost 8n³/3 flops. Source: G. Stewart, The Efficient Generation of Random
 * Orthogonal Matrices with an Application to Condition Estimators, SIAM J. Numer. Anal. 17, 1980.
 */
import { normal, type Key } from "../math/random.ts";
import { householderQR } from "./householder-qr.ts";
import { Matrix } from "./matrix.ts";

/** An n × n orthogonal matrix, uniform among all, determinant 1 or −1. @example randomOrthogonal(3, random(0)).rows // 3 */
export function randomOrthogonal(size: number, key: Key): Matrix {
  const gaussian = new Matrix(size, size);
  normal(key, gaussian.data);
  const factors = householderQR(gaussian);
  const q = factors.q();
  for (let j = 0; j < size; j++)
    if (factors.packed.get(j, j) < 0) for (let i = 0; i < size; i++) q.set(i, j, -q.get(i, j));
  return q;
}
