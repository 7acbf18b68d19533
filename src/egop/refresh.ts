/**
 * Minimizing in an EGOP basis that is renewed on the way: at the start, and then every so many steps or when it has
 * drifted, gradients are sampled around the current parameters, a basis is made of them, and the run goes on in it with
 * the optimizer's state carried along.
 *
 * A renewal that only permutes and flips the directions is no change: the basis stays, and so does every bit of the run. A
 * renewal that fails (gradients that are not finite, a decomposition that does not converge, a rank that the samples do not
 * give) leaves the previous basis.
 * The run depends on its arguments alone; resumed from its state it goes on with the same bits.
 *
 * Drift: how far the second moment in the basis is from diagonal, √(1 − Σᵢ C̃ᵢᵢ² / ‖C̃‖²), from 0 to 1, estimated without bias
 * from pairs of different samples. Source of the renewal: A. DePavia et al., arXiv 2502.01594, who renew the basis once an
 * epoch (but leave the optimizer's moments in the old one).
 */
import { ArgumentError, EgopError, NotFiniteError, ShapeError, StateError } from "../errors.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { fold, random } from "../math/random.ts";
import { carryState } from "../optim/carry.ts";
import { minimize } from "../optim/minimize.ts";
import { layoutOf, type StochasticObjective } from "../optim/objective.ts";
import type { MinimizeOptions, Run, RunState } from "../optim/run.ts";
import { slotsOf } from "../optim/slots.ts";
import { copyOf } from "../optim/state.ts";
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
  /**
   * Where gradients are sampled for a basis when the run is at these parameters (its own copy). Both in original coordinates, also for an
   * objective that is in a basis itself.
   */
  readonly points: (parameters: Float64Array) => SamplingDistribution;
  /** The number of gradients for a basis. */
  readonly samples: number;
  /** What is kept of them; default all. */
  readonly form?: MomentForm;
  /**
   * The basis of an estimate; default `(estimate) => estimate.basis()`. All must have as many coordinates. The parameters are in the objective's
   * coordinates, as the estimate is.
   */
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
  /** The step of the last look at the basis, which is not made again; missing before the first. */
  readonly lookedAt?: number;
}

export interface RefreshedRun extends Omit<Run, "state"> {
  /**
   * Written when it is asked for. Throws StateError where the basis is too large for a text (a dense one from some 5,000 parameters on); the
   * rest of the result is there all the same.
   */
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
 * Throws ArgumentError for options out of their range, ShapeError for points of another dimension, StateError for a state of another kind, and
 * whatever the first estimate throws.
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
  if (!Number.isSafeInteger(samples) || samples < 1)
    throw new ArgumentError(`minimizeWithRefresh: samples is ${samples}; expected a whole number of at least 1.`);
  const { key = random(0), optimizer, steps, start } = run;
  const { coordinates } = objective;

  /** Around parameters in the objective's coordinates. */
  function pointsAround(at: Float64Array): SamplingDistribution {
    if (coordinates === undefined) return points(at.slice());
    const original = new Float64Array(coordinates.originalDimension);
    coordinates.toOriginal(at, original);
    return points(original);
  }

  function newBasis(at: Float64Array, step: number): Basis {
    const sampling = { points: pointsAround(at), samples, key: fold(fold(key, samplesIndex), step) };
    return basisOf(egop(objective, form === undefined ? sampling : { ...sampling, form }), at.slice());
  }

  const refreshes: Refresh[] = [];
  let state: RunState | undefined;
  let basis: Basis;
  let lookedAt: number | undefined;
  if (resume === undefined) {
    if (start === undefined)
      throw new ArgumentError("minimizeWithRefresh: there is neither start nor resume; expected one of them.");
    basis = newBasis(ownStart(objective, start), 0);
  } else {
    ({ state, basis, lookedAt } = restored(resume));
    if (state.step > 0 && state.step % every === 0 && state.step !== lookedAt && steps > 0) renew();
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
        const pilot = egop(objective, { points: pointsAround(at), samples: driftSamples, key: keyHere });
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
          const carried = copyOf(state.optimizer);
          carryState(optimizer, carried, change);
          const slots = slotsOf(layoutOf(reparameterize(objective, fresh)));
          state = { ...state, slots, parameters, optimizer: carried };
          basis = fresh;
          next = { step, outcome: "renewed", ...measured };
        }
      }
    } catch (error) {
      // What is wrong from the first has been refused at the first basis.
      if (!(error instanceof EgopError)) throw error;
      next = { step, outcome: "failed", reason: error.message, ...measured };
    }
    lookedAt = step;
    refreshes.push(next);
    onRefresh?.(next);
  }

  const losses: number[] = [];
  for (let taken = 0; ;) {
    const before = state?.step ?? 0;
    const until = Math.min(steps - taken, every - (before % every));
    const part = minimize(reparameterize(objective, basis), { ...run, resume: state, steps: until });
    // The evaluation at the seam has been made twice.
    for (let k = taken === 0 ? 0 : 1; k < part.losses.length; k++) losses.push(part.losses[k]);
    taken += part.steps;
    state = part.state;
    if (taken === steps || part.stopped !== "steps") {
      const saved = savedLater(state, basis, lookedAt);
      return {
        ...{ ...part, losses: Float64Array.from(losses), steps: taken, refreshes, basis },
        get state(): RefreshState {
          return saved();
        },
      };
    }
    renew();
  }
}

