/**
 * A low-rank approximation of a positive semidefinite matrix C from its products Y = C Ω with random vectors: Nyström's,
 * C ≈ Y (ΩᵀY)⁺ Yᵀ, which never exceeds C. Cost: 6d·w² operations for w vectors.
 *
 * Source: J. Tropp, A. Yurtsever, M. Udell, V. Cevher, Fixed-Rank Approximation of a Positive-Semidefinite Matrix from
 * Streaming Data, 2017, algorithm 3 (with its shift for stability).
 */
import { singularValueDecomposition } from "../linalg/singular-value-decomposition.ts";
import { Matrix } from "../linalg/matrix.ts";
import { multiply } from "../linalg/product.ts";
import { symmetricEigen } from "../linalg/symmetric-eigen.ts";

const roundoff = 2.220446049250313e-16;

/** Rows R, w × d, with RᵀR ≈ C. */
export function nystromRows(products: Matrix, vectors: Matrix): Matrix {
  const { rows: dimension, columns: width } = products;
  let norm = 0;
  for (const entry of products.data) norm += entry * entry;
  const shift = Math.sqrt(dimension) * roundoff * Math.sqrt(norm);
  const shifted = new Matrix(
    dimension,
    width,
    products.data.map((entry, k) => entry + shift * vectors.data[k]),
  );
  const core = multiply(vectors, shifted, { transposeA: true });
  for (let i = 0; i < width; i++)
    for (let j = 0; j < i; j++) {
      const mean = (core.get(i, j) + core.get(j, i)) / 2;
      core.set(i, j, mean);
      core.set(j, i, mean);
    }
  const { values, vectors: axes } = symmetricEigen(core);
  // Directions in which the core is round-off say nothing.
  for (let k = 0; k < width; k++) {
    const scale = values[k] > width * roundoff * values[0] ? 1 / Math.sqrt(values[k]) : 0;
    for (let i = 0; i < width; i++) axes.set(i, k, axes.get(i, k) * scale);
  }
  const { u, values: singular } = singularValueDecomposition(multiply(shifted, axes));
  const rows = u.transpose();
  singular.forEach((value, k) => {
    const root = Math.sqrt(Math.max(value * value - shift, 0));
    const row = rows.row(k);
    for (let i = 0; i < row.length; i++) row[i] *= root;
  });
  return rows;
}
