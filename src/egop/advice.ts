/**
 * Advice before one pays for a basis: what a small pilot estimate and some Hessian-vector products say of the gain to
 * expect, of what each basis costs, and of whether it is worth it.
 *
 * The gain is predicted as a ratio of coordinate-smoothness sums. The constant in Adam's and Adagrad's bounds is
 * Σᵢⱼ |Hᵢⱼ|, which is at least the nuclear norm of the Hessian and equals it in the eigenbasis; `smoothness` estimates it
 * before and after the change of basis from columns of the Hessian, drawn with probabilities that favor large ones, so
 * that a few dozen products are enough for a ratio with an error bar. Without Hessian-vector products the gain is that of
 * the bound sr/(βd) alone: of the sum ‖L‖₁ no more than that share remains, for a positive semidefinite Hessian.
 *
 * Source of the bound: A. DePavia et al., arXiv 2502.01594, 2026; of the constant for Adam: S. Xie, M. Mohamadi, Z. Li,
 * Adam Exploits ℓ∞-geometry of Loss Landscape via Coordinate-wise Adaptivity, arXiv 2410.08198.
 */
import { ArgumentError, ShapeError } from "../errors.ts";
import type { Layout } from "../linalg/layout.ts";
import { random, type Key } from "../math/random.ts";
import { layoutOf, type StochasticObjective } from "../optim/objective.ts";
import { smoothnessSums, type SmoothnessSums } from "./advice-smoothness.ts";
import { costsOf, type CostedBasis } from "./basis-costs.ts";
import type { EgopEstimate } from "./estimate.ts";
import type { SamplingDistribution } from "./sampling.ts";

export interface AdviceOptions {
  /** Where curvature is looked at: the distribution of the estimate. */
  readonly points: SamplingDistribution;
  /** Columns of the Hessian on either side, each a Hessian-vector product; at least 2. Default 64. */
  readonly columns?: number;
  readonly key?: Key;
  /** The rank at which low-rank bases are costed, at least 1; default 64, or what the estimate knows if that is less. */
  readonly rank?: number;
  /**
   * The basis to look at, and to recommend if it is worth it: a whole one of `costs`. Default: the dense one up to 500
   * parameters; beyond, the Kronecker basis where there are matrices, else a completed one of low rank.
   */
  readonly basis?: WholeBasisName;
}

/** The bases of `costs` that are a change of all coordinates: in those alone sums of curvature can be compared. */
export type WholeBasisName = Exclude<CostedBasis["name"], "reduced" | "auxiliary">;

export interface Advice {
  readonly dimension: number;
  readonly samples: number;
  readonly stableRank: number;
  readonly rootStableRank: number;
  /** ‖vₖ‖₁²/d of up to five leading eigenvectors. */
  readonly densities: readonly number[];
  /** How many directions carry 50, 90 and 99% of the trace (as many as are known, where those carry less). */
  readonly directionsFor: { readonly half: number; readonly most: number; readonly nearlyAll: number };
  /** sr/(βd): at most this share of the coordinate-smoothness sum remains, for a convex objective; no news above 1. */
  readonly bound: number;
  /** Present when the objective has Hessian-vector products. */
  readonly smoothness?: SmoothnessSums;
  /**
   * By how much fewer steps to expect: the ratio of the sums, or 1/bound. Two standard errors to both sides. NaN, from 0 to
   * Infinity, where all Hessian-vector products of either side were zero, as those of a piecewise linear loss are: then
   * nothing can be foretold. `basis` is the one whose gain this is: that which was looked at, or of the bound the dense one.
   */
  readonly gain: {
    readonly value: number;
    readonly low: number;
    readonly high: number;
    readonly from: "curvature" | "bound";
    readonly basis: WholeBasisName;
  };
  readonly costs: readonly CostedBasis[];
  /** Which of `costs` to take; undefined when none is worth it, or that is not certain. */
  readonly basis: CostedBasis | undefined;
  /** The same in words, with the reason. */
  readonly recommendation: string;
}

/** A gain below this is lost in the price of the basis. */
const worthwhile = 1.5;
/** Up to this many parameters the dense basis is the one to take. */
const smallDimension = 500;
/** Up to this many it can still be looked at within minutes. */
const denseDimension = 2500;

/**
 * What to expect of the bases of a (pilot) estimate of an objective, before paying for them. Takes 2·`columns`
 * Hessian-vector products where the objective has them; those that are not finite are left out and counted. The basis is
 * chosen by size and tensors alone, and the curvature then looked at in it: the gain is that of the basis that is named.
 *
 * Throws ArgumentError for fewer than 2 columns, for a rank below 1, for a basis that the layout has not and for estimates
 * that have not kept the moment of all parameters; ShapeError for points of another dimension and for the estimate of an
 * objective with other tensors; NotFiniteError where fewer than two Hessian-vector products of a side are finite, or the
 * squares of their sums overflow.
 *
 * @example advise(objective, egop(objective, { points: gaussian({ mean: start, standardDeviation: 1 }), samples: 8 }), { points: gaussian({ mean: start, standardDeviation: 1 }) }).dimension // 2
 */
