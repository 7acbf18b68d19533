/**
 * Minimizing in an EGOP basis that is renewed on the way: at the start, and then every so many steps or when it has
 * drifted, gradients are sampled around the current parameters, a basis is made of them, and the run goes on in it with
 * the optimizer's state carried along.
 *
 * A renewal that only permutes and flips the directions is no change: the basis stays, and so does every bit of the run. A
 * renewal that fails (gradients that are not finite, a decomposition that does not converge) leaves the previous basis.
 * The run depends on its arguments alone; resumed from its state it goes on with the same bits.
 *
 * Drift: how far the second moment in the basis is from diagonal, √(1 − Σᵢ C̃ᵢᵢ² / ‖C̃‖²), from 0 to 1, estimated without bias
 * from pairs of different samples. Source of the renewal: A. DePavia et al., arXiv 2502.01594, who renew the basis once an
 * epoch (but leave the optimizer's moments in the old one).
 */
import { ArgumentError, EgopError, StateError } from "../errors.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { fold, random } from "../math/random.ts";
import { carryState } from "../optim/carry.ts";
import { minimize } from "../optim/minimize.ts";
import type { StochasticObjective } from "../optim/objective.ts";
import type { MinimizeOptions, Run, RunState } from "../optim/run.ts";
import type { Basis } from "./basis.ts";
import { basisFromJSON } from "./basis-from-json.ts";
import { changeOfBasis, type SquaresRule } from "./change-of-basis.ts";
import { egop, type EgopEstimate } from "./estimate.ts";
import type { MomentForm } from "./moment-form.ts";
import { reparameterize } from "./reparameterize.ts";
import type { SamplingDistribution } from "./sampling.ts";

export interface RefreshOptions extends Omit<MinimizeOptions, "resume"> {
  /** The state of an earlier run to go on from; only read. Give the same options as that run had. */
  readonly resume?: RefreshState | undefined;
  /** Where gradients are sampled for a basis when the run is at these parameters (original coordinates, its own copy). */
  readonly points: (parameters: Float64Array) => SamplingDistribution;
  /** The number of gradients for a basis. */
  readonly samples: number;
  /** What is kept of them; default all. */
  readonly form?: MomentForm;
  /** The basis of an estimate; default `(estimate) => estimate.basis()`. All must have as many coordinates. */
  readonly basis?: (estimate: EgopEstimate, parameters: Float64Array) => Basis;
  /** Steps from one renewal, or look at the drift, to the next. */
  readonly every: number;
  /** Renew only when the drift is above this, in [0, 1), measured with `driftSamples` gradients. Left out: always. */
  readonly drift?: number;
  /** At least 2; default 32. */
  readonly driftSamples?: number;
  /** What becomes of averages of squares; see `changeOfBasis`. Default "overlap". */
  readonly squares?: SquaresRule;
  /** Called after every look at the basis but the first. */
  readonly onRefresh?: (refresh: Refresh) => void;
}

/** What came of a look at the basis. */
export interface Refresh {
  readonly step: number;
  /**
   * "renewed"; "same directions": the new basis differs in order and signs only; "settled": the drift is small; "failed":
   * see `reason`. But for "renewed" the basis is the one before.
   */
  readonly outcome: "renewed" | "same directions" | "settled" | "failed";
  /** The drift, where it was measured. */
  readonly drift?: number;
  readonly reason?: string;
}

/** All that such a run needs to go on. Plain data. */
export interface RefreshState {
  readonly kind: "refreshedRun";
  readonly version: 1;
  readonly run: RunState;
  /** The basis that `run` is in, as JSON text. */
  readonly basis: string;
}

export interface RefreshedRun extends Omit<Run, "state"> {
  readonly state: RefreshState;
  readonly refreshes: readonly Refresh[];
  /** The last basis. */
  readonly basis: Basis;
}

/** Keys of samples are folded from the run's by these, which are no step's number, and by the step. */
const samplesIndex = 9007199254740991;
const driftIndex = 9007199254740990;

/**
 * Minimizes in a basis that is renewed on the way. Options, result and errors are those of `minimize`, with the basis'
 * beside them; each look at the basis evaluates the objective once more at the same point.
 *
 * Throws ArgumentError for options out of their range, and whatever the first estimate throws.
 *
 * @example minimizeWithRefresh(objective, { start, points: (at) => gaussian({ mean: at, standardDeviation: 1 }), samples: 4, every: 2, optimizer: adam(), steps: 5 }).refreshes.length // 2
 */
