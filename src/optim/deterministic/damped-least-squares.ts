/**
 * The step of Levenberg and Marquardt: the minimizer p of ‖R Pᵀp − b‖² + λ‖Dp‖², with λ = 0 where that lies in the trust
 * region ‖Dp‖ ≤ Δ, and otherwise the λ > 0 for which ‖Dp‖ = Δ, both to within a tenth of Δ.
 *
 * λ is found by Newton's method on 1/‖Dp(λ)‖, safeguarded by bounds from both sides; two or three solutions are usual, ten at
 * most. Each solution eliminates √λ D under R by Givens rotations, n³ operations, so JᵀJ + λD² is never formed.
 *
 * Source: J. Moré, The Levenberg–Marquardt Algorithm: Implementation and Theory, 1978, section 5. Reference implementation:
 * MINPACK, lmpar and qrsolv.
 */
import { gradientNorm } from "../gradient-norm.ts";

/** R (n × n, row by row, upper triangular), b, and the order of the columns: column j of R belongs to parameter order[j]. */
export interface TriangularLeastSquares {
  readonly size: number;
  readonly r: Float64Array;
  readonly right: Float64Array;
  readonly order: Int32Array;
}

export interface DampedStep {
  readonly step: Float64Array;
  readonly damping: number;
  /** ‖R Pᵀp‖, the length of the step as the residuals see it. */
  readonly linearNorm: number;
}

/** How far ‖Dp‖ may be from Δ, relative to Δ. */
const tolerance = 0.1;
const smallest = 2.2250738585072014e-308;

/** Solves for the step within `radius` in the norm of `scales`; `guess` is λ from before. Changes nothing it is given. */
export function dampedStep(
  system: TriangularLeastSquares,
  scales: Float64Array,
  radius: number,
  guess: number,
): DampedStep {
  const { size, order, right, r } = system;
  const rank = rankOf(system);
  const undamped = backSubstitute(r, right, size, rank);
  const permuted = permute(undamped, order);
  const scaled = new Float64Array(size);
  let excess = scaledExcess(permuted, scales, radius, scaled);
  if (excess <= tolerance * radius) return { step: permuted, damping: 0, linearNorm: linearNorm(system, permuted) };

  // λ lies between the Newton step from 0, where R has full rank, and the gradient's length over Δ.
  let lower = 0;
  if (rank === size) lower = excess / radius / newtonDenominator(r, system, scales, scaled, excess + radius);
  let upper = gradientLength(system, scales) / radius;
  if (upper === 0) upper = smallest / Math.min(radius, tolerance);
  let damping = Math.min(Math.max(guess, lower), upper);
  if (damping === 0) damping = gradientLength(system, scales) / (excess + radius);

  for (let iteration = 1; ; iteration++) {
    if (damping === 0) damping = Math.max(smallest, 0.001 * upper);
    const { triangle, turned } = eliminate(system, scales, Math.sqrt(damping));
    const step = permute(backSubstitute(triangle, turned, size, size), order);
    const before = excess;
    excess = scaledExcess(step, scales, radius, scaled);
    const close = Math.abs(excess) <= tolerance * radius;
    const hopeless = lower === 0 && excess <= before && before < 0;
    if (close || hopeless || iteration === 10) return { step, damping, linearNorm: linearNorm(system, step) };
    const correction = excess / radius / newtonDenominator(triangle, system, scales, scaled, excess + radius);
    if (excess > 0) lower = Math.max(lower, damping);
    if (excess < 0) upper = Math.min(upper, damping);
    damping = Math.max(lower, damping + correction);
  }
}

/** The number of leading columns of R with a diagonal that is not 0: no tolerance, as columns may have any scale. */
function rankOf({ r, size }: TriangularLeastSquares): number {
  let rank = 0;
  while (rank < size && r[rank * size + rank] !== 0) rank++;
  return rank;
}

