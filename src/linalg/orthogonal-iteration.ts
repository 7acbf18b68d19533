/**
 * Leading eigenpairs of a symmetric matrix or operator by orthogonal iteration from a start that is near them already: the
 * basis of an estimate that has changed a little, as SOAP and a refreshed EGOP have it.
 *
 * Cost per step for k columns: the operator's action on them and 4nk² flops of QR, and with Rayleigh–Ritz some 4nk² + 9k³
 * more. Convergence: the error of the space shrinks by |λₖ₊₁/λₖ| per step.
 * Source: G. Golub and C. Van Loan, Matrix Computations, 4th ed. 2013, §8.2.4; B. Parlett, The Symmetric Eigenvalue
 * Problem, 1980, §11.3 (Rayleigh–Ritz); N. Vyas et al., SOAP, 2024, algorithm 4 (a step without it).
 */
import { ArgumentError, NotConvergedError, ShapeError } from "../errors.ts";
import { requireFinite } from "./finite.ts";
import { strideNorm } from "./householder.ts";
import { symmetricAction, type SymmetricOperator } from "./linear-operator.ts";
import { Matrix } from "./matrix.ts";
import { descendingOrder } from "./orientation.ts";
import { orthonormalize } from "./orthonormalize.ts";
import { multiply } from "./product.ts";
import { symmetricEigen } from "./symmetric-eigen.ts";

/** How the iteration is run. */
export interface OrthogonalIterationOptions {
  /** Steps, at least 0; default 1. With `tolerance`, the most that are taken. */
  readonly steps?: number;
  /** Stop when ‖A V − V Λ‖ is at most this part of the largest |λ|; by default all steps are taken. */
  readonly tolerance?: number;
  /** Rotate the basis within its span so that V^T A V is diagonal; default true. Idle for a full basis (k = n) in SOAP. */
  readonly rayleighRitz?: boolean;
}

/** What the iteration has arrived at. */
export interface OrthogonalIteration {
  /** The Rayleigh quotients vᵀAv of the columns, descending. */
  readonly values: Float64Array;
  /** n × k with orthonormal columns. */
  readonly vectors: Matrix;
  /** Column j comes from column `order[j]` of the start: the way in which what belongs to the columns has to move. */
  readonly order: Int32Array;
  /** ‖A V − V Λ‖ in the Frobenius norm. */
  readonly residual: number;
  /** The steps that were taken. */
  readonly steps: number;
}

/**
 * Improves the columns of `start` (n × k, k ≤ n, any that are independent) as approximations of the eigenvectors to the k
 * eigenvalues of largest size. Each column keeps the sense of direction of what it comes from. With Rayleigh–Ritz, `order`
 * is that of the columns of `start` and says little, as columns are mixed; without, each column stays near its own.
 *
 * Throws ShapeError, NotFiniteError (also for an operator's product), ArgumentError for a matrix that is not symmetric (naming the pair of entries, as
 * `symmetricEigen`), for steps that are not a whole number
 * of at least 0 and a tolerance that is not positive; NotConvergedError when a given tolerance is not reached.
 *
 * @example orthogonalIteration(Matrix.fromRows([[3, 0], [0, 1]]), Matrix.fromRows([[1], [0.1]]), { steps: 40 }).values // [3.0]
 */
