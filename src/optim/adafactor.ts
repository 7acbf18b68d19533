/**
 * Adafactor: Adam's second moment of a matrix in the memory of its margins, steps clipped by their root mean square and
 * scaled by the tensor's own.
 *
 *   β = 1 − t^−0.8        R ← βR + (1 − β)·row means of (g² + ε)        C ← βC + (1 − β)·column means of (g² + ε)
 *   v = R Cᵀ / mean(R)  (a vector or scalar keeps v itself)        u = g/√v        u ← u / max(1, rms(u)/d)        t = 1, 2, …
 *   step = u · max(ε₂, rms(p))
 *
 * Three passes, O(size), R and C instead of v for tensors with two or more axes (all but the last are rows). The paper has
 * sums instead of means, which is the same product.
 *
 * Source: N. Shazeer, M. Stern, "Adafactor: Adaptive Learning Rates with Sublinear Memory Cost" (2018), algorithms 4 to 6.
 */
import { addWeightDecay } from "./add-weight-decay.ts";
import { requireTame } from "./matrix/blocks.ts";
import { namedChain, type ChainState } from "./named-chain.ts";
import { define } from "./define.ts";
import { requireKnown, requireNonnegative, requirePositive } from "./hyperparameters.ts";
import { pow } from "../math/elementary.ts";
import { scaleByLearningRate } from "./scale-by-learning-rate.ts";
import { checkSlots, slotNorm, slotsOf, type Slot } from "./slots.ts";
import { smallestNormal } from "./subnormal.ts";
import type { GradientTransformation, Schedule } from "./transformation.ts";

export interface ScaleByFactorsOptions {
  /** The exponent of t in β = 1 − t^−exponent, above 0. Default 0.8. */
  readonly exponent?: number;
  /** ε, above 0, added to the squares. Default 1e-30. */
  readonly epsilon?: number;
  /** d, above 0: root mean squares of a tensor's step beyond it are scaled down to it. Default 1. */
  readonly clip?: number;
}

export interface ScaleByFactorsState {
  readonly kind: "scaleByFactors";
  readonly version: 1;
  /** The tensors, in the order of the layout. */
  readonly slots: readonly Slot[];
  /** The number of updates so far. */
  step: number;
  /** For each matrix R and then C, for each other tensor v, one behind the other. */
  readonly factors: Float64Array;
}

/** How many numbers stand for the second moment of a tensor. */
function factorsOf({ rows, columns }: Slot): number {
  return rows === 1 ? columns : rows + columns;
}

/**
 * Adafactor without learning rate and parameter scale: g / √v for a factored v, clipped. Ends in an ascent direction. Throws
 * ArgumentError for an option out of its range, and NotFiniteError for a gradient with entries beyond 1e150, which would spoil
 * whole rows and columns. Source: Shazeer and Stern (2018), algorithm 4.
 *
 * @example const optimizer = chain(scaleByFactors(), scaleByLearningRate(0.01));
 */
export function scaleByFactors(options: ScaleByFactorsOptions = {}): GradientTransformation<ScaleByFactorsState> {
  requireKnown("scaleByFactors", options, ["exponent", "epsilon", "clip"]);
  const { exponent = 0.8, epsilon = 1e-30, clip = 1 } = options;
  requirePositive("exponent", exponent);
  requirePositive("epsilon", epsilon);
  requirePositive("clip", clip);
  return define<ScaleByFactorsState>({
    kind: "scaleByFactors",
    vectors: [],
    init(layout) {
      const slots = slotsOf(layout);
      const factors = new Float64Array(slots.reduce((sum, slot) => sum + factorsOf(slot), 0));
      return { kind: "scaleByFactors", version: 1, slots, step: 0, factors };
    },
    refuse({ slots }, gradient, parameters) {
      checkSlots("scaleByFactors", slots, gradient, parameters);
      requireTame("scaleByFactors", gradient);
    },
    apply(gradient, state) {
      state.step += 1;
      const decay = 1 - pow(state.step, -exponent);
      let place = 0;
      for (const slot of state.slots) {
        if (slot.rows === 1) vectorKernel(gradient, slot, state.factors, place, decay, epsilon);
        else matrixKernel(gradient, slot, state.factors, place, decay, epsilon);
        const excess = slotNorm(gradient, slot) / Math.sqrt(slot.size) / clip;
        if (excess > 1) for (let i = slot.offset; i < slot.offset + slot.size; i++) gradient[i] /= excess;
        place += factorsOf(slot);
      }
    },
  });
}

