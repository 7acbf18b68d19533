/**
 * Sums of coordinate smoothness Σᵢⱼ |Hᵢⱼ| before and after a change of basis, from columns of the Hessian that are drawn
 * with probabilities that favor large ones. Cost: a Hessian-vector product for each column, and for the probabilities the
 * gradients of the estimate (or the columns of its matrix) once through the basis.
 */
import { NotFiniteError } from "../errors.ts";
import { indexOfNotFinite } from "../linalg/finite.ts";
import { fold, uniform, type Key } from "../math/random.ts";
import type { StochasticObjective } from "../optim/objective.ts";
import { identityBasis, type Basis } from "./basis.ts";
import type { EgopEstimate } from "./estimate.ts";
import type { SamplingDistribution } from "./sampling.ts";

/** A number and its standard error. */
export interface Uncertain {
  readonly value: number;
  readonly standardError: number;
}

/** Estimates of Σᵢⱼ |Hᵢⱼ| in original coordinates and in the basis, and their ratio, before / after. */
export interface SmoothnessSums {
  readonly before: Uncertain;
  readonly after: Uncertain;
  /** NaN where either sum is zero: as one is when the other is, columns were then missed. */
  readonly gain: Uncertain;
  /** How many products of both sides were left out because they were not finite. */
  readonly skipped: number;
}

/**
 * Σᵢⱼ |Hᵢⱼ| before and after, each from columns drawn with replacement. Products that are not finite are left out, as they
 * come where an objective overflows far out. Throws NotFiniteError where fewer than two of a side remain, or their squares
 * overflow.
 */
export function smoothnessSums(
  objective: StochasticObjective,
  estimate: EgopEstimate,
  basis: Basis,
  name: string,
  points: SamplingDistribution,
  columns: number,
  key: Key,
): SmoothnessSums {
  const { layout } = estimate;
  const own = identityBasis(layout);
  const [before, after] = [
    { basis: own, sizes: estimate.moment.diagonal().map(Math.sqrt), place: "in original coordinates" },
    { basis, sizes: sizesIn(basis, estimate), place: `in the ${name} basis` },
  ].map(({ basis: at, sizes, place }, side) =>
    sumOfColumns(objective, at, sizes, points, columns, fold(key, side), place),
  );
  const skipped = before.skipped + after.skipped;
  const [from, to] = [before.sum, after.sum];
  if (from.value === 0 || to.value === 0)
    return { before: from, after: to, gain: { value: NaN, standardError: NaN }, skipped };
  const value = from.value / to.value;
  const relative = (x: Uncertain): number => x.standardError / x.value;
  const spread = Math.sqrt(relative(from) * relative(from) + relative(to) * relative(to));
  return { before: from, after: to, gain: { value, standardError: value * spread }, skipped };
}

/** The root mean square of the gradient along each direction of a basis. */
function sizesIn(basis: Basis, estimate: EgopEstimate): Float64Array {
  if (basis.kind === "dense") return estimate.eigenvalues.map(Math.sqrt);
  const moment = estimate.moment.whole();
  const squares = new Float64Array(basis.rotatedDimension);
  const turned = new Float64Array(basis.rotatedDimension);
  if (moment.kind === "matrix") {
    // (Vᵀ C V)ⱼⱼ = Σᵢ Vᵢⱼ (Vᵀ cᵢ)ⱼ, with the rows of V as images of the axes.
    const row = new Float64Array(basis.rotatedDimension);
    const axis = new Float64Array(basis.dimension);
    for (let i = 0; i < basis.dimension; i++) {
      axis[i] = 1;
      basis.pullGradient(axis, row);
      axis[i] = 0;
      basis.pullGradient(moment.matrix.row(i), turned);
      for (let j = 0; j < row.length; j++) squares[j] += row[j] * turned[j];
    }
    // None is below zero but by round-off.
    return squares.map((square) => Math.sqrt(Math.max(square, 0)));
  }
  for (let m = 0; m < moment.rows.rows; m++) {
    basis.pullGradient(moment.rows.row(m), turned);
    for (let i = 0; i < turned.length; i++) squares[i] += (turned[i] * turned[i]) / moment.weight;
  }
  return squares.map(Math.sqrt);
}

/**
 * The mean of ‖H eⱼ‖₁ / pⱼ over columns j drawn with probability pⱼ, half of it uniform and half in proportion to `sizes`,
 * each at a point of its own: unbiased for the mean over points of Σᵢⱼ |Hᵢⱼ| (over those where H eⱼ is finite).
 */
function sumOfColumns(
  objective: StochasticObjective,
  basis: Basis,
  sizes: Float64Array,
  points: SamplingDistribution,
  columns: number,
  key: Key,
  place: string,
): { readonly sum: Uncertain; readonly skipped: number } {
  const { rotatedDimension: count, dimension } = basis;
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const probability = (j: number): number => 0.5 / count + (0.5 * sizes[j]) / total;
  const [unit, product] = [count, count].map((length) => new Float64Array(length));
  const [direction, image, point] = [0, 0, 0].map(() => new Float64Array(dimension));
  const draw = new Float64Array(points.dimension);
  const uniformDraw = new Float64Array(1);
  let sum = 0;
  let squares = 0;
  let taken = 0;
  for (let c = 0; c < columns; c++) {
    const own = fold(key, c);
    let left = uniform(fold(own, 0), uniformDraw)[0];
    let j = 0;
    while (j < count - 1 && left >= probability(j)) left -= probability(j++);
    unit[j] = 1;
    basis.pushDirection(unit, direction);
    unit[j] = 0;
    points.draw(fold(own, 1), draw, c);
    if (objective.coordinates === undefined) point.set(draw);
    else objective.coordinates.toOwn(draw, point);
    objective.hessianVector?.(point, direction, image, fold(own, 2));
    if (indexOfNotFinite(image) >= 0) continue;
    basis.pullGradient(image, product);
    const norm = product.reduce((all, entry) => all + Math.abs(entry), 0) / probability(j);
    taken++;
    sum += norm;
    squares += norm * norm;
  }
  const skipped = columns - taken;
  if (taken < 2)
    throw new NotFiniteError(
      `advise: ${skipped} of ${columns} Hessian-vector products ${place} are not finite; expected at least 2 that are.`,
    );
  if (!Number.isFinite(squares))
    throw new NotFiniteError(
      "advise: the squares of the Hessian's columns overflow; divide the objective by a constant.",
    );
  const value = sum / taken;
  const variance = Math.max(squares / taken - value * value, 0) / (taken - 1);
  return { sum: { value, standardError: Math.sqrt(variance) }, skipped };
}
