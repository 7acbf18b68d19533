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
import { ArgumentError } from "../errors.ts";
import { fold, random, uniform, type Key } from "../math/random.ts";
import type { StochasticObjective } from "../optim/objective.ts";
import { costsOf, type CostedBasis } from "./basis-costs.ts";
import { identityBasis, type Basis } from "./basis.ts";
import type { EgopEstimate } from "./estimate.ts";
import { isWeight, type SamplingDistribution } from "./sampling.ts";

export interface AdviceOptions {
  /** Where curvature is looked at: the distribution of the estimate. */
  readonly points: SamplingDistribution;
  /** Columns of the Hessian on either side, each a Hessian-vector product; at least 2. Default 64. */
  readonly columns?: number;
  readonly key?: Key;
  /** The rank at which low-rank bases are costed; default 64, or what the estimate knows if that is less. */
  readonly rank?: number;
}

/** A number and its standard error. */
export interface Uncertain {
  readonly value: number;
  readonly standardError: number;
}

/** Estimates of Σᵢⱼ |Hᵢⱼ| in original coordinates and in the basis, and their ratio, before / after. */
export interface SmoothnessSums {
  readonly before: Uncertain;
  readonly after: Uncertain;
  readonly gain: Uncertain;
}

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
   * By how much fewer steps to expect: the ratio of the sums, or 1/bound. Two standard errors to both sides. NaN where all
   * Hessian-vector products were zero, as those of a piecewise linear loss are: then nothing can be foretold.
   */
  readonly gain: {
    readonly value: number;
    readonly low: number;
    readonly high: number;
    readonly from: "curvature" | "bound";
  };
  readonly costs: readonly CostedBasis[];
  /** Which of `costs` to take; undefined when none is worth it, or that is not certain. */
  readonly basis: CostedBasis | undefined;
  /** The same in words, with the reason. */
  readonly recommendation: string;
}

/** A gain below this is lost in the price of the basis. */
const worthwhile = 1.5;
/** Up to this many parameters the curvature is looked at in the whole basis, beyond in the one that is recommended. */
const denseDimension = 2500;

/**
 * What to expect of the bases of a (pilot) estimate of an objective, before paying for them. Takes 2·`columns`
 * Hessian-vector products where the objective has them.
 *
 * Throws ArgumentError for fewer than 2 columns and for estimates that have not kept the moment of all parameters.
 *
 * @example advise(objective, egop(objective, { points: gaussian({ mean: start, standardDeviation: 1 }), samples: 8 }), { points: gaussian({ mean: start, standardDeviation: 1 }) }).dimension // 2
 */
export function advise(objective: StochasticObjective, estimate: EgopEstimate, options: AdviceOptions): Advice {
  const { points, columns = 64, key = random(0), rank = 64 } = options;
  if (!Number.isSafeInteger(columns) || columns < 2)
    throw new ArgumentError(`advise: columns is ${columns}; expected a whole number of at least 2.`);
  const { layout, samples, stableRank, rootStableRank, trace, eigenvalues, knownRank } = estimate;
  const dimension = layout.size;
  const known = Math.min(5, knownRank);
  const densities = trace > 0 ? Array.from({ length: known }, (_v, k) => estimate.density(k)) : [];
  const bound = trace > 0 ? rootStableRank / (densities[0] * dimension) : 1;
  const costs = costsOf(layout, Math.max(1, Math.min(rank, knownRank)));
  const seen = { dimension, samples, stableRank, rootStableRank, densities, bound, costs };
  const directionsFor = {
    half: directionsCarrying(0.5, eigenvalues, trace),
    most: directionsCarrying(0.9, eigenvalues, trace),
    nearlyAll: directionsCarrying(0.99, eigenvalues, trace),
  };
  if (!(trace > 0)) {
    const gain = { value: 1, low: 1, high: 1, from: "bound" } as const;
    const recommendation =
      `Not worth it: every one of the ${samples} sampled gradients is zero, so no direction is known from another and the ` +
      "basis is the identity. Sample where the objective has a slope.";
    return { ...seen, directionsFor, gain, basis: undefined, recommendation };
  }
  const basis = basisToLookAt(estimate, Math.max(1, Math.min(rank, knownRank)));
  const smoothness =
    objective.hessianVector === undefined
      ? undefined
      : smoothnessSums(objective, estimate, basis, points, columns, key);
  const gain = gainOf(bound, smoothness);
  const chosen = gain.value >= worthwhile && gain.low > 1 ? chooseBasis(costs, dimension) : undefined;
  return {
    ...seen,
    directionsFor,
    ...(smoothness === undefined ? {} : { smoothness }),
    ...{ gain, basis: chosen },
    recommendation: inWords({ ...seen, directionsFor, gain, basis: chosen }),
  };
}

/** The whole basis while it can be paid for; then factors where there are matrices, or a completed basis of low rank. */
function basisToLookAt(estimate: EgopEstimate, rank: number): Basis {
  const { layout } = estimate;
  if (layout.size <= denseDimension) return estimate.basis();
  return layout.tensors.some(isWeight) ? estimate.basis({ by: "kronecker" }) : estimate.basis({ rank });
}

function gainOf(bound: number, smoothness: SmoothnessSums | undefined): Advice["gain"] {
  if (smoothness === undefined) return { value: 1 / bound, low: 1 / bound, high: Infinity, from: "bound" };
  const { value, standardError } = smoothness.gain;
  const margin = 2 * standardError;
  return { value, low: Math.max(value - margin, 0), high: value + margin, from: "curvature" };
}