/** The solution of the leading rank × rank triangle, zeros beyond. */
function backSubstitute(r: Float64Array, right: Float64Array, size: number, rank: number): Float64Array {
  const x = new Float64Array(size);
  for (let i = rank - 1; i >= 0; i--) {
    let sum = right[i];
    for (let j = i + 1; j < rank; j++) sum -= r[i * size + j] * x[j];
    x[i] = r[i * size + i] === 0 ? 0 : sum / r[i * size + i];
  }
  return x;
}

function permute(x: Float64Array, order: Int32Array): Float64Array {
  const result = new Float64Array(x.length);
  for (let j = 0; j < x.length; j++) result[order[j]] = x[j];
  return result;
}

/** ‖Dp‖ − Δ; `scaled` is overwritten with Dp. */
function scaledExcess(step: Float64Array, scales: Float64Array, radius: number, scaled: Float64Array): number {
  for (let j = 0; j < step.length; j++) scaled[j] = scales[j] * step[j];
  return gradientNorm(scaled) - radius;
}

/** ‖T⁻ᵀ Pᵀ D (Dp / ‖Dp‖)‖²: minus the derivative of ‖Dp‖ with respect to λ, over ‖Dp‖. */
function newtonDenominator(
  triangle: Float64Array,
  { size, order }: TriangularLeastSquares,
  scales: Float64Array,
  scaled: Float64Array,
  length: number,
): number {
  const w = new Float64Array(size);
  for (let j = 0; j < size; j++) w[j] = scales[order[j]] * (scaled[order[j]] / length);
  for (let j = 0; j < size; j++) {
    w[j] /= triangle[j * size + j];
    for (let i = j + 1; i < size; i++) w[i] -= triangle[j * size + i] * w[j];
  }
  const norm = gradientNorm(w);
  return norm * norm;
}

/** ‖D⁻¹ P Rᵀb‖. */
function gradientLength({ r, right, size, order }: TriangularLeastSquares, scales: Float64Array): number {
  const w = new Float64Array(size);
  for (let j = 0; j < size; j++) {
    let sum = 0;
    for (let i = 0; i <= j; i++) sum += r[i * size + j] * right[i];
    w[j] = sum / scales[order[j]];
  }
  return gradientNorm(w);
}

/** The triangle and right-hand side after the rows of √λ D Pᵀ have been rotated into R. */
function eliminate(
  { r, right, size, order }: TriangularLeastSquares,
  scales: Float64Array,
  root: number,
): { triangle: Float64Array; turned: Float64Array } {
  const triangle = r.slice();
  const turned = right.slice();
  const row = new Float64Array(size);
  for (let j = 0; j < size; j++) {
    row.fill(0);
    row[j] = root * scales[order[j]];
    let rest = 0;
    for (let k = j; k < size; k++) {
      if (row[k] === 0) continue;
      const pivot = triangle[k * size + k];
      const larger = Math.max(Math.abs(pivot), Math.abs(row[k]));
      const [a, b] = [pivot / larger, row[k] / larger];
      const length = Math.sqrt(a * a + b * b);
      const [cosine, sine] = [a / length, b / length];
      triangle[k * size + k] = larger * length;
      const kept = turned[k];
      turned[k] = cosine * kept + sine * rest;
      rest = cosine * rest - sine * kept;
      for (let l = k + 1; l < size; l++) {
        const upper = triangle[k * size + l];
        triangle[k * size + l] = cosine * upper + sine * row[l];
        row[l] = cosine * row[l] - sine * upper;
      }
    }
  }
  return { triangle, turned };
}

/** ‖R Pᵀp‖. */
function linearNorm({ r, size, order }: TriangularLeastSquares, step: Float64Array): number {
  const product = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    let sum = 0;
    for (let j = i; j < size; j++) sum += r[i * size + j] * step[order[j]];
    product[i] = sum;
  }
  return gradientNorm(product);
}
