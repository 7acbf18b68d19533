/**
 * Leading eigenpairs of a large symmetric operator by LOBPCG: in each step the best vectors in the span of the current
 * ones, their (preconditioned) residuals and the last directions. Takes a start and a preconditioner, and needs three
 * blocks of k vectors and their images.
 *
 * Cost per step: the operator's action on k vectors and some 30nk² flops. The basis is kept orthonormal, which plain
 * LOBPCG does not do, and which it fails without. Converges best with a block somewhat larger than the pairs of interest.
 * Source: A. Knyazev, Toward the Optimal Preconditioned Eigensolver, SIAM J. Sci. Comput. 23, 2001; J. Duersch, M. Shao,
 * C. Yang and M. Gu, A Robust and Efficient Implementation of LOBPCG, SIAM J. Sci. Comput. 40, 2018 (the basis).
 */
import { ArgumentError, NotConvergedError, ShapeError } from "../errors.ts";
import { normal, random } from "../math/random.ts";
import { columnRange, joinColumns } from "./column-blocks.ts";
import { requireFinite } from "./finite.ts";
import { strideNorm } from "./householder.ts";
import { householderQR } from "./householder-qr.ts";
import {
  oriented,
  requireBound,
  requireCount,
  wantedIndices,
  type LeadingPairs,
  type LeadingPairsOptions,
} from "./lanczos.ts";
import { symmetricAction, type BlockAction, type SymmetricOperator } from "./linear-operator.ts";
import { Matrix } from "./matrix.ts";
import { multiply } from "./product.ts";
import { symmetricEigen } from "./symmetric-eigen.ts";

/** Options of `lobpcg` beyond the common ones. */
export interface LobpcgOptions extends LeadingPairsOptions {
  /** Not "magnitude", which the method cannot aim at. */
  readonly which?: "largest" | "smallest";
  /** n × k columns near the vectors; by default random. */
  readonly start?: Matrix;
  /** An approximation of A⁻¹ (symmetric positive definite), for "smallest". */
  readonly preconditioner?: SymmetricOperator;
  /** Default 500. */
  readonly maximumIterations?: number;
}

/**
 * Finds k leading eigenpairs of a symmetric matrix or operator; for 3k ≥ n, by a dense decomposition. A start whose columns span an
 * invariant space has converged, to whatever pairs it has. Throws as `lanczos`, ShapeError for a start of another shape,
 * NotConvergedError after `maximumIterations`.
 *
 * @example lobpcg(Matrix.fromRows([[2, 0], [0, 1]]), { count: 1 }).values // [2.000]
 */
export function lobpcg(operator: Matrix | SymmetricOperator, options: LobpcgOptions): LeadingPairs {
  const { size: n, act } = symmetricAction(operator, "lobpcg");
  const { which = "largest", tolerance = 1e-10, key = random(0), maximumIterations = 500 } = options;
  const k = requireCount("lobpcg", options, n, ["largest", "smallest"]);
  requireBound("lobpcg", "maximumIterations", maximumIterations);
  const { start = new Matrix(n, k, normal(key, new Float64Array(n * k))), preconditioner } = options;
  if (start.rows !== n || start.columns !== k)
    throw new ShapeError(`lobpcg: the start is ${start.rows} × ${start.columns}; expected ${n} × ${k}.`);
  if (preconditioner !== undefined && preconditioner.size !== n)
    throw new ArgumentError(`lobpcg: the preconditioner has size ${preconditioner.size}; the operator has ${n}.`);
  requireFinite(start, "lobpcg");
  if (3 * k >= n) return throughDense(act, n, k, which);

  const precondition: BlockAction =
    preconditioner === undefined ? (block) => block : symmetricAction(preconditioner, "lobpcg").act;
  let basis = householderQR(start).q();
  let images = act(basis);
  let products = k;
  let directions = new Matrix(n, 0);
  let directionImages = new Matrix(n, 0);
  let ritz = rayleighRitz(basis, images, k, which);
  ({ x: basis, ax: images } = rotated(basis, images, ritz.chosen));
  for (let iterations = 0; ; iterations++) {
    const residual = residualBlock(basis, images, ritz.values);
    const residuals = columnNorms(residual);
    const worst = residuals.reduce((most, value) => Math.max(most, value), 0);
    if (worst <= tolerance * ritz.largest)
      return { values: ritz.values, vectors: oriented(basis.transpose()), residuals, products };
    if (iterations === maximumIterations)
      throw new NotConvergedError(
        `lobpcg: no convergence after ${iterations} iterations; the largest residual is ${worst}.`,
        iterations,
        worst,
      );
    const known = joinColumns([basis, directions], n);
    const fresh = orthonormalBeside(known, precondition(unitColumns(residual, residuals)));
    const freshImages = act(fresh);
    products += k;
    const space = joinColumns([known, fresh], n);
    const spaceImages = joinColumns([images, directionImages, freshImages], n);
    ritz = rayleighRitz(space, spaceImages, k, which);
    const turn = directionTurn(ritz.chosen, k);
    ({ x: directions, ax: directionImages } = rotated(space, spaceImages, turn));
    ({ x: basis, ax: images } = rotated(space, spaceImages, ritz.chosen));
  }
}

