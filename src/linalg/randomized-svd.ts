/**
 * The leading singular triples of a large matrix or operator from its action on a few random vectors.
 *
 * Cost for ℓ = rank + oversampling and q power iterations: (2q + 2) actions on ℓ vectors and O((m + n)ℓ²) flops. Accuracy:
 * the expected error ‖A − QQᵀA‖ is at most (1 + √(r/(p − 1)) + e√ℓ/p·√(min(m, n) − r))^(1/(2q+1)) σ_{r+1} for rank r and
 * oversampling p: with two power iterations rarely more than a few per cent above the best.
 * Source: N. Halko, P.-G. Martinsson and J. Tropp, Finding Structure with Randomness, SIAM Review 53, 2011, algorithms 4.4
 * and 5.1, corollary 10.10.
 */
import { ArgumentError } from "../errors.ts";
import { normal, type Key } from "../math/random.ts";
import { columnRange } from "./column-blocks.ts";
import { singularValueDecomposition } from "./singular-value-decomposition.ts";
import { generalAction, type LinearOperator } from "./linear-operator.ts";
import { Matrix } from "./matrix.ts";
import { orthonormalize } from "./orthonormalize.ts";
import { multiply } from "./product.ts";
import { SingularValueDecomposition } from "./spectral-factors.ts";

/** How much work goes into the range. */
export interface RandomizedOptions {
  /** How many dimensions are asked for, from 0 to min(m, n). */
  readonly rank: number;
  /** Decides the random vectors. */
  readonly key: Key;
  /** How many more random vectors are taken than `rank`; default 10 (fewer where the matrix has no more dimensions). */
  readonly oversampling?: number;
  /** How often the range is sharpened by AAᵀ; default 2. Slowly decaying singular values want more. */
  readonly powerIterations?: number;
}

/**
 * An orthonormal basis, m × min(rank + oversampling, m, n), of a space that contains nearly all of the range of A.
 * Throws ArgumentError for a rank outside of 0 to min(m, n) and for negative or fractional counts, NotFiniteError for
 * entries, or an operator's products, that are NaN or infinite.
 *
 * @example randomizedRange(Matrix.fromRows([[3, 0], [0, 0]]), { rank: 1, oversampling: 0, key: random(0) }).rows // 2
 */
export function randomizedRange(operator: Matrix | LinearOperator, options: RandomizedOptions): Matrix {
  return rangeOf(generalAction(operator, "randomizedRange"), options, "randomizedRange");
}

/**
 * The `rank` leading singular triples, approximately, in the order and with the signs of `singularValueDecomposition`.
 * Throws as `randomizedRange`.
 *
 * @example randomizedSVD(Matrix.fromRows([[3, 0], [0, 4]]), { rank: 1, key: random(0) }).values // [4.00]
 */
export function randomizedSVD(
  operator: Matrix | LinearOperator,
  options: RandomizedOptions,
): SingularValueDecomposition {
  const action = generalAction(operator, "randomizedSVD");
  const basis = rangeOf(action, options, "randomizedSVD");
  // B = QᵀA has the leading singular values and right vectors of A.
  const { values, u, v } = singularValueDecomposition(action.actTransposed(basis).transpose());
  const { rank } = options;
  return new SingularValueDecomposition(
    values.slice(0, rank),
    multiply(basis, columnRange(u, 0, rank)),
    columnRange(v, 0, rank),
  );
}

function rangeOf(
  { rows, columns, act, actTransposed }: ReturnType<typeof generalAction>,
  options: RandomizedOptions,
  what: string,
): Matrix {
  const { rank, key, oversampling = 10, powerIterations = 2 } = options;
  const most = Math.min(rows, columns);
  if (!Number.isSafeInteger(rank) || rank < 0 || rank > most)
    throw new ArgumentError(`${what}: rank is ${rank}; expected a whole number from 0 to ${most}.`);
  for (const [name, count] of Object.entries({ oversampling, powerIterations }))
    if (!Number.isSafeInteger(count) || count < 0)
      throw new ArgumentError(`${what}: ${name} is ${count}; expected a whole number of at least 0.`);
  const count = Math.min(rank + oversampling, most);
  const block = new Matrix(columns, count);
  normal(key, block.data);
  let basis = orthonormalize(act(block));
  // Orthonormalized after every action, or round-off would drown all but the largest singular values.
  for (let step = 0; step < powerIterations; step++) basis = orthonormalize(act(orthonormalize(actTransposed(basis))));
  return basis;
}
