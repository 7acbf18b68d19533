/**
 * Layer-wise rates: LARS and LAMB give each tensor a step in proportion to the tensor's own norm.
 *
 *   trust ratio (LAMB): u ← u ‖p‖/‖u‖        LARS: g ← c ‖p‖/(‖g‖ + λ‖p‖) · (g + λp)        for each tensor p
 *
 * Two passes, O(size). A tensor of zeros, or a step of zeros, is left at ratio 1 (with c left out), or it could never move.
 *
 * Source: Y. You, I. Gitman, B. Ginsburg, "Large Batch Training of Convolutional Networks" (2017), algorithm 1; Y. You and
 * others, "Large Batch Optimization for Deep Learning: Training BERT in 76 minutes" (2020), algorithm 2, with φ(z) = z.
 */
import { addWeightDecay } from "./add-weight-decay.ts";
import { fusedChain } from "./fused-chain.ts";
import type { ChainState } from "./named-chain.ts";
import { define } from "./define.ts";
import { requireKnown, requireNonnegative } from "./hyperparameters.ts";
import { scaleByAdam, type ScaleByAdamOptions } from "./scale-by-adam.ts";
import { scaleByLearningRate } from "./scale-by-learning-rate.ts";
import { slotNorms, slotsOf, type Slot } from "./slots.ts";
import { trace } from "./trace.ts";
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
  return define<ScaleByTrustRatioState>({
    kind: "scaleByTrustRatio",
    vectors: [],
    init: (layout) => ({ kind: "scaleByTrustRatio", version: 1, slots: slotsOf(layout) }),
    apply(gradient, { slots }, _loop, parameters, factor = 1) {
      for (const slot of slots) {
        slotNorms(gradient, parameters, slot, norms);
        const [size, target] = norms;
        const ratio = size > 0 && target > 0 ? target / size : 1;
        for (let i = slot.offset; i < slot.offset + slot.size; i++) gradient[i] = gradient[i] * ratio * factor;
      }
    },
  });
}

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
  const { trust = 1e-3, weightDecay = 0 } = options;
  requireNonnegative("trust", trust);
  requireNonnegative("weightDecay", weightDecay);
  const norms = new Float64Array(2);
  return define<ScaleByLarsState>({
    kind: "scaleByLars",
    vectors: [],
    init: (layout) => ({ kind: "scaleByLars", version: 1, slots: slotsOf(layout) }),
    apply(gradient, { slots }, _loop, parameters, factor = 1) {
      for (const slot of slots) {
        slotNorms(gradient, parameters, slot, norms);
        const [size, own] = norms;
        const denominator = size + weightDecay * own;
        const rate = own > 0 && denominator > 0 ? (trust * own) / denominator : 1;
        for (let i = slot.offset; i < slot.offset + slot.size; i++)
          gradient[i] = rate * (gradient[i] + weightDecay * parameters[i]) * factor;
      }
    },
  });
}

export interface LambOptions extends ScaleByAdamOptions {
  /** η, at or above 0, or a function of the step. Default 0.001. */
  readonly learningRate?: number | Schedule;
  /** λ, at or above 0: weight decay, added to Adam's step before its norm is taken. Default 0.01. */
  readonly weightDecay?: number;
}

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
  const parts = [
    scaleByAdam({ ...scaling, epsilon }),
    addWeightDecay(weightDecay),
    scaleByTrustRatio(),
    scaleByLearningRate(learningRate),
  ];
  return fusedChain("lamb", parts, 2, 3);
}

export interface LarsOptions extends ScaleByLarsOptions {
  /** η, at or above 0, or a function of the step. */
  readonly learningRate: number | Schedule;
  /** μ, in [0, 1). Default 0.9. */
  readonly momentum?: number;
}

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
  return fusedChain("lars", [scaleByLars(scaling), scaleByLearningRate(learningRate), trace({ momentum })], 0, 1);
}