function throughDense(act: BlockAction, n: number, k: number, which: "largest" | "smallest"): LeadingPairs {
  const matrix = act(Matrix.identity(n));
  const { values, chosen } = rayleighRitz(Matrix.identity(n), matrix, k, which);
  const residuals = columnNorms(residualBlock(chosen, multiply(matrix, chosen), values));
  return { values, vectors: oriented(chosen.transpose()), residuals, products: n };
}

/** The wanted eigenpairs of SᵀAS for an orthonormal S, and the largest |λ| of all. */
function rayleighRitz(
  space: Matrix,
  images: Matrix,
  k: number,
  which: "largest" | "smallest",
): { values: Float64Array; chosen: Matrix; largest: number } {
  const projection = multiply(space, images, { transposeA: true });
  const { rows: m, data } = projection;
  for (let i = 0; i < m; i++)
    for (let j = 0; j < i; j++) {
      const mean = (data[i * m + j] + data[j * m + i]) / 2;
      data[i * m + j] = mean;
      data[j * m + i] = mean;
    }
  const { values, vectors } = symmetricEigen(projection);
  const [first = 0] = wantedIndices(values, k, which);
  return {
    values: values.slice(first, first + k),
    chosen: columnRange(vectors, first, first + k),
    largest: m === 0 ? 0 : Math.max(Math.abs(values[0]), Math.abs(values[m - 1])),
  };
}

function rotated(space: Matrix, images: Matrix, turn: Matrix): { x: Matrix; ax: Matrix } {
  return { x: multiply(space, turn), ax: multiply(images, turn) };
}

/**
 * The directions of the step in coordinates of the space: the chosen vectors without their parts in the current basis (the
 * first k coordinates), made orthonormal to each other and to the chosen ones. QR does so even where they are dependent.
 */
function directionTurn(chosen: Matrix, k: number): Matrix {
  const step = new Matrix(chosen.rows, k, chosen.data.slice());
  step.data.fill(0, 0, k * k);
  return columnRange(householderQR(joinColumns([chosen, step], chosen.rows)).q(), k, 2 * k);
}

/** An orthonormal block orthogonal to `known`: projected and orthonormalized twice, as QR brings in foreign directions. */
function orthonormalBeside(known: Matrix, block: Matrix): Matrix {
  let result = block;
  for (let round = 0; round < 3; round++) {
    const parts = multiply(known, multiply(known, result, { transposeA: true }));
    const rest = new Matrix(
      result.rows,
      result.columns,
      result.data.map((entry, at) => entry - parts.data[at]),
    );
    result = householderQR(rest).q();
  }
  return result;
}

function residualBlock(x: Matrix, ax: Matrix, values: Float64Array): Matrix {
  const k = x.columns;
  return new Matrix(
    x.rows,
    k,
    ax.data.map((entry, at) => entry - values[at % k] * x.data[at]),
  );
}

function columnNorms({ rows, columns, data }: Matrix): Float64Array {
  return Float64Array.from({ length: columns }, (_value, j) => strideNorm(data, j, columns, rows));
}

function unitColumns({ rows, columns, data }: Matrix, norms: Float64Array): Matrix {
  return new Matrix(
    rows,
    columns,
    data.map((entry, at) => (norms[at % columns] === 0 ? 0 : entry / norms[at % columns])),
  );
}
