/**
 * What theory says of a task and what is found there, at the first seed: the spectrum, the gain that `advise` predicts, and
 * one row for each claim. It needs no tuned run.
 */
import { advise } from "egop";
import { estimateOf, pointsOf } from "./bases.ts";
import { adagradClaims } from "./adagrad-bound.ts";
import type { Claim } from "./claim.ts";
import { decayClaims } from "./claims-of-decay.ts";
import { equivarianceClaims } from "./claims-of-equivariance.ts";
import type { Prepared } from "./run-job.ts";
import { smoothnessClaims } from "./claims-of-smoothness.ts";

export interface Findings {
  readonly samples: number;
  /** Of the estimate; descending. */
  readonly eigenvalues: readonly number[];
  readonly stableRank: number;
  readonly rootStableRank: number;
  /** ‖v₁‖₁²/d of the leading eigenvector. */
  readonly density: number;
  /** What `advise` expects: how many times fewer steps, with its range; null where the curvature is zero. */
  readonly gain: { readonly value: number; readonly low: number; readonly high: number | null } | null;
  readonly claims: readonly Claim[];
}

/** At most so many parameters: beyond, whole spectra and dense bases are out of reach. */
const mostDense = 4096;
/** At most so many for looking at the curvature in the dense basis, of which every column is a product of 2d². */
const mostLookedAt = 2500;

/** Looks at a task. */
export function look(prepared: Prepared): Findings {
  const { task, keys, samples } = prepared.origin;
  const dense = task.model.size <= mostDense;
  const estimate = dense ? prepared.origin.estimate() : estimateOf({ task, keys, samples });
  const objective = task.batches ?? task.objective;
  // What is measured beside it is the gain in dense EGOP coordinates, wherever those are in reach.
  const looked = task.model.size <= mostLookedAt ? ({ basis: "dense" } as const) : {};
  const advice = advise(objective, estimate, { points: pointsOf(task), key: keys.samples, ...looked });
  const { value, low, high } = advice.gain;
  return {
    samples: estimate.samples,
    eigenvalues: Array.from(estimate.eigenvalues),
    stableRank: estimate.stableRank,
    rootStableRank: estimate.rootStableRank,
    density: estimate.trace > 0 ? estimate.density() : 0,
    gain: Number.isFinite(value) ? { value, low, high: Number.isFinite(high) ? high : null } : null,
    claims: [
      ...decayClaims(task, estimate),
      ...(dense ? equivarianceClaims(prepared.origin, estimate) : []),
      ...smoothnessClaims(task, keys, estimate, advice),
      ...(dense ? adagradClaims(prepared, estimate) : []),
    ],
  };
}
