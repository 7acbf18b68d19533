/**
 * Yogi: Adam whose second moment moves by steps of bounded size, so that it cannot fall fast.
 *
 *   m ← β₁m + (1 − β₁)g        v ← v − (1 − β₂) sign(v − g²) g²
 *   step = (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)        t = 1, 2, …
 *
 * One pass, O(size). v starts at `initialAccumulator`. The corrections for the start are not in the paper; they are in its
 * implementations in optax and TensorFlow Addons.
 *
 * Source: M. Zaheer, S. Reddi, D. Sachan, S. Kale, S. Kumar, "Adaptive Methods for Nonconvex Optimization" (2018),
 * algorithm 2. Defaults: those of the paper, section 5, and of optax.
 */
import { addWeightDecay } from "./add-weight-decay.ts";
import { namedChain, type ChainState } from "./named-chain.ts";
import { define } from "./define.ts";
import { averagingRates, requireKnown, requireNonnegative } from "./hyperparameters.ts";
import { integerPower } from "./integer-power.ts";
import { scaleByLearningRate } from "./scale-by-learning-rate.ts";
import type { GradientTransformation, Schedule } from "./transformation.ts";
import { flushed } from "./subnormal.ts";

export interface ScaleByYogiOptions {
  /** β₁, the decay rate of the average of the gradients, in [0, 1). Default 0.9. */
  readonly beta1?: number;
  /** β₂, the decay rate of the average of the squared gradients, in [0, 1). Default 0.999. */
  readonly beta2?: number;
  /** ε, at or above 0. Default 1e-3. */
  readonly epsilon?: number;
  /** v before the first step, at or above 0. Default 1e-6. */
  readonly initialAccumulator?: number;
}

export interface ScaleByYogiState {
  readonly kind: "scaleByYogi";
  readonly version: 1;
  /** The number of updates so far. */
  step: number;
  /** m, the average of the gradients (not corrected); as long as the parameters. */
  readonly first: Float64Array;
  /** v, the average of the squared gradients (not corrected); as long as the parameters. */
  readonly second: Float64Array;
}

/**
 * Yogi without the learning rate: m̂ / (√v̂ + ε) with v ← v − (1 − β₂) sign(v − g²) g². Ends in an ascent direction. Throws
 * ArgumentError for an option out of its range. Source: Zaheer and others (2018).
 *
 * @example const optimizer = chain(scaleByYogi(), scaleByLearningRate(0.01));
 */
export function scaleByYogi(options: ScaleByYogiOptions = {}): GradientTransformation<ScaleByYogiState> {
  requireKnown("scaleByYogi", options, ["beta1", "beta2", "epsilon", "initialAccumulator"]);
  const { beta1, beta2, floor } = averagingRates(options, 1e-3);
  const { initialAccumulator = 1e-6 } = options;
  requireNonnegative("initialAccumulator", initialAccumulator);
  return define<ScaleByYogiState, typeof yogiKernel>({
    kind: "scaleByYogi",
    vectors: ["first", "second"],
    moments: { first: ["first"], second: ["second"] },
    init: ({ size }) => ({
      kind: "scaleByYogi",
      version: 1,
      step: 0,
      first: new Float64Array(size),
      second: new Float64Array(size).fill(initialAccumulator),
    }),
    loop: yogiKernel,
    apply(gradient, state, loop) {
      state.step += 1;
      const root = Math.sqrt(1 - integerPower(beta2, state.step));
      const scale = root / (1 - integerPower(beta1, state.step));
      loop(gradient, state.first, state.second, beta1, beta2, scale, floor * root);
    },
  });
}

export function yogiKernel(
  gradient: Float64Array,
  first: Float64Array,
  second: Float64Array,
  beta1: number,
  beta2: number,
  scale: number,
  epsilon: number,
): void {
  const gain1 = 1 - beta1;
  const gain2 = 1 - beta2;
  for (let i = 0; i < gradient.length; i++) {
    const entry = gradient[i];
    const square = entry * entry;
    const m = flushed(beta1 * first[i] + gain1 * entry);
    const before = second[i];
    const v = before > square ? before - gain2 * square : before < square ? before + gain2 * square : before;
    first[i] = m;
    second[i] = v;
    gradient[i] = (scale * m) / (Math.sqrt(v) + epsilon);
  }
}

export interface YogiOptions extends ScaleByYogiOptions {
  /** η, at or above 0, or a function of the step. Default 1e-2. */
  readonly learningRate?: number | Schedule;
  /** λ, at or above 0: weight decay, added to the gradient. Default 0. */
  readonly weightDecay?: number;
}

/**
 * Yogi: p ← p − η m̂ / (√v̂ + ε) with v ← v − (1 − β₂) sign(v − g²) g², where g includes λp.
 *
 * Throws ArgumentError for an option out of its range. Source: Zaheer and others, "Adaptive Methods for Nonconvex
 * Optimization" (2018).
 *
 * @example const optimizer = yogi({ learningRate: 0.01 });
 */
export function yogi(options: YogiOptions = {}): GradientTransformation<ChainState> {
  requireKnown("yogi", options, ["learningRate", "beta1", "beta2", "epsilon", "initialAccumulator", "weightDecay"]);
  const { learningRate = 1e-2, weightDecay = 0, ...scaling } = options;
  return namedChain("yogi", [addWeightDecay(weightDecay), scaleByYogi(scaling), scaleByLearningRate(learningRate)]);
}
