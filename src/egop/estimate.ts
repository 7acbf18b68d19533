/**
 * The expected gradient outer product EGOP(f, ρ) = E over θ∼ρ of ∇f(θ) ∇f(θ)ᵀ, estimated from M sampled gradients, and
 * what follows from it: its spectrum, and how much there is to gain.
 *
 * Cost: M gradients; M·d numbers of memory, or what another form of the state keeps; and one decomposition when something
 * that needs it is first asked for: about 10 d³ operations for all eigenvectors, 2·M²·d + 10·M³ for the leading ones when
 * there are fewer samples than parameters. Accuracy: see spectrum.ts.
 *
 * Source: A. DePavia et al., Faster Adaptive Optimization via Expected Gradient Outer Product Reparameterization,
 * arXiv 2502.01594, 2026, algorithm 1.
 */
import { ArgumentError } from "../errors.ts";
import { requireFinite } from "../linalg/finite.ts";
import type { Layout } from "../linalg/layout.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { requireKnown } from "../optim/hyperparameters.ts";
import type { StochasticObjective } from "../optim/objective.ts";
import { accumulate, optionNames, type AccumulateOptions } from "./accumulate.ts";
import type { Basis } from "./basis.ts";
import { basisFor, type BasisOptions } from "./estimate-basis.ts";
import type { ExampleObjective } from "./example-objective.ts";
import { emptyMoments, type MomentState } from "./moment-state.ts";
import { SecondMoment } from "./second-moment.ts";
import { firstOf, knownRankOf, leadingSpectrum, wholeSpectrum, type Spectrum } from "./spectrum.ts";

export interface EgopOptions extends Omit<AccumulateOptions, "from" | "to" | "signal"> {
  /** The number M of gradients; about d for a whole basis. */
  readonly samples: number;
}

/** What sampled gradients say. Made by `egop` or `estimateOf`. */
export class EgopEstimate {
  /** The state that this is the estimate of: to be saved, merged with others, or gone on with by `accumulate`. */
  readonly state: MomentState;
  /** The second moment, whole and in parts, as far as the form of the state has it. */
  readonly moment: SecondMoment;
  #whole: Spectrum | undefined;
  #leading: Spectrum | undefined;

  /** Throws StateError for what is no state, ArgumentError for one without a sample. */
  constructor(state: MomentState) {
    this.state = state;
    this.moment = new SecondMoment(state);
  }

  get layout(): Layout {
    return this.moment.layout;
  }

  /** The number M of gradients in the estimate. */
  get samples(): number {
    return this.moment.samples;
  }

  /** The number of samples that were left out because they were not finite. */
  get skipped(): number {
    return this.state.skipped.length;
  }

  /** The sampled gradients, one per row (M × d). Throws ArgumentError when the state has not kept them. */
  get gradients(): Matrix {
    return this.moment.gradients();
  }