export function advise(objective: StochasticObjective, estimate: EgopEstimate, options: AdviceOptions): Advice {
  const { points, columns = 64, key = random(0), rank = 64 } = options;
  requireFitting(objective, estimate, options);
  const { layout, samples, stableRank, rootStableRank, trace, eigenvalues, knownRank } = estimate;
  const dimension = layout.size;
  const known = Math.min(5, knownRank);
  const densities = trace > 0 ? Array.from({ length: known }, (_v, k) => estimate.density(k)) : [];
  const bound = trace > 0 ? rootStableRank / (densities[0] * dimension) : 1;
  const costs = costsOf(layout, Math.max(1, Math.min(rank, knownRank)));
  const candidate = candidateOf(costs, dimension, options.basis);
  const seen = { dimension, samples, stableRank, rootStableRank, densities, bound, costs };
  const directionsFor = {
    half: directionsCarrying(0.5, eigenvalues, trace),
    most: directionsCarrying(0.9, eigenvalues, trace),
    nearlyAll: directionsCarrying(0.99, eigenvalues, trace),
  };
  if (!(trace > 0)) {
    const gain = { value: 1, low: 1, high: 1, from: "bound", basis: "dense" } as const;
    const recommendation =
      `Not worth it: every one of the ${samples} sampled gradients is zero, so no direction is known from another and the ` +
      "basis is the identity. Sample where the objective has a slope.";
    return { ...seen, directionsFor, gain, basis: undefined, recommendation };
  }
  const smoothness =
    objective.hessianVector === undefined
      ? undefined
      : smoothnessSums(objective, estimate, estimate.basis(candidate.options), candidate.name, points, columns, key);
  const gain = gainOf(bound, candidate.name, smoothness);
  const basis = gain.value >= worthwhile && gain.low > 1 ? candidate : undefined;
  const findings = { ...seen, directionsFor, ...(smoothness === undefined ? {} : { smoothness }), gain, basis };
  const mayGainMore = candidate.name !== "dense" && options.basis === undefined && dimension <= denseDimension;
  return { ...findings, recommendation: inWords(findings, columns, mayGainMore) };
}

/** Looks at the options, and whether points, estimate and objective belong together, before anything is computed. */
function requireFitting(objective: StochasticObjective, estimate: EgopEstimate, options: AdviceOptions): void {
  const { points, columns = 64, rank = 64 } = options;
  if (!Number.isSafeInteger(columns) || columns < 2)
    throw new ArgumentError(`advise: columns is ${columns}; expected a whole number of at least 2.`);
  if (!Number.isSafeInteger(rank) || rank < 1)
    throw new ArgumentError(`advise: rank is ${rank}; expected a whole number of at least 1.`);
  const own = layoutOf(objective);
  const original = objective.coordinates?.originalDimension ?? objective.dimension;
  if (points.dimension !== original)
    throw new ShapeError(`advise: the points have dimension ${points.dimension}; the objective has ${original}.`);
  const estimated = estimate.layout;
  if (estimated.size !== own.size)
    throw new ShapeError(
      `advise: the estimate has gradients of ${estimated.size} parameters; the objective has ${own.size}.`,
    );
  const [a, b] = [estimated, own].map(tensorsOf);
  if (objective.layout !== undefined && a !== unknownTensors(own.size) && a !== b)
    throw new ShapeError(`advise: the estimate is of the tensors ${a}; the objective has ${b}.`);
  // Which bases there are depends on the tensors alone: a name that is none is refused before the spectrum is paid for.
  candidateOf(costsOf(estimated, 1), estimated.size, options.basis);
}

function tensorsOf({ tensors }: Layout): string {
  return tensors.map(({ name, shape }) => `"${name}" [${shape.join(", ")}]`).join(", ");
}

/** What `tensorsOf` says where an objective was sampled that does not know its own. */
function unknownTensors(dimension: number): string {
  return tensorsOf(layoutOf({ dimension }));
}

type Candidate = CostedBasis & { readonly name: WholeBasisName };

/**
 * The basis that is asked for, or the dense one while it is small, then factors where there are matrices, then a completed
 * low rank. Nothing that is measured enters: the gain is then looked for in the basis that is chosen.
 */
function candidateOf(costs: readonly CostedBasis[], dimension: number, asked: string | undefined): Candidate {
  const whole = costs.filter((cost): cost is Candidate => cost.name !== "reduced" && cost.name !== "auxiliary");
  const wanted = asked === undefined ? preferred(dimension) : [asked];
  for (const name of wanted) {
    const found = whole.find((cost) => cost.name === name);
    if (found !== undefined) return found;
  }
  const names = whole.map(({ name }) => `"${name}"`).join(", ");
  throw new ArgumentError(`advise: basis is "${String(asked)}"; expected one of ${names}.`);
}

function preferred(dimension: number): readonly WholeBasisName[] {
  return dimension <= smallDimension ? ["dense"] : ["kronecker", "householder"];
}

