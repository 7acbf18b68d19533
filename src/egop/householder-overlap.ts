/**
 * How averages of squares go over from one Householder-completed basis to another: w = (R∘R) v with R = Q_newᵀ Q_old, exactly
 * and without forming R. Q = (I − Y T Yᵀ) S gives, up to signs, which squares do not see,
 *
 *   R = I − A Bᵀ,  A = [Y', Y],  B = [(Y' − Y Tᵀ YᵀY') T', Y Tᵀ]      with ' for the new basis, two d × 2r matrices,
 *   wᵢ = (1 − aᵢ·bᵢ)² vᵢ + (aᵢᵀ M aᵢ − vᵢ (aᵢ·bᵢ)²),  M = Σⱼ vⱼ bⱼ bⱼᵀ.
 *
 * Cost: about 12·d·r² operations to make and as many to apply. Error: some units of round-off of the largest v, none below
 * zero. Source: expanding the square; the form of Q is C. Van Loan's and R. Schreiber's, see householder-basis.ts.
 */
import { Matrix } from "../linalg/matrix.ts";
import { gram, multiply } from "../linalg/product.ts";
import type { Completion } from "./householder-basis.ts";

/** (R∘R) v for the change from the coordinates of one basis to those of another; `out` must not be `v`. */
export function householderOverlap(from: Completion, to: Completion): (v: Float64Array, out: Float64Array) => void {
  const b = rightSide(from, to);
  const a = beside(to.reflectors, from.reflectors);
  const { rows: d, columns: width } = a;
  const diagonal = Float64Array.from({ length: d }, (_v, i) => {
    let sum = 0;
    for (let k = i * width; k < (i + 1) * width; k++) sum += a.data[k] * b.data[k];
    return sum;
  });
  return (v, out) => {
    const weighted = new Matrix(d, width);
    for (let j = 0; j < d; j++) {
      const root = Math.sqrt(v[j]);
      for (let k = j * width; k < (j + 1) * width; k++) weighted.data[k] = root * b.data[k];
    }
    const image = multiply(a, gram(weighted));
    for (let i = 0; i < d; i++) {
      let square = 0;
      for (let k = i * width; k < (i + 1) * width; k++) square += image.data[k] * a.data[k];
      const own = diagonal[i];
      out[i] = (1 - own) * (1 - own) * v[i] + Math.max(0, square - v[i] * own * own);
    }
  };
}

/** B, from Bᵀ = [T'ᵀ(Y'ᵀ − (Y'ᵀY) T Yᵀ); T Yᵀ]. */
function rightSide(from: Completion, to: Completion): Matrix {
  const old = multiply(from.reflectors, from.triangle, { transposeB: true });
  const inner = multiply(from.reflectors, to.reflectors, { transposeA: true });
  const seen = multiply(old, inner);
  const rest = new Matrix(
    seen.rows,
    seen.columns,
    seen.data.map((entry, k) => to.reflectors.data[k] - entry),
  );
  return beside(multiply(rest, to.triangle), old);
}

function beside(left: Matrix, right: Matrix): Matrix {
  const both = new Matrix(left.rows, left.columns + right.columns);
  for (let i = 0; i < left.rows; i++) {
    both.row(i).set(left.row(i));
    both.row(i).set(right.row(i), left.columns);
  }
  return both;
}