  /** λ₁ ≥ λ₂ ≥ … ≥ 0, d of them. Those that a sketch, or fewer samples than parameters, know nothing of are 0. */
  get eigenvalues(): Float64Array {
    const values = new Float64Array(this.layout.size);
    // What is behind those that are known is round-off of zero.
    values.set((this.#whole ?? this.#allKnown()).values.subarray(0, this.knownRank));
    return values;
  }

  /**
   * The eigenvectors as columns, in the order of the eigenvalues (d × d): those that the estimate can tell (see `knownRank`)
   * each with its largest entry positive, then an orthonormal completion, of which nothing is said.
   */
  get eigenvectors(): Matrix {
    return this.#decomposed().vectors;
  }

  /**
   * The `rank` largest eigenvalues and their eigenvectors (d × rank), without those of the others. Throws ArgumentError
   * for a rank beyond the number of samples (or of rows of a sketch).
   */
  leading(rank: number): Spectrum {
    const whole = this.moment.whole();
    if (Number.isSafeInteger(rank) && rank >= 1 && rank <= knownRankOf(whole)) {
      // Of a matrix all are made in any case.
      if (whole.kind === "matrix") return firstOf(this.#decomposed(), rank);
      const made = this.#whole ?? this.#leading;
      if (made !== undefined && rank <= made.values.length) return firstOf(made, rank);
    }
    this.#leading = leadingSpectrum(whole, rank);
    return this.#leading;
  }

  /**
   * The most directions that the estimate can tell: the number of samples, of a sketch's rows, or of parameters, whichever
   * is least; 0 where only parts of the moment were kept.
   */
  get knownRank(): number {
    return this.moment.knownRank();
  }

  /** The trace of the second moment, E‖g‖²; exact in every form. */
  get trace(): number {
    return this.moment.trace;
  }

  /**
   * At most this much is missing of the second moment of the samples in any direction: 0 but for sketches. It says nothing
   * of the samples that were not drawn.
   */
  get sketchError(): number {
    return this.moment.sketchError;
  }

  /** Σ λᵢ / λ₁: about how many directions carry the gradients. Between 1 and d; 0 when all gradients are zero. */
  get stableRank(): number {
    const { eigenvalues } = this;
    return eigenvalues[0] > 0 ? Math.max(this.trace / eigenvalues[0], 1) : 0;
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
    const { size } = this.layout;
    if (!Number.isInteger(k) || k < 0 || k >= size)
      throw new ArgumentError(`density: there is no eigenvector ${k}; expected 0 to ${size - 1}.`);
    const { vectors } = k < this.knownRank ? this.leading(k + 1) : this.#decomposed();
    let norm = 0;
    for (let i = 0; i < size; i++) norm += Math.abs(vectors.get(i, k));
    return (norm * norm) / size;
  }

  /** The basis in which to run an optimizer; see BasisOptions. The decomposition of the whole is made at most once. */
  basis(options: BasisOptions = {}): Basis {
    return basisFor(this, options);
  }

  #decomposed(): Spectrum {
    return (this.#whole ??= wholeSpectrum(this.moment.whole()));
  }

  /** The spectrum of as many directions as are known, without a completion. */
  #allKnown(): Spectrum {
    const rank = this.knownRank;
    return rank < this.layout.size ? this.leading(rank) : this.#decomposed();
  }
}

/**
 * The estimate of a state that `accumulate` or `mergeMoments` has made. Throws StateError for what is no state,
 * ArgumentError for a state without a sample.
 *
 * @example estimateOf(accumulate(objective, { points: gaussian({ mean: start, standardDeviation: 1 }), to: 5 })).samples // 5
 */
export function estimateOf(state: MomentState): EgopEstimate {
  return new EgopEstimate(state);
}

/**
 * The estimate of gradients that were sampled elsewhere, one per row (kept, not copied). Throws ShapeError for rows of
 * another length than the layout's, NotFiniteError naming an entry that is NaN or infinite, ArgumentError where there is no
 * row.
 *
 * @example estimateFrom(Matrix.fromRows([[3, 4]]), layout({ w: [2] })).eigenvalues // [25, 0]
 */
export function estimateFrom(gradients: Matrix, layout: Layout): EgopEstimate {
  layout.check(new Float64Array(gradients.columns), "estimateFrom");
  requireFinite(gradients, "estimateFrom");
  const indices = Array.from({ length: gradients.rows }, (_v, k) => k);
  return new EgopEstimate({ ...emptyMoments({ kind: "samples" }, layout), indices, rows: gradients.data });
}

/**
 * Samples gradients of an objective and returns its expected gradient outer product.
 *
 * Sample m is drawn from keys folded from `key` by m, so that the estimate does not depend on the order of the samples.
 * The objective may be stochastic: each sample then draws a mini-batch too. For an estimate in parts, an interrupted one,
 * or one from several processes see `accumulate`.
 *
 * Throws ArgumentError for a number of samples that is not a positive whole number and for an unknown option, ShapeError for points of another
 * dimension, NotFiniteError naming the sample where the objective or its gradient is not finite (or, with
 * `notFinite: "skip"`, ArgumentError when it is nowhere).
 *
 * @example egop(objective, { points: gaussian({ mean: start, standardDeviation: 1 }), samples: 20 }).samples // 20
 */
export function egop(objective: StochasticObjective | ExampleObjective, options: EgopOptions): EgopEstimate {
  requireKnown("egop", options, ["samples", ...optionNames]);
  const { samples, ...rest } = options;
  if (!Number.isSafeInteger(samples) || samples < 1)
    throw new ArgumentError(`egop: samples is ${samples}; expected a positive whole number.`);
  return new EgopEstimate(accumulate(objective, { ...rest, to: samples }));
}
