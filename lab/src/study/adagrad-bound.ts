/**
 * Adagrad's bound before and after reparameterization, against what it does. With Lᵢ such that −diag(L) ⪯ ∇²f ⪯ diag(L)
 * between its iterates, S_T the sums of squared gradients, g₀ each coordinate's first that is not
 * 0, and Δ = f(x₀) − min f, adding up the descent lemma gives
 *
 *   min over t ≤ T of ‖∇f(x_t)‖₁ ≤ (Δ/η + (η/2) Σᵢ Lᵢ (1 + ln(S_T,i / g₀,i²))) / √T.
 *
 * Lᵢ = Σⱼ |Hᵢⱼ|, the largest of some points on the path: an estimate where the Hessian varies, exact where it does not.
 * The descent lemma: e.g. R. Jiang, D. Maladkar, A. Mokhtari, arXiv 2406.04592, 2024.
 */
import { adagrad, DivergedError, minimize, reparameterize, type Basis, type EgopEstimate, type Matrix } from "egop";
import { startOf } from "../training.ts";
import { columnsOf, hessianAt, inCoordinates, rowSums } from "./curvature.ts";
import type { Claim } from "./claim.ts";
import type { Prepared } from "./run-job.ts";

const steps = 200;
/** The rates that are tried; the one with the lowest bound is taken, in each basis. */
const rates = [0.003, 0.01, 0.03, 0.1, 0.3];
/** Points on the path at which the curvature is looked at. */
const places = 6;
const mostParameters = 350;

interface Bound {
  readonly bound: number;
  /** The smallest 1-norm of the gradient, in the coordinates of the run. */
  readonly reached: number;
  readonly rate: number;
}

export function adagradClaims({ origin }: Prepared, estimate: EgopEstimate): readonly Claim[] {
  const { task } = origin;
  // The bound is of exact gradients.
  if (task.batches !== undefined || task.model.size > mostParameters) return [];
  if (task.objective.hessianVector === undefined) return [];
  const before = bestBound(origin.task, startOf(task, origin.keys.start), undefined);
  const after = bestBound(origin.task, startOf(task, origin.keys.start), estimate.basis());
  if (before === undefined || after === undefined) return [];
  const within = (where: string, { bound, reached, rate }: Bound): Claim => ({
    claim: `Adagrad's smallest gradient (1-norm) stays within its bound, ${where}`,
    predicted: `at most ${bound.toPrecision(2)} (rate ${rate})`,
    measured: reached.toPrecision(2),
    holds: reached <= bound,
  });
  const predicted = after.bound / before.bound;
  const measured = after.reached / before.reached;
  return [
    within("original coordinates", before),
    within("EGOP coordinates", after),
    {
      claim: "Adagrad's bound is lower in EGOP coordinates, and so is its smallest gradient",
      predicted: `the bound is ${predicted.toPrecision(2)} of the original's`,
      measured: `the gradient is ${measured.toPrecision(2)} of the original's`,
      holds: predicted < 1 && measured < 1,
    },
  ];
}

function bestBound(task: Prepared["origin"]["task"], start: Float64Array, basis: Basis | undefined): Bound | undefined {
  const bounds = rates.flatMap((rate) => boundAt(task, start, basis, rate) ?? []);
  return bounds.length === 0 ? undefined : bounds.reduce((best, each) => (each.bound < best.bound ? each : best));
}

function boundAt(
  { objective, minimum = 0 }: Prepared["origin"]["task"],
  start: Float64Array,
  basis: Basis | undefined,
  rate: number,
): Bound | undefined {
  const own = basis === undefined ? objective : reparameterize(objective, basis);
  const columns: Matrix | undefined = basis === undefined ? undefined : columnsOf(basis);
  const { dimension } = objective;
  const [squares, first, gradient] = [0, 0, 0].map(() => new Float64Array(dimension));
  const smoothness = new Float64Array(dimension);
  const point = new Float64Array(dimension);
  const rotated = new Float64Array(dimension);
  let reached = Infinity;
  let value = 0;
  try {
    minimize(own, {
      ...{ start, optimizer: adagrad({ learningRate: rate, epsilon: 0 }), steps },
      onStep: (progress) => {
        const { step } = progress;
        progress.parameters(point);
        if (step === 0) value = progress.value;
        objective.valueAndGradient(point, gradient);
        rotated.set(gradient);
        basis?.pullGradient(gradient, rotated);
        if (step < steps)
          rotated.forEach((entry, i) => {
            squares[i] += entry * entry;
            if (first[i] === 0) first[i] = entry * entry;
          });
        reached = Math.min(reached, rotated.reduce((sum, entry) => sum + Math.abs(entry), 0)); // prettier-ignore
        if (step % Math.ceil(steps / places) !== 0) return;
        const hessian = hessianAt(objective, point, { words: [0, 0, 0, 0] });
        if (hessian === undefined) return;
        const sums = rowSums(columns === undefined ? hessian : inCoordinates(hessian, columns));
        sums.forEach((sum, i) => (smoothness[i] = Math.max(smoothness[i], sum)));
      },
    });
  } catch (error) {
    if (error instanceof DivergedError) return undefined;
    throw error;
  }
  let sum = 0;
  // A coordinate that never has a slope does not move.
  squares.forEach((total, i) => {
    if (total > 0) sum += smoothness[i] * (1 + Math.log(total / first[i]));
  });
  return { bound: ((value - minimum) / rate + (rate / 2) * sum) / Math.sqrt(steps), reached, rate };
}
