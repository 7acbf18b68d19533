/**
 * Sampling gradients into the state of a second-moment estimate: the loop around an objective and a sampling
 * distribution. Cost: one gradient a sample, and what the form costs (see moment-content.ts).
 */
import { ArgumentError, NotFiniteError, ShapeError } from "../errors.ts";
import { indexOfNotFinite } from "../linalg/finite.ts";
import type { Layout } from "../linalg/layout.ts";
import { fold, random, type Key } from "../math/random.ts";
import { requireKnown } from "../optim/hyperparameters.ts";
import { layoutOf, type StochasticObjective } from "../optim/objective.ts";
import type { ExampleObjective } from "./example-objective.ts";
import type { MomentForm } from "./moment-form.ts";
import { checkMoments, emptyMoments, requireResumable, type MomentState } from "./moment-state.ts";
import { MomentCollector } from "./moment-tree.ts";
import type { SamplingDistribution } from "./sampling.ts";

export interface AccumulateOptions {
  /** Where gradients are sampled, in the original coordinates. */
  readonly points: SamplingDistribution;
  /** The first sample; default 0. */
  readonly from?: number;
  /** The sample before which to end. */
  readonly to: number;
  /** Sample m draws its point and its mini-batch from keys folded from this one by m. Default `random(0)`. */
  readonly key?: Key;
  /** What is kept of the gradients; default all of them, `{ kind: "samples" }`. */
  readonly form?: MomentForm;
  /** What to do where the objective or its gradient is not finite: throw (default), or leave the sample out and note it. */
  readonly notFinite?: "throw" | "skip";
  /** A state to go on from: samples that it has are not drawn again. Only read; its form is used, which `form` may repeat. */
  readonly resume?: MomentState;
  /** Called after every sample with the number done and the total, of those that this call draws. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  /** An AbortSignal or anything like it, read before every sample: what has been sampled until then is returned. */
  readonly signal?: { readonly aborted: boolean } | undefined;
}

/** The options that an estimate has with or without a range of samples. */
export const optionNames = ["points", "key", "form", "notFinite", "resume", "onProgress"] as const;

/**
 * Takes in the samples `from` to before `to` of an objective's gradient and returns the state of the estimate.
 *
 * Sample m is a function of the key and m alone, and the state of its samples alone: states of ranges that were made by
 * several processes, in any order, give by `mergeMoments` the bits of one process. `estimateOf` makes the estimate.
 *
 * An objective that gives a gradient for each example is sampled example by example: see ExampleObjective.
 *
 * Throws ArgumentError for a range that is not of whole numbers and for an unknown option, ShapeError for points of another dimension, StateError
 * for a `resume` of other tensors or of another form than is asked for, NotFiniteError naming the sample where the objective or its gradient is not
 * finite (unless it is to be skipped).
 *
 * @example accumulate(objective, { points: gaussian({ mean: start, standardDeviation: 1 }), to: 5 }).indices // [0, 1, 2, 3, 4]
 */
export function accumulate(objective: StochasticObjective | ExampleObjective, options: AccumulateOptions): MomentState {
  requireKnown("accumulate", options, ["from", "to", "signal", ...optionNames]);
  const { points, from = 0, to, key = random(0), notFinite = "throw", resume, onProgress, signal } = options;
  const layout = layoutOf(objective);
  const { dimension, coordinates } = objective;
  if (![from, to].every((index) => Number.isSafeInteger(index) && index >= 0) || from > to)
    throw new ArgumentError(`egop: the samples are ${from} to ${to}; expected whole numbers, 0 ≤ from ≤ to.`);
  requireChoice(notFinite);
  const originalDimension = coordinates?.originalDimension ?? dimension;
  if (points.dimension !== originalDimension)
    throw new ShapeError(
      `egop: the points have dimension ${points.dimension}; the objective has ${originalDimension}.`,
    );
  const begin = startingState(options, layout);
  const collector = new MomentCollector(begin, to - from);
  const original = new Float64Array(originalDimension);
  const point = coordinates === undefined ? original : new Float64Array(dimension);
  const gradient = new Float64Array(dimension);
  const sample = sampler(objective);
  let total = to - from;
  for (let m = from; resume !== undefined && m < to; m++) if (collector.has(m)) total--;
  let done = 0;
  for (let m = from; m < to; m++) {
    if (collector.has(m)) continue;
    if (signal?.aborted === true) break;
    const value = sample(m, gradient, key, (pointKey, index) => {
      points.draw(pointKey, original, index);
      coordinates?.toOwn(original, point);
      return point;
    });
    const problem = notFiniteProblem(m, value, gradient, layout);
    if (problem === undefined) collector.add(m, gradient);
    else if (notFinite === "throw") throw new NotFiniteError(problem);
    else collector.skip(m);
    done++;
    onProgress?.({ done, total });
  }
  return collector.state();
}

/** Overwrites `out` with the gradient of sample m and returns the value (of an example 0 where it is not known). */
type Sampler = (m: number, out: Float64Array, key: Key, draw: (key: Key, index: number) => Float64Array) => number;

function sampler(objective: StochasticObjective | ExampleObjective): Sampler {
  if (!("exampleGradients" in objective))
    return (m, out, key, draw) => {
      const sampleKey = fold(key, m);
      const point = draw(fold(sampleKey, 0), m);
      return objective.valueAndGradient(point, out, fold(sampleKey, 1));
    };
  const { examples, dimension } = objective;
  const rows = new Float64Array(examples * dimension);
  const values = new Float64Array(examples);
  let current = -1;
  return (m, out, key, draw) => {
    const index = Math.floor(m / examples);
    if (index !== current) objective.exampleGradients(draw(fold(fold(key, index), 0), index), rows, values);
    current = index;
    const example = m - index * examples;
    const first = example * dimension;
    for (let i = 0; i < dimension; i++) out[i] = rows[first + i];
    return values[example];
  };
}

function startingState({ form, resume }: AccumulateOptions, layout: Layout): MomentState {
  if (resume === undefined) return emptyMoments(form ?? { kind: "samples" }, layout);
  checkMoments(resume);
  requireResumable(resume, layout, form);
  return resume;
}

/** What is not finite, or undefined. */
function notFiniteProblem(sample: number, value: number, gradient: Float64Array, layout: Layout): string | undefined {
  if (!Number.isFinite(value)) return `egop: the objective is ${value} at sample ${sample}.`;
  const bad = indexOfNotFinite(gradient);
  if (bad < 0) return undefined;
  const slot = layout.tensors.find(({ offset, size }) => bad < offset + size);
  return `egop: gradient entry ${bad} (in "${slot?.name ?? ""}") is ${gradient[bad]} at sample ${sample}.`;
}

/** The types allow nothing else, but plain JavaScript callers have none. */
function requireChoice(notFinite: string): void {
  if (notFinite !== "throw" && notFinite !== "skip")
    throw new ArgumentError(`egop: notFinite is "${notFinite}"; expected "throw" or "skip".`);
}