/** The dense basis while it is small, then factors where there are matrices, then a completed low rank. */
function chooseBasis(costs: readonly CostedBasis[], dimension: number): CostedBasis | undefined {
  const named = (name: CostedBasis["name"]): CostedBasis | undefined => costs.find((cost) => cost.name === name);
  if (dimension <= 500) return named("dense");
  return named("kronecker") ?? named("householder");
}

type Findings = Omit<Advice, "smoothness" | "recommendation">;

function inWords({
  dimension,
  samples,
  rootStableRank,
  stableRank,
  densities,
  bound,
  gain,
  basis,
  directionsFor,
}: Findings): string {
  const share = (value: number): string => value.toPrecision(2);
  const range =
    gain.from === "curvature"
      ? `${share(gain.value)} (${share(gain.low)} to ${share(gain.high)}), from the curvature`
      : `${share(gain.value)}, from the bound sr/(βd) alone`;
  const caution =
    samples < Math.min(2 * stableRank, dimension)
      ? ` The pilot's ${samples} gradients are few for a stable rank of ${share(stableRank)}: take more before you trust this.`
      : "";
  if (basis !== undefined)
    return (
      `Worth it: the predicted gain is ${range}. ${directionsFor.most} of ${dimension} directions carry 90% of the gradients. ` +
      `Take the ${basis.name} basis: ${basis.words}.${caution}`
    );
  if (Number.isNaN(gain.value))
    return (
      "Undecided: no curvature was met at the sampled points, as where a loss is piecewise linear, so no gain can be foretold. " +
      "Compare short runs."
    );
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
  if (reasons.length === 0)
    reasons.push(
      gain.from === "curvature"
        ? "the curvature is no simpler in the basis"
        : `the bound ${share(bound)} promises nothing`,
    );
  return `Not worth it: the predicted gain is ${range}; ${reasons.join(" and ")}.${caution}`;
}

function directionsCarrying(share: number, eigenvalues: Float64Array, trace: number): number {
  let sum = 0;
  let count = 0;
  while (count < eigenvalues.length && eigenvalues[count] > 0 && sum < share * trace) sum += eigenvalues[count++];
  return count;
}

/** Σᵢⱼ |Hᵢⱼ| before and after, each from columns drawn with replacement. */
function smoothnessSums(
  objective: StochasticObjective,
  estimate: EgopEstimate,
  basis: Basis,
  points: SamplingDistribution,
  columns: number,
  key: Key,
): SmoothnessSums {
  const { layout } = estimate;
  const own = identityBasis(layout);
  const [before, after] = [
    { basis: own, sizes: estimate.moment.diagonal().map(Math.sqrt) },
    { basis, sizes: sizesIn(basis, estimate) },
  ].map(({ basis: at, sizes }, side) => sumOfColumns(objective, at, sizes, points, columns, fold(key, side)));
  const value = before.value / after.value;
  const relative = (x: Uncertain): number => x.standardError / x.value;
  const spread = Math.sqrt(relative(before) * relative(before) + relative(after) * relative(after));
  return { before, after, gain: { value, standardError: value * spread } };
}

/** The root mean square of the gradient along each direction of a basis. */
function sizesIn(basis: Basis, estimate: EgopEstimate): Float64Array {
  const moment = estimate.moment.whole();
  if (basis.kind === "dense" || moment.kind === "matrix") return estimate.eigenvalues.map(Math.sqrt);
  const squares = new Float64Array(basis.rotatedDimension);
  const turned = new Float64Array(basis.rotatedDimension);
  for (let m = 0; m < moment.rows.rows; m++) {
    basis.pullGradient(moment.rows.row(m), turned);
    for (let i = 0; i < turned.length; i++) squares[i] += (turned[i] * turned[i]) / moment.weight;
  }
  return squares.map(Math.sqrt);
}

/**
 * The mean of ‖H eⱼ‖₁ / pⱼ over columns j drawn with probability pⱼ, half of it uniform and half in proportion to `sizes`,
 * each at a point of its own: unbiased for the mean over points of Σᵢⱼ |Hᵢⱼ|.
 */
function sumOfColumns(
  objective: StochasticObjective,
  basis: Basis,
  sizes: Float64Array,
  points: SamplingDistribution,
  columns: number,
  key: Key,
): Uncertain {
  const { rotatedDimension: count, dimension } = basis;
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const probability = (j: number): number => 0.5 / count + (0.5 * sizes[j]) / total;
  const [unit, product] = [count, count].map((length) => new Float64Array(length));
  const [direction, image, point] = [0, 0, 0].map(() => new Float64Array(dimension));
  const draw = new Float64Array(points.dimension);
  const place = new Float64Array(1);
  let sum = 0;
  let squares = 0;
  for (let c = 0; c < columns; c++) {
    const own = fold(key, c);
    let left = uniform(fold(own, 0), place)[0];
    let j = 0;
    while (j < count - 1 && left >= probability(j)) left -= probability(j++);
    unit[j] = 1;
    basis.pushDirection(unit, direction);
    unit[j] = 0;
    points.draw(fold(own, 1), draw, c);
    if (objective.coordinates === undefined) point.set(draw);
    else objective.coordinates.toOwn(draw, point);
    objective.hessianVector?.(point, direction, image, fold(own, 2));
    basis.pullGradient(image, product);
    const norm = product.reduce((all, entry) => all + Math.abs(entry), 0) / probability(j);
    sum += norm;
    squares += norm * norm;
  }
  const value = sum / columns;
  const variance = Math.max(squares / columns - value * value, 0) / (columns - 1);
  return { value, standardError: Math.sqrt(variance) };
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