export function orthogonalIteration(
  operator: Matrix | SymmetricOperator,
  start: Matrix,
  options: OrthogonalIterationOptions = {},
): OrthogonalIteration {
  const { steps = 1, tolerance, rayleighRitz = true } = options;
  const { size, act } = symmetricAction(operator, "orthogonalIteration");
  const k = start.columns;
  if (start.rows !== size || k > size)
    throw new ShapeError(
      `orthogonalIteration: the start is ${start.rows} × ${k}; expected ${size} rows and at most as many columns.`,
    );
  if (!Number.isSafeInteger(steps) || steps < 0)
    throw new ArgumentError(`orthogonalIteration: steps is ${steps}; expected a whole number of at least 0.`);
  if (tolerance !== undefined && !(tolerance > 0))
    throw new ArgumentError(`orthogonalIteration: tolerance is ${tolerance}; expected a positive number.`);
  requireFinite(start, "orthogonalIteration");

  let state = ordered(orthonormalize(start), act, rayleighRitz);
  let order = state.order;
  let taken = 0;
  for (; taken < steps && !isConverged(state, tolerance); taken++) {
    state = ordered(orthonormalize(forwards(state)), act, rayleighRitz);
    const before = order;
    order = state.order.map((index) => before[index]);
  }
  if (tolerance !== undefined && !isConverged(state, tolerance))
    throw new NotConvergedError(
      `orthogonalIteration: the residual is ${state.residual} after ${taken} steps; expected ${tolerance} of the largest eigenvalue.`,
      taken,
      state.residual,
    );
  return { values: state.values, vectors: state.vectors, order, residual: state.residual, steps: taken };
}

interface IterationState {
  readonly values: Float64Array;
  readonly vectors: Matrix;
  /** A times the vectors. */
  readonly products: Matrix;
  readonly order: Int32Array;
  readonly residual: number;
}

/** The quotients of an orthonormal basis, which is rotated by Rayleigh–Ritz or only sorted. */
function ordered(basis: Matrix, act: (block: Matrix) => Matrix, rayleighRitz: boolean): IterationState {
  const images = act(basis);
  const { rows, columns: k } = basis;
  let values: Float64Array;
  let vectors: Matrix;
  let products: Matrix;
  let order: Int32Array;
  if (rayleighRitz) {
    const quotient = multiply(basis, images, { transposeA: true });
    // An operator is symmetric only up to its own round-off.
    for (let i = 0; i < k; i++)
      for (let j = 0; j < i; j++) {
        const mean = (quotient.data[i * k + j] + quotient.data[j * k + i]) / 2;
        quotient.data[i * k + j] = mean;
        quotient.data[j * k + i] = mean;
      }
    const eigen = symmetricEigen(quotient);
    values = eigen.values;
    const turn = alignedColumns(eigen.vectors);
    vectors = multiply(basis, turn);
    products = multiply(images, turn);
    order = Int32Array.from({ length: k }, (_value, j) => j);
  } else {
    const quotients = new Float64Array(k);
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < k; j++) quotients[j] += basis.data[i * k + j] * images.data[i * k + j];
    order = Int32Array.from(descendingOrder(quotients));
    values = Float64Array.from(order, (index) => quotients[index]);
    vectors = permuted(basis, order);
    products = permuted(images, order);
  }
  const rest = products.data.map((entry, at) => entry - values[at % k] * vectors.data[at]);
  return { values, vectors, products, order, residual: strideNorm(rest, 0, 1, rest.length) };
}

/** The products, with signs as if no eigenvalue were negative: no column turns around. */
function forwards({ values, products }: IterationState): Matrix {
  const { rows, columns: k, data } = products;
  return new Matrix(
    rows,
    k,
    data.map((entry, at) => (values[at % k] < 0 ? -entry : entry)),
  );
}

/** The columns with the sign that makes the entry on the diagonal positive: a turn by little changes no direction. */
function alignedColumns(turn: Matrix): Matrix {
  const { rows: k, data } = turn;
  const signs = Float64Array.from({ length: k }, (_value, j) => (data[j * k + j] < 0 ? -1 : 1));
  return new Matrix(
    k,
    k,
    data.map((entry, at) => entry * signs[at % k]),
  );
}

function permuted({ rows, columns, data }: Matrix, order: Int32Array): Matrix {
  const result = new Matrix(rows, columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) result.data[i * columns + j] = data[i * columns + order[j]];
  return result;
}

function isConverged({ values, residual }: IterationState, tolerance: number | undefined): boolean {
  if (tolerance === undefined) return false;
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  return residual <= tolerance * largest;
}