/** v ← βv + (1 − β)(g² + ε), g ← g/√v. */
function vectorKernel(
  gradient: Float64Array,
  { offset, size }: Slot,
  factors: Float64Array,
  place: number,
  decay: number,
  epsilon: number,
): void {
  for (let i = 0; i < size; i++) {
    const entry = gradient[offset + i];
    const v = decay * factors[place + i] + (1 - decay) * (entry * entry + epsilon);
    factors[place + i] = v;
    gradient[offset + i] = entry / Math.sqrt(v);
  }
}

/** R, C ← their averages with the means of g² + ε; g ← g / √(R Cᵀ / mean(R)). Sums run in ascending order of the index. */
function matrixKernel(
  gradient: Float64Array,
  { offset, rows, columns }: Slot,
  factors: Float64Array,
  place: number,
  decay: number,
  epsilon: number,
): void {
  const columnsAt = place + rows;
  const gain = 1 - decay;
  for (let j = 0; j < columns; j++) factors[columnsAt + j] *= decay;
  let mean = 0;
  for (let i = 0; i < rows; i++) {
    const row = offset + i * columns;
    let sum = 0;
    for (let j = 0; j < columns; j++) {
      const square = gradient[row + j] * gradient[row + j] + epsilon;
      sum += square;
      factors[columnsAt + j] += (gain * square) / rows;
    }
    const average = decay * factors[place + i] + (gain * sum) / columns;
    factors[place + i] = average;
    mean += average / rows;
  }
  for (let i = 0; i < rows; i++) {
    const row = offset + i * columns;
    const share = factors[place + i] / mean;
    // Where a row has nothing of a huge gradient its share may underflow, and 0/0 would be NaN.
    for (let j = 0; j < columns; j++)
      gradient[row + j] /= Math.sqrt(Math.max(share * factors[columnsAt + j], smallestNormal));
  }
}

export interface ScaleByParameterSizeState {
  readonly kind: "scaleByParameterSize";
  readonly version: 1;
  /** The tensors, in the order of the layout. */
  readonly slots: readonly Slot[];
}

/**
 * Multiplies each tensor's step by max(least, rms(p)), with p the tensor and rms its root mean square. Throws ArgumentError
 * unless `least` is finite and above 0. Source: Shazeer and Stern (2018), section 8.
 *
 * @example const optimizer = chain(scaleByAdam(), scaleByParameterSize(0.001), scaleByLearningRate(0.01));
 */
export function scaleByParameterSize(least: number): GradientTransformation<ScaleByParameterSizeState> {
  requirePositive("least", least);
  return define<ScaleByParameterSizeState>({
    kind: "scaleByParameterSize",
    vectors: [],
    init: (layout) => ({ kind: "scaleByParameterSize", version: 1, slots: slotsOf(layout) }),
    refuse: ({ slots }, gradient, parameters) => checkSlots("scaleByParameterSize", slots, gradient, parameters),
    apply(gradient, { slots }, _loop, parameters) {
      for (const slot of slots) {
        const scale = Math.max(least, slotNorm(parameters, slot) / Math.sqrt(slot.size));
        for (let i = slot.offset; i < slot.offset + slot.size; i++) gradient[i] *= scale;
      }
    },
  });
}

export interface AdafactorOptions extends ScaleByFactorsOptions {
  /** The step relative to the tensor's size, at or above 0, or a function of the step. Default min(0.01, 1/√t). */
  readonly learningRate?: number | Schedule;
  /** ε₂, above 0: tensors smaller than this are treated as if of this size. Default 0.001. */
  readonly leastSize?: number;
  /** λ, at or above 0: decoupled weight decay, times the learning rate. Default 0. */
  readonly weightDecay?: number;
}

/**
 * Adafactor without momentum: p ← p − ρ (max(ε₂, rms(p)) u + λp), with u the clipped g/√v for the factored v, tensor for
 * tensor.
 *
 * Throws ArgumentError for an option out of its range. Source: Shazeer and Stern, "Adafactor: Adaptive Learning Rates with
 * Sublinear Memory Cost" (2018), algorithms 4 to 6 and their defaults.
 *
 * @example const optimizer = adafactor({ learningRate: 0.01 });
 */
export function adafactor(options: AdafactorOptions = {}): GradientTransformation<ChainState> {
  requireKnown("adafactor", options, ["learningRate", "exponent", "epsilon", "clip", "leastSize", "weightDecay"]);
  const relative = (step: number): number => Math.min(1e-2, 1 / Math.sqrt(step + 1));
  const { learningRate = relative, leastSize = 1e-3, weightDecay = 0, ...scaling } = options;
  requireNonnegative("weightDecay", weightDecay);
  return namedChain("adafactor", [
    scaleByFactors(scaling),
    scaleByParameterSize(leastSize),
    addWeightDecay(weightDecay),
    scaleByLearningRate(learningRate),
  ]);
}