/**
 * How far the second moment of gradients (one per row, original coordinates; at least 2) is from diagonal in a basis:
 * √(1 − Σᵢ C̃ᵢᵢ² / ‖C̃‖²), 0 when it is diagonal, 1 at most. Both sums are estimated from pairs of different rows, so that a few
 * gradients do not make a diagonal moment look full. Cost: M²·d and M pulls. 0 when all gradients are zero. Throws ArgumentError for fewer than two
 * gradients, NotFiniteError for NaN and infinities.
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
  bringIntoRange(rotated);
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

/** Divides vectors whose fourth powers would overflow or vanish by their largest entry. */
function bringIntoRange(vectors: readonly Float64Array[]): void {
  let largest = 0;
  for (const vector of vectors) for (const entry of vector) largest = Math.max(largest, Math.abs(entry));
  if (!(largest < Infinity)) throw new NotFiniteError("basisDrift: a gradient is not finite; expected finite numbers.");
  if (largest === 0 || (largest > 1e-60 && largest < 1e60)) return;
  for (const vector of vectors) for (let i = 0; i < vector.length; i++) vector[i] /= largest;
}

/** The start in the objective's own coordinates; what is no vector of original parameters, `minimize` refuses. */
function ownStart({ coordinates, dimension }: StochasticObjective, start: Float64Array): Float64Array {
  if (coordinates === undefined) return start;
  if (start.length !== coordinates.originalDimension)
    throw new ShapeError(
      `minimizeWithRefresh: start has ${start.length} elements; expected ${coordinates.originalDimension}.`,
    );
  const own = new Float64Array(dimension);
  coordinates.toOwn(start, own);
  return own;
}

/** A function that writes a run's state when it is called. */
function savedLater(run: RunState, basis: Basis, lookedAt: number | undefined): () => RefreshState {
  let state: RefreshState | undefined;
  return () => {
    if (state !== undefined) return state;
    let text: string;
    try {
      text = JSON.stringify(basis);
    } catch (cause) {
      throw new StateError(
        `minimizeWithRefresh: the ${basis.kind} basis of ${basis.dimension} parameters is too large to be written as text; keep \`basis\` in memory, or take one that needs less of it.`,
        { cause },
      );
    }
    state = { kind: "refreshedRun", version: 1, run, basis: text, ...(lookedAt === undefined ? {} : { lookedAt }) };
    return state;
  };
}

function restored(saved: RefreshState): {
  readonly state: RunState;
  readonly basis: Basis;
  readonly lookedAt: number | undefined;
} {
  if (typeof saved !== "object" || (saved as unknown) === null)
    throw new StateError("minimizeWithRefresh: the state to resume from is no object.");
  const { kind, version, basis, lookedAt } = saved as {
    kind: unknown;
    version: unknown;
    basis: unknown;
    lookedAt: unknown;
  };
  if (lookedAt !== undefined && !Number.isSafeInteger(lookedAt))
    throw new StateError("minimizeWithRefresh: lookedAt of the state is no whole number.");
  if (kind !== "refreshedRun" || version !== 1 || typeof basis !== "string")
    throw new StateError('minimizeWithRefresh: the state is not of kind "refreshedRun", version 1, with its basis.');
  let data: unknown;
  try {
    data = JSON.parse(basis);
  } catch {
    throw new StateError("minimizeWithRefresh: the basis of the state is no JSON.");
  }
  return { state: saved.run, basis: basisFromJSON(data), lookedAt: saved.lookedAt };
}
