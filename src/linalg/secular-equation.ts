/**
 * The eigenvalues of D + ρ z zᵀ with d₀ < d₁ < … and ρ > 0: the zeros of the secular equation
 *
 *   f(λ) = 1 + ρ Σᵢ zᵢ² / (dᵢ − λ),  one between each pair of poles, and one beyond the last.
 *
 * Each is found as a distance μ from the nearer pole, so that the differences dᵢ − λ, of which the vectors are made, have
 * full relative accuracy. Rational interpolation with the poles on both sides, kept inside a bracket that shrinks in every
 * step; O(k) operations a step, about five steps a root, at most 120.
 *
 * Source: R.-C. Li, Solving Secular Equations Stably and Efficiently, LAPACK Working Note 89, 1994 (the middle way);
 * M. Gu and S. Eisenstat, A Divide-and-Conquer Algorithm for the Symmetric Tridiagonal Eigenproblem, SIAM J. Matrix Anal.
 * Appl. 16, 1995.
 */
import { NotConvergedError } from "../errors.ts";

const unitRoundoff = 1.1102230246251565e-16;
const maximumSteps = 120;

/**
 * Root j of k. Overwrites differences[offset + i] with dᵢ − λⱼ, and returns λⱼ. `poles` ascend strictly, no entry of `z`
 * is zero, and `sumOfSquares` is Σ zᵢ². Throws NotConvergedError with the steps and what is left of f.
 */
export function secularRoot(
  j: number,
  k: number,
  poles: Float64Array,
  z: Float64Array,
  rho: number,
  sumOfSquares: number,
  differences: Float64Array,
  offset: number,
): number {
  if (k === 1) {
    differences[offset] = -rho * z[0] * z[0];
    return poles[0] - differences[offset];
  }
  const last = j === k - 1;
  const width = last ? rho * sumOfSquares : poles[j + 1] - poles[j];
  // The sign of f in the middle says which pole is nearer.
  const nearLeft = last || valueAt(j, k, poles, z, rho, 0.5 * width) >= 0;
  const origin = nearLeft ? j : j + 1;
  const pole = poles[origin];
  let low = nearLeft ? 0 : -0.5 * width;
  let high = nearLeft ? (last ? width : 0.5 * width) : 0;
  // The two poles between which the interpolation is made: those around the root, or the last two.
  const left = last ? k - 2 : j;
  let mu = last ? 0.5 * width : 0.5 * (low + high);
  for (let step = 0; ; step++) {
    let psi = 0;
    let psiSlope = 0;
    let phi = 0;
    let phiSlope = 0;
    for (let i = 0; i <= left; i++) {
      const difference = poles[i] - pole - mu;
      differences[offset + i] = difference;
      const quotient = z[i] / difference;
      psi += z[i] * quotient;
      psiSlope += quotient * quotient;
    }
    for (let i = k - 1; i > left; i--) {
      const difference = poles[i] - pole - mu;
      differences[offset + i] = difference;
      const quotient = z[i] / difference;
      phi += z[i] * quotient;
      phiSlope += quotient * quotient;
    }
    const value = 1 + rho * (psi + phi);
    const slope = rho * (psiSlope + phiSlope);
    if (value < 0) low = mu;
    else high = mu;
    const noise = 8 * (1 + rho * (Math.abs(psi) + Math.abs(phi))) + Math.abs(mu) * slope;
    const middle = between(low, high);
    if (Math.abs(value) <= unitRoundoff * noise || middle === low || middle === high) return pole + mu;
    if (step === maximumSteps)
      throw new NotConvergedError(`secularRoot: root ${j} of ${k} has not converged.`, step, Math.abs(value));
    const a = differences[offset + left];
    const b = differences[offset + left + 1];
    const next = mu + interpolate(last, a, b, value, slope, rho * (a * psiSlope + b * phiSlope));
    // A step that leaves the bracket, or is none, is replaced by a bisection.
    mu = next > low && next < high && next !== mu && step < maximumSteps / 2 ? next : middle;
  }
}

/** f in the middle between pole j and the next. */
function valueAt(j: number, k: number, poles: Float64Array, z: Float64Array, rho: number, mu: number): number {
  let sum = 0;
  for (let i = 0; i < k; i++) sum += (z[i] * z[i]) / (poles[i] - poles[j] - mu);
  return 1 + rho * sum;
}

/** The step to the zero of a rational function with poles at distances a and b that agrees with f and both its slopes. */
function interpolate(last: boolean, a: number, b: number, value: number, slope: number, pull: number): number {
  const c = value - pull;
  const linear = (a + b) * value - a * b * slope;
  const constant = a * b * value;
  const root = Math.sqrt(Math.max(0, linear * linear - 4 * constant * c));
  let step: number;
  if (c === 0) step = constant / linear;
  // Between the poles it is the one zero of the quadratic, beyond both the other.
  else if (last) step = linear >= 0 ? (linear + root) / (2 * c) : (2 * constant) / (linear - root);
  else step = linear <= 0 ? (linear - root) / (2 * c) : (2 * constant) / (linear + root);
  // Newton's step where rounding has turned the interpolation around.
  return value * step < 0 ? step : -value / slope;
}

/** A point inside of a bracket of one sign: near its middle, on a logarithmic scale where it spans orders of magnitude. */
function between(low: number, high: number): number {
  if (low === 0) return high / 64;
  if (high === 0) return low / 64;
  return low / high > 16 || high / low > 16
    ? Math.sign(low) * Math.sqrt(Math.abs(low)) * Math.sqrt(Math.abs(high))
    : low + 0.5 * (high - low);
}
