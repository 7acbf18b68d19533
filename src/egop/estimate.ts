/**
 * The expected gradient outer product EGOP(f, ρ) = E over θ∼ρ of ∇f(θ) ∇f(θ)ᵀ, estimated from M sampled gradients, and
 * the bases that it gives.
 *
 * Cost: M gradients, M·d numbers of memory, and one decomposition (about 10 d³) when eigenvalues or a dense basis are
 * first asked for. Up to `accurateDimension` parameters the eigenvectors are the right singular vectors of the M × d
 * gradient matrix G by one-sided Jacobi, so that small eigenvalues keep their relative accuracy; beyond, where that would
 * take minutes, they are eigenvectors of GᵀG/M by tridiagonalization, with errors of a few units of round-off of λ₁.
 *
 * Source: A. DePavia et al., Faster Adaptive Optimization via Expected Gradient Outer Product Reparameterization,
 * arXiv 2502.01594, 2026, algorithm 1.
 */
import { ArgumentError, NotFiniteError, ShapeError } from "../errors.ts";
import { householderQR } from "../linalg/householder-qr.ts";
import { singularValueDecomposition } from "../linalg/jacobi-svd.ts";
import type { Layout, TensorSlot } from "../linalg/layout.ts";
import { Matrix } from "../linalg/matrix.ts";
import { gram } from "../linalg/product.ts";
import { symmetricEigen } from "../linalg/symmetric-eigen.ts";
import { fold, random, type Key } from "../math/random.ts";
import { layoutOf, type StochasticObjective } from "../optim/objective.ts";
import { blockBasis, denseBasis, type Basis } from "./basis.ts";
import { isWeight, type SamplingDistribution } from "./sampling.ts";

/** Up to this many parameters the eigenvectors come from the gradient matrix itself, beyond from its square. */
const accurateDimension = 200;

export interface EgopOptions {
  /** Where gradients are sampled, in the original coordinates. */
  readonly points: SamplingDistribution;
  /** The number M of gradients; about d for a whole basis. */
  readonly samples: number;
  /** Sample m draws its point and its mini-batch from keys folded from this one by m. Default `random(0)`. */
  readonly key?: Key;
  /** Called after every sample with the number done and the total. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

export interface BasisOptions {
  /** "all" (default): one dense d × d basis. "tensor": one block per tensor. */
  readonly by?: "all" | "tensor";
  /**
   * With "tensor": whether a tensor gets a block of its own or stays unrotated. Default: tensors with two or more axes
   * do; biases and the parameters of normalizations do not.
   */
  readonly rotate?: (tensor: TensorSlot) => boolean;
}

/** Orthonormal columns with what the estimate says of each, in descending order. */
interface Spectrum {
  readonly values: Float64Array;
  readonly vectors: Matrix;
}

/** M sampled gradients and what follows from them. Made by `egop`. */
export class EgopEstimate {
  /** The sampled gradients, one per row (M × d). */
  readonly gradients: Matrix;
  readonly layout: Layout;
  #spectrum: Spectrum | undefined;

  constructor(gradients: Matrix, layout: Layout) {
    this.gradients = gradients;
    this.layout = layout;
  }

  /** The number M of gradients. */
  get samples(): number {
    return this.gradients.rows;
  }

  /** λ₁ ≥ λ₂ ≥ … ≥ 0, d of them. */
  get eigenvalues(): Float64Array {
    return this.#decomposed().values;
  }

  /** The eigenvectors as columns, in the order of the eigenvalues, each with its largest entry positive (d × d). */
  get eigenvectors(): Matrix {
    return this.#decomposed().vectors;
  }

  /** Σ λᵢ / λ₁: about how many directions carry the gradients. Between 1 and d; 0 when all gradients are zero. */
  get stableRank(): number {
    const values = this.eigenvalues;
    return values[0] > 0 ? values.reduce((sum, value) => sum + value / values[0], 0) : 0;
  }

  /**
   * Σ √(λᵢ/λ₁), the stable rank in the bound on what Adagrad gains: at most rootStableRank / (β d) of the smoothness
   * remains after reparameterization, with β the density of the leading eigenvector. 0 when all gradients are zero.
   */
  get rootStableRank(): number {
    const values = this.eigenvalues;
    return values[0] > 0 ? values.reduce((sum, value) => sum + Math.sqrt(value / values[0]), 0) : 0;
  }

  /**
   * ‖vₖ‖₁² / d of eigenvector k (from 0): 1/d when it is a coordinate axis, about 0.64 when it is random, 1 at most. An
   * axis-aligned leading eigenvector leaves nothing to gain. Throws ArgumentError for a k that is not below d.
   */
  density(k = 0): number {
    const { vectors } = this.#decomposed();
    if (!Number.isInteger(k) || k < 0 || k >= vectors.columns)
      throw new ArgumentError(`density: there is no eigenvector ${k}; expected 0 to ${vectors.columns - 1}.`);
    let norm = 0;
    for (let i = 0; i < vectors.rows; i++) norm += Math.abs(vectors.get(i, k));
    return (norm * norm) / vectors.rows;
  }