function gainOf(bound: number, basis: WholeBasisName, smoothness: SmoothnessSums | undefined): Advice["gain"] {
  if (smoothness === undefined)
    return { value: 1 / bound, low: 1 / bound, high: Infinity, from: "bound", basis: "dense" };
  const { value, standardError } = smoothness.gain;
  if (Number.isNaN(value)) return { value, low: 0, high: Infinity, from: "curvature", basis };
  const margin = 2 * standardError;
  return { value, low: Math.max(value - margin, 0), high: value + margin, from: "curvature", basis };
}

type Findings = Omit<Advice, "recommendation">;

/** `mayGainMore`: whether the dense basis was passed over for its price, though it can be looked at. */
function inWords(findings: Findings, columns: number, mayGainMore: boolean): string {
  const { dimension, samples, rootStableRank, stableRank, densities, bound, gain, basis, directionsFor } = findings;
  const { smoothness } = findings;
  const share = (value: number): string => value.toPrecision(2);
  const place = `the ${gain.basis} basis`;
  const range =
    gain.from === "curvature"
      ? `${share(gain.value)} (${share(gain.low)} to ${share(gain.high)}), from the curvature in ${place}`
      : `${share(gain.value)}, from the bound sr/(βd) alone`;
  const few =
    samples < Math.min(2 * stableRank, dimension)
      ? ` The pilot's ${samples} gradients are few for a stable rank of ${share(stableRank)}: take more before you trust this.`
      : "";
  const leftOut =
    smoothness !== undefined && smoothness.skipped > 0
      ? ` ${smoothness.skipped} of ${2 * columns} Hessian-vector products were not finite and are left out.`
      : "";
  const caution = few + leftOut;
  if (basis !== undefined) {
    // The bound holds in the eigenbasis alone.
    const elsewhere =
      basis.name === gain.basis ? "" : ` (the gain is that of the ${gain.basis} basis, this one may gain less)`;
    return (
      `Worth it: the predicted gain is ${range}. ${directionsFor.most} of ${dimension} directions carry 90% of the gradients. ` +
      `Take the ${basis.name} basis${elsewhere}: ${basis.words}.${caution}`
    );
  }
  if (smoothness !== undefined && Number.isNaN(gain.value))
    return `Undecided: ${withoutCurvature(smoothness, place)}${leftOut}`;
  if (gain.value >= worthwhile)
    return (
      `Undecided: the predicted gain is ${range}, which holds no gain at all too. More columns of the Hessian narrow it: ` +
      `four times as many halve the range.${caution}`
    );
  const reasons: string[] = [];
  if (densities[0] * dimension < 4)
    reasons.push(`the leading eigenvector lies along the axes (density ${share(densities[0])})`);
  if (rootStableRank > dimension / 4)
    reasons.push(`the spectrum is flat (root stable rank ${share(rootStableRank)} of ${dimension})`);
  // Along the axes or flat, no basis is better.
  const hint =
    reasons.length === 0 && gain.from === "curvature" && mayGainMore
      ? ' The dense basis is dearer and may gain more: look at it with basis: "dense".'
      : "";
  if (reasons.length === 0)
    reasons.push(
      gain.from === "curvature" ? "the curvature is no simpler there" : `the bound ${share(bound)} promises nothing`,
    );
  return `Not worth it: the predicted gain is ${range}; ${reasons.join(" and ")}.${hint}${caution}`;
}

/** Why there is no ratio of the sums. */
function withoutCurvature({ before, after }: SmoothnessSums, basis: string): string {
  if (before.value === 0 && after.value === 0)
    return (
      "no curvature was met at the sampled points, as where a loss is piecewise linear, so no gain can be foretold. " +
      "Compare short runs."
    );
  const [met, missed] = before.value === 0 ? [basis, "original coordinates"] : ["original coordinates", basis];
  return (
    `curvature was met in ${met}, but none in ${missed}, so no gain can be foretold. ` +
    "Look at more columns of the Hessian."
  );
}

function directionsCarrying(share: number, eigenvalues: Float64Array, trace: number): number {
  let sum = 0;
  let count = 0;
  while (count < eigenvalues.length && eigenvalues[count] > 0 && sum < share * trace) sum += eigenvalues[count++];
  return count;
}

/**
 * Spearman's rank correlation of two lists of as many numbers, ties sharing their mean rank: what predicted and measured
 * gains are compared by. NaN for a list whose numbers are all equal. Throws ArgumentError for different lengths.
 *
 * @example rankCorrelation([1, 2, 4], [10, 30, 20]) // 0.50
 */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length)
    throw new ArgumentError(`rankCorrelation: the lists have ${a.length} and ${b.length} numbers; expected as many.`);
  const [x, y] = [ranks(a), ranks(b)];
  const mean = (a.length - 1) / 2;
  const product = (u: readonly number[], v: readonly number[]): number =>
    u.reduce((sum, value, i) => sum + (value - mean) * (v[i] - mean), 0);
  return product(x, y) / Math.sqrt(product(x, x) * product(y, y));
}

function ranks(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return below + (equal - 1) / 2;
  });
}
