/**
 * Layer-wise rates: LARS and LAMB give each tensor a step in proportion to the tensor's own norm.
 *
 *   trust ratio (LAMB): u ← u ‖p‖/‖u‖        LARS: g ← c ‖p‖/(‖g‖ + λ‖p‖) · (g + λp)        for each tensor p
 *
 * Two passes, O(size); LARS has no third for its momentum, nor for the look at the gradient. A tensor of zeros, or a step of
 * zeros, is left at ratio 1 (with c left out), or it could never move.
 *
 * Source: Y. You, I. Gitman, B. Ginsburg, "Large Batch Training of Convolutional Networks" (2017), algorithm 1; Y. You and
 * others, "Large Batch Optimization for Deep Learning: Training BERT in 76 minutes" (2020), algorithm 2, with φ(z) = z.
 */
import { addWeightDecay } from "./add-weight-decay.ts";
import { namedChain, type ChainState } from "./named-chain.ts";
import { define } from "./define.ts";
import { requireKnown, requireNonnegative } from "./hyperparameters.ts";
import { scaleByAdam, type ScaleByAdamOptions, type ScaleByAdamState } from "./scale-by-adam.ts";
import { scaleByLearningRate, type ScaleByLearningRateState } from "./scale-by-learning-rate.ts";
import { addAndSlotNorms, checkSlots, slotNorms, slotsOf, type Slot } from "./slots.ts";
import { requireFiniteGradient } from "./state.ts";
import { flushed } from "./subnormal.ts";
import { trace, type TraceState } from "./trace.ts";
import type { GradientTransformation, Schedule } from "./transformation.ts";

export interface ScaleByTrustRatioState {
  readonly kind: "scaleByTrustRatio";
  readonly version: 1;
  /** The tensors, in the order of the layout. */
  readonly slots: readonly Slot[];
}

/**
 * Multiplies each tensor's step u by ‖p‖/‖u‖, with p the tensor; by 1 where either norm is 0. Source: You and others, LAMB
 * (2020).
 *
 * @example const optimizer = chain(scaleByAdam(), scaleByTrustRatio(), scaleByLearningRate(0.01));
 */
export function scaleByTrustRatio(): GradientTransformation<ScaleByTrustRatioState> {
  const norms = new Float64Array(2);
  return define<ScaleByTrustRatioState, typeof trustKernel>({
    kind: "scaleByTrustRatio",
    vectors: [],
    init: (layout) => ({ kind: "scaleByTrustRatio", version: 1, slots: slotsOf(layout) }),
    refuse: ({ slots }, gradient, parameters) => checkSlots("scaleByTrustRatio", slots, gradient, parameters),
    loop: trustKernel,
    bySlot: { ratio: trustRatio, numbers: [] },
    apply(gradient, { slots }, loop, parameters, factor = 1) {
      for (const slot of slots) {
        slotNorms(gradient, parameters, slot, norms, 0);
        loop(gradient, slot, trustRatio(norms[0], norms[1]), factor);
      }
    },
  });
}

function trustRatio(size: number, target: number): number {
  return size > 0 && target > 0 ? target / size : 1;
}

/** A tensor's steps times its ratio and a factor. */
export function trustKernel(gradient: Float64Array, { offset, size }: Slot, ratio: number, factor: number): void {
  for (let i = offset; i < offset + size; i++) gradient[i] = gradient[i] * ratio * factor;
}

const defaultTrust = 1e-3;

export interface ScaleByLarsOptions {
  /** c, at or above 0: the trust coefficient. Default 0.001. */
  readonly trust?: number;
  /** λ, at or above 0: weight decay, part of the norm in the denominator. Default 0. */
  readonly weightDecay?: number;
}

export interface ScaleByLarsState {
  readonly kind: "scaleByLars";
  readonly version: 1;
  /** The tensors, in the order of the layout. */
  readonly slots: readonly Slot[];
}