  /** The basis in which to run an optimizer; see BasisOptions. The decomposition of the whole is made at most once. */
  basis(options: BasisOptions = {}): Basis {
    const { by = "all", rotate = isWeight } = options;
    if (by === "all") return denseBasis(this.eigenvectors);
    requireTensorwise(by);
    const blocks = this.layout.tensors
      .filter((slot) => rotate(slot))
      .map((slot) => {
        const { vectors } = spectrumOf(columnsOf(this.gradients, slot.offset, slot.size));
        return [slot.name, vectors] as const;
      });
    return blockBasis(this.layout, new Map(blocks));
  }

  #decomposed(): Spectrum {
    return (this.#spectrum ??= spectrumOf(this.gradients));
  }
}

/**
 * Samples gradients of an objective and returns its expected gradient outer product.
 *
 * Sample m is drawn from keys folded from `key` by m, so that the estimate does not depend on the order of the samples.
 * The objective may be stochastic: each sample then draws a mini-batch too.
 *
 * Throws ArgumentError for a number of samples that is not a positive whole number, ShapeError for points of another
 * dimension, NotFiniteError naming the sample where the objective or its gradient is not finite.
 *
 * @example egop(objective, { points: gaussian({ mean: start, standardDeviation: 0.1 }), samples: 8 }).samples // 8
 */
export function egop(objective: StochasticObjective, options: EgopOptions): EgopEstimate {
  const { points, samples, key = random(0), onProgress } = options;
  const layout = layoutOf(objective);
  const { dimension, coordinates } = objective;
  if (!Number.isSafeInteger(samples) || samples < 1)
    throw new ArgumentError(`egop: samples is ${samples}; expected a positive whole number.`);
  const originalDimension = coordinates?.originalDimension ?? dimension;
  if (points.dimension !== originalDimension)
    throw new ShapeError(
      `egop: the points have dimension ${points.dimension}; the objective has ${originalDimension}.`,
    );

  const gradients = new Matrix(samples, dimension);
  const original = new Float64Array(originalDimension);
  const point = coordinates === undefined ? original : new Float64Array(dimension);
  for (let m = 0; m < samples; m++) {
    const sampleKey = fold(key, m);
    points.draw(fold(sampleKey, 0), original, m);
    coordinates?.toOwn(original, point);
    const gradient = gradients.row(m);
    const value = objective.valueAndGradient(point, gradient, fold(sampleKey, 1));
    requireFinite(m, value, gradient, layout);
    onProgress?.({ done: m + 1, total: samples });
  }
  return new EgopEstimate(gradients, layout);
}

function requireFinite(sample: number, value: number, gradient: Float64Array, layout: Layout): void {
  if (!Number.isFinite(value)) throw new NotFiniteError(`egop: the objective is ${value} at sample ${sample}.`);
  const bad = gradient.findIndex((entry) => !Number.isFinite(entry));
  if (bad < 0) return;
  const slot = layout.tensors.find(({ offset, size }) => bad < offset + size);
  throw new NotFiniteError(
    `egop: gradient entry ${bad} (in "${slot?.name ?? ""}") is ${gradient[bad]} at sample ${sample}.`,
  );
}

/** The types allow nothing else, but plain JavaScript callers have none. */
function requireTensorwise(by: string): void {
  if (by !== "tensor") throw new ArgumentError(`basis: by is "${by}"; expected "all" or "tensor".`);
}

/** Eigenvalues and all eigenvectors of GᵀG/M for the M × d matrix G. */
function spectrumOf(gradients: Matrix): Spectrum {
  const { rows: samples, columns: dimension } = gradients;
  const spectrum = dimension <= accurateDimension ? throughSingularValues(gradients) : symmetricEigen(gram(gradients));
  // A second moment has no negative eigenvalues: those below zero are round-off of zero.
  const values = spectrum.values.map((value) => Math.max(value, 0) / samples);
  if (!Number.isFinite(values[0]))
    throw new NotFiniteError("egop: the squares of the gradients overflow; divide the objective by a constant.");
  return { values, vectors: values[0] > 0 ? spectrum.vectors : Matrix.identity(dimension) };
}

/** σ² and the right singular vectors, completed to an orthonormal basis where there are fewer samples than parameters. */
function throughSingularValues(gradients: Matrix): Spectrum {
  const { columns: dimension } = gradients;
  const { values: singular, v } = singularValueDecomposition(gradients);
  const values = new Float64Array(dimension);
  singular.forEach((value, k) => (values[k] = value * value));
  if (singular.length === dimension) return { values, vectors: v };
  const vectors = householderQR(v).q({ full: true });
  // QR returns the given columns up to sign: put the singular vectors themselves back.
  for (let i = 0; i < dimension; i++) vectors.row(i).set(v.row(i));
  return { values, vectors };
}

/** A copy of `count` columns from `first` on. */
function columnsOf(matrix: Matrix, first: number, count: number): Matrix {
  const part = new Matrix(matrix.rows, count);
  for (let i = 0; i < matrix.rows; i++) part.row(i).set(matrix.row(i).subarray(first, first + count));
  return part;
}
