/**
 * RMSProp: every entry of the gradient is divided by the root of a running average of its squares.
 *
 *   v ← αv + (1 − α)g²        step = g / (√v + ε)
 *   centered: ḡ ← αḡ + (1 − α)g        step = g / (√max(v − ḡ², 0) + ε)
 *
 * One pass, O(size). The maximum with 0 is not in the sources: where a gradient hardly changes, rounding can make v − ḡ²
 * negative, and its root would be NaN. Gradients beyond 1e154 in size overflow in v, and their parameters then stand still, centered
 * or not.
 *
 * Source: T. Tieleman, G. Hinton, "Lecture 6.5: rmsprop", Coursera (2012); A. Graves, "Generating Sequences With Recurrent
 * Neural Networks" (2013), equations 38 to 45, for the centered form. Reference implementation: PyTorch 1.13,
 * torch/optim/rmsprop.py.
 */
import { addWeightDecay } from "./add-weight-decay.ts";
import { namedChain, type ChainState } from "./named-chain.ts";
import { define } from "./define.ts";
import { positiveFloor, requireDecayRate, requireKnown, requireNonnegative } from "./hyperparameters.ts";
import { scaleByLearningRate } from "./scale-by-learning-rate.ts";
import type { GradientTransformation, Schedule } from "./transformation.ts";
import { trace } from "./trace.ts";
import { flushed } from "./subnormal.ts";

export interface ScaleByRmsOptions {
  /** α, the decay rate of the averages, in [0, 1). Default 0.99. */
  readonly decay?: number;
  /** ε, at or above 0. Default 1e-8. */
  readonly epsilon?: number;
  /** Divide by an estimate of the standard deviation instead of the root mean square. Default false. */
  readonly centered?: boolean;
}

export interface ScaleByRmsState {
  readonly kind: "scaleByRms";
  readonly version: 1;
  /** v, the average of the squared gradients; as long as the parameters. */
  readonly second: Float64Array;
}

export interface ScaleByCenteredRmsState {
  readonly kind: "scaleByCenteredRms";
  readonly version: 1;
  /** ḡ, the average of the gradients. */
  readonly first: Float64Array;
  /** v, the average of the squared gradients. */
  readonly second: Float64Array;
}

/**
 * RMSProp without the learning rate: g / (√v + ε) with v ← αv + (1 − α)g²; centered, v − ḡ² takes the place of v. Ends in
 * an ascent direction. Throws ArgumentError for an option out of its range. Source: Tieleman and Hinton (2012); PyTorch's
 * RMSprop.
 *
 * @example const optimizer = chain(scaleByRms({ decay: 0.9 }), scaleByLearningRate(0.01));
 */
export function scaleByRms(
  options: ScaleByRmsOptions = {},
): GradientTransformation<ScaleByRmsState> | GradientTransformation<ScaleByCenteredRmsState> {
  requireKnown("scaleByRms", options, ["decay", "epsilon", "centered"]);
  const { decay = 0.99, epsilon = 1e-8, centered = false } = options;
  requireDecayRate("decay", decay);
  const floor = positiveFloor(epsilon);
  if (centered)
    return define<ScaleByCenteredRmsState, typeof centeredKernel>({
      kind: "scaleByCenteredRms",
      vectors: ["first", "second"],
      moments: { first: ["first"], second: ["second"] },
      loop: centeredKernel,
      apply: (gradient, { first, second }, loop) => loop(gradient, first, second, decay, floor),
    });
  return define<ScaleByRmsState, typeof rmsKernel>({
    kind: "scaleByRms",
    vectors: ["second"],
    moments: { second: ["second"] },
    loop: rmsKernel,
    apply: (gradient, { second }, loop) => loop(gradient, second, decay, floor),
  });
}

export function rmsKernel(gradient: Float64Array, second: Float64Array, decay: number, epsilon: number): void {
  const gain = 1 - decay;
  for (let i = 0; i < gradient.length; i++) {
    const entry = gradient[i];
    const v = flushed(decay * second[i] + gain * entry * entry);
    second[i] = v;
    gradient[i] = entry / (Math.sqrt(v) + epsilon);
  }
}

export function centeredKernel(
  gradient: Float64Array,
  first: Float64Array,
  second: Float64Array,
  decay: number,
  epsilon: number,
): void {
  const gain = 1 - decay;
  for (let i = 0; i < gradient.length; i++) {
    const entry = gradient[i];
    const v = flushed(decay * second[i] + gain * entry * entry);
    const mean = flushed(decay * first[i] + gain * entry);
    second[i] = v;
    first[i] = mean;
    const variance = v < Infinity ? Math.max(v - mean * mean, 0) : v;
    gradient[i] = entry / (Math.sqrt(variance) + epsilon);
  }
}

export interface RmspropOptions extends ScaleByRmsOptions {
  /** η, at or above 0, or a function of the step. Default 0.01. */
  readonly learningRate?: number | Schedule;
  /** μ, in [0, 1): momentum on the scaled gradients. Default 0, and then the state has no buffer. */
  readonly momentum?: number;
  /** λ, at or above 0: weight decay, added to the gradient. Default 0. */
  readonly weightDecay?: number;
}

/**
 * RMSProp: p ← p − ηb with b ← μb + g / (√v + ε), where g includes λp and v ← αv + (1 − α)g².
 *
 * Throws ArgumentError for an option out of its range. Source: Tieleman and Hinton, "Lecture 6.5: rmsprop" (2012), and
 * Graves, "Generating Sequences With Recurrent Neural Networks" (2013); PyTorch's RMSprop, step for step.
 *
 * @example const optimizer = rmsprop({ learningRate: 0.01, momentum: 0.9, centered: true });
 */
export function rmsprop(options: RmspropOptions = {}): GradientTransformation<ChainState> {
  requireKnown("rmsprop", options, ["learningRate", "decay", "epsilon", "centered", "momentum", "weightDecay"]);
  const { learningRate = 1e-2, momentum = 0, weightDecay = 0, ...scaling } = options;
  requireNonnegative("weightDecay", weightDecay);
  const heavyBall = trace({ momentum });
  return namedChain("rmsprop", [
    addWeightDecay(weightDecay),
    scaleByRms(scaling),
    ...(momentum === 0 ? [] : [heavyBall]),
    scaleByLearningRate(learningRate),
  ]);
}
