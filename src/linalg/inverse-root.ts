/**
 * Inverse p-th roots A^(-1/p) of symmetric positive definite matrices: what Shampoo preconditions with, and for p = 1 the
 * inverse. Two roads:
 *
 * - "eigen": V Λ^(-1/p) Vᵀ. Cost of an eigendecomposition; error about u·κ^(1/p)·(1 + κ) at worst, relative to the norm of
 *   the root, and small parts are lost only where λ is near u·λ₁.
 * - "newton": the coupled iteration Xₖ₊₁ = XₖTₖ, Mₖ₊₁ = TₖᵖMₖ with Tₖ = ((p + 1)I − Mₖ)/p, from M₀ = A/cᵖ. Matrix products
 *   alone, about 2 + log₂ p of them in each of some ln κ + 6 iterations; error about u·κ.
 *
 * Source: C.-H. Guo and N. J. Higham, A Schur–Newton Method for the Matrix pth Root and its Inverse, SIAM J. Matrix Anal.
 * 28, 2006, (3.6); R. Anil et al., Scalable Second Order Optimization for Deep Learning, 2020 (the start).
 */
import { ArgumentError, NotConvergedError, NotPositiveDefiniteError } from "../errors.ts";
import { exp, log } from "../math/elementary.ts";
import { requireRepresentable } from "./finite.ts";
import { strideNorm } from "./householder.ts";
import { Matrix } from "./matrix.ts";
import { scaleToOne } from "./orientation.ts";
import { planProduct, type PlannedProduct } from "./product.ts";
import { requireMatrixSpace } from "./result-space.ts";
import { symmetricEigen } from "./symmetric-eigen.ts";
import { symmetricCopy } from "./symmetry.ts";

const maximumIterations = 100;
/** The residual ‖M − I‖ that counts as converged, per √n: some thousand units of round-off. */
const newtonTolerance = 1e-12;

/** How the root is taken. */
export interface InverseRootOptions {
  /** "eigen" (default) or "newton"; see the file's header. */
  readonly method?: "eigen" | "newton";
  /** Added to every diagonal entry before, at least 0; default 0. */
  readonly ridge?: number;
  /** Overwritten with the result and returned; may be the matrix itself; by default a new one. */
  readonly out?: Matrix;
}

/**
 * (A + ridge·I)^(-1/p) of a symmetric n × n matrix, symmetric to the last bit.
 *
 * Throws ShapeError for a matrix that is not square or `out` of another size, NotFiniteError, also for an entry beyond the largest
 * number, ArgumentError for an
 * asymmetric matrix (see `symmetricEigen`), a `p` that is not a whole number of at least 1 and a ridge that is negative;
 * NotPositiveDefiniteError with the index of the first eigenvalue that is not positive ("eigen"); NotConvergedError after
 * 100 iterations ("newton": a condition number beyond about 1e14, p beyond some ten thousand, or a matrix that is not positive definite).
 *
 * @example inverseRoot(Matrix.fromRows([[16, 0], [0, 81]]), 4).get(0, 0) // 0.500
 */
export function inverseRoot(matrix: Matrix, p: number, options: InverseRootOptions = {}): Matrix {
  const { method = "eigen", ridge = 0, out = new Matrix(matrix.rows, matrix.columns) } = options;
  if (!Number.isSafeInteger(p) || p < 1)
    throw new ArgumentError(`inverseRoot: p is ${p}; expected a whole number of at least 1.`);
  if (!(ridge >= 0 && ridge < Infinity))
    throw new ArgumentError(`inverseRoot: ridge is ${ridge}; expected a finite number of at least 0.`);
  requireMatrixSpace(out, matrix.rows, matrix.columns, "inverseRoot: out", "the matrix");
  const regular = symmetricCopy(matrix, 1, "inverseRoot");
  const { rows: n, data } = regular;
  for (let i = 0; i < n; i++) data[i * n + i] += ridge;
  if (method === "eigen") throughEigen(regular, p, out);
  else coupledNewton(regular, p, out);
  requireRepresentable(out.data, "inverseRoot: an entry");
  return out;
}

