/**
 * Leading eigenpairs of a large symmetric operator by the Lanczos method with full reorthogonalization and thick restart:
 * when the basis is full, the best Ritz vectors and the last residual begin the next one.
 *
 * Cost: one action of the operator and 4nm flops per step for a basis of m vectors; memory n(m + k). Converges for
 * eigenvalues at the ends of the spectrum, the faster the better they are separated; a multiple eigenvalue is found as
 * often as it occurs because a random direction comes in whenever the space is exhausted, else only by round-off.
 * Source: K. Wu and H. Simon, Thick-Restart Lanczos Method for Large Symmetric Eigenvalue Problems, SIAM J. Matrix Anal.
 * 22, 2000; B. Parlett, The Symmetric Eigenvalue Problem, 1980, §13 (twice is enough).
 */
import { ArgumentError, NotConvergedError } from "../errors.ts";
import { fold, normal, random, type Key } from "../math/random.ts";
import { strideNorm } from "./householder.ts";
import { symmetricAction, type BlockAction, type SymmetricOperator } from "./linear-operator.ts";
import { Matrix } from "./matrix.ts";
import { orientationOf } from "./orientation.ts";
import { multiply } from "./product.ts";
import { symmetricEigen } from "./symmetric-eigen.ts";
import { transposedVectorProduct, vectorProduct } from "./vector-product.ts";

const unitRoundoff = 1.1102230246251565e-16;

/** Which end of the spectrum is sought; "magnitude" is the largest absolute values. */
export type Leading = "largest" | "smallest" | "magnitude";

/** What is sought, and how hard. */
export interface LeadingPairsOptions {
  /** k, how many pairs, from 0 to n. */
  readonly count: number;
  /** Default "largest". */
  readonly which?: Leading;
  /** Residuals ‖A v − λ v‖ up to this part of the largest |λ| seen count as converged; default 1e-10. */
  readonly tolerance?: number;
  /** Decides the random vectors; default random(0). */
  readonly key?: Key;
}

/** Options of `lanczos` beyond the common ones. */
export interface LanczosOptions extends LeadingPairsOptions {
  /** m, the vectors of the basis, more than k; default max(2k + 1, 20), never more than n. */
  readonly basisSize?: number;
  /** Default 300. */
  readonly maximumRestarts?: number;
}

/** Pairs in descending order of the eigenvalues. */
export interface LeadingPairs {
  readonly values: Float64Array;
  /** n × k, orthonormal columns, each with its entry of largest size (the first of such) positive. */
  readonly vectors: Matrix;
  /** ‖A v − λ v‖ of each pair, as the method knows it. */
  readonly residuals: Float64Array;
  /** How often the operator was applied to a vector. */
  readonly products: number;
}

/**
 * Finds k leading eigenpairs of a symmetric matrix or operator. Throws ShapeError for a matrix that is not square and an operator's size
 * that is no whole number, NotFiniteError (also for an operator's product), ArgumentError for a matrix that is not symmetric (naming the
 * pair of entries, as `symmetricEigen`), for counts and `which` that are none of those and a tolerance that is not
 * positive, NotConvergedError after `maximumRestarts`.
 *
 * @example lanczos(Matrix.fromRows([[2, 0], [0, 1]]), { count: 1 }).values // [2.000]
 */
export function lanczos(operator: Matrix | SymmetricOperator, options: LanczosOptions): LeadingPairs {
  const { size: n, act } = symmetricAction(operator, "lanczos");
  const { which = "largest", tolerance = 1e-10, key = random(0), maximumRestarts = 300 } = options;
  const k = requireCount("lanczos", options, n, ["largest", "smallest", "magnitude"]);
  requireBound("lanczos", "maximumRestarts", maximumRestarts);
  const m = Math.min(options.basisSize ?? Math.max(2 * k + 1, 20), n);
  if (!Number.isSafeInteger(m) || (m <= k && m < n))
    throw new ArgumentError(`lanczos: basisSize is ${m}; expected a whole number of more than ${k}.`);
  const run = new LanczosBasis(n, m, act, key);
  run.begin();
  for (let restarts = 0; ; restarts++) {
    while (run.count < m) run.extend();
    const { values, vectors } = symmetricEigen(run.projection);
    const wanted = wantedIndices(values, k, which);
    const largest = m === 0 ? 0 : Math.max(Math.abs(values[0]), Math.abs(values[m - 1]));
    const residuals = Float64Array.from(wanted, (j) => Math.abs(run.rest * vectors.data[(m - 1) * m + j]));
    const worst = residuals.reduce((most, residual) => Math.max(most, residual), 0);
    if (worst <= tolerance * largest || k === 0)
      return {
        values: Float64Array.from(wanted, (j) => values[j]),
        vectors: oriented(run.ritzRows(vectors, wanted)),
        residuals,
        products: run.products,
      };
    if (restarts === maximumRestarts)
      throw new NotConvergedError(
        `lanczos: no convergence after ${restarts} restarts; the largest residual is ${worst}.`,
        restarts,
        worst,
      );
    // Some more than wanted keep the convergence going, at most half of the room that is left.
    const kept = Math.min(m - 1, k + Math.floor((m - k) / 2));
    run.restart(values, vectors, wantedIndices(values, kept, which));
  }
}