/**
 * LARS without learning rate and momentum: c ‖p‖/(‖g‖ + λ‖p‖) · (g + λp) for each tensor p; g + λp where ‖p‖ or the
 * denominator is 0. Throws ArgumentError for an option out of its range. Source: You, Gitman, Ginsburg (2017).
 *
 * @example const optimizer = chain(scaleByLars({ trust: 0.01 }), scaleByLearningRate(0.1));
 */
export function scaleByLars(options: ScaleByLarsOptions = {}): GradientTransformation<ScaleByLarsState> {
  requireKnown("scaleByLars", options, ["trust", "weightDecay"]);
  const { trust = defaultTrust, weightDecay = 0 } = options;
  requireNonnegative("trust", trust);
  requireNonnegative("weightDecay", weightDecay);
  const norms = new Float64Array(2);
  const rateOf = (size: number, own: number): number => larsRate(size, own, trust, weightDecay);
  return define<ScaleByLarsState, typeof larsKernel>({
    kind: "scaleByLars",
    vectors: [],
    init: (layout) => ({ kind: "scaleByLars", version: 1, slots: slotsOf(layout) }),
    refuse: ({ slots }, gradient, parameters) => checkSlots("scaleByLars", slots, gradient, parameters),
    loop: larsKernel,
    bySlot: { ratio: rateOf, numbers: [weightDecay] },
    apply(gradient, { slots }, loop, parameters, factor = 1) {
      for (const slot of slots) {
        slotNorms(gradient, parameters, slot, norms, 0);
        loop(gradient, parameters, slot, rateOf(norms[0], norms[1]), weightDecay, factor);
      }
    },
  });
}

/** A tensor's gradient with its decay, times its rate and a factor. */
export function larsKernel(
  gradient: Float64Array,
  parameters: Float64Array,
  { offset, size }: Slot,
  rate: number,
  weightDecay: number,
  factor: number,
): void {
  for (let i = offset; i < offset + size; i++)
    gradient[i] = rate * (gradient[i] + weightDecay * parameters[i]) * factor;
}

function larsRate(size: number, own: number, trust: number, weightDecay: number): number {
  const denominator = size + weightDecay * own;
  return own > 0 && denominator > 0 ? (trust * own) / denominator : 1;
}

export interface LambOptions extends ScaleByAdamOptions {
  /** η, at or above 0, or a function of the step. Default 0.001. */
  readonly learningRate?: number | Schedule;
  /** λ, at or above 0: weight decay, added to Adam's step before its norm is taken. Default 0.01. */
  readonly weightDecay?: number;
}

type LambStates = readonly [ScaleByAdamState, unknown, ScaleByTrustRatioState, ScaleByLearningRateState];

/**
 * LAMB: p ← p − η ‖p‖/‖u‖ · u for each tensor p, with u = m̂ / (√v̂ + ε) + λp. ε is 1e-6 by default.
 *
 * Throws ArgumentError for an option out of its range. Source: You and others, "Large Batch Optimization for Deep Learning:
 * Training BERT in 76 minutes" (2020), algorithm 2, and the defaults of its section 4.
 *
 * @example const optimizer = lamb({ learningRate: 0.01 });
 */
export function lamb(options: LambOptions = {}): GradientTransformation<ChainState> {
  requireKnown("lamb", options, ["learningRate", "beta1", "beta2", "epsilon", "weightDecay"]);
  const { learningRate = 1e-3, weightDecay = 1e-2, epsilon = 1e-6, ...scaling } = options;
  const adam = scaleByAdam({ ...scaling, epsilon });
  const descent = scaleByLearningRate(learningRate);
  const chain = namedChain("lamb", [adam, addWeightDecay(weightDecay), scaleByTrustRatio(), descent]);
  const norms = new Float64Array(2);
  const unit = new Float64Array(1);
  // The parts one behind the other, with decay and norms in one pass, and rate and trust ratio in one.
  function update(gradient: Float64Array, state: ChainState, parameters: Float64Array, checked?: boolean): void {
    if (checked !== true) {
      requireFiniteGradient("lamb", gradient);
      chain.check?.(gradient, state, parameters);
    }
    const [moments, , ratios, rate] = state.parts as LambStates;
    adam.update(gradient, moments, parameters, true);
    // What the rate makes of 1 is what it multiplies by.
    unit[0] = 1;
    descent.update(unit, rate, parameters, true);
    for (const slot of ratios.slots) {
      if (weightDecay === 0) slotNorms(gradient, parameters, slot, norms, 0);
      else addAndSlotNorms(gradient, weightDecay, parameters, slot, norms);
      trustKernel(gradient, slot, trustRatio(norms[0], norms[1]), unit[0]);
    }
  }
  return Object.assign({ ...chain, update }, { own: update });
}