export function minimizeWithRefresh(objective: StochasticObjective, options: RefreshOptions): RefreshedRun {
  const { points, samples, form, every, drift, driftSamples = 32, squares = "overlap", onRefresh, ...own } = options;
  const { resume, basis: basisOf = (estimate: EgopEstimate) => estimate.basis(), ...run } = own;
  if (!Number.isSafeInteger(every) || every < 1)
    throw new ArgumentError(`minimizeWithRefresh: every is ${every}; expected a whole number of at least 1.`);
  if (drift !== undefined && !(drift >= 0 && drift < 1))
    throw new ArgumentError(`minimizeWithRefresh: drift is ${drift}; expected a number in [0, 1).`);
  if (!Number.isSafeInteger(driftSamples) || driftSamples < 2)
    throw new ArgumentError(`minimizeWithRefresh: driftSamples is ${driftSamples}; expected at least 2.`);
  const { key = random(0), optimizer, steps, start } = run;

  function newBasis(at: Float64Array, step: number): Basis {
    const sampling = { points: points(at.slice()), samples, key: fold(fold(key, samplesIndex), step) };
    return basisOf(egop(objective, form === undefined ? sampling : { ...sampling, form }), at.slice());
  }

  const refreshes: Refresh[] = [];
  let state: RunState | undefined;
  let basis: Basis;
  if (resume === undefined) {
    if (start === undefined)
      throw new ArgumentError("minimizeWithRefresh: there is neither start nor resume; expected one of them.");
    basis = newBasis(start, 0);
  } else {
    ({ state, basis } = restored(resume));
    if (state.step > 0 && state.step % every === 0 && steps > 0) renew();
  }

  /** Looks at the basis where the run is, and goes over to another. */
  function renew(): void {
    if (state === undefined) return;
    const { step } = state;
    const at = new Float64Array(basis.dimension);
    basis.toOriginal(state.parameters, at);
    let measured: { drift?: number } = {};
    let next: Refresh;
    try {
      if (drift !== undefined) {
        const keyHere = fold(fold(key, driftIndex), step);
        const pilot = egop(objective, { points: points(at.slice()), samples: driftSamples, key: keyHere });
        measured = { drift: basisDrift(basis, pilot.gradients) };
      }
      if (drift !== undefined && (measured.drift ?? 0) <= drift) next = { step, outcome: "settled", ...measured };
      else {
        const fresh = newBasis(at, step);
        const change = changeOfBasis(basis, fresh, { squares });
        if (change.onlyPermutesAndFlips) next = { step, outcome: "same directions", ...measured };
        else {
          const parameters = new Float64Array(fresh.rotatedDimension);
          fresh.toRotated(at, parameters);
          const carried = structuredCopy(state.optimizer);
          carryState(optimizer, carried, change);
          state = { ...state, parameters, optimizer: carried };
          basis = fresh;
          next = { step, outcome: "renewed", ...measured };
        }
      }
    } catch (error) {
      if (!(error instanceof EgopError) || error instanceof ArgumentError) throw error;
      next = { step, outcome: "failed", reason: error.message, ...measured };
    }
    refreshes.push(next);
    onRefresh?.(next);
  }

  const losses: number[] = [];
  for (let taken = 0; ;) {
    const before = state?.step ?? 0;
    const until = Math.min(steps - taken, every - (before % every));
    const part = minimize(reparameterize(objective, basis), { ...run, resume: state, steps: until });
    // The evaluation at the seam has been made twice.
    losses.push(...(taken === 0 ? part.losses : part.losses.subarray(1)));
    taken += part.steps;
    state = part.state;
    if (taken === steps || part.stopped !== "steps") {
      const saved = { kind: "refreshedRun", version: 1, run: state, basis: JSON.stringify(basis) } as const;
      return { ...part, losses: Float64Array.from(losses), steps: taken, state: saved, refreshes, basis };
    }
    renew();
  }
}

/**
 * How far the second moment of gradients (one per row, original coordinates; at least 2) is from diagonal in a basis:
 * √(1 − Σᵢ C̃ᵢᵢ² / ‖C̃‖²), 0 when it is diagonal, 1 at most. Both sums are estimated from pairs of different rows, so that a few
 * gradients do not make a diagonal moment look full. Cost: M²·d and M pulls. 0 when all gradients are zero.
 *
 * @example basisDrift(identityBasis(layout({ w: [2] })), Matrix.fromRows([[1, 1], [1, 1]])) // 0.7071
 */
export function basisDrift(basis: Basis, gradients: Matrix): number {
  if (gradients.rows < 2)
    throw new ArgumentError(`basisDrift: there are ${gradients.rows} gradients; expected at least 2.`);
  const rotated = Array.from({ length: gradients.rows }, (_v, m) => {
    const out = new Float64Array(basis.rotatedDimension);
    basis.pullGradient(gradients.row(m), out);
    return out;
  });
  let whole = 0;
  let diagonal = 0;
  for (let a = 0; a < rotated.length; a++)
    for (let b = 0; b < a; b++) {
      let product = 0;
      for (let i = 0; i < rotated[a].length; i++) {
        const term = rotated[a][i] * rotated[b][i];
        product += term;
        diagonal += term * term;
      }
      whole += product * product;
    }
  return whole > 0 ? Math.sqrt(Math.max(0, 1 - diagonal / whole)) : 0;
}

function restored(saved: RefreshState): { readonly state: RunState; readonly basis: Basis } {
  const { kind, version, basis } = saved as { kind: unknown; version: unknown; basis: unknown };
  if (kind !== "refreshedRun" || version !== 1 || typeof basis !== "string")
    throw new StateError('minimizeWithRefresh: the state is not of kind "refreshedRun", version 1, with its basis.');
  let data: unknown;
  try {
    data = JSON.parse(basis);
  } catch {
    throw new StateError("minimizeWithRefresh: the basis of the state is no JSON.");
  }
  return { state: saved.run, basis: basisFromJSON(data) };
}

/** A copy of plain data that shares nothing with it. */
function structuredCopy<Value>(value: Value): Value {
  if (value instanceof Float64Array) return value.slice() as Value;
  if (Array.isArray(value)) return value.map((entry: unknown) => structuredCopy(entry)) as Value;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, structuredCopy(entry)])) as Value;
}