/** The basis as rows, the projected matrix, and the vector that would come next. */
class LanczosBasis {
  /** The vectors that have their row and column in the projection. */
  count = 0;
  products = 0;
  /** The length of what the last action left outside of the basis. */
  rest = 0;
  /** VᵀAV, m × m. */
  projection: Matrix;
  #rows: Matrix;
  readonly #next: Float64Array;
  readonly #act: BlockAction;
  readonly #key: Key;
  #draws = 0;

  constructor(n: number, m: number, act: BlockAction, key: Key) {
    this.#rows = new Matrix(m, n);
    this.projection = new Matrix(m, m);
    this.#next = new Float64Array(n);
    this.#act = act;
    this.#key = key;
  }

  begin(): void {
    this.#drawNext();
  }

  /** Takes the next vector into the basis, applies the operator to it, and makes what is left the next one. */
  extend(): void {
    const { columns: n } = this.#rows;
    const j = this.count;
    const { rows: m, data } = this.projection;
    this.#rows.row(j).set(this.#next);
    this.count = j + 1;
    this.#next.set(this.#act(new Matrix(n, 1, this.#next.slice())).data);
    this.products += 1;
    const size = strideNorm(this.#next, 0, 1, n);
    const inner = this.#orthogonalize();
    for (let i = 0; i <= j; i++) {
      data[i * m + j] = inner[i];
      data[j * m + i] = inner[i];
    }
    this.rest = strideNorm(this.#next, 0, 1, n);
    // Nothing but round-off is left: the space is invariant, and a new direction has to come from elsewhere.
    if (this.rest <= 10 * unitRoundoff * Math.sqrt(n) * size) {
      this.rest = 0;
      if (this.count < n) this.#drawNext();
      return;
    }
    for (let i = 0; i < n; i++) this.#next[i] /= this.rest;
    this.#orthogonalize();
  }

  /** The chosen Ritz vectors as rows. */
  ritzRows(vectors: Matrix, chosen: readonly number[]): Matrix {
    const m = vectors.rows;
    const turn = new Matrix(m, chosen.length);
    chosen.forEach((from, j) => {
      for (let i = 0; i < m; i++) turn.data[i * chosen.length + j] = vectors.data[i * m + from];
    });
    return multiply(turn, this.#rows, { transposeA: true });
  }

  restart(values: Float64Array, vectors: Matrix, kept: readonly number[]): void {
    const { rows: m, columns: n } = this.#rows;
    const rows = this.ritzRows(vectors, kept);
    this.#rows = new Matrix(m, n);
    this.#rows.data.set(rows.data);
    this.projection = new Matrix(m, m);
    kept.forEach((from, j) => (this.projection.data[j * m + j] = values[from]));
    this.count = kept.length;
    // The couplings with the next vector come when the operator is applied to it.
  }

  /** Takes the basis out of the next vector, twice; what was taken out. */
  #orthogonalize(): Float64Array {
    const { columns: n, data } = this.#rows;
    const { count } = this;
    const total = new Float64Array(count);
    const inner = new Float64Array(count);
    for (let round = 0; round < 2; round++) {
      vectorProduct(count, n, data, 0, n, this.#next, 0, inner, 0, false);
      for (let i = 0; i < count; i++) {
        total[i] += inner[i];
        inner[i] = -inner[i];
      }
      transposedVectorProduct(count, n, data, 0, n, inner, 0, this.#next, 0, true);
    }
    return total;
  }

  /** A random unit vector orthogonal to the basis. */
  #drawNext(): void {
    const n = this.#next.length;
    normal(fold(this.#key, this.#draws), this.#next);
    this.#draws += 1;
    for (let round = 0; round < 2; round++) {
      this.#orthogonalize();
      const length = strideNorm(this.#next, 0, 1, n);
      for (let i = 0; i < n; i++) this.#next[i] /= length;
    }
  }
}

/** k, which must be a whole number from 0 to n; the tolerance must be positive, and `which` one of the ends. */
export function requireCount(
  what: string,
  { count, tolerance = 1, which = "largest" }: LeadingPairsOptions,
  n: number,
  ends: readonly string[],
): number {
  if (!ends.includes(which))
    throw new ArgumentError(`${what}: which is ${JSON.stringify(which)}; expected one of ${ends.join(", ")}.`);
  if (!Number.isSafeInteger(count) || count < 0 || count > n)
    throw new ArgumentError(`${what}: count is ${count}; expected a whole number from 0 to ${n}.`);
  if (!(tolerance > 0)) throw new ArgumentError(`${what}: tolerance is ${tolerance}; expected a positive number.`);
  return count;
}

/** How often is enough must be a whole number: any other one is never reached. */
export function requireBound(what: string, name: string, bound: number): void {
  if (!Number.isSafeInteger(bound) || bound < 0)
    throw new ArgumentError(`${what}: ${name} is ${bound}; expected a whole number of at least 0.`);
}

/** The places of the k wanted among values in descending order, ascending. */
export function wantedIndices(values: Float64Array, k: number, which: Leading): number[] {
  const all = Array.from(values, (_value, index) => index);
  if (which === "largest") return all.slice(0, k);
  if (which === "smallest") return all.slice(all.length - k);
  return all
    .sort((i, j) => Math.abs(values[j]) - Math.abs(values[i]) || i - j)
    .slice(0, k)
    .sort((i, j) => i - j);
}

/** Rows as columns with the documented signs. */
export function oriented(rows: Matrix): Matrix {
  for (let i = 0; i < rows.rows; i++) {
    const row = rows.row(i);
    if (orientationOf(row) < 0) for (let j = 0; j < row.length; j++) row[j] = -row[j];
  }
  return rows.transpose();
}