function throughEigen(matrix: Matrix, p: number, out: Matrix): void {
  const { values, vectors } = symmetricEigen(matrix);
  const n = values.length;
  const bad = values.findIndex((value) => !(value > 0));
  if (bad >= 0)
    throw new NotPositiveDefiniteError(
      `inverseRoot: eigenvalue ${bad} of ${n} is ${values[bad]}; expected positive ones. A ridge makes small ones positive.`,
      bad,
    );
  // With the root of the root on both sides, the product is a Gram matrix, and as accurate as V Λ Vᵀ.
  const half = new Matrix(n, n);
  const factors = values.map((value) => 1 / rootOf(value, 2 * p));
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) half.data[i * n + j] = vectors.data[i * n + j] * factors[j];
  planProduct({ rows: n, columns: n, inner: n, transposeB: true })(half.data, 0, half.data, 0, out.data, 0);
}

function coupledNewton(matrix: Matrix, p: number, out: Matrix): void {
  const { rows: n, data } = matrix;
  const scale = scaleToOne(data);
  const residualMatrix = data.map((entry) => entry * scale);
  const norm = strideNorm(residualMatrix, 0, 1, n * n);
  // A start at which all eigenvalues of M lie between 0 and (p + 1)/2, from where the iteration converges; for large p nearer to 1, as the
  // first step takes m to about m·exp(1 − m), and steps from there gain a factor of e each.
  const start = Math.min(p + 1, 9) / (2 * (norm === 0 ? 1 : norm));
  for (let i = 0; i < n * n; i++) residualMatrix[i] *= start;
  const multiply = planProduct({ rows: n, columns: n, inner: n });
  const work: NewtonWork = {
    m: residualMatrix,
    root: Matrix.identity(n).data,
    factor: new Float64Array(n * n),
    spare: new Float64Array(n * n),
    power: new Float64Array(n * n),
  };
  const tolerance = newtonTolerance * Math.sqrt(n);
  let error = distanceFromIdentity(work.m, n);
  let iterations = 0;
  for (let before = Infinity; error > tolerance || (error > 0 && error < before / 4); iterations++) {
    if (iterations === maximumIterations || !(error <= Math.max(1e3, 2 * before)))
      throw new NotConvergedError(
        `inverseRoot: no convergence after ${iterations} iterations; the residual is ${error}. Is the matrix positive definite?`,
        iterations,
        error,
      );
    before = error;
    newtonStep(work, n, p, multiply);
    error = distanceFromIdentity(work.m, n);
  }
  const factor = rootOf(start, p) * rootOf(scale, p);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const mean = (factor * (work.root[i * n + j] + work.root[j * n + i])) / 2;
      out.data[i * n + j] = mean;
      out.data[j * n + i] = mean;
    }
}

interface NewtonWork {
  /** Goes to the identity. */
  m: Float64Array;
  /** Goes to the root of the start. */
  root: Float64Array;
  readonly factor: Float64Array;
  spare: Float64Array;
  power: Float64Array;
}

function newtonStep(work: NewtonWork, n: number, p: number, multiply: PlannedProduct): void {
  const { factor } = work;
  for (let i = 0; i < n * n; i++) factor[i] = -work.m[i] / p;
  for (let i = 0; i < n; i++) factor[i * n + i] += (p + 1) / p;
  multiply(work.root, 0, factor, 0, work.spare, 0);
  [work.root, work.spare] = [work.spare, work.root];
  // M times Tᵖ, by the binary digits of p: `factor` runs through T, T², T⁴, …
  for (let rest = p; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) {
      multiply(work.m, 0, factor, 0, work.spare, 0);
      [work.m, work.spare] = [work.spare, work.m];
    }
    if (rest > 1) {
      multiply(factor, 0, factor, 0, work.power, 0);
      factor.set(work.power);
    }
  }
}

function distanceFromIdentity(m: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const entry = m[i * n + j] - (i === j ? 1 : 0);
      sum += entry * entry;
    }
  return Math.sqrt(sum);
}

/** x^(1/p) for x > 0, to about a unit of round-off. */
function rootOf(x: number, p: number): number {
  if (p === 1) return x;
  if (p === 2) return Math.sqrt(x);
  if (p === 4) return Math.sqrt(Math.sqrt(x));
  const y = exp(log(x) / p);
  // The argument's round-off is that of a number below 1; and the loop would take as many turns as p says.
  if (p > 1000) return y;
  // One Newton step; x/yᵖ by division after division, which cannot overflow on the way.
  let quotient = x;
  for (let k = 0; k < p; k++) quotient /= y;
  return y + (y * (quotient - 1)) / p;
}
