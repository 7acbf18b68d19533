/**
 * Approximate orthogonalization by the Newton–Schulz iteration, as Muon uses it: X ← a X + b (XXᵀ) X + c (XXᵀ)² X, which
 * moves every singular value by the odd polynomial a σ + b σ³ + c σ⁵ and leaves the singular vectors.
 *
 * Cost per step for m × n with k = min(m, n): 4mnk + 2k³ flops, all in matrix products. Accuracy, by design, is that of
 * the polynomial: with Muon's coefficients, singular values above about 1e-3 of the Frobenius norm end between 0.68 and
 * 1.21 after five steps. `polarDecomposition` is the road to an exactly orthogonal factor.
 * Source: K. Jordan et al., Muon: An Optimizer for Hidden Layers in Neural Networks, 2024 (coefficients); N. J. Higham,
 * Functions of Matrices, 2008, §8.3 (Newton–Schulz); Å. Björck and C. Bowie, SIAM J. Numer. Anal. 8, 1971.
 */
import { ArgumentError } from "../errors.ts";
import { requireFinite } from "./finite.ts";
import { strideNorm } from "./householder.ts";
import { Matrix } from "./matrix.ts";
import { scaleToOne } from "./orientation.ts";
import { planProduct, planSymmetricProduct, type PlannedProduct } from "./product.ts";
import { requireMatrixSpace } from "./result-space.ts";

/** The coefficients a, b, c of σ ↦ a σ + b σ³ + c σ⁵. */
export type OddQuintic = readonly [number, number, number];

/** Muon's coefficients: steep at 0, so that few steps suffice, at the price of values that only come near 1. */
export const muonCoefficients: OddQuintic = /* @__PURE__ */ Object.freeze([3.4445, -4.775, 2.0315] as const);

/** How the iteration is run. */
export interface NewtonSchulzOptions {
  /** How often the polynomial is applied, at least 0; default 5. */
  readonly steps?: number;
  /** The polynomial; default Muon's. (2, -1.5, 0.5) and (1.5, -0.5, 0) converge to 1, more slowly. */
  readonly coefficients?: OddQuintic;
}

/** Reads a matrix from `input` and writes its orthogonalization to `output`, which may be the same place. */
export type PlannedNewtonSchulz = (
  input: Float64Array,
  inputOffset: number,
  output: Float64Array,
  outputOffset: number,
) => void;

/**
 * The matrix, divided by its Frobenius norm, after `steps` Newton–Schulz steps: about U Vᵀ of its singular value
 * decomposition. Zeros stay zeros. Scaling the matrix by a power of two changes nothing.
 *
 * Throws NotFiniteError naming an entry that is NaN or infinite, ShapeError for `out` of another shape, ArgumentError for
 * steps that are not a whole number of at least 0 and coefficients that are not finite.
 *
 * @example newtonSchulz(Matrix.fromRows([[2, 0], [0, 2]]), { coefficients: [1.5, -0.5, 0], steps: 12 }).get(0, 0) // 1.0
 */
export function newtonSchulz(
  matrix: Matrix,
  options: NewtonSchulzOptions & {
    /** Overwritten with the result and returned; may be the matrix itself; by default a new one. */
    readonly out?: Matrix;
  } = {},
): Matrix {
  const { rows, columns, data } = matrix;
  const { out = new Matrix(rows, columns) } = options;
  requireMatrixSpace(out, rows, columns, "newtonSchulz: out", "the matrix");
  const run = planNewtonSchulz(rows, columns, options);
  requireFinite(matrix, "newtonSchulz");
  run(data, 0, out.data, 0);
  return out;
}

/**
 * The same for a fixed shape, to be run many times on pieces of flat arrays (row-major). The plan owns its workspace:
 * running it allocates nothing. Running it checks nothing: NaN and infinities come out as NaN.
 *
 * @example planNewtonSchulz(2, 2)(Float64Array.of(0, 0, 0, 0), 0, new Float64Array(4), 0) // undefined
 */
export function planNewtonSchulz(
  rows: number,
  columns: number,
  options: NewtonSchulzOptions = {},
): PlannedNewtonSchulz {
  const { steps = 5, coefficients = muonCoefficients } = options;
  if (!Number.isSafeInteger(steps) || steps < 0)
    throw new ArgumentError(`newtonSchulz: steps is ${steps}; expected a whole number of at least 0.`);
  if (!coefficients.every(Number.isFinite))
    throw new ArgumentError(`newtonSchulz: coefficients are ${coefficients.join(", ")}; expected finite numbers.`);
  const [a, b, c] = coefficients;
  const wide = rows <= columns;
  const k = wide ? rows : columns;
  const size = rows * columns;
  const gramOf = planSymmetricProduct({
    ...{ rows: k, inner: wide ? columns : rows },
    ...{ transposeA: !wide, transposeB: wide },
  });
  const square = planSymmetricProduct({ rows: k, inner: k });
  const apply = planProduct({ rows, columns, inner: k });
  const work: Workspace = {
    gram: new Float64Array(k * k),
    polynomial: new Float64Array(k * k),
    product: new Float64Array(size),
  };
  return (input, inputOffset, output, outputOffset) => {
    if (!normalize(input, inputOffset, output, outputOffset, size)) return;
    for (let step = 0; step < steps; step++) {
      gramOf(output, outputOffset, output, outputOffset, work.gram, 0);
      polynomialOf(work, square, b, c);
      if (wide) apply(work.polynomial, 0, output, outputOffset, work.product, 0);
      else apply(output, outputOffset, work.polynomial, 0, work.product, 0);
      for (let i = 0, at = outputOffset; i < size; i++, at++) output[at] = a * output[at] + work.product[i];
    }
  };
}

interface Workspace {
  readonly gram: Float64Array;
  readonly polynomial: Float64Array;
  readonly product: Float64Array;
}

/** b G + c G². */
function polynomialOf({ gram, polynomial }: Workspace, square: PlannedProduct, b: number, c: number): void {
  if (c === 0) {
    for (let i = 0; i < gram.length; i++) polynomial[i] = b * gram[i];
    return;
  }
  square(gram, 0, gram, 0, polynomial, 0);
  for (let i = 0; i < gram.length; i++) polynomial[i] = b * gram[i] + c * polynomial[i];
}

/** Writes the input divided by its Frobenius norm; whether there was anything but zeros. */
function normalize(
  input: Float64Array,
  inputOffset: number,
  output: Float64Array,
  outputOffset: number,
  size: number,
): boolean {
  const scale = scaleToOne(input, inputOffset, size);
  for (let i = 0; i < size; i++) output[outputOffset + i] = scale * input[inputOffset + i];
  const norm = strideNorm(output, outputOffset, 1, size);
  if (norm === 0) return false;
  for (let i = 0, at = outputOffset; i < size; i++, at++) output[at] /= norm;
  return true;
}