export interface LarsOptions extends ScaleByLarsOptions {
  /** η, at or above 0, or a function of the step. */
  readonly learningRate: number | Schedule;
  /** μ, in [0, 1). Default 0.9. */
  readonly momentum?: number;
}

type LarsStates = readonly [ScaleByLarsState, ScaleByLearningRateState, TraceState];

/**
 * LARS: p ← p − b with b ← μb + η c ‖p‖/(‖g‖ + λ‖p‖) · (g + λp) for each tensor p. The learning rate is inside the momentum.
 *
 * Throws ArgumentError for an option out of its range. Source: You, Gitman, Ginsburg, "Large Batch Training of Convolutional
 * Networks" (2017), algorithm 1.
 *
 * @example const optimizer = lars({ learningRate: 1, trust: 0.02 });
 */
export function lars(options: LarsOptions): GradientTransformation<ChainState> {
  requireKnown("lars", options, ["learningRate", "trust", "weightDecay", "momentum"]);
  const { learningRate, momentum = 0.9, ...scaling } = options;
  const { trust = defaultTrust, weightDecay = 0 } = scaling;
  const descent = scaleByLearningRate(learningRate);
  const chain = namedChain("lars", [scaleByLars(scaling), descent, trace({ momentum })]);
  let norms = new Float64Array(2);
  const unit = new Float64Array(1);
  // Two passes: the norms, which are finite only if the gradient is; then all parts' work on each element.
  function update(gradient: Float64Array, state: ChainState, parameters: Float64Array, checked?: boolean): void {
    if (checked !== true) {
      try {
        chain.check?.(gradient, state, parameters);
      } catch (error) {
        requireFiniteGradient("lars", gradient);
        throw error;
      }
    }
    const [{ slots }, rate, sum] = state.parts as LarsStates;
    if (norms.length < 2 * slots.length) norms = new Float64Array(2 * slots.length);
    let finite = 0;
    for (let k = 0; k < slots.length; k++) {
      slotNorms(gradient, parameters, slots[k], norms, 2 * k);
      finite += 0 * norms[2 * k];
    }
    // They may have overflowed as well.
    if (checked !== true && finite !== 0) requireFiniteGradient("lars", gradient);
    unit[0] = 1;
    descent.update(unit, rate, parameters, true);
    sum.step += 1;
    for (let k = 0; k < slots.length; k++) {
      const ratio = larsRate(norms[2 * k], norms[2 * k + 1], trust, weightDecay);
      larsStep(gradient, parameters, sum.buffer, slots[k], ratio, weightDecay, unit[0], momentum);
    }
  }
  return Object.assign({ ...chain, update }, { own: update });
}

/** Overwrites b and g with μb + ratio (g + λp) factor. */
function larsStep(
  gradient: Float64Array,
  parameters: Float64Array,
  buffer: Float64Array,
  { offset, size }: Slot,
  ratio: number,
  weightDecay: number,
  factor: number,
  momentum: number,
): void {
  for (let i = offset; i < offset + size; i++) {
    const b = flushed(momentum * buffer[i] + ratio * (gradient[i] + weightDecay * parameters[i]) * factor);
    buffer[i] = b;
    gradient[i] = b;
  }
}
