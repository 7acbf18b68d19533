/**
 * How averages of squares go over from one Householder-completed basis to another: w = (R∘R) v with R = Q_newᵀ Q_old, exactly
 * and without forming R. Q = (I − Y T Yᵀ) S gives, up to signs, which squares do not see,
 *
 *   R = I − A Bᵀ,  A = [Y', Y],  B = [(Y' − Y Tᵀ YᵀY') T', Y Tᵀ]      with ' for the new basis, two d × 2r matrices.
 *
 * Cost: about 12·d·r² operations to make and as many to apply. Error: low-rank-overlap.ts.
 * Source: expanding the product; the form of Q is C. Van Loan's and R. Schreiber's, see householder-basis.ts.
 */
import { multiply } from "../linalg/product.ts";
import type { Matrix } from "../linalg/matrix.ts";
import type { Completion } from "./householder-basis.ts";
import { beside, minus, squaresOfLowRankChange, type SquaredOverlap } from "./low-rank-overlap.ts";

/** (R∘R) v for the change from the coordinates of one basis to those of another. */
export function householderOverlap(from: Completion, to: Completion): SquaredOverlap {
  return squaresOfLowRankChange(beside(to.reflectors, from.reflectors), rightSide(from, to));
}

/** B, from Bᵀ = [T'ᵀ(Y'ᵀ − (Y'ᵀY) T Yᵀ); T Yᵀ]. */
function rightSide(from: Completion, to: Completion): Matrix {
  const old = multiply(from.reflectors, from.triangle, { transposeB: true });
  const inner = multiply(from.reflectors, to.reflectors, { transposeA: true });
  const rest = minus(to.reflectors, multiply(old, inner));
  return beside(multiply(rest, to.triangle), old);
}
