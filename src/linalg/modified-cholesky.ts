/**
 * The modified Cholesky factorization of a symmetric matrix that may be indefinite: factors of A + E, which is positive
 * definite, with E small, and nearly zero where A is positive definite enough. What a Newton method divides by.
 *
 * From P A Pᵀ = L D Lᵀ: the eigenvalues of D's blocks are raised to at least δ. Then λ_min(A + E) ≥ λ_min(LLᵀ)·δ, and ‖E‖ is
 * within a modest factor (the condition of LLᵀ) of the least possible. Cost: that of `ldlt` and 2n³ to form E.
 * Source: S. Cheng and N. J. Higham, A Modified Cholesky Algorithm Based on a Symmetric Indefinite Factorization, SIAM J.
 * Matrix Anal. 19, 1998.
 */
import { ArgumentError } from "../errors.ts";
import { requireRepresentable } from "./finite.ts";
import { LDLT, ldlt } from "./ldlt.ts";
import { Matrix } from "./matrix.ts";
import { infinityNorm } from "./entry-norms.ts";
import { symmetricEigenOfTwo } from "./symmetric-two.ts";

/** √u. */
const rootOfRoundoff = 1.0536712127723509e-8;

/** The factors of A + E and E. */
export interface ModifiedCholesky {
  /** Factors of A + E, with `solve`, `determinant` and the rest. */
  readonly factors: LDLT;
  /** E, symmetric; zeros when A needed no change. */
  readonly correction: Matrix;
  /** Whether A was changed. */
  readonly modified: boolean;
}

/**
 * Factors A + E for a symmetric n × n matrix A, which is not changed. `minimum` is δ > 0, the least eigenvalue that D's
 * blocks keep; default √u·‖A‖∞ (√u for zeros).
 *
 * Throws as `ldlt`, and ArgumentError for a minimum that is not a positive number.
 *
 * @example modifiedCholesky(Matrix.fromRows([[1, 0], [0, -1]]), { minimum: 0.5 }).correction.get(1, 1) // 1.5
 */
export function modifiedCholesky(matrix: Matrix, options: { readonly minimum?: number } = {}): ModifiedCholesky {
  const { minimum: given } = options;
  if (given !== undefined && !(given > 0 && given < Infinity))
    throw new ArgumentError(`modifiedCholesky: minimum is ${given}; expected a positive number.`);
  const factors = ldlt(matrix);
  const norm = Math.min(infinityNorm(matrix), 1e308);
  // Of norms so small that the product vanishes, the smallest number.
  const minimum = given ?? Math.max(rootOfRoundoff * (norm === 0 ? 1 : norm), 5e-324);
  const { l, order } = factors;
  const n = order.length;
  const diagonal = factors.diagonal.slice();
  const subdiagonal = factors.subdiagonal.slice();
  let modified = false;
  for (let k = 0; k < n; k++)
    if (k + 1 < n && subdiagonal[k] !== 0) {
      raiseBlock(diagonal, subdiagonal, k, minimum);
      modified = true;
      k++;
    } else if (diagonal[k] < minimum) {
      diagonal[k] = minimum;
      modified = true;
    }
  if (!modified) return { factors, correction: new Matrix(n, n), modified };
  const raised = new LDLT(l, diagonal, subdiagonal, order, norm);
  const sum = raised.reconstruct();
  const correction = new Matrix(
    n,
    n,
    sum.data.map((entry, at) => entry - matrix.data[at]),
  );
  requireRepresentable(correction.data, "modifiedCholesky: the correction");
  return { factors: raised, correction, modified };
}

/** Raises the eigenvalues of the block of size 2 at k: it has a negative one. */
function raiseBlock(diagonal: Float64Array, subdiagonal: Float64Array, k: number, minimum: number): void {
  const { first, second, cosine, sine } = symmetricEigenOfTwo(diagonal[k], subdiagonal[k], diagonal[k + 1]);
  const larger = Math.max(first, minimum);
  const smaller = Math.max(second, minimum);
  if (larger === smaller) {
    // A multiple of the identity, in whatever basis; the squares' sum would only be near 1.
    diagonal[k] = diagonal[k + 1] = larger;
    subdiagonal[k] = 0;
    return;
  }
  diagonal[k] = cosine * cosine * larger + sine * sine * smaller;
  diagonal[k + 1] = sine * sine * larger + cosine * cosine * smaller;
  subdiagonal[k] = cosine * sine * (larger - smaller);
}
